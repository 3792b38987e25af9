"""Telling people, after whatever was done: what there is to tell is queued, and what waits is sent, for a short time.

It never changes what a command did or how it ended. Each message is noted after it was taken, so a kill in between has
it told twice, with the same ID, and none is lost.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from keyturn.computer.lock import one_after_the_other
from keyturn.model.errors import AppError
from keyturn.model.news import News
from keyturn.model.recipients import HookRecipient, HookShape, Recipient
from keyturn.reminders.naming_recipients import Tried, tell
from keyturn.reminders.news_to_tell import OLDEST, all_news, looked
from keyturn.reminders.outlook import known, outlook
from keyturn.rotation.workplace import Workplace
from keyturn.state import stored_recipients, telling_queue
from keyturn.state.telling_queue import MOST_WAITING, Queue, Untold

_LOOK_TAKES = 30.0  # seconds after which nothing more is begun; one message has its own limit
_OTHERS_TAKE = 5.0  # seconds to wait for another Keyturn that is telling
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(minutes=5), timedelta(hours=6)
# An ID is kept for longer than its event can come again.
_REMEMBERED = OLDEST + timedelta(days=35)


def tell_people(workplace: Workplace) -> tuple[Tried, ...]:
    """Queue what is new, and send what waits.

    Returns:
        Who could not be told, and why. It is tried again by a later look.

    Raises:
        StoreError: where who is told cannot be read, or it cannot be remembered what they were told.
    """
    if not os.path.lexists(workplace.folder / stored_recipients.FILE_NAME):
        return ()
    everyone = stored_recipients.load(workplace.folder)
    if not everyone:
        return ()
    with one_after_the_other(workplace.folder / telling_queue.LOCK_NAME, _OTHERS_TAKE):
        return _tell(workplace, everyone)


def _tell(workplace: Workplace, everyone: Sequence[Recipient]) -> tuple[Tried, ...]:
    now, before = workplace.clock.now(), telling_queue.load(workplace.folder)
    news, alive = _what_there_is(workplace, now)
    queues = {one.name: queued(before.get(one.name, Queue()), one, news, now) for one in everyone}
    telling_queue.save(workplace.folder, queues)
    began = workplace.clock.monotonic()
    failed: list[Tried] = []
    # The one who was reached last time comes first, so that one who never answers takes nobody's turn.
    for one in sorted(everyone, key=lambda one: queues[one.name].tries):
        pings = isinstance(one, HookRecipient) and one.shape is HookShape.HEALTHCHECKS
        if rests(queues[one.name], now):
            continue
        for message in (*queues[one.name].waiting, *((alive,) if pings and alive is not None else ())):
            if workplace.clock.monotonic() - began > _LOOK_TAKES:
                return tuple(failed)
            tried = tell(workplace, one, message)
            queues[one.name] = after(queues[one.name], message, tried.problem, now)
            telling_queue.save(workplace.folder, queues)
            if tried.problem is not None:
                failed.append(tried)
                break
    return tuple(failed)


def _what_there_is(workplace: Workplace, now: datetime) -> tuple[tuple[News, ...], News | None]:
    """All news, and that Keyturn looked; where its memory cannot be read, what waits is sent all the same."""
    try:
        facts, computer = known(workplace), workplace.computer.name
        ahead = outlook(facts, now)
        return all_news(facts, ahead, now, computer), looked(ahead, now, computer)
    except AppError:
        return (), None


def queued(queue: Queue, recipient: Recipient, news: Iterable[News], now: datetime) -> Queue:
    """The queue with what this recipient was not told yet, as far as there is room."""
    told = {name: at for name, at in queue.told.items() if now - at < _REMEMBERED}
    there = {one.name for one in queue.waiting}
    new = [one for one in news if one.at >= recipient.since and one.name not in told and one.name not in there]
    room = max(0, MOST_WAITING - len(queue.waiting))
    return replace(queue, told=told, waiting=(*queue.waiting, *new[:room]))


def rests(queue: Queue, now: datetime) -> bool:
    """True where it failed, and is not to be tried again yet; a clock that was wrong makes nobody wait for years."""
    return queue.next_try is not None and timedelta() < queue.next_try - now <= _LONGEST_PAUSE


def after(queue: Queue, message: News, problem: AppError | None, now: datetime) -> Queue:
    """The queue after one message was sent, or was not."""
    if problem is None:
        # That Keyturn looked is told each time, and waits for nobody.
        waited = any(one.name == message.name for one in queue.waiting)
        told = {**queue.told, message.name: now} if waited else queue.told
        left = tuple(one for one in queue.waiting if one.name != message.name)
        return Queue(told, left, last=now)
    pause = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** min(queue.tries, 10))
    untold = Untold(now, problem.code, problem.title, problem.message)
    return replace(queue, tries=queue.tries + 1, next_try=now + pause, problem=untold)
