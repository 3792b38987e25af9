"""Waiting as a state of its own: how it stands on days on which nobody has to do anything, and on the day itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from keyturn.desktop.progress_state import Reached
from keyturn.model.text import _, plural
from keyturn.rotation import labels
from keyturn.rotation.carrying_out.said import is_deletion_seen
from keyturn.rotation.finding.situation import Mood, Situation
from keyturn.rotation.steps import Route, State, Step
from keyturn.state.journal import Mark

if TYPE_CHECKING:
    from keyturn.desktop.old_key_use import OldKeyUse
    from keyturn.rotation.record import Rotation
    from keyturn.rotation.steps import Result

_REMEMBERED = timedelta(days=30)
_TIME_ALONE = {"watch", "off-days"}  # `watching.WATCH` and `OFF_DAYS`, whose import is not needed to see a window


@dataclass(frozen=True, slots=True)
class Station:
    """One day on the line: when, and what is done then."""

    day: str
    text: str
    reached: Reached


def waits_for_days_alone(rotation: Rotation, result: Result) -> bool:
    """True where nobody has to do anything before some day."""
    items = {one.item for one in result.awaiting}
    return result.state is State.WAITING and not rotation.is_over and bool(items) and items <= _TIME_ALONE


def stations_of(rotation: Rotation, use: OldKeyUse | None) -> tuple[Station, ...]:
    """The days from now to the deletion; a day that cannot be told, because the old key is in use, is not made up."""
    makes_a_key = rotation.decision.route.makes_a_key
    delete = _("You delete it")
    if rotation.off_at is not None:
        gone = "" if rotation.deletable_from is None else labels.near_day(rotation.deletable_from)
        today = _("Your programs have the new key alone") if makes_a_key else _("Nothing here used it")
        return (
            Station(labels.near_day(rotation.off_at), _("The old key went off"), Reached.DONE),
            Station(_("Today"), today, Reached.CURRENT),
            Station(gone, delete, Reached.TODO),
        )
    until = rotation.watched_until
    today = _("Your programs have the new key") if makes_a_key else _("Keyturn watches whether anything uses the key")
    off = _("You turn the old key off")
    used = use is not None and use.is_used
    if used:
        until = _moved_to(rotation, use)
        off = _("Once nothing uses it any more, you turn it off")
    if until is None:
        days = round(rotation.decision.off_days)
        later = plural("{count} day later", "{count} days later", days).format(count=days)
        dates = _("Once nothing uses it any more"), later
        off = _("You turn the old key off")
    else:
        dates = labels.near_day(until), labels.near_day(until + timedelta(days=rotation.decision.off_days))
    return (
        Station(_("Today"), today, Reached.CURRENT),
        Station(dates[0], off, Reached.TODO),
        Station(dates[1], delete, Reached.TODO),
    )


def _moved_to(rotation: Rotation, use: OldKeyUse | None) -> datetime | None:
    """The day to which a use of the old key puts its end off; None where no day can be told."""
    from keyturn.rotation.carrying_out.watched_days import quiet_until

    planned, until = rotation.watched_until, quiet_until(rotation, None if use is None else use.last)
    return None if until is None or planned is None else max(planned, until)


def situation_while_waiting(rotation: Rotation, result: Result, use: OldKeyUse | None) -> Situation | None:
    """What the header says: no more than was seen. None where the rotation waits for something else than its days."""
    items = {one.item for one in result.awaiting}
    if result.state is not State.WAITING or rotation.is_over:
        return None
    if waits_for_days_alone(rotation, result):
        return _quiet_day(rotation, use)
    if rotation.step in {Step.WATCH, Step.TURN_OFF} and items == {Step.TURN_OFF.value}:
        return Situation(Mood.NEEDS_YOU, _("Today: turn the old key off"), (_in_place(rotation), _until(rotation)))
    if rotation.step is Step.DELETE and items == {Step.DELETE.value}:
        known = _("{key} is off, and every backup was proved without it.")
        if not rotation.proved(Step.PROVE_OFF):
            known = _("{key} is off.")
        return Situation(
            Mood.NEEDS_YOU,
            _("Today: delete the old key"),
            (known.format(key=rotation.decision.key.masked), _("Until then it can be turned on again.")),
        )
    return None


def situation_at_the_end(rotation: Rotation, now: datetime) -> Situation | None:
    """What was achieved, for some weeks after the old key was deleted; None before that, and later."""
    deleted = rotation.latest(Step.DELETE, Mark.DONE)
    if rotation.state is not State.DONE or deleted is None or now - deleted.at > _REMEMBERED:
        return None
    decision = rotation.decision
    if not is_deletion_seen(rotation):
        title = _("Done. AWS refuses {key}, and you said that it is deleted").format(key=decision.key.masked)
    elif decision.of_root:
        title = _("Done. Your root key is gone")
    else:
        title = _("Done. {key} is gone").format(key=decision.key.masked)
    count = len(decision.destinations)
    if not decision.route.makes_a_key or not count or not rotation.proved(Step.PROVE_OFF):
        return Situation(Mood.FINE, title)
    if decision.route is Route.SCOPED_USER:
        text = plural(
            "One place has a key of its own that can reach only its buckets, and was proved without the old one.",
            "{count} places have a key of their own that can reach only their buckets, and each was proved without "
            "the old one.",
            count,
        )
    else:
        text = plural(
            "One place has the new key, and was proved without the old one.",
            "{count} places have the new key, and each was proved without the old one.",
            count,
        )
    return Situation(Mood.FINE, title, (text.format(count=labels.count_word(count).capitalize()),))


def _quiet_day(rotation: Rotation, use: OldKeyUse | None) -> Situation:
    if use is not None and use.is_used and rotation.off_at is None:
        from keyturn.rotation.carrying_out.watched_days import moved

        find = _("Find what uses it and give it a key of its own; until then the old key stays on.")
        said = (use.text, moved(rotation, use.last), find)
        return Situation(Mood.NEEDS_YOU, _("The old key is still in use"), tuple(filter(None, said)))
    off = rotation.off_at is not None
    until = rotation.deletable_from if off else rotation.watched_until
    nothing = "" if until is None else _("Nothing to do until {day}").format(day=labels.near_day(until))
    if not rotation.decision.route.makes_a_key:
        return Situation(Mood.FINE, nothing, (_on_or_off(rotation),))
    from keyturn.rotation.carrying_out import backups_seen

    reach = backups_seen.headline(rotation)
    title = f"{reach}. {nothing}" if reach else nothing
    return Situation(Mood.FINE, title, (_on_or_off(rotation),) if off else (_in_place(rotation), _on_or_off(rotation)))


def _in_place(rotation: Rotation) -> str:
    count = len(rotation.decision.destinations)
    if not rotation.decision.route.makes_a_key or not count:
        return _("Keyturn watched whether anything here uses it.")
    text = plural(
        "The one place has the new key, and was proved with it.",
        "{count} places have the new key, and each was proved with it.",
        count,
    )
    return text.format(count=labels.count_word(count).capitalize())


def _until(rotation: Rotation) -> str:
    until = rotation.watched_until
    return "" if until is None else _("It was watched until {day}.").format(day=labels.near_day(until))


def _on_or_off(rotation: Rotation) -> str:
    key = rotation.decision.key.masked
    if rotation.off_at is not None:
        return _("{key} is off, and can be turned on again until you delete it.").format(key=key)
    return _("{key} is still on, so you can go back at any time.").format(key=key)
