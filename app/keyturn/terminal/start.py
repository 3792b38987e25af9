"""From the words that were typed to an exit code. Whatever happens is told in a sentence, never in a traceback."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from traceback import extract_tb

from keyturn.computer.clock import Clock, SystemClock
from keyturn.model.errors import AppError, UsageError
from keyturn.model.text import _
from keyturn.terminal import documents, reading
from keyturn.terminal.arguments import DOCUMENT_COMMANDS, parse, wanted_language
from keyturn.terminal.exits import Exit, of_error
from keyturn.terminal.help_texts import help_texts, overview
from keyturn.terminal.interruption import forget_interruptions, interruptible
from keyturn.terminal.language import speak
from keyturn.terminal.output import Output
from keyturn.terminal.rotation_page import problem_lines
from keyturn.terminal.screen import BLANK, Line, Tone, line, silence
from keyturn.terminal.session import Session

Command = Callable[[Session, Output], Exit]


def change(session: Session, output: Output) -> Exit:
    """Carry out a command on a rotation. Whoever only looks does not wait for what these import."""
    from keyturn.terminal.changing import COMMANDS as ON_ROTATIONS

    return ON_ROTATIONS[session.arguments.command or ""](session, output)


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
    "practice": practice,
}
# These say themselves what was interrupted, or end it; a rehearsal looks at nothing real.
_QUIET_ABOUT_INTERRUPTIONS = {"continue", "undo", "status", "practice", "clients"}


def run(words: Sequence[str], clock: Clock | None = None) -> int:
    """Run one command, and return its exit code."""
    _prepare_streams()
    forget_interruptions()
    try:
        with interruptible(signal.SIGINT):
            code = _run(words, clock or SystemClock())
    except SystemExit as end:
        # argparse ends the program after the help and the version.
        code = Exit.DONE if end.code in (None, 0) else Exit.USAGE
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            silence(stream)
    return int(code)


def _run(words: Sequence[str], clock: Clock) -> Exit:
    output = Output(as_json="--json" in words)
    try:
        speak(wanted_language(words))
        arguments = parse(words)
    except UsageError as error:
        name = next((word for word in words if word in COMMANDS), "")
        return _failed(output, error, name, began=False)
    if arguments.command is None:
        return _greet(output)
    session = Session(arguments, clock)
    try:
        return _carry_out(session, output, arguments.command)
    finally:
        with suppress(AppError):
            session.close()


def _carry_out(session: Session, output: Output, name: str) -> Exit:
    try:
        _tell_of_interruptions(session, output, name)
        return COMMANDS[name](session, output)
    except AppError as error:
        return _failed(output, error, name, began=session.began)
    except KeyboardInterrupt:
        stopped = AppError(_("You stopped it"), _how_it_stands(session), code="cancelled")
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
    """Tell of a mistake of ours. The error's own text may quote a secret, so only its kind and its place are told."""
    frames = extract_tb(error.__traceback__)
    where = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"
    problem = AppError(
        _("Keyturn made a mistake and stopped"),
        _("{standing} Please report this to Keyturn's makers: {kind} in {where}, command {command}.").format(
            standing=_how_it_stands(session), kind=type(error).__name__, where=where, command=name
        ),
        code="unexpected",
    )
    _failed(output, problem, name, began=True)
    return Exit.STOPPED


def _how_it_stands(session: Session) -> str:
    """The state of the backups, as far as the journal knows it."""
    if session.arguments.command == "practice":
        return _("Nothing real was touched.")
    try:
        under_way = [one for one in session.rotations() if not one.is_over]
    except AppError:
        return _("Keyturn's journal cannot be read, so how the rotations stand is not known.")
    if not under_way:
        return _("No rotation is under way: every program has the key that it had before.")
    names = ", ".join(f"{one.name} ({one.step.value})" for one in under_way)
    return _(
        "Each program holds one complete key, the old or the new one. Under way: {names}. `keyturn continue` carries "
        "on, `keyturn undo` puts everything back."
    ).format(names=names)


def _greet(output: Output) -> Exit:
    page: list[Line] = [*(line(text) for text in overview().splitlines()), BLANK]
    texts = help_texts()
    for name in ("practice", "scan"):
        page.append(line(f"keyturn {name:<10} {texts[name].summary}", indent=2))
    page += [
        line(_("keyturn -h         all commands"), indent=2),
        BLANK,
        line(_("The window that `keyturn` alone will open one day is not there yet; name a command.")),
    ]
    output.notes.write(*page)
    return Exit.USAGE


def _prepare_streams() -> None:
    """Names from files and from AWS may hold what a code page or a broken file name cannot say."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if callable(reconfigure):
            reconfigure(errors="replace")
