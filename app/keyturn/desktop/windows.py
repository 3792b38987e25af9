"""All windows of this program: the first one, and those that it opened on other computers and for rehearsals."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from keyturn.computer.clock import Clock
from keyturn.computer.folders import state_folder
from keyturn.desktop.application import interruptions_heard
from keyturn.desktop.first_frame import after_first_frame
from keyturn.desktop.font_sizes import enlarge_small_font
from keyturn.desktop.kept_place import keep_place, place_window
from keyturn.desktop.look import follow_the_system
from keyturn.desktop.main_window import Doors, MainWindow
from keyturn.desktop.runner import Runner
from keyturn.desktop.uncaught_errors import mistakes_told
from keyturn.model.errors import AppError
from keyturn.model.text import _

if TYPE_CHECKING:
    from keyturn.desktop.navigation import Assistant, Errand, OpenAssistant
    from keyturn.rotation.location import Location


class Windows:
    """Opens windows, and holds what they need until the last one is closed.

    Attributes:
        grounds: the rehearsals' accounts and sample computers; left, it cleans them away.
    """

    def __init__(self, clock: Clock, assistant: OpenAssistant) -> None:
        self._clock = clock
        self._assistant = assistant
        self._open: list[MainWindow] = []
        self.grounds = ExitStack()
        self._leaving = False

    def open(self, location: Location) -> MainWindow:
        """Open a window on one computer, and let it look."""
        window = MainWindow(Runner(location, self._clock), self._doors(location))
        if self._open:
            place_window(window, None, window.size())  # beside the first, not over it
        else:
            folder = state_folder(location.state_dir)
            place_window(window, folder, window.size())
            window.closing.connect(lambda: keep_place(window, folder))
        return self._show(window)

    def rehearse(self) -> MainWindow:
        """Open a window on a simulated account and a sample computer.

        Raises:
            AppError: `practice.missing`, where the practice account's libraries are not installed.
        """
        from keyturn.desktop.rehearsal import RehearsalStrip, rehearsal_ground
        from keyturn.rotation.mistakes import nothing_real
        from keyturn_practice.timeline import MovedClock

        clock = MovedClock()
        ground = self.grounds.enter_context(rehearsal_ground(clock))
        runner = Runner(ground.location, clock, standing=nothing_real)
        strip = RehearsalStrip(ground, clock)
        window = MainWindow(runner, self._doors(ground.location), strip)
        window.setWindowTitle(_("PRACTICE – Keyturn"))
        place_window(window, None, window.size())
        strip.moved.connect(window.look)
        return self._show(window)

    def run(self, open_first: Callable[[], MainWindow]) -> int:
        """Open the first window, and run until the last one is closed; return the exit code."""
        application = QApplication.instance()
        assert isinstance(application, QApplication)  # noqa: S101
        told = mistakes_told(self._tell_mistake, _("the window"))
        with self.grounds, told, interruptions_heard(self._leave):
            open_first()
            # Asked to leave before Qt's loop began, nothing would end it.
            return 0 if self._leaving else application.exec()

    def come_to_the_front(self) -> None:
        """Show the first window before all others, where the desktop lets a program do that."""
        first = self._open[0]
        first.setWindowState(first.windowState() & ~Qt.WindowState.WindowMinimized)
        first.show()
        first.raise_()
        first.activateWindow()

    def _tell_mistake(self, error: BaseException, doing: str) -> None:
        self._open[0].runner.tell_mistake(error, doing)

    def _leave(self) -> None:
        self._leaving = True
        for window in self._open:
            window.close()

    def _show(self, window: MainWindow) -> MainWindow:
        self._open.append(window)
        window.show()
        after_first_frame(window, window.look)
        return window

    def _doors(self, location: Location) -> Doors:
        def elsewhere(home: Path) -> None:
            self.open(replace(location, home=home))

        def rehearsal() -> None:
            try:
                self.rehearse()
            except AppError as error:
                self._open[0].show_problem(error)

        return Doors(self._assistant, elsewhere, rehearsal)


def open_assistant(runner: Runner, errand: Errand) -> Assistant:
    """Make the assistant's pages; what they need is imported when the first one is wanted."""
    from keyturn.desktop.assistant import open_assistant as open_pages

    return open_pages(runner, errand)


def prepare(application: QApplication) -> None:
    """Let the application look as the system wants it."""
    enlarge_small_font(application)
    follow_the_system(application)
