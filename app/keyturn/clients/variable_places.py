"""Places in files that set variables, in whatever grammar: units, timetables, launchd jobs, compose files, scripts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from keyturn.clients.client import PairSpot
from keyturn.clients.command_goals import PROGRAMS
from keyturn.clients.jobs import Job, Variables
from keyturn.clients.key_names import Half, key_name
from keyturn.clients.looking import Look, mention
from keyturn.clients.shell_pairs import locator_of, pairs_in, place_of, spots_of_pairs, variable_key_id
from keyturn.clients.variable_facts import Setting
from keyturn.edits.encodings import Encoding
from keyturn.edits.files import FileContent
from keyturn.edits.shell import Assignment
from keyturn.edits.trees import Writing
from keyturn.model.errors import FileError
from keyturn.model.places import Place
from keyturn.model.text import _

__all__ = ["NAMES_A_KEY", "RUNS_A_PROGRAM", "Variables", "overruled", "places_of", "spots_of", "take_from"]

# What stands in every file that sets a key or says where one is, in any case and with anything between the words.
NAMES_A_KEY = re.compile(rb"(?i)access[_-]?key|AKIA|ASIA|secret|aws_|S3_")
# What stands in every file that starts a program at S3, or lets a script have variables from elsewhere.
RUNS_A_PROGRAM = re.compile(
    rb"(?i)EnvironmentFile|env_file|\b(?:" + b"|".join(re.escape(one.encode()) for one in PROGRAMS) + rb")\b"
)


def places_of(client: str, path: Path, variables: Variables) -> list[Place]:
    """Return a place for each key among the variables and the options of the commands."""
    setting = Setting(path, variables.assignments, variables.commands)
    pairs = pairs_in(variables.assignments, variables.commands)
    return [place_of(client, path, pair, setting.facts_of(pair), variables.within) for pair in pairs]


def take_from(
    look: Look,
    paths: Iterable[Path],
    places_in: Callable[[FileContent], Iterable[Place]],
    jobs_in: Callable[[FileContent], Iterable[Variables]],
    mark: re.Pattern[bytes] = NAMES_A_KEY,
) -> None:
    """Take a place for each key in the variables of these files, and what they run.

    Args:
        places_in: reads one file; it raises FileError, which is reported, where that cannot be read.
        jobs_in: reads what a file runs; raises as `places_in`.
        mark: a file without it, in one or two bytes for each character, sets no key.
    """
    for path in paths:
        content = look.read(path)
        if content is None:
            continue
        text = content.content.replace(b"\0", b"")
        sets_a_key = mark.search(text) is not None
        if not sets_a_key and RUNS_A_PROGRAM.search(text) is None:
            continue
        try:
            look.jobs += [Job(content.real_path, one) for one in jobs_in(content)]
            look.take(places_in(content) if sets_a_key else ())
        except FileError as error:
            # Without a key in it, whoever runs it will tell.
            if sets_a_key:
                look.report_unparsable(content, error)


def spots_of(
    content: FileContent, every: Iterable[Variables], form: Writing | Encoding | None = None
) -> Mapping[str, PairSpot]:
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
