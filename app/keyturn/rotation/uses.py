"""Who used a key last: Keyturn itself, or somebody else.

AWS records one last use for each key, and Keyturn's own requests are uses too (facts/aws.md A3), so every reading is
compared with what Keyturn itself signed.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from keyturn.model.keys import AccessKeyId, LastUse
from keyturn.state.journal import Journal

# AWS records the first of several uses within 15 minutes, so a use of ours may be dated up to that much earlier.
_WINDOW = timedelta(minutes=15)
# Two clocks, and own uses noted at most once a minute.
_SLACK = timedelta(minutes=2)


def is_own(use: LastUse, own_uses: Iterable[tuple[datetime, str]]) -> bool:
    """True where `use` is explained by a request that Keyturn itself signed."""
    if use.date is None:
        return False
    return any(
        service == use.service and use.date - _SLACK <= at <= use.date + _WINDOW + _SLACK for at, service in own_uses
    )


def without_own(journal: Journal, key: AccessKeyId, read: LastUse) -> LastUse | None:
    """Return the last use of `key` by somebody else, as far as it is known, and remember it.

    Args:
        read: what AWS told just now.

    Returns:
        `read` itself where it is not Keyturn's own; else the newest use by somebody else that was read earlier; None
        where there was never one to be read.
    """
    if is_own(read, journal.own_uses(key)):
        return journal.foreign_use(key)
    journal.note_foreign_use(key, read)
    return read
