"""The commands by name, and one of them carried out: each failure is told in the way that was asked for."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from keyturn.computer.clock import Clock
from keyturn.model import diary
from keyturn.model.errors import AppError
from keyturn.model.text import _
from keyturn.rotation.mistakes import how_it_stands, mistake, nothing_real
from keyturn.terminal import documents, questions, reading
from keyturn.terminal.arguments import DOCUMENT_COMMANDS, Arguments
from keyturn.terminal.exits import Exit, of_error
from keyturn.terminal.names import with_names_looked_up
from keyturn.terminal.output import Output
from keyturn.terminal.rotation_page import problem_lines
from keyturn.terminal.screen import Tone, line
from keyturn.terminal.session import Session

Command = Callable[[Session, Output], Exit]


def change(session: Session, output: Output) -> Exit:
    """Carry out a command on a rotation. Whoever only looks does not wait for what these import."""
    from keyturn.terminal.changing import COMMANDS as ON_ROTATIONS

    return ON_ROTATIONS[session.arguments.command or ""](session, output)


def remind(session: Session, output: Output) -> Exit:
    """Show what is due."""
    from keyturn.terminal.reminding import remind as show

    return show(session, output)


def renew(session: Session, output: Output) -> Exit:
    """Have a key renew itself."""
    from keyturn.terminal.renewing import renew as carry

    return carry(session, output)


def report(session: Session, output: Output) -> Exit:
    """Write down what was found and done."""
    from keyturn.terminal.reporting import report as write

    return write(session, output)


def name(session: Session, output: Output) -> Exit:
    """Give a key a name."""
    from keyturn.terminal.naming import name as give

    return give(session, output)


def history(session: Session, output: Output) -> Exit:
    """Show the versions of a key with a name."""
    from keyturn.terminal.naming import history as show

    return show(session, output)


def keeper(session: Session, output: Output) -> Exit:
    """Show or change who renews keys here."""
    from keyturn.terminal.keeping import keeper as keep

    return keep(session, output)


def move(session: Session, output: Output) -> Exit:
    """Take a key's pair out of files, or put it back into them."""
    from keyturn.terminal.moving import move as carry

    return carry(session, output)


def credentials(session: Session, output: Output) -> Exit:
    """Print the key that a name means, for a program that asks."""
    from keyturn.terminal.handing_out import credentials as answer

    return answer(session, output)


def run(session: Session, output: Output) -> Exit:
    """Start a program with the key that a name means."""
    from keyturn.terminal.handing_out import run_program

    return run_program(session, output)


def tell(session: Session, output: Output) -> Exit:
    """Choose who is told."""
    from keyturn.terminal.telling import tell as choose

    return choose(session, output)


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
    **dict.fromkeys(("rotate", "continue", "done", "undo", "turn-off", "turn-on", "delete", "end"), change),
    "keeper": keeper,
    "name": name,
    "history": history,
    "move": move,
    "credentials": credentials,
    "run": run,
    "remind": remind,
    "renew": renew,
    "tell": tell,
    "report": report,
    "practice": practice,
}
# These need nothing of it but, some of them, the names of keys: what each program is, a rehearsal with a memory of its
# own, and what programs wait for.
_WITHOUT_MEMORY = {"clients", "practice", "credentials", "run"}
# These take steps of rotations, of which somebody may have to be told.
_ENDS_STEPS = {"rotate", "continue", "done", "undo", "turn-off", "turn-on", "delete", "end"}
# These say themselves what was interrupted, or end it; a rehearsal looks at nothing real.
_QUIET_ABOUT_INTERRUPTIONS = {"continue", "undo", "status", "remind", *_WITHOUT_MEMORY}


def carry_out(arguments: Arguments, clock: Clock, output: Output) -> Exit:
    """Carry out the command that was typed, and return how it ended."""

    def carry() -> Exit:
        return _with_session(arguments, clock, output)

    if arguments.debug is None:
        return carry()
    from keyturn.terminal.debugging import with_diary  # most commands keep none

    try:
        return with_diary(arguments, clock, carry)
    except AppError as error:
        return failed(output, error, arguments.command or "", began=False)


def _with_session(arguments: Arguments, clock: Clock, output: Output) -> Exit:
    session = Session(arguments, clock)
    try:
        code = _carry_out(session, output, arguments.command or "")
        if _may_have_news(arguments):
            _tell_people(session, output)
        # It did what it could without them, and somebody has to look at them all the same.
        return Exit.STOPPED if output.memory_problems and code is not Exit.ANOTHER else code
    finally:
        with suppress(AppError):
            session.close()


def _may_have_news(arguments: Arguments) -> bool:
    """True after a step of a rotation, and after a look at what is due."""
    match arguments.command:
        case "remind":
            return arguments.check
        case "renew":
            return not arguments.list
        case name:
            return name in _ENDS_STEPS


def _tell_people(session: Session, output: Output) -> None:
    """Tell whoever is to be told. What the command did, and its exit code, do not depend on it."""
    from keyturn.state.recipients import FILE_NAME

    if not (session.folder / FILE_NAME).exists():
        return  # most people name nobody, and do not wait for what this imports
    from keyturn.reminders.telling import tell_people

    try:
        untold = tell_people(session)
    except AppError as error:
        output.notes.write(line(str(error), Tone.ATTENTION))
    except KeyboardInterrupt:
        output.notes.write(line(_("You stopped the telling; the next look goes on with it."), Tone.ATTENTION))
    except Exception as error:
        diary.note_mistake(error)
    else:
        for one in untold:
            text = _("{name} could not be told: {title}. The next look tries again.")
            said = text.format(name=one.recipient.name, title="" if one.problem is None else one.problem.title)
            output.notes.write(line(said, Tone.ATTENTION))


def _carry_out(session: Session, output: Output, name: str) -> Exit:
    try:
        if name not in _WITHOUT_MEMORY:
            session.clear_away()
            output.tell_memory_problems(session.memory_problems())
        _tell_of_interruptions(session, output, name)
        if session.arguments.rclone_password:
            session.unlock("rclone", questions.password(output, _("Password of rclone's configuration (not shown): ")))
        session.arguments = with_names_looked_up(session)
        return COMMANDS[name](session, output)
    except AppError as error:
        return failed(output, error, name, began=session.began)
    except KeyboardInterrupt:
        standing = how_it_stands() if session.began else _("It had changed nothing yet.")
        return failed(output, AppError(_("You stopped it"), standing, code="cancelled"), name, began=session.began)
    except Exception as error:
        diary.note_mistake(error)
        standing = nothing_real() if name == "practice" else how_it_stands()
        failed(output, mistake(error, standing=standing, doing=name), name, began=True)
        return Exit.STOPPED


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


def failed(output: Output, error: AppError, name: str, *, began: bool) -> Exit:
    """Tell why a command stopped.

    Args:
        name: the command's; empty where none was named.
        began: as `of_error` has it.
    """
    diary.note(diary.Event.PROBLEM, code=diary.Name(error.code))
    if not output.as_json:
        if str(error) not in map(str, output.memory_problems):
            output.notes.write(*problem_lines(error))
    elif name in DOCUMENT_COMMANDS:
        output.document({"problem": documents.of_problem(error)})
    else:
        output.document(documents.of_failure(error))
    return of_error(error, began=began)
