"""S3QL: one section per file system or for all of them (facts/clients.md section 17; S3QL's user guide)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from keyturn.clients.client import Client, PairSpot, ValueSpot
from keyturn.clients.looking import Look, key_id, named_key_id, no_key_id_in
from keyturn.computer.computer import Platform
from keyturn.edits import ini
from keyturn.edits.files import FileContent
from keyturn.edits.ini import Dialect, Effective, Entry
from keyturn.model.errors import FileError
from keyturn.model.keys import KeyPair, Secret
from keyturn.model.places import Place, PlaceKind, Problem, Target
from keyturn.model.text import _

if TYPE_CHECKING:
    from keyturn.computer.computer import Computer
    from keyturn.computer.programs import RunningProgram

# S3QL reads the file with Python's configparser, as botocore reads its own, duplicates refused.
_GRAMMAR = Dialect.AWS
_URL, _ID, _SECRET = "storage-url", "backend-login", "backend-password"
_AMAZON = re.compile(r"s3://(?:(?P<region>[a-z]{2,4}(?:-[a-z]+)+-\d)/)?(?P<bucket>[^/]+)(?:/(?P<prefix>.*))?")
_COMPATIBLE = re.compile(r"s3c4?://(?P<host>[^/]+)(?:/(?P<bucket>[^/]+)(?:/(?P<prefix>.*))?)?")


class S3ql(Client):
    """`~/.s3ql/authinfo2`; a section without a storage URL is for all of a kind of store."""

    name = "s3ql"
    title = "S3QL"
    program_names = ("mount.s3ql", "fsck.s3ql", "s3qladm")

    def look_through(self, computer: Computer, look: Look) -> None:
        """Take a place for each section with a key of S3."""
        content = None if computer.platform is Platform.WINDOWS else look.read(computer.home / ".s3ql" / "authinfo2")
        if content is not None:
            try:
                look.take(_places(content))
            except FileError as error:
                look.report_unparsable(content, error)

    def spots(self, content: FileContent) -> Mapping[str, PairSpot]:
        """Return the pair of each section that has both values of its own; see `Client.spots`."""
        spots = {}
        for section, found in _sections(content):
            identifier, secret = found.entry(section, _ID), found.entry(section, _SECRET)
            access_key_id = named_key_id(None if identifier is None else identifier.value)
            if identifier is None or secret is None or access_key_id is None:
                continue
            if _is_own(secret, section):
                spots[section] = PairSpot(
                    ValueSpot(content.path, identifier.value_span, _GRAMMAR),
                    ValueSpot(content.path, secret.value_span, _GRAMMAR),
                    KeyPair(access_key_id, Secret(secret.value)),
                )
        return spots

    def keeps_key(self, program: RunningProgram) -> bool:
        """Return whether it is a mount, which reads its key once."""
        return program.name == "mount.s3ql"

    def how_to_restart(self, program: RunningProgram) -> str:
        """Return how a mount is made anew."""
        return _(
            "Unmount the file system with “umount.s3ql FOLDER”, wait until it has written all, and mount it again."
        )


def _sections(content: FileContent) -> Iterator[tuple[str, Effective]]:
    own: dict[str | None, list[Entry]] = {}
    for entry in ini.entries(content.content, _GRAMMAR, path=content.path):
        own.setdefault(entry.section, []).append(entry)
    for section in ini.sections(content.content, _GRAMMAR, path=content.path):
        yield section, Effective(own.get(section, ()), _GRAMMAR)


def _is_own(secret: Entry | None, section: str) -> bool:
    return secret is not None and bool(secret.value) and "\n" not in secret.value and secret.section == section


def _places(content: FileContent) -> Iterator[Place | Problem]:
    for section, found in _sections(content):
        url = found.value(section, _URL) or ""
        if url and not url.startswith(("s3://", "s3c")):
            continue
        amazon, compatible = _AMAZON.fullmatch(url), _COMPATIBLE.fullmatch(url)
        endpoint = None if compatible is None else compatible["host"]
        identifier = key_id(found.value(section, _ID), endpoint)
        if identifier is None:
            # Without an address it may be a user of any other service.
            yield from no_key_id_in(S3ql.name, content.path, section, found.value(section, _ID) if url else None)
            continue
        secret = found.entry(section, _SECRET)
        kept = Secret(secret.value) if secret is not None and _is_own(secret, section) else None
        notes: Sequence[str] = [
            "" if kept is not None else _("The secret key is missing beside it."),
            _("These are temporary credentials, which expire by themselves.") if identifier.is_temporary else "",
        ]
        yield Place(
            client=S3ql.name,
            name=section,
            path=content.path,
            locator=section,
            kind=PlaceKind.MENTION if kept is None else PlaceKind.DESTINATION,
            access_key_id=identifier,
            secret=kept,
            editable=kept is not None and not identifier.is_temporary,
            targets=_targets(amazon or compatible),
            region=None if amazon is None else amazon["region"],
            endpoint=endpoint,
            session=identifier.is_temporary,
            note=" ".join(note for note in notes if note),
        )


def _targets(url: re.Match[str] | None) -> tuple[Target, ...]:
    return () if url is None or not url["bucket"] else (Target(url["bucket"], (url["prefix"] or "").strip("/")),)
