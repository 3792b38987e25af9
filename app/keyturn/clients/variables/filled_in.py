"""What the variables of a job refer to, and where they lead once they are filled in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from keyturn.clients.variables.command_asks import Asked, Lender
from keyturn.clients.variables.jobs import Job
from keyturn.clients.variables.variable_facts import goal_in, leads_somewhere
from keyturn.edits.alternatives import Values, each_value, uses
from keyturn.edits.expansion import UNKNOWN
from keyturn.edits.shell import Assignment

_REFERENCE = re.compile(rb"(?<!\$)\$\{?([A-Za-z_][A-Za-z0-9_]*)")


def asked_in_variables(
    job: Job, values: Mapping[str, str], known: Mapping[str, str], several: Values
) -> Iterator[tuple[Asked, bool]]:
    """Yield where variables lead, and whether that was filled in, so that the reader of the file itself cannot know it.

    Args:
        values: what the job sets and takes from files of variables, as far as it is known.
        known: every variable that the job may have.
        several: the variables that have more than one value (`edits.alternatives`).
    """
    own = {one.name: one for one in job.variables.assignments}
    texts: list[tuple[str, Assignment | None]]
    for name in {**own, **values}:
        if name not in own:
            texts = [(values[name], None)]
        elif name in several:
            every = (one for one in job.variables.assignments if one.name == name)
            texts = [(text, one) for one in every for text in _texts(one, known, several)]
        elif name in values and own[name].is_reference and not uses(own[name], several):
            texts = [(values[name], own[name])]
        else:
            texts = [(text, own[name]) for text in _texts(own[name], known, several)]
        for text, one in texts:
            yield from _asked(name, text, one)


def _texts(one: Assignment, known: Mapping[str, str], several: Values) -> Sequence[str]:
    return each_value(one, several, known) if one.is_reference and one.written else [one.value or ""]


def _asked(name: str, text: str, one: Assignment | None) -> Iterator[tuple[Asked, bool]]:
    asked = Asked("restic" if name.startswith("RESTIC_") else "", Lender.VARIABLES, 1 if one is None else one.line)
    is_filled_in = one is not None and bool(one.written)
    goal = goal_in(name, text) if UNKNOWN not in text else None
    if goal is not None:
        yield replace(asked, goals=(goal,)), is_filled_in
    elif one is not None and UNKNOWN in text and leads_somewhere(name, text):
        written = one.written.decode(errors="replace").strip("\"'")
        yield replace(asked, unclear=(written,)), is_filled_in


def references_in(job: Job) -> Mapping[str, Sequence[str]]:
    """Return the variables of a service that take the value of another one, by the name of that one."""
    found: dict[str, list[str]] = {}
    for one in job.variables.assignments if job.variables.within else ():
        for name in _REFERENCE.findall(one.written):
            found.setdefault(name.decode(), []).append(one.name)
    return found
