"""HashBackup: the destinations of dest.conf in its backup folders (facts/clients.md section 17; its manual)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.clients.endpoints import region_in
from keyturn.clients.findings import Discovery, key_id, named_key_id, no_key_id_in
from keyturn.clients.interface import Client, CredentialSpans, ValueSpot
from keyturn.computer.computer import Platform
from keyturn.edits.destination_lines import HashBackupDestination, destinations
from keyturn.edits.files import FileContent
from keyturn.edits.trees import Writing
from keyturn.model.errors import FileError
from keyturn.model.keys import KeyPair, Secret
from keyturn.model.places import Place, PlaceKind, Problem, Target
from keyturn.model.text import _

if TYPE_CHECKING:
    from keyturn.computer.computer import Computer

_FILE = "dest.conf"
_ID, _SECRET = "accesskey", "secretkey"
# Where its manual puts the backup folder; another one is known only to the command that names it with `-c`.
_FOLDERS = ("hashbackup", ".hashbackup", "hb", "backup", "Backup")


class HashBackup(Client):
    """`dest.conf`. Where it was loaded into the encrypted database instead (`hb dest load`), nobody can see into it."""

    name = "hashbackup"
    title = "HashBackup"
    program_names = ("hb",)

    def look_through(self, computer: Computer, look: Discovery) -> None:
        """Take a place for each destination of S3 with a key."""
        for path in _files(computer):
            content = look.read(path)
            if content is None:
                continue
            try:
                for destination in destinations(content.content, path=path):
                    look.take(_places(path, destination))
            except FileError as error:
                look.report_unparsable(content, error)

    def spots(self, content: FileContent) -> Mapping[str, CredentialSpans]:
        """Return the pair of each destination by its name; see `Client.spots`."""
        spots = {}
        for one in destinations(content.content, path=content.path):
            identifier, secret = named_key_id(one.value(_ID)), one.value(_SECRET)
            if identifier is not None and secret is not None:
                spots[one.name] = CredentialSpans(
                    ValueSpot(content.path, one.settings[_ID].span, Writing.PLAIN),
                    ValueSpot(content.path, one.settings[_SECRET].span, Writing.PLAIN),
                    KeyPair(identifier, Secret(secret)),
                )
        return spots


def _files(computer: Computer) -> Iterator[Path]:
    if computer.platform is Platform.WINDOWS:  # there is no HashBackup for Windows
        return
    named = computer.environment.get("HASHBACKUP_DIR")
    if named:
        yield computer.expanded(named) / _FILE
    yield from (computer.home / folder / _FILE for folder in _FOLDERS)
    system = computer.system_folder("var", "hashbackup")
    if system is not None:
        yield system / _FILE


def _places(path: Path, one: HashBackupDestination) -> Iterator[Place | Problem]:
    if (one.value("type") or "s3").lower() != "s3":
        return
    identifier = key_id(one.value(_ID), one.value("host"))
    if identifier is None:
        yield from no_key_id_in(HashBackup.name, path, one.name, one.value(_ID))
        return
    secret = one.value(_SECRET)
    host, bucket = one.value("host"), one.value("bucket")
    notes = ["" if secret else _("The secret key is missing beside it.")]
    if identifier.is_temporary:
        notes.append(_("These are temporary credentials, which expire by themselves."))
    yield Place(
        client=HashBackup.name,
        name=one.name,
        path=path,
        locator=one.name,
        kind=PlaceKind.DESTINATION if secret else PlaceKind.MENTION,
        access_key_id=identifier,
        secret=Secret(secret) if secret else None,
        editable=bool(secret) and not identifier.is_temporary,
        targets=(Target(bucket, (one.value("dir") or "").strip("/")),) if bucket else (),
        region=one.value("location") or region_in(host),
        endpoint=host,
        plain_http=(one.value("secure") or "").lower() in ("false", "no", "off", "0"),
        session=identifier.is_temporary,
        note=" ".join(note for note in notes if note),
    )
