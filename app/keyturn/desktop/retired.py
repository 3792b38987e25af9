"""How an old key is shown once it is off or deleted: as good news with its date, and never as an alarm."""

from __future__ import annotations

from keyturn.desktop import dates
from keyturn.model.text import _
from keyturn.rotation.carrying_out.said import is_deletion_seen
from keyturn.rotation.record import Rotation
from keyturn.rotation.steps import Step
from keyturn.state.journal import Mark


def retired_pill(rotation: Rotation) -> str:
    """Its state in a word."""
    return _("deleted") if rotation.is_done(Step.DELETE) else _("off")


def retired_detail(rotation: Rotation) -> str:
    """Since when, and who says so; as it follows the state."""
    deleted = rotation.latest(Step.DELETE, Mark.DONE)
    if deleted is not None:
        text = _("since {day}") if is_deletion_seen(rotation) else _("since {day}, as you said")
        return text.format(day=dates.short_day(deleted.at))
    return "" if rotation.off_at is None else _("since {day}").format(day=dates.short_day(rotation.off_at))


def retired_sentence(rotation: Rotation) -> str:
    """What AWS does with it, for its page."""
    text = _("{state} {detail}: AWS refuses it, as it should")
    if not rotation.is_done(Step.DELETE):
        text = _("{state} {detail}: AWS refuses it, as it should. It can be turned on again")
    return text.format(state=retired_pill(rotation), detail=retired_detail(rotation))
