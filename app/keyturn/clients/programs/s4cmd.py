"""s4cmd: it reads s3cmd's file, only its section `default` (facts/clients.md 11; s4cmd 2.1, s3_keys_from_s3cfg)."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from keyturn.clients.findings import Discovery, named_key_id, not_a_key_id
from keyturn.clients.interface import About, Client, CredentialSpans, OwnCheck, PrivateFile, ValueSpot
from keyturn.clients.minimal_settings import ini_file
from keyturn.clients.programs.s3cmd import S3cmd
from keyturn.edits import ini
from keyturn.edits.files import FileContent
from keyturn.edits.ini import Dialect
from keyturn.model.errors import FileError
from keyturn.model.keys import KeyPair, Secret
from keyturn.model.places import Place, PlaceKind, Target
from keyturn.model.text import _

if TYPE_CHECKING:
    from keyturn.computer.computer import Computer

# It reads the file with Python's configparser, as botocore reads its own, duplicates refused.
_GRAMMAR = Dialect.AWS
_SECTION = "default"
_FILE = "s3cfg"


class S4cmd(Client):
    """`~/.s3cfg`, where another key counts for s4cmd than for s3cmd. The key that both use is s3cmd's place."""

    name = "s4cmd"
    title = "s4cmd"
    about = About(own_check="s4cmd ls s3://BUCKET/PREFIX", proved_with_program=True)

    def look_through(self, computer: Computer, look: Discovery) -> None:
        """Take a place for the key of the section `default`, where s3cmd uses another one."""
        content = look.read(computer.home / ".s3cfg")
        if content is None:
            return
        with suppress(FileError):  # a file that it refuses is s3cmd's alone, and reported there
            spot = self.spots(content).get(_SECTION)
            others = S3cmd().spots(content).values()
            if spot is None or any(spot.access_key_id.span == one.access_key_id.span for one in others):
                return
            # Which store it is for is told to s4cmd itself, if to anybody.
            if not spot.pair.access_key_id.is_distinctive:
                look.take([not_a_key_id(self.name, content.path, content.path.name)])
            else:
                look.places.append(_place(content, spot))

    def spots(self, content: FileContent) -> Mapping[str, CredentialSpans]:
        """Return the pair of the section `default`; see `Client.spots`."""
        found = ini.Effective(ini.entries(content.content, _GRAMMAR, path=content.path), _GRAMMAR)
        identifier, secret = found.entry(_SECTION, "access_key"), found.entry(_SECTION, "secret_key")
        access_key_id = named_key_id(None if identifier is None else identifier.value)
        if identifier is None or access_key_id is None or secret is None or not secret.value or "%" in secret.value:
            return {}
        return {
            _SECTION: CredentialSpans(
                ValueSpot(content.path, identifier.value_span, _GRAMMAR),
                ValueSpot(content.path, secret.value_span, _GRAMMAR),
                KeyPair(access_key_id, Secret(secret.value)),
            )
        }

    def deletes(self, place: Place, target: Target) -> tuple[str, ...] | None:
        """Return nothing: copying deletes nothing. What a person tells it to delete is refused then."""
        return ()

    def check(
        self, computer: Computer, place: Place, target: Target | None, *, endpoint_url: str | None = None
    ) -> OwnCheck | None:
        """Return `s4cmd ls` on the bucket."""
        from keyturn.clients.own_check import installed
        from keyturn.computer.bare_environment import bare_environment

        program = installed("s4cmd", computer)
        if program is None or target is None or place.kind is not PlaceKind.DESTINATION:
            return None
        pair = self.locate(computer, (place,))[0].pair
        settings = {"access_key": pair.access_key_id.value, "secret_key": pair.secret.reveal()}
        arguments = [str(program), "-p", _FILE, "-t", "1"]
        if endpoint_url is not None:
            arguments += ["--endpoint-url", endpoint_url]
        arguments += ["ls", f"s3://{target.bucket}/{target.prefix}"]
        return OwnCheck(
            title=self.title,
            arguments=tuple(arguments),
            environment=bare_environment(computer, {"AWS_EC2_METADATA_DISABLED": "true"}),
            private_files=(PrivateFile("", ini_file(_SECTION, settings, self.title), _FILE),),
        )


def _place(content: FileContent, spot: CredentialSpans) -> Place:
    session = spot.pair.access_key_id.is_temporary
    return Place(
        client=S4cmd.name,
        name=_("{file}, for s4cmd").format(file=content.path.name),
        path=content.path,
        locator=_SECTION,
        kind=PlaceKind.DESTINATION,
        access_key_id=spot.pair.access_key_id,
        secret=spot.pair.secret,
        editable=not session,
        session=session,
        note=_("s4cmd takes the section “default”; s3cmd takes the last key in the file."),
    )
