"""A place with what was found out elsewhere: the programs that take its key, and the server that they go to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from keyturn.clients.endpoints import is_aws_endpoint, region_in, same_server, speaks_plain_http
from keyturn.clients.findings import ProfileReference
from keyturn.clients.variables.command_asks import Asked
from keyturn.model.places import Consumer, Place, Target


def at_server(place: Place, servers: Mapping[str, str]) -> Place:
    """The place, with the store that is told elsewhere."""
    server = servers.get(place.identity)
    if server is None:
        return place
    return replace(place, endpoint=server, plain_http=speaks_plain_http(server))


def reaches(place: Place, asked: Asked) -> bool:
    """Whether a command goes to the server whose key it is, as far as it says where it goes."""
    at_aws = is_aws_endpoint(place.endpoint)
    endpoints = [goal.endpoint for goal in asked.goals if goal.endpoint is not None]
    return all(same_server(one, place.endpoint) or (at_aws and is_aws_endpoint(one)) for one in endpoints)


def with_programs(place: Place, borrowed: Mapping[Consumer, str | None], loans: Sequence[ProfileReference]) -> Place:
    """The place with the programs that were found elsewhere. Each target is some program's then."""
    told = [Consumer(loan.program, loan.note, loan.targets, loan.additions, loan.manner) for loan in loans]
    consumers = list(dict.fromkeys([*place.consumers, *told, *borrowed]))
    if not consumers:
        return place
    named = {target for one in consumers for target in one.targets}
    own = tuple(target for target in place.targets if target not in named)
    if own:
        consumers.insert(0, Consumer(place.client, place.name, own))
    targets: dict[Target, None] = dict.fromkeys(place.targets)
    targets |= dict.fromkeys(target for one in consumers for target in one.targets)
    regions = [*(loan.region for loan in loans), *borrowed.values(), *(region_in(loan.endpoint) for loan in loans)]
    return replace(
        place,
        targets=tuple(targets),
        consumers=tuple(consumers),
        plain_http=place.plain_http or any(loan.plain_http or speaks_plain_http(loan.endpoint) for loan in loans),
        region=place.region or next((region for region in regions if region), None),
        note=" ".join(note for note in (place.note, *(loan.note for loan in loans)) if note),
    )
