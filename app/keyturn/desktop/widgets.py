"""The few widgets that pages are made of: headings, quiet text, pills, cards and buttons."""

from __future__ import annotations

import re

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from keyturn.desktop.font_sizes import em, heading_font, strong_font, subheading_font
from keyturn.desktop.icons import paint_icon
from keyturn.desktop.look import ColorTone, colours_of, tone_colour, wash_colour
from keyturn.desktop.window_words import in_window
from keyturn.desktop.wrapping import Wrapping
from keyturn.model.text import in_widget, unmarked

_SEPARATOR = re.compile(r"[/\\_.:=@-]")


class Text(QLabel):
    """Text that wraps. Names from files are shown as they are, never read as markup.

    Where a sentence names a command, it names here what is pressed in the window.
    """

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setText(text)

    def setText(self, text: str) -> None:
        """Shows the text with the names of buttons in the place of commands, as `in_window` has them."""
        super().setText(in_widget(in_window(text)))

    def setAccessibleName(self, name: str) -> None:
        """Says the name without what it could hold of a secret."""
        super().setAccessibleName(in_widget(name))

    def selectable(self) -> Text:
        """Let it be selected and copied, by mouse and by keyboard."""
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        return self


class Heading(Text):
    """What a page says first. It can take the focus, so that a screen reader begins there when the page changes."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setFont(heading_font(self.font()))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)


class Subheading(Text):
    """The heading of a part of a page."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setFont(subheading_font(self.font()))


class Strong(Text):
    """Text that stands out, such as the name of a thing."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setFont(strong_font(self.font()))


class Quiet(Text):
    """Text that is less important."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setForegroundRole(QPalette.ColorRole.PlaceholderText)


def breakable(text: str) -> str:
    """The text with places at which a long path or command may be broken."""
    return _SEPARATOR.sub("\\g<0>\u200b", text)


class Typed(Text):
    """What a person types in a terminal: shown as it is, options and all."""

    def setText(self, text: str) -> None:
        """Shows the text as it is."""
        QLabel.setText(self, in_widget(text))


class Verbatim(Quiet):
    """A path or a command: shown as it is, and broken wherever a separator stands, however long its words are."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.show_verbatim(text)

    def show_verbatim(self, text: str) -> None:
        """Show another one."""
        text = in_widget(text)  # first: a secret is not recognised where it may be broken
        QLabel.setText(self, breakable(text))
        self.setAccessibleName(text)


class Toned(Text):
    """Text in the colour of a tone. The words say the same as the colour."""

    def __init__(self, text: str = "", tone: ColorTone = ColorTone.NEUTRAL, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._tone = tone
        self._worn: QColor | None = None
        # Not WindowText: from that follows which scheme is worn.
        self.setForegroundRole(QPalette.ColorRole.Text)
        self._colour()

    def show_text(self, text: str, tone: ColorTone) -> None:
        """Say something else."""
        self._tone = tone
        self.setText(text)
        self._colour()

    def changeEvent(self, event: QEvent) -> None:
        """Takes the tone's colour from the new palette."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            self._colour()

    def _colour(self) -> None:
        if not self.text():
            return
        wanted = tone_colour(colours_of(self), self._tone)
        # A palette of one's own is a change of the palette, too.
        if wanted != self._worn:
            self._worn = wanted
            palette = self.palette()
            palette.setColor(QPalette.ColorRole.Text, wanted)
            self.setPalette(palette)


class Pill(Text):
    """A state in one or two words, on a wash of its tone."""

    def __init__(self, text: str = "", tone: ColorTone = ColorTone.NEUTRAL, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._tone = tone
        self.setWordWrap(False)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """The text in one line, and room for the round ends."""
        text = self.fontMetrics().size(Qt.TextFlag.TextSingleLine, self.text())
        return QSize(text.width() + em(self, 0.9), text.height() + em(self, 0.2))

    def minimumSizeHint(self) -> QSize:
        """Never smaller, so that a state is not cut."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draws the wash behind the text, in the colours of now."""
        painter = QPainter(self)
        paint_pill(painter, self, QRectF(self.rect()), self.text(), self._tone)
        painter.end()


def paint_pill(painter: QPainter, widget: QWidget, area: QRectF, text: str, tone: ColorTone) -> None:
    """Draw a pill into `area` of `widget`."""
    colours = colours_of(widget)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    wash = wash_colour(colours, tone)
    # In high contrast there is no wash, so an outline shows the pill.
    painter.setPen(QPen(tone_colour(colours, tone)) if wash == QColor(colours.card) else Qt.PenStyle.NoPen)
    painter.setBrush(wash)
    shape = area.adjusted(0.5, 0.5, -0.5, -0.5)
    painter.drawRoundedRect(shape, shape.height() / 2, shape.height() / 2)
    painter.setPen(tone_colour(colours, tone))
    painter.drawText(area, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextSingleLine, text)
    painter.restore()


def paint_card(
    painter: QPainter, widget: QWidget, *, hover: bool = False, focus: bool = False, dashed: bool = False
) -> None:
    """Draw the ground and the border of a card, as large as `widget`; dashed for what is not known, or past."""
    colours = colours_of(widget)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    radius = em(widget, 0.45)
    area = QRectF(widget.rect()).adjusted(1.5, 1.5, -1.5, -1.5)
    painter.setBrush(QColor(colours.ground if dashed else colours.card))
    border = QPen(QColor(colours.accent_text if hover else colours.quiet if dashed else colours.line), 1)
    if dashed:
        border.setWidthF(1.5)
        border.setDashPattern([2.5, 2])
    painter.setPen(border)
    painter.drawRoundedRect(area, radius, radius)
    if focus:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(colours.accent_text), 2))
        painter.drawRoundedRect(area.adjusted(-0.5, -0.5, 0.5, 0.5), radius, radius)


class Card(QFrame):
    """A group of things that belong together, on a ground of its own. It has a column to put them in."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(em(self, 0.9), em(self, 0.7), em(self, 0.9), em(self, 0.7))
        self.column.setSpacing(em(self, 0.3))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draws the ground and the border of a card in place of the style's frame."""
        painter = QPainter(self)
        paint_card(painter, self)
        painter.end()


class Button(Wrapping, QPushButton):
    """A button as the drawings have it: a quiet frame, a clear ring when it has the focus."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)  # with a text, PySide would make all of QIcon, to see that there is none
        if text:
            self.setText(text)
        self.setAutoDefault(True)
        self.may_wrap()

    def setText(self, text: str) -> None:
        """Shows the text without what a name from a file could do with it."""
        super().setText(in_widget(text))

    def setAccessibleName(self, name: str) -> None:
        """Says the name without what it could hold of a secret."""
        super().setAccessibleName(in_widget(name))

    def setAccessibleDescription(self, description: str) -> None:
        """Says the description without what it could hold of a secret."""
        super().setAccessibleDescription(in_widget(description))

    def _room(self) -> QSize:
        """The same in every style."""
        return QSize(em(self, 1.7), em(self, 0.95))

    def _ground(self) -> QColor:
        """The colour of the button itself."""
        colours = colours_of(self)
        return QColor(colours.wash_accent if self.underMouse() and self.isEnabled() else colours.card)

    def _ink(self) -> QColor:
        """The colour of its text."""
        colours = colours_of(self)
        return QColor(colours.text if self.isEnabled() else colours.quiet)

    def _border(self) -> QColor:
        """The colour of its frame."""
        return QColor(colours_of(self).edge)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draws it alike in every style: dashed where it cannot be pressed, with a ring where it has the focus."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        radius = em(self, 0.4)
        area = QRectF(self.rect()).adjusted(2.5, 2.5, -2.5, -2.5)  # in the middle of pixels, so that it is not blurred
        painter.setBrush(self._ground().darker(112) if self.isDown() else self._ground())
        style = Qt.PenStyle.SolidLine if self.isEnabled() else Qt.PenStyle.DashLine
        painter.setPen(QPen(self._border(), 1, style))
        painter.drawRoundedRect(area, radius, radius)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(colours_of(self).accent_text), 2))
            painter.drawRoundedRect(area.adjusted(-1.5, -1.5, 1.5, 1.5), radius + 1, radius + 1)
        painter.setPen(self._ink())
        inside = area.adjusted(em(self, 0.4), 0, -em(self, 0.4), 0)
        self.write(painter, inside, Qt.AlignmentFlag.AlignCenter)
        painter.end()


class ShapeButton(Button):
    """A button with a shape instead of text, for what everybody knows by its shape; its name is told all the same.

    Args:
        shape: the file's name without its ending.
        name: for screen readers, and beside the pointer.
    """

    def __init__(self, shape: str, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._shape = shape
        self.setAccessibleName(name)
        self.setToolTip(unmarked(name))

    def sizeHint(self) -> QSize:
        """A square about as high as the buttons beside it: there is no text to make room for."""
        side = self.fontMetrics().height() + em(self, 0.75)
        return QSize(side, side)

    def minimumSizeHint(self) -> QSize:
        """Never smaller."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draws the shape where other buttons have their text."""
        super().paintEvent(event)
        side = em(self, 1.0)
        area = QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)
        painter = QPainter(self)
        paint_icon(painter, self._shape, area, self._ink())
        painter.end()


class PrimaryButton(Button):
    """The one button of a page that does what the page is for. Enter presses it."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setFont(strong_font(self.font()))
        self.setDefault(True)

    def _room(self) -> QSize:
        """More than other buttons have, so that it is seen first."""
        return QSize(em(self, 2.6), em(self, 1.25))

    def _ground(self) -> QColor:
        colours = colours_of(self)
        if not self.isEnabled():
            return QColor(colours.ground)
        accent = QColor(colours.accent)
        return accent.darker(108) if self.underMouse() else accent

    def _ink(self) -> QColor:
        colours = colours_of(self)
        return QColor(colours.on_accent if self.isEnabled() else colours.quiet)

    def _border(self) -> QColor:
        colours = colours_of(self)
        return QColor(colours.accent_edge if self.isEnabled() else colours.edge)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draws a second ring, inside, where it has the focus."""
        super().paintEvent(event)
        if self.hasFocus():
            # A ring in the button's own colour is not seen on it.
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(self._ink(), 1.5))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(5, 5, -5, -5), em(self, 0.3), em(self, 0.3))
            painter.end()


class LinkButton(Button):
    """A thing to press in the middle of text: in the colour of what can be pressed, without a frame."""

    def _room(self) -> QSize:
        """Hardly any, so that it stands among sentences as one of them."""
        return QSize(em(self, 0.4), em(self, 0.4))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draws the text alone; a line under it comes with the mouse or the focus."""
        painter = QPainter(self)
        colours = colours_of(self)
        font = self.font()
        font.setUnderline(self.underMouse() or self.hasFocus())
        painter.setFont(font)
        painter.setPen(QColor(colours.accent_text if self.isEnabled() else colours.quiet))
        area = QRectF(self.rect()).adjusted(em(self, 0.2), 0, 0, 0)
        self.write(painter, area, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        if self.hasFocus():
            painter.setPen(QPen(QColor(colours.accent_text), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), em(self, 0.25), em(self, 0.25))
        painter.end()
