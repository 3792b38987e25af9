"""How the backups stand while a rotation stands still, in a sentence: what everybody asks first."""

from __future__ import annotations

from keyturn.model.text import _
from keyturn.rotation.record import Rotation
from keyturn.rotation.steps import Step


def state_of_backups(rotation: Rotation | None) -> str:
    """Which key the programs have, and that AWS accepts it.

    Args:
        rotation: None where none has begun.
    """
    if rotation is None:
        return _("Nothing was changed: every program has the key that it had before.")
    if rotation.is_done(Step.UNDO):
        return _("Everything is as it was, and backups go on with the old key.")
    if rotation.is_undoing or (rotation.began(Step.SWITCH) and not rotation.is_done(Step.SWITCH)):
        return _("Each program holds one complete key, the old or the new one, and AWS accepts both. Backups go on.")
    if not rotation.is_done(Step.SWITCH):
        return _("No program was changed yet: backups go on with the old key.")
    if rotation.off_at is not None:
        return _("Every program has the new key. The old one is off.")
    return _("Every program has the new key. The old one is still on.")
