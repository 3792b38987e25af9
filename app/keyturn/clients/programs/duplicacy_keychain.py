"""Duplicacy: the keys that it keeps in the keychain of a Linux desktop (facts/clients.md section 9).

A pair is two items there, which nothing can change in one act. So Keyturn reads them, and a person changes them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.clients.described.guided import blind_spot
from keyturn.clients.findings import key_id
from keyturn.clients.listing import Listing
from keyturn.clients.programs.duplicacy import Address, address_in, at_address, preferences_files
from keyturn.clients.traces import traces_on
from keyturn.computer.computer import Platform
from keyturn.edits import json_spans, secret_service, trees
from keyturn.edits.files import FileContent
from keyturn.model.errors import ClientError, FileError
from keyturn.model.keys import Secret
from keyturn.model.places import Place, PlaceKind, Problem
from keyturn.model.text import _

if TYPE_CHECKING:
    from keyturn.clients.described.guide import Guide
    from keyturn.clients.findings import Discovery
    from keyturn.computer.computer import Computer

_ITEM_NAME = re.compile(r"(?:(?P<storage>.+)_)?s3_(?:id|secret)")


@dataclass(frozen=True, slots=True)
class _Storage:
    """A storage that takes its key, or half of it, from elsewhere than the preferences.

    Attributes:
        address: None where only its items are known.
        half_here: the preferences hold one half, which comes before the keychain's.
    """

    name: str
    path: Path
    address: Address | None
    half_here: bool = False

    @property
    def item_prefix(self) -> str:
        """What comes before `s3_id` in the names of its items (duplicacy_utils.go, GetPassword)."""
        return "" if self.name == "default" else f"{self.name}_"


def repositories_and_program(computer: Computer, guide: Guide, listing: Listing) -> tuple[Path, ...]:
    """Return the preferences of each repository, and the program where it is in one of the usual folders."""
    # What cannot be listed on the way is told by the client `duplicacy`, which goes the same way.
    files = [path for path in preferences_files(computer, Listing()) if path.is_file()]
    return (*files, *traces_on(computer, guide.traces_on(computer.platform).files, listing))


def read_keychain(computer: Computer, guide: Guide, found: Collection[Path], look: Discovery) -> None:
    """Take a place for each storage whose pair is in the keychain; without a pair there, it is a blind spot."""
    storages: list[_Storage] = []
    preferences = [path for path in found if path.name == "preferences"]
    for path in preferences:
        content = look.read(path)
        if content is None:
            continue
        try:
            storages += _without_key(content)
        except FileError as error:
            look.report(path, error)
    if preferences and not storages:
        return
    here = storages[0].path if storages else next(iter(found))
    if not computer.is_this_one or computer.platform is not Platform.LINUX:
        look.take([blind_spot(guide, here)])
        return
    try:
        items = secret_service.read_items({"service": "duplicacy"}, "username")
    except ClientError as error:
        look.take([blind_spot(guide, here, f"{error.title}.")])
        return
    known = {storage.name for storage in storages}
    storages += [_Storage(name, here, None) for name in _names(items) if name not in known]
    for storage in storages:
        look.take(_in_items(computer, guide, storage, items))


def _without_key(content: FileContent) -> Iterator[_Storage]:
    for item in trees.items(json_spans.parse(content.content, path=content.path)):
        name, keys = trees.text(item, "name") or "default", trees.at(item, "keys")
        address = address_in(trees.text(item, "storage") or "")
        halves = [any(trees.text(keys, f"{own}s3_{half}") for own in (f"{name}_", "")) for half in ("id", "secret")]
        if address is not None and not all(halves):
            yield _Storage(name, content.path, address, half_here=any(halves))


def _names(items: Mapping[str, object]) -> Collection[str]:
    matches = (_ITEM_NAME.fullmatch(name) for name in sorted(items))
    return dict.fromkeys(match["storage"] or "default" for match in matches if match is not None)


def _in_items(
    computer: Computer, guide: Guide, storage: _Storage, items: Mapping[str, tuple[Secret, ...]]
) -> Iterator[Place | Problem]:
    ids, secrets = (_values(items, f"{storage.item_prefix}s3_{half}") for half in ("id", "secret"))
    identifiers = [one for one in map(key_id, ids) if one is not None]
    whole = not storage.half_here and len(ids) == len(secrets) == len(identifiers) == 1
    if not whole:
        if storage.half_here:
            reason = _("Its preferences hold only half of the key for its storage “{name}”.")
        else:
            reason = _("The system's keychain does not hold exactly one complete key for its storage “{name}”.")
        yield blind_spot(guide, storage.path, reason.format(name=storage.name))
    variable = f"DUPLICACY_{storage.item_prefix}S3_ID".upper()
    notes = [
        _("The key is in the system's keychain, for all repositories with a storage of this name."),
        "" if whole else _("It is not known which secret key belongs to it."),
        _("Where {name} is set, Duplicacy takes that key instead.").format(name=variable)
        if computer.environment.get(variable)
        else "",
    ]
    for identifier in identifiers:
        place = Place(
            client=guide.name,
            name=storage.name,
            path=storage.path,
            locator=storage.name,
            kind=PlaceKind.DESTINATION if whole else PlaceKind.MENTION,
            access_key_id=identifier,
            secret=Secret(secrets[0]) if whole else None,
            session=identifier.is_temporary,
            note=" ".join(note for note in notes if note),
        )
        yield at_address(place, storage.address)


def _values(items: Mapping[str, tuple[Secret, ...]], name: str) -> list[str]:
    """The different values of the items of that name; Duplicacy empties an item when it asks anew."""
    return list(dict.fromkeys(one.reveal() for one in items.get(name, ()) if one.reveal()))
