"""Which of the buckets that no program here names got new objects after the switch.

AWS reports for a key when and for which service it was used last, and never which key wrote or read an object. So a
new object in such a bucket is a hint for the person, and not a finding.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from keyturn.aws.bucket_looks import newest_writes
from keyturn.model.keys import KeyPair
from keyturn.model.text import _
from keyturn.rotation import labels
from keyturn.rotation.context import Context
from keyturn.rotation.events.rotation_events import BucketsWritten
from keyturn.rotation.record import Rotation
from keyturn.rotation.steps import Step
from keyturn.rotation.taking_steps import note


def note_writes(context: Context, rotation: Rotation, old: KeyPair | None) -> Rotation:
    """Look at these buckets with the old key, and note what is new; the rotation with what the journal has now.

    Where its secret is gone, or it may not list one, that one is noted as not known.
    """
    decision, switched_at = rotation.decision, rotation.switched_at
    buckets = [*(one.bucket for one in decision.others), *decision.left_out]
    if not buckets or switched_at is None or decision.account is None:
        return rotation
    looks = {} if old is None else newest_writes(context.aws, old, buckets, decision.account)
    written: dict[str, datetime | None] = {}
    for bucket in buckets:
        look = looks.get(bucket)
        if look is not None and look.last_written is not None and look.last_written > switched_at:
            written[bucket] = look.last_written
        elif look is None or not look.complete:
            written[bucket] = None
    if written == _written(rotation):
        return rotation
    return note(context, rotation, Step.WATCH, BucketsWritten(written))


def write_notes(rotation: Rotation) -> tuple[str, ...]:
    """Say which of these buckets got new objects, as the last look saw it."""
    seen = _written(rotation)
    left_out = [bucket for bucket in seen if bucket in rotation.decision.left_out]
    notes = []
    for bucket, date in seen.items():
        if date is None:
            continue
        if bucket in left_out:
            text = _(
                "{bucket}, which you left out, got new objects after the switch, the last on {date}. If the old key "
                "wrote them, that backup stops when the key is turned off."
            )
        else:
            text = _("{bucket}, which no program here names, got new objects after the switch, the last on {date}.")
        notes.append(text.format(bucket=bucket, date=labels.day(date)))
    unknown = [bucket for bucket, date in seen.items() if date is None]
    if unknown:
        text = _("Whether anything new was written to these buckets is not known: {buckets}.")
        notes.append(text.format(buckets=", ".join(unknown)))
    if seen:
        notes.append(_("AWS does not report which key wrote or read an object."))
    return tuple(notes)


def _written(rotation: Rotation) -> Mapping[str, datetime | None]:
    looked = rotation.newest(BucketsWritten)
    return {} if looked is None else looked.written
