"""The one name of every temporary copy that Keyturn makes, so that the next start finds what a killed one left."""

from __future__ import annotations

import os
import re

# It begins and ends like no configuration, so that no program takes it for one of its own in a `conf.d`.
PREFIX = ".keyturn-"
# As they were called before their process was known by them; none of those processes is at work any more.
_EARLIER_NAME = re.escape(PREFIX) + r"[0-9a-f]{16}\.tmp"
_EARLIER_FOLDER = r"keyturn-check-(?P<maker>[1-9][0-9]{0,9})-\w+"
# SQLite puts files of its own beside a database.
_NAME = re.escape(PREFIX) + r"(?P<maker>[1-9][0-9]{0,9})-[0-9a-f]{16}\.tmp(?:-journal|-wal|-shm)?"


def temporary_name(maker: int) -> str:
    """Return a name that nobody has yet.

    Args:
        maker: the number of the process that makes the copy: once that has ended, the copy is a leftover.
    """
    return f"{PREFIX}{maker}-{os.urandom(8).hex()}.tmp"


def maker_of(name: str) -> int | None:
    """Return the process that made a copy of this name; None where it is no temporary copy of Keyturn's, or an earlier
    version's that does not tell."""
    # Every name in a folder is asked about, and hardly one begins like these; no pattern is made for the others.
    if not name.startswith((PREFIX, "keyturn-check-")):
        return None
    match = re.fullmatch(_NAME, name) or re.fullmatch(_EARLIER_FOLDER, name)
    return None if match is None else int(match["maker"])


def is_temporary(name: str) -> bool:
    """True for what this version or an earlier one calls a temporary copy beside a file."""
    return maker_of(name) is not None or re.fullmatch(_EARLIER_NAME, name) is not None
