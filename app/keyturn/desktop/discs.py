"""A disc that says by its shape, and by its colour as well, how far something is: done, current, or to come."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QWidget

from keyturn.desktop.icons import paint_icon
from keyturn.desktop.look import colours_of
from keyturn.desktop.progress_state import Reached


def paint_disc(painter: QPainter, widget: QWidget, disc: QRectF, reached: Reached) -> None:
    """Draw it into `disc`, in the colours that `widget` wears."""
    colours = colours_of(widget)
    painter.setPen(Qt.PenStyle.NoPen)
    match reached:
        case Reached.DONE:
            painter.setBrush(QColor(colours.good))
            painter.drawEllipse(disc)
            inset = disc.width() * 0.18
            paint_icon(painter, "check", disc.adjusted(inset, inset, -inset, -inset), QColor(colours.card))
        case Reached.CURRENT:
            painter.setBrush(QColor(colours.card))
            painter.setPen(QPen(QColor(colours.accent_text), 2))
            painter.drawEllipse(disc.adjusted(1, 1, -1, -1))
            inset = disc.width() * 0.3
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.accent_text))
            painter.drawEllipse(disc.adjusted(inset, inset, -inset, -inset))
        case Reached.TODO:
            painter.setBrush(QColor(colours.card))
            painter.setPen(QPen(QColor(colours.quiet), 1.6))
            painter.drawEllipse(disc.adjusted(1, 1, -1, -1))
