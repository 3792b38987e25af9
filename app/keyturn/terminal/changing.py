"""The commands on a rotation: rotate, continue, done, undo, turn-off, turn-on, delete, end. One at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from keyturn.clients.described.guide import ANOTHER_COMPUTER
from keyturn.model.errors import UsageError
from keyturn.model.other_buckets import OtherBuckets
from keyturn.model.text import _, plural
from keyturn.rotation import consent
from keyturn.rotation.all_rotations import find_rotation
from keyturn.rotation.context import Context
from keyturn.rotation.record import Rotation
from keyturn.rotation.signers.who import THE_KEY, IdentityKind
from keyturn.rotation.steps import By, Result, Route, Step
from keyturn.terminal import json_documents, questions, reading
from keyturn.terminal.command_session import Session
from keyturn.terminal.exits import Exit, of_ending
from keyturn.terminal.interruption import heard
from keyturn.terminal.offering_reminders import tell_who_reminds
from keyturn.terminal.output import Output
from keyturn.terminal.progress import PlainProgress
from keyturn.terminal.screen import BLANK, Line, Tone, bullet, line

if TYPE_CHECKING:
    from keyturn.rotation.key_life.key_elsewhere import KeyElsewhere, Wanted
    from keyturn.rotation.planning.plan import Plan

_WAY_OUT = (Step.CHECK, Step.CREATE, Step.PROVE, Step.SWITCH, Step.PROVE_AGAIN, Step.WATCH)
_SENDS_AWAY = frozenset({"rotate", "continue", "turn-off"})
_ASKED_ONE_BY_ONE = 7  # places; of more a person reads no question
_PATIENCE_AT_A_TERMINAL = 600.0  # seconds to sign in, with password and MFA


def rotate(session: Session, output: Output) -> Exit:
    """Make a new key, prove it, put it in place."""
    from keyturn.rotation import rotation_service
    from keyturn.rotation.finding.kept_answers import keep_answers
    from keyturn.terminal import plan_page

    arguments = session.arguments
    if arguments.account_key:
        from keyturn.rotation.key_life.handing_over import hand_over
        from keyturn.terminal import keys_elsewhere

        receiver = keys_elsewhere.receiver(arguments)
        return _elsewhere(session, output, partial(hand_over, receiver=receiver), _WAY_OUT)
    reading.expect_nothing_of_keys_elsewhere(arguments)
    if not arguments.yes:
        questions.require_a_person()
    into = reading.into_keychain(session)
    pair = questions.given_pair(output) if arguments.pair else None
    with session.alone():
        with output.notes.busy(reading.looking_sentence()) as show:
            plan = reading.planned(session.context(), arguments, show, pair, into)
        if plan.closed:
            return _end(session, output, rotation_service.rotate(session.context(), plan))
        if not arguments.yes or not output.as_json:
            page = [*plan_page.summary(plan, home=session.computer.home), *plan_page.titles_by_hand(plan), BLANK]
            output.page.write(*page)
        if not arguments.yes and not questions.agrees(output, _question(plan.route)):
            return _not_agreed(output)
        if arguments.other_buckets == OtherBuckets.INCLUDE:
            if not arguments.yes and not _includes_them_all(output, plan):
                return _not_agreed(output)
            keep_answers(session.context(), plan.answers)
        ahead = _WAY_OUT if plan.route.makes_a_key else (Step.CHECK, Step.WATCH)
        return _carried_out(session, output, lambda all_of_it: rotation_service.rotate(all_of_it, plan), ahead)


def carry_on(session: Session, output: Output) -> Exit:
    """Carry on what waits or was interrupted."""
    from keyturn.rotation import rotation_service

    name = session.arguments.rotation
    with session.alone():
        _take_pair(session, output)
        return _carried_out(session, output, lambda all_of_it: rotation_service.carry_on(all_of_it, name))


def done(session: Session, output: Output) -> Exit:
    """Tick a thing that was done by hand."""
    from keyturn.rotation import rotation_service
    from keyturn.rotation.planning import by_hand

    arguments = session.arguments
    with session.alone():
        confirm = arguments.confirm
        if arguments.item == by_hand.DELETE and confirm is None and questions.is_interactive() and not arguments.yes:
            confirm = _typed_end(session, output)
        # The answer is one document, so what happens on the way is told on standard error.
        progress = PlainProgress(output.notes) if output.as_json else output.progress()
        with heard(progress, session.before_exit) as cancel, progress:
            session.began = True
            context = session.context(progress, cancel)
            result = rotation_service.tick(context, arguments.rotation, arguments.item, confirm)
        return _end(session, output, result)


def undo(session: Session, output: Output) -> Exit:
    """Put everything back."""
    from keyturn.rotation import rotation_service

    name = session.arguments.rotation
    with session.alone():
        _take_pair(session, output)
        return _carried_out(session, output, lambda all_of_it: rotation_service.undo(all_of_it, name), (Step.UNDO,))


def turn_off(session: Session, output: Output) -> Exit:
    """Turn the old key off."""
    from keyturn.rotation import rotation_service
    from keyturn.rotation.carrying_out import awaiting, backups_seen, turning_off
    from keyturn.rotation.key_life import key_elsewhere
    from keyturn.rotation.planning import by_hand

    arguments = session.arguments
    if arguments.account_key:
        return _elsewhere(session, output, key_elsewhere.turn_off)
    wait = _wait(session)
    with session.alone():
        rotation = find_rotation(session.journal, arguments.rotation)
        _expect_confirmed(session, rotation)
        _expect_one_signer(session, rotation)
        _take_pair(session, output)
        signer = session.context().signer
        way = By(arguments.by) if arguments.by is not None else turning_off.default_way(rotation.decision, signer)
        still_on = rotation.off_at is None and rotation.step in {Step.WATCH, Step.TURN_OFF}
        if still_on and awaiting.awaited_before_turn_off(session.context(), rotation):
            # Something comes first, so there is nothing to ask yet; this looks, and turns nothing off.
            looked = _result(session, output, lambda all_of_it: rotation_service.carry_on(all_of_it, rotation.name))
            rotation = find_rotation(session.journal, rotation.name)
            still_waits = awaiting.awaited_before_turn_off(session.context(), rotation)
            # Another computer that was waited for may be done by now, and then it goes on.
            if looked.problem is not None or rotation.off_at is not None or still_waits:
                return _end(session, output, looked)
        if still_on:
            if turning_off.is_one_way(rotation.decision, way):
                warning = consent.one_way(rotation.decision.owner)
                output.page.write(line(consent.one_way_heading(), Tone.ATTENTION), line(warning), BLANK)
            if not arguments.yes and _another_needs_it(output, rotation):
                found = rotation_service.add_by_hand(session.context(), rotation.name, [ANOTHER_COMPUTER])
                return _end(session, output, found)
            if not arguments.yes and not _agrees_to_off(output, session, rotation):
                return _not_agreed(output)
            if way is By.CONSOLE and wait > 0:
                # Nobody is told to turn off the last key that works.
                looked = _result(session, output, lambda all_of_it: rotation_service.carry_on(all_of_it, rotation.name))
                if looked.problem is not None or by_hand.TURN_OFF not in {one.item for one in looked.awaiting}:
                    return _end(session, output, looked)
                output.page.write(*_in_the_console(by_hand.turn_off_in_console(rotation.decision).steps, wait))
        # The one who is here now said yes, to all of them at once where the command says so.
        yes = [one.item for one in backups_seen.backups_of(rotation)] if still_on else []
        return _carried_out(
            session, output, lambda all_of_it: rotation_service.turn_off(all_of_it, rotation.name, way, wait, yes)
        )


def _expect_confirmed(session: Session, rotation: Rotation) -> None:
    """Where a key was confirmed, it has to be the one that is turned off or on; a rotation's own needs no such word."""
    confirm, key = session.arguments.confirm, rotation.decision.key
    if confirm is not None and not key.is_confirmed_by(confirm):
        raise UsageError(
            _("Another key was confirmed"),
            _("The old key of {name} is {key}. Nothing was changed.").format(name=rotation.name, key=key.masked),
            code="usage.confirm",
        )


def turn_on(session: Session, output: Output) -> Exit:
    """Turn the old key on again."""
    from keyturn.rotation import rotation_service
    from keyturn.rotation.key_life import key_elsewhere
    from keyturn.rotation.planning import by_hand

    if session.arguments.account_key:
        return _elsewhere(session, output, key_elsewhere.turn_on)
    wait = _wait(session)
    with session.alone():
        _take_pair(session, output)
        rotation = find_rotation(session.journal, session.arguments.rotation)
        _expect_confirmed(session, rotation)
        by_key = rotation.decision.route.same_owner or session.context().signer.ends(rotation.decision)
        if not rotation.is_over and not by_key and wait > 0:
            output.page.write(*_in_the_console(by_hand.turn_on_in_console(rotation.decision).steps, wait))
        return _carried_out(session, output, lambda all_of_it: rotation_service.turn_on(all_of_it, rotation.name, wait))


def delete(session: Session, output: Output) -> Exit:
    """Delete the old key."""
    from keyturn.rotation import rotation_service
    from keyturn.rotation.key_life import key_elsewhere

    if session.arguments.account_key:
        return _elsewhere(session, output, key_elsewhere.delete)
    name, confirm = session.arguments.rotation, session.arguments.confirm
    with session.alone():
        rotation = find_rotation(session.journal, name)
        return _carried_out(
            session, output, lambda all_of_it: rotation_service.delete(all_of_it, rotation.name, confirm)
        )


def end(session: Session, output: Output) -> Exit:
    """Close a rotation as it stands."""
    from keyturn.rotation import rotation_service

    name, confirm = session.arguments.rotation, session.arguments.confirm
    with session.alone():
        return _carried_out(session, output, lambda all_of_it: rotation_service.end(all_of_it, name, confirm))


COMMANDS: dict[str, Callable[[Session, Output], Exit]] = {
    "rotate": rotate,
    "continue": carry_on,
    "done": done,
    "undo": undo,
    "turn-off": turn_off,
    "turn-on": turn_on,
    "delete": delete,
    "end": end,
}


def _elsewhere(
    session: Session,
    output: Output,
    work: Callable[[Context, KeyElsewhere | Rotation, Wanted], Result],
    ahead: Sequence[Step] = (),
) -> Exit:
    """Do something with a key of the account that is not on this computer."""
    from keyturn.terminal import keys_elsewhere

    keys_elsewhere.expect_fitting(session.arguments)
    with session.alone():
        found, wanted = keys_elsewhere.found(session, output), keys_elsewhere.wanted(session.arguments)
        result = _result(session, output, lambda all_of_it: work(all_of_it, found, wanted), ahead)
        ended = _end(session, output, result)
        if session.arguments.show_secret:
            keys_elsewhere.show_new_pair(session, output, result)
        return ended


def _expect_one_signer(session: Session, rotation: Rotation) -> None:
    """`--by key` lets a key of the rotation sign, and nobody else.

    Raises:
        UsageError: where somebody else was named as well.
    """
    if session.arguments.by != By.KEY.value or session.who.kind is IdentityKind.KEY:
        return
    key = rotation.decision.key
    if session.who.kind is IdentityKind.OTHER_KEY and session.who.which in {key.value, key.last4, key.masked}:
        session.who = THE_KEY  # the same, said twice
        return
    raise UsageError(
        _("--by key and --as {who} contradict each other").format(who=session.who),
        _("With --by key the key turns itself off. Leave one of the two out. Nothing was changed."),
        code="usage.by",
    )


def _take_pair(session: Session, output: Output) -> None:
    """Ask for the pair whose secret is not kept any more, where the person said that they have it."""
    from keyturn.rotation import rotation_service

    if session.arguments.pair:
        pair = questions.given_pair(output)
        rotation_service.take_pair(session.context(), session.arguments.rotation, pair)


def _carried_out(
    session: Session, output: Output, work: Callable[[Context], Result], ahead: Sequence[Step] = ()
) -> Exit:
    return _end(session, output, _result(session, output, work, ahead))


def _result(session: Session, output: Output, work: Callable[[Context], Result], ahead: Sequence[Step] = ()) -> Result:
    session.context()  # anyone who makes the change may not be to be had, and nothing has begun then
    progress = output.progress(ahead)
    with heard(progress, session.before_exit) as cancel, progress:
        session.began = True
        return work(session.context(progress, cancel))


def _end(session: Session, output: Output, result: Result) -> Exit:
    from keyturn.terminal.rotation_page import result_page

    rotation = None if result.rotation is None else find_rotation(session.journal, result.rotation)
    from keyturn.rotation.key_life import keepers

    offered = None if rotation is None else keepers.offer(session.context(), rotation)
    document = json_documents.of_result(result)
    if rotation is not None:
        document["backups"] = json_documents.of_backups(rotation)
    output.document({**document, "offers": [] if offered is None else [offered]})
    command = session.command.name
    # A rotation has to be named only where there are several.
    several = sum(not one.is_over for one in session.rotations()) > 1
    output.show(BLANK, *result_page(result, rotation, options=session.hints, command=command, several=several))
    if offered is not None:
        output.show(BLANK, line(offered, Tone.QUIET))
    if command in _SENDS_AWAY:
        tell_who_reminds(session, output, result, rotation)
    return of_ending(result.ending)


def _question(route: Route) -> str:
    if route.makes_a_key:
        return _("Make the new key and put it in place? The old one stays on, and `keyturn undo` puts it back.")
    return _("Begin? Nothing is turned off yet: that is a command of its own.")


def _includes_them_all(output: Output, plan: Plan) -> bool:
    """Ask for the number of the buckets that nobody knows: one word must not open many of them unseen."""
    unsure = [one for one in ([] if plan.decision is None else plan.decision.others) if not one.may_delete]
    if not unsure:
        return True
    question = plural(
        "The new key will reach {count} bucket that nobody knows. Type its number, {count}, to include it:",
        "The new key will reach {count} buckets that nobody knows. Type their number, {count}, to include them all:",
        len(unsure),
    )
    return questions.typed(output, question.format(count=len(unsure))) == str(len(unsure))


def _not_agreed(output: Output) -> Exit:
    # Answers on buckets, and a secret that was given, are kept by now.
    output.page.write(line(_("No key and no file of a program was changed.")))
    return Exit.WAITING


def _typed_end(session: Session, output: Output) -> str:
    """The last four characters of the old key, as the person reads them where they deleted it."""
    rotation = find_rotation(session.journal, session.arguments.rotation)
    asked = _("The last four characters of the key that you deleted ({shown}…):")
    return questions.typed(output, asked.format(shown=rotation.decision.key.value[:4]))


def _another_needs_it(output: Output, rotation: Rotation) -> bool:
    """Ask what Keyturn cannot see."""
    asked = consent.other_users(rotation.decision.key)
    questions.require_a_person()
    output.page.write(
        line(asked.heading, Tone.HEADING),
        line(asked.lead),
        *(bullet(example, indent=2) for example in asked.examples),
        line(_("`keyturn clients` has the steps for many of them."), Tone.QUIET),
        BLANK,
    )
    if not questions.agrees(output, asked.question):
        return False
    output.page.write(line(asked.if_so))
    return True


def _agrees_to_off(output: Output, session: Session, rotation: Rotation) -> bool:
    """Ask for a yes to each place that was not seen backing up with the new key, and to turning the old one off.

    For a single such place that is one question, and of many all are listed and asked about at once.
    """
    from keyturn.rotation import rotation_service
    from keyturn.rotation.carrying_out import backups_seen

    unseen = backups_seen.unseen_of(rotation)
    if unseen:
        with output.notes.busy(_("Looking which places backed up with the new key…")):
            unseen = rotation_service.look_at_backups(session.context(), rotation.name)
    if 1 < len(unseen) <= _ASKED_ONE_BY_ONE:
        if not all(questions.agrees(output, backups_seen.yes_to(one)) for one in unseen):
            return False
    elif unseen:
        not_yet = line(_("Not seen backing up with the new key yet:"), Tone.ATTENTION)
        output.page.write(not_yet, *(bullet(f"{one.title}: {one.sentence}", indent=2) for one in unseen))
    return questions.agrees(output, _off_now(rotation))


def _off_now(rotation: Rotation) -> str:
    return _("Turn {key} off now?").format(key=rotation.decision.key.masked)


def _in_the_console(steps: Sequence[str], wait: float) -> list[Line]:
    page = [line(_("Now, in your browser:"), Tone.HEADING)]
    page += [line(f"{number}. {step}", indent=2, hanging=3) for number, step in enumerate(steps, start=1)]
    minutes = max(1, round(wait / 60))
    looks = plural(
        "Keyturn looks every few seconds, for about {count} minute. Ctrl-C stops the waiting only.",
        "Keyturn looks every few seconds, for about {count} minutes. Ctrl-C stops the waiting only.",
        minutes,
    )
    return [*page, line(looks.format(count=minutes), Tone.QUIET), BLANK]


def _wait(session: Session) -> float:
    if session.arguments.wait is not None:
        return session.arguments.wait
    return _PATIENCE_AT_A_TERMINAL if questions.is_interactive() and not session.arguments.yes else 0.0
