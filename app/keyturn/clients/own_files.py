"""Programs with configuration files of their own: what their modules have in common, whatever the grammar."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from keyturn.clients.endpoints import region_in, speaks_plain_http
from keyturn.clients.findings import Discovery, is_placeholder, key_id, named_key_id, no_key_id_in
from keyturn.clients.interface import Client, CredentialSpans, ValueSpot
from keyturn.clients.listing import Listing
from keyturn.clients.session_tokens import token_beside
from keyturn.edits.files import FileContent
from keyturn.edits.trees import Scalar, Writing
from keyturn.model.errors import FileError
from keyturn.model.keys import KeyPair, Secret
from keyturn.model.manners import AS_USUAL, Manner
from keyturn.model.needs import Addition
from keyturn.model.places import Place, PlaceKind, Problem, Target
from keyturn.model.text import _

if TYPE_CHECKING:
    from keyturn.computer.computer import Computer


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A key as a program's own file has it; see `Place` for what is not said here.

    Attributes:
        access_key_id: it may hold a reference, or another store's name, instead.
        secret: None where none stands beside it.
        token: what a session token beside it is called; None where there is none.
    """

    locator: str
    name: str
    access_key_id: Scalar
    secret: Scalar | None
    targets: tuple[Target, ...] = ()
    region: str | None = None
    endpoint: str | None = None
    additions: frozenset[Addition] = frozenset()
    manner: Manner = AS_USUAL
    plain_http: bool = False
    token: str | None = None
    note: str = ""

    @property
    def pair(self) -> KeyPair | None:
        """The pair, where both values stand here themselves."""
        identifier = named_key_id(self.access_key_id.value)
        if identifier is None or self.secret is None or not self.secret.is_text or is_placeholder(self.secret.value):
            return None
        return KeyPair(identifier, Secret(self.secret.value))

    @property
    def is_replaceable(self) -> bool:
        """Whether both values have a spot of their own."""
        values = (self.access_key_id, self.secret)
        return all(value is not None and value.writing is not Writing.FIXED for value in values)


class OwnFiles(Client, Protocol):
    """A program that keeps its keys in files of its own."""

    def paths(self, computer: Computer, listing: Listing) -> Iterable[Path]:
        """Return where the program's files may be, in its own order; folders are listed with `listing`."""
        ...

    def keys(self, content: FileContent) -> Iterable[StoredKey]:
        """Return each key in the file that counts for the program.

        Raises:
            FileError: `file.unparsable`, where the program, or Keyturn, cannot read the file.
        """
        ...

    def look_through(self, computer: Computer, look: Discovery) -> None:
        """Take a place for every key in the program's files."""
        for path in self.paths(computer, look.listing):
            self.take_file(computer, look, path)

    def take_file(self, computer: Computer, look: Discovery, path: Path) -> None:
        """Take a place for every key in one file; see `Client.take_file`."""
        content = look.read(path)
        if content is not None:
            self.take_keys(look, content, lambda: self.keys(content))

    def take_keys(self, look: Discovery, content: FileContent, keys: Callable[[], Iterable[StoredKey]]) -> None:
        """Take a place for every key that was found in a file; `keys` raises as the function of that name."""
        try:
            found = list(keys())
        except FileError as error:
            look.report_unparsable(content, error)
        else:
            for key in found:
                look.take(_place(self.name, content.path, key))

    def spots(self, content: FileContent) -> Mapping[str, CredentialSpans]:
        """Return each complete pair that has a spot of its own; see `Client.spots`."""
        found = {}
        for key in self.keys(content):
            pair = key.pair
            if pair is not None and key.secret is not None and key.is_replaceable:
                found[key.locator] = CredentialSpans(
                    ValueSpot(content.path, key.access_key_id.span, key.access_key_id.writing),
                    ValueSpot(content.path, key.secret.span, key.secret.writing),
                    pair,
                )
        return found


def _place(client: str, path: Path, key: StoredKey) -> Iterator[Place | Problem]:
    identifier = key_id(key.access_key_id.value, key.endpoint)
    if identifier is None:
        yield from no_key_id_in(client, path, key.name, key.access_key_id.value)
        return
    pair = key.pair
    token = token_beside(identifier, key.token)
    notes = [key.note]
    if pair is None:
        notes.append(_("The secret key does not stand beside it in this file."))
    elif not key.is_replaceable:
        notes.append(_("It is written in a form that Keyturn does not change, such as a YAML anchor or a block."))
    notes.append(token.note)
    yield Place(
        client=client,
        name=key.name,
        path=path,
        locator=key.locator,
        kind=PlaceKind.MENTION if pair is None else PlaceKind.DESTINATION,
        access_key_id=identifier,
        secret=None if pair is None else pair.secret,
        editable=pair is not None and key.is_replaceable and token.lets_edit,
        targets=tuple(dict.fromkeys(key.targets)),
        region=key.region or region_in(key.endpoint),
        endpoint=key.endpoint,
        additions=key.additions,
        manner=key.manner,
        plain_http=key.plain_http or speaks_plain_http(key.endpoint),
        session=token.session,
        spoiled=token.spoiled,
        note=" ".join(note for note in notes if note),
        line=key.access_key_id.line,
    )


def roots_home(computer: Computer, *parts: str) -> tuple[Path, ...]:
    """Return a path in root's home, where services keep their files; nothing where that is the home looked at."""
    home = computer.system_folder("root")
    return () if home is None or home == computer.home else (home.joinpath(*parts),)


def option(arguments: Iterable[str], *names: str) -> str | None:
    """Return the value of an option, written `--name value` or `--name=value`; the last one counts."""
    found: str | None = None
    waiting = False
    for argument in arguments:
        if waiting:
            found, waiting = argument, False
        elif argument in names:
            waiting = True
        else:
            name, equals, value = argument.partition("=")
            found = value if equals and name in names else found
    return found
