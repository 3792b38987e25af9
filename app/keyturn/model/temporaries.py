"""The one name of every temporary copy that Keyturn makes, so that the next start finds what a killed one left."""

from __future__ import annotations

import re
import secrets

# It begins and ends like no configuration, so that no program takes it for one of its own in a `conf.d`.
PREFIX = ".keyturn-"
_NAME = re.compile(re.escape(PREFIX) + r"(?P<maker>[1-9][0-9]{0,9})-[0-9a-f]{16}\.tmp")


def temporary_name(maker: int) -> str:
    """Return a name that nobody has yet.

    Args:
        maker: the number of the process that makes the copy: once that has ended, the copy is a leftover.
    """
    return f"{PREFIX}{maker}-{secrets.token_hex(8)}.tmp"


def maker_of(name: str) -> int | None:
    """Return the process that made a copy of this name; None where it is no temporary copy of Keyturn's."""
    match = _NAME.fullmatch(name)
    return None if match is None else int(match["maker"])
