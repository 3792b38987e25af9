"""s3backer: a password file of one pair per line (facts/clients.md section 17; s3backer(1), `--accessFile`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from keyturn.clients.findings import Discovery, key_id, named_key_id, no_key_id_in
from keyturn.clients.interface import Client, CredentialSpans, ValueSpot
from keyturn.computer.computer import Platform
from keyturn.edits import colon_lines
from keyturn.edits.colon_lines import Reader
from keyturn.edits.files import FileContent
from keyturn.edits.trees import Writing
from keyturn.model.errors import FileError
from keyturn.model.keys import KeyPair, Secret
from keyturn.model.places import Place, PlaceKind, Problem
from keyturn.model.text import _

if TYPE_CHECKING:
    from keyturn.computer.computer import Computer
    from keyturn.computer.programs import RunningProgram

_FILE = ".s3backer_passwd"


class S3backer(Client):
    """`~/.s3backer_passwd`. It finds a line by its ID; where no ID is said, it takes the first line."""

    name = "s3backer"
    title = "s3backer"
    program_names = ("s3backer",)

    def look_through(self, computer: Computer, look: Discovery) -> None:
        """Take a place for each line with a pair."""
        content = None if computer.platform is Platform.WINDOWS else look.read(computer.home / _FILE)
        if content is not None:
            try:
                look.take(_places(content))
            except FileError as error:
                look.report_unparsable(content, error)

    def spots(self, content: FileContent) -> Mapping[str, CredentialSpans]:
        """Return the pair of each line, by its number among the pairs; see `Client.spots`."""
        spots = {}
        found = colon_lines.lines(content.content, Reader.S3BACKER, path=content.path)
        for number, line in enumerate(found, start=1):
            identifier = named_key_id(line.access_key_id)
            if identifier is not None and line.secret:
                spots[_locator(number)] = CredentialSpans(
                    ValueSpot(content.path, line.id_span, Writing.PLAIN),
                    ValueSpot(content.path, line.secret_span, Writing.PLAIN),
                    KeyPair(identifier, Secret(line.secret)),
                )
        return spots

    def keeps_key(self, program: RunningProgram) -> bool:
        """Return True: a mount reads its key once."""
        return True

    def how_to_restart(self, program: RunningProgram) -> str:
        """Return how a mount is made anew."""
        return _("Unmount what lies on it, then its own folder, and start it again.")


def _locator(number: int) -> str:
    # Not the ID: the place has to be the same one after the change.
    return f"pair {number}"


def _places(content: FileContent) -> Iterator[Place | Problem]:
    found = colon_lines.lines(content.content, Reader.S3BACKER, path=content.path)
    for number, line in enumerate(found, start=1):
        identifier = key_id(line.access_key_id)
        if identifier is None:
            yield from no_key_id_in(S3backer.name, content.path, _locator(number), line.access_key_id)
            continue
        notes = [_("Where a command or a unit says “--accessId”, put the new access key ID there, too.")]
        if identifier.is_temporary:
            notes.append(_("These are temporary credentials, which expire by themselves."))
        yield Place(
            client=S3backer.name,
            name=content.path.name,
            path=content.path,
            locator=_locator(number),
            kind=PlaceKind.DESTINATION if line.secret else PlaceKind.MENTION,
            access_key_id=identifier,
            secret=Secret(line.secret) if line.secret else None,
            editable=bool(line.secret) and not identifier.is_temporary,
            session=identifier.is_temporary,
            note=" ".join(notes),
        )
