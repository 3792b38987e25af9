"""From the words that were typed to an exit code. Whatever happens is told in a sentence, never in a traceback."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Protocol

from keyturn.computer.clock import Clock, SystemClock
from keyturn.computer.folders import state_place
from keyturn.model.errors import AppError, UsageError
from keyturn.model.text import _
from keyturn.rotation.mistakes import how_it_stands, mistake, nothing_real
from keyturn.rotation.workplace import Location
from keyturn.state.settings import Loaded, Settings, load
from keyturn.terminal import documents, questions, reading
from keyturn.terminal.arguments import DOCUMENT_COMMANDS, Arguments, parse, wanted_language, wanted_state_dir
from keyturn.terminal.exits import Exit, of_error
from keyturn.terminal.interruption import forget_interruptions, interruptible
from keyturn.terminal.language import speak
from keyturn.terminal.output import Output
from keyturn.terminal.rotation_page import problem_lines
from keyturn.terminal.screen import Tone, line, silence
from keyturn.terminal.session import Session

Command = Callable[[Session, Output], Exit]


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


def change(session: Session, output: Output) -> Exit:
    """Carry out a command on a rotation. Whoever only looks does not wait for what these import."""
    from keyturn.terminal.changing import COMMANDS as ON_ROTATIONS

    return ON_ROTATIONS[session.arguments.command or ""](session, output)


def remind(session: Session, output: Output) -> Exit:
    """Show what is due."""
    from keyturn.terminal.reminding import remind as show

    return show(session, output)


def report(session: Session, output: Output) -> Exit:
    """Write down what was found and done."""
    from keyturn.terminal.reporting import report as write

    return write(session, output)


def practice(session: Session, output: Output) -> Exit:
    """Rehearse."""
    from keyturn.terminal.practising import practise

    return practise(session, output)


COMMANDS: dict[str, Command] = {
    "scan": reading.scan,
    "clients": reading.clients,
    "plan": reading.plan,
    "status": reading.status,
    "verify": reading.verify,
    **dict.fromkeys(("rotate", "continue", "done", "undo", "turn-off", "turn-on", "delete"), change),
    "remind": remind,
    "report": report,
    "practice": practice,
}
# These say themselves what was interrupted, or end it; a rehearsal looks at nothing real.
_QUIET_ABOUT_INTERRUPTIONS = {"continue", "undo", "status", "remind", "practice", "clients"}


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
        name = next((word for word in words if word in COMMANDS), "")
        return _failed(output, error, name, began=False)
    if isinstance(chosen, AppError):
        return _failed(output, chosen, arguments.command or "", began=False)
    if chosen.problem is not None:
        output.notes.write(*problem_lines(chosen.problem))
    if arguments.command in {None, "tray"} or arguments.window:
        return _opened(arguments, clock, window, output)
    session = Session(arguments, clock)
    try:
        return _carry_out(session, output, arguments.command)
    finally:
        with suppress(AppError):
            session.close()


def _opened(arguments: Arguments, clock: Clock, window: Window | None, output: Output) -> int:
    try:
        if window is None:
            title = _("No command was named")
            raise UsageError(title, _("Nothing was changed. `keyturn -h` lists the commands."), code="usage.arguments")
        if arguments.window:
            return window.rehearse()
        return window.tray(arguments.location) if arguments.command == "tray" else window.run(arguments.location, clock)
    except UsageError as error:
        return _failed(output, error, "", began=False)
    except AppError as error:
        _failed(output, error, "", began=False)
        return Exit.STOPPED


def _chosen(words: Sequence[str]) -> Loaded | AppError:
    """The settings, or why they stop every command; the help is shown all the same."""
    try:
        return load(state_place(wanted_state_dir(words)))
    except AppError as error:
        return error


def _carry_out(session: Session, output: Output, name: str) -> Exit:
    try:
        _tell_of_interruptions(session, output, name)
        if session.arguments.rclone_password:
            session.unlock("rclone", questions.password(output, _("Password of rclone's configuration (not shown): ")))
        return COMMANDS[name](session, output)
    except AppError as error:
        return _failed(output, error, name, began=session.began)
    except KeyboardInterrupt:
        stopped = AppError(_("You stopped it"), _standing(session), code="cancelled")
        return _failed(output, stopped, name, began=session.began)
    except Exception as error:
        return _broken(session, output, name, error)


def _tell_of_interruptions(session: Session, output: Output, name: str) -> None:
    if name in _QUIET_ABOUT_INTERRUPTIONS:
        return
    # A journal that cannot be read stops those commands that need it, and says so itself.
    with suppress(AppError):
        for one in session.interrupted():
            text = _(
                "Rotation {name} was interrupted at step {step}. `keyturn continue` carries on, `keyturn undo` puts "
                "everything back."
            )
            output.notes.write(line(text.format(name=one.name, step=one.step.value), Tone.ATTENTION))


def _failed(output: Output, error: AppError, name: str, *, began: bool) -> Exit:
    if not output.as_json:
        output.notes.write(*problem_lines(error))
    elif name in DOCUMENT_COMMANDS:
        output.document({"problem": documents.of_problem(error)})
    else:
        output.document(documents.of_failure(error))
    return of_error(error, began=began)


def _broken(session: Session, output: Output, name: str, error: Exception) -> Exit:
    _failed(output, mistake(error, standing=_standing(session), doing=name), name, began=True)
    return Exit.STOPPED


def _standing(session: Session) -> str:
    return nothing_real() if session.arguments.command == "practice" else how_it_stands(session)


def _prepare_streams() -> None:
    """Names from files and from AWS may hold what a code page or a broken file name cannot say."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if callable(reconfigure):
            reconfigure(errors="replace")
