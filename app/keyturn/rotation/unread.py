"""A rotation that this Keyturn cannot read: what that means, and whose key it may be about."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from keyturn.model.errors import StateError
from keyturn.model.keys import AccessKeyId
from keyturn.model.text import _, printable
from keyturn.rotation.events.codec import key_id
from keyturn.state.journal import RecordedRotation
from keyturn.state.written import Fields, NotUnderstood, parsed


@dataclass(frozen=True, slots=True)
class Unread:
    """A rotation of which the journal says more, or something else, than this Keyturn understands.

    Attributes:
        problem: what that means, and what to do.
    """

    name: str
    problem: StateError
    record: RecordedRotation = field(repr=False)

    def may_be_of(self, key: AccessKeyId) -> bool:
        """False only where it is known to be another key's."""
        try:
            decided = Fields(parsed(self.record.decision)).get("key", key_id)
        except NotUnderstood:
            return True
        return decided == key or self.record.mentions(key)


def unread(record: RecordedRotation, error: NotUnderstood, path: Path) -> Unread:
    """Say that `record` cannot be read.

    Args:
        path: the journal.
    """
    name, where = printable(record.name), error.where or "rotation"
    if error.newer:
        title = _("Rotation {name} was written by a newer Keyturn")
        message = _(
            "This Keyturn does not understand all that the journal says of it ({where}), so it leaves that key and its "
            "backups as they are. Use the newer Keyturn."
        )
    else:
        title = _("What the journal says of rotation {name} is damaged")
        message = _(
            "It cannot be read ({where}), so Keyturn leaves that key and its backups as they are. Put {path} back from "
            "a backup of this computer."
        )
    problem = StateError(
        title.format(name=name),
        message.format(where=where, path=path),
        code="journal.newer" if error.newer else "journal.broken",
    )
    return Unread(record.name, problem, record)
