"""Places in files that set variables, in whatever grammar: units, timetables, launchd jobs, compose files, scripts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from keyturn.clients.client import PairSpot, ValueSpot
from keyturn.clients.endpoints import region_in, speaks_plain_http
from keyturn.clients.looking import mention
from keyturn.clients.restic import repository
from keyturn.clients.shell_pairs import ShellPair, has_session_token, last_value, pairs_in, variable_key_id
from keyturn.edits.encodings import Encoding
from keyturn.edits.files import FileContent
from keyturn.edits.shell import Assignment, Quoting
from keyturn.edits.trees import Writing
from keyturn.model.keys import KeyPair, Secret
from keyturn.model.places import Place, PlaceKind, Target
from keyturn.model.text import _


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

    def locator(self, pair: ShellPair) -> str:
        """Where in the file the pair stands."""
        return f"{self.within}: {pair.locator}" if self.within else pair.locator


def places_of(client: str, path: Path, variables: Variables) -> list[Place]:
    """Return a place for each key among the variables."""
    found = variables.assignments
    addresses = [one.value for one in found if one.name == "RESTIC_REPOSITORY" and one.value]
    repositories = [one for one in map(repository, (*addresses, *variables.more_addresses)) if one is not None]
    endpoint = (
        repositories[0].endpoint if repositories else last_value(found, "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")
    )
    region = last_value(found, "AWS_REGION", "AWS_DEFAULT_REGION") or region_in(endpoint)
    session_token = has_session_token(found)
    places = []
    for pair in pairs_in(found):
        secret = None if pair.secret is None or not pair.secret.value else Secret(pair.secret.value)
        session = session_token or pair.access_key_id.is_temporary
        notes = [pair.note]
        if session:
            notes.append(_("These are temporary credentials, which expire by themselves."))
        places.append(
            Place(
                client=client,
                name=f"{path.name}: {variables.within}" if variables.within else path.name,
                path=path,
                locator=variables.locator(pair),
                kind=PlaceKind.MENTION if secret is None else PlaceKind.DESTINATION,
                access_key_id=pair.access_key_id,
                secret=secret,
                editable=secret is not None and not session,
                targets=_distinct(one.target for one in repositories),
                region=region,
                endpoint=endpoint,
                plain_http=speaks_plain_http(endpoint),
                session=session,
                note=" ".join(one for one in notes if one),
            )
        )
    return places


def spots_of(
    content: FileContent, every: Iterable[Variables], form: Writing | Encoding | None = None
) -> Mapping[str, PairSpot]:
    """Return each complete pair of a file by its locator.

    Args:
        form: how a new value is written there; None where it is a matter of each value's own quotes.
    """
    spots = {}
    for variables in every:
        for pair in pairs_in(variables.assignments):
            if pair.secret is not None and pair.secret.value:
                spots[variables.locator(pair)] = PairSpot(
                    _spot(content.path, pair.assignment, form),
                    _spot(content.path, pair.secret, form),
                    KeyPair(pair.access_key_id, Secret(pair.secret.value)),
                )
    return spots


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


def _spot(path: Path, one: Assignment, form: Writing | Encoding | None) -> ValueSpot:
    written: Quoting | Writing | Encoding = one.quoting if form is None else form
    return ValueSpot(path, one.value_span, written)


def _distinct(found: Iterable[Target]) -> tuple[Target, ...]:
    return tuple(dict.fromkeys(found))
