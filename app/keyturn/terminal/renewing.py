"""The command `renew`: a key renews itself from now on, or not any more; what is due is done; what is set is shown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time
from typing import TYPE_CHECKING, Any

from keyturn.model.errors import AppError, UsageError
from keyturn.model.text import _
from keyturn.reminders.renewal_job import advice
from keyturn.reminders.renewal_standing import readable_standings
from keyturn.rotation.key_life.key_meant import key_meant
from keyturn.rotation.signers.who import THE_KEY, IdentityKind
from keyturn.rotation.steps import Ending
from keyturn.terminal import json_documents, problem_documents, reading
from keyturn.terminal.command_session import Session
from keyturn.terminal.exits import Exit, of_ending
from keyturn.terminal.interruption import heard
from keyturn.terminal.output import Output
from keyturn.terminal.problem_lines import problem_lines
from keyturn.terminal.progress import PlainProgress
from keyturn.terminal.renewals_page import list_page, ran_page, set_page
from keyturn.terminal.screen import Tone, line

_KEEPER = IdentityKind.KEEPER.value

if TYPE_CHECKING:
    from keyturn.model.keys import AccessKeyId
    from keyturn.reminders.renewal_run import Ran


def renew(session: Session, output: Output) -> Exit:
    """Do the one thing that was asked for."""
    arguments = session.arguments
    if arguments.list or arguments.due or arguments.ends:
        _expect_nothing_set(session)
    if arguments.list:
        return _show(session, output)
    if arguments.due:
        return _run(session, output, None)
    if not arguments.key:
        raise _usage(_("renew needs a key"), _("Say which: keyturn renew KEY --every 90 --at 03:00"))
    if arguments.ends:
        return _end(session, output)
    if arguments.now:
        return _renew_now(session, output)
    return _set(session, output)


def _expect_nothing_set(session: Session) -> None:
    """See that nobody who asks for one thing believes that a second one was set.

    Raises:
        UsageError: where days or a time of day are given beside it.
    """
    arguments = session.arguments
    if arguments.every is not None or arguments.at is not None or arguments.deletes:
        raise _usage(
            _("renew does one thing at a time"),
            _("Days, a time of day and --delete go with KEY alone: leave them out, or --list, --off or --due."),
        )


def _set(session: Session, output: Output) -> Exit:
    arguments = session.arguments
    if arguments.key == _KEEPER and arguments.every is not None and arguments.at is not None:
        return _set_keepers(session, output, arguments.every, arguments.at)
    if arguments.every is None or arguments.at is None:
        raise _usage(
            _("renew needs to know how often, and at what time"),
            _("For each 90 days at three in the morning: keyturn renew KEY --every 90 --at 03:00"),
        )
    from keyturn.reminders.renewal_setting import Wish, begin_renewal, checked
    from keyturn.reminders.renewal_turn import signed_by
    from keyturn.rotation.carrying_out.standing import GateClosed

    wish = Wish(
        arguments.every,
        arguments.at,
        arguments.watch_days,
        arguments.grace,
        arguments.deletes,
        str(arguments.renewed_by),
    )
    with session.alone():
        context = session.context()
        with output.notes.busy(reading.looking_sentence()):
            found = key_meant(reading.surveyed(context), arguments.key)
        try:
            renewal = checked(signed_by(context, wish.signer), found, wish)
        except UsageError:
            raise
        except GateClosed as error:
            return _not_set(output, error, Exit.WAITING)
        except AppError as error:
            return _not_set(output, error, Exit.STOPPED)
        session.began = True
        standing = begin_renewal(session, context, renewal)
        notes = advice(session)
        output.document({**_document(session), "notes": list(notes)})
        output.show(*set_page(standing, now=session.clock.now(), options=session.hints, notes=notes))
    return Exit.DONE


def _set_keepers(session: Session, output: Output, every: int, at: time) -> Exit:
    """Have the keeper's own key renewed."""
    from keyturn.reminders.renewal_setting import begin_keepers_renewal

    with session.alone():
        context = session.context()
        standing = begin_keepers_renewal(session, context, every, at, str(session.arguments.renewed_by))
        notes = advice(session)
        output.document({**_document(session), "notes": list(notes)})
        output.show(*set_page(standing, now=session.clock.now(), options=session.hints, notes=notes))
    return Exit.DONE


def _not_set(output: Output, error: AppError, code: Exit) -> Exit:
    output.document({"problem": problem_documents.of_problem(error)})
    output.show(*problem_lines(error))
    return code


def _end(session: Session, output: Output) -> Exit:
    from keyturn.reminders.renewal_setting import end_renewal

    with session.alone():
        context = session.context()
        session.began = True
        stood = end_renewal(session, context, session.arguments.key)
        output.document(_document(session))
        known = readable_standings(session)
        output.show(*list_page(known, now=session.clock.now(), options=session.hints, ended=stood))
    return Exit.DONE


def _show(session: Session, output: Output) -> Exit:
    output.document(_document(session))
    known = readable_standings(session)
    if known or not output.memory_problems:  # there may be one more that cannot be read, which is told by itself
        output.show(*list_page(known, now=session.clock.now(), options=session.hints))
    return Exit.DONE


def _keeper_now(session: Session, output: Output) -> Exit:
    """Renew the keeper's own key, by the one who was named now, else by the one who was named when it was set."""
    from keyturn.reminders.renewal_turn import signed_by
    from keyturn.rotation.key_life.keeper_renewal import expect_renewer, renew_keeper
    from keyturn.rotation.key_life.keepers import whole_keeper

    who = str(session.arguments.renewed_by)
    with session.alone():
        context = session.context()
        chosen = whole_keeper(context).schedule
        if session.arguments.renewed_by == THE_KEY and chosen is not None:
            who = chosen.signer
        by = expect_renewer(context, signed_by(context, who).signer)
        session.began = True
        with output.notes.busy(_("Renewing the keeper's key…")):
            keeper = renew_keeper(context, by)
    new = "" if keeper.key is None else keeper.key.value
    output.document({**_document(session), "ran": [{"key": new, "did": "made"}]})
    output.show(line(_("The keeper has a new key, and the old one is deleted."), Tone.GOOD))
    return Exit.DONE


def _renew_now(session: Session, output: Output) -> Exit:
    if session.arguments.key == _KEEPER:
        return _keeper_now(session, output)
    from keyturn.reminders.renewal_setting import the_renewal

    return _run(session, output, the_renewal(session.context(), session.arguments.key).renewal.key)


def _run(session: Session, output: Output, now_wanted: AccessKeyId | None) -> Exit:
    from keyturn.reminders.checking import notify
    from keyturn.reminders.notifications import system_notifier
    from keyturn.reminders.outlook import look_ahead
    from keyturn.reminders.renewal_run import run

    with session.alone():
        # The answer is one document, so what happens on the way is told on standard error.
        progress = PlainProgress(output.notes) if output.as_json else output.progress()
        with heard(progress, session.before_exit) as cancel, progress:
            session.began = True
            context = session.context(progress, cancel)
            ran = run(context, now_wanted=now_wanted)
    worst = _neediest(ran)
    output.document(
        {
            **_document(session),
            "ran": [{"key": one.standing.renewal.key.value, "did": one.did.value} for one in ran],
            "problem": problem_documents.of_problem(None if worst is None else worst.standing.renewal.trouble),
        }
    )
    output.show(*ran_page(ran, now=session.clock.now(), options=session.hints))
    if now_wanted is None:
        # Nobody looks at what this wrote.
        notify(session, look_ahead(session), system_notifier())
    return Exit.DONE if worst is None else of_ending(worst.ending)


def _document(session: Session) -> dict[str, Any]:
    return json_documents.of_renewals(readable_standings(session), reading.names_known(session))


def _neediest(ran: Sequence[Ran]) -> Ran | None:
    """The renewal that needs somebody most: it decides the exit code. None where all went well."""
    for ending in (Ending.STOPPED, Ending.PUT_BACK, Ending.WAITING):
        for one in ran:
            if one.ending is ending:
                return one
    return None


def _usage(title: str, do: str) -> UsageError:
    return UsageError(title, _("Nothing was changed. {do}").format(do=do), code="usage.arguments")
