"""Reading the files that set variables: those without a key are left alone, whatever their grammar."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from keyturn.clients.duplicity_targets import names_destination
from keyturn.clients.looking import Look, key_ids_in
from keyturn.clients.shell_files import SCRIPT_LIMIT, Owner, shell_files
from keyturn.clients.walking import Walk, unfinished
from keyturn.edits.files import LIMIT, FileContent, read_file
from keyturn.edits.shell import Assignment, assignments
from keyturn.model.errors import FileError

if TYPE_CHECKING:
    from keyturn.computer.computer import Computer

# Files and folders looked at; people's own scripts are far fewer.
_BUDGET = 5000
_MARKS = (b"ACCESS_KEY", b"AWS_PROFILE")
_NAMES_DUPLICITY = re.compile(rb"^[^#\n]*?\bduplicity\b", re.MULTILINE)
_NAMES_RESTIC = re.compile(rb"^[^#\n]*?\brestic\b", re.MULTILINE)
_REPOSITORY_OPTION = re.compile(rb"\s(?:-r|--repo)[ =]")


def read_shell_files(look: Look, computer: Computer, owner: Owner) -> Iterator[tuple[FileContent, list[Assignment]]]:
    """Yield each file with a variable for a key that belongs to one client, with its assignments.

    Args:
        owner: the client that asks. It gets the files that are its by their content, and reports those that cannot be
            read and are its by their name.
    """
    walk = Walk(budget=_BUDGET)
    for file in shell_files(computer, walk):
        try:
            content = read_file(file.path, limit=SCRIPT_LIMIT if file.owner is Owner.NOBODY else LIMIT)
        except FileError as error:
            if file.owner is owner and error.code != "file.missing":
                look.report(file.path, error)
            continue
        text = content.content
        if b"\0" in text:  # UTF-16: nothing but its letters matters here
            text = text.replace(b"\0", b"")
        if not any(mark in text for mark in _MARKS) or content.real_path in look.seen:
            continue
        look.seen.add(content.real_path)
        if owner_of(text) is not owner:
            continue
        try:
            found = assignments(content.content, path=content.path)
        except FileError as error:
            if any(True for _found in key_ids_in(content.content)):
                look.report_unparsable(content, error)
            continue
        yield content, found
    if owner is Owner.RESTIC:
        look.listing.failed.update(walk.failed)
        if walk.budget < 0 and walk.bounded is not None:
            look.take(unfinished([walk.bounded], look.client))


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
