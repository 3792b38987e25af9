"""What only a person can decide: keys and users at AWS that Keyturn cannot prove to be its own, with the evidence.

A person answers by the last four characters of the key: `keyturn done remove-7Q2P`, or `keyturn done keep-7Q2P`.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from keyturn.model.errors import AppError
from keyturn.model.keys import AccessKeyId
from keyturn.model.text import _
from keyturn.rotation import labels
from keyturn.rotation.record import Rotation
from keyturn.rotation.steps import Awaited, Step, Why
from keyturn.rotation.undecided import USER_ALONE, Undecided

_REMOVE, _KEEP = "remove-", "keep-"


class OwnershipAnswer(StrEnum):
    """What the person decided."""

    REMOVE = "remove"
    KEEP = "keep"


class PersonDecides(AppError):
    """A step cannot end before a person decided; what is undone by then may be done later, as everything stands."""

    waits = True

    def __init__(self, undecided: Sequence[Undecided]) -> None:
        self.undecided = tuple(undecided)
        titles = [f"{_title(one)}." for one in undecided]
        super().__init__(_("A person has to decide"), " ".join(titles), code="key.undecided")


def answer_for(rotation: Rotation, key: AccessKeyId | None) -> OwnershipAnswer | None:
    """What the person decided about this key, or about the user without one; None where they have not."""
    name = USER_ALONE if key is None else key.last4
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
    open_ones = [one for one in rotation.undecided_in(rotation.step) if answer_for(rotation, one.key) is None]
    return tuple(item for one in open_ones for item in _items(rotation, one))


def asked_about(rotation: Rotation) -> tuple[AccessKeyId, ...]:
    """The keys that a person was asked about when the new key was to be made, as far as they have not answered."""
    keys = (one.key for one in rotation.undecided_in(Step.CREATE))
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
