"""Reading the files that set variables: those without a key are left alone, whatever their grammar."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.clients.credential_names import key_name
from keyturn.clients.default_locations import is_a_copy
from keyturn.clients.discovery import discovered, holds_something
from keyturn.clients.findings import Discovery
from keyturn.clients.interface import CredentialSpans
from keyturn.clients.occurrences import key_ids_in
from keyturn.clients.readings import Readings
from keyturn.clients.variables.jobs import Job, Variables
from keyturn.clients.variables.script_kinds import is_dotenv, is_script, may_set_variables
from keyturn.clients.variables.shell_files import SCRIPT_LIMIT, Owner, shell_files
from keyturn.clients.variables.variable_places import spots_of
from keyturn.clients.walking import Walk, unfinished
from keyturn.edits import dotenv, shell
from keyturn.edits.failures import LEADS_NOWHERE
from keyturn.edits.files import LIMIT, FileContent
from keyturn.edits.shell import ShellText
from keyturn.model.errors import FileError
from keyturn.model.late_patterns import pattern
from keyturn.model.places import Problem

if TYPE_CHECKING:
    from keyturn.computer.computer import Computer

# Files and folders looked at; people's own scripts are far fewer.
_BUDGET = 5000
_NAMES_DUPLICITY = pattern(rb"^[^#\n]*?\bduplicity\b", re.MULTILINE)
_NAMES_RESTIC = pattern(rb"^[^#\n]*?\brestic\b", re.MULTILINE)
# `CMD ["PROGRAM", "WORD"]`
_RECIPE = pattern(r"(?:docker|container)file(?:$|\.)", re.IGNORECASE)
_LIST_OF_WORDS = pattern(rb"^([ \t]*(?:CMD|ENTRYPOINT|RUN)[ \t]+)(\[[^\n\]]*\])", re.MULTILINE | re.IGNORECASE)
_RECIPE_OF_MAKE = pattern(r"(?:gnu)?makefile|.*\.mk", re.IGNORECASE | re.DOTALL)
_MARKS_OF_MAKE = pattern(rb"(?<=[^\\]\n\t)[ \t@+-]+")
_SETS_IN_MAKE = pattern(rb"(?m)^(?P<before>(?:export[ \t]+)?[A-Za-z_]\w*[ \t]*)(?P<sign>[?:]{0,2})=")
_VALUE_IN_MAKE = pattern(rb"\$\(([A-Za-z_]\w*)\)")
_BETWEEN_WORDS = bytes.maketrans(b"[],", b"   ")
_REPOSITORY_OPTION = pattern(rb"\s(?:-r|--repo)[ =]")


@dataclass(frozen=True, slots=True)
class _Text:
    content: FileContent
    text: ShellText
    owner: Owner


@dataclass(slots=True)
class Texts:
    """Every script and file of variables of a computer, and what went wrong while reading them, with whose it is.

    Attributes:
        started_in: by the real path of a script, the folder in which something starts it.
    """

    texts: dict[Path, _Text] = field(default_factory=dict)
    unread: list[tuple[Owner, Path, FileError]] = field(default_factory=list)
    refused: list[tuple[Owner, FileContent, FileError]] = field(default_factory=list)
    started_in: dict[Path, Path] = field(default_factory=dict)
    unlisted: Mapping[Path, FileError] = field(default_factory=dict)
    bounded: tuple[Problem, ...] = ()

    def add(self, content: FileContent, *, certain: bool, is_named: bool = False) -> list[Job]:
        """Read one more, and return what it sets and runs; nothing where it is known, or cannot be understood.

        Args:
            certain: it is a text of variables or for a shell. What may be something else, such as notes, is no problem
                where it cannot be understood.
            is_named: something runs it, so that it counts whatever it says.
        """
        text = content.content
        if b"\0" in text:  # UTF-16: nothing but its letters matters here
            text = text.replace(b"\0", b"")
        if content.real_path in self.texts or not (certain or is_named or holds_something(text)):
            return []
        try:
            one = _Text(content, variables_of(content), owner_of(text))
        except FileError as error:
            if certain and any(True for _found in key_ids_in(content.content)):
                self.refused.append((owner_of(text), content, error))
            return []
        self.texts[content.real_path] = one
        return [self._job(one)]

    def start(self, path: Path, folder: Path) -> list[Job]:
        """Remember in which folder something starts a text, and return it where it was read before that was known."""
        if self.started_in.setdefault(path, folder) != folder or path not in self.texts:
            return []
        return [self._job(self.texts[path])]

    def report(self, path: Path, error: FileError) -> None:
        """Remember a file that something names and that cannot be read."""
        self.unread.append((Owner.ENVIRONMENT, path, error))

    def jobs(self) -> list[Job]:
        """Return what each text sets and runs, whether it sets a key or only runs what uses one."""
        return [self._job(one) for one in self.texts.values()]

    def _job(self, one: _Text) -> Job:
        path = one.content.real_path
        return Job(path, replace(_variables(one), started_in=self.started_in.get(path)))


def _variables(one: _Text) -> Variables:
    return Variables(one.text.assignments, commands=one.text.commands, folder=one.content.path.parent)


def read_shell_files(look: Discovery, computer: Computer, owner: Owner) -> Iterator[tuple[FileContent, Variables]]:
    """Yield each file with a variable for a key that belongs to one client, with what it sets and runs.

    Args:
        owner: the client that asks. It gets the files that are its by their content, and reports those that cannot be
            read and are its by their name.
    """
    found = all_texts(computer, look.listing.readings)
    for whose, path, error in found.unread:
        if whose is owner:
            look.report(path, error)
    for whose, content, error in found.refused:
        if whose is owner:
            look.report_unparsable(content, error)
    for one in found.texts.values():
        if one.owner is owner:
            look.seen.add(one.content.real_path)
            yield one.content, _variables(one)
    if owner is Owner.RESTIC:
        look.listing.failed.update(found.unlisted)
        look.take(found.bounded)


def all_texts(computer: Computer, readings: Readings) -> Texts:
    """Return the scripts and files of variables of a computer; they are read at the first call."""
    return readings.once(all_texts, lambda: _read_all(computer, readings))


def _read_all(computer: Computer, readings: Readings) -> Texts:
    walk, found = Walk(_BUDGET, readings=readings), Texts()
    for file in shell_files(computer, walk):
        try:
            content = readings.file_if_there(file.path, limit=SCRIPT_LIMIT if file.owner is Owner.NOBODY else LIMIT)
        except FileError as error:
            is_link = error.code == LEADS_NOWHERE and not file.path.name.endswith(".conf")
            found.unread.append((file.owner or Owner.ENVIRONMENT if is_link else file.owner, file.path, error))
            continue
        if content is not None:
            is_others = content.real_path in readings.taken
            if not is_others and holds_something(content.content.replace(b"\0", b"")):
                found.add(content, certain=True)
    for content in discovered(computer, readings).texts:
        # What an editor or a person keeps of a script is run by nobody; a `.env.backup` may be a backup's variables.
        is_kept = is_a_copy(content.path) and not is_dotenv(content.path)
        if may_set_variables(content) and not is_kept and content.real_path not in readings.taken:
            found.add(content, certain=is_script(content))
    found.unlisted = walk.failed
    if walk.budget < 0 and walk.bounded is not None:
        found.bounded = tuple(unfinished([walk.bounded], Owner.RESTIC))
    return found


def variables_of(content: FileContent) -> ShellText:
    """Return what a file sets and runs, by the grammar that its name and its first line tell.

    A `.env` is no shell script, and what a shell refuses may be none either: programs of all kinds read such lines.

    Raises:
        FileError: `file.unparsable`.
    """
    text = _for_a_shell(content)
    if is_dotenv(content.path) and not text.startswith(b"#!"):
        found = ShellText(tuple(dotenv.assignments(text, path=content.path)), ())
        with suppress(FileError):
            as_script = shell.read(text, path=content.path)
            # Many such a file is for a shell nevertheless, and written so that nothing else reads its keys.
            both = ShellText(found.assignments, as_script.commands)
            return as_script if _halves(as_script) > _halves(found) else both
        return found
    if _RECIPE_OF_MAKE.fullmatch(content.path.name) is not None:
        return _recipe_of_make(content)
    if is_script(content) or not dotenv.holds_nothing_else(text):
        return shell.read(text, path=content.path)
    # Compose and systemd take such files whatever they are called: with blanks around `=`, with comments after `;`.
    plain = ShellText(tuple(dotenv.assignments(text, path=content.path)), ())
    with suppress(FileError):
        found = shell.read(text, path=content.path)
        return plain if _halves(plain) > _halves(found) else found
    return plain


def _for_a_shell(content: FileContent) -> bytes:
    """The text; in the recipe of an image, lists of words without what stands between them (Docker's reference)."""
    if _RECIPE.match(content.path.name) is None:
        return content.content
    return _LIST_OF_WORDS.sub(lambda found: found[1] + found[2].translate(_BETWEEN_WORDS), content.content)


def _recipe_of_make(content: FileContent) -> ShellText:
    """What a recipe of make sets and runs, as a shell has it (GNU make's manual, "Setting" and "Recipe Syntax").

    What differs is written in as many letters: its marks before a command, `$(NAME)`, and the signs that set.
    """
    text = _MARKS_OF_MAKE.sub(lambda found: b" " * len(found[0]), content.content)
    text = _VALUE_IN_MAKE.sub(rb"${\1}", text)
    plain = _SETS_IN_MAKE.sub(
        lambda found: found["before"].replace(b"export", b"      ") + b" " * len(found["sign"]) + b"=", text
    )
    sets = dotenv.assignments(plain, path=content.path)
    runs = shell.read(text, path=content.path)
    known = {one.value_span for one in runs.assignments}
    return ShellText((*(one for one in sets if one.value_span not in known), *runs.assignments), runs.commands)


def _halves(text: ShellText) -> int:
    """How many halves of keys a reading of a text finds."""
    return sum(bool(one.value) and key_name(one.name) is not None for one in text.assignments)


def shell_spots(content: FileContent) -> Mapping[str, CredentialSpans]:
    """Return each complete pair of a file of variables by its locator; raises as `Client.spots` does."""
    text = variables_of(content)
    return spots_of(content, [Variables(text.assignments, commands=text.commands)])


def owner_of(text: bytes) -> Owner:
    """Return whose a file is that sets a key, by what else stands in it."""
    if is_restic(text):
        return Owner.RESTIC
    if _NAMES_DUPLICITY.search(text):
        from keyturn.clients.programs.duplicity_targets import names_destination  # few texts name it

        if names_destination(text.decode(errors="replace")):
            return Owner.DUPLICITY
    return Owner.ENVIRONMENT


def is_restic(text: bytes) -> bool:
    """Return whether a file that sets a key sets it for restic."""
    return b"RESTIC_" in text or any(_runs_restic(text, found.end()) for found in _NAMES_RESTIC.finditer(text))


def _runs_restic(text: bytes, start: int) -> bool:
    """Whether the rest of the line, or the beginning of the next one, says which repository restic shall use."""
    end = text.find(b"\n", start)
    return _REPOSITORY_OPTION.search(text, start, len(text) if end < 0 else end + len(b"\n--repo=")) is not None
