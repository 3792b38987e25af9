"""What is looked at, besides the gates, before a step that nobody watches."""

from __future__ import annotations

from datetime import datetime

from keyturn.aws import access_keys
from keyturn.clients.running_programs import PROGRAM_NAMES, holders
from keyturn.computer.programs import running_programs
from keyturn.model.keys import KeyPair
from keyturn.model.text import _
from keyturn.rotation import labels
from keyturn.rotation.carrying_out import off_between, old_key
from keyturn.rotation.carrying_out.last_steps import settled
from keyturn.rotation.carrying_out.standing import opened
from keyturn.rotation.context import Context
from keyturn.rotation.events.rotation_events import OffThroughout
from keyturn.rotation.finding.survey import FoundKey
from keyturn.rotation.finding.uses import without_own
from keyturn.rotation.pairs import new_pair, pair_of
from keyturn.rotation.record import Rotation
from keyturn.rotation.steps import OldKey


def running_backups(context: Context, found: FoundKey) -> tuple[str, ...]:
    """Return the runs of backup programs that go on with the key now, each in a sentence.

    What serves or mounts for days is none of them: it would never be a good time.

    Raises:
        ClientError: where the system does not tell which programs run.
    """
    if not found.destinations:
        return ()
    computer, running = context.computer, running_programs(PROGRAM_NAMES)
    going_on = holders(computer, found.destinations, running, old=found.key.access_key_id)
    return tuple(one.sentence for one in going_on if not one.lasting and (one.certain or computer.is_this_one))


def look_whether_off(context: Context, name: str) -> tuple[Rotation, OldKey]:
    """Return how the old key stands at AWS, and the rotation; where it is on again, the journal says so then.

    Raises:
        AppError: where that cannot be asked.
    """
    rotation = settled(context, opened(context, name))
    old, new = pair_of(context, rotation, rotation.decision.key), new_pair(context, rotation)
    return rotation, old_key.look(context, rotation, old, new)


def why_not_unused(context: Context, rotation: Rotation) -> str:
    """Say why it is not certain that nothing used the old key since it is off; empty where it is.

    Raises:
        AppError: where that cannot be asked.
    """
    key, since = rotation.decision.key, rotation.off_at
    asks = context.signer.asks(rotation.decision, None, new_pair(context, rotation))
    if asks is None or since is None:
        return _("Whether {key} was used since it is off cannot be asked.").format(key=key.masked)
    read = access_keys.last_use(context.aws, asks.pair, key)
    used = without_own(context.journal, key, read)
    if used is not None and used.date is not None and used.date > since:
        return _used(key.masked, used.service or "AWS", used.date)
    return _why_not_off_throughout(context, rotation, asks.pair, since)


def _why_not_off_throughout(context: Context, rotation: Rotation, asks: KeyPair, since: datetime) -> str:
    """Say when somebody turned it on, and off again before anybody looked; whether that was seen is in the journal."""
    seen = off_between.look(context, rotation, asks, since).newest(OffThroughout)
    if seen is None or seen.turned_on is None:
        return ""
    text = _("Somebody turned {key} on again on {date}, and it is off by now: something may need it.")
    return text.format(key=rotation.decision.key.masked, date=labels.moment(seen.turned_on))


def _used(key: str, service: str, at: datetime) -> str:
    text = _("AWS saw {key} used at {service} on {date}, after it was turned off: something holds it still.")
    return text.format(key=key, service=service, date=labels.moment(at))
