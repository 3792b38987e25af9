"""How a rotation stands: the page of `status`, and the end of every command on a rotation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from keyturn.computer.shells import command_line
from keyturn.model.text import _
from keyturn.rotation import labels
from keyturn.rotation.carrying_out.said import is_deletion_seen
from keyturn.rotation.record import Rotation
from keyturn.rotation.steps import PUT_IN_AGAIN, Awaited, Ending, Result, State, Step
from keyturn.terminal.problem_lines import problem_lines
from keyturn.terminal.screen import BLANK, Line, Piece, Tone, bullet, columns, line

_CANCELLED = "cancelled"
_LOOK_AT_BACKUPS = frozenset({"continue", "turn-off"})


def status_page(rotations: Sequence[tuple[Rotation, Result]], *, options: Sequence[str], working: bool) -> list[Line]:
    """Every rotation, those under way first.

    Args:
        options: what commands to type next need in order to reach the same computer and account.
        working: another Keyturn is at work now.
    """
    if not rotations:
        return [
            line(_("No rotation has begun on this computer."), Tone.HEADING),
            line(_("See which keys are here, and which of them need you:")),
            line(labels.command(options, "scan"), Tone.COMMAND, indent=2, wraps=False),
        ]
    page: list[Line] = []
    if working:
        page += [line(_("Another Keyturn is working now; this is how it stood a moment ago."), Tone.ATTENTION), BLANK]
    under_way = [pair for pair in rotations if not pair[0].is_over]
    over = [pair for pair in rotations if pair[0].is_over]
    for rotation, result in [*under_way, *reversed(over)]:
        known = [bullet(sentence, indent=2) for sentence in _what_was_known(rotation)]
        page += [*_rotation(rotation, result), *known, *_awaited(result), *_backups(rotation), *_said(result), BLANK]
        if not rotation.is_over:
            page = [*page[:-1], *_next(rotation, result, options, several=len(under_way) > 1), BLANK]
    return page[:-1]


def result_page(
    result: Result, rotation: Rotation | None, *, options: Sequence[str], command: str, several: bool
) -> list[Line]:
    """How a command ended, and what to do next.

    Args:
        rotation: None where the rotation did not begin.
        command: the command that ended.
        several: more than one rotation is under way, so commands have to name theirs.
    """
    page = [_ending(result, rotation, command)]
    if result.problem is not None and result.problem.code != _CANCELLED and not _is_said_below(result):
        page += problem_lines(result.problem)
    # Anyone who ticks one thing has seen the steps of the others.
    page += _awaited_titles(result) if command == "done" else _awaited(result)
    page += _leftovers(result)
    if rotation is not None and command in _LOOK_AT_BACKUPS:
        page += _backups(rotation)
    page += [bullet(sentence) for sentence in ([] if rotation is None else _what_was_known(rotation))]
    if rotation is not None:
        page += _next(rotation, result, options, several=several)
    return page


def _what_was_known(rotation: Rotation) -> tuple[str, ...]:
    from keyturn.rotation.carrying_out.ended import (
        what_was_known,  # every failed command shows a problem, and few a rotation
    )

    return what_was_known(rotation)


def awaited_lines(awaiting: Iterable[Awaited], *, indent: int = 0) -> list[Line]:
    """Things to do by hand, each with its steps."""
    page: list[Line] = []
    for one in awaiting:
        item = (Piece(f"  [{one.item}]", Tone.QUIET),) if one.tickable else ()
        page.append(Line((Piece(f"• {one.title}"), *item), indent, hanging=2))
        for number, step in enumerate(one.steps, start=1):
            prefix = f"{number}. " if len(one.steps) > 1 else ""
            page.append(line(f"{prefix}{step}", indent=indent + 4, hanging=len(prefix)))
        page += [line(note, Tone.QUIET, indent=indent + 4) for note in one.notes]
    return page


def _rotation(rotation: Rotation, result: Result) -> list[Line]:
    decision = rotation.decision
    tone = {
        State.DONE: Tone.GOOD,
        State.UNDONE: Tone.QUIET,
        State.ENDED: Tone.QUIET,
        State.WAITING: Tone.ATTENTION,
    }.get(result.state, Tone.BAD)
    new_key = result.new_access_key_id
    look = rotation.last_look if rotation.off_at is None and not rotation.is_over else None
    facts = [
        (_("old key"), decision.key.masked),
        (_("new key"), _("none yet") if new_key is None else new_key.masked),
        (_("way out"), labels.route(decision.route)),
        (_("begun"), labels.begun(rotation)),
        (_("last step"), labels.moment(rotation.updated)),
        (_("last look at the old key"), "" if look is None else labels.moment(look[0])),
    ]
    rows = [[Piece(label, Tone.QUIET), Piece(fact)] for label, fact in facts if fact]
    return [
        Line((Piece(rotation.name, Tone.HEADING), Piece("  "), Piece(labels.standing(rotation, result), tone))),
        *columns(rows, indent=2),
    ]


def _awaited(result: Result) -> list[Line]:
    if not result.awaiting:
        return []
    return [BLANK, line(_("Awaited"), Tone.HEADING), *awaited_lines(result.awaiting)]


def _backups(rotation: Rotation) -> list[Line]:
    """How the backups stand with the new key, and which were not seen yet."""
    from keyturn.rotation.carrying_out import backups_seen  # every failed command shows a problem, and few a rotation

    headline = "" if rotation.is_over else backups_seen.headline(rotation)
    if not headline:
        return []
    unseen = backups_seen.unseen_of(rotation)
    page = [BLANK, line(f"{headline}.", Tone.HEADING if unseen else Tone.GOOD)]
    if not unseen:
        return [*page, line(backups_seen.summary(rotation))]
    not_yet = line(_("Not seen backing up with the new key yet:"))
    return [*page, not_yet, *(bullet(f"{one.title}: {one.sentence}", indent=2) for one in unseen)]


def _said(result: Result) -> list[Line]:
    """What a person said was done, and nobody saw."""
    if not result.said:
        return []
    heading = labels.said_not_seen()
    page = [BLANK, line(f"{heading[:1].upper()}{heading[1:]}", Tone.HEADING)]
    return [*page, *(bullet(f"{one.title} [{one.item}]", indent=0) for one in result.said)]


def _awaited_titles(result: Result) -> list[Line]:
    if not result.awaiting:
        return []
    left = [replace(one, steps=(), notes=()) for one in result.awaiting]
    page = [BLANK, line(_("Awaited"), Tone.HEADING), *awaited_lines(left)]
    if any(one.steps for one in result.awaiting):
        page.append(line(_("`keyturn status` shows the steps."), Tone.QUIET))
    return page


def _leftovers(result: Result) -> list[Line]:
    if not result.leftovers:
        return []
    heading = line(_("These files hold the old key still; it opens nothing any more"), Tone.HEADING)
    files = [bullet(str(path), indent=2) for path in result.leftovers]
    return [BLANK, heading, *files, line(_("Put copies that nobody needs into the trash."), indent=2)]


def _is_said_below(result: Result) -> bool:
    """True where the reasons of a closed gate are the things awaited, which are listed anyhow."""
    from keyturn.rotation.carrying_out.standing import (
        GateClosed,  # all of AWS comes with it, and `scan --offline` needs none
    )

    return isinstance(result.problem, GateClosed) and result.problem.reasons == tuple(
        one.title for one in result.awaiting
    )


def _ending(result: Result, rotation: Rotation | None, command: str) -> Line:
    cancelled = result.problem is not None and result.problem.code == _CANCELLED
    if rotation is None:
        return line(_("The rotation has not begun, and nothing was changed."), Tone.ATTENTION)
    if result.ending is Ending.PUT_BACK:
        stopped = _("Stopped, as you asked.") if cancelled else _("It did not work out.")
        back = "" if result.stands is None else result.stands.text
        return line(f"{stopped} {back}".rstrip(), Tone.ATTENTION if cancelled else Tone.BAD)
    if cancelled:
        return line(_("Stopped, as you asked; nothing was cut short in the middle of a change."), Tone.ATTENTION)
    if result.ending is Ending.STOPPED:
        stopped = _("Keyturn stopped: somebody has to look at this.")
        return line(stopped if result.stands is None else f"{stopped} {result.stands.text}", Tone.BAD)
    key = rotation.decision.key.masked
    if result.state is State.DONE:
        return _over(rotation)
    if result.state is State.ENDED:
        return line(_("The rotation of {key} is closed as it stands: no key was changed for that.").format(key=key))
    if result.state is State.UNDONE:
        said = _("It was undone: {key} is the key again.").format(key=key)
        return line(said if result.stands is None else result.stands.text, Tone.GOOD)
    if command == "done" and result.ending is Ending.DONE:
        return line(_("Ticked."), Tone.GOOD)
    if result.step in {Step.CREATE, Step.UNDO}:
        return line(_("It waits until you decide about what only you can know."), Tone.ATTENTION)
    if command == "undo":
        return line(_("Nothing was put back yet: something comes first."), Tone.ATTENTION)
    if command == "turn-on" and result.ending is Ending.DONE:
        return line(_("{key} is on again.").format(key=key), Tone.GOOD)
    if result.ending is Ending.DONE and result.step is Step.DELETE:
        if not rotation.decision.route.makes_a_key:
            text = _("{key} is off.")
        elif any(one.known for one in rotation.decision.by_hand):
            text = _("{key} is off. Now see that the programs that you changed yourself back up without it.")
        elif not rotation.proved(Step.PROVE_OFF):
            text = _("{key} is off.")
        else:
            text = _("{key} is off, and every backup was proved without it.")
        return line(text.format(key=key), Tone.GOOD)
    return line(_waiting(result, rotation), Tone.HEADING)


def _over(rotation: Rotation) -> Line:
    key = rotation.decision.key.masked
    if not is_deletion_seen(rotation):
        text = _("You say that {key} is deleted. AWS refuses it; that it is gone Keyturn has not seen.")
        return line(text.format(key=key), Tone.GOOD)
    if rotation.proved(Step.PROVE_OFF):
        return line(_("{key} is deleted, and every backup was proved without it.").format(key=key), Tone.GOOD)
    return line(_("{key} is deleted.").format(key=key), Tone.GOOD)


def _waiting(result: Result, rotation: Rotation) -> str:
    decision = rotation.decision
    if result.step is Step.PROVE:
        return _("AWS has not accepted the new key everywhere yet. It is kept, and no program has it so far.")
    if result.step is Step.WATCH and decision.route.makes_a_key:
        if not decision.destinations:
            return _("The new key works. Now it goes into your programs, by your own hand. The old key is still on.")
        if any(one.known for one in rotation.by_hand):
            return _(
                "The new key is in place where Keyturn could put it, and proved there. The rest is for you to do. The "
                "old key is still on."
            )
        return _("The new key is in place and every backup was proved with it. The old key is still on.")
    return _("It waits: {state}.").format(state=labels.standing(rotation, result))


def _next(rotation: Rotation, result: Result, options: Sequence[str], *, several: bool) -> list[Line]:
    commands = list(_commands(rotation, result, several=several))
    if not commands:
        return []
    rows = [[Piece(labels.command((), *command), Tone.COMMAND), Piece(what, Tone.QUIET)] for what, command in commands]
    page = [BLANK, line(_("Next"), Tone.HEADING), *columns(rows, indent=2)]
    if options:
        page.append(line(_("each with the options that you gave: {options}").format(options=command_line(options))))
    return page


def _commands(rotation: Rotation, result: Result, *, several: bool) -> Iterable[tuple[str, tuple[str, ...]]]:
    name = (rotation.name,) if several else ()
    option = ("--rotation", *name) if several else ()
    if rotation.is_over:
        return
    if any(one.item == PUT_IN_AGAIN for one in result.awaiting):
        yield _("puts the new key in again"), ("done", PUT_IN_AGAIN, *option)
    elif result.step in {Step.CREATE, Step.UNDO}:
        for one in (one for one in result.awaiting if one.tickable):
            yield _("if you decide so"), ("done", one.item, *option)
    if result.state in {State.INTERRUPTED, State.STOPPED} or result.step in {Step.CREATE, Step.PROVE, Step.UNDO}:
        yield _("carries on"), ("continue", *name)
    elif result.step in {Step.WATCH, Step.TURN_OFF}:
        own = {Step.TURN_OFF.value, PUT_IN_AGAIN}
        by_person = [one for one in result.awaiting if one.tickable and one.item not in own]
        for one in by_person:
            yield _("when you did it"), ("done", one.item, *option)
        yield _("looks whether anything still uses the old key"), ("continue", *name)
        yield _("turns the old key off, when nothing is awaited any more"), ("turn-off", *name)
    elif result.step is Step.DELETE:
        for one in result.awaiting:
            if one.tickable and one.item not in {Step.DELETE.value, PUT_IN_AGAIN}:
                yield _("when you saw it"), ("done", one.item, *option)
        yield _("turns the old key on again"), ("turn-on", *name)
        by_command = any(one.item == Step.DELETE.value and not one.tickable for one in result.awaiting)
        if rotation.decision.route.same_owner or by_command:
            yield _("deletes it"), ("delete", *name, "--confirm", rotation.decision.key.last4)
        else:
            confirm = ("--confirm", rotation.decision.key.last4)
            yield _("when you deleted it in the console"), ("done", "delete", *confirm, *option)
    yield _("puts everything back"), ("undo", *name)
