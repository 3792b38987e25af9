"""Does anything still use the old key? What AWS tells of it while one waits, and since when it is known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from keyturn.desktop import dates
from keyturn.model.errors import AppError
from keyturn.model.keys import AccessKey, KeyStatus
from keyturn.model.text import _

if TYPE_CHECKING:
    # These take their time, and only who waits asks for them.
    from keyturn.model.keys import KeyUse
    from keyturn.rotation.context import Context
    from keyturn.rotation.record import Rotation


class UsesTold(StrEnum):
    """What AWS told of uses after the new key was in place."""

    NOBODY = "nobody"
    SOMEBODY = "somebody"
    NOTHING = "nothing"  # it cannot be known


@dataclass(frozen=True, slots=True)
class OldKeyUse:
    """One look.

    Attributes:
        looked_at: when AWS was asked.
        text: what it told, in a sentence.
        last: when somebody else used it last after the new one was in place; None if nobody did, or it is not known.
    """

    looked_at: datetime
    text: str
    told: UsesTold
    last: datetime | None = None

    @property
    def is_used(self) -> bool:
        """True where something else than Keyturn used it after the new key was in place."""
        return self.told is UsesTold.SOMEBODY

    def age(self, now: datetime) -> str:
        """When it was asked, and how far behind the answer can be."""
        time = dates.seen(self.looked_at, now)
        if self.told is UsesTold.NOTHING:
            return _("Looked {time}.").format(time=time)
        return _("Looked {time}; AWS can be a few hours behind.").format(time=time)


def look_at_old_key(context: Context, rotation: Rotation) -> OldKeyUse:
    """Ask AWS, as the step *watch* does. Changes nothing; what cannot be known is said so."""
    from keyturn.rotation.carrying_out import watching
    from keyturn.rotation.pairs import new_pair, pair_of

    now, since = context.clock.now(), rotation.switched_at
    try:
        old, new = pair_of(context, rotation, rotation.decision.key), new_pair(context, rotation)
        hand = context.signer.asks(rotation.decision, old, new)
        evidence = watching.look(context, rotation, hand)
    except AppError as error:
        text = _("Whether anybody uses the old key is not known: {title}.")
        return OldKeyUse(now, text.format(title=error.title), UsesTold.NOTHING)
    if evidence.dead:
        return OldKeyUse(now, _("AWS refuses the old key already."), UsesTold.NOBODY)
    last = evidence.last
    if not evidence.readable and last is None:
        return _not_told(now)
    newest = max(evidence.uses, key=lambda one: one.last, default=None)
    who = "" if newest is None or not newest.agent else _user(newest)
    return _told(now, last, rotation.started if since is None else since, who)


def _user(use: KeyUse) -> str:
    """Such as `rclone/v1.60.1 at 203.0.113.7`."""
    if not use.address:
        return use.agent
    return _("{program} at {address}").format(program=use.agent, address=use.address)


def told_by_the_way(key: AccessKey, rotation: Rotation, now: datetime) -> OldKeyUse | None:
    """What a look at the keys of this computer told of the old key; None where it is not among them, or not told."""
    if key.last_use is None or key.status is not KeyStatus.ACTIVE:
        return None
    return _told(now, key.last_use.date, rotation.switched_at or rotation.started)


def told_before(rotation: Rotation) -> OldKeyUse | None:
    """What the last look told that was written down, also one in another window; None where there was none."""
    look = rotation.last_look
    if look is None:
        return None
    at, told = look
    if not told.use_is_told and told.old_key_used is None:
        return _not_told(at)
    return _told(at, told.old_key_used, rotation.switched_at or rotation.started)


def _not_told(now: datetime) -> OldKeyUse:
    text = _("Whether anybody uses the old key is not known: nobody here may ask that.")
    return OldKeyUse(now, text, UsesTold.NOTHING)


def _told(now: datetime, last: datetime | None, since: datetime, who: str = "") -> OldKeyUse:
    if last is not None and last > since:
        text = _("Something used the old key on {moment}, after the new one was in place.")
        if who:
            text = _("{who} used the old key on {moment}, after the new one was in place.")
        return OldKeyUse(now, text.format(who=who, moment=dates.lately(last)), UsesTold.SOMEBODY, last)
    text = _("Nobody else has used the old key since {moment}.")
    return OldKeyUse(now, text.format(moment=dates.lately(since)), UsesTold.NOBODY)
