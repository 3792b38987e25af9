"""What is searched: the folders that a person names, the usual ones of a computer, or all its disks."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.clients.search.mounts import disks
from keyturn.clients.search.search_rows import named
from keyturn.computer.computer import Platform
from keyturn.model.search_scope import SearchScope

if TYPE_CHECKING:
    from keyturn.clients.search.search_rows import Area
    from keyturn.computer.computer import Computer


# What macOS guards with a question, or refuses without Full Disk Access (Apple, “Protecting app access to user data”).
_GUARDED_BY_MACOS = (
    "Library/Application Support/AddressBook",
    "Library/Application Support/CallHistoryDB",
    "Library/Application Support/com.apple.TCC",
    "Library/Application Support/MobileSync",
    "Library/Calendars",
    "Library/Cookies",
    "Library/HomeKit",
    "Library/IdentityServices",
    "Library/Mail",
    "Library/Messages",
    "Library/Metadata/CoreSpotlight",
    "Library/PersonalizationPortrait",
    "Library/Reminders",
    "Library/Safari",
    "Library/Sharing",
    "Library/Suggestions",
    "Music",
    "Movies",
    "Pictures",
)


def area_of(computer: Computer, scope: SearchScope, also: Iterable[Path] = ()) -> Area | None:
    """Return what is searched on a computer; None where that is nothing.

    Of another computer's disk it is the home and what is known of the disk around it: folders of the computer that
    Keyturn runs on are searched for it only where a person named them.

    Args:
        also: folders that the person wants searched each time, with every file in them; one may be missing now.
    """
    if scope is SearchScope.NONE:
        return None
    area = _of_the_computer(computer, scope)
    own = [os.fspath(folder) for folder in also if os.path.isdir(folder)]  # noqa: PTH112
    return area._replace(folders=[*area.folders, *own], whole=tuple(own))


def _of_the_computer(computer: Computer, scope: SearchScope) -> Area:
    private = _guarded(computer)
    if scope is SearchScope.ALL and computer.is_this_one:
        return named((computer.home, *disks()))._replace(private=private)
    folders = dict.fromkeys(folder for folder in _usual_folders(computer) if os.path.isdir(folder))  # noqa: PTH112  (closed ones are told by the walk)
    return named(tuple(folders))._replace(private=private, only_settings=scope is SearchScope.USUAL)


def _usual_folders(computer: Computer) -> Iterator[Path]:
    yield computer.home
    for parts in (("etc",), ("opt",), ("srv",), ("usr", "local"), ("root",), ("var", "www"), ("var", "root")):
        folder = computer.system_folder(*parts)
        if folder is not None:
            yield folder
    if computer.platform is Platform.MACOS:
        for parts in (("Library", "Scripts"), ("Library", "LaunchDaemons"), ("Library", "LaunchAgents")):
            folder = computer.system_folder(*parts)
            if folder is not None:
                yield folder
    if computer.shared_support is not None:
        yield computer.shared_support
    if computer.platform is Platform.WINDOWS and computer.disk is not None:
        yield computer.disk / "inetpub"
        yield computer.disk / "Windows" / "System32" / "config" / "systemprofile"
        yield computer.disk / "Windows" / "System32" / "Tasks"


def _guarded(computer: Computer) -> list[str]:
    if computer.platform is not Platform.MACOS or not computer.is_this_one:
        return []
    return [str(computer.home / name) for name in _GUARDED_BY_MACOS]
