"""duck, Cyberduck's command line on Linux: passwords in a properties file, under the ID (facts/clients.md 10)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from keyturn.clients.endpoints import is_aws_endpoint, region_in
from keyturn.clients.findings import Discovery, key_id, mention
from keyturn.clients.interface import Client, CredentialSpans, ValueSpot
from keyturn.clients.occurrences import key_ids_in
from keyturn.computer.computer import Platform
from keyturn.edits.files import FileContent
from keyturn.edits.properties import Property, properties
from keyturn.edits.spans import Span
from keyturn.edits.trees import Writing
from keyturn.model.errors import FileError
from keyturn.model.keys import KEY_ID_IN_TEXT, AccessKeyId, KeyPair, Secret
from keyturn.model.needs import Addition
from keyturn.model.places import Place, PlaceKind
from keyturn.model.text import _

if TYPE_CHECKING:
    from keyturn.computer.computer import Computer

_ADDRESS = re.compile(r"(?P<scheme>\w+)://(?P<user>[^@/]+)@(?P<host>[^/:]+)(?::(?P<port>\d+))?/?")


class Duck(Client):
    """`~/.duck/credentials`. The ID is a part of the name under which the secret stands: both change in one step."""

    name = "duck"
    title = "duck (Cyberduck CLI)"
    program_names = ("duck",)

    def look_through(self, computer: Computer, look: Discovery) -> None:
        """Take a place for each secret under a key ID, and a mention for each bookmark with one."""
        if computer.platform is not Platform.LINUX:
            return
        folder = computer.home / ".duck"
        content = look.read(folder / "credentials")
        if content is not None:
            try:
                look.take(_places(content))
            except FileError as error:
                look.report_unparsable(content, error)
        note = _("This bookmark names its key by the ID: put the new one there after the change.")
        for path in look.listing.files_in(folder / "bookmarks", ".duck"):
            bookmark = look.read(path)
            for identifier, line in () if bookmark is None else key_ids_in(bookmark.content):
                look.places.append(mention(self.name, path, identifier, line, note))

    def spots(self, content: FileContent) -> Mapping[str, CredentialSpans]:
        """Return each pair by its server; see `Client.spots`."""
        return {
            one.locator: CredentialSpans(
                ValueSpot(content.path, one.id_span, Writing.PLAIN),
                ValueSpot(content.path, one.entry.value_span, Writing.PLAIN),
                KeyPair(one.access_key_id, Secret(one.entry.value)),
            )
            for one in _stored(content)
            if one.entry.as_written and one.entry.value
        }

    def other_secrets(self, content: FileContent) -> tuple[Span, ...]:
        """Return every value: all of them are passwords."""
        return tuple(one.value_span for one in properties(content.content, path=content.path))


@dataclass(frozen=True, slots=True)
class _Stored:
    locator: str
    access_key_id: AccessKeyId
    id_span: Span
    host: str
    entry: Property


def _stored(content: FileContent) -> list[_Stored]:
    last = {one.key: one for one in properties(content.content, path=content.path)}
    found: list[_Stored] = []
    of_host: Counter[str] = Counter()
    for key, entry in last.items():
        address = _ADDRESS.fullmatch(key)
        # Other services stand here, too: only Amazon's shape of an ID tells.
        if address is None or KEY_ID_IN_TEXT.fullmatch(address["user"]) is None:
            continue
        identifier = key_id(address["user"])
        written = content.content[entry.key_span.start : entry.key_span.end]
        at = written.find(address["user"].encode())
        if identifier is None or at < 0:
            continue
        server = f"{address['scheme']}://{address['host']}" + (f":{address['port']}" if address["port"] else "")
        of_host[address["host"]] += 1
        number = of_host[address["host"]]
        start = entry.key_span.start + at
        found.append(
            _Stored(
                locator=server if number == 1 else f"{server} ({number})",
                access_key_id=identifier,
                id_span=Span(start, start + len(address["user"])),
                host=address["host"],
                entry=entry,
            )
        )
    return found


def _places(content: FileContent) -> Iterator[Place]:
    for one in _stored(content):
        known = one.entry.as_written and bool(one.entry.value)
        session = one.access_key_id.is_temporary
        notes = [
            _("Where a command names the key with “--username”, put the new access key ID there, too."),
            _("These are temporary credentials, which expire by themselves.") if session else "",
        ]
        yield Place(
            client=Duck.name,
            name=one.host,
            path=content.path,
            locator=one.locator,
            kind=PlaceKind.DESTINATION if known else PlaceKind.MENTION,
            access_key_id=one.access_key_id,
            secret=Secret(one.entry.value) if known else None,
            editable=known and not session,
            region=region_in(one.host),
            endpoint=None if is_aws_endpoint(one.host) else one.host,
            additions=frozenset({Addition.LIST_ALL_BUCKETS, Addition.OBJECT_ACL}),
            session=session,
            note=" ".join(note for note in notes if note),
        )
