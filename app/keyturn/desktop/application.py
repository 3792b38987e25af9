"""Qt's application: made where there is a screen for it, and a clear sentence where there is none."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from types import FrameType
from typing import TYPE_CHECKING

from keyturn.computer.search_path import trusted_path
from keyturn.computer.windows_shell import take_identity, this_shell
from keyturn.model.errors import AppError
from keyturn.model.text import _

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

_STOPPED = 4  # ARCHITECTURE.md, "Exit codes"


class NoWindowError(AppError):
    """No window can be opened here."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            _("The window cannot be opened here"),
            _(
                "Nothing was changed, and your backups go on as they are. Every part of Keyturn works in the terminal, "
                "too: begin with `keyturn scan`. ({reason})"
            ).format(reason=reason),
            code="window.missing",
        )


def make_application() -> QApplication:
    """Make Qt's application, or return the one that is there.

    Where Qt finds no screen it ends the whole program at once; the sentence is written then, and the exit code is 4.

    Raises:
        NoWindowError: where Qt's own libraries, or libraries of the system that they need, are missing.
    """
    try:
        from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler
        from PySide6.QtGui import QGuiApplication
        from PySide6.QtWidgets import QApplication
    except ModuleNotFoundError as error:
        raise NoWindowError(_how_to_have_qt()) from error
    except ImportError as error:
        raise NoWindowError(str(error)) from error
    running = QApplication.instance()
    if isinstance(running, QApplication):
        return running
    # Qt starts what opens an address, and looks for it along this path.
    os.environ["PATH"] = trusted_path(os.environ.get("PATH", os.defpath))
    said: list[str] = []

    def listen(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
        said.append(message.strip())
        if kind is QtMsgType.QtFatalMsg:
            error = NoWindowError(said[0])
            with suppress(OSError):
                os.write(2, f"{error.title}.\n{error.message}\n({error.code})\n".encode())
            os._exit(_STOPPED)

    take_identity(this_shell())  # before there is a window
    QGuiApplication.setDesktopFileName("keyturn")
    earlier = qInstallMessageHandler(listen)
    try:
        made = QApplication(["keyturn"])
    finally:
        qInstallMessageHandler(earlier)
    made.setApplicationName("keyturn")
    return made


def _how_to_have_qt() -> str:
    if getattr(sys, "frozen", False):
        return _("This is Keyturn for the command line alone; the package `keyturn` has the window.")
    return _(
        "Qt is not installed, which draws it. In the folder that Keyturn was installed from, "
        "`pip install '.[window]'` adds it; on Linux for ARM that needs glibc 2.39 or newer."
    )


@contextmanager
def interruptions_heard(ask_to_close: Callable[[], None]) -> Iterator[None]:
    """Let Ctrl-C and SIGTERM ask the window to close, as long as the block runs.

    Qt's loop runs no Python while it waits, so the signal wakes it through a socket instead of a timer that ticks.
    """
    from PySide6.QtCore import QTimer

    def asked(number: int, frame: FrameType | None) -> None:
        ask_to_close()

    before = {one: signal.signal(one, asked) for one in (signal.SIGINT, signal.SIGTERM)}
    with ExitStack() as awake:
        # Needed as soon as Qt's loop waits, so the window need not wait for it.
        soon = QTimer()
        soon.setSingleShot(True)
        soon.timeout.connect(lambda: awake.enter_context(_woken_by_signals()))
        soon.start(0)
        try:
            yield
        finally:
            soon.stop()
            for one, handler in before.items():
                signal.signal(one, handler)


@contextmanager
def _woken_by_signals() -> Iterator[None]:
    import socket

    from PySide6.QtCore import QSocketNotifier

    reading, writing = socket.socketpair()
    for end in (reading, writing):
        end.setblocking(False)
    notifier = QSocketNotifier(reading.fileno(), QSocketNotifier.Type.Read)

    def drain() -> None:
        with suppress(OSError):
            reading.recv(64)  # while this runs, Python calls the handlers

    notifier.activated.connect(drain)
    wakeup = signal.set_wakeup_fd(writing.fileno(), warn_on_full_buffer=False)
    try:
        yield
    finally:
        signal.set_wakeup_fd(wakeup)
        notifier.setEnabled(False)
        reading.close()
        writing.close()
