"""One command carried out: each failure is told in the way that was asked for."""

from __future__ import annotations

from contextlib import suppress

from keyturn.computer.clock import Clock
from keyturn.model import diary
from keyturn.model.errors import AppError
from keyturn.model.text import _
from keyturn.rotation.mistakes import how_it_stands, mistake, nothing_real
from keyturn.terminal import problem_documents
from keyturn.terminal.arguments import Arguments
from keyturn.terminal.command import Command, JsonAnswer
from keyturn.terminal.command_session import Session
from keyturn.terminal.commands import command_named
from keyturn.terminal.exits import Exit, of_error
from keyturn.terminal.names import with_names_looked_up
from keyturn.terminal.output import Output
from keyturn.terminal.problem_lines import problem_lines
from keyturn.terminal.screen import Tone, line


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
        return failed(output, error, command_named(arguments.command or ""), began=False)


def _with_session(arguments: Arguments, clock: Clock, output: Output) -> Exit:
    session = Session(arguments, clock)
    try:
        code = _carry_out(session, output, session.command)
        if session.command.has_news(arguments):
            _tell_people(session, output)
        # It did what it could without them, and somebody has to look at them all the same.
        return Exit.STOPPED if output.memory_problems and code is not Exit.ANOTHER else code
    finally:
        with suppress(AppError):
            session.close()


def _tell_people(session: Session, output: Output) -> None:
    """Tell those who are to be told. What the command did, and its exit code, do not depend on it."""
    from keyturn.state.stored_recipients import FILE_NAME

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


def _carry_out(session: Session, output: Output, command: Command) -> Exit:
    if command.run is None:
        raise NotImplementedError(command.name)  # the window's, which `start` opens
    try:
        if command.uses_memory:
            session.clear_away()
            output.tell_memory_problems(session.memory_problems())
        if command.says_what_was_interrupted:
            _tell_of_interruptions(session, output)
        if session.arguments.rclone_password:
            from keyturn.terminal import questions

            session.unlock("rclone", questions.password(output, _("Password of rclone's configuration (not shown): ")))
        session.arguments = with_names_looked_up(session)
        return command.run(session, output)
    except AppError as error:
        return failed(output, error, command, began=session.began)
    except KeyboardInterrupt:
        standing = how_it_stands() if session.began else _("It had changed nothing yet.")
        return failed(output, AppError(_("You stopped it"), standing, code="cancelled"), command, began=session.began)
    except Exception as error:
        diary.note_mistake(error)
        standing = nothing_real() if command.name == "practice" else how_it_stands()
        failed(output, mistake(error, standing=standing, doing=command.name), command, began=True)
        return Exit.STOPPED


def _tell_of_interruptions(session: Session, output: Output) -> None:
    # A journal that cannot be read stops those commands that need it, and says so itself.
    with suppress(AppError):
        for one in session.interrupted():
            text = _(
                "Rotation {name} was interrupted at step {step}. `keyturn continue` carries on, `keyturn undo` puts "
                "everything back."
            )
            output.notes.write(line(text.format(name=one.name, step=one.step.value), Tone.ATTENTION))


def failed(output: Output, error: AppError, command: Command | None, *, began: bool) -> Exit:
    """Tell why a command stopped.

    Args:
        command: None where none was named.
        began: as `of_error` has it.
    """
    diary.note(diary.DiaryEvent.PROBLEM, code=diary.Name(error.code))
    if not output.as_json:
        if str(error) not in map(str, output.memory_problems):
            output.notes.write(*problem_lines(error))
    elif command is not None and command.answer is JsonAnswer.DOCUMENT:
        output.document({"problem": problem_documents.of_problem(error)})
    else:
        output.document(problem_documents.of_failure(error))
    return of_error(error, began=began)
