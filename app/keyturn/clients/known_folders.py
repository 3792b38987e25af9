"""Where Windows keeps a person's Desktop, Documents and Downloads: people move them, OneDrive does, in any language.

`User Shell Folders` holds what Explorer goes by (learn.microsoft.com, KNOWNFOLDERID); its values may hold variables.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keyturn.computer.computer import Computer

_KEY = "HKEY_CURRENT_USER\\Software\\Microsoft\\Windows\\CurrentVersion\\Explorer\\User Shell Folders"
_NAMES = ("Desktop", "Personal", "{374DE290-123F-4565-9164-39C4925E467B}")  # the last one is Downloads
_VARIABLE = re.compile(r"%([^%]+)%")


def shell_folders(computer: Computer) -> Iterator[Path]:
    """Yield these folders as the registry has them; nothing without a registry."""
    if computer.registry is None:
        return
    try:
        values = computer.registry.values(_KEY)
    except OSError:  # said by the client that reads the registry
        return
    known = {name.upper(): value for name, value in computer.environment.items()}
    known.setdefault("USERPROFILE", str(computer.home))
    for name in _NAMES:
        written = _VARIABLE.sub(lambda found: known.get(found[1].upper(), found[0]), values.get(name, ""))
        if written and "%" not in written:
            yield Path(written)
