"""What else can be done with a key, a place or a bucket: the menu of the right mouse button and of the menu key."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QWidget

from keyturn.desktop.copying import put_on_clipboard
from keyturn.desktop.folder import can_be_shown, show_in_folder
from keyturn.desktop.map_nodes import BucketGoal, Goal, PlaceGoal
from keyturn.desktop.overview import Overview
from keyturn.model.text import _


def goal_menu(
    owner: QWidget,
    goal: Goal,
    overview: Overview,
    *,
    opened: Callable[[Goal], None],
    checked: Callable[[PlaceGoal], None],
) -> QMenu:
    """Make the menu; it frees itself when it is closed.

    Args:
        opened: is called with what is to be opened.
        checked: is called with the place that is to be checked by itself.
    """
    menu = QMenu(owner)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.addAction(_("&Open"), lambda: opened(goal))
    match goal:
        case PlaceGoal(identity):
            pair = overview.place(identity)
            if pair is not None:
                found, place = pair
                menu.addAction(_("Open its &key"), lambda: opened(found.key.access_key_id))
                menu.addAction(_("&Check this one"), lambda: checked(goal))
                menu.addSeparator()
                shown = menu.addAction(_("&Show in folder"), lambda: show_in_folder(place.path))
                shown.setEnabled(can_be_shown(place.path))
                menu.addAction(_("Co&py the path"), lambda: put_on_clipboard(str(place.path)))
        case BucketGoal(name):
            menu.addAction(_("Co&py its name"), lambda: put_on_clipboard(name))
        case key:
            menu.addAction(_("Co&py the whole ID"), lambda: put_on_clipboard(key.value))
    return menu
