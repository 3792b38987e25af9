"""The pages about one thing: a key, a place or a bucket; and the menu of what else can be done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Signal
from PySide6.QtWidgets import QWidget

from keyturn.desktop.page_stack import Front
from keyturn.desktop.runner import Runner

if TYPE_CHECKING:
    # What a page needs is imported when it is opened.
    from PySide6.QtWidgets import QMenu

    from keyturn.desktop.key_use_lookup import UsersTold
    from keyturn.desktop.map_nodes import Goal, PlaceGoal
    from keyturn.desktop.overview import Overview
    from keyturn.desktop.place_page import PlacePage
    from keyturn.model.keys import AccessKeyId
    from keyturn.rotation.finding.survey import FoundKey


class Things(QObject):
    """Opens them in front of the main view.

    Attributes:
        overview: the newest look; None before the first.
        replaced: this key is to be replaced, or its rotation carried on.
        checked: a place was checked by itself; its identity, and the `PlaceCheck`.
    """

    replaced = Signal(object)
    checked = Signal(str, object)

    def __init__(self, window: QWidget, front: Front, runner: Runner) -> None:
        super().__init__(window)
        self.overview: Overview | None = None
        self._window, self._front, self._runner = window, front, runner
        self._users: dict[AccessKeyId, UsersTold] = {}

    def open(self, goal: Goal) -> None:
        """Show the page of a thing; nothing where it is not there any more."""
        from keyturn.desktop.map_nodes import BucketGoal, PlaceGoal

        match goal:
            case PlaceGoal():
                self._open_place(goal)
            case BucketGoal(name):
                self._open_bucket(name)
            case key:
                self._open_key(key)

    def show_menu(self, goal: Goal, at: QPoint) -> None:
        """Show what else can be done with a thing.

        Args:
            at: where on the screen.
        """
        if self.overview is not None:
            self.menu_of(goal, self.overview).popup(at)

    def menu_of(self, goal: Goal, overview: Overview) -> QMenu:
        """What can be done with a thing."""
        from keyturn.desktop.goal_menu import goal_menu

        return goal_menu(self._window, goal, overview, opened=self.open, checked=self._check)

    def _found(self, key: AccessKeyId) -> FoundKey | None:
        keys = () if self.overview is None else self.overview.survey.keys
        return next((one for one in keys if one.key.access_key_id == key), None)

    def _open_key(self, key: AccessKeyId) -> None:
        found = self._found(key)
        if found is None or self.overview is None:
            return
        from keyturn.desktop.key_page import KeyPage

        page = KeyPage(found, self.overview, self._runner, self._users)
        page.wanted.connect(lambda: self.replaced.emit(key))
        page.fresh_wanted.connect(lambda: self.open_renewal(found))
        page.opened.connect(self.open)
        self._front.open(page)

    def open_renewal(self, found: FoundKey) -> None:
        """Show how a key renews itself, or could."""
        from keyturn.desktop.renew_page import RenewPage

        page = RenewPage(found, self._runner)
        page.wanted.connect(lambda: self.replaced.emit(found.key.access_key_id))
        self._front.open(page)

    def open_renewal_of(self, key: AccessKeyId) -> None:
        """The same, of a key that was found; nothing where it is not here any more."""
        found = self._found(key)
        if found is not None:
            self.open_renewal(found)

    def _open_place(self, goal: PlaceGoal) -> PlacePage | None:
        if self.overview is None or (pair := self.overview.place(goal.identity)) is None:
            return None
        from keyturn.desktop.place_page import PlacePage

        page = PlacePage(*pair, self.overview, self._runner, self._users)
        page.opened.connect(self.open)
        page.asked.connect(self.replaced)
        page.checked.connect(lambda check: self.checked.emit(goal.identity, check))
        self._front.open(page)
        return page

    def _open_bucket(self, name: str) -> None:
        if self.overview is not None:
            from keyturn.desktop.bucket_page import BucketPage

            page = BucketPage(name, self.overview, self._runner)
            page.opened.connect(self.open)
            self._front.open(page)

    def _check(self, goal: PlaceGoal) -> None:
        page = self._open_place(goal)
        if page is not None:
            page.prove()
