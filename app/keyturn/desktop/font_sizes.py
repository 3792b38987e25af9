"""Sizes: all of them follow from the font, so that larger text makes everything larger, and nothing is cut."""

from __future__ import annotations

from PySide6.QtGui import QFont, QFontMetricsF
from PySide6.QtWidgets import QApplication, QWidget

_SMALLEST = 10.0  # points; X11 without a desktop gives 9, which is hard to read
_HEADING = 1.55
_SUBHEADING = 1.15


def em(widget: QWidget, times: float = 1.0) -> int:
    """So many line heights of the widget's font, in pixels."""
    return round(QFontMetricsF(widget.font()).height() * times)


def enlarge_small_font(application: QApplication) -> None:
    """Use the system's font, but not below the smallest size that is easy to read."""
    font = application.font()
    if 0 < font.pointSizeF() < _SMALLEST:
        font.setPointSizeF(_SMALLEST)
        application.setFont(font)


def heading_font(font: QFont) -> QFont:
    """The font of a page's heading."""
    return _larger(font, _HEADING)


def subheading_font(font: QFont) -> QFont:
    """The font of a heading within a page."""
    return _larger(font, _SUBHEADING)


def strong_font(font: QFont) -> QFont:
    """The font of a card's title."""
    return _larger(font, 1.0)


def fixed_font(font: QFont) -> QFont:
    """The system's fixed font for key IDs, commands and diffs, in the size of `font`."""
    from PySide6.QtGui import QFontDatabase

    fixed = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    fixed.setPointSizeF(font.pointSizeF())
    return fixed


def _larger(font: QFont, times: float) -> QFont:
    larger = QFont(font)
    larger.setPointSizeF(font.pointSizeF() * times)
    larger.setWeight(QFont.Weight.DemiBold)
    return larger
