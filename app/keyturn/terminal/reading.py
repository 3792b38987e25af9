"""The commands that look and change nothing: scan, plan, status, verify."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.model.errors import StateError, StoreError, UsageError
from keyturn.model.keys import KeyPair
from keyturn.model.other_buckets import OtherBuckets
from keyturn.model.text import _
from keyturn.rotation.cancelling import CancelToken
from keyturn.terminal import asking_account
from keyturn.terminal.command_session import Session
from keyturn.terminal.exits import Exit
from keyturn.terminal.output import Output
from keyturn.terminal.screen import BLANK, Tone, line

if TYPE_CHECKING:
    from keyturn.model.key_names import KeyName
    from keyturn.model.keys import AccessKeyId
    from keyturn.reminders.renewal_standing import RenewalStanding
    from keyturn.rotation.context import Context
    from keyturn.rotation.finding.survey import Survey
    from keyturn.rotation.finding.whole_search import Search
    from keyturn.rotation.planning.plan import IntoKeychain, Options, Plan
    from keyturn.rotation.record import Rotation
    from keyturn.rotation.steps import Result
    from keyturn.state.telling_queue import Told
    from keyturn.terminal.arguments import Arguments


def scan(session: Session, output: Output) -> Exit:
    """Show the keys on this computer."""
    from keyturn.terminal.searching import watched

    arguments, cancel = session.arguments, CancelToken()
    sentence = _("Looking through this computer…") if arguments.offline else looking_sentence()
    home = session.computer.home
    folders = arguments.search or _usual_folders(session, output)
    if arguments.any and not folders:
        raise UsageError(
            _("--any says what to search for, and nothing says where"),
            _("Nothing was searched. Name the folders as well: keyturn scan --search DIR --any"),
            code="usage.arguments",
        )
    asking_account.expect_options_fit(arguments)
    table = None if arguments.csv is None else arguments.csv.expanduser().absolute()
    if table is not None and not arguments.yes:
        from keyturn.computer import named_file

        named_file.expect_nothing_there(table)
    with (
        output.notes.busy(sentence) as show,
        watched(
            folders, any_key=arguments.any, own_memory=session.folder, home=home, show=show, cancel=cancel
        ) as search,
    ):
        context = session.context(cancel=cancel)
        survey = surveyed(context, offline=arguments.offline, search=search, days=arguments.days)
        if arguments.account and not cancel.asked:
            survey = asking_account.with_accounts(context, survey, show)
    now = session.clock.now()
    if table is not None:
        from keyturn.computer import named_file
        from keyturn.rotation.reporting import account_table, spreadsheet

        named_file.write(table, spreadsheet.BYTE_ORDER_MARK + account_table.as_table(survey, now))
    if output.as_json:
        from keyturn.terminal import survey_documents

        written = {} if table is None else {"csv": str(table)}
        output.document({**survey_documents.of_survey(survey, now), **written})
    else:
        from keyturn.terminal.scan_page import scan_page

        under_way = _under_way(session)
        output.show(
            *scan_page(
                survey, now=now, home=home, options=session.hints, offline=arguments.offline, under_way=under_way
            )
        )
        if table is not None:
            output.show(BLANK, line(_("The table is in {path}. It holds no secret.").format(path=table)))
    return Exit.STOPPED if cancel.asked else Exit.DONE


def _under_way(session: Session) -> tuple[tuple[Rotation, Result], ...]:
    unfinished = [one for one in session.rotations() if not one.is_over]
    if not unfinished:
        return ()
    from keyturn.rotation.carrying_out.standing import standing  # most scans meet no rotation
    from keyturn.rotation.finding.situation import urgent_first

    context = session.context()
    return urgent_first([(one, standing(context, one)) for one in unfinished])


def clients(session: Session, output: Output) -> Exit:
    """Show what Keyturn knows about each program."""
    from keyturn.clients.registry import client_named, clients_called, every_client, guided_clients
    from keyturn.terminal.clients_page import clients_document, clients_page, program_page

    name = session.arguments.program
    if name is None:
        output.document(clients_document((*every_client(), *guided_clients())))
        output.show(*clients_page(every_client(), guided_clients()))
    else:
        meant = clients_called(name) or (client_named(name),)
        output.document(clients_document(meant))
        for number, one in enumerate(meant):
            output.show(*([BLANK] if number else []), *program_page(one))
    return Exit.DONE


def plan(session: Session, output: Output) -> Exit:
    """Show what `rotate` would do."""
    from keyturn.terminal.plan_page import plan_page

    arguments = session.arguments
    if arguments.account_key:
        from keyturn.terminal import keys_elsewhere

        return keys_elsewhere.plan(session, output)
    with output.notes.busy(looking_sentence()) as show:
        made = planned(session.context(), arguments, show, into=into_keychain(session))
    output.document(made.as_json())
    included = arguments.other_buckets == OtherBuckets.INCLUDE
    again = (*(("--other-buckets", OtherBuckets.INCLUDE.value) if included else ()), *_asked_into(arguments))
    output.show(*plan_page(made, home=session.computer.home, options=session.hints, name=arguments.key, again=again))
    return Exit.WAITING if made.closed else Exit.DONE


def expect_nothing_of_keys_elsewhere(arguments: Arguments) -> None:
    """Raise `UsageError` where something was typed that says nothing about a key of this computer."""
    if arguments.show_secret or arguments.confirm is not None:
        raise UsageError(
            _("--show-secret and --confirm belong to --key"),
            _("They are for a key that is not on this computer. Nothing was changed."),
            code="usage.arguments",
        )


def into_keychain(session: Session) -> IntoKeychain | None:
    """What profiles are to ask, where the person wants their pairs out of the files.

    Raises:
        UsageError: where they cannot ask it, or an option says how to do what nobody wants.
    """
    arguments = session.arguments
    if not arguments.into:
        if arguments.helper is not None or arguments.by_me:
            raise UsageError(
                _("--program and --by-me belong to --into keychain"),
                _("Without it every pair stays in its file. Nothing was changed."),
                code="usage.into",
            )
        return None
    from keyturn.rotation.key_life.helper import helper_for
    from keyturn.rotation.planning.plan import IntoKeychain

    helper = helper_for(session.location, session.computer, session.folder, arguments.helper)
    return IntoKeychain(helper, arguments.by_me)


def _asked_into(arguments: Arguments) -> tuple[str, ...]:
    """What has to be typed once more for `--into`."""
    if not arguments.into:
        return ()
    program = () if arguments.helper is None else ("--program", str(arguments.helper))
    return ("--into", arguments.into, *program, *(("--by-me",) if arguments.by_me else ()))


def status(session: Session, output: Output) -> Exit:
    """Show the rotations."""
    from keyturn.rotation.carrying_out.standing import standing
    from keyturn.terminal import json_documents
    from keyturn.terminal.rotation_page import status_page
    from keyturn.terminal.told_page import of_told, untold_lines

    rotations = session.rotations()
    context = session.context() if rotations else None
    stand = [] if context is None else [(one, standing(context, one)) for one in rotations]
    renewals = _renewals(session)
    names = {} if not renewals else names_known(session)
    renewed = {"renewals": None} if renewals is None else json_documents.of_renewals(renewals, names)
    told, held = _told(session), _held(session, rotations)
    holds = {"holds": None if held is None else [{"key": one.value} for one in held]}
    all_told = {"told": None if told is None else of_told(told)}
    output.document({**json_documents.of_rotations(stand), **renewed, **all_told, **holds})
    if stand or not output.memory_problems:
        output.show(*status_page(stand, options=session.hints, working=session.another_is_working()))
    if renewals:
        from keyturn.terminal.renewals_page import list_page

        output.show(BLANK, *list_page(renewals, now=session.clock.now(), options=session.hints))
    if untold := untold_lines(told or ()):
        output.show(BLANK, *untold)
    for key in held or ():
        text = _(
            "Other computers were asked to leave {key} on for this one. `keyturn rotate {last4}` gives it a key of its "
            "own; `keyturn hold {last4} --release` says that it needs that one no more."
        )
        output.show(BLANK, line(text.format(key=key.masked, last4=key.last4)))
    return Exit.DONE


def _held(session: Session, rotations: Sequence[Rotation]) -> tuple[AccessKeyId, ...] | None:
    """The keys for which others wait until a rotation here says that it is done; None where that cannot be read."""
    from keyturn.state import this_computer

    with suppress(StateError):
        known = this_computer.load(session.folder)
        done = {one.decision.key for one in rotations if one.told_done}
        return () if known is None else tuple(key for key in known.holds if key not in done)
    return None


def _told(session: Session) -> tuple[Told, ...] | None:
    """How it stands with those who are told; None where that cannot be read, which is told by itself."""
    from keyturn.state.telling_queue import read_told

    with suppress(StateError):
        return read_told(session.folder)
    return None


def names_known(session: Session) -> Mapping[AccessKeyId, KeyName]:
    """The names of keys; none where they cannot be read, which is told by itself."""
    from keyturn.rotation.key_life.key_versions import names_of_keys

    with suppress(StateError):
        return names_of_keys(session.folder)
    return {}


def _renewals(session: Session) -> tuple[RenewalStanding, ...] | None:
    """The keys that renew themselves; None where that cannot be read, which is told by itself."""
    from keyturn.reminders.renewal_standing import readable_standings

    with suppress(StateError):
        return readable_standings(session)
    return None


def verify(session: Session, output: Output) -> Exit:
    """Prove every backup as it is now."""
    from keyturn.rotation.carrying_out.verifying import verify as prove
    from keyturn.terminal import survey_documents
    from keyturn.terminal.verify_page import failures, verify_page

    with output.notes.busy(_("Proving every backup at AWS…")):
        survey, proofs = prove(session.context(), session.arguments.bucket, session.arguments.key)
    output.document(survey_documents.of_proofs(survey, proofs))
    output.show(*verify_page(proofs, survey.problems, session.computer.home))
    return Exit.FAILED if failures(proofs, survey.problems) else Exit.DONE


def _usual_folders(session: Session, output: Output) -> tuple[Path, ...]:
    """The folders that the settings want searched; a disk that is not attached now does not end the scan."""
    for folder in session.settings.search_folders:
        if not folder.exists():
            text = _("{path} is to be searched each time, as the settings say, and is not there now.")
            output.notes.write(line(text.format(path=folder), Tone.ATTENTION))
    return tuple(folder for folder in session.settings.search_folders if folder.exists())


def looking_sentence() -> str:
    """What goes on while keys are looked for and AWS is asked."""
    return _("Looking through this computer, and asking AWS…")


def surveyed(
    context: Context, *, offline: bool = False, search: Search | None = None, days: int | None = None
) -> Survey:
    """The keys on this computer; where AWS was asked, with their accounts' buckets, and remembered for reminders."""
    from keyturn.rotation.finding.survey import take_survey

    survey = take_survey(context, offline=offline, search=search, days=days)
    if not offline and not context.cancel.asked:
        from keyturn.reminders.checking import remember  # an offline scan does without
        from keyturn.rotation.finding.reach import with_reaches

        # Reminders that go by what was known before are no reason to stop what was asked for.
        with suppress(StoreError):
            remember(context, survey)
        survey = with_reaches(context, survey)
    return survey


def planned(
    context: Context,
    arguments: Arguments,
    show: Callable[[str], None],
    pair: KeyPair | None = None,
    into: IntoKeychain | None = None,
) -> Plan:
    """The plan for the key that was named.

    Args:
        show: shows how far the search of this computer is.
        pair: what the person gave for `--pair`.
        into: what profiles are to ask, see `into_keychain`.

    Raises:
        UsageError: where no key, or more than one, is meant.
    """
    from keyturn.rotation.finding.kept_answers import keep_answers
    from keyturn.rotation.finding.survey import take_survey
    from keyturn.rotation.key_life.key_meant import key_meant
    from keyturn.rotation.planning.planning import make_plan
    from keyturn.terminal.searching import before_the_plan

    with before_the_plan(context, home=context.computer.home, show=show) as search:
        survey = take_survey(context, search=search)
    plan = make_plan(context, survey, key_meant(survey, arguments.key), _options(arguments, pair, into))
    # One word for many buckets that nobody knows is an answer for this time; their number was not typed yet.
    if arguments.other_buckets != OtherBuckets.INCLUDE:
        # What cannot be kept is asked about again.
        with suppress(StoreError):
            keep_answers(context, plan.answers)
    return plan


def _options(arguments: Arguments, pair: KeyPair | None, into: IntoKeychain | None) -> Options:
    from keyturn.rotation.planning.plan import Options
    from keyturn.rotation.steps import Route

    return Options(
        route=None if arguments.route is None else Route(arguments.route),
        only=arguments.only,
        buckets=arguments.bucket,
        other_buckets=None if arguments.other_buckets is None else OtherBuckets(arguments.other_buckets),
        edit_text=arguments.edit_text,
        leave_out=arguments.leave_out,
        also=arguments.also,
        user_name=arguments.user_name,
        watch_days=arguments.watch_days,
        off_days=arguments.off_days,
        pair=pair,
        append_only=arguments.append_only,
        prefix_only=arguments.prefix_only,
        into=into,
    )
