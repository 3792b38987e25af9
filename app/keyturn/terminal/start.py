"""From the words that were typed to an exit code. Whatever happens is told in a sentence, never in a traceback."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from keyturn.computer.clock import Clock, SystemClock
from keyturn.computer.folders import state_place
from keyturn.computer.process import complete_streams
from keyturn.computer.windows_shell import expect_unpackaged, this_shell
from keyturn.model.errors import AppError, UsageError
from keyturn.model.text import _
from keyturn.rotation.location import Location
from keyturn.terminal.commands import NAMES, command_named
from keyturn.terminal.exits import Exit
from keyturn.terminal.foreseen import own_words, wanted_language, wanted_state_dir
from keyturn.terminal.interruption import forget_interruptions, interruptible
from keyturn.terminal.language import speak
from keyturn.terminal.own_memory import confirmed, own_memory

if TYPE_CHECKING:
    from keyturn.state.settings import Settings
    from keyturn.terminal.arguments import Arguments
    from keyturn.terminal.output import Output


class Window(Protocol):
    """The other face, which opens where no command is typed; anyone who starts the program knows both.

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
    complete_streams()
    _prepare_streams()
    forget_interruptions()
    typed, (words, _program) = words, own_words(words)
    try:
        with interruptible(signal.SIGINT):
            code = _run(words, typed, clock or SystemClock(), window)
    except SystemExit as end:
        # argparse ends the program after the help and the version.
        code = Exit.DONE if end.code in (None, 0) else Exit.USAGE
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError as error:
            from keyturn.terminal.screen import lose

            lose(stream, error)
    return int(_with_lost_output(words, Exit(code)))


def _with_lost_output(words: Sequence[str], code: Exit) -> Exit:
    """The exit code, where what was said may have been lost: anyone who reads nothing must not take it for done."""
    screen = sys.modules.get("keyturn.terminal.screen")
    lost = None if screen is None else screen.lost_output()
    if lost is None:
        return code
    problem = AppError(
        _("What Keyturn said could not be written"),
        _("The system says: {reason}. What was done stays done; `keyturn status` tells how it stands.").format(
            reason=lost.strerror or type(lost).__name__
        ),
        code="output.lost",
    )
    from keyturn.terminal.problem_lines import problem_lines

    _output(words).notes.write(*problem_lines(problem))
    return Exit.STOPPED if code in {Exit.DONE, Exit.WAITING} else code


def _run(words: Sequence[str], typed: Sequence[str], clock: Clock, window: Window | None) -> int:
    try:
        expect_unpackaged(this_shell())
    except AppError as error:
        return _failed(words, error, "")
    folder = state_place(wanted_state_dir(words))
    memory = own_memory(folder)
    try:
        speak(wanted_language(words), memory.settings.language)
        # Most people start the window without a word, and it opens sooner without the parser.
        arguments = _parsed(typed, memory.settings) if words else None
    except UsageError as error:
        return _failed(words, error, next((word for word in words if word in NAMES), None))
    command = None if arguments is None or arguments.window else arguments.command
    _tell(words, memory.told)
    # The window and the icon say it themselves: where they are started, nobody may see what is written here.
    shows_itself = command in {None, "tray"}
    if memory.problem is not None and not shows_itself:
        memory = confirmed(memory, folder, _output(words))
        arguments = _parsed(typed, memory.settings)
    if memory.problem is not None and (memory.closes_window or not shows_itself):
        return _failed(words, memory.problem, command)
    if arguments is None:
        secrets = memory.settings.secrets
        location = Location(secrets=secrets, usual_secrets=secrets)
        return _opened(words, window, lambda face: face.run(location, clock))
    place = arguments.location
    if arguments.window:
        return _opened(words, window, lambda face: face.rehearse())
    match arguments.command:
        case None:
            return _opened(words, window, lambda face: face.run(place, clock))
        case "tray":
            return _opened(words, window, lambda face: face.tray(place))
    from keyturn.terminal.dispatch import carry_out

    return carry_out(arguments, clock, _output(words))


def _parsed(words: Sequence[str], settings: Settings) -> Arguments:
    from keyturn.terminal.arguments import parse

    return parse(words, settings)


def _opened(words: Sequence[str], window: Window | None, show: Callable[[Window], int]) -> int:
    try:
        if window is None:
            title = _("No command was named")
            raise UsageError(title, _("Nothing was changed. `keyturn -h` lists the commands."), code="usage.arguments")
        return show(window)
    except UsageError as error:
        return _failed(words, error, None)
    except AppError as error:
        _failed(words, error, None)
        return Exit.STOPPED


def _output(words: Sequence[str]) -> Output:
    from keyturn.terminal.output import Output

    return Output(as_json="--json" in words)


def _tell(words: Sequence[str], sentences: Sequence[str]) -> None:
    if sentences:
        from keyturn.terminal.screen import Tone, line

        _output(words).notes.write(*(line(sentence, Tone.ATTENTION) for sentence in sentences))


def _failed(words: Sequence[str], error: AppError, name: str | None) -> Exit:
    from keyturn.terminal.dispatch import failed

    return failed(_output(words), error, None if name is None else command_named(name), began=False)


def _prepare_streams() -> None:
    """Names from files and from AWS may hold what a code page or a broken file name cannot say."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if callable(reconfigure):
            reconfigure(errors="replace")
