"""`keyturn tray`: the icon from the start of the session to its end.

The program that stays is not the one that read the command: what it needed for that, it would hold for weeks.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.desktop.application import interruptions_heard, make_application
from keyturn.desktop.dock import open_when_called, out_of_the_dock, this_dock
from keyturn.desktop.uncaught_errors import mistakes_told
from keyturn.model.errors import AppError
from keyturn.model.text import _, shown
from keyturn.reminders.started_program import terminal_program, window_program

if TYPE_CHECKING:
    from keyturn.rotation.location import Location

WORD = "--icon"  # the first word of the process that stays
_STOPPED = 4  # ARCHITECTURE.md, "Exit codes"
_TRIES = 5
_BETWEEN_TRIES = 5_000  # milliseconds: a desktop may start its panel after what starts with the session


def become_tray(location: Location) -> int:
    """Give this process up for one that holds nothing but the icon; where the system cannot, wait for it.

    Raises:
        StoreError: where Keyturn's folder cannot be written.
    """
    from keyturn.computer.folders import state_folder

    folder = state_folder(location.state_dir)
    # On Windows a program of the terminal would show its console as long as the icon stays.
    command = [*window_program(), WORD, str(folder), *location.options]
    if os.name == "posix":
        os.execv(command[0], command)  # noqa: S606  (this very program, no shell)
    return subprocess.run(command, check=False).returncode


def main(words: Sequence[str]) -> int:
    """Be the icon; `words` are what `become_tray` hands over after `WORD`. Return the exit code."""
    try:
        return run(Path(words[0]), words[1:])
    except AppError as error:
        if sys.stderr is not None:  # None where there is no console
            sys.stderr.write(f"{shown(error.title)}.\n{shown(error.message)}\n({error.code})\n")
        return _STOPPED


def run(folder: Path, options: Sequence[str]) -> int:
    """Show the icon until the person quits, and return the exit code.

    Where the desktop has no tray, look once, show what is due as a notification, and end: nothing depends on the icon.

    Args:
        folder: Keyturn's own folder.
        options: what leads any command to the same computer and memory.

    Raises:
        NoWindowError: where Qt is missing here.
        StoreError: where Keyturn's folder cannot be written.
    """
    dock = this_dock()
    with out_of_the_dock(dock):
        application = make_application()
    # After that: where Qt is missing, these cannot be imported.
    from PySide6.QtCore import QProcess, QTimer
    from PySide6.QtWidgets import QSystemTrayIcon

    from keyturn.desktop.outlook_process import OutlookProcess
    from keyturn.desktop.single_instance import SingleInstance
    from keyturn.desktop.tray import Tray

    application.setQuitOnLastWindowClosed(False)
    place = SingleInstance(folder, "tray")
    if not place.take():
        return 0
    place.listen()
    program, *before = window_program()

    def open_window() -> None:
        QProcess.startDetached(program, [*before, *options])

    outlook = OutlookProcess(terminal_program(), options)
    tray = Tray(outlook)
    tray.opened.connect(open_window)
    tray.quit_wanted.connect(application.quit)
    place.called.connect(open_window)
    open_when_called(dock, application.applicationStateChanged, open_window)
    tries = 0

    def begin() -> None:
        nonlocal tries
        tries += 1
        if QSystemTrayIcon.isSystemTrayAvailable():
            tray.show()
        elif tries < _TRIES:
            QTimer.singleShot(_BETWEEN_TRIES, begin)
        else:
            if sys.stderr is not None:  # None where there is no console
                sys.stderr.write(f"{_without_a_tray()}\n")
            outlook.told.connect(application.quit)
            outlook.failed.connect(application.quit)
            outlook.ask("--check")

    begin()
    with mistakes_told(_tell_mistake, WORD), interruptions_heard(application.quit):
        code = application.exec()
    tray.hide()
    place.leave()
    return code


def _tell_mistake(error: BaseException, doing: str) -> None:
    """The icon stays; what nobody foresaw is a sentence where somebody may read it."""
    from keyturn.rotation.mistakes import how_it_stands, mistake

    problem = mistake(error, standing=how_it_stands(), doing=doing)
    if sys.stderr is not None:
        sys.stderr.write(f"{shown(problem.title)}.\n{shown(problem.message)}\n({problem.code})\n")


def _without_a_tray() -> str:
    return _("This desktop shows no tray icons. `keyturn remind --at-login check` reminds you without one.")
