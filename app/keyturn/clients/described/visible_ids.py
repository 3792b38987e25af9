"""Programs whose files show the key ID, in a grammar that nobody of us has seen: the ID is found, the rest is not."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.clients.described.guided import blind_spot
from keyturn.clients.findings import locator_of_line
from keyturn.clients.listing import Listing
from keyturn.clients.occurrences import key_ids_in
from keyturn.clients.walking import Walk
from keyturn.model.places import Place, PlaceKind
from keyturn.model.text import _

if TYPE_CHECKING:
    from keyturn.clients.described.guide import Guide
    from keyturn.clients.findings import Discovery
    from keyturn.computer.computer import Computer

_BUDGET = 500  # files of one folder


def read_visible_ids(computer: Computer, guide: Guide, found: Collection[Path], look: Discovery) -> None:
    """Take each key ID that stands in the files found; where there is none, the key may be hidden."""
    for path in _files(found, look.listing):
        content = look.read(path)
        for identifier, line in () if content is None else key_ids_in(content.content):
            look.places.append(
                Place(
                    client=guide.name,
                    name=path.stem,
                    path=path,
                    locator=locator_of_line(line, identifier),
                    kind=PlaceKind.DESTINATION,
                    access_key_id=identifier,
                    additions=guide.asks,
                    session=identifier.is_temporary,
                    note=_("Only the ID can be seen in this file."),
                )
            )
    if not look.places:
        look.take([blind_spot(guide, next(iter(found)))])


def _files(found: Collection[Path], listing: Listing) -> Iterator[Path]:
    for path in found:
        if path.is_dir():
            yield from (Path(entry.path) for entry in Walk.beside(listing, _BUDGET).files(path, 0))
        else:
            yield path
