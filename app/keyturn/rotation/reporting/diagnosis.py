"""What those who mend Keyturn have to know of a computer that they cannot see: versions, kinds of folders, and counts.

Nothing in it can tell who somebody is: it takes over no path, name, bucket, address or key, only words from lists that
stand in Keyturn. Whatever is not in a list is counted as something else.
"""

from __future__ import annotations

import locale
import platform
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn import __version__
from keyturn.clients.registry import every_client, guided_clients
from keyturn.computer.computer import Platform
from keyturn.model.places import TEXT, PlaceKind

if TYPE_CHECKING:
    from keyturn.computer.computer import Computer
    from keyturn.rotation.finding.survey import Survey
    from keyturn.rotation.record import Rotation

ELSE = "something else"
_PACKAGES = ("boto3", "botocore", "filelock", "keyring", "psutil", "PySide6-Essentials")
# Endings by which programs' files are known; a name may tell more of a person than of a program.
_ENDINGS = frozenset(
    {
        *(".bat", ".cmd", ".conf", ".config", ".csv", ".db", ".env", ".ini", ".json", ".plist", ".ps1", ".sh"),
        *(".sqlite", ".toml", ".yaml", ".yml"),
    }
)


@dataclass(frozen=True, slots=True)
class Home:
    """What about the home folder's path is known to make trouble; not the path."""

    has_blanks: bool
    has_letters_beyond_ascii: bool
    is_short_name: bool  # as `ANNAMU~1`, which Windows made from a longer one
    is_a_link: bool


@dataclass(frozen=True, slots=True)
class ProgramSeen:
    """What was found of one program.

    Attributes:
        name: as `keyturn clients` has it.
        places: how many of each kind.
        editable: in how many of them Keyturn can replace the key.
        with_secret: in how many of them the whole pair stands.
        files: where they stand, as `kind_of` says it, and how many there.
        troubles: the codes of what could not be read or understood, and how often.
    """

    name: str
    places: Mapping[PlaceKind, int]
    editable: int
    with_secret: int
    files: Mapping[str, int]
    troubles: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """All of it.

    Attributes:
        packages: the versions of libraries; empty text where one is not installed.
        is_bundle: it brought its own Python.
        is_this_one: the computer that Keyturn runs on was looked at, and not another one's disk.
        folders: the kinds of folders in which programs keep their files, and whether each is there.
        keys: how many were found.
        kept_in: where Keyturn keeps secrets.
        keychain: the code of what is wrong with that; empty where it can be used.
        rotations: how many stand at each step and state.
    """

    keyturn: str
    python: str
    packages: Mapping[str, str]
    is_bundle: bool
    system: str
    machine: str
    c_library: str
    encoding: str
    looked_at: Platform
    is_this_one: bool
    home: Home
    folders: Mapping[str, bool]
    keys: int
    programs: tuple[ProgramSeen, ...]
    blind_spots: int
    kept_in: str
    keychain: str
    rotations: Mapping[str, int]


def diagnosis(
    computer: Computer, survey: Survey, rotations: Iterable[Rotation], *, kept_in: str, keychain: str
) -> Diagnosis:
    """Gather it; AWS is not asked, and nothing is changed."""
    return Diagnosis(
        keyturn=__version__,
        python=platform.python_version(),
        packages={name: _version(name) for name in _PACKAGES},
        is_bundle=bool(getattr(sys, "frozen", False)),
        system=_system(),
        machine=platform.machine(),
        c_library=" ".join(platform.libc_ver()).strip(),
        encoding=locale.getpreferredencoding(do_setlocale=False),
        looked_at=computer.platform,
        is_this_one=computer.is_this_one,
        home=_home(computer.home),
        folders={name: folder.is_dir() for name, folder in _folders(computer)},
        keys=len(survey.keys),
        programs=tuple(_programs(computer, survey)),
        blind_spots=len(survey.blind_spots),
        kept_in=kept_in,
        keychain=keychain,
        rotations=Counter(f"{one.step}, {one.state}" for one in rotations),
    )


def kind_of(path: Path, computer: Computer) -> str:
    """Say what kind of folder a file is in and how its name ends, and nothing else about it."""
    ending = path.suffix.lower() if path.suffix.lower() in _ENDINGS else ""
    for name, folder in _folders(computer):
        if path.is_relative_to(folder):
            below = path.relative_to(folder).parts
            hidden = name == "~" and len(below) > 1 and below[0].startswith(".")
            return f"{name}/{'.…/' if hidden else '…/' if len(below) > 1 else ''}…{ending}"
    return f"{ELSE}/…{ending}"


def _folders(computer: Computer) -> Iterator[tuple[str, Path]]:
    """The kinds of folders, the inner ones first."""
    home = computer.home
    if computer.platform is Platform.WINDOWS:
        yield "%APPDATA%", computer.application_support
        yield "%LOCALAPPDATA%", home / "AppData" / "Local"
        yield "~/OneDrive", home / "OneDrive"
    if computer.platform is Platform.MACOS:
        yield "~/Library/Application Support", computer.application_support
        yield "~/Library", home / "Library"
    yield "~/.config", computer.xdg_config_home
    for name in ("Desktop", "Documents", "Downloads"):
        yield f"~/{name}", home / name
    yield "~", home
    if computer.shared_support is not None:
        yield "all users' settings", computer.shared_support
    system = computer.system_folder("etc")
    if system is not None:
        yield "/etc", system


def _programs(computer: Computer, survey: Survey) -> Iterator[ProgramSeen]:
    known = {TEXT, *(one.name for one in (*every_client(), *guided_clients()))}
    places = [place for key in survey.keys for place in key.places]
    troubles = [(name, one.code) for one in survey.problems for name in (one.clients or ("",))]
    for name in sorted({ELSE, *known}):
        of_it = [one for one in places if (one.client if one.client in known else ELSE) == name]
        codes = Counter(_code(code) for client, code in troubles if (client if client in known else ELSE) == name)
        if of_it or codes:
            yield ProgramSeen(
                name,
                Counter(one.kind for one in of_it),
                sum(one.editable for one in of_it),
                sum(one.secret is not None for one in of_it),
                Counter(kind_of(one.path, computer) for one in of_it),
                codes,
            )


def _code(code: str) -> str:
    """An error's stable name; what is none is not repeated."""
    return code if code.replace(".", "").replace("-", "").isascii() and code.islower() and " " not in code else ELSE


def _home(home: Path) -> Home:
    text = str(home)
    return Home(" " in text, not text.isascii(), "~" in text, home.is_symlink())


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""


def _system() -> str:
    """The system's name and version, without this computer's name."""
    mac, windows = platform.mac_ver()[0], " ".join(platform.win32_ver()[:2]).strip()
    if mac:
        return f"macOS {mac}"
    if windows:
        return f"Windows {windows}"
    try:
        linux = platform.freedesktop_os_release()
    except OSError:
        linux = {}
    name = f"{linux.get('ID', '')} {linux.get('VERSION_ID', '')}".strip()
    version = re.match(r"[0-9.]*", platform.release())  # who builds their own kernel names it as they like
    return f"{platform.system()} {version[0] if version else ''} ({name or ELSE})"
