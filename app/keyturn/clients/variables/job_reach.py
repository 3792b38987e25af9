"""Whether what a timetable or a unit starts reaches a key that Keyturn keeps: as whom it runs, and what it sees.

It does where it runs as the person whose Keyturn it is, with nothing said that may hide a part of the disk from it or
lead a program elsewhere. What is not known to be so is a reason to leave the pair in its file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.clients.variables.cron import person_of_spool, timetable
from keyturn.clients.variables.unit_files import is_unit, is_users_own, unit_name
from keyturn.edits import units
from keyturn.edits.files import read_file
from keyturn.edits.units import Directive
from keyturn.model.errors import FileError
from keyturn.model.text import _

if TYPE_CHECKING:
    from keyturn.computer.computer import Computer

_ROOT = "root"
# What root's cron starts by run-parts, or by anacron (Debian's /etc/crontab and /etc/anacrontab).
_OF_ROOTS_CRON = frozenset({"cron.hourly", "cron.daily", "cron.weekly", "cron.monthly"})
_STARTS_OTHERS = frozenset({".timer", ".path"})  # the service that they start is looked at by itself
# Where units and their drop-ins stand (systemd.unit(5), "Unit File Load Path").
_OF_SYSTEM = (
    *(("etc", "systemd", "system"), ("run", "systemd", "system")),
    *(("usr", "local", "lib", "systemd", "system"), ("usr", "lib", "systemd", "system"), ("lib", "systemd", "system")),
)
_OF_USERS = (
    *(("etc", "systemd", "user"), ("run", "systemd", "user")),
    *(("usr", "local", "lib", "systemd", "user"), ("usr", "lib", "systemd", "user")),
)
# What says neither as whom a service runs nor what it sees (systemd.service(5), systemd.exec(5), systemd.kill(5)).
_HARMLESS = frozenset(
    {"ExecCondition", "ExecReload", "ExecStart", "ExecStartPost", "ExecStartPre", "ExecStop", "ExecStopPost", "Type"}
    | {"Environment", "EnvironmentFile", "Group", "GuessMainPID", "PIDFile", "RemainAfterExit", "User"}
    | {
        "KillMode",
        "KillSignal",
        "Restart",
        "RestartPreventExitStatus",
        "RestartSec",
        "SendSIGKILL",
        "SuccessExitStatus",
    }
    | {"RuntimeMaxSec", "TimeoutSec", "TimeoutStartSec", "TimeoutStopSec", "WorkingDirectory"}
    | {"CPUQuota", "CPUSchedulingPolicy", "CPUWeight", "IOSchedulingClass", "IOSchedulingPriority", "IOWeight", "Nice"}
    | {"LogLevelMax", "OOMPolicy", "OOMScoreAdjust", "Slice", "StandardError", "StandardInput", "StandardOutput"}
    | {"SyslogIdentifier"}
)
# Variables by which Keyturn, or the Python in which it is written, would look elsewhere.
_LEADS_ELSEWHERE = re.compile(r"HOME|XDG_\w+|PYTHON\w*|LD_\w+")
_SETS = re.compile(rf"^[ \t]*(?:export[ \t]+)?({_LEADS_ELSEWHERE.pattern})[ \t]*=".encode(), re.MULTILINE)


def why_not_reached(computer: Computer, path: Path, person: str | None) -> str:
    """Why what the file starts may not reach what Keyturn keeps for the person, in a sentence; empty where it does.

    Args:
        path: of a timetable, a unit, or a script that the system starts.
        person: the account as which Keyturn runs; None where the home is another one's, of whom nothing else is known.
    """
    if person is None and not path.is_relative_to(computer.home):
        return _nobody_knows(path)
    try:
        return next(_reasons(computer, path, person or ""), "")
    except FileError as error:
        return _("As whom {path} starts it is not known. {why}").format(path=path, why=error)


def _reasons(computer: Computer, path: Path, person: str) -> Iterator[str]:
    if path.suffix == ".service" or (path.suffix == ".conf" and is_unit(path)):
        yield from _of_unit(computer, path, person)
    elif is_unit(path):
        if path.suffix not in _STARTS_OTHERS:
            yield _nobody_knows(path)
    elif path.parent.name in _OF_ROOTS_CRON:
        yield from _as_somebody_else(path, _ROOT, person)
    else:
        yield from _of_timetable(computer, path, person)


def _of_timetable(computer: Computer, path: Path, person: str) -> Iterator[str]:
    owner = person_of_spool(computer, path)
    if owner is None and not path.is_relative_to(computer.home) and not _names_persons(path):
        yield _nobody_knows(path)
        return
    table = timetable(read_file(path))
    for one in sorted(table.persons) if owner is None else [owner]:
        yield from _as_somebody_else(path, one, person)
    for variable in table.variables:
        if _LEADS_ELSEWHERE.fullmatch(variable.name):
            yield _says(path, variable.name)


def _names_persons(path: Path) -> bool:
    return path.parent.name == "cron.d" or path.parts[-2:] == ("etc", "crontab")


def _of_unit(computer: Computer, path: Path, person: str) -> Iterator[str]:
    of_users = is_users_own(path)
    runs_as = person if of_users else _ROOT
    for file in (path, *(one for one in _files_of(computer, unit_name(path), of_users=of_users) if one != path)):
        found = [one for one in units.directives(read_file(file).content, path=file) if one.section == "Service"]
        for one in found:
            if one.name == "User" and not of_users:
                runs_as = one.value.decode(errors="replace") or _ROOT
                yield from _as_somebody_else(file, runs_as, person)
            if one.name not in _HARMLESS:
                yield _says(file, f"{one.name}=")
            if one.name.startswith("Exec") and person != _ROOT and _has_more_rights(one):
                yield _as_other(file, _ROOT, person)
        for variable in units.variables(found):
            if _LEADS_ELSEWHERE.fullmatch(variable.name):
                yield _says(file, variable.name)
        for named in units.environment_files(found):
            yield from _of_variables(computer, file, named)
    if runs_as == _ROOT and not of_users:
        yield from _as_somebody_else(path, _ROOT, person)


def _files_of(computer: Computer, name: str, *, of_users: bool) -> Iterator[Path]:
    """The unit's own files, and the drop-ins that count for it: also those for all services, and for `a-b-` of one."""
    folders = [
        folder for parts in (_OF_USERS if of_users else _OF_SYSTEM) if (folder := computer.system_folder(*parts))
    ]
    if of_users:
        folders = [computer.xdg_config_home / "systemd/user", computer.home / ".local/share/systemd/user", *folders]
    stem = name.removesuffix(".service")
    words = stem.split("-")
    begins = {f"{'-'.join(words[:count])}-.service" for count in range(1, len(words))}
    template = f"{stem.partition('@')[0]}@.service"
    names = dict.fromkeys((name, template, "service", *sorted(begins)))
    seen: set[Path] = set()
    for folder in folders:
        for one in names:
            files = (folder / one, *sorted((folder / f"{one}.d").glob("*.conf")))
            for file in files:
                real = file.resolve()
                if file.is_file() and real not in seen:
                    seen.add(real)
                    yield file


def _of_variables(computer: Computer, unit: Path, named: str) -> Iterator[str]:
    if not named.startswith("/") or set(named) & set("%*?["):
        yield _says(unit, f"EnvironmentFile={named}")
        return
    file = computer.system_folder(*Path(named).parts[1:])
    if file is None:
        yield _nobody_knows(unit)
        return
    try:
        content = read_file(file).content
    except FileError as error:
        if error.code == "file.missing":
            return
        raise
    found = _SETS.search(content)
    if found is not None:
        yield _says(file, found[1].decode())


def _has_more_rights(one: Directive) -> bool:
    """Whether the command runs without what `User=` says: `+`, `!` (systemd.service(5), "Command Lines")."""
    marks = one.value[: len(one.value) - len(one.value.lstrip(b"@-:+!|"))]
    return b"+" in marks or b"!" in marks


def _as_somebody_else(path: Path, one: str, person: str) -> Iterator[str]:
    if one != person:
        yield _as_other(path, one, person)


def _as_other(path: Path, one: str, person: str) -> str:
    text = _("{path} starts a program with it as {other}, and what Keyturn keeps for {person} is out of reach there.")
    return text.format(path=path, other=one, person=person)


def _says(path: Path, what: str) -> str:
    text = _("{path} says {what}, and whether what it starts reaches Keyturn's memory then is not known.")
    return text.format(path=path, what=what)


def _nobody_knows(path: Path) -> str:
    return _("{path} may start a program with it as somebody else.").format(path=path)
