"""The ways on from a place that could not be read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.desktop.rest_page import RestPage
from keyturn.desktop.unknowns import key_that_can_do_without, still_unread
from keyturn.model.keys import AccessKeyId

if TYPE_CHECKING:
    from keyturn.desktop.main_page import MainPage
    from keyturn.desktop.main_window import MainWindow
    from keyturn.desktop.overview import Overview


class UnreadWays:
    """What is pressed on the map's cards, and on the page that they lead to.

    Args:
        begin: replaces a key without a file.
    """

    def __init__(self, window: MainWindow, begin: Callable[[AccessKeyId, Path], None]) -> None:
        self._window, self._begin = window, begin
        self._is_trying_again = False

    def open(self, about: Path | None = None) -> None:
        """Show the page; it begins at what can be done about this file."""
        if self._window.overview is None:
            return
        page = RestPage(self._window.overview, self._window.runner, about)
        page.unlocked.connect(lambda: self._see_unlocked(page))
        page.left_out.connect(self._begin)
        self._window.open_page(page)

    def answer(self, overview: Overview) -> None:
        """Say to anyone who tried again what cannot be read still."""
        if self._is_trying_again and (said := still_unread(overview)):
            self._window.view.warn(said)
        self._is_trying_again = False

    def leave_out(self, path: Path) -> None:
        """Replace the key that may stand in this file without it."""
        overview = self._window.overview
        if overview is None:
            return
        problem = next((one for one in overview.survey.unread if one.path == path), None)
        key = None if problem is None else key_that_can_do_without(overview, problem)
        if key is not None:
            self._begin(key, path)

    def _see_unlocked(self, page: MainPage) -> None:
        """What was opened is looked into, and the page that named it as closed is no longer true."""
        self._window.pages.take_away(page)
        self.try_again()

    def try_again(self) -> None:
        """Look once more, and say so if it cannot be read still."""
        self._is_trying_again = True
        self._window.look()
