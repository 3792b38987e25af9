"""The window opens where it was and as large as it was, as far as that is on a screen now."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from keyturn.model.errors import StoreError
from keyturn.state import window_place
from keyturn.state.window_place import WindowPlace


def place_window(window: QWidget, folder: Path | None, usual: QSize) -> None:
    """Give a window its place before it is shown.

    Args:
        folder: of Keyturn's memory; None where the place is not kept.
        usual: the size where none is known.
    """
    kept = None
    if folder is not None:
        with suppress(StoreError):  # it is in the way of nothing, and nobody has to be told
            kept = window_place.load(folder)
    screens = [one.availableGeometry() for one in QGuiApplication.screens()]
    window.resize(usual.boundedTo(window.screen().availableSize()))
    if kept is None:
        return
    on_screen = clamped(QRect(kept.x, kept.y, kept.width, kept.height), screens)
    if on_screen is not None:
        window.setGeometry(on_screen)
    if kept.maximized:
        window.showMaximized()


def keep_place(window: QWidget, folder: Path) -> None:
    """Remember where the window is now; where that cannot be written, it opens as usual the next time."""
    at = window.normalGeometry()
    place = WindowPlace(at.x(), at.y(), at.width(), at.height(), window.isMaximized())
    with suppress(StoreError):
        window_place.save(folder, place)


def clamped(wanted: QRect, screens: list[QRect]) -> QRect | None:
    """The nearest place at which all of the window is on one screen; None where it was on none of them.

    Args:
        screens: what of each a window may cover.
    """
    shared = [(one, one.intersected(wanted)) for one in screens]
    screen, common = max(shared, key=lambda pair: pair[1].width() * pair[1].height(), default=(QRect(), QRect()))
    if common.isEmpty():
        return None
    size = wanted.size().boundedTo(screen.size())
    left = min(max(wanted.x(), screen.x()), screen.x() + screen.width() - size.width())
    top = min(max(wanted.y(), screen.y()), screen.y() + screen.height() - size.height())
    return QRect(left, top, size.width(), size.height())
