"""Points at which somebody else acted, or stored state was put back: is there always a way out that harms nobody?

After the act, `continue` and, separately, `undo` are typed; the person does what Keyturn says: ticks, turns the old key
on, takes back what is named as being in the way. Where both keys and what is known of them are lost, `end` closes the
rotation as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Any

from keyturn.model.keys import KeyStatus

from . import files, oracles, reach
from .incidents import Incident
from .program import Finished
from .same_world import world_left
from .somebody import Somebody
from .world import World

_PAUSE = 60.0  # seconds between two commands; AWS has heard of everything then
_ROUNDS = 4  # times that a way is tried before the next one
# What another command sees by itself.
_NOT_TICKED = {"turn-off", "turn-on", "delete"}


class Standing(StrEnum):
    """Where a rotation can stand for good."""

    NONE = "no rotation"
    WATCH = "watch"
    OFF = "off"
    DELETED = "deleted"
    UNDONE = "undone"
    ENDED = "ended"
    OPEN = "open"


_OVER = {Standing.UNDONE, Standing.DELETED, Standing.ENDED}
# Where each way may lead to.
_ENDS = {
    "continue": {Standing.WATCH, Standing.OFF, Standing.DELETED, Standing.UNDONE},
    "undo": {Standing.UNDONE, Standing.DELETED},
    "end": {Standing.ENDED},
}


def try_beside(world: World, incident: Incident, ways: Sequence[str]) -> dict[str, Any]:
    """Let it come to pass, then go on and, separately, go back; to be called in a fork."""
    somebody = incident.befall(world)
    complaints = _after(world)
    world.close_door()
    came = somebody is None or somebody.came

    def resume() -> list[str]:
        world.save("struck")
        return [f"{way}: {one}" for way in ways for one in _in_fork(world, way, somebody)]

    left = (*ways, incident.kind, incident.what, f"came: {came}", world_left(world))
    return {"came": came, "complaints": complaints, "resumed": world.seen.complaints(left, resume)}


def _after(world: World) -> list[str]:
    """Right after the command in which somebody acted."""
    told = [*oracles.unsound(world)[1], *world.complaints, *world.whose.lost(), *oracles.leaks(world)]
    told += oracles.journal(world)
    for done in world.said:
        told += oracles.codes(done)
    for done in world.said_by_second:
        told += [f"the second computer: {one}" for one in oracles.codes(done)]
        if "Traceback" in done.output + done.errors or done.problem == "unexpected":
            told.append(f"the second computer: `rotate` broke: {done.errors[-400:]}")
    world.complaints.clear()
    return told


def _in_fork(world: World, way: str, somebody: Somebody | None) -> list[str]:
    world.put_back("struck")
    return world.forked(lambda: _resumed(world, way, somebody))


def _resumed(world: World, way: str, somebody: Somebody | None) -> list[str]:
    world.said.clear()
    world.clock.advance(_PAUSE)
    told = list(_ended(world, way, somebody))
    told += world.complaints
    for done in world.said:
        told += oracles.codes(done) if done.code != 2 else ()
    told += [*oracles.leaks(world), *oracles.journal(world), *world.whose.lost()]
    return list(dict.fromkeys(told))


def _ended(world: World, way: str, somebody: Somebody | None) -> Iterator[str]:
    """Try one way after the other until the rotation stands well somewhere; complain where there is none, or late."""
    old = world.old.access_key_id.value
    if _standing(world.status()) in _OVER:
        return  # what somebody does to a key after that is no business of the rotation's
    unharmed = _unharmed(world)
    for rung in (way, "undo" if way == "continue" else "continue"):
        status = _follow(world, rung, somebody)
        wrong = list(_wrong(world, status, rung))
        if not wrong:
            return
        if rung == "continue" == way and unharmed:
            yield f"the keys work, and it does not carry on: {_last(world)}; {wrong[0]}"
        if rung == "undo" and reach.there(world, old):
            yield f"the old key is there, and it does not go back: {_last(world)}; {wrong[0]}"
            return
    if not status:
        yield from wrong
        return
    world.keyturn("end", status["rotation"], "--confirm", "LAST4")
    wrong = list(_wrong(world, world.status(), "end"))
    if wrong:
        yield f"there is no way out: {_last(world)}; {wrong[0]}"


def _unharmed(world: World) -> bool:
    """True where nothing that the rotation needs was taken from it, so that it can go on."""
    whose, old = world.whose, world.old.access_key_id.value
    needed = {*reach.held(world), *whose.left().keys}
    return (
        reach.there(world, old)
        and not whose.killed.keys() & whose.ours
        and all(reach.works(world, one) for one in needed)
    )


def _last(world: World) -> str:
    done = next(one for one in reversed(world.said) if one.words[0] != "status")
    problem = done.document.get("problem") or {}
    said = (
        f"[{problem.get('code')}] {problem.get('title')}. {problem.get('message')}" if problem else done.output[-200:]
    )
    return f"`{done.words[0]}` {done.code} {said[:400]}"


def _follow(world: World, rung: str, somebody: Somebody | None) -> dict[str, Any]:
    """Type the command of this way, and do what it says, until it stands well or nothing changes any more."""
    for attempt in ("as it is", "taken back"):
        if attempt == "taken back":
            said = " ".join(one.output for one in world.said if one.words[0] != "status")
            if somebody is None or not somebody.can_take_back() or not somebody.told(said):
                break
            somebody.take_back()
        for turn in range(_ROUNDS):
            done = _type(world, rung, turn)
            world.clock.advance(_PAUSE)
            status = world.status()
            if not list(_wrong(world, status, rung)) and _is_content(world, status, rung, done):
                return status
            if not _obey(world, done) and turn:
                break  # it says the same again
    return world.status()


def _type(world: World, rung: str, turn: int) -> Finished:
    """The command of this way; where there is nothing to carry on, the scenario's own command follows."""
    status = world.status()
    own = world.scenario.command
    at_rest = _standing(status) not in {Standing.OPEN, Standing.NONE}
    if rung == "continue" and turn and at_rest and own[0] not in {"rotate", "continue"}:
        if "console" in own and _standing(status) is Standing.WATCH:
            with world.whose.elsewhere():
                _turn(world, on=False)
            world.clock.advance(_PAUSE)
        return world.keyturn(*own)
    return world.keyturn(rung)


def _is_content(world: World, status: dict[str, Any], rung: str, done: Finished) -> bool:
    """True where it stands where the scenario's command leads to, or further back for a reason that was said."""
    standing = _standing(status)
    if rung == "undo" or standing is not Standing.WATCH or world.scenario.goal.value == "watch":
        return True
    return done.words[0] != "continue" and done.code in {3, 4} and bool(done.document.get("problem"))


def _obey(world: World, done: Finished) -> bool:
    """Do what the command asks a person for; True where there was something."""
    document = done.document
    awaiting = {one["item"]: one["tickable"] for one in document.get("awaiting") or []}
    asks_on = "turn-on" in awaiting or done.problem == "undo.old-key-off"
    if asks_on and world.account.status_of(world.old.access_key_id) is KeyStatus.INACTIVE:
        with world.whose.elsewhere():
            _turn(world, on=True)
        world.clock.advance(_PAUSE)
        return True
    by_hand = sorted(item for item, tickable in awaiting.items() if tickable and item not in _NOT_TICKED)
    ticked = [world.keyturn("done", item) for item in by_hand if _is_so(world, item)]
    return any(one.code in {0, 3} for one in ticked)


def _is_so(world: World, item: str) -> bool:
    """Anyone who decides about a key knows whether the rotation made it, or somebody else."""
    answer, _, last4 = item.partition("-")
    if answer not in {"remove", "keep"}:
        return True
    return (answer == "remove") == any(key.endswith(last4) for key in world.whose.ours)


def _turn(world: World, *, on: bool) -> None:
    key = world.old.access_key_id
    if world.account.status_of(key) is (KeyStatus.INACTIVE if on else KeyStatus.ACTIVE):
        (world.account.root_turn_on if on else world.account.root_turn_off)(key)


def _standing(status: dict[str, Any]) -> Standing:
    if not status:
        return Standing.NONE
    match status["state"], status["step"]:
        case "waiting", "watch":
            return Standing.WATCH
        case "waiting", "delete":
            return Standing.OFF
        case "done", _:
            return Standing.DELETED
        case "undone", _:
            return Standing.UNDONE
        case "ended", _:
            return Standing.ENDED
    return Standing.OPEN


def _wrong(world: World, status: dict[str, Any], rung: str) -> Iterator[str]:
    """Why it does not stand well, however it came there."""
    standing, old = _standing(status), world.old.access_key_id.value
    if standing not in _ENDS[rung] | {Standing.NONE}:
        yield f"it stands at “{status['step']}”, {status['state']}"
        return
    held = reach.held(world)
    # Where nothing can be done any more, or nothing was begun, no better key may be known.
    as_it_is = standing in {Standing.ENDED, Standing.NONE}
    if any(not reach.works(world, key) for key in held) and not (as_it_is and not _known(world)):
        yield f"{standing}: the files hold a key that does not work"
    if world.scenario.makes_a_key:
        yield from _wrong_keys(standing, held, old, status)
    at_aws = world.account.status_of(world.old.access_key_id)
    if standing is Standing.DELETED and at_aws is not None:
        yield "deleted: the old key is there still"
    if standing is Standing.OFF and at_aws is KeyStatus.ACTIVE:
        yield "off: the old key is on"
    yield from _left_over(world, status, held)


def _wrong_keys(standing: Standing, held: set[str], old: str, status: dict[str, Any]) -> Iterator[str]:
    if standing in {Standing.UNDONE} and held != {old}:
        yield "undone: the files do not hold the old key"
    if standing in {Standing.WATCH, Standing.OFF, Standing.DELETED} and held != {status["new_key"]}:
        yield f"{standing}: the files do not hold the new key alone"


def _known(world: World) -> set[str]:
    """Keys whose secrets Keyturn has, and which work; the secret of a lost answer nobody has."""
    known = {world.old.access_key_id.value, *(world.kept() or {})}
    return {key for key in known if reach.works(world, key)}


def _left_over(world: World, status: dict[str, Any], held: set[str]) -> Iterator[str]:
    """What the rotation made and nobody needs is gone, or was named; and no secret lies about."""
    standing, left = _standing(status), world.whose.left()
    said = " ".join(one.output for one in world.said)
    needed = {owner for key, (_, owner) in left.keys.items() if key in held}
    # Then no key works that may list keys or uploads: what may be there is told, and where.
    nobody_knows = standing is Standing.ENDED and not _known(world)
    if standing is not Standing.NONE:
        for key in left.keys.keys() - held:
            if key[-4:] not in said and not (nobody_knows and _told_by_its_user(world, left.keys[key][1], said)):
                yield f"{standing}: a key is left that nobody needs, and nothing names it"
    for unique, user in left.users.items():
        if unique not in needed and user.name not in said:
            yield f"{standing}: the user {user.name} is left, and nothing names it"
    for bucket, before in world.traces.items():
        told = nobody_knows and re.search(rf"unfinished upload of a proof [^.]*\b{bucket}\b", said)
        if world.account.trace_of(bucket) != before and not told:
            yield f"{standing}: something was left in the bucket {bucket}"
    strange = files.strange_files(world.home, world.memory, world.temporary)
    if strange:
        yield f"{standing}: left on the disk: {', '.join(strange)}"
    kept = world.kept() or {}
    alive = {key for key in left.keys if key in held}
    if standing is Standing.ENDED:
        # Where journal and secrets are of before the key was made, it is known from the files alone, and stands there.
        alive &= {status["new_key"]}
    if standing is not Standing.NONE and any(kept.get(key) != world.known[key] for key in alive):
        yield f"{standing}: the secret of the key that the files hold is not kept"


def _told_by_its_user(world: World, owner: str, said: str) -> bool:
    """True where it was said that a user may have a key more, since nobody could learn its ID."""
    user = world.account.administrator.inventory().users.get(owner)
    return user is not None and f"made for the IAM user {user.name} is not known" in said
