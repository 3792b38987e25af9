"""Which file of the disk a path in a script, a unit or a compose file means, without running anything."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.computer.computer import Platform
from keyturn.edits.expansion import UNKNOWN, expanded
from keyturn.model.late_patterns import pattern
from keyturn.model.text import _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keyturn.clients.variables.jobs import Job
    from keyturn.computer.computer import Computer

_LONGEST = 1000
_OF_SYSTEMD = frozenset({".service", ".timer", ".mount", ".conf", ".automount", ".path", ".socket", ".container"})
# Stands for the folder in which a unit's program sees what `LoadCredential=` hands over, by name (systemd.exec(5)).
HANDED_OVER = "/run/credentials/"
IN_VARIABLES, IN_UNITS = "CREDENTIALS_DIRECTORY", "%d"
# The folder of a script, in the ways in which people ask for it: `$(cd "$(dirname "$0")" && pwd)`, `${0%/*}`.
_SHORT = pattern(r"\$\{(?:0|BASH_SOURCE(?:\[0\])?)%/\*\}|\$PSScriptRoot\b|%~dp0\\?", re.IGNORECASE)
_OF_THE_SCRIPT = pattern(r"\$\{?(?:0\b|BASH_SOURCE\b(?:\[0\])?)\}?")
_WAYS = pattern(
    r"""\$\(|[()"'`]|&&|;|\b(?:cd|dirname|readlink|realpath|pwd|builtin|command)\b
      | (?<=\s)-{1,2}[a-zA-Z]*(?=\s) | [12]?>\s*(?:/dev/null|&[12]) | \s+""",
    re.VERBOSE,
)
_OF_WINDOWS = pattern(r"%(?P<percent>\w+)%|\$\{?env:(?P<env>\w+)\}?", re.IGNORECASE)
# `https://…`, `oci://…`, `git@host:…`
_FAR_AWAY = pattern(r"(?!file:)[a-z][a-z0-9+.-]+://|[\w.-]+@[\w.-]+:")
_DRIVE = pattern(r"[A-Za-z]:[\\/]")


@dataclass(frozen=True)
class Whereabouts:
    """Where a script, a job or a service stands, and what its variables say.

    Attributes:
        handed: the files that the unit hands over to it, by the name of each.
    """

    computer: Computer
    job: Job
    handed: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def values(self) -> Mapping[str, str]:
        """The variables that a path may begin with: those of every person, then those that the text sets."""
        home = str(self.computer.home)
        found = {
            "HOME": home,
            "USERPROFILE": home,
            "XDG_CONFIG_HOME": str(self.computer.xdg_config_home),
            "APPDATA": str(self.computer.application_support),
            "LOCALAPPDATA": str(self.computer.home / "AppData" / "Local"),
            "PWD": str(self.folder),
        }
        if self.handed:
            found[IN_VARIABLES] = HANDED_OVER.rstrip("/")
        for one in self.job.variables.assignments:
            said = one.value if not one.is_reference else self.said(one.written.decode(errors="replace"), found)
            if said and said.startswith("~/"):
                said = home + said[1:]
            if said and UNKNOWN not in said and len(said) <= _LONGEST:
                found[one.name] = said
        return found

    @property
    def folder(self) -> Path:
        """Where relative paths are taken from: the folder of the file, where nothing else is known."""
        return self.job.variables.folder or self.job.path.parent

    @cached_property
    def outside(self) -> Whereabouts:
        """The same as the starter of a container sees it."""
        return replace(self, job=replace(self.job, variables=replace(self.job.variables, mounts=None)))

    def said(self, written: str, values: Mapping[str, str]) -> str:
        """Return what a path says with its variables filled in; `UNKNOWN` stands for what is not known."""
        if len(written) > _LONGEST:
            return UNKNOWN
        text = _with_own_folder(written, str(self.folder).replace("\\", "/"))
        if self.computer.platform is Platform.WINDOWS:
            text = text.strip("\"'")
            named = {name.upper(): value for name, value in values.items()}
            text = _OF_WINDOWS.sub(lambda one: named.get((one["percent"] or one["env"]).upper(), UNKNOWN), text)
            return UNKNOWN if "$" in text else text.replace("\\", "/")
        if self.job.path.suffix in _OF_SYSTEMD:
            users_own = "user" in self.job.path.parts or self.job.path.is_relative_to(self.computer.home)
            text = with_folders(text, self.computer, users_own=users_own).removeprefix("-")
            text = text.replace(IN_UNITS, HANDED_OVER.rstrip("/")) if self.handed else text
            text = UNKNOWN if "%" in text else text
        tilde = text.lstrip("\"'")
        if tilde.startswith("~/") or tilde == "~":
            text = f"{self.computer.home}{tilde[1:]}".rstrip("\"'")
        return expanded(text, values)


def with_folders(text: str, computer: Computer, *, users_own: bool) -> str:
    """The text with the folders that systemd puts in the place of its specifiers (systemd.unit(5), "Specifiers")."""
    home = str(computer.home) if users_own else "/root"
    settings = str(computer.xdg_config_home) if users_own else "/etc"
    state = f"{home}/.local/state" if users_own else "/var/lib"
    for specifier, folder in (("%h", home), ("%E", settings), ("%S", state)):
        text = text.replace(specifier, folder)
    return text


def _with_own_folder(written: str, folder: str) -> str:
    """The text with the script's folder where it asks for it; what asks for something else stays as it is."""
    text = _SHORT.sub(lambda _found: folder, written)
    start = text.find("$(")
    if start < 0 or _OF_THE_SCRIPT.search(text, start) is None:
        return text
    end = _behind_bracket(text, start + 1)
    # What is left is a part of a path: `$(cd "$(dirname "$0")/.." && pwd)`.
    rest = _WAYS.sub("", _OF_THE_SCRIPT.sub("", text[start:end]))
    if rest and not rest.startswith("/"):
        return text
    return f"{text[:start]}{folder}{rest}{text[end:]}"


def _behind_bracket(text: str, start: int) -> int:
    depth = 0
    for at in range(start, len(text)):
        depth += (text[at] == "(") - (text[at] == ")")
        if depth == 0:
            return at + 1
    return len(text)


@dataclass(frozen=True, slots=True)
class Found:
    """The file that a path means.

    Attributes:
        path: None where there is none, or where that cannot be told.
        reason: why it cannot be told, in a sentence; empty where there just is no such file.
    """

    path: Path | None
    reason: str = ""


def path_of(written: str, where: Whereabouts) -> Found:
    """Return the file that a path means for anyone who names it; a path that names none that is there gives nothing."""
    said = where.said(written, where.values)
    if where.handed and said.startswith(HANDED_OVER):
        said = where.handed.get(said.removeprefix(HANDED_OVER), UNKNOWN)
    if UNKNOWN in said:
        return Found(None, _("only a run would tell which file that is."))
    if _FAR_AWAY.match(said):
        return Found(None, _("it is kept on another computer."))
    if not said or "\0" in said or said.startswith("-"):
        return Found(None)
    if where.job.variables.mounts is not None and said.startswith("/"):
        return _mounted(said, where)
    absolute = said.startswith("/") or _DRIVE.match(said) is not None
    if absolute:
        return on_disk(where.computer, said)
    started_in = where.job.variables.started_in
    folders = (where.folder, *(() if started_in is None else (started_in,)), where.computer.home)
    for folder in dict.fromkeys(folders):
        found = _found(where.computer, Path(os.path.normpath(folder / said)))
        if found != Found(None):
            return found
    return Found(None)


def on_disk(computer: Computer, said: str) -> Found:
    """Return the file of an absolute path: below the root of the disk that is looked at, never on another one."""
    path = Path(said)
    if not computer.is_this_one and not path.is_relative_to(computer.home):
        drive = _DRIVE.match(said)
        parts = Path(said[drive.end() :] if drive is not None else said.lstrip("/")).parts
        if computer.disk is not None:
            path = computer.disk.joinpath(*parts)
        elif computer.home.name in parts[:2]:
            # The homes of Linux: /home/NAME, and /root.
            path = computer.home.joinpath(*parts[parts.index(computer.home.name) + 1 :])
        else:
            return Found(None, _elsewhere())
    return _found(computer, Path(os.path.normpath(path)))


def _found(computer: Computer, path: Path) -> Found:
    try:
        is_there = path.exists()
    except OSError:
        return Found(None, _("this account may not look whether that file is there."))
    if not is_there:
        return Found(None, _("a link there leads nowhere.") if path.is_symlink() else "")
    return Found(path) if _is_within(computer, path) else Found(None, _elsewhere())


def _mounted(said: str, where: Whereabouts) -> Found:
    """The file of the disk behind a path in a container; nothing where it is in the container's own image."""
    for inside, host in sorted(where.job.variables.mounts or (), key=lambda one: len(one[0]), reverse=True):
        if said == inside or said.startswith(inside.rstrip("/") + "/"):
            rest = said[len(inside.rstrip("/")) :].lstrip("/")
            base = where.said(host, where.values)
            if UNKNOWN in base:
                return Found(None, _("only a run would tell which file that is."))
            path = Path(base) if base.startswith("/") else where.folder / base
            whole = os.path.normpath(path / rest if rest else path)
            return on_disk(where.computer, whole)
    return Found(None)


def _is_within(computer: Computer, path: Path) -> bool:
    """Whether the file, behind its links, is on the disk that is looked at."""
    if computer.is_this_one:
        return True
    base = computer.disk or computer.home
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(base))


def _elsewhere() -> str:
    return _("it is outside of the disk that is looked at.")
