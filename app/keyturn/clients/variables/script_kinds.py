"""What grammar a text of variables and commands is written in, by its name and its first line."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from keyturn.clients.variables.unit_files import is_unit
from keyturn.edits.alternatives import Values, alternatives
from keyturn.edits.commands import ShellCommand
from keyturn.edits.files import FileContent
from keyturn.edits.shell import Assignment

# .env, .env.production, backup.env, restic-env
_DOTENV = re.compile(r"(?:.*\.)?env(?:\..*)?|.*-env", re.IGNORECASE | re.DOTALL)
_SHELL_ENDINGS = (".sh", ".bash", ".zsh", ".fish", ".ksh", ".envrc")
_SHELLS = re.compile(rb"#!.*?\b(?:sh|bash|zsh|fish|ksh|dash|ash|busybox|openrc-run|runscript|execlineb)\b")
# Files that shells read when they start, and what people let them read as well.
_START_FILE = re.compile(
    r"\.?(?:bash|zsh?|fish|ksh|sh|x|profile|login|exports?|aliases?|functions|extra|env|path|secrets?|local|aws|s3|restic)"
    r"(?:rc|_profile|_login|_aliases|env|profile|session|sessionrc|login|_env)?(?:[._]local|_private|\.d)?",
    re.IGNORECASE,
)
_WINDOWS_ENDINGS = (".bat", ".cmd", ".ps1", ".psm1")
# Where files of variables have endings of their own.
_FOLDERS_OF_VARIABLES = frozenset(
    {"environment.d", "conf.d", "default", "sysconfig", "profile.d", "bashrc.d", "zshrc.d"}
)


def is_dotenv(path: Path) -> bool:
    """Return whether a file is called as those are that hold variables and no script."""
    return _DOTENV.fullmatch(path.name) is not None and not path.name.endswith(_SHELL_ENDINGS)


def is_script(content: FileContent) -> bool:
    """Return whether a file says itself that a shell runs it: by its first line, or by its ending."""
    return _SHELLS.match(content.content) is not None or content.path.name.endswith(_SHELL_ENDINGS)


def may_set_variables(content: FileContent) -> bool:
    """Return whether a file that lies somewhere is a text for a shell, or one of variables.

    One without an ending may be either. What another program's first line says, or another ending, is neither.
    """
    path, text = content.path, content.content
    if is_script(content) or is_dotenv(path):
        return True
    if text.startswith(b"#!") or path.name.endswith("history"):
        return False
    dotted = path.name.lstrip(".")
    if "." not in dotted:
        return True
    return _START_FILE.fullmatch(path.name) is not None or path.parent.name.lstrip(".") in _FOLDERS_OF_VARIABLES


def may_set_or_run(path: Path, there: os.stat_result) -> bool:
    """Return whether `sets_or_runs` may hold of a file: by its name, or because it may be run."""
    return bool(there.st_mode & 0o111) or _is_named_so(path)


def sets_or_runs(path: Path, beginning: bytes) -> bool:
    """Return whether a file of which only the beginning was read is a script, a unit, a timetable or one of variables.

    A script may carry anything behind its lines, as those do that unpack themselves; its first line tells.
    """
    return _SHELLS.match(beginning) is not None or (b"\0" not in beginning and _is_named_so(path))


def _is_named_so(path: Path) -> bool:
    name = path.name.lower()
    return name.endswith((*_SHELL_ENDINGS, *_WINDOWS_ENDINGS)) or is_dotenv(path) or is_unit(path) or "crontab" in name


def several_values(
    path: Path, commands: Sequence[ShellCommand], assignments: Sequence[Assignment], known: Mapping[str, str]
) -> Values:
    """Return the variables that have more than one value there; see `alternatives`. In a unit the last one counts."""
    return {} if is_unit(path) else alternatives(commands, assignments, known)
