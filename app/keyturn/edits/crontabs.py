"""Timetables of cron: the variables that their lines and commands set, with the place of every value.

The rules are those of crontab(5), as in Vixie cron, Debian's cron and cronie.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from keyturn.edits import failures, shell
from keyturn.edits.commands import ShellCommand
from keyturn.edits.shell import Assignment, Quoting, ShellText
from keyturn.edits.spans import Span
from keyturn.model.errors import FileError
from keyturn.model.text import _

_MARK = b"\xef\xbb\xbf"
_LINE = re.compile(rb"([^\n]*)(?:\n|\Z)")
# A name in quotes is allowed, too. The value reaches to the end of the line: there are no comments behind it.
_VARIABLE = re.compile(rb"""[ \t]*(["']?)(?P<name>[A-Za-z_][A-Za-z0-9_]*)\1[ \t]*=[ \t]*(?P<value>.*)""")
_QUOTED = re.compile(rb"""(["'])(?P<inside>.*)\1""")
_JOB = re.compile(rb"[ \t]*(?:@[a-z]+|[0-9*][^ \t]*(?:[ \t]+[^ \t]+){4})[ \t]+")
_INPUT = re.compile(rb"(?<!\\)%")
_WORD = re.compile(rb"[^ \t]+[ \t]+")


@dataclass(frozen=True, slots=True)
class Timetable:
    """A timetable: its variables, those before a command included, and the commands of its jobs.

    Attributes:
        persons: as whom its jobs run, where each line names that.
    """

    variables: tuple[Assignment, ...]
    commands: tuple[ShellCommand, ...]
    persons: frozenset[str] = frozenset()


def read(content: bytes, *, path: Path | None = None, names_person: bool = False) -> Timetable:
    """Return the variables, those of lines of their own and those before a command, in the order of the file.

    cron takes a value as it stands: nothing is expanded, and a quote at both ends is taken off.

    Args:
        path: for the sentence of the error.
        names_person: the name of the person it runs as stands before each command, as in `/etc/crontab`.

    Raises:
        FileError: `file.unparsable`, where it is no text, or a command has a quote that is never closed.
    """
    failures.expect_no_zero_bytes(content, path)
    found: list[Assignment] = []
    commands: list[ShellCommand] = []
    persons: set[str] = set()
    start = len(_MARK) if content.startswith(_MARK) else 0
    for number, line in enumerate(_LINE.finditer(content, start), start=1):
        text = line[1].rstrip(b" \t\r")
        if text.lstrip().startswith(b"#"):
            continue
        if variable := _VARIABLE.fullmatch(text):
            found.append(_assignment(variable, line.start(), number))
        elif job := _JOB.match(text):
            person = _WORD.match(text, job.end()) if names_person else None
            persons |= set() if person is None else {person[0].strip().decode(errors="replace")}
            start_of_command = job.end() if person is None else person.end()
            inner = _in_command(text[start_of_command:], line.start() + start_of_command, number, path)
            found += inner.assignments
            commands += inner.commands
    return Timetable(tuple(found), tuple(commands), frozenset(persons))


def _assignment(variable: re.Match[bytes], start: int, number: int) -> Assignment:
    quoted = _QUOTED.fullmatch(variable["value"])
    first = variable.start("value") + (0 if quoted is None else quoted.start("inside"))
    value = variable["value"] if quoted is None else quoted["inside"]
    try:
        text: str | None = value.decode()
    except UnicodeDecodeError:
        text = None
    span = Span(start + first, start + first + len(value))
    return Assignment(variable["name"].decode(), text, span, True, number, False, Quoting.BARE)


def _in_command(command: bytes, start: int, number: int, path: Path | None) -> ShellText:
    """What a job sets and runs. Behind a `%` stands what the command reads, unless a backslash stands before it."""
    try:
        return shell.moved(shell.read(_INPUT.split(command, maxsplit=1)[0]), start, number)
    except FileError as error:
        reason = _("Line {line} opens a quote or a bracket that is never closed.").format(line=number)
        raise failures.unparsable(path, reason) from error
