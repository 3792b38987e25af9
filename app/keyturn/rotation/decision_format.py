"""How a decision is written into the journal, and how the decisions of all earlier versions are read.

A change of what is written is a new version: its number goes up by one, `_MIGRATIONS` learns what the version before
lacks, and a journal of the version before joins those in `tests/frozen`.
"""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any

from keyturn.model.key_names import KeyName
from keyturn.model.keys import Principal
from keyturn.model.manners import Manner
from keyturn.model.needs import PolicyDocument
from keyturn.model.places import Place, PlaceKind, Target
from keyturn.rotation.decision import (
    ByHand,
    Decision,
    Destination,
    Handing,
    OtherBucket,
    OtherComputer,
    WhyReached,
)
from keyturn.rotation.events.codec import key_id
from keyturn.rotation.steps import Route
from keyturn.state.settings import LONGEST_WAIT
from keyturn.state.written import (
    Fields,
    Format,
    NotUnderstood,
    choice,
    listed,
    made_by,
    mapped,
    maybe,
    moment,
    number,
    path,
    text,
    truth,
    whole_object,
)


def _decision(fields: Fields) -> Decision:
    key, owner = fields.get("key", key_id), fields.get("owner", maybe(made_by(Principal.from_arn)))
    if owner is not None and not key.is_distinctive:
        raise NotUnderstood("key")  # only a store without owners lets a key have any name
    return Decision(
        rotation=fields.get("rotation", text),
        key=key,
        owner=owner,
        route=fields.get("route", choice(Route)),
        destinations=fields.get("destinations", listed(whole_object(_destination))),
        by_hand=fields.get("by_hand", listed(whole_object(_by_hand))),
        computers=fields.get("computers", listed(whole_object(_computer))),
        mentions=fields.get("mentions", listed(whole_object(read_place))),
        known_keys=fields.get("known_keys", listed(key_id)),
        regions=fields.get("regions", mapped(maybe(text))),
        user_name=fields.get("user_name", maybe(text)),
        policy=fields.get("policy", maybe(_policy)),
        watch_days=fields.get("watch_days", number(0, LONGEST_WAIT)),
        off_days=fields.get("off_days", number(0, LONGEST_WAIT)),
        given=fields.get("given", maybe(key_id)),
        others=fields.get("others", listed(whole_object(_other))),
        left_out=fields.get("left_out", listed(text)),
        rotation_id=fields.get("rotation_id", maybe(text)),
        user_name_given=fields.get("user_name_given", truth),
        elsewhere=fields.get("elsewhere", truth),
        handing=fields.get("handing", maybe(whole_object(_handing))),
    )


def _decision_written(decision: Decision) -> dict[str, Any]:
    return {
        "rotation": decision.rotation,
        "key": decision.key.value,
        "owner": None if decision.owner is None else decision.owner.arn,
        "route": decision.route.value,
        "destinations": [
            {
                **place_written(one.place),
                "targets": _targets_written(one.targets),
                "file": str(one.file),
                "manners": [[target.bucket, target.prefix, manner.as_json()] for target, manner in one.manners],
                "asks": one.asks,
            }
            for one in decision.destinations
        ],
        "by_hand": [
            {
                "client": one.client,
                "places": [place_written(place) for place in one.places],
                "targets": _targets_written(one.targets),
                "known": one.known,
                **({"named_in": list(one.named_in)} if one.named_in else {}),
                **({"called": one.called} if one.called else {}),
            }
            for one in decision.by_hand
        ],
        "computers": [
            {
                "name": one.name,
                "bucket": one.bucket,
                "plans": list(one.plans),
                "program": one.program,
                "last_upload": None if one.last_upload is None else one.last_upload.isoformat(),
            }
            for one in decision.computers
        ],
        "mentions": [place_written(place) for place in decision.mentions],
        "known_keys": [key.value for key in decision.known_keys],
        "regions": dict(decision.regions),
        "user_name": decision.user_name,
        "policy": None if decision.policy is None else decision.policy.as_json(),
        "watch_days": decision.watch_days,
        "off_days": decision.off_days,
        "given": None if decision.given is None else decision.given.value,
        "others": [{"bucket": one.bucket, "why": one.why.value} for one in decision.others],
        "left_out": list(decision.left_out),
        "rotation_id": decision.rotation_id,
        "user_name_given": decision.user_name_given,
        "elsewhere": decision.elsewhere,
        "handing": None if decision.handing is None else _handing_written(decision.handing),
    }


def _with_number(written: dict[str, Any]) -> dict[str, Any]:
    """Decisions had no version at first; they learned members one after the other, each with its usual value here."""
    destinations = [
        # The one who wrote no file followed the links of the path anew each time.
        {"file": os.path.realpath(one["path"]), **one}
        for one in written["destinations"]
    ]
    return {"by_hand": [], "computers": [], "given": None, **written, "destinations": destinations}


def _with_manners(written: dict[str, Any]) -> dict[str, Any]:
    """Version 1 proved every destination in one way."""
    return {**written, "destinations": [{**one, "manners": []} for one in written["destinations"]]}


def _with_an_id(written: dict[str, Any]) -> dict[str, Any]:
    """The users of version 2 have no ID of their rotation in their tags, see `ownership`."""
    return {**written, "rotation_id": None, "user_name_given": False}


def _with_others(written: dict[str, Any]) -> dict[str, Any]:
    """The keys of version 3 reached the buckets of their programs alone, and nobody was asked about others."""
    return {**written, "others": [], "left_out": []}


def _with_elsewhere(written: dict[str, Any]) -> dict[str, Any]:
    """The keys of version 4 stood on this computer, all of them."""
    return {**written, "elsewhere": False}


def _with_handing(written: dict[str, Any]) -> dict[str, Any]:
    """The rotations of version 5 left every pair in its file."""
    destinations = [{**one, "asks": False} for one in written["destinations"]]
    return {**written, "destinations": destinations, "handing": None}


_MIGRATIONS = {
    0: _with_number,
    1: _with_manners,
    2: _with_an_id,
    3: _with_others,
    4: _with_elsewhere,
    5: _with_handing,
}
FORMAT = Format(6, _decision, _decision_written, _MIGRATIONS)


def read_place(fields: Fields) -> Place:
    """Read a place; it has no secret."""
    kind = fields.get("kind", choice(PlaceKind))
    return Place(
        client=fields.get("client", text),
        name=fields.get("name", text),
        path=fields.get("path", path),
        locator=fields.get("locator", text),
        kind=kind,
        access_key_id=fields.get("access_key_id", key_id),
        editable=kind is PlaceKind.DESTINATION,
        region=fields.get("region", maybe(text)),
        endpoint=fields.get("endpoint", maybe(text)),
        plain_http=fields.get("plain_http", truth),
        note=fields.get("note", text),
    )


def place_written(place: Place) -> dict[str, Any]:
    """Write what `read_place` reads, without the secret."""
    return {
        "client": place.client,
        "name": place.name,
        "path": str(place.path),
        "locator": place.locator,
        "kind": place.kind.value,
        "access_key_id": place.access_key_id.value,
        "region": place.region,
        "endpoint": place.endpoint,
        "plain_http": place.plain_http,
        "note": place.note,
    }


def _destination(fields: Fields) -> Destination:
    place = read_place(fields)
    if not _is_known(place.client):
        raise NotUnderstood("client", newer=True)
    targets = fields.get("targets", listed(_target))
    file, manners = fields.get("file", path), fields.get("manners", listed(_manner))
    return Destination(replace(place, targets=targets), targets, file, manners, fields.get("asks", truth))


def _handing(fields: Fields) -> Handing:
    return Handing(
        name=fields.get("name", made_by(KeyName)),
        program=fields.get("program", text),
        options=fields.get("options", listed(text)),
        needs_session=fields.get("needs_session", truth),
        is_new=fields.get("is_new", truth),
    )


def _handing_written(one: Handing) -> dict[str, Any]:
    return {
        "name": one.name.value,
        "program": one.program,
        "options": list(one.options),
        "needs_session": one.needs_session,
        "is_new": one.is_new,
    }


def _by_hand(fields: Fields) -> ByHand:
    return ByHand(
        client=fields.get("client", text),
        places=tuple(replace(one, editable=False) for one in fields.get("places", listed(whole_object(read_place)))),
        targets=fields.get("targets", listed(_target)),
        known=fields.get("known", truth),
        named_in=fields.get_if_there("named_in", listed(text), ()),
        called=fields.get_if_there("called", text, ""),
    )


def _other(fields: Fields) -> OtherBucket:
    return OtherBucket(fields.get("bucket", text), fields.get("why", choice(WhyReached)))


def _computer(fields: Fields) -> OtherComputer:
    return OtherComputer(
        name=fields.get("name", text),
        bucket=fields.get("bucket", text),
        plans=fields.get("plans", listed(text)),
        program=fields.get("program", text),
        last_upload=fields.get("last_upload", maybe(moment)),
    )


def _target(value: object) -> Target:
    parts = listed(text)(value)
    if len(parts) != 2:
        raise NotUnderstood
    return Target(*parts)


def _manner(value: object) -> tuple[Target, Manner]:
    if not isinstance(value, list) or len(value) != 3 or not isinstance(value[2], dict):
        raise NotUnderstood
    try:
        manner = Manner.from_json(value[2])
    except TypeError:
        raise NotUnderstood(newer=True) from None
    if manner.as_json() != value[2]:
        raise NotUnderstood
    return _target(value[:2]), manner


def _targets_written(targets: tuple[Target, ...]) -> list[list[str]]:
    return [[target.bucket, target.prefix] for target in targets]


def _policy(value: object) -> PolicyDocument:
    try:
        policy = PolicyDocument.from_json(value)  # type: ignore[arg-type]  # whatever it is
        same = policy.as_json() == value
    except (LookupError, TypeError, AttributeError, ValueError):
        raise NotUnderstood from None
    if not same:
        raise NotUnderstood(newer=True)
    return policy


def _is_known(client: str) -> bool:
    # Every description, which nobody needs who reads no decision.
    from keyturn.clients.registry import every_entry

    return any(one.name == client for one in every_entry())
