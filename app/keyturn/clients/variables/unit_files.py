"""Where systemd's units stand, and the files of variables that they name (systemd.unit(5), systemd.exec(5))."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.clients.credential_names import key_name
from keyturn.clients.listing import Listing
from keyturn.clients.readings import Readings
from keyturn.clients.variables.script_paths import on_disk, with_folders
from keyturn.computer.computer import Platform
from keyturn.edits import units
from keyturn.model.errors import FileError

if TYPE_CHECKING:
    from keyturn.computer.computer import Computer

# Of a container that Podman's generator makes a service of (podman-systemd.unit(5)).
CONTAINER = ".container"
_ENDINGS = (CONTAINER, ".service", ".timer", ".mount", ".automount", ".socket", ".path", ".swap", ".conf")
# A person's own units; those that packages bring hold no keys, and are replaced with the next version.
_SYSTEM_FOLDERS = (
    ("etc", "systemd", "system"),
    ("etc", "systemd", "user"),
    ("usr", "local", "lib", "systemd", "system"),
    ("etc", "containers", "systemd"),
    ("etc", "containers", "systemd", "users"),
)
_OF_PACKAGES = ("/lib/systemd/", "/usr/lib/systemd/")
_USERS_OWN = "user"
_LIMIT = 2000  # units and what stands beside them
# Files that one name with wildcards is taken to stand for.
MATCHES = 100
_WILD = frozenset("*?[")
# What systemd fills in for each instance of `NAME@.service`: anybody's may be one (systemd.unit(5), "Specifiers").
_OF_INSTANCES = re.compile(r"%[iIjJ]")


def unit_files(computer: Computer, listing: Listing) -> Iterator[Path]:
    """Yield the units and drop-ins that a person may have written."""
    if computer.platform is not Platform.LINUX:
        return
    config = computer.xdg_config_home
    own = (
        *(config / "systemd" / _USERS_OWN, computer.home / ".local/share/systemd" / _USERS_OWN),
        config / "containers" / "systemd",
    )
    system = (computer.system_folder(*parts) for parts in _SYSTEM_FOLDERS)
    left = _LIMIT
    for folder in (*own, *(one for one in system if one is not None)):
        for path in _in_folder(folder, listing, drop_ins=True):
            left -= 1
            if left < 0:
                return
            yield path


def environment_files(computer: Computer, listing: Listing) -> Iterator[Path]:
    """Yield the files that units take variables from. One with a part that only systemd can fill in is left out."""
    for path in unit_files(computer, listing):
        yield from (named for named, _lasting in _named_in(computer, path, listing))


def lasting_readers(computer: Computer, path: Path, readings: Readings | None = None) -> tuple[Path, ...]:
    """Return the units that took variables from `path` when they were started, and may run for days since.

    A service that does one thing and ends (`Type=oneshot`), or that a timer starts, reads the file at its next start.

    Args:
        readings: what is known of the disk already: the units are read once, however many files are asked about.
    """
    readings = Readings() if readings is None else readings
    readers = readings.once("lasting readers", lambda: _lasting_readers(computer, Listing(readings=readings)))
    return readers.get(path.resolve(), ())


def _lasting_readers(computer: Computer, listing: Listing) -> Mapping[Path, tuple[Path, ...]]:
    """By the real path of each file of variables, the units that may run for days with what they took from it."""
    readers: dict[Path, dict[Path, None]] = {}
    for unit in unit_files(computer, listing):
        for named, lasting in _named_in(computer, unit, listing):
            if lasting:
                readers.setdefault(named.resolve(), {})[unit] = None
    return {file: tuple(units_of_it) for file, units_of_it in readers.items()}


def commented_keys(computer: Computer, listing: Listing) -> Iterator[tuple[Path, Path, str]]:
    """Yield the halves of keys behind which a comment stands on the same line, where a unit takes them from a file.

    To systemd it is a part of the value (systemd.exec(5), `EnvironmentFile=`).

    Returns:
        The file, the unit, and the variable.
    """
    for unit in unit_files(computer, listing):
        for path, _lasting in _named_in(computer, unit, listing):
            try:
                content = listing.readings.file(path).content
            except FileError:
                continue  # reported where the file itself is read
            for name in units.commented(content):
                known = key_name(name)
                if known is not None and known.means_s3:
                    yield path, unit, name


def unit_name(path: Path) -> str:
    """Return the unit that a file describes: `backup.service` also for the drop-in `backup.service.d/key.conf`."""
    name = path.parent.name.removesuffix(".d") if path.parent.name.endswith(".d") else path.name
    return name.removesuffix(CONTAINER) + ".service" if name.endswith(CONTAINER) else name


def units_started(path: Path) -> str:
    """Return the name by which systemctl finds all that was started of a unit: each instance of `NAME@.service`."""
    return unit_name(path).replace("@.", "@*.")


def _named_in(computer: Computer, unit: Path, listing: Listing) -> Iterator[tuple[Path, bool]]:
    """Each file that the unit takes variables from, and whether what it starts may run for days."""
    try:
        found = units.directives(listing.readings.file(unit).content, path=unit)
    except FileError:
        return  # reported where the unit itself is read
    ends = any(one.name == "Type" and one.value.strip() == b"oneshot" for one in found)
    by_timer = unit.with_suffix(".timer").exists()
    for written in units.environment_files(found):
        for name in islice(names_meant(computer, unit, written, listing), MATCHES):
            expanded = with_folders(name, computer, users_own=is_users_own(unit))
            if not expanded.startswith("/") or "%" in expanded:
                continue
            path = on_disk(computer, expanded).path or (Path(expanded) if computer.is_this_one else None)
            if path is not None:
                yield path, not (ends or by_timer)


def names_meant(computer: Computer, unit: Path, written: str, listing: Listing) -> Iterator[str]:
    """Yield the name of each file that a name with wildcards stands for; one without any is yielded as it is.

    So does a name with the part by which the instances of a unit differ, which is yielded as it is if no file is there.
    systemd takes them by glob(7), in which a dot at the beginning is matched by a dot alone, and in that order
    (systemd.exec(5), `EnvironmentFile=`). A folder that cannot be listed is in `listing.failed`.
    """
    of_instances = _OF_INSTANCES.search(written) is not None
    text = with_folders(_OF_INSTANCES.sub("*", written), computer, users_own=is_users_own(unit))
    parts = Path(text).parts
    fixed = next((number for number, part in enumerate(parts) if _WILD & set(part)), 0)
    if fixed == 0 or "%" in "".join(parts) or not parts[0].startswith("/"):
        yield written
        return
    folder = Path(*parts[:fixed])
    base = on_disk(computer, str(folder)).path
    is_any_there = False
    for path in () if base is None else listing.matching(base, parts[fixed:]):
        names = path.parts[-len(parts[fixed:]) :]
        if path.is_file() and all(a[0] != "." or b[0] == "." for a, b in zip(names, parts[fixed:], strict=True)):
            is_any_there = True
            yield str(folder.joinpath(*names))
    if of_instances and not is_any_there:
        yield written


def names_of_instances(computer: Computer, unit: Path, written: str, listing: Listing) -> Iterable[str]:
    """Return what a name on a unit's command line means for each of its instances; any other name as it is."""
    if not is_unit(unit) or _OF_INSTANCES.search(written) is None:
        return (written,)
    return names_meant(computer, unit, written.strip("\"'"), listing)


def is_unit(path: Path) -> bool:
    """Return whether a file is called as units and their drop-ins are; other `.conf` files are anybody's."""
    return path.suffix in _ENDINGS and (path.suffix != ".conf" or path.parent.name.endswith(".d"))


def is_users_own(path: Path) -> bool:
    """Return whether the unit is of a person's own systemd, not of the system's."""
    of_podman = path.suffix == CONTAINER and ("etc" not in path.parts[-4:-1] or path.parent.name == "users")
    return _USERS_OWN in path.parts or of_podman


def _is_left_by_a_package(entry: os.DirEntry[str]) -> bool:
    """Whether it is a link to a unit of a package that is gone, which never held a key."""
    if not entry.is_symlink():
        return False
    path = Path(entry.path)
    try:
        return str(path.readlink()).startswith(_OF_PACKAGES) and not path.exists()
    except OSError:
        return False


def _in_folder(folder: Path, listing: Listing, *, drop_ins: bool) -> Iterator[Path]:
    for entry in listing.entries(folder):
        if entry.name.endswith(_ENDINGS):
            if not _is_left_by_a_package(entry):
                yield Path(entry.path)
        elif drop_ins and entry.name.endswith(".d") and listing.is_folder(entry):
            yield from _in_folder(Path(entry.path), listing, drop_ins=False)
