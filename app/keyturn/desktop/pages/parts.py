"""What the assistant's pages are made of, beyond the widgets of the whole window."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLayout, QProgressBar, QSizePolicy, QTextEdit, QVBoxLayout, QWidget

from keyturn.desktop.font_sizes import em, fixed_font
from keyturn.desktop.icons import Shape, paint_icon
from keyturn.desktop.look import ColorTone, colours_of, tone_colour, wash_colour
from keyturn.desktop.reflowing import ReflowingRow
from keyturn.desktop.widgets import Button, Card, Quiet, Strong, Text, Toned, Typed, Verbatim, breakable
from keyturn.model.text import _, in_widget

_MOST_LINES = 14
_ROW = 20  # line heights, from which on a program's state stands beside its name


class Badge(QWidget):
    """A shape on a round wash of its tone; the words beside it say the same."""

    def __init__(self, name: str, tone: ColorTone, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name, self._tone = name, tone
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_state(self, name: str, tone: ColorTone) -> None:
        """Say another state."""
        self._name, self._tone = name, tone
        self.update()

    def sizeHint(self) -> QSize:
        """A square of 1.8 line heights, so that the wash is round."""
        return QSize(em(self, 1.8), em(self, 1.8))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draws the wash, and the shape on it, in the tone's colours of now."""
        colours = colours_of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(wash_colour(colours, self._tone))
        area = QRectF(self.rect())
        painter.drawEllipse(area)
        inset = area.width() * 0.22
        shape = area.adjusted(inset, inset, -inset, -inset)
        paint_icon(painter, self._name, shape, tone_colour(colours, self._tone))
        painter.end()


class Notice(QFrame):
    """A line on a wash of its tone: where we are, or what just happened."""

    def __init__(self, text: str, tone: ColorTone, shape: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tone = tone
        row = QHBoxLayout(self)
        row.setContentsMargins(em(self, 0.7), em(self, 0.5), em(self, 0.7), em(self, 0.5))
        row.setSpacing(em(self, 0.6))
        row.addWidget(Shape(shape, tone), 0, Qt.AlignmentFlag.AlignTop)
        self.text = Text(text)
        row.addWidget(self.text, 1)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draws the wash behind the text; in high contrast, where there is none, an outline."""
        colours = colours_of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        wash = wash_colour(colours, self._tone)
        painter.setPen(tone_colour(colours, self._tone) if wash == QColor(colours.card) else Qt.PenStyle.NoPen)
        painter.setBrush(wash)
        radius = em(self, 0.35)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        painter.end()


class StateRow(Card):
    """One program and how it fares: a shape, its name, where it is, and the state in words."""

    def __init__(self, name: str, where: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.badge = Badge("circle", ColorTone.NEUTRAL)
        self.state = Toned("", ColorTone.NEUTRAL)
        self.state.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._name = name
        inside = QWidget()
        self._row = ReflowingRow(inside, _ROW)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(em(self, 0.4))
        head = QHBoxLayout()
        head.setSpacing(em(self, 0.8))
        head.addWidget(self.badge)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(Strong(name))
        words.addWidget(Verbatim(where))
        head.addLayout(words, 1)
        self._row.addLayout(head, 3)
        self._row.addWidget(self.state, 2)
        self.column.addWidget(inside)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Puts the state below the name where the row is too narrow for both."""
        super().resizeEvent(event)
        self._row.reflow()

    def show_state(self, text: str, tone: ColorTone, shape: str) -> None:
        """Say another state, where it is another one."""
        shown = breakable(in_widget(text))
        if shown == self.state.text():
            return
        self.badge.show_state(shape, tone)
        self.state.show_text(shown, tone)
        self.state.setAccessibleName(f"{self._name}: {text}")


class Fold(QWidget):
    """Details that are out of the way until they are asked for; they are made then.

    Args:
        make: makes the content, the first time it is unfolded.
    """

    def __init__(self, title: str, make: Callable[[], QWidget], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._make: Callable[[], QWidget] | None = make
        self._content: QWidget | None = None
        self.button = _FoldButton(title)
        self.button.toggled.connect(self._turned)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)
        self._column = column

    def _turned(self, unfolded: bool) -> None:
        if unfolded and self._make is not None:
            self._content, self._make = self._make(), None
            self._column.addWidget(self._content)
        if self._content is not None:
            self._content.setVisible(unfolded)


class _FoldButton(Button):
    def __init__(self, title: str) -> None:
        super().__init__(title)
        self.setCheckable(True)
        self.setAutoDefault(False)
        self.toggled.connect(self._tell)
        self._tell(False)

    def _tell(self, unfolded: bool) -> None:
        self.setAccessibleDescription(_("unfolded") if unfolded else _("folded"))
        self.update()

    def _room(self) -> QSize:
        return QSize(em(self, 1.6), em(self, 0.5))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = colours_of(self)
        side = em(self, 0.75)
        arrow = QRectF(em(self, 0.1), (self.height() - side) / 2, side, side)
        paint_icon(painter, "arrow-down" if self.isChecked() else "arrow-right", arrow, QColor(colours.quiet))
        painter.setPen(QColor(colours.text if self.underMouse() or self.hasFocus() else colours.quiet))
        area = QRectF(self.rect()).adjusted(em(self, 1.2), 0, 0, 0)
        self.write(painter, area, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        if self.hasFocus():
            painter.setPen(QColor(colours.accent_text))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), em(self, 0.25), em(self, 0.25))
        painter.end()


class FixedText(QTextEdit):
    """Text in a fixed font that can be selected and copied, as tall as its lines up to a limit.

    Args:
        as_diff: colour what goes and what comes; the signs before the lines say the same.
    """

    def __init__(self, text: str, name: str, *, as_diff: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setTabChangesFocus(True)
        self.setFont(fixed_font(self.font()))
        self.setLineWrapMode(QTextEdit.LineWrapMode.NoWrap)
        self.setAccessibleName(name)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        lines = text.splitlines()
        self._write(lines, as_diff=as_diff)
        shown = min(len(lines), _MOST_LINES)
        extra = round(self.document().documentMargin() * 2) + 2 * self.frameWidth()
        bar = self.horizontalScrollBar().sizeHint().height()
        self.setFixedHeight(self.fontMetrics().lineSpacing() * max(1, shown) + extra + bar)

    def _write(self, lines: Sequence[str], *, as_diff: bool) -> None:
        cursor = QTextCursor(self.document())
        colours = colours_of(self)
        tones = {"-": ColorTone.BAD, "+": ColorTone.GOOD, "@": ColorTone.NEUTRAL} if as_diff else {}
        for number, line in enumerate(map(in_widget, lines)):
            form = QTextCharFormat()
            if line[:1] in tones:
                form.setForeground(tone_colour(colours, tones[line[:1]]))
            cursor.insertText(line if number == 0 else f"\n{line}", form)
        self.moveCursor(QTextCursor.MoveOperation.Start)


class CopyLine(Card):
    """A command or an identifier to copy, with a button that does it."""

    def __init__(self, text: str, name: str, copy: Callable[[str], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout()
        shown = Typed(text).selectable()
        shown.setFont(fixed_font(shown.font()))
        shown.setAccessibleName(f"{name}: {text}")
        row.addWidget(shown, 1)
        button = Button(_("Copy"))
        button.setAccessibleName(_("Copy: {what}").format(what=name))
        button.clicked.connect(lambda: copy(text))
        row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        self.column.addLayout(row)


def bullets(texts: Iterable[str], shape: str = "", tone: ColorTone = ColorTone.NEUTRAL) -> QWidget:
    """Sentences below each other, each with a shape before it, or else a plain dot."""
    return _listed([(Shape(shape, tone, 0.9) if shape else Quiet("•"), text) for text in texts])


def numbered(texts: Sequence[str]) -> QWidget:
    """Steps in their order."""
    return _listed([(Quiet(f"{number}."), text) for number, text in enumerate(texts, start=1)])


def _listed(rows: Sequence[tuple[QWidget, str]]) -> QWidget:
    box = QWidget()
    column = QVBoxLayout(box)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(em(box, 0.25))
    for mark, text in rows:
        row = QHBoxLayout()
        row.setSpacing(em(box, 0.5))
        row.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(Text(text).selectable(), 1)
        column.addLayout(row)
    return box


def stacked(*parts: QWidget, spacing: float = 0.5) -> QWidget:
    """Widgets below each other."""
    box = QWidget()
    column = QVBoxLayout(box)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(em(box, spacing))
    for part in parts:
        # A button is as wide as its words.
        column.addWidget(part, 0, Qt.AlignmentFlag.AlignLeft if isinstance(part, Button) else Qt.AlignmentFlag(0))
    return box


def emptied(layout: QLayout) -> None:
    """Take everything out of a layout."""
    while (item := layout.takeAt(0)) is not None:
        inner, widget = item.layout(), item.widget()
        if inner is not None:
            emptied(inner)
        if widget is not None:
            widget.hide()
            widget.deleteLater()


class Bar(QProgressBar):
    """How much is done, as a thin line; for a screen reader it is a progress bar like any other."""

    _WHOLE = 1000

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setRange(0, self._WHOLE)
        self.setTextVisible(False)
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_share(self, share: float) -> None:
        """Show how much is done, from 0 to 1; it never goes back."""
        self.setValue(max(self.value(), round(share * self._WHOLE)))

    def sizeHint(self) -> QSize:
        """A line of 0.4 line heights, but of six pixels at least, so that it is seen beside small text, too."""
        return QSize(em(self, 10), max(6, em(self, 0.4)))

    def minimumSizeHint(self) -> QSize:
        """Never smaller, so that a full page does not squeeze it."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draws a thin line alike in every style, with round ends even where hardly anything is done."""
        colours = colours_of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect())
        radius = area.height() / 2
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.line))
        painter.drawRoundedRect(area, radius, radius)
        if self.value() > 0:
            painter.setBrush(QColor(colours.accent))
            done = QRectF(area)
            done.setWidth(max(area.height(), area.width() * self.value() / self._WHOLE))
            painter.drawRoundedRect(done, radius, radius)
        painter.end()
