"""One point of the sweep: a scenario and an incident in it, and whether all ended as promised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from keyturn.model.keys import KeyStatus

from . import oracles
from .beside import try_beside
from .incidents import Incident, mend
from .program import Finished
from .same_world import what_was_done, world_left
from .scenarios import Goal, Person
from .world import World

WAYS = ("continue", "undo")
_WAY_OUT = {"rotate", "continue"}  # where these fail they put everything back, and end with exit code 1
_PAUSE = 30.0  # seconds between two commands; before the first none, for AWS may not have heard of anything yet
_ROUNDS = 4  # commands until a resumed rotation has to stand where it should


@dataclass(frozen=True)
class Outcome:
    """How one point ended.

    Attributes:
        came: the incident came to pass; the command may have had fewer moments than when they were counted.
        complaints: what was not as promised.
    """

    scenario: str
    incident: str
    came: bool
    complaints: tuple[str, ...]

    @property
    def name(self) -> str:
        """By which it is repeated."""
        return f"{self.scenario}/{self.incident}"


def try_point(world: World, incident: Incident, ways: Sequence[str] = WAYS) -> Outcome:
    """Let the incident come to pass, then go on and, separately, go back.

    Where an earlier incident left the same world (see `same_world`), how that one was resumed counts for this one too.
    """

    def point() -> dict[str, Any]:
        if incident.is_beside:
            return try_beside(world, incident, ways)
        done, came = incident.strike(world)
        told = {"came": came, "complaints": _after(world, incident, done)}
        mend(world, incident)
        by_itself = None if incident.kills else _ended_by_itself(world, done)
        if by_itself is not None:
            return {**told, "by itself": by_itself}
        world.close_door()
        meddled = incident.what if incident.kind in {"meddle", "clock"} else ""
        uses = sorted({f"went back: {oracles.went_back(world)}", *world.old_uses})
        left = (*ways, meddled, *uses, world_left(world))
        return {**told, "resumed": world.seen.complaints(left, resume)}

    def resume() -> list[str]:
        world.save("struck")
        return [f"{way}: {one}" for way in ways for one in _resumed_by(world, way)]

    world.put_back("ready")
    world.at_first = world.at_first or what_was_done(world)
    told = world.forked(point)
    complaints = (*told["complaints"], *told.get("by itself", ()), *told.get("resumed", ()))
    return Outcome(world.scenario.title, incident.name, told["came"], complaints)


def _resumed_by(world: World, way: str) -> list[str]:
    world.put_back("struck")
    return world.forked(lambda: _resumed(world, way))


def _after(world: World, incident: Incident, done: Finished) -> list[str]:
    """Right after the incident, before anything is mended."""
    _, told = oracles.unsound(world)
    told += world.complaints
    if incident.what == "vanished":
        told = [one for one in told if one != "rclone.conf is gone"]
    told += oracles.codes(done)
    told += oracles.leaks(world)
    told += oracles.journal(world)
    if incident.kills != done.killed and done.killed:
        told.append("the command hung, and was killed")
    if done.code == 1 and not incident.kills:
        told += [f"exit code 1, but {one}" for one in _put_back(world)]
    world.complaints.clear()
    return told


def _ended_by_itself(world: World, done: Finished) -> list[str] | None:
    """The complaints where the command ended well all the same, or put everything back; None where it is to be resumed.

    What has ended needs no `continue`, and what `undo` does then is the scenario `undo`.
    """
    status = world.status()
    if done.code in {0, 3} and _is_at(status, world.scenario.goal):
        goal = world.scenario.goal
    elif done.code == 1 and world.scenario.name in _WAY_OUT and (not status or _is_at(status, Goal.UNDONE)):
        goal = Goal.UNDONE
    else:
        return None
    told = [*oracles.truth(world, status), *oracles.ended(world, goal), *world.complaints]
    if not oracles.went_back(world):
        told += oracles.old_key_rested(world)
    return told


def _put_back(world: World) -> list[str]:
    """After exit code 1 all is as it was before the command, or as before the rotation."""
    if world.scenario.name not in _WAY_OUT or what_was_done(world) == world.at_first:
        return []
    return list(oracles.ended(world, Goal.UNDONE))


def _resumed(world: World, way: str) -> list[str]:
    """Go on, or go back, until the rotation stands where it should; then everything has to hold."""
    told = list(oracles.truth(world, world.status()))
    goal = (_go_on if way == "continue" else _go_back)(world)
    if goal is None:
        last = world.said[-1]
        told.append(f"it did not get there; last: `{last.words[0]}` {last.code} {last.output[-400:]}")
    else:
        told += oracles.truth(world, world.status())
        told += oracles.ended(world, goal)
    told += world.complaints
    for done in world.said:
        if done.words[0] != "status" and done.code != 2:
            told += oracles.codes(done)
    told += oracles.leaks(world)
    told += oracles.journal(world)
    if not oracles.went_back(world):
        told += oracles.old_key_rested(world)
    return list(dict.fromkeys(told))


def _go_on(world: World) -> Goal | None:
    """`continue`, and where there is nothing to carry on the command itself again."""
    goal = world.scenario.goal
    for turn in range(_ROUNDS):
        status = world.status()
        if _is_at(status, goal):
            return goal
        if world.scenario.name == "continue" and _is_at(status, Goal.UNDONE):
            return Goal.UNDONE  # it failed, and put everything back by itself
        if turn > 0:
            _let_time_pass(world)
        if turn == 0 or status.get("state") in {"interrupted", "stopped"} or status.get("step") == "create":
            _decide(world, status)
            done = world.keyturn("continue")
            if done.code == 2 and not status and world.scenario.name == "rotate":
                world.keyturn(*world.scenario.command)
        else:
            world.keyturn(*world.scenario.command)
    return goal if _is_at(world.status(), goal) else None


def _decide(world: World, status: dict[str, Any]) -> None:
    """Only the person knows that nobody else made the key whose answer was lost: it may go."""
    for one in status.get("awaiting", ()):
        if one["item"].startswith("remove-"):
            world.keyturn("done", one["item"])


def _let_time_pass(world: World) -> None:
    """What a person does between two commands that are to turn the old key off."""
    world.clock.advance(_PAUSE)
    is_on = world.account.status_of(world.old.access_key_id) is KeyStatus.ACTIVE
    if Person.TURN_OFF in world.scenario.before and is_on:
        # Destinations failed with the old key off, so Keyturn turned it on again, as promised.
        world.account.root_turn_off(world.old.access_key_id)
        world.clock.advance(_PAUSE)


def _go_back(world: World) -> Goal | None:
    """`undo`; a key that only a person can turn on is turned on by them. What is deleted stays so."""
    for _ in range(_ROUNDS):
        status = world.status()
        if not status:
            return Goal.UNDONE
        for goal in (Goal.UNDONE, Goal.DELETED):
            if _is_at(status, goal):
                return goal
        _decide(world, status)
        done = world.keyturn("undo")
        if done.problem == "undo.old-key-off" and world.account.status_of(world.old.access_key_id) is not None:
            world.act(Person.TURN_ON)
        elif done.code in {3, 4}:
            # The old key may be deleted already, and only the journal has not heard of it.
            world.keyturn("continue")
            if world.scenario.goal is Goal.DELETED:
                world.keyturn(*world.scenario.command)
        world.clock.advance(_PAUSE)
    return next((goal for goal in (Goal.UNDONE, Goal.DELETED) if _is_at(world.status(), goal)), None)


def _is_at(status: dict[str, object], goal: Goal) -> bool:
    state, step = status.get("state"), status.get("step")
    match goal:
        case Goal.WATCH:
            return (state, step) == ("waiting", "watch")
        case Goal.OFF:
            return (state, step) == ("waiting", "delete")
        case Goal.DELETED:
            return state == "done"
        case Goal.UNDONE:
            return state == "undone"
