"""What the system mounts: the lines of fstab(5) and of the maps of autofs(5), and the commands that they stand for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.clients.variables.jobs import Job, Variables
from keyturn.computer.computer import Platform
from keyturn.edits.commands import Argument, ShellCommand
from keyturn.model.errors import FileError

if TYPE_CHECKING:
    from keyturn.clients.listing import Listing
    from keyturn.computer.computer import Computer

_NAMES = {"rclonefs": "rclone", **{name: name for name in ("rclone", "s3fs", "goofys", "geesefs", "mount-s3")}}
_MOUNT_POINT = "/"  # whichever it is


@dataclass(frozen=True, slots=True)
class MountLine:
    """One mount of a bucket.

    Attributes:
        program: that mounts it, such as `s3fs`.
        device: what is mounted, as the program is told it.
        line: counted from 1.
    """

    path: Path
    line: int
    program: str
    device: str
    options: tuple[str, ...]


def mount_lines(computer: Computer, listing: Listing) -> Iterator[MountLine]:
    """Yield each line that mounts a bucket; a table that cannot be read has none."""
    etc = computer.system_folder("etc") if computer.platform is Platform.LINUX else None
    if etc is None:
        return
    yield from _lines(etc / "fstab", listing, is_map=False)
    for path in (*listing.matching(etc, ("auto.*",)), *listing.matching(etc, ("autofs", "auto.*"))):
        yield from _lines(path, listing, is_map=True)


def mounting_jobs(computer: Computer, listing: Listing) -> Iterator[Job]:
    """Yield each mount as a job that runs the program's own command; s3fs reads its files by itself."""
    for one in mount_lines(computer, listing):
        if one.program != "s3fs":
            yield Job(one.path, Variables([], commands=[mount_command(one)]))


def _lines(path: Path, listing: Listing, *, is_map: bool) -> Iterator[MountLine]:
    try:
        content = listing.readings.file(path)
    except FileError:
        return
    for number, line in enumerate(content.content.decode(errors="replace").splitlines(), start=1):
        fields = line.split()
        if not fields or fields[0].startswith("#"):
            continue
        if is_map:
            said = ",".join(one[1:] for one in fields[1:-1] if one.startswith("-"))
            device, options = fields[-1].removeprefix(":").replace("\\#", "#"), said.split(",")
            kind = next((one.partition("=")[2] for one in options if one.startswith("fstype=")), "")
        elif len(fields) >= 4:
            device, kind, options = fields[0], fields[2], fields[3].split(",")
        else:
            continue
        yield from mount_of(content.real_path, number, device, kind, options)


def mount_of(path: Path, line: int, device: str, kind: str, options: Sequence[str]) -> Iterator[MountLine]:
    """Yield the mount of a bucket that a line, or a unit's `What=`, `Type=` and `Options=`, describes; else nothing."""
    program = device.partition("#")[0] if "#" in device else kind.removeprefix("fuse.")
    if program in _NAMES:
        yield MountLine(path, line, _NAMES[program], device.removeprefix(f"{program}#"), tuple(options))


def mount_command(one: MountLine) -> ShellCommand:
    """Return the mount as a command: options of fstab's stand for those of the same names (each program's own page)."""
    dashed = (option if option.startswith("-") else f"--{option}" for option in one.options if "=" in option)
    verb = ("mount",) if one.program == "rclone" else ()
    words = (one.program, *verb, one.device, _MOUNT_POINT, *dashed)
    return ShellCommand(tuple(Argument(word.encode(), word.encode(), True, (), one.line) for word in words))
