"""Places in files that set variables, in whatever grammar: units, timetables, launchd jobs, compose files, scripts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from keyturn.clients.client import PairSpot
from keyturn.clients.endpoints import region_in
from keyturn.clients.looking import Look, mention
from keyturn.clients.restic import repository
from keyturn.clients.shell_pairs import (
    FileFacts,
    has_session_token,
    last_value,
    locator_of,
    pairs_in,
    place_of,
    spots_of_pairs,
    variable_key_id,
)
from keyturn.edits.encodings import Encoding
from keyturn.edits.files import FileContent
from keyturn.edits.shell import Assignment
from keyturn.edits.trees import Writing
from keyturn.model.errors import FileError
from keyturn.model.places import Place, Target
from keyturn.model.text import _

_NAME_OF_KEY = re.compile(rb"ACCESS_KEY")


@dataclass(frozen=True, slots=True)
class Variables:
    """What one job, service or script sets.

    Attributes:
        assignments: in the order in which they count.
        within: what they belong to, such as a service in a compose file; empty where the file has one set of them.
        more_addresses: addresses of restic repositories that stand in its commands.
    """

    assignments: Sequence[Assignment]
    within: str = ""
    more_addresses: Sequence[str] = ()


def places_of(client: str, path: Path, variables: Variables) -> list[Place]:
    """Return a place for each key among the variables."""
    found = variables.assignments
    addresses = [one.value for one in found if one.name == "RESTIC_REPOSITORY" and one.value]
    repositories = [one for one in map(repository, (*addresses, *variables.more_addresses)) if one is not None]
    endpoint = (
        repositories[0].endpoint if repositories else last_value(found, "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")
    )
    region = last_value(found, "AWS_REGION", "AWS_DEFAULT_REGION") or region_in(endpoint)
    facts = FileFacts(has_session_token(found), region, endpoint, _distinct(one.target for one in repositories))
    return [place_of(client, path, pair, facts, variables.within) for pair in pairs_in(found)]


def take_from(
    look: Look,
    paths: Iterable[Path],
    places_in: Callable[[FileContent], Iterable[Place]],
    mark: re.Pattern[bytes] = _NAME_OF_KEY,
) -> None:
    """Take a place for each key in the variables of these files.

    Args:
        places_in: reads one file; it raises FileError, which is reported, where that cannot be read.
        mark: a file without it, in one or two bytes for each character, sets no key and is not parsed.
    """
    for path in paths:
        content = look.read(path)
        if content is None or mark.search(content.content.replace(b"\0", b"")) is None:
            continue
        try:
            look.take(places_in(content))
        except FileError as error:
            look.report_unparsable(content, error)


def spots_of(
    content: FileContent, every: Iterable[Variables], form: Writing | Encoding | None = None
) -> Mapping[str, PairSpot]:
    """Return each complete pair of a file by its locator.

    Args:
        form: how a new value is written there; None where it is a matter of each value's own quotes.
    """
    pairs = ((locator_of(pair, one.within), pair) for one in every for pair in pairs_in(one.assignments))
    return spots_of_pairs(content.path, pairs, form)


def overruled(client: str, path: Path, found: Sequence[Assignment]) -> tuple[list[Assignment], list[Place]]:
    """Return the last assignment of each variable, which alone counts, and mentions of the key IDs in those before."""
    last = {one.name: one for one in found}
    note = _("A later line of the file sets the same variable, and the last one counts.")
    mentions = []
    for one in found:
        identifier = None if last[one.name] is one else variable_key_id(one.name, one.value)
        if identifier is not None and "ACCESS_KEY" in one.name and "SECRET" not in one.name:
            mentions.append(mention(client, path, identifier, one.line, note))
    return [one for one in found if last[one.name] is one], mentions


def _distinct(found: Iterable[Target]) -> tuple[Target, ...]:
    return tuple(dict.fromkeys(found))
