"""One point of the sweep: a scenario and an incident in it, and whether all ended as promised."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from keyturn.model.keys import KeyStatus

from . import oracles
from .incidents import AWS_FAULTS, FILE_ERRORS, MEDDLING, SENDING, WRITING, Incident, mend
from .made_up_keychain import Trouble
from .program import Finished
from .scenarios import Goal, Person, Scenario
from .world import Options, World

WAYS = ("continue", "undo")
# Not mended yet: a kill while a program's own check runs leaves the check's private file, with the key that it proved,
# in the system's folder for temporary files; readable by the person alone, and cleared away by nobody.
KNOWN = "left on the disk: tmp/keyturn-check-"
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

    @property
    def is_known(self) -> bool:
        """True where nothing but what is known went wrong: see `KNOWN`."""
        return all(KNOWN in complaint for complaint in self.complaints)


def try_point(world: World, incident: Incident, ways: Sequence[str] = WAYS) -> Outcome:
    """Let the incident come to pass, then go on and, separately, go back."""
    came: list[bool] = []

    def point() -> list[str]:
        done, struck = incident.strike(world)
        told = ["came"] if struck else []
        told += _after(world, incident, done)
        if incident.kind == "meddle":
            mend(world, incident.what)
        if not incident.kills:
            by_itself = _ended_by_itself(world, done)
            if by_itself is not None:
                return told + by_itself
        world.close_door()
        world.save("struck")
        for way in ways:
            world.put_back("struck")
            told += [f"{way}: {one}" for one in world.forked(lambda way=way: _resumed(world, way))]  # type: ignore[misc]
        return told

    world.put_back("ready")
    complaints = world.forked(point)
    came.append("came" in complaints)
    wrong = tuple(one for one in complaints if one != "came")
    return Outcome(world.scenario.title, incident.name, came[0], wrong)


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
    if world.scenario.name not in _WAY_OUT:
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
        if turn == 0 or status.get("state") in {"interrupted", "stopped"}:
            done = world.keyturn("continue")
            if done.code == 2 and not status and world.scenario.name == "rotate":
                world.keyturn(*world.scenario.command)
        else:
            world.keyturn(*world.scenario.command)
    return goal if _is_at(world.status(), goal) else None


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


# ── Which points there are ───────────────────────────────────────────────────────────────────────────────────────────


def kill_points(world: World) -> Iterator[Incident]:
    """Before and after each request to AWS, and before each call that writes; the next one is after it."""
    for nth in range(1, _requests(world) + 1):
        yield Incident("kill-request", "before", nth)
        yield Incident("kill-request", "after", nth)
    for call, count in sorted(_calls(world, WRITING).items()):
        for nth in range(1, count + 1):
            yield Incident("kill-call", call, nth)


def aws_fault_points(world: World) -> Iterator[Incident]:
    """Each fault at each request."""
    for nth in range(1, _requests(world) + 1):
        for fault in AWS_FAULTS:
            yield Incident("aws", fault, nth)


def file_fault_points(world: World) -> Iterator[Incident]:
    """Each error at each call on a file of the sample computer or of Keyturn, once and lasting."""

    def is_ours(line: str) -> bool:
        return str(world.live) in line and "/live/out>" not in line and "/live/err>" not in line

    calls = _calls_about(world, tuple(FILE_ERRORS), is_ours)
    writing = _calls_about(world, ("openat",), lambda line: "O_WRONLY" in line or "O_RDWR" in line).get("openat", [])
    for call, numbers in sorted(calls.items()):
        for nth in numbers:
            for error in FILE_ERRORS[call]:
                if (call, error) == ("openat", "EROFS") and nth not in writing:
                    continue  # no answer of a file system to somebody who reads
                yield Incident("file", call, nth, error)
                if error in {"ENOSPC", "EROFS"}:
                    yield Incident("file-on-and-on", call, nth, error)
    if world.scenario.makes_a_key:
        requests = _requests(world)
        for how in MEDDLING:
            for nth in sorted({1, requests // 2, requests}):
                yield Incident("meddle", how, nth)


def keychain_points(world: World) -> Iterator[Incident]:
    """Each trouble at each call to the keychain."""

    def count() -> list[str]:
        calls = world.live / "keychain.calls"
        calls.unlink(missing_ok=True)
        world.keyturn(*world.scenario.command)
        return [str(len(calls.read_text().splitlines()) if calls.exists() else 0)]

    world.put_back("ready")
    for nth in range(1, int(world.forked(count)[0]) + 1):
        for trouble in Trouble:
            yield Incident("keychain", trouble.value, nth)


def keychain_kill_points(world: World) -> Iterator[Incident]:
    """Before each message to a real keychain; the next one is after it."""
    for call, numbers in sorted(_calls_about(world, SENDING, lambda line: "<UNIX" in line).items()):
        for nth in numbers:
            yield Incident("kill-message", call, nth)


KINDS: dict[str, Callable[[World], Iterator[Incident]]] = {
    "kills": kill_points,
    "aws-faults": aws_fault_points,
    "file-faults": file_fault_points,
    "keychain": keychain_points,
    "keychain-kills": keychain_kill_points,
}


def _requests(world: World) -> int:
    def count() -> list[str]:
        world.requests = 0
        world.keyturn(*world.scenario.command)
        return [str(world.requests)]

    world.put_back("ready")
    return int(world.forked(count)[0])


def _traced(world: World, calls: Sequence[str]) -> list[str]:
    def run() -> list[str]:
        options = Options(tracer=["-e", f"trace={','.join(calls)}"], in_order=True)
        world.keyturn(*world.scenario.command, options=options)
        return world.trace_log.splitlines()

    world.put_back("ready")
    return world.forked(run)


_CALL = re.compile(r"(\w+)\(")


def _calls(world: World, calls: Sequence[str]) -> Counter[str]:
    return Counter(match[1] for line in _traced(world, calls) if (match := _CALL.match(line)))


def _calls_about(world: World, calls: Sequence[str], wanted: Callable[[str], bool]) -> dict[str, list[int]]:
    """For each call the numbers of those that are wanted, counted among all of that call."""
    seen: Counter[str] = Counter()
    numbers: dict[str, list[int]] = {}
    for line in _traced(world, calls):
        match = _CALL.match(line)
        if match:
            seen[match[1]] += 1
            if wanted(line):
                numbers.setdefault(match[1], []).append(seen[match[1]])
    return numbers


def scenario_named(title: str, known: Sequence[Scenario]) -> Scenario:
    """The scenario of that title."""
    return next(one for one in known if one.title == title)
