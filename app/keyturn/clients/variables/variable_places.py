"""Places in files that set variables, in whatever grammar: units, timetables, launchd jobs, compose files, scripts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from keyturn.clients.credential_names import Half, key_name
from keyturn.clients.discovery import holds_something
from keyturn.clients.findings import Discovery, mention
from keyturn.clients.interface import CredentialSpans
from keyturn.clients.occurrences import key_ids_in
from keyturn.clients.variables.jobs import Job, Variables
from keyturn.clients.variables.shell_pairs import locator_of, pairs_in, place_of, spots_of_pairs, variable_key_id
from keyturn.clients.variables.variable_facts import JobSettings
from keyturn.edits.encodings import Encoding
from keyturn.edits.files import FileContent
from keyturn.edits.shell import Assignment
from keyturn.edits.trees import Writing
from keyturn.model.errors import FileError
from keyturn.model.places import Place
from keyturn.model.text import _

__all__ = ["Variables", "overruled", "places_of", "spots_of", "take_from"]


def places_of(client: str, path: Path, variables: Variables) -> list[Place]:
    """Return a place for each key among the variables and the options of the commands."""
    setting = JobSettings(path, variables.assignments, variables.commands)
    pairs = pairs_in(variables.assignments, variables.commands)
    return [place_of(client, path, pair, setting.facts_of(pair), variables.within) for pair in pairs]


def take_from(
    look: Discovery,
    paths: Iterable[Path],
    read: Callable[[FileContent], Iterable[Variables]],
    *,
    all_of_them: bool = False,
) -> None:
    """Take a place for each key in the variables of these files, and what they run and name.

    Args:
        read: reads one file; it raises FileError, which is reported, where that cannot be read.
        all_of_them: also parse a file in which nothing speaks of keys or of S3: it may start a script that does.
    """
    for path in paths:
        content = look.read(path)
        if content is None or not (all_of_them or holds_something(content.content.replace(b"\0", b""))):
            continue
        try:
            found = list(read(content))
        except FileError as error:
            # Without a key in it, what runs it will tell.
            if any(True for _one in key_ids_in(content.content)):
                look.report_unparsable(content, error)
            continue
        for variables in found:
            look.jobs.append(Job(content.real_path, variables))
            look.take((*places_of(look.client, path, variables), *variables.mentions))


def spots_of(
    content: FileContent, every: Iterable[Variables], form: Writing | Encoding | None = None
) -> Mapping[str, CredentialSpans]:
    """Return each complete pair of a file by its locator.

    Args:
        form: how a new value is written there; None where it is a matter of each value's own quotes.
    """
    pairs = ((locator_of(pair, one.within), pair) for one in every for pair in pairs_in(one.assignments, one.commands))
    return spots_of_pairs(content.path, pairs, form)


def overruled(client: str, path: Path, found: Sequence[Assignment]) -> tuple[list[Assignment], list[Place]]:
    """Return the last assignment of each variable, which alone counts, and mentions of the key IDs in those before."""
    last = {one.name: one for one in found}
    note = _("A later line of the file sets the same variable, and the last one counts.")
    mentions = []
    for one in found:
        identifier = None if last[one.name] is one else variable_key_id(one.name, one.value)
        named = key_name(one.name)
        if identifier is not None and (named is None or named.half is Half.ID):
            mentions.append(mention(client, path, identifier, one.line, note))
    return [one for one in found if last[one.name] is one], mentions
