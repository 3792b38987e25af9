"""What is remembered of this computer's keeper: the IAM user that may renew keys. Its secret is kept as every other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path
from typing import Any

from keyturn.model.keys import AccessKeyId
from keyturn.model.text import _
from keyturn.state.renewals import LONGEST_EVERY, Trouble, read_trouble, time_of_day, trouble_written
from keyturn.state.stored import Sentences, Stored
from keyturn.state.written import (
    Fields,
    Format,
    listed,
    made_by,
    maybe,
    moment,
    moment_text,
    number,
    text,
    truth,
    whole_object,
)

FILE_NAME = "keeper.json"


@dataclass(frozen=True, slots=True)
class KeeperSchedule:
    """When the keeper's key is renewed, and by whom; see `renewals.Renewal`."""

    first_key: AccessKeyId
    every_days: int
    at: time
    signer: str
    trouble: Trouble | None = None


@dataclass(frozen=True, slots=True)
class Keeper:
    """A keeper, as far as it is made. Written before each request, so that none is made that nobody remembers.

    Attributes:
        keeper_id: drawn by lot, and in the user's tags: by it the user is known to be this one.
        user_id: `AIDA…`, once IAM told it; then it proves which user it is.
        requests: when keys were asked for that AWS did not answer, by AWS's clock; None where that is not known. They
            stay, as one of them may have made a key that nobody holds.
        key: its access key, once its secret is kept.
        made: when that was, in UTC.
        adopted: the ARNs of the users outside `/keyturn/` whose keys it may change.
        unsent: its rights at AWS may not be as this says.
        removing: its removal began.
        renews_itself: it may change its own key, as the person said when it was made.
        old_key: the key before, once a new one has its place; it is deleted then.
        schedule: when its key is renewed; None where a person does that.
    """

    user_name: str
    partition: str
    account: str
    keeper_id: str
    user_id: str = ""
    requests: tuple[datetime | None, ...] = ()
    key: AccessKeyId | None = None
    made: datetime | None = None
    adopted: tuple[str, ...] = ()
    unsent: bool = True
    removing: bool = False
    renews_itself: bool = False
    old_key: AccessKeyId | None = None
    schedule: KeeperSchedule | None = None

    @property
    def arn(self) -> str:
        """The user's ARN."""
        return f"arn:{self.partition}:iam::{self.account}:user/keyturn/{self.user_name}"

    @property
    def is_usable(self) -> bool:
        """True where it is wholly made, and not being removed."""
        return self.key is not None and not self.removing


def load(folder: Path) -> Keeper | None:
    """Read it; None where this computer has none.

    Raises:
        StateError: where a newer Keyturn wrote it, or it is damaged.
    """
    return STORED.load(folder)


def save(folder: Path, keeper: Keeper | None) -> None:
    """Write it.

    Raises:
        StateError: as `load`.
        StateError: `state.unwritable`, where the disk does not let it.
    """
    STORED.save(folder, keeper)


def _read(fields: Fields) -> Keeper | None:
    return fields.get("keeper", maybe(whole_object(_keeper)))


def _keeper(fields: Fields) -> Keeper:
    return Keeper(
        user_name=fields.get("user_name", text),
        partition=fields.get("partition", text),
        account=fields.get("account", text),
        keeper_id=fields.get("keeper_id", text),
        user_id=fields.get("user_id", text),
        requests=fields.get("requests", listed(maybe(moment))),
        key=fields.get("key", maybe(made_by(AccessKeyId))),
        made=fields.get("made", maybe(moment)),
        adopted=fields.get("adopted", listed(text)),
        unsent=fields.get("unsent", truth),
        removing=fields.get("removing", truth),
        renews_itself=fields.get("renews_itself", truth),
        old_key=fields.get("old_key", maybe(made_by(AccessKeyId))),
        schedule=fields.get("schedule", maybe(whole_object(_schedule))),
    )


def _schedule(fields: Fields) -> KeeperSchedule:
    return KeeperSchedule(
        first_key=fields.get("first_key", made_by(AccessKeyId)),
        every_days=int(fields.get("every_days", number(1, LONGEST_EVERY))),
        at=fields.get("at", made_by(time_of_day)),
        signer=fields.get("as", text),
        trouble=fields.get("trouble", maybe(whole_object(read_trouble))),
    )


def _schedule_written(one: KeeperSchedule) -> dict[str, Any]:
    return {
        "first_key": one.first_key.value,
        "every_days": one.every_days,
        "at": f"{one.at:%H:%M}",
        "as": one.signer,
        "trouble": None if one.trouble is None else trouble_written(one.trouble),
    }


def _written(keeper: Keeper | None) -> dict[str, Any]:
    if keeper is None:
        return {"keeper": None}
    return {
        "keeper": {
            "user_name": keeper.user_name,
            "partition": keeper.partition,
            "account": keeper.account,
            "keeper_id": keeper.keeper_id,
            "user_id": keeper.user_id,
            "requests": [moment_text(at) for at in keeper.requests],
            "key": None if keeper.key is None else keeper.key.value,
            "made": moment_text(keeper.made),
            "adopted": list(keeper.adopted),
            "unsent": keeper.unsent,
            "removing": keeper.removing,
            "renews_itself": keeper.renews_itself,
            "old_key": None if keeper.old_key is None else keeper.old_key.value,
            "schedule": None if keeper.schedule is None else _schedule_written(keeper.schedule),
        }
    }


def _sentences() -> Sentences:
    return Sentences(
        unreadable=_("What Keyturn remembers of its keeper cannot be read"),
        mend=_(
            "Put back a copy of the file; or delete the user keyturn-keeper-… in the AWS console, and move it away."
        ),
        unwritable=_("Keyturn could not remember its keeper"),
        unwritten=_("What nobody would remember is not made."),
    )


def _with_renewal(written: dict[str, Any]) -> dict[str, Any]:
    """The keys of version 1 were never renewed."""
    keeper = written["keeper"]
    if keeper is not None:
        keeper = {**keeper, "renews_itself": False, "old_key": None, "schedule": None}
    return {**written, "keeper": keeper}


STORED = Stored(FILE_NAME, Format(2, _read, _written, {1: _with_renewal}), _sentences)
