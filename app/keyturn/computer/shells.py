"""Commands for a person to copy: quoted such that a shell takes each word for itself, whatever is in it."""

from __future__ import annotations

import shlex
from collections.abc import Iterable

from keyturn.computer.computer import Platform, this_platform
from keyturn.model.late_patterns import pattern

# What means nothing to PowerShell and nothing to cmd.
_PLAIN_ON_WINDOWS = pattern(r"[A-Za-z0-9_.:/\\=-]+")
# Between double quotes PowerShell fills in variables and runs `$(…)`, and takes typographic quotes for quotes
# (about_Quoting_Rules); a backtick takes the meaning away. To cmd these mean nothing.
_OBEYED_BY_POWERSHELL = pattern('[`$"\u201c\u201d\u201e]')
_LAST_BACKSLASHES = pattern(r"\\+$")


def quoted(word: str, platform: Platform) -> str:
    """Return one word of a command as a person types it on that system.

    On Windows it is written for PowerShell; cmd takes it alike, but for a `$`, a backtick or a `%`, and runs no part of
    it in any case.
    """
    if platform is not Platform.WINDOWS:
        return shlex.quote(word)
    if _PLAIN_ON_WINDOWS.fullmatch(word):
        return word
    # Programs take a backslash before a quote for one that belongs to it.
    inside = _LAST_BACKSLASHES.sub(lambda last: last[0] * 2, _OBEYED_BY_POWERSHELL.sub(r"`\g<0>", word))
    return f'"{inside}"'


def command_line(words: Iterable[str], platform: Platform | None = None) -> str:
    """Return a command as a person types it.

    Args:
        platform: None is the system that Keyturn runs on.
    """
    system = this_platform() if platform is None else platform
    return " ".join(quoted(word, system) for word in words)
