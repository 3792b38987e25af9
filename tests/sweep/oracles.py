"""What has to hold: at every instant, after whatever happened, and when everything has ended.

Each oracle returns its complaints in words; none is good. They read files and the account themselves, and ask Keyturn
only what it tells of itself.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from keyturn.model.keys import AccessKeyId, KeyPair, KeyStatus, Secret
from keyturn_practice.records import Record

from . import files
from .program import Finished
from .scenarios import Goal

if TYPE_CHECKING:
    from .world import World

_PROMISED_CODES = {0, 1, 3, 4}
_AFTER_SWITCH = {"watch", "turn-off", "prove-off", "delete", "turn-on"}
# What the old key may still be asked for once every destination holds the new one: whether it is off (STS), when it
# was used last, to turn itself off where no other key may, and who else says at the users that they need it.
_OLD_KEY_AFTER_SWITCH = {"GetCallerIdentity", "GetAccessKeyLastUsed", "UpdateAccessKey"}
_WHO_NEEDS_IT = {"ListUsers", "GetUser", "TagUser"}
_OLD_KEY_WITH_SAME_OWNER = {"GetCallerIdentity"}
# Whether IAM lists it as active again, and whether S3 knows it in every bucket.
_OLD_KEY_TURNED_ON = {"ListAccessKeys", "s3 GET"}


def unsound(world: World) -> tuple[set[str], list[str]]:
    """At this instant every destination holds one complete pair, which AWS accepts, and nothing else about it changed.

    Where somebody else deleted a key or turned it off, AWS may refuse it.

    Returns:
        The key IDs that the destinations hold, and the complaints.
    """
    held: set[str] = set()
    complaints = []
    for path in world.destinations:
        try:
            now, before = files.read(path), world.before[path]
        except FileNotFoundError:
            complaints.append(f"{path.name} is gone")
            continue
        if (now.rest, now.rights, now.is_link, now.attributes) != (
            before.rest,
            before.rights,
            before.is_link,
            before.attributes,
        ):
            complaints.append(f"{path.name} changed in more than its key")
        if len(now.pairs) != len(before.pairs) or len(set(now.pairs)) != 1:
            complaints.append(f"{path.name} holds {len(set(now.pairs))} different pairs")
            continue
        ((key, secret),) = set(now.pairs)
        held.add(key)
        if world.known.get(key) != secret:
            complaints.append(f"{path.name} holds a mixed pair")
        elif key not in world.whose.killed and not world.account.accepts(KeyPair(AccessKeyId(key), Secret(secret))):
            complaints.append(f"{path.name} holds a key that AWS does not accept now")
    return held, complaints


def leaks(world: World) -> Iterator[str]:
    """No secret in what was said or journalled, no traceback, and no other exit code than those promised."""
    for done in world.said:
        told = done.output + done.errors
        name = " ".join(done.words[:3])
        if any(secret in told for secret in world.known.values()):
            yield f"`{name}` shows a secret"
        if "Traceback" in told or done.problem == "unexpected":
            yield f"`{name}` broke: {told[-600:]}"
    for path in world.memory.glob("journal*"):
        content = path.read_bytes()
        if any(secret.encode() in content for secret in world.known.values()):
            yield f"{path.name} holds a secret"


def codes(done: Finished) -> Iterator[str]:
    """The exit code is one of those that the command line promises."""
    unseen = done.code == 2 and done.problem == "usage.key"  # the only file with the key could not be read
    if done.code not in _PROMISED_CODES and not done.killed and not unseen:
        yield f"`{done.words[0]}` ended with exit code {done.code}: {done.output[-300:]} {done.errors[-300:]}"


@contextmanager
def opened_journal(world: World) -> Iterator[sqlite3.Connection | None]:
    """A copy of the journal; None where there is none. Opening the journal itself would mend it before Keyturn does."""
    with tempfile.TemporaryDirectory(prefix="keyturn-sweep-journal-") as folder:
        for path in world.memory.glob("journal.sqlite3*"):
            shutil.copy(path, folder)
        path = Path(folder, "journal.sqlite3")
        if not path.exists():
            yield None
            return
        database = sqlite3.connect(path)
        try:
            yield database
        finally:
            database.close()


def journal(world: World) -> Iterator[str]:
    """The journal opens and is whole."""
    try:
        with opened_journal(world) as database:
            said = "ok" if database is None else database.execute("PRAGMA integrity_check").fetchone()[0]
    except sqlite3.Error as error:
        yield f"the journal does not open: {error}"
        return
    if said != "ok":
        yield f"the journal is damaged: {said}"


def truth(world: World, status: dict[str, Any]) -> Iterator[str]:
    """What `status` tells is so."""
    held, _ = unsound(world)
    old = world.old.access_key_id.value
    if not status:
        if world.scenario.makes_a_key and held != {old}:
            yield "`status` knows of no rotation, and a destination holds another key than the old one"
        return
    state, step = status["state"], status["step"]
    if state == "undone":
        if world.scenario.makes_a_key and held != {old}:
            yield "`status` says undone, and a destination does not hold the old key"
    elif world.scenario.makes_a_key and step in _AFTER_SWITCH and held != {status["new_key"]}:
        yield f"`status` says {step}, and the destinations hold {len(held)} keys, not the new one alone"
    if state == "done" and world.account.status_of(world.old.access_key_id) is not None:
        yield "`status` says done, and the old key is not deleted"
    listed = {one.access_key_id.value for one in world.account.listed_keys()}
    settled = status["new_key"] is not None and state in {"waiting", "done"}
    if settled and status["new_key"] not in world.whose.killed and status["new_key"] not in listed:
        yield "`status` names a new key that AWS does not have"


def went_back(world: World) -> bool:
    """True where an undo began, the one who began it: from there on the old key is used again."""
    if any(done.words[0] in {"rotate", "continue"} and done.code in {1, 4} for done in world.said):
        return True  # also where the journal could not take it down any more
    return _began_step(world, "undo")


def _began_step(world: World, step: str) -> bool:
    try:
        with opened_journal(world) as database:
            found = database and database.execute("SELECT 1 FROM entry WHERE step = ?", (step,)).fetchone()
    except sqlite3.Error:
        return False
    return found is not None


def order_of_things(world: World) -> Iterator[str]:
    """The old key is turned off and deleted only after the new one was proved at STS and at S3, in every bucket."""
    old = world.old.access_key_id
    proved: set[str] = set()
    for record in world.account.records:
        if record.key not in {None, old} and record.status < 300 and not record.result.startswith("!"):
            proved.add(_proof(record))
        ends = record.action == "iam:DeleteAccessKey" or (record.action == "iam:UpdateAccessKey")
        if ends and record.resource == old.value and world.scenario.makes_a_key:
            missing = {"sts:GetCallerIdentity", *(f"list {bucket}" for bucket in _used(world))} - proved
            if missing:
                yield f"{record.action} came before {', '.join(sorted(missing))} with the new key"
                return


def _proof(record: Record) -> str:
    if record.action == "s3:ListBucket":
        return f"list {record.resource.partition('/')[0]}"
    return record.action


def _used(world: World) -> tuple[str, ...]:
    return tuple(bucket for bucket in world.account.buckets)


def old_key_rested(world: World) -> Iterator[str]:
    """Once every destination held the new key, the old one signed only what its step needs; an undo may use it."""
    if not world.scenario.makes_a_key:
        return
    # By command, or because destinations failed without it.
    wanted_on = any(done.words[0] in {"turn-on", "undo"} for done in world.said) or _began_step(world, "turn-on")
    allowed = _OLD_KEY_WITH_SAME_OWNER if world.scenario.same_owner else _OLD_KEY_AFTER_SWITCH | _WHO_NEEDS_IT
    strange = sorted(set(world.old_uses) - allowed - (_OLD_KEY_TURNED_ON if wanted_on else set()))
    if strange:
        yield f"signed with the old key after the switch: {', '.join(strange)}"


def ended(world: World, goal: Goal) -> Iterator[str]:
    """Everything that has to hold when the rotation stands where it should."""
    held, complaints = unsound(world)
    yield from complaints
    old, makes_a_key = world.old.access_key_id, world.scenario.makes_a_key
    listed = {one.access_key_id.value: one.status for one in world.account.listed_keys()}
    made = [key for key in listed if key not in world.first_keys]
    kept = world.kept()
    if makes_a_key:
        wanted = {old.value} if goal is Goal.UNDONE else set(made)
        if held != wanted:
            yield f"{goal.value}: the destinations do not hold the key that they should"
    if len(made) != (1 if makes_a_key and goal is not Goal.UNDONE else 0):
        yield f"{goal.value}: {len(made)} keys were made and live on"
    users = set(world.account.user_names()) - world.first_users
    if bool(users) != (world.scenario.route == "scoped-user" and goal is not Goal.UNDONE):
        yield f"{goal.value}: the new IAM users are {sorted(users)}"
    if kept is not None:
        for key in made:
            if kept.get(key) != world.known[key]:
                yield f"{goal.value}: the secret of a live key is not kept"
        # Where no rotation began, the next one takes over the copy of the old secret.
        copies = set() if _began(world) else {old.value}
        needed = {Goal.UNDONE: copies, Goal.DELETED: set(made)}.get(goal, set(listed))
        lost = set(kept) - needed
        if lost:
            yield f"{goal.value}: secrets are kept that nobody needs any more ({len(lost)})"
    expected = {
        Goal.WATCH: KeyStatus.ACTIVE,
        Goal.UNDONE: KeyStatus.ACTIVE,
        Goal.OFF: KeyStatus.INACTIVE,
        Goal.DELETED: None,
    }
    if listed.get(old.value) is not expected[goal]:
        yield f"{goal.value}: the old key is {listed.get(old.value)}"
    for bucket, before in world.traces.items():
        if world.account.trace_of(bucket) != before:
            yield f"{goal.value}: something was left in the bucket {bucket}"
    strange = files.strange_files(world.home, world.memory, world.temporary)
    if strange and not _nothing_began(world, strange):
        yield f"{goal.value}: left on the disk: {', '.join(strange)}"
    yield from order_of_things(world)


def _nothing_began(world: World, strange: list[str]) -> bool:
    """Where no rotation began there is none to undo, and the next `rotate` clears away what its rehearsal left.

    Outside Keyturn's own folder that is empty of secrets.
    """
    if _began(world):
        return False
    contents = [(world.home / name).read_bytes() for name in strange if not name.startswith("memory/")]
    return not any(content.strip(b"\0") for content in contents)


def _began(world: World) -> bool:
    """True where the journal ever knew of a rotation."""
    return any(done.words[0] == "status" and done.document.get("rotations") for done in world.said)
