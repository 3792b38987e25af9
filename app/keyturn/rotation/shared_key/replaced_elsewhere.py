"""What this computer knows of a rotation of one of its keys that another computer began."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from keyturn.model.keys import AccessKeyId
from keyturn.model.text import _
from keyturn.rotation import labels


@dataclass(frozen=True, slots=True)
class ReplacedElsewhere:
    """One such rotation, as the tags of its IAM user tell.

    Attributes:
        computer: the other computer's name, as it says.
        rotation: its name there.
        user: the IAM user that was made for it.
        made: when that was, by AWS's clock.
        in_place: that computer said that it needs the old key no more.
        waits_for_us: it was asked to wait for this computer, and this one has not said that it is done.
    """

    computer: str
    rotation: str
    user: str
    made: datetime | None
    in_place: bool
    waits_for_us: bool


def sentences_on(key: AccessKeyId, elsewhere: Sequence[ReplacedElsewhere]) -> tuple[str, ...]:
    """What a person should know of the rotations of this key on other computers, and do."""
    said = []
    for one in elsewhere:
        stands = _("it has its new key in place") if one.in_place else _("it is under way there")
        text = _("{computer}, another computer, replaces {key}, too: {stands} (IAM user {user}, made on {date}).")
        date = _("an unknown day") if one.made is None else labels.day(one.made)
        said.append(text.format(computer=one.computer, key=key.masked, stands=stands, user=one.user, date=date))
    if not said:
        return ()
    if any(not one.waits_for_us for one in elsewhere):
        text = _(
            "It may turn {key} off. `keyturn hold {last4}` asks it to wait; `keyturn rotate {last4}` gives this "
            "computer a key of its own, and that one waits for it meanwhile; so it does with --as keeper, and with "
            "--pair for a pair that you made."
        )
    else:
        text = _(
            "It waits for this computer before it turns {key} off. `keyturn rotate {last4}` gives this one a key of "
            "its own, also with --as keeper or --pair, and says so there by itself."
        )
    return (*said, text.format(key=key.masked, last4=key.last4))
