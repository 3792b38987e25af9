"""What the variables of a job refer to, and where they lead once they are filled in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from keyturn.clients.variables.command_asks import Asked, Lender
from keyturn.clients.variables.jobs import Job
from keyturn.clients.variables.variable_facts import goal_in, leads_somewhere

_REFERENCE = re.compile(rb"(?<!\$)\$\{?([A-Za-z_][A-Za-z0-9_]*)")


def asked_in_variables(job: Job, values: Mapping[str, str]) -> Iterator[tuple[Asked, bool]]:
    """Yield where variables lead, and whether that was filled in, so that the reader of the file itself cannot know it.

    Args:
        values: what the job sets and takes from files of variables, as far as it is known.
    """
    own = {one.name: one for one in job.variables.assignments}
    for name in {**own, **values}:
        one, goal = own.get(name), goal_in(name, values.get(name, ""))
        written = "" if one is None else one.written.decode(errors="replace").strip("\"'")
        is_unclear = goal is None and name not in values and leads_somewhere(name, written)
        if goal is None and not is_unclear:
            continue
        program = "restic" if name.startswith("RESTIC_") else ""
        asked = Asked(program, Lender.VARIABLES, 1 if one is None else one.line)
        asked = replace(asked, unclear=(written,)) if goal is None else replace(asked, goals=(goal,))
        yield asked, one is not None and bool(one.written)


def references_in(job: Job) -> Mapping[str, Sequence[str]]:
    """Return the variables of a service that take the value of another one, by the name of that one."""
    found: dict[str, list[str]] = {}
    for one in job.variables.assignments if job.variables.within else ():
        for name in _REFERENCE.findall(one.written):
            found.setdefault(name.decode(), []).append(one.name)
    return found
