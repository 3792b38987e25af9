"""The commands by which a profile asks Keyturn for a key. They are read, and never run."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path, PurePosixPath, PureWindowsPath

from keyturn.model.key_names import is_like_a_name

_PROGRAMS = frozenset({"keyturn", "keyturn.exe"})
_STATE_DIR = "--state-dir"


@dataclass(frozen=True, slots=True)
class ServedRequest:
    """What a line asks Keyturn for.

    Attributes:
        program: the first word.
        state_dir: the folder of the Keyturn that is asked, where the line names one.
    """

    program: str
    name: str
    state_dir: Path | None


def asked_of_keyturn(command: str) -> ServedRequest | None:
    """What a command asks Keyturn for; None where it is another program's, or asks for something else."""
    try:
        words = shlex.split(command)
    except ValueError:
        return None
    if len(words) < 3 or words[1] != "credentials":
        return None
    names = {kind(words[0]).name.lower() for kind in (PurePosixPath, PureWindowsPath)}
    named = [word for word in words[2:] if is_like_a_name(word)]
    folder = next((after for word, after in pairwise(words) if word == _STATE_DIR), None)
    named = [word for word in named if word != folder]
    if not names & _PROGRAMS or len(named) != 1:
        return None
    return ServedRequest(words[0], named[0], None if folder is None else Path(folder))
