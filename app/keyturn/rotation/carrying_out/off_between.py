"""Whether the old key was off all the time since it was turned off, as the account's event history has it.

Who turns it on and off again leaves no other trace. Nobody who watches is kept from deleting by it: they said so with
the end of the key's ID. What was seen, and that nothing could be seen, is told and written down.
"""

from __future__ import annotations

from datetime import datetime

from keyturn.aws.key_switches import turned_on_since
from keyturn.aws.partitions import STANDARD
from keyturn.model.errors import AwsError
from keyturn.model.keys import KeyPair
from keyturn.model.text import _
from keyturn.rotation import labels
from keyturn.rotation.context import Context, Moment
from keyturn.rotation.events.rotation_events import OffThroughout
from keyturn.rotation.record import Rotation
from keyturn.rotation.steps import Step
from keyturn.rotation.taking_steps import note


def look(context: Context, rotation: Rotation, asks: KeyPair, since: datetime) -> Rotation:
    """Ask the event history, and write down what it tells: the rotation's newest `OffThroughout`.

    Args:
        asks: who may read it, or is refused.
        since: when the old key was turned off.

    Raises:
        AwsError: where AWS could not be asked.
    """
    key, owner = rotation.decision.key, rotation.decision.owner
    partition = STANDARD if owner is None else owner.partition
    told = turned_on_since(context.aws, asks, key, since, partition, context.clock, context.clock.now())
    seen = OffThroughout(told.complete and told.at is None, turned_on=told.at)
    return note(context, rotation, Step.PROVE_OFF, seen)


def look_and_tell(context: Context, rotation: Rotation, asks: KeyPair) -> Rotation:
    """The same right before a person has the old key deleted, whom an unanswered question does not stop."""
    if rotation.off_at is None:
        return rotation
    try:
        rotation = look(context, rotation, asks, rotation.off_at)
    except AwsError:
        rotation = note(context, rotation, Step.PROVE_OFF, OffThroughout(False))
    seen = rotation.newest(OffThroughout)
    if seen is not None:
        said = said_of(seen)
        context.tell(Step.DELETE, Moment.GOING_ON, f"{rotation.decision.key.masked}: {said}")
    return rotation


def said_of(seen: OffThroughout) -> str:
    """What the event history told, without a full stop."""
    if seen.turned_on is not None:
        text = _("somebody turned it on again on {date}, and off before it was deleted: something may have needed it")
        return text.format(date=labels.moment(seen.turned_on))
    if seen.off_throughout:
        return _("nobody turned it on in between, as far as the event history has it, which is some minutes behind")
    return _("whether it was on in between was not seen: the event history did not tell, or nobody here may read it")
