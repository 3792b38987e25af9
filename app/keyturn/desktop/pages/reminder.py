"""Whether anybody reminds the person of what comes next: asked where they are sent away, and never assumed."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from keyturn.desktop.font_sizes import em
from keyturn.desktop.look import ColorTone
from keyturn.desktop.pages.fields import Tick
from keyturn.desktop.pages.parts import Notice, emptied
from keyturn.desktop.runner import Desk, Runner
from keyturn.desktop.widgets import Quiet
from keyturn.model.errors import AppError
from keyturn.model.text import _
from keyturn.reminders.calling_back import CalledBack, call_back, call_no_more, called_back


class Reminder(QWidget):
    """A box that is ticked where Keyturn looks at each login, and a line that says what follows from it.

    Args:
        day: when the next thing is due, as it follows “on”; empty where that is not known.
        at_once: each change counts at once. Else the box is ticked beforehand, and counts with the page's own button.
    """

    def __init__(self, runner: Runner, day: str, *, at_once: bool) -> None:
        super().__init__()
        self._runner, self._day, self._at_once = runner, day, at_once
        self._stands: CalledBack | None = None
        self.box = Tick(_("Remind me: look each time I sign in, and tell me what is due"))
        self.box.hide()
        self.box.toggled.connect(self._toggled)
        self._said = QVBoxLayout()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(em(self, 0.2))
        column.addWidget(self.box)
        column.addLayout(self._said)
        runner.read(
            self,
            lambda desk: called_back(desk.workplace),
            done=self._show,
            failed=self._fail,
            doing=_("looking what reminds you"),
        )

    @property
    def wanted(self) -> bool:
        """True where the person wants to be called back, and nothing does it yet."""
        return self._stands in {CalledBack.NOBODY, CalledBack.UNKNOWN} and self.box.isChecked()

    def _show(self, stands: CalledBack) -> None:
        first, self._stands = self._stands is None, stands
        can_be_set = stands in {CalledBack.NOBODY, CalledBack.UNKNOWN}
        self.box.setVisible(can_be_set or (self._at_once and stands is CalledBack.AT_LOGIN))
        if first or self._at_once:
            self.box.blockSignals(True)
            self.box.setChecked(stands is CalledBack.AT_LOGIN or (can_be_set and not self._at_once))
            self.box.blockSignals(False)
        self._tell()

    def _toggled(self, on: bool) -> None:
        self._tell()
        if not self._at_once:
            return

        def work(desk: Desk) -> CalledBack:
            return call_back(desk.workplace) if on else call_no_more(desk.workplace)

        self._runner.read(self, work, done=self._show, failed=self._fail, doing=_("setting the reminder up"))

    def _tell(self) -> None:
        if self._stands is CalledBack.ELSEWHERE:
            self._say(_not_here(self._day), quiet=True)
        elif (self._stands is CalledBack.AT_LOGIN and not self.box.isVisibleTo(self)) or self.box.isChecked():
            self._say(_reminded(self._day), quiet=True)
        else:
            self._say(_nobody(self._day), quiet=False)

    def _fail(self, error: AppError) -> None:
        self._stands = CalledBack.UNKNOWN
        self.box.show()
        self.box.blockSignals(True)
        self.box.setChecked(False)
        self.box.blockSignals(False)
        self._say(f"{error} {_nobody(self._day)}", quiet=False)

    def _say(self, text: str, *, quiet: bool) -> None:
        emptied(self._said)
        self._said.addWidget(Quiet(text) if quiet else Notice(text, ColorTone.ATTENTION, "exclamation"))


def _reminded(day: str) -> str:
    if not day:
        return _("Keyturn looks each time you sign in, and tells you what is due.")
    return _("Keyturn looks each time you sign in, and tells you on {day} that the next thing is due.").format(day=day)


def _nobody(day: str) -> str:
    if not day:
        return _("Nobody will remind you: open Keyturn yourself to see what is due.")
    return _("Nobody will remind you: open Keyturn yourself on {day}.").format(day=day)


def _not_here(day: str) -> str:
    if not day:
        return _("Keyturn reminds you only of what is on this computer, so nobody will remind you here.")
    text = _("Keyturn reminds you only of what is on this computer: open this again yourself on {day}.")
    return text.format(day=day)
