"""What a person gives on a page before something goes on: a key's last characters, or a tick for what they did."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from keyturn.desktop.assistant_work import WindowJob
from keyturn.desktop.flow import Flow
from keyturn.desktop.font_sizes import em, fixed_font
from keyturn.desktop.pages.assistant_page import Actor, said_here, steps_of
from keyturn.desktop.pages.fields import Field, Tick
from keyturn.desktop.widgets import Button, Card, Quiet, Strong
from keyturn.model.text import _, in_widget
from keyturn.rotation.steps import Awaited


class LastFour(Card):
    """A field for the last four characters of a key, which confirm what cannot be taken back.

    Args:
        changed: called with what is typed by now.
    """

    def __init__(self, changed: Callable[[str], None], masked: str) -> None:
        super().__init__()
        label = _("Last four characters of {key}").format(key=masked)
        self.column.addWidget(Strong(label))
        self._field = Field()
        self._field.setFont(fixed_font(self._field.font()))
        self._field.setMaxLength(8)
        self._field.setMaximumWidth(em(self, 8))
        self._field.setAccessibleName(label)
        self._field.textChanged.connect(changed)
        self.column.addWidget(self._field)

    def text(self) -> str:
        """What is typed."""
        return self._field.text()


class AwaitedCard(Card):
    """A thing that a person does, with its steps and a tick.

    Args:
        done: what is carried out once it is ticked.
        beside: what stands between the steps and the tick.
    """

    def __init__(self, act: Actor, one: Awaited, done: WindowJob, beside: Sequence[QWidget] = ()) -> None:
        super().__init__()
        self.column.addWidget(Strong(said_here(act, one.title)))
        if one.steps:
            self.column.addWidget(steps_of(act, one.steps))
        for note in one.notes:
            self.column.addWidget(Quiet(note))
        for widget in beside:
            # A button is as wide as its words.
            left = Qt.AlignmentFlag.AlignLeft if isinstance(widget, Button) else Qt.AlignmentFlag(0)
            self.column.addWidget(widget, 0, left)
        box = Tick(_("I did this"))
        box.setAccessibleName(in_widget(_("I did this: {what}").format(what=one.title)))
        # Not `clicked`: a screen reader toggles.
        box.toggled.connect(lambda on: act.do(done) if on else None)
        self.column.addWidget(box)


def hold_ticks(page: QWidget, flow: Flow) -> None:
    """Let nothing be ticked while a job runs; what is left after one was not done, so its box is empty."""
    for box in page.findChildren(Tick):
        box.setEnabled(flow.job is None)
        if flow.job is None:
            box.setChecked(False)
