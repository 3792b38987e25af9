"""Arq 6's and 7's own account of its backups: read in the agent's database, or asked of `arqc` (facts/arq.md 3)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from keyturn.clients.own_runs import OwnRuns, PlanRun
from keyturn.clients.programs.arq import location_of
from keyturn.clients.programs.arq_agent import AgentState, BackupPlan, read_agent
from keyturn.model.errors import FileError
from keyturn.model.places import Place

if TYPE_CHECKING:
    from keyturn.clients.programs.arqc import Arqc
    from keyturn.computer.computer import Computer


class ArqRuns(OwnRuns):
    """The runs of the plans that use a storage location; see `OwnRuns`."""

    def newest(self, computer: Computer, places: Sequence[Place]) -> tuple[PlanRun, ...]:
        """Read the database, which answers at once; ask `arqc` of plans of which that does not tell enough."""
        found = []
        for plan, state in _plans(places):
            run = state.runs.get(plan.uuid)
            if run is None or (run.ended_well is None and not run.going_on):
                arqc = _arqc(computer)
                run = (None if arqc is None else arqc.latest_run(plan.uuid)) or run
            found.append(PlanRun(plan.name, run))
        return tuple(found)

    def at_hand(self, computer: Computer) -> bool:
        """Return whether there is an `arqc`."""
        return _arqc(computer) is not None

    def start(self, computer: Computer, places: Sequence[Place]) -> tuple[str, ...]:
        """Start each plan with `arqc`, of those that `arqc` itself lists."""
        arqc = _arqc(computer)
        listed = () if arqc is None else arqc.plans() or ()
        return tuple(
            plan.name
            for plan, _state in _plans(places)
            if arqc is not None and plan.uuid in listed and arqc.start(plan.uuid)
        )

    def hold(self, computer: Computer, minutes: int) -> bool:
        """Pause all backups of Arq."""
        arqc = _arqc(computer)
        return arqc is not None and arqc.pause(minutes)

    def let_go(self, computer: Computer) -> None:
        """Resume all backups of Arq."""
        arqc = _arqc(computer)
        if arqc is not None:
            arqc.resume()


def _plans(places: Sequence[Place]) -> Iterator[tuple[BackupPlan, AgentState]]:
    """The plans of the places, each with what was read of the database that it is in."""
    for path in dict.fromkeys(place.path for place in places):
        rows = {location_of(place) for place in places if place.path == path}
        try:
            state = read_agent(path)
        except FileError:
            continue
        yield from ((plan, state) for plan in state.plans if plan.location in rows)


def _arqc(computer: Computer) -> Arqc | None:
    from keyturn.clients.programs.arqc import find_arqc  # looking for keys does without what starts programs

    return find_arqc(computer)
