"""Systems that share a computer with the one that is looked at: Windows beside a Linux of WSL, and the other way round.

Each has programs and homes of its own. They are named, with the command that looks there; they are never entered by
themselves, for the other side's disk is reached over a network of its own (learn.microsoft.com, Working across file
systems).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.clients.listing import Listing
from keyturn.computer.computer import Platform
from keyturn.computer.shells import command_line
from keyturn.model.places import Problem
from keyturn.model.text import _

if TYPE_CHECKING:
    from keyturn.computer.computer import Computer

_CODE = "search.other-system"
_HOMES_OF_WINDOWS = Path("/mnt/c/Users")
_NOBODYS = frozenset({"All Users", "Default", "Default User", "Public"})
# The disks of WSL's Linux systems, below the home's `AppData/Local`.
_DISKS_OF_WSL = (("Packages", "*", "LocalState", "ext4.vhdx"), ("wsl", "*", "ext4.vhdx"))


def other_systems(computer: Computer, homes_of_windows: Path = _HOMES_OF_WINDOWS) -> Iterator[Problem]:
    """Yield what shares this computer and was not looked at.

    Args:
        homes_of_windows: where WSL shows the homes of its Windows.
    """
    if not computer.is_this_one:
        if computer.platform is Platform.MACOS and computer.disk is None:
            yield _system_of(computer.home)
        return
    listing = Listing()
    if computer.platform is Platform.LINUX:
        # Only a home that has been used has it: a folder of that name may be anything.
        for profile in listing.matching(homes_of_windows, ("*", "NTUSER.DAT")):
            if profile.parent.name not in _NOBODYS and not computer.home.is_relative_to(profile.parent):
                yield _windows(computer, profile.parent)
    if computer.platform is Platform.WINDOWS:
        local = computer.home / "AppData" / "Local"
        disks = [disk for parts in _DISKS_OF_WSL for disk in listing.matching(local, parts)]
        yield from map(_linux, disks)


def _system_of(home: Path) -> Problem:
    return Problem(
        home,
        _("The system's folders of that Mac were not looked at"),
        _(
            "The home is in no folder “Users”, so Keyturn cannot tell where the disk begins. A backup may have its key "
            "in /Library, in Homebrew's etc or in root's home there."
        ),
        code=_CODE,
        do=_("Search the whole disk, too: keyturn scan --search FOLDER"),
    )


def _windows(computer: Computer, home: Path) -> Problem:
    command = command_line(
        ("keyturn", "scan", "--offline", "--home", str(home), "--platform", "windows"), computer.platform
    )
    return Problem(
        home,
        _("The Windows of this computer was not looked at"),
        _("Programs there have settings and keys of their own, which this Linux only sees as files."),
        code=_CODE,
        do=_("Look there, too: “{command}”. Better still, start Keyturn in Windows.").format(command=command),
    )


def _linux(disk: Path) -> Problem:
    return Problem(
        disk,
        _("A Linux of WSL is on this computer, and was not looked at"),
        _("Its programs have settings and keys of their own, and its disk is one file of Windows."),
        code=_CODE,
        do=_(
            "Start Keyturn in that Linux, or look there with “--home \\\\wsl.localhost\\NAME\\home\\YOU --platform "
            "linux”."
        ),
    )
