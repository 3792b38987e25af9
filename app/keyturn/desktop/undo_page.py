"""Putting everything back: said before, shown while it goes on, and how it ended."""

from __future__ import annotations

from PySide6.QtWidgets import QProgressBar, QWidget

from keyturn.desktop.announcing import announce
from keyturn.desktop.columns import empty
from keyturn.desktop.command_line import CommandLine
from keyturn.desktop.look import Tone
from keyturn.desktop.measures import em
from keyturn.desktop.page import Page
from keyturn.desktop.runner import Desk, Runner, Task
from keyturn.desktop.tall import ButtonRow
from keyturn.desktop.widgets import Button, Card, PrimaryButton, Quiet, Strong, Text, Toned
from keyturn.model.errors import AppError
from keyturn.model.text import _
from keyturn.rotation import words
from keyturn.rotation.record import Rotation
from keyturn.rotation.steps import Ending, Result
from keyturn.rotation.surroundings import Event


class UndoPage(Page):
    """Take one rotation back."""

    def __init__(self, runner: Runner, rotation: Rotation, parent: QWidget | None = None) -> None:
        key = rotation.decision.key.masked
        super().__init__(_("Put everything back?"), parent)
        self._runner = runner
        self._rotation = rotation
        self._task: Task | None = None
        new = _("the new key") if rotation.new_key is None else rotation.new_key.masked
        self.say_under_heading(_("{key} returns to every program that had it before.").format(key=key))
        self._what = Text(
            _(
                "Keyturn puts {key} back into each file, changing nothing else in it; proves that every backup "
                "works with it; and only then removes {new} and the user that was made for it. If {key} is off, it "
                "has to be turned on first."
            ).format(key=key, new=new)
        )
        self.column.addWidget(self._what)
        self._go = PrimaryButton(_("Put everything back"))
        self._go.clicked.connect(self._begin)
        self._stop = Button(_("Stop"))
        self._stop.clicked.connect(self._ask_to_stop)
        self._stop.hide()
        self.column.addWidget(ButtonRow(self._go, self._stop))
        self._bar = QProgressBar()
        self._bar.setRange(0, 0)
        self._bar.setMaximumHeight(em(self, 0.6))
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(_("Putting everything back"))
        self._bar.hide()
        self.column.addWidget(self._bar)
        self._now = Quiet()
        self._now.hide()
        self.column.addWidget(self._now)
        self._outcome = Card()
        self._outcome.hide()
        self.column.addWidget(self._outcome)
        self.column.addWidget(Quiet(_("The same in the terminal")))
        self.column.addWidget(CommandLine(words.command(runner.location.options, "undo", rotation.name)))
        self.column.addStretch(1)

    def _begin(self) -> None:
        from keyturn.rotation import conductor

        name = self._rotation.name

        def undo(desk: Desk) -> Result:
            return conductor.undo(desk.surroundings(), name)

        self._go.hide()
        self._stop.show()
        self._stop.setFocus()
        self._bar.show()
        self._say(_("Beginning…"))
        self._task = self._runner.change(
            self, undo, done=self._done, failed=self._failed, told=self._told, doing=_("putting everything back")
        )

    def _ask_to_stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._stop.setEnabled(False)
            self._say(_("Stopping after this step…"))

    def _told(self, event: Event) -> None:
        self._say(" · ".join(text for text in (words.step(event.step), event.detail) if text))

    def _say(self, text: str) -> None:
        self._now.setText(text)
        self._now.show()

    def _done(self, result: Result) -> None:
        if result.ending is Ending.DONE:
            self.heading.setText(_("Everything is put back"))
            self.say_under_heading("")
            self._what.hide()
            self._end(_("It is put back.") if result.stands is None else result.stands.text, Tone.GOOD)
            return
        problem = result.problem
        title = _("Not everything is back yet.") if problem is None else f"{problem.title}."
        self._end(title, Tone.ATTENTION if result.ending is Ending.WAITING else Tone.BAD)
        if problem is not None:
            self._outcome.column.addWidget(Text(problem.message).selectable())
        for awaited in result.awaiting:
            self._outcome.column.addWidget(Strong(awaited.title))
            for number, step in enumerate(awaited.steps, start=1):
                self._outcome.column.addWidget(Text(f"{number}. {step}").selectable())
        self._offer_again()

    def _failed(self, error: AppError) -> None:
        self._end(f"{error.title}.", Tone.BAD)
        self._outcome.column.addWidget(Text(error.message).selectable())
        self._offer_again()

    def _offer_again(self) -> None:
        self._go.setText(_("Try again"))
        self._go.show()
        self._go.setFocus()

    def _end(self, title: str, tone: Tone) -> None:
        for widget in (self._bar, self._now, self._stop):
            widget.hide()
        self._stop.setEnabled(True)
        empty(self._outcome.column)
        self._outcome.column.addWidget(Toned(title, tone))
        self._outcome.show()
        announce(self, title)
        self.back.setFocus()
