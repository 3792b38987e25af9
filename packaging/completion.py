"""What shells need to complete a command with the tabulator key, made from the parser itself."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath

import shtab

from keyturn.terminal.parser import parser

# Where each shell looks for what packages bring, below the system's own folder.
_PLACES = {
    "bash": PurePosixPath("usr/share/bash-completion/completions/keyturn"),
    "zsh": PurePosixPath("usr/share/zsh/vendor-completions/_keyturn"),
}


def completions() -> Mapping[PurePosixPath, str]:
    """The text for each shell, by its place in a package."""
    return {place: shtab.complete(parser(), shell=shell) for shell, place in _PLACES.items()}
