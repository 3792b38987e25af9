"""The rotations that this computer remembers: all of them, those that cannot be read, and the one that a name means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyturn.model.errors import UsageError
from keyturn.model.text import _

if TYPE_CHECKING:
    from keyturn.model.keys import AccessKeyId
    from keyturn.rotation.record import Rotation
    from keyturn.rotation.unread import Unread
    from keyturn.state.journal import Journal


def read_rotations(journal: Journal) -> tuple[tuple[Rotation, ...], tuple[Unread, ...]]:
    """Every rotation, oldest first, and beside them those that cannot be read."""
    records = journal.rotations()
    if not records:
        return (), ()
    from keyturn.rotation.record import Rotation  # all that can happen to one, which most computers have none of
    from keyturn.rotation.unread import unread
    from keyturn.state.written import NotUnderstood

    read, closed = [], []
    for record in records:
        try:
            read.append(Rotation.from_record(record))
        except NotUnderstood as error:
            closed.append(unread(record, error, journal.path))
    return tuple(read), tuple(closed)


def all_rotations(journal: Journal) -> tuple[Rotation, ...]:
    """Every rotation that can be read, oldest first."""
    return read_rotations(journal)[0]


def expect_none_unread(journal: Journal, key: AccessKeyId) -> None:
    """See that no rotation of `key` is under way that cannot be read.

    Raises:
        StoreError: for the first one that may be.
    """
    for one in read_rotations(journal)[1]:
        if one.may_be_of(key):
            raise one.problem


def find_rotation(journal: Journal, name: str | None) -> Rotation:
    """Return the rotation called `name`, or the only one that is not over.

    Raises:
        UsageError: where there is none, or more than one.
        StoreError: where it cannot be read, or it may be one that cannot be read.
    """
    rotations, closed = read_rotations(journal)
    if name is not None:
        for rotation in rotations:
            if rotation.name == name:
                return rotation
        for one in closed:
            if one.name == name:
                raise one.problem
        raise UsageError(
            _("There is no rotation {name}").format(name=name),
            _("Nothing was changed. `keyturn status` lists the rotations."),
            code="usage.rotation",
        )
    open_ones = [rotation for rotation in rotations if not rotation.is_over]
    if closed and not open_ones:
        raise closed[0].problem
    if len(open_ones) == 1 and not closed:
        return open_ones[0]
    if open_ones:
        names = ", ".join([*(one.name for one in open_ones), *(one.name for one in closed)])
        raise UsageError(
            _("There is more than one rotation"),
            _("Say which: {names}. Nothing was changed.").format(names=names),
            code="usage.rotation",
        )
    raise UsageError(
        _("No rotation is under way"),
        _("Nothing was changed. `keyturn scan` shows your keys, and `keyturn rotate KEY` begins."),
        code="usage.rotation",
    )
