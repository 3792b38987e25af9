"""Where on the screen the window was, and how large: no more than that, and nothing depends on it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from keyturn.model.text import _
from keyturn.state.stored import Sentences, Stored
from keyturn.state.written import Fields, Format, number, truth

FILE_NAME = "window.json"
_FARTHEST = 1_000_000  # pixels; no desktop is as wide


@dataclass(frozen=True, slots=True)
class WindowPlace:
    """In pixels of the layout, from the first screen's corner.

    Attributes:
        maximized: it filled the screen; the others tell what it goes back to.
    """

    x: int
    y: int
    width: int
    height: int
    maximized: bool


def load(folder: Path) -> WindowPlace | None:
    """Read it; None where it was never written.

    Raises:
        StateError: where a newer Keyturn wrote it, or it is damaged.
    """
    return _STORED.load(folder)


def save(folder: Path, place: WindowPlace) -> None:
    """Write it.

    Raises:
        StateError: as `load`.
        StateError: `state.unwritable`, where the disk does not let it.
    """
    _STORED.save(folder, place)


def _read(fields: Fields) -> WindowPlace:
    return WindowPlace(
        x=int(fields.get("x", number(-_FARTHEST, _FARTHEST))),
        y=int(fields.get("y", number(-_FARTHEST, _FARTHEST))),
        width=int(fields.get("width", number(1, _FARTHEST))),
        height=int(fields.get("height", number(1, _FARTHEST))),
        maximized=fields.get("maximized", truth),
    )


def _written(place: WindowPlace) -> dict[str, Any]:
    return {
        "x": place.x,
        "y": place.y,
        "width": place.width,
        "height": place.height,
        "maximized": place.maximized,
    }


def _sentences() -> Sentences:
    return Sentences(
        unreadable=_("Where the window was cannot be read"),
        mend=_("Move the file away; nothing is lost."),
        unwritable=_("Where the window is could not be remembered"),
        unwritten=_("It opens in its usual size the next time."),
    )


_STORED = Stored(FILE_NAME, Format(1, _read, _written), _sentences)
