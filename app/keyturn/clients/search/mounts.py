"""Where which kind of file system is mounted: some hold no files of a disk, some lie on other computers."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path


class MountKind(Enum):
    """What a search does at a mount.

    `disk`: goes in. `kernel`: stays out, since the kernel makes up what stands there, some of it without end. `remote`:
    stays out unless a person named the folder, because reading fetches from another computer or from a program.
    """

    DISK = "disk"
    KERNEL = "kernel"
    REMOTE = "remote"


@dataclass(frozen=True, slots=True)
class Mounts:
    """The mounts of this computer.

    Attributes:
        kinds: by the folder, as a real path; what is a disk is left out.
        without_change_times: the folders of file systems that keep no time of the last change.
    """

    kinds: Mapping[str, MountKind]
    without_change_times: frozenset[str] = frozenset()


# Linux: fs/proc, fs/sysfs and their kin.
_KERNELS = frozenset(
    {
        *("proc", "sysfs", "devtmpfs", "devpts", "cgroup", "cgroup2", "debugfs", "tracefs", "securityfs", "bpf"),
        *("pstore", "mqueue", "configfs", "efivarfs", "fusectl", "binfmt_misc", "rpc_pipefs", "nsfs", "selinuxfs"),
        *("devfs", "fdescfs"),  # macOS
    }
)
# Other computers, the host of a virtual machine, and folders that are mounted by being entered (filesystems(5)).
_REMOTE = frozenset(
    {
        *("nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ncpfs", "ceph", "lustre", "gfs2", "ocfs2", "9p", "virtiofs"),
        *("vboxsf", "vmhgfs", "prl_fs", "autofs", "fuse", "afpfs", "webdav", "macfuse", "osxfuse"),
    }
)
# FUSE is how rclone, s3fs, sshfs and restic mount what lies elsewhere; `fuseblk` is a disk of this computer (ntfs-3g).
_FUSE = "fuse."
# FAT and exFAT keep no such time; of NTFS and what 9p brings along it is not known.
_WITHOUT_CHANGE_TIMES = frozenset({"vfat", "msdos", "exfat", "fuseblk", "ntfs", "ntfs3", "9p", "cifs", "smb3", "hfs"})
_ESCAPED = re.compile(r"\\([0-7]{3})")
_MAC_LINE = re.compile(r"^.+ on (/.*) \(([^()]*)\)$")


def mounts() -> Mounts:
    """Return this computer's mounts; a system that does not tell has none but the kernel's usual ones."""
    if sys.platform == "win32":
        return Mounts({})
    if sys.platform == "darwin":
        import subprocess

        try:
            told = subprocess.run(["/sbin/mount"], capture_output=True, text=True, timeout=10, env={}, check=False)
        except (OSError, subprocess.SubprocessError):
            return Mounts({"/dev": MountKind.KERNEL})
        return of_macos(told.stdout)
    try:
        return of_linux(Path("/proc/self/mountinfo").read_bytes().decode(errors="surrogateescape"))
    except OSError:
        return Mounts(dict.fromkeys(("/dev", "/proc", "/sys"), MountKind.KERNEL))


def of_linux(mountinfo: str) -> Mounts:
    """Read Linux's list (proc(5), `mountinfo`)."""
    rows = []
    for row in mountinfo.splitlines():
        mounted, _dash, about = row.partition(" - ")
        fields = mounted.split(" ")
        if len(fields) > 4:
            folder = _ESCAPED.sub(lambda match: chr(int(match[1], 8)), fields[4])
            rows.append((folder, about.partition(" ")[0]))
    return _mounts(rows)


def of_macos(told: str) -> Mounts:
    """Read what macOS's mount(8) prints: `SOURCE on FOLDER (TYPE, local, …)`; what is not `local` lies elsewhere."""
    kinds: dict[str, MountKind] = {}
    forgetful = set()
    for match in filter(None, map(_MAC_LINE.match, told.splitlines())):
        folder, about = match[1], [one.strip() for one in match[2].split(",")]
        kind = _kind(about[0])
        if kind is MountKind.DISK and "local" not in about:
            kind = MountKind.REMOTE
        if kind is not MountKind.DISK:
            kinds[folder] = kind
        if about[0] in _WITHOUT_CHANGE_TIMES:
            forgetful.add(folder)
    return Mounts(kinds, frozenset(forgetful))


def _mounts(rows: list[tuple[str, str]]) -> Mounts:
    kinds: dict[str, MountKind] = {}
    forgetful: set[str] = set()
    for folder, of_type in rows:
        # What is mounted last on a folder is what is seen there.
        kinds.pop(folder, None)
        forgetful.discard(folder)
        kind = _kind(of_type)
        if kind is not MountKind.DISK:
            kinds[folder] = kind
        if of_type in _WITHOUT_CHANGE_TIMES:
            forgetful.add(folder)
    return Mounts(kinds, frozenset(forgetful))


def _kind(of_type: str) -> MountKind:
    if of_type in _KERNELS:
        return MountKind.KERNEL
    if of_type in _REMOTE or of_type.startswith(_FUSE):
        return MountKind.REMOTE
    return MountKind.DISK


def disks() -> tuple[Path, ...]:
    """Return where the disks of this computer are: `/`, or on Windows the drives that are no other computer's."""
    if sys.platform == "win32":
        import ctypes

        local = {2, 3}  # DRIVE_REMOVABLE, DRIVE_FIXED (GetDriveTypeW)
        letters = [f"{letter}:\\" for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"]
        kinds = {drive: ctypes.windll.kernel32.GetDriveTypeW(drive) for drive in letters}
        return tuple(Path(drive) for drive, kind in kinds.items() if kind in local)
    else:
        return (Path("/"),)
