"""What a rotation waits for now: days, what a person does by hand, and the console, as far as AWS need not be asked."""

from __future__ import annotations

from dataclasses import replace

from keyturn.model.keys import PrincipalKind
from keyturn.model.text import _
from keyturn.rotation import labels
from keyturn.rotation.carrying_out.deciding import items_to_decide
from keyturn.rotation.carrying_out.program_runs import awaited_runs
from keyturn.rotation.carrying_out.turning_off import default_way
from keyturn.rotation.carrying_out.watched_days import last_noted_use, moved, watched_until
from keyturn.rotation.carrying_out.when_stuck import from_a_dead_new_key, from_an_old_key_again, session_item
from keyturn.rotation.context import Context
from keyturn.rotation.finding import key_users
from keyturn.rotation.finding.watched_buckets import write_notes
from keyturn.rotation.planning import by_hand
from keyturn.rotation.planning.guided_items import guided_items
from keyturn.rotation.record import Rotation
from keyturn.rotation.shared_key import claiming
from keyturn.rotation.signers.signer import Signer
from keyturn.rotation.steps import Awaited, By, State, Step

ACCEPTANCE = "acceptance"

WATCH = "watch"

OFF_DAYS = "off-days"

_HAVE_NEW_KEY = frozenset({Step.WATCH, Step.TURN_OFF, Step.PROVE_OFF, Step.DELETE})  # every destination, as it seems


def awaiting(context: Context, rotation: Rotation) -> tuple[Awaited, ...]:
    """What the rotation waits for now, as far as it can be told without asking AWS."""
    if rotation.is_over:
        return ()
    session = session_item(rotation)
    if session is not None:
        return (session,)
    if rotation.old_again and rotation.step in _HAVE_NEW_KEY | {Step.UNDO}:
        return from_an_old_key_again(rotation)
    if rotation.step in {Step.CREATE, Step.UNDO}:
        return items_to_decide(rotation)
    if rotation.step is Step.PROVE and rotation.state is State.WAITING:
        return (_acceptance(rotation),)
    if rotation.new_key_fails and rotation.step in _HAVE_NEW_KEY:
        return from_a_dead_new_key(rotation)
    if rotation.step is Step.WATCH:
        return awaited_before_turn_off(context, rotation) or (_turn_off(context, rotation),)
    if rotation.step is Step.TURN_OFF:
        return (_turn_off(context, rotation),)
    if rotation.step is Step.DELETE:
        waits = awaited_before_delete(context, rotation)
        if waits:
            return waits
        return (delete_by_command(rotation, context.signer) or _delete_in_console(rotation),)
    return ()


def awaited_here(context: Context, rotation: Rotation) -> tuple[Awaited, ...]:
    """What of this very computer may use the old key still, as far as a person has not said otherwise."""
    by_person = (
        *by_hand.after_changes(context, rotation.decision),
        *by_hand.still_running(context, rotation.decision, rotation.switched_at),
        *by_hand.look_at_mentions(context, rotation.decision),
        *by_hand.look_at_found(context, rotation),
    )
    return (*guided_items(context, rotation), *(one for one in by_person if one.item not in rotation.ticked))


def awaited_before_turn_off(context: Context, rotation: Rotation) -> tuple[Awaited, ...]:
    """The time and the things done by hand that come before turning the old key off."""
    items: list[Awaited] = []
    until = watched_until(context, rotation)
    if until is not None and context.clock.now() < until:
        items.append(
            Awaited(
                WATCH,
                _("Watch until {date} whether anything still uses {key}").format(
                    date=labels.moment(until), key=rotation.decision.key.masked
                ),
                (_("Let every backup run once. `keyturn continue` looks again."),),
                tickable=False,
                notes=_notes(context, rotation),
            )
        )
    # First, and by its own rule: what is read to be undone is not done, whatever was ticked.
    items += guided_items(context, rotation)
    by_person = (
        *by_hand.look_who_else(rotation.decision),
        *by_hand.after_changes(context, rotation.decision),
        *by_hand.still_running(context, rotation.decision, rotation.switched_at),
        *by_hand.other_computers(rotation.decision),
        *by_hand.look_at_users(rotation),
        *by_hand.look_at_mentions(context, rotation.decision),
        *by_hand.look_at_found(context, rotation),
    )
    items += [one for one in by_person if one.item not in rotation.ticked]
    return (*items, *claiming.items_of_claims(rotation))


def delete_by_command(rotation: Rotation, signer: Signer) -> Awaited | None:
    """Deleting the old key with one that may; None where a person does it in the console."""
    key, ends = rotation.decision.key, signer.ends(rotation.decision) or rotation.decision.elsewhere
    if not ends and not rotation.decision.route.same_owner:
        return None
    command = f"keyturn delete {rotation.name} --confirm {key.last4}"
    if ends:
        command += f" --as {_signs(rotation, signer)}"
    return Awaited(by_hand.DELETE, _("Delete {key}").format(key=key.masked), (command,), tickable=False)


def _signs(rotation: Rotation, signer: Signer) -> str:
    """Who is to sign: the one who is named now, else the one who began."""
    return signer.name if signer.identity is not None else rotation.begun_as or signer.name


def _delete_in_console(rotation: Rotation) -> Awaited:
    item = by_hand.delete_in_console(rotation.decision)
    owner = rotation.decision.owner
    if owner is None or owner.kind is not PrincipalKind.USER:
        return item
    text = _(
        "Or without the console, if you have an identity that may: `keyturn delete {name} --confirm {last4} --as "
        "profile:NAME` (`keyturn delete -h` names the others)."
    )
    note = text.format(name=rotation.name, last4=rotation.decision.key.last4)
    return replace(item, notes=(*item.notes, note))


def _acceptance(rotation: Rotation) -> Awaited:
    new = rotation.new_key
    return Awaited(
        ACCEPTANCE,
        _("Wait until AWS accepts the new key {key} everywhere").format(key="" if new is None else new.masked),
        (_("Wait a few minutes, then `keyturn continue` looks again and goes on."),),
        tickable=False,
    )


def _notes(context: Context, rotation: Rotation) -> tuple[str, ...]:
    """What is known, and what nobody asks, while the old key is watched."""
    later = moved(rotation, last_noted_use(context, rotation))
    return (*((later,) if later else ()), *write_notes(rotation), *key_users.why_not_asked(rotation, context.signer))


def _turn_off(context: Context, rotation: Rotation) -> Awaited:
    decision, name, signer = rotation.decision, rotation.name, context.signer
    way = default_way(decision, signer)
    if way is not By.CONSOLE:
        title = _("Turn off {key}").format(key=decision.key.masked)
        text = _("Run `keyturn turn-off {name} --as {signer}`, and all backups are proved again.")
        if decision.elsewhere:
            text = _("Run `keyturn turn-off {name} --as {signer}`.")
        step = text.format(name=name, signer=_signs(rotation, signer)) if way is By.SIGNER else _by_key(rotation)
        return Awaited(by_hand.TURN_OFF, title, (step,), notes=_notes(context, rotation))
    in_console = by_hand.turn_off_in_console(decision)
    command = _("Then run `keyturn turn-off {name}`, which sees it and proves all backups again.").format(name=name)
    steps = (*in_console.steps, command)
    if decision.route.same_owner:
        text = _("Or without the console: `keyturn turn-off {name} --by key`. The new key can turn it on again, too.")
        notes = (*_notes(context, rotation), text.format(name=name))
        return Awaited(in_console.item, in_console.title, steps, notes=notes)
    return Awaited(in_console.item, in_console.title, steps, notes=_notes(context, rotation))


def _by_key(rotation: Rotation) -> str:
    if rotation.decision.route.same_owner:
        text = _("Run `keyturn turn-off {name}`: the new key turns it off, and all backups are proved again.")
    else:
        text = _(
            "Run `keyturn turn-off {name}`: the key turns itself off. It says before what that means, and how to do it "
            "in the console instead."
        )
    return text.format(name=rotation.name)


def awaited_before_delete(context: Context, rotation: Rotation) -> tuple[Awaited, ...]:
    """What comes before deleting the old key: other computers, runs of the programs, and the days that it is off."""
    claims = [one for one in claiming.items_of_claims(rotation) if one.item != claiming.UNREAD]
    return (*claims, *awaited_runs(context, rotation), *_off_days(context, rotation))


def _off_days(context: Context, rotation: Rotation) -> tuple[Awaited, ...]:
    until = rotation.deletable_from
    if until is None or context.clock.now() >= until:
        return ()
    title = _("Delete {key} from {date} on; until then it can be turned on again")
    return (
        Awaited(OFF_DAYS, title.format(key=rotation.decision.key.masked, date=labels.moment(until)), tickable=False),
    )
