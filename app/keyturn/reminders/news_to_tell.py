"""What there is to tell: a pure function of the journal and of what is due.

Nothing is told because a program was there when it happened: each look finds all that happened, and the queue knows
what of it was told. So a kill between a step and the telling of it loses nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta

from keyturn.model.keys import AccessKeyId
from keyturn.model.news import News, NewsKind
from keyturn.model.text import _
from keyturn.reminders.due import Due, DueKind
from keyturn.reminders.outlook import Known, Outlook
from keyturn.rotation import labels
from keyturn.rotation.events.rotation_events import Failed
from keyturn.rotation.record import Rotation
from keyturn.rotation.reporting.report import fit_to_print
from keyturn.rotation.steps import BegunBy, State, Step
from keyturn.state.journal import Mark

OLDEST = timedelta(days=365)  # what happened before is news to nobody
_DAY = timedelta(days=1)
_FAILURES = frozenset({DueKind.INTERRUPTED, DueKind.STOPPED, DueKind.RENEWAL})
_WAY_OUT = (Step.CREATE, Step.PROVE, Step.SWITCH, Step.PROVE_AGAIN)


def all_news(known: Known, outlook: Outlook, now: datetime, computer: str) -> tuple[News, ...]:
    """Everything that there is to tell, oldest first; what happened once keeps its ID for ever.

    Args:
        computer: its name.
    """
    found = [news for one in known.rotations for news in _of_rotation(one.rotation, now, computer)]
    for due in outlook.due:
        # Anyone who wants no reminder for a while is not reminded by others either; what fails is no reminder.
        if _kind(due) is not NewsKind.DUE or outlook.snoozed_until is None:
            found.append(_of_due(due, now, computer))
    return tuple(sorted((one for one in found if now - one.at <= OLDEST), key=lambda one: one.at))


def looked(outlook: Outlook, now: datetime, computer: str) -> News:
    """That Keyturn looked, and how it stands: for a monitor that misses it when it comes no more."""
    bad = any(one.kind in _FAILURES for one in outlook.due)
    title = fit_to_print(outlook.sentence).removesuffix(".")
    return News(f"looked:{now:%Y%m%dT%H%M%S}", NewsKind.LOOKED, now, title, "", computer=computer, is_bad=bad)


def _of_rotation(rotation: Rotation, now: datetime, computer: str) -> Iterator[News]:
    old, renews = rotation.decision.key, rotation.begun_by is BegunBy.RENEWAL

    def news(what: str, kind: NewsKind, at: datetime, title: str, message: str, *, is_bad: bool = False) -> News:
        name = f"{rotation.name}:{what}"
        return _news(name, kind, at, title, message, old, rotation.name, computer, is_bad=is_bad)

    proved, new = rotation.latest(Step.PROVE_AGAIN, Mark.DONE), rotation.new_key
    if proved is not None and new is not None:
        until = labels.day(rotation.watched_until or proved.at)
        if renews:
            title = _("{old} was renewed: {new} is in its place")
            after = _("The old key goes off by itself on {date}, if nothing stands against it.")
        else:
            title = _("{new} is in the place of {old}")
            after = _("The old key is still on, and may be turned off from {date} on.")
        message = _("Every backup was proved with the new key. {after}").format(after=after.format(date=until))
        kind = NewsKind.RENEWED if renews else NewsKind.MADE
        yield news("made", kind, proved.at, title.format(old=old.masked, new=new.masked), message)
    until_off = rotation.watched_until
    watches = rotation.state is State.WAITING and rotation.step is Step.WATCH
    if watches and until_off is not None and until_off - _DAY <= now < until_off:
        title = _("{old} goes off tomorrow") if renews else _("{old} may be turned off from tomorrow on")
        message = _("Whatever still uses it fails then. If something does, give that the new key first.")
        what = f"off-tomorrow:{until_off:%Y%m%d}"
        yield news(what, NewsKind.OFF_TOMORROW, now, title.format(old=old.masked), message)
    for entry in rotation.entries:
        if entry.step == Step.TURN_OFF.value and entry.mark is Mark.DONE:
            message = _("Until it is deleted, it can be turned on again: `keyturn turn-on {rotation}`.")
            title = _("{old} is off").format(old=old.masked)
            yield news(f"off:{_stamp(entry.at)}", NewsKind.OFF, entry.at, title, message.format(rotation=rotation.name))
    failed = _failed_before_undo(rotation)
    if failed is not None:
        step, at = failed
        title = _("{old} was not replaced, and everything was put back").format(old=old.masked)
        message = _("It failed at: {step}. Backups run with the old key, as before. `keyturn plan` says what is wrong.")
        yield news("put-back", NewsKind.FAILED, at, title, message.format(step=labels.step(step)), is_bad=True)


def _failed_before_undo(rotation: Rotation) -> tuple[Step, datetime] | None:
    """The step that failed, and when all was put back; None where nothing failed, or a person changed their mind."""
    undone = rotation.latest(Step.UNDO, Mark.DONE)
    if undone is None:
        return None
    last = next((one for one in reversed(rotation.entries) if one.step in {step.value for step in _WAY_OUT}), None)
    failed = None if last is None else last.get(Failed)
    if last is None or last.mark is not Mark.FAILED or (failed is not None and failed.code == "cancelled"):
        return None
    return Step(last.step), undone.at


def _of_due(due: Due, now: datetime, computer: str) -> News:
    kind, since = _kind(due), _stamp(due.since)
    what = f"{due.kind.value}:{due.rotation or _known_as(due.key)}"
    if kind is NewsKind.FAILED:
        # It is told once a week for as long as it stands so. What stands in a renewal's way may be worded anew at each
        # try; of a rotation the message has the step, and nothing else that changes.
        year, week, _weekday = now.isocalendar()
        which = due.title if due.kind is DueKind.RENEWAL else f"{due.title} {due.message}"
        since = f"{year}W{week:02}-{_digest(which)}"
    do = _("Carry on with: `keyturn {command}`.").format(command=" ".join(due.command))
    message = f"{due.message} {do}"
    name, is_bad = f"{what}:{since}", kind is NewsKind.FAILED
    return _news(name, kind, now, due.title, message, due.key, due.rotation or "", computer, is_bad=is_bad)


def _kind(due: Due) -> NewsKind:
    if due.kind in _FAILURES:
        return NewsKind.FAILED
    return NewsKind.MAY_BE_DELETED if due.kind is DueKind.DELETION else NewsKind.DUE


def _news(
    name: str,
    kind: NewsKind,
    at: datetime,
    title: str,
    message: str,
    key: AccessKeyId,
    rotation: str,
    computer: str,
    *,
    is_bad: bool,
) -> News:
    text = "\n".join(fit_to_print(line) for line in message.splitlines())
    return News(name, kind, at, fit_to_print(" ".join(title.split())), text, key.masked, rotation, computer, is_bad)


def _known_as(key: AccessKeyId) -> str:
    """A name of the key that is not its ID, and not that of another one with the same end."""
    return f"{key.last4}-{_digest(key.value)}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _stamp(at: datetime) -> str:
    return f"{at:%Y%m%dT%H%M%S}"
