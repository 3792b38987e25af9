"""Profiles of the AWS files that hold no key but ask Keyturn for it: `credential_process = …/keyturn credentials NAME`.

What the line says is read and never run: Keyturn knows itself what it would hand out. A rotation changes nothing in
the file, as the name means the new key once that is proved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.clients.endpoints import speaks_plain_http
from keyturn.clients.findings import Discovery
from keyturn.clients.interface import About, Client, CredentialSpans, OwnCheck, ValueSpot
from keyturn.clients.own_profiles import own_profiles_file
from keyturn.clients.programs.aws_files import AwsFiles, all_paths
from keyturn.clients.programs.aws_profiles import profile_of
from keyturn.clients.served_commands import ServedRequest, asked_of_keyturn
from keyturn.edits import ini
from keyturn.edits.files import FileContent, read_file
from keyturn.edits.spans import Span
from keyturn.model.errors import AppError, ClientError, FileError
from keyturn.model.places import Place, PlaceKind, Problem, Target
from keyturn.model.text import _

if TYPE_CHECKING:
    from keyturn.computer.computer import Computer

_AWS = ini.Dialect.AWS
# The code of the problem that a profile asks, and is given nothing.
NO_KEY = "served.no-key"
_PROCESS = "credential_process"
# A pair in the same section comes before the program (botocore, credentials.py; facts/credential-helper.md).
_PAIR = ("aws_access_key_id", "aws_secret_access_key")


@dataclass(frozen=True, slots=True)
class AskingProfile:
    """A profile that asks Keyturn, as it stands in one file.

    Attributes:
        command: by which it asks, as it is written.
        span: where that stands.
    """

    path: Path
    section: str
    profile: str
    asked: ServedRequest
    command: str
    span: Span


def asking_profiles(computer: Computer) -> tuple[AskingProfile, ...]:
    """Every profile that asks Keyturn for a key, of the files that can be read."""
    look = Discovery(Served.name)
    return tuple(one for content in _contents(computer, look) for one in asking_in(content))


class Served(Client):
    """The profiles that ask Keyturn. What borrows a profile, such as a remote of rclone's, belongs to its place."""

    name = "served"
    title = "AWS profile that asks Keyturn"
    about = About(own_check="aws sts get-caller-identity", proved_with_program=True)
    asks_keyturn = True

    def look_through(self, computer: Computer, look: Discovery) -> None:
        """Take a place for every profile that asks, with the pair that it would get now."""
        for content in _contents(computer, look):
            try:
                look.take(_places(computer, content))
            except FileError:
                continue  # the AWS CLI's own look says so

    def spots(self, content: FileContent) -> Mapping[str, CredentialSpans]:
        """Return nothing: no pair stands in the file."""
        return {}

    def locate(self, computer: Computer, places: Sequence[Place]) -> tuple[CredentialSpans, ...]:
        """Return what each profile would get now; see `Client.locate`. Nothing is ever written there."""
        content = read_file(places[0].path)
        found = {one.section: one for one in asking_in(content)}
        for place in places:
            if place.locator not in found:
                raise asks_no_more(place)
        asking = [found[place.locator] for place in places]
        return tuple(_spot(computer, one) for one in asking)

    def check(
        self, computer: Computer, place: Place, target: Target | None, *, endpoint_url: str | None = None
    ) -> OwnCheck | None:
        """Return the AWS CLI's check of a profile; of Keyturn's own, rclone's of a remote that takes it."""
        if place.path != own_profiles_file(computer):
            return AwsFiles().check(computer, place, target, endpoint_url=endpoint_url)
        from keyturn.clients.asking_checks import check_of_remote

        return check_of_remote(computer, place, target, endpoint_url)


def handed_to(computer: Computer, content: FileContent) -> Mapping[str, Callable[[], CredentialSpans]]:
    """What looks up the pair that each profile of a file would get now, by its section, where it asks Keyturn.

    Raises:
        FileError: `file.unparsable`. What it returns raises as `Computer.served` does.
    """
    return {one.section: partial(_spot, computer, one) for one in asking_in(content)}


def identities_of(place: Place) -> tuple[str, ...]:
    """The place's identity, and for a profile that asks Keyturn the one that it has while it holds its pair."""
    if place.client != Served.name:
        return (place.identity,)
    return (place.identity, replace(place, client=AwsFiles.name).identity)


def asks_no_more(place: Place) -> ClientError:
    """The error of a profile that asked Keyturn and does not any more."""
    return ClientError(
        _("{name} does not ask Keyturn any more").format(name=place.name),
        _("Someone or something changed the profile in {path}. Look into the file, then start again.").format(
            path=place.path
        ),
        code="place.gone",
    )


def _spot(computer: Computer, one: AskingProfile) -> CredentialSpans:
    if computer.served is None:
        raise ClientError(_("Keyturn's own memory is not at hand"), one.asked.name, code="served.unknown")
    spot = ValueSpot(one.path, one.span, _AWS)
    return CredentialSpans(spot, spot, computer.served(one.asked.name, one.asked.state_dir))


def _contents(computer: Computer, look: Discovery) -> Iterator[FileContent]:
    for path in (*all_paths(computer), own_profiles_file(computer)):
        content = look.read(path)
        if content is not None:
            yield content


def asking_in(content: FileContent) -> Iterator[AskingProfile]:
    """Yield every profile of a file that asks Keyturn; raises FileError (`file.unparsable`)."""
    entries = ini.entries(content.content, _AWS, path=content.path)
    yield from _asking(content, entries, ini.Effective(entries, _AWS))


def _asking(content: FileContent, entries: Sequence[ini.IniEntry], effective: ini.Effective) -> Iterator[AskingProfile]:
    sections = dict.fromkeys(entry.section for entry in entries if entry.section is not None)
    for section in sections:
        profile = profile_of(section) or section
        if profile != section and profile in sections:
            continue  # the same profile, written for those who read the file as a `config`
        entry = effective.entry(section, _PROCESS)
        if entry is None or any(effective.value(section, name) for name in _PAIR):
            continue
        asked = asked_of_keyturn(entry.value)
        if asked is not None:
            yield AskingProfile(content.path, section, profile, asked, entry.value, entry.value_span)


def _places(computer: Computer, content: FileContent) -> Iterator[Place | Problem]:
    entries = ini.entries(content.content, _AWS, path=content.path)
    effective = ini.Effective(entries, _AWS)
    for one in _asking(content, entries, effective):
        try:
            pair = _spot(computer, one).pair
        except AppError as error:
            yield Problem(
                content.path,
                _("The profile “{name}” gets no key from Keyturn").format(name=one.profile),
                _("It asks for {key}. {why}").format(key=one.asked.name, why=error),
                client=Served.name,
                code=NO_KEY,
            )
            continue
        endpoint = effective.value(one.section, "endpoint_url") or None
        note = _("It asks Keyturn for {name}; the file holds no key.").format(name=one.asked.name)
        if computer.is_this_one and not Path(one.asked.program).is_file():
            note = _("There is no program {path}, so the profile gets no key.").format(path=one.asked.program)
        yield Place(
            client=Served.name,
            name=one.profile,
            path=content.path,
            locator=one.section,
            kind=PlaceKind.DESTINATION,
            access_key_id=pair.access_key_id,
            secret=pair.secret,
            editable=True,
            region=effective.value(one.section, "region"),
            endpoint=endpoint,
            plain_http=speaks_plain_http(endpoint),
            note=note,
        )
