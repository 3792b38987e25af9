"""What a person said and nobody saw: it counts, and is never told as evidence."""

from __future__ import annotations

from keyturn.model.text import _
from keyturn.rotation.carrying_out.backups_seen import backups_of, yes_in_short
from keyturn.rotation.context import Context
from keyturn.rotation.events.entry import Entry
from keyturn.rotation.events.key_events import DoneBy, SeenOrSaid, Ticked
from keyturn.rotation.record import Rotation
from keyturn.rotation.steps import Awaited, By, Step
from keyturn.state.journal import Mark


def was_seen(entry: Entry) -> bool:
    """False where the entry is a person's word alone.

    Journals of the first version have none of these facts; their deletions by hand and their ticks were words alone.
    """
    known = entry.get(SeenOrSaid)
    if known is not None:
        return known.seen
    by_word = entry.mark is Mark.TICKED or (entry.step is Step.DELETE and entry.mark is Mark.DONE)
    done = entry.get(DoneBy)
    return not by_word or (done is not None and done.by is not By.CONSOLE)


def is_deletion_seen(rotation: Rotation) -> bool:
    """False where only a person says that the old key is deleted."""
    entry = rotation.latest(Step.DELETE, Mark.DONE)
    since = (one.get(SeenOrSaid) for one in rotation.entries if one.step is Step.DELETE and one.mark is Mark.NOTED)
    return entry is None or was_seen(entry) or any(one is not None and one.seen for one in since)


def said_and_not_seen(context: Context, rotation: Rotation) -> tuple[Awaited, ...]:
    """What a person said that holds still, and that Keyturn has not seen."""
    # And with them the way to AWS, which nobody needs who looks offline.
    from keyturn.rotation.planning import by_hand
    from keyturn.rotation.planning.guided_items import titles_to_put_back
    from keyturn.rotation.shared_key.claiming import titles_of_claims

    found: list[Awaited] = []
    ticks = {tick.item: one for one in rotation.entries if (tick := one.get(Ticked)) is not None}
    unseen = [item for item, one in ticks.items() if item in rotation.ticked and not was_seen(one)]
    titles: dict[str, str] = {}
    if unseen:
        titles = {one.item: one.title for one in by_hand.foreseen(context, rotation.decision)}
        titles |= titles_to_put_back(rotation)
        titles |= titles_of_claims(rotation)
        titles |= yes_titles(rotation)
        # What was seen since, or can no longer be awaited, holds no more.
        past = {one.item for one in backups_of(rotation) if one.is_seen or rotation.is_over}
        unseen = [item for item in unseen if item not in past]
    found += [_said(item, titles.get(item, item)) for item in unseen]
    off = rotation.latest(Step.TURN_OFF, Mark.DONE)
    key = rotation.decision.key.masked
    if off is not None and rotation.off_at is not None and not was_seen(off):
        found.append(_said(by_hand.TURN_OFF, _("Turn off {key}").format(key=key)))
    if rotation.is_done(Step.DELETE) and not is_deletion_seen(rotation):
        found.append(_said(by_hand.DELETE, _("Delete {key}").format(key=key)))
    return tuple(found)


def yes_titles(rotation: Rotation) -> dict[str, str]:
    """What each item says with which a person wants the old key off although a place was not seen backing up."""
    return {one.item: yes_in_short().format(place=one.title) for one in backups_of(rotation)}


def _said(item: str, title: str) -> Awaited:
    return Awaited(item, title, tickable=False, said=True)
