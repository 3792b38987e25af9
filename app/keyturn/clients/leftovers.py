"""Copies of keys that no program reads: what the AWS console saved, lying in Downloads (facts/clients.md 3)."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.clients.findings import Discovery, key_id, mention
from keyturn.clients.interface import About, Client, CredentialSpans
from keyturn.clients.listing import Listing
from keyturn.clients.occurrences import key_ids_in
from keyturn.clients.walking import personal_folders
from keyturn.edits.files import FileContent
from keyturn.model.keys import Secret
from keyturn.model.places import Place, PlaceKind
from keyturn.model.text import _

if TYPE_CHECKING:
    from keyturn.computer.computer import Computer

# rootkey.csv, alice_accessKeys.csv, credentials (1).csv, rootkey(1).csv, "rootkey copy.csv", "rootkey - Copy.csv"
_NAME = re.compile(
    r"(?:rootkey|(?:.*_)?accesskeys|(?:new_user_)?credentials)(?: ?\(\d+\)| copy(?: \d+)?| - copy(?: \(\d+\))?)?\.csv",
    re.IGNORECASE | re.DOTALL,  # a name may hold a line end
)
# The headers that the console has used, in lower case and without spaces.
_ID_HEADERS = frozenset({"accesskeyid", "awsaccesskeyid"})
_SECRET_HEADERS = frozenset({"secretaccesskey", "secretkey", "awssecretkey"})
_USER_HEADERS = frozenset({"username", "user"})


class Leftovers(Client):
    """Key files of the AWS console, also when the browser numbered them. Nothing reads them: they are not edited."""

    name = "leftover"
    title = "leftover"
    about = About(edited=False)

    def look_through(self, computer: Computer, look: Discovery) -> None:
        """Take a place for each key in such a file in home, Downloads, Desktop and Documents."""
        for folder in (computer.home, *personal_folders(computer, look.listing)):
            for path in _key_files(folder, look.listing):
                content = look.read(path)
                if content is not None:
                    look.take(_places(content))

    def spots(self, content: FileContent) -> Mapping[str, CredentialSpans]:
        """Return nothing: a leftover is offered for the trash, never edited."""
        return {}


def _key_files(folder: Path, listing: Listing) -> Iterator[Path]:
    for entry in listing.entries(folder):
        if _NAME.fullmatch(entry.name):
            yield folder / entry.name


def _places(content: FileContent) -> Iterator[Place]:
    found = False
    text = _text(content.content)
    for locator, identifier, secret, user in (*_from_lines(text), *_from_table(text)):
        access_key_id = key_id(identifier)
        if access_key_id is None:
            continue
        found = True
        notes = []
        if content.path.name.lower().startswith("rootkey"):
            notes.append(_("The AWS console gives this name to the key of a root user."))
        if user:
            notes.append(_("It says that it is the key of the user “{name}”.").format(name=user))
        yield Place(
            client=Leftovers.name,
            name=content.path.name,
            path=content.path,
            locator=locator,
            kind=PlaceKind.LEFTOVER,
            access_key_id=access_key_id,
            secret=Secret(secret) if secret else None,
            note=" ".join(notes),
        )
    if not found:
        for access_key_id, line in key_ids_in(content.content):
            note = _("The file is named as the AWS console names key files, but is written differently.")
            yield mention(Leftovers.name, content.path, access_key_id, line, note)


def _from_lines(text: str) -> Iterator[tuple[str, str, str, str]]:
    """The older form: `AWSAccessKeyId=…` and `AWSSecretKey=…` on lines of their own."""
    values: dict[str, list[str]] = {"awsaccesskeyid": [], "awssecretkey": []}
    for line in text.splitlines():
        name, equals, value = line.partition("=")
        if equals and (found := values.get(name.strip().lower())) is not None and len(value.split()) <= 1:
            found.append(value.strip())
    secrets = values["awssecretkey"]
    for number, identifier in enumerate(values["awsaccesskeyid"]):
        locator = "AWSAccessKeyId" if number == 0 else f"AWSAccessKeyId ({number + 1})"
        yield locator, identifier, secrets[number] if number < len(secrets) else "", ""


def _from_table(text: str) -> Iterator[tuple[str, str, str, str]]:
    """The newer form: a line of headers, then a line per key."""
    import csv  # the older form is another one

    try:
        rows = list(csv.reader(text.splitlines()))
    except csv.Error:
        return
    if not rows:
        return
    headers = [cell.replace(" ", "").lower() for cell in rows[0]]
    for number, row in enumerate(rows[1:], start=1):
        cells = dict(zip(headers, (cell.strip() for cell in row), strict=False))
        identifier = _cell(cells, _ID_HEADERS)
        if identifier:
            yield f"row {number}", identifier, _cell(cells, _SECRET_HEADERS), _cell(cells, _USER_HEADERS)


def _cell(cells: Mapping[str, str], names: frozenset[str]) -> str:
    return next((value for header, value in cells.items() if header in names), "")


def _text(content: bytes) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", errors="replace")
    return content.decode("utf-8-sig", errors="replace")
