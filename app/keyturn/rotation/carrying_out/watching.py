"""The step *watch*: does anything still use the old key? And the gates before the old key is turned off or deleted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from keyturn.aws import access_keys
from keyturn.model.errors import AwsError, AwsFault
from keyturn.model.keys import AccessKeyId, KeyPair, KeyStatus, KeyUse, LastUse, PrincipalKind
from keyturn.model.text import _
from keyturn.rotation import labels
from keyturn.rotation.carrying_out.deciding import items_to_decide
from keyturn.rotation.carrying_out.old_key import is_refused
from keyturn.rotation.carrying_out.program_runs import awaited_runs
from keyturn.rotation.carrying_out.turning_off import default_way
from keyturn.rotation.carrying_out.when_stuck import from_a_dead_new_key, from_an_old_key_again, session_item
from keyturn.rotation.context import Context
from keyturn.rotation.finding import key_users
from keyturn.rotation.finding.uses import is_own, without_own
from keyturn.rotation.finding.watched_buckets import write_notes
from keyturn.rotation.pairs import pair_of
from keyturn.rotation.planning import by_hand
from keyturn.rotation.planning.guided_items import guided_items
from keyturn.rotation.record import Rotation
from keyturn.rotation.shared_key import claiming
from keyturn.rotation.shared_key.claiming import ClaimsRead
from keyturn.rotation.signers.signer import Hand, Signer
from keyturn.rotation.steps import Awaited, BegunBy, By, State, Step

ACCEPTANCE = "acceptance"
WATCH = "watch"
OFF_DAYS = "off-days"
_HAVE_NEW_KEY = frozenset({Step.WATCH, Step.TURN_OFF, Step.PROVE_OFF, Step.DELETE})  # every destination, as it seems
_SOME_DAYS = 3.0  # are watched after a use, also by who watches fewer


@dataclass(frozen=True, slots=True)
class Evidence:
    """What AWS tells about the old key after the switch.

    Attributes:
        foreign_use: the newest use by somebody else; None where none is known.
        readable: False where AWS does not tell this owner when the key was last used.
        dead: the old key is off or deleted already.
        uses: what AWS's event history names since the switch; empty also where nobody but the old key may read it.
        claims: what other computers say of the old key; None where that could not be read.
    """

    foreign_use: LastUse | None = None
    readable: bool = True
    dead: bool = False
    uses: tuple[KeyUse, ...] = ()
    claims: ClaimsRead | None = None


def look(context: Context, rotation: Rotation, hand: Hand | None) -> Evidence:
    """Ask AWS when the old key was used last, net of Keyturn's own requests.

    GetAccessKeyLastUsed, and not the credential report: whoever of ours may read the report may ask this too, the old
    key itself or another one of its owner, and it comes without the report's four hours (facts/aws.md A3). The
    report would tell more only of root's keys (facts/aws.md A2, "IAM admin"). Who may not ask looks in the console,
    see `LAST_USE`.

    Args:
        hand: who asks; None where nobody can.

    Raises:
        AwsError: where AWS could not be asked.
    """
    key, decision = rotation.decision.key, rotation.decision
    if hand is None:
        return Evidence(readable=False)
    signer = hand.pair
    if decision.store is not None:
        return Evidence(readable=False, dead=is_refused(context, decision, signer))
    by_itself = signer.access_key_id == key
    try:
        if not by_itself and _is_listed_off(context, hand, key):
            return Evidence(dead=True)
        read = access_keys.last_use(context.aws, signer, key)
    except AwsError as error:
        if error.fault is AwsFault.UNKNOWN_KEY and by_itself:
            return Evidence(dead=True)
        if error.fault is AwsFault.DENIED:
            # Of an inactive key AWS may say so too (facts/aws.md C2); STS tells the two apart.
            if by_itself and is_refused(context, decision, signer):
                return Evidence(readable=False, dead=True)
            return Evidence(readable=False, claims=_claims(context, rotation, signer))
        raise
    uses = key_users.since_switch(context, rotation, signer, read.region)
    claims = _claims(context, rotation, signer)
    return Evidence(foreign_use=_use_by_a_program(context, key, read, claims), uses=uses, claims=claims)


def _claims(context: Context, rotation: Rotation, signer: KeyPair) -> ClaimsRead | None:
    old = pair_of(context, rotation, rotation.decision.key)
    return claiming.read_claims(context, rotation.decision.key, signer, old)


def _use_by_a_program(context: Context, key: AccessKeyId, read: LastUse, claims: ClaimsRead | None) -> LastUse | None:
    """The last use of the old key by anything but Keyturn, here or on another computer that says when it looked."""
    others = () if claims is None else claims.others
    looks = [(one.latest, read.service) for one in others if one.latest is not None]
    return context.journal.foreign_use(key) if is_own(read, looks) else without_own(context.journal, key, read)


def _is_listed_off(context: Context, hand: Hand, key: AccessKeyId) -> bool:
    """True where another key sees that the old key is off or gone: no use of the old key is needed."""
    listed = access_keys.list_keys(context.aws, hand.pair, hand.user_name)
    return all(one.access_key_id != key or one.status is not KeyStatus.ACTIVE for one in listed)


def turn_off_gates(context: Context, rotation: Rotation, evidence: Evidence) -> tuple[str, ...]:
    """Why the old key may not be turned off yet; empty where it may."""
    reasons = [one.title for one in awaited_before_turn_off(context, rotation)]
    reasons += _foreign_use(rotation, evidence, context.clock.now())
    reasons += [one.title for one in unseen_use(rotation, evidence)]
    return tuple(dict.fromkeys(reasons))


def unseen_use(rotation: Rotation, evidence: Evidence) -> tuple[Awaited, ...]:
    """What the person looks up where AWS does not tell the last use; empty where it does, or where they did."""
    if evidence.readable or by_hand.LAST_USE in rotation.ticked:
        return ()
    at_a_store = by_hand.look_who_else(rotation.decision)
    return at_a_store or (by_hand.see_last_use_in_console(rotation.decision),)


def delete_gates(context: Context, rotation: Rotation) -> tuple[str, ...]:
    """Why the old key may not be deleted yet; empty where it may."""
    if rotation.off_at is None:
        return (_("The old key is still on. It is turned off first, for some days: `keyturn turn-off`."),)
    if rotation.decision.route.makes_a_key and not rotation.is_done(Step.PROVE_OFF):
        return (_("The destinations were not proved with the old key off: `keyturn continue` does it."),)
    return tuple(one.title for one in _before_delete(context, rotation))


def used_while_off(context: Context, rotation: Rotation, hand: Hand) -> tuple[str, ...]:
    """Why the old key may not be deleted although it was off for its days: AWS saw it used meanwhile.

    Raises:
        AwsError: where AWS could not be asked.
    """
    key, off_at = rotation.decision.key, rotation.off_at
    try:
        used = without_own(context.journal, key, access_keys.last_use(context.aws, hand.pair, key))
    except AwsError as error:
        if error.fault in {AwsFault.DENIED, AwsFault.NOT_FOUND}:
            return ()  # it is off, which was seen; and what is gone is what was asked for
        raise
    since = context.clock.now() - timedelta(days=rotation.decision.off_days)
    if used is None or used.date is None or off_at is None or used.date <= max(off_at, since):
        return ()
    text = _(
        "AWS saw {key} in use at {service} on {date}, after it was turned off: somebody turned it on meanwhile. Find "
        "the program first; it can be deleted from {from_date} on, if nothing uses it until then."
    )
    from_date = labels.moment(used.date + timedelta(days=rotation.decision.off_days))
    return (text.format(key=key.masked, service=used.service, date=labels.moment(used.date), from_date=from_date),)


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
        waits = _before_delete(context, rotation)
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
    until = _watched_until(context, rotation)
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


def last_noted_use(context: Context, rotation: Rotation) -> datetime | None:
    """When somebody else than Keyturn used the old key since the switch, as AWS told it last; None if not known."""
    since, use = rotation.counts_from(context.clock.now()), context.journal.foreign_use(rotation.decision.key)
    if use is None or use.date is None or since is None or use.date <= since:
        return None
    return use.date


def quiet_until(rotation: Rotation, used: datetime | None) -> datetime | None:
    """Until when nothing else may use the old key after this use: it is watched for some days more from then.

    None where there was no use, and where nobody began the rotation: then no day ends the watching, since somebody
    has to find out first who that was.

    Args:
        used: by somebody else than Keyturn, after the switch.
    """
    if used is None or rotation.decision.elsewhere or rotation.begun_by is not BegunBy.PERSON:
        return None
    return used + timedelta(days=max(rotation.decision.watch_days, _SOME_DAYS))


def _watched_until(context: Context, rotation: Rotation) -> datetime | None:
    """When enough was watched, with what is known of uses of the old key."""
    days = (rotation.watched_until, quiet_until(rotation, last_noted_use(context, rotation)))
    return max((one for one in days if one is not None), default=None)


def moved(rotation: Rotation, used: datetime | None) -> str:
    """Say that a use of the old key puts its day off; empty where it does not.

    Args:
        used: as for `quiet_until`.
    """
    planned, until = rotation.watched_until, quiet_until(rotation, used)
    if used is None or planned is None or until is None or until <= planned:
        return ""
    text = _("The old key was used on {used}: {planned} moves to {until}, if nothing uses it until then.")
    return text.format(used=labels.near_day(used), planned=labels.near_day(planned), until=labels.near_day(until))


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
    """Who is to sign: whoever is named now, else whoever began."""
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


def _before_delete(context: Context, rotation: Rotation) -> tuple[Awaited, ...]:
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


def _foreign_use(rotation: Rotation, evidence: Evidence, now: datetime) -> list[str]:
    use, since = evidence.foreign_use, rotation.counts_from(now)
    if rotation.decision.elsewhere:
        return _use_elsewhere(rotation, evidence, since)
    dates = [one.last for one in evidence.uses] + ([use.date] if use is not None and use.date is not None else [])
    until = quiet_until(rotation, max(dates, default=None))
    if until is not None and until <= now:
        return []  # it was watched for its days since then, too
    if evidence.uses:
        return [
            _(
                "Something still uses {key} after the switch: {uses}. Is that this computer? Find the program and give "
                "it its own key; `keyturn scan` shows where the key stands here."
            ).format(key=rotation.decision.key.masked, uses="; ".join(key_users.used_by(one) for one in evidence.uses))
        ]
    if use is None or use.date is None or since is None or use.date <= since:
        return []
    return [
        _(
            "Something still uses {key}: AWS saw it at {service} on {date}, after the switch. Find the other program "
            "or computer and give it its own key; `keyturn scan` shows where the key stands here."
        ).format(key=rotation.decision.key.masked, service=use.service, date=labels.moment(use.date))
    ]


def sees_no_use(context: Context, rotation: Rotation, evidence: Evidence) -> bool:
    """True where AWS tells when the old key was used last, and nothing but Keyturn did so while it was watched."""
    since, use = rotation.counts_from(context.clock.now()), evidence.foreign_use
    if not evidence.readable or since is None or evidence.uses:
        return False
    return use is None or use.date is None or use.date <= since


def _use_elsewhere(rotation: Rotation, evidence: Evidence, since: datetime | None) -> list[str]:
    use, key, days = evidence.foreign_use, rotation.decision.key.masked, rotation.decision.watch_days
    if evidence.uses:
        uses = "; ".join(key_users.used_by(one) for one in evidence.uses)
        text = _("Something uses {key}: {uses}. Find the program and give it another key first.")
        return [text.format(key=key, uses=uses)]
    if use is None or use.date is None or since is None or use.date <= since:
        return []
    text = _(
        "Something uses {key}: AWS saw it at {service} on {date}. Find the program and give it another key first. The "
        "key can be turned off from {from_date} on, if nothing uses it until then."
    )
    date, from_date = labels.moment(use.date), labels.moment(use.date + timedelta(days=days))
    return [text.format(key=key, service=use.service, date=date, from_date=from_date)]
