"""The short check, for the login job and for “check now”: look at the keys, ask AWS, and remember what it told."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from keyturn.clients.endpoints import is_aws
from keyturn.model.errors import AppError
from keyturn.model.keys import KeyStatus
from keyturn.model.places import PlaceKind
from keyturn.reminders.notifications import Notifier
from keyturn.reminders.outlook import Outlook, Overall
from keyturn.rotation.context import Context
from keyturn.rotation.finding.survey import FoundKey, Survey, take_survey
from keyturn.rotation.workplace import Workplace
from keyturn.state import reminding, seen_keys
from keyturn.state.seen_keys import SeenKey, SeenKeys

# The same things are shown again after so long, and new ones on the next day.
_AGAIN = timedelta(days=7)


def check(workplace: Workplace) -> AppError | None:
    """Look through the computer, ask AWS about the keys, and remember. Nothing is changed, here or at AWS.

    Returns:
        Why AWS could not be asked about a key, or nothing be remembered; reminders then go by what was known before.
        None where all went well.
    """
    try:
        if workplace.another_is_working():
            return None
        context = workplace.context()
        survey = take_survey(context)
        remember(context, survey)
    except AppError as error:
        return error
    # A key that AWS refuses is an answer, too.
    unanswered = (one.failure for one in survey.keys if one.key.status is KeyStatus.UNKNOWN)
    return next((failure for failure in unanswered if failure is not None), None)


def remember(context: Context, survey: Survey) -> None:
    """Remember what a survey told about the keys, for reminders. The survey has asked AWS.

    Raises:
        StoreError: where it could not be kept.
    """
    folder, home = context.folder, context.computer.home
    now = context.clock.now()
    seen = tuple(_seen(one, context) for one in survey.keys if _is_aws_key(one, context.endpoint_url))
    unread = frozenset(problem.path for problem in survey.problems if problem.path is not None)
    before = seen_keys.load(folder, home)
    seen_keys.save(folder, home, seen_keys.merged(before, SeenKeys(seen, now), unread))


def notify(workplace: Workplace, outlook: Outlook, notifier: Notifier) -> bool:
    """Show a notification where it is time for one, and return whether one was shown.

    At most one a day: on the first day on which something new is due, and after a week where nothing changed.

    Raises:
        StoreError: where it cannot be remembered that one was shown; none is shown then.
    """
    now = workplace.clock.now()
    memory = reminding.load(workplace.folder)
    identities = frozenset(one.identity for one in outlook.due)
    if not outlook.due or outlook.snoozed_until is not None or outlook.state is Overall.WORKING:
        return False
    if memory.notified is not None and memory.notified <= now:
        today = memory.notified.astimezone().date() == now.astimezone().date()
        nothing_new = identities <= memory.notified_of
        if today or (nothing_new and now - memory.notified < _AGAIN):
            return False
    # Remembered first: a notification too few is better than one at each login.
    reminding.save(workplace.folder, replace(memory, notified=now, notified_of=identities))
    shown = notifier.show(_headline(outlook), outlook.due[0].message)
    if not shown:
        with suppress(AppError):
            reminding.save(workplace.folder, memory)
    return shown


def snooze(workplace: Workplace, days: float) -> None:
    """Hold notifications back for so many days from now; zero days ends an earlier wish.

    Raises:
        StoreError: where the wish could not be kept.
    """
    until = workplace.clock.now() + timedelta(days=days) if days > 0 else None
    reminding.save(workplace.folder, replace(reminding.load(workplace.folder), snoozed_until=until))


def _headline(outlook: Outlook) -> str:
    return outlook.sentence.removesuffix(".")


def _is_aws_key(found: FoundKey, endpoint_url: str | None) -> bool:
    """False for temporary keys, which end by themselves, and for those of other stores, which AWS does not know."""
    destinations = [place for place in found.places if place.kind is PlaceKind.DESTINATION]
    elsewhere = bool(destinations) and not any(is_aws(place, endpoint_url) for place in destinations)
    return not elsewhere and not found.key.access_key_id.is_temporary


def _seen(found: FoundKey, context: Context) -> SeenKey:
    told = found.key.status is not KeyStatus.UNKNOWN
    return SeenKey(
        key=replace(found.key, last_use=None),
        used=any(place.kind is PlaceKind.DESTINATION for place in found.places),
        paths=tuple(dict.fromkeys(place.path for place in found.places)),
        checked=context.clock.now() if told else None,
    )
