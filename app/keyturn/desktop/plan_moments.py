"""The plan as a line of moments: what happens when, and who does it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from keyturn.desktop.plan_view import PlanFacts
from keyturn.desktop.rotation_view import Program
from keyturn.model.text import _, plural
from keyturn.rotation import labels
from keyturn.rotation.planning import by_hand
from keyturn.rotation.planning.plan import Options
from keyturn.rotation.steps import Route

_A_MINUTE = 50  # places that are changed and proved in about a minute, of which most is waiting for AWS
_LATER = {by_hand.TURN_OFF, by_hand.DELETE}


class Doer(StrEnum):
    """Who acts."""

    KEYTURN = "keyturn"
    YOU = "you"

    @property
    def said(self) -> str:
        """In a word."""
        return {Doer.KEYTURN: "Keyturn", Doer.YOU: _("you")}[self]


@dataclass(frozen=True, slots=True)
class PlanMoment:
    """One moment of the plan.

    Attributes:
        when: the day, or how long it takes, as far as that can be told.
        lines: what is done, a sentence each.
        names: what the first of these is about, such as buckets.
        note: what makes it safe; may be empty.
    """

    title: str
    when: str
    doer: Doer
    lines: tuple[str, ...]
    names: tuple[str, ...] = ()
    note: str = ""


def moments_of(plan: PlanFacts, options: Options, now: datetime) -> tuple[PlanMoment, ...]:
    """Everything from now to the deletion; a moment without work is left out.

    Args:
        now: when it would begin.
    """
    moments = [_now(plan)]
    today = tuple(one.title for one in plan.by_hand if one.item not in _LATER)
    if today:
        moments.append(PlanMoment(_("Today"), "", Doer.YOU, today))
    off, gone = options.watch_days, options.watch_days + options.off_days
    moments.append(
        PlanMoment(
            _in_days(off),
            labels.near_day(now + timedelta(days=off)),
            Doer.YOU,
            (_later(plan, by_hand.TURN_OFF) or _("Turn the old key off: one button here"),),
            note=_("Keyturn asks for this only if nothing else has used it since."),
        )
    )
    moments.append(
        PlanMoment(
            _in_days(gone),
            labels.near_day(now + timedelta(days=gone)),
            Doer.YOU,
            (_later(plan, by_hand.DELETE) or _("Delete the old key: one button here"),),
            note=_("Until then, everything can be put back."),
        )
    )
    return tuple(moments)


def _now(plan: PlanFacts) -> PlanMoment:
    count = len(plan.programs)
    if plan.route is Route.RETIRE:
        lines = [_("Checks that nothing here uses the key, and makes no new one")]
        return PlanMoment(_("Now"), "", Doer.KEYTURN, tuple(lines))
    lines = [_made(plan)]
    edited = [one for one in plan.programs if one not in plan.asking]
    if edited:
        text = plural("Puts it into {count} place: {programs}", "Puts it into {count} places: {programs}", len(edited))
        lines.append(text.format(count=len(edited), programs=_programs(edited)))
    if plan.asking:
        text = plural(
            "Takes the pair out of {count} place, which asks Keyturn from then on: {programs}",
            "Takes the pair out of {count} places, which ask Keyturn from then on: {programs}",
            len(plan.asking),
        )
        lines.append(text.format(count=len(plan.asking), programs=_programs(plan.asking)))
    if count:
        lines.append(_("Proves each one: lists, reads and writes with it"))
    when = _("about a minute") if count <= _A_MINUTE else _("some minutes")
    return PlanMoment(_("Now"), when, Doer.KEYTURN, tuple(lines), plan.buckets)


def _made(plan: PlanFacts) -> str:
    match plan.route:
        case Route.SCOPED_USER if plan.buckets:
            text = plural(
                "Makes a key that can reach only this bucket:",
                "Makes a key that can reach only these {count} buckets:",
                len(plan.buckets),
            )
            return text.format(count=len(plan.buckets))
        case Route.NEW_ROOT_KEY:
            return _("Makes a new root key, which can do anything in the account")
        case Route.GIVEN_PAIR:
            return _("Proves the key that you made")
        case Route.SAME_USER:
            return _("Makes a new key of the same user, which can do what the old one can")
    return _("Makes a new key")


def _programs(programs: Sequence[Program]) -> str:
    """`AWS CLI (2), rclone, restic`."""
    counted = Counter(one.name for one in programs)
    return ", ".join(name if count == 1 else f"{name} ({count})" for name, count in counted.items())


def _later(plan: PlanFacts, item: str) -> str:
    """What the person does where no button here does it; empty else."""
    return next((one.title for one in plan.by_hand if one.item == item), "")


def _in_days(days: float) -> str:
    count = round(days)
    if count < 1:
        return _("Then, the same day")
    return plural("In {count} day", "In {count} days", count).format(count=count)
