"""The step *watch*: does anything still use the old key? And the gates before the old key is turned off or deleted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from keyturn.aws import access_keys
from keyturn.model.errors import AwsError, AwsFault
from keyturn.model.keys import AccessKeyId, KeyPair, KeyStatus, KeyUse, LastUse
from keyturn.model.text import _
from keyturn.rotation import labels
from keyturn.rotation.carrying_out.awaiting import awaited_before_delete, awaited_before_turn_off
from keyturn.rotation.carrying_out.old_key import is_refused
from keyturn.rotation.carrying_out.watched_days import quiet_until
from keyturn.rotation.context import Context
from keyturn.rotation.events.rotation_events import OldKeyLooked
from keyturn.rotation.finding import key_users
from keyturn.rotation.finding.uses import is_own, without_own
from keyturn.rotation.pairs import pair_of
from keyturn.rotation.planning import by_hand
from keyturn.rotation.record import Rotation
from keyturn.rotation.shared_key import claiming
from keyturn.rotation.shared_key.claiming import ClaimsRead
from keyturn.rotation.signers.signer import Hand
from keyturn.rotation.steps import Awaited, Step
from keyturn.rotation.taking_steps import note


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

    @property
    def last(self) -> datetime | None:
        """When somebody else used it last, by whatever tells it."""
        used = [one.last for one in self.uses]
        if self.foreign_use is not None and self.foreign_use.date is not None:
            used.append(self.foreign_use.date)
        return max(used, default=None)


def look(context: Context, rotation: Rotation, hand: Hand | None) -> Evidence:
    """Ask AWS when the old key was used last, net of Keyturn's own requests.

    GetAccessKeyLastUsed, and not the credential report: any key of ours that may read the report may ask this too, the
    old key itself or another one of its owner, and it comes without the report's four hours (facts/aws.md A3). The
    report would tell more only of root's keys (facts/aws.md A2, "IAM admin"). Who may not ask looks in the console, see
    `LAST_USE`.

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


def note_look(context: Context, rotation: Rotation, evidence: Evidence) -> Rotation:
    """Write down that it was looked, and what AWS told."""
    return note(context, rotation, Step.WATCH, OldKeyLooked(evidence.readable, evidence.last))


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
    return tuple(one.title for one in awaited_before_delete(context, rotation))


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


def _foreign_use(rotation: Rotation, evidence: Evidence, now: datetime) -> list[str]:
    use, since = evidence.foreign_use, rotation.counts_from(now)
    if rotation.decision.elsewhere:
        return _use_elsewhere(rotation, evidence, since)
    until = quiet_until(rotation, evidence.last)
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
