"""Where systemd's units stand, and the files of variables that they name (systemd.unit(5), systemd.exec(5))."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.computer.computer import Platform
from keyturn.edits import units
from keyturn.edits.files import read_file
from keyturn.model.errors import FileError

if TYPE_CHECKING:
    from keyturn.computer.computer import Computer

_ENDINGS = (".service", ".timer", ".mount", ".automount", ".socket", ".path", ".swap", ".conf")
# A person's own units; those that packages bring hold no keys, and are replaced with the next version.
_SYSTEM_FOLDERS = (
    ("etc", "systemd", "system"),
    ("etc", "systemd", "user"),
    ("usr", "local", "lib", "systemd", "system"),
)
_USERS_OWN = "user"
_LIMIT = 2000  # units and what stands beside them


def unit_files(computer: Computer) -> Iterator[Path]:
    """Yield the units and drop-ins that a person may have written."""
    if computer.platform is not Platform.LINUX:
        return
    own = (computer.xdg_config_home / "systemd" / _USERS_OWN, computer.home / ".local/share/systemd" / _USERS_OWN)
    system = (computer.system_folder(*parts) for parts in _SYSTEM_FOLDERS)
    left = _LIMIT
    for folder in (*own, *(one for one in system if one is not None)):
        for path in _in_folder(folder, drop_ins=True):
            left -= 1
            if left < 0:
                return
            yield path


def environment_files(computer: Computer) -> Iterator[Path]:
    """Yield the files that units take variables from. One with a part that only systemd can fill in is left out."""
    for path in unit_files(computer):
        try:
            content = read_file(path)
            named = units.environment_files(units.directives(content.content, path=path))
        except FileError:
            continue  # reported where the unit itself is read
        for name in named:
            expanded = name.replace("%h", str(computer.home) if is_users_own(path) else "/root")
            if expanded.startswith("/") and not set("%*?[") & set(expanded):
                yield Path(expanded)


def is_users_own(path: Path) -> bool:
    """Return whether the unit is of a person's own systemd, not of the system's."""
    return _USERS_OWN in path.parts


def _in_folder(folder: Path, *, drop_ins: bool) -> Iterator[Path]:
    try:
        with os.scandir(folder) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
    except OSError:
        return
    for entry in found:
        if entry.name.endswith(_ENDINGS):
            yield Path(entry.path)
        elif drop_ins and entry.name.endswith(".d") and entry.is_dir():
            yield from _in_folder(Path(entry.path), drop_ins=False)
