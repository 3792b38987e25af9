"""Emptying a layout, so that what was in it is neither seen nor freed while one of its own buttons is still at work."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtWidgets import QLayout, QWidget


def empty(layout: QLayout) -> None:
    """Take everything out of `layout`, and let it go."""
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            let_go([widget])


def let_go(widgets: Iterable[QWidget]) -> None:
    """Hide widgets now, and free them when the window's thread comes back to its loop."""
    for widget in widgets:
        widget.hide()
        widget.deleteLater()
