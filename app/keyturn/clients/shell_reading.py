"""Reading the files that set variables: those without a key are left alone, whatever their grammar."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.clients.client import PairSpot
from keyturn.clients.discovery import discovered, holds_something
from keyturn.clients.duplicity_targets import names_destination
from keyturn.clients.jobs import Job
from keyturn.clients.key_names import key_name
from keyturn.clients.looking import Look
from keyturn.clients.occurrences import key_ids_in
from keyturn.clients.readings import Readings
from keyturn.clients.script_kinds import is_dotenv, is_script, may_set_variables
from keyturn.clients.shell_files import SCRIPT_LIMIT, Owner, shell_files
from keyturn.clients.variable_places import Variables, spots_of
from keyturn.clients.walking import Walk, unfinished
from keyturn.edits import dotenv, shell
from keyturn.edits.files import LIMIT, FileContent
from keyturn.edits.shell import ShellText
from keyturn.model.errors import FileError
from keyturn.model.places import Problem

if TYPE_CHECKING:
    from keyturn.computer.computer import Computer

# Files and folders looked at; people's own scripts are far fewer.
_BUDGET = 5000
_NAMES_DUPLICITY = re.compile(rb"^[^#\n]*?\bduplicity\b", re.MULTILINE)
_NAMES_RESTIC = re.compile(rb"^[^#\n]*?\brestic\b", re.MULTILINE)
_REPOSITORY_OPTION = re.compile(rb"\s(?:-r|--repo)[ =]")


@dataclass(frozen=True, slots=True)
class _Text:
    content: FileContent
    text: ShellText
    owner: Owner


@dataclass(slots=True)
class _Texts:
    """Every text of variables of a computer, and what went wrong while reading them, each with whose it is."""

    texts: list[_Text] = field(default_factory=list)
    unread: list[tuple[Owner, Path, FileError]] = field(default_factory=list)
    refused: list[tuple[Owner, FileContent, FileError]] = field(default_factory=list)
    unlisted: Mapping[Path, FileError] = field(default_factory=dict)
    bounded: tuple[Problem, ...] = ()


def read_shell_files(look: Look, computer: Computer, owner: Owner) -> Iterator[tuple[FileContent, ShellText]]:
    """Yield each file with a variable for a key that belongs to one client, with what it sets and runs.

    Args:
        owner: the client that asks. It gets the files that are its by their content, and reports those that cannot be
            read and are its by their name.
    """
    readings = look.listing.readings
    found = readings.once(shell_files, lambda: _read_all(computer, readings))
    for whose, path, error in found.unread:
        if whose is owner:
            look.report(path, error)
    for whose, content, error in found.refused:
        if whose is owner:
            look.report_unparsable(content, error)
    for one in found.texts:
        if one.owner is owner:
            look.seen.add(one.content.real_path)
            yield one.content, one.text
    if owner is Owner.RESTIC:
        look.listing.failed.update(found.unlisted)
        look.take(found.bounded)


def shell_jobs(computer: Computer, readings: Readings) -> Iterator[Job]:
    """Yield every text for a shell that was read, whether it sets a key or only runs what uses one."""
    for one in readings.once(shell_files, lambda: _read_all(computer, readings)).texts:
        yield Job(one.content.real_path, Variables(one.text.assignments, commands=one.text.commands))


def _read_all(computer: Computer, readings: Readings) -> _Texts:
    walk, found = Walk(_BUDGET, readings=readings), _Texts()
    seen: set[Path] = set()
    for file in shell_files(computer, walk):
        try:
            content = readings.file(file.path, limit=SCRIPT_LIMIT if file.owner is Owner.NOBODY else LIMIT)
        except FileError as error:
            if error.code != "file.missing":
                found.unread.append((file.owner, file.path, error))
        else:
            _take(found, content, seen, certain=True)
    for content in discovered(computer, readings).texts:
        if may_set_variables(content) and content.real_path not in readings.taken:
            _take(found, content, seen, certain=is_script(content))
    found.unlisted = walk.failed
    if walk.budget < 0 and walk.bounded is not None:
        found.bounded = tuple(unfinished([walk.bounded], Owner.RESTIC))
    return found


def _take(found: _Texts, content: FileContent, seen: set[Path], *, certain: bool) -> None:
    """Read one. Where it may be something else, such as notes, it is no problem that it cannot be understood."""
    text = content.content
    if b"\0" in text:  # UTF-16: nothing but its letters matters here
        text = text.replace(b"\0", b"")
    if content.real_path in seen or not holds_something(text):
        return
    seen.add(content.real_path)
    owner = owner_of(text)
    try:
        found.texts.append(_Text(content, variables_of(content), owner))
    except FileError as error:
        if certain and any(True for _found in key_ids_in(content.content)):
            found.refused.append((owner, content, error))


def variables_of(content: FileContent) -> ShellText:
    """Return what a file sets and runs, by the grammar that its name and its first line tell.

    A `.env` is no shell script, and what a shell refuses may be none either: programs of all kinds read such lines.

    Raises:
        FileError: `file.unparsable`.
    """
    text = content.content
    if is_dotenv(content.path) and not text.startswith(b"#!"):
        found = ShellText(tuple(dotenv.assignments(text, path=content.path)), ())
        with suppress(FileError):
            as_script = shell.read(text, path=content.path)
            # Many such a file is for a shell nevertheless, and written so that nothing else reads its keys.
            both = ShellText(found.assignments, as_script.commands)
            return as_script if _halves(as_script) > _halves(found) else both
        return found
    try:
        return shell.read(text, path=content.path)
    except FileError:
        if is_script(content) or not dotenv.holds_nothing_else(text):
            raise
        return ShellText(tuple(dotenv.assignments(text, path=content.path)), ())


def _halves(text: ShellText) -> int:
    """How many halves of keys a reading of a text finds."""
    return sum(bool(one.value) and key_name(one.name) is not None for one in text.assignments)


def shell_spots(content: FileContent) -> Mapping[str, PairSpot]:
    """Return each complete pair of a file of variables by its locator; raises as `Client.spots` does."""
    text = variables_of(content)
    return spots_of(content, [Variables(text.assignments, commands=text.commands)])


def owner_of(text: bytes) -> Owner:
    """Return whose a file is that sets a key, by what else stands in it."""
    if is_restic(text):
        return Owner.RESTIC
    if _NAMES_DUPLICITY.search(text) and names_destination(text.decode(errors="replace")):
        return Owner.DUPLICITY
    return Owner.ENVIRONMENT


def is_restic(text: bytes) -> bool:
    """Return whether a file that sets a key sets it for restic."""
    return b"RESTIC_" in text or any(_runs_restic(text, found.end()) for found in _NAMES_RESTIC.finditer(text))


def _runs_restic(text: bytes, start: int) -> bool:
    """Whether the rest of the line, or the beginning of the next one, says which repository restic shall use."""
    end = text.find(b"\n", start)
    return _REPOSITORY_OPTION.search(text, start, len(text) if end < 0 else end + len(b"\n--repo=")) is not None
