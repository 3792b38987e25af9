"""Fields to tick, choose and type in. Qt's own style draws their outlines too faintly on a dark ground."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QLineEdit,
    QRadioButton,
    QSpinBox,
    QTimeEdit,
    QWidget,
)

from keyturn.desktop.font_sizes import em
from keyturn.desktop.icons import paint_icon
from keyturn.desktop.look import colours_of
from keyturn.desktop.wrapping import Wrapping
from keyturn.model.text import in_widget


class _Marked(Wrapping):
    """A text with a mark before it, as they are drawn here: the style counts with a mark of its own."""

    def _room(self) -> QSize:
        return QSize(_side(self) + em(self, 0.6), em(self, 0.35))

    def _with_mark(self, text: QSize) -> QSize:
        return QSize(text.width(), max(text.height(), _side(self)))

    def hitButton(self, pos: QPoint) -> bool:
        """Takes a click everywhere, also on the text: the style knows only where its own mark would be."""
        return self.rect().contains(pos)


class Tick(_Marked, QCheckBox):
    """A box to tick; `&` in its text is no mnemonic."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(in_widget(text).replace("&", "&&"), parent)
        self.may_wrap()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draws a box whose outline is seen on a dark ground, too, and a ring around box and text with the focus."""
        painter = QPainter(self)
        box = _begin(painter, self)
        radius = box.width() * 0.2
        colours = colours_of(self)
        if self.isChecked():
            painter.setBrush(QColor(colours.accent if self.isEnabled() else colours.quiet))
            painter.drawRoundedRect(box, radius, radius)
            inset = box.width() * 0.12
            paint_icon(painter, "check", box.adjusted(inset, inset, -inset, -inset), QColor(colours.on_accent))
        else:
            painter.drawRoundedRect(box, radius, radius)
        _end(painter, self)


class Choice(_Marked, QRadioButton):
    """One of several, of which one is chosen; `&` in its text is no mnemonic."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(in_widget(text).replace("&", "&&"), parent)
        self.may_wrap()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draws a disc whose outline is seen on a dark ground, too, and a ring around disc and text with the focus."""
        painter = QPainter(self)
        disc = _begin(painter, self)
        painter.drawEllipse(disc)
        if self.isChecked():
            colours = colours_of(self)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.accent_text if self.isEnabled() else colours.quiet))
            inset = disc.width() * 0.25
            painter.drawEllipse(disc.adjusted(inset, inset, -inset, -inset))
        _end(painter, self)


class Field(QLineEdit):
    """A line to type in."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draws an outline over the style's own, so that it is seen on a dark ground; it is wider with the focus."""
        super().paintEvent(event)
        outline(self)


class Number(QSpinBox):
    """A number to type or to count up and down."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draws the same outline as a `Field` has."""
        super().paintEvent(event)
        outline(self)


class TimeField(QTimeEdit):
    """A time of day to type or to count up and down."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draws the same outline as a `Field` has."""
        super().paintEvent(event)
        outline(self)


class ChoiceBox(QComboBox):
    """One of several choices, of which only the chosen one is seen."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draws the same outline as a `Field` has."""
        super().paintEvent(event)
        outline(self)


def _side(widget: QWidget) -> int:
    return em(widget, 0.9)


def _begin(painter: QPainter, button: _Marked) -> QRectF:
    """Prepare to draw the mark, and return where it goes."""
    colours = colours_of(button)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    side = _side(button)
    pen_colour = colours.accent_text if button.isChecked() or button.underMouse() else colours.quiet
    painter.setPen(QPen(QColor(pen_colour if button.isEnabled() else colours.edge), 1.5))
    painter.setBrush(QColor(colours.card))
    return QRectF(2, (button.height() - side) / 2, side, side).adjusted(0.75, 0.75, -0.75, -0.75)


def _end(painter: QPainter, button: _Marked) -> None:
    """Write the text beside the mark, and the ring where it has the focus."""
    colours = colours_of(button)
    area = QRectF(button.rect()).adjusted(_side(button) + em(button, 0.5), 0, 0, 0)
    painter.setPen(QColor(colours.text if button.isEnabled() else colours.quiet))
    button.write(painter, area, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    if button.hasFocus():
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(colours.accent_text), 2))
        ring = QRectF(0, 0, min(button.width(), button.sizeHint().width()), button.height()).adjusted(1, 1, -1, -1)
        painter.drawRoundedRect(ring, em(button, 0.25), em(button, 0.25))
    painter.end()


def outline(field: QWidget, *, focused: bool | None = None) -> None:
    """Draw an outline that is seen on a dark ground, too, over the style's own.

    Args:
        focused: whether what it frames has the focus; None where that is the field itself.
    """
    colours = colours_of(field)
    painter = QPainter(field)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    focused = field.hasFocus() if focused is None else focused
    painter.setPen(QPen(QColor(colours.accent_text if focused else colours.quiet), 2 if focused else 1))
    inset = 1.0 if focused else 0.5  # a line of one pixel is sharp in the middle of it
    painter.drawRoundedRect(QRectF(field.rect()).adjusted(inset, inset, -inset, -inset), 3, 3)
    painter.end()
