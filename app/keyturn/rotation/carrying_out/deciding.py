"""What only a person can decide: keys and users at AWS that Keyturn cannot prove to be its own, with the evidence.

A person answers by the last four characters of the key: `keyturn done remove-7Q2P`, or `keyturn done keep-7Q2P`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from keyturn.model.errors import AppError
from keyturn.model.keys import AccessKeyId
from keyturn.model.text import _
from keyturn.rotation import labels
from keyturn.rotation.record import Rotation
from keyturn.rotation.steps import Awaited, Step, Why
from keyturn.state.journal import Mark

_REMOVE, _KEEP = "remove-", "keep-"
_USER_ALONE = "user"


class OwnershipAnswer(StrEnum):
    """What the person decided."""

    REMOVE = "remove"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class Undecided:
    """One thing to decide about.

    Attributes:
        key: None for a user without a key.
        user: the IAM user whose key it is; None for the old key's own owner.
        created: by AWS's clock; None where it is not known.
        asked: when Keyturn asked for a key, by AWS's clock; None where it did not, or that is not known.
        used: the last use that AWS recorded; None where there was none, or that is not known.
        use_known: False where AWS did not tell.
        paths: the files that hold the key.
        removable: Keyturn removes it at AWS where a person says so; else only the old key takes its place in files.
    """

    key: AccessKeyId | None
    why: Why
    user: str | None = None
    created: datetime | None = None
    asked: datetime | None = None
    used: datetime | None = None
    use_known: bool = False
    paths: tuple[str, ...] = ()
    removable: bool = False

    def as_json(self) -> dict[str, Any]:
        """For the journal."""
        return {
            "key": None if self.key is None else self.key.value,
            "why": self.why.value,
            "user": self.user,
            "created": _written(self.created),
            "asked": _written(self.asked),
            "used": _written(self.used),
            "use_known": self.use_known,
            "paths": list(self.paths),
            "removable": self.removable,
        }

    @classmethod
    def from_json(cls, written: Mapping[str, Any]) -> Undecided:
        """Read what `as_json` wrote."""
        return cls(
            None if written["key"] is None else AccessKeyId.of_any_shape(written["key"]),
            Why(written["why"]),
            written["user"],
            _read(written["created"]),
            _read(written["asked"]),
            _read(written["used"]),
            bool(written["use_known"]),
            tuple(written["paths"]),
            bool(written["removable"]),
        )

    @property
    def name(self) -> str:
        """By which the person answers."""
        return _USER_ALONE if self.key is None else self.key.last4


class PersonDecides(AppError):
    """A step cannot end before a person decided; what is undone by then may be done later, as everything stands."""

    waits = True

    def __init__(self, undecided: Sequence[Undecided]) -> None:
        self.undecided = tuple(undecided)
        titles = [f"{_title(one)}." for one in undecided]
        super().__init__(_("A person has to decide"), " ".join(titles), code="key.undecided")

    @property
    def facts(self) -> Mapping[str, Any]:
        """For the journal, which has to tell later what is awaited."""
        return {"undecided": [one.as_json() for one in self.undecided]}


def answer_for(rotation: Rotation, key: AccessKeyId | None) -> OwnershipAnswer | None:
    """What the person decided about this key, or about the user without one; None where they have not."""
    name = _USER_ALONE if key is None else key.last4
    if _REMOVE + name in rotation.ticked:
        return OwnershipAnswer.REMOVE
    return OwnershipAnswer.KEEP if _KEEP + name in rotation.ticked else None


def opposite_of(item: str) -> str | None:
    """The item that `item` takes back."""
    if item.startswith(_REMOVE):
        return _KEEP + item.removeprefix(_REMOVE)
    return _REMOVE + item.removeprefix(_KEEP) if item.startswith(_KEEP) else None


def by_what_they_are_about(items: Sequence[Awaited]) -> tuple[tuple[Awaited, ...], ...]:
    """The answers that exclude each other, together: those about one key, or about the user."""
    groups: dict[str, list[Awaited]] = {}
    for one in items:
        groups.setdefault(one.item.partition("-")[2], []).append(one)
    return tuple(map(tuple, groups.values()))


def items_to_decide(rotation: Rotation) -> tuple[Awaited, ...]:
    """What is open in the step at which the rotation waits."""
    last = rotation.latest(rotation.step, Mark.INTENT, Mark.DONE, Mark.FAILED)
    if last is None or last.mark is not Mark.FAILED:
        return ()
    written = [Undecided.from_json(one) for one in last.facts.get("undecided", ())]
    undecided = [one for one in written if answer_for(rotation, one.key) is None]
    return tuple(item for one in undecided for item in _items(rotation, one))


def asked_about(rotation: Rotation) -> tuple[AccessKeyId, ...]:
    """The keys that a person was asked about when the new key was to be made, as far as they have not answered."""
    last = rotation.latest(Step.CREATE, Mark.INTENT, Mark.DONE, Mark.FAILED)
    written = () if last is None else last.facts.get("undecided", ())
    keys = (Undecided.from_json(one).key for one in written)
    return tuple(key for key in keys if key is not None and answer_for(rotation, key) is None)


def _items(rotation: Rotation, one: Undecided) -> tuple[Awaited, ...]:
    keep = Awaited(f"{_KEEP}{one.name}", _keep_title(one), (_("Say so, and it stays as it is."),))
    if one.why is Why.MAY_NOT:
        steps = (*_evidence(rotation, one), *_in_console())
        return (Awaited(f"delete-{one.name}", _title(one), steps, tickable=False), keep)
    evidence = (*_evidence(rotation, one), _("If nobody needs it there, say so."))
    return (Awaited(f"{_REMOVE}{one.name}", _title(one), evidence), keep)


def _title(one: Undecided) -> str:
    key = "" if one.key is None else one.key.masked
    match one.why:
        case Why.NO_ANSWER:
            text = _("Remove {key}, if it is the new key whose secret was lost on the way")
        case Why.ADDED:
            text = _("Remove {key}, which somebody added to Keyturn's IAM user {user}, if nobody needs it")
        case Why.IN_PLACE if one.removable:
            text = _("Put the old key back where {key} stands and remove {key}, if it is the new key of this rotation")
        case Why.IN_PLACE:
            text = _("Put the old key back into {paths}, where {key} stands, which Keyturn did not put there")
        case Why.MAY_NOT if one.key is None:
            text = _("Delete the IAM user {user} in the AWS console: Keyturn may not")
        case Why.MAY_NOT:
            text = _("Delete {key}, the new key, in the AWS console: Keyturn may not")
    return text.format(key=key, user=one.user, paths=", ".join(one.paths))


def _keep_title(one: Undecided) -> str:
    if one.key is None:
        return _("Or keep the IAM user {user}").format(user=one.user)
    return _("Or keep {key}, if somebody needs it or you are not sure").format(key=one.key.masked)


def _evidence(rotation: Rotation, one: Undecided) -> list[str]:
    if one.key is None or (one.why is Why.IN_PLACE and not one.removable):
        return []
    owner = rotation.decision.owner
    whose = one.user or (None if owner is None else owner.user_name) or _("the root user")
    said = [_("{key} is an access key of {owner}.").format(key=one.key.masked, owner=whose)]
    if one.created is not None:
        said.append(_("AWS made it on {date}.").format(date=labels.moment(one.created)))
    if one.why is Why.NO_ANSWER and one.asked is not None:
        text = _("Keyturn had asked for a key on {date}, and no answer came.")
        said.append(text.format(date=labels.moment(one.asked)))
    elif one.why is Why.NO_ANSWER:
        said.append(_("Keyturn had asked for a key, and no answer came."))
    if not one.use_known:
        said.append(_("Whether anything uses it is not known."))
    elif one.used is None:
        said.append(_("AWS has seen no use of it."))
    else:
        said.append(_("AWS saw it used on {date}, and not by Keyturn here.").format(date=labels.moment(one.used)))
    if one.paths and one.removable:
        said.append(_("It stands in {paths}.").format(paths=", ".join(one.paths)))
    return [" ".join(said)]


def _in_console() -> tuple[str, ...]:
    return (
        _("Ask somebody who may manage users of this AWS account to delete it there."),
        _("Then run `keyturn undo` again: it sees that it is gone, and ends."),
    )


def _written(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _read(written: str | None) -> datetime | None:
    return None if written is None else datetime.fromisoformat(written)
