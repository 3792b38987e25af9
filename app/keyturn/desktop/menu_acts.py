"""What the items of the menu bar do, and what decides which of them can act now."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class Acts(NamedTuple):
    """What the items do.

    Attributes:
        show_view: shows the map, the list or the history, by its place in the row.
        sees: tells what else holds a key, and what is not seen.
        keys: tells the keyboard's shortcuts.
    """

    mail: Callable[[], object]
    elsewhere: Callable[[], object]
    report: Callable[[], object]
    settings: Callable[[], object]
    close: Callable[[], object]
    quit: Callable[[], object]
    show_view: Callable[[int], object]
    check: Callable[[], object]
    replace: Callable[[], object]
    fresh: Callable[[], object]
    account: Callable[[], object]
    put_back: Callable[[], object]
    search: Callable[[], object]
    rehearse: Callable[[], object]
    help: Callable[[], object]
    sees: Callable[[], object]
    keys: Callable[[], object]
    about: Callable[[], object]


class Situated(NamedTuple):
    """What decides which items can act now.

    Attributes:
        is_led: a rotation's pages are in front.
        has_looked: something was seen already.
        view: which of map, list and history is shown.
        order: what the header's button says; empty where nothing is called for.
        has_keys: a key was found.
        can_be_put_back: a rotation is under way.
    """

    is_led: bool
    has_looked: bool
    view: int
    order: str
    has_keys: bool
    can_be_put_back: bool
