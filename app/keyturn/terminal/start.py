"""From the words that were typed to an exit code. Whatever happens is told in a sentence, never in a traceback."""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from keyturn.computer.clock import Clock, SystemClock
from keyturn.computer.folders import state_place
from keyturn.model.errors import AppError, UsageError
from keyturn.model.text import _
from keyturn.state.settings import Loaded, Settings, load
from keyturn.terminal.arguments import Arguments, parse, wanted_language, wanted_state_dir
from keyturn.terminal.exits import Exit
from keyturn.terminal.interruption import forget_interruptions, interruptible
from keyturn.terminal.language import speak
from keyturn.terminal.output import Output
from keyturn.terminal.screen import silence

if TYPE_CHECKING:
    from keyturn.rotation.location import Location


class Window(Protocol):
    """The other face, which opens where no command is typed; whoever starts the program knows both.

    Each function returns the exit code once the person has closed it, and raises `AppError` where it cannot be opened.
    """

    def run(self, location: Location, clock: Clock) -> int:
        """Open the window on one computer and account."""
        ...

    def rehearse(self) -> int:
        """Open the window on a simulated account and a sample computer."""
        ...

    def tray(self, location: Location) -> int:
        """Show the icon in the tray or menu bar."""
        ...


def run(words: Sequence[str], clock: Clock | None = None, *, window: Window | None = None) -> int:
    """Run one command, and return its exit code.

    Args:
        window: opens where no command is typed; without one, a command has to be named.
    """
    _prepare_streams()
    forget_interruptions()
    try:
        with interruptible(signal.SIGINT):
            code = _run(words, clock or SystemClock(), window)
    except SystemExit as end:
        # argparse ends the program after the help and the version.
        code = Exit.DONE if end.code in (None, 0) else Exit.USAGE
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            silence(stream)
    return int(code)


def _run(words: Sequence[str], clock: Clock, window: Window | None) -> int:
    output = Output(as_json="--json" in words)
    try:
        chosen = _chosen(words)
        settings = chosen.settings if isinstance(chosen, Loaded) else Settings()
        speak(wanted_language(words), settings.language)
        arguments = parse(words, settings)
    except UsageError as error:
        from keyturn.terminal.commands import COMMANDS

        name = next((word for word in words if word in COMMANDS), "")
        return _failed(output, error, name)
    if isinstance(chosen, AppError):
        return _failed(output, chosen, arguments.command or "")
    if chosen.problem is not None:
        from keyturn.terminal.rotation_page import problem_lines

        output.notes.write(*problem_lines(chosen.problem))
    if arguments.command in {None, "tray"} or arguments.window:
        return _opened(arguments, clock, window, output)
    # The window does without all that, and opens the sooner.
    from keyturn.terminal.commands import carry_out

    return carry_out(arguments, clock, output)


def _opened(arguments: Arguments, clock: Clock, window: Window | None, output: Output) -> int:
    try:
        if window is None:
            title = _("No command was named")
            raise UsageError(title, _("Nothing was changed. `keyturn -h` lists the commands."), code="usage.arguments")
        if arguments.window:
            return window.rehearse()
        return window.tray(arguments.location) if arguments.command == "tray" else window.run(arguments.location, clock)
    except UsageError as error:
        return _failed(output, error, "")
    except AppError as error:
        _failed(output, error, "")
        return Exit.STOPPED


def _chosen(words: Sequence[str]) -> Loaded | AppError:
    """The settings, or why they stop every command; the help is shown all the same."""
    try:
        return load(state_place(wanted_state_dir(words)))
    except AppError as error:
        return error


def _failed(output: Output, error: AppError, name: str) -> Exit:
    from keyturn.terminal.commands import failed

    return failed(output, error, name, began=False)


def _prepare_streams() -> None:
    """Names from files and from AWS may hold what a code page or a broken file name cannot say."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if callable(reconfigure):
            reconfigure(errors="replace")
