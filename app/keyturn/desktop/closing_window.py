"""Whether the window may close: while something is changed the person is asked, and it closes when that is done."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

from keyturn.desktop.closing_question import ClosingQuestion
from keyturn.desktop.navigation import Assistant
from keyturn.desktop.page_stack import Front
from keyturn.desktop.runner import Runner


class Closing(QObject):
    """One window's.

    Args:
        put_above: puts the question above the pages.
    """

    def __init__(self, window: QWidget, pages: Front, runner: Runner, put_above: Callable[[QWidget], None]) -> None:
        super().__init__(window)
        self._window, self._pages, self._runner = window, pages, runner
        self._closes_then = False
        self._question = ClosingQuestion()
        self._question.agreed.connect(self._close_then)
        put_above(self._question)

    def may_close(self) -> bool:
        """Return whether nothing is changed now; else the person is asked, or the window closes by itself soon."""
        doing = self._runner.change_under_way
        if doing is None:
            return True
        if self._stops_waiting():
            self._close_then()  # it only waited for the person, so nothing is cut short
        elif not self._closes_then:
            # Safe all the same, should it be killed; but anyone who closes the window would not see how it ends.
            self._question.ask(doing)
        return False

    def closes_now(self) -> bool:
        """A change has ended: close the window if that was agreed, and return whether it was."""
        self._question.hide()
        if self._closes_then:
            QTimer.singleShot(0, self._window.close)
        return self._closes_then

    def _stops_waiting(self) -> bool:
        """Stop what only waits for the person; False where something else is going on."""
        led = self._pages.currentWidget()
        return isinstance(led, Assistant) and led.stop_waiting()

    def _close_then(self) -> None:
        """Close when the change is done; at once where it is by now."""
        self._closes_then = True
        if self._runner.change_under_way is None:
            self._window.close()
