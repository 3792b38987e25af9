"""The world that an incident leaves: what is on the disk, in the keychain, in the journal and at AWS.

Anyone who resumes knows nothing else, so of two incidents that leave the same world one is resumed. The moments at
which things happened are left out of the comparison: to how long a change at AWS is ago it matters only whether each
service accepts each key already.
"""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from keyturn.model.keys import AccessKeyId, KeyPair, Secret

from . import files, oracles

if TYPE_CHECKING:
    from .world import World

_TABLES = {
    "rotation": "SELECT decision FROM rotation ORDER BY rowid",
    "entry": "SELECT step, mark, facts FROM entry ORDER BY number",
    "own_use": "SELECT DISTINCT access_key_id, service FROM own_use ORDER BY 1, 2",
    "foreign_use": "SELECT access_key_id, service FROM foreign_use ORDER BY 1",
}
# Names that are drawn by lot: of replacements, of checks, and of Python when it tries a folder.
_BY_LOT = re.compile(r"(?:[0-9]+-)?[0-9a-f]{16}|keyturn-check-[0-9]+-\w+|(?<=/)[a-z0-9_]{8}$")
# And in the journal: the ID of a rotation, that of a user, and moments.
_EACH_TIME_ANEW = re.compile(r"[0-9a-f]{32}|\b\d{8}-[A-Z2-9]{4}\b|AIDA[A-Z2-7]{17}|\d{4}-\d\d-\d\dT[0-9:.]+\+00:00")
_KEY_OF_SOMEBODY = re.compile(r"\bAKIA[A-Z0-9]{16}\b")
_COMPUTER = re.compile(r"\b[0-9a-f]{12}\b")  # the ID that a computer gave itself
_READING = ("iam:Get", "iam:List", "iam:Simulate", "iam:Generate")


def world_left(world: World) -> str:
    """A digest of the world as it is now; nobody may be at work."""
    return _digest(world, [*_done(world), _accepted(world)])


def what_was_done(world: World) -> str:
    """A digest of all that was done to the world so far, whether or not AWS has heard of it everywhere."""
    return _digest(world, _done(world))


def _done(world: World) -> list[Any]:
    return [_disk(world), _journal(world), _keychain(world), _account(world)]


def _digest(world: World, found: list[Any]) -> str:
    seen = json.dumps(found, sort_keys=True, default=str).replace(str(world.folder), "world")
    for number, computer in enumerate((world.first, *((world.second,) if world.second else ()))):
        seen = seen.replace(f"127.0.0.1:{computer.port}", f"door-{number}")
    seen = _numbered(_COMPUTER, _EACH_TIME_ANEW.sub("*", seen))
    for number, (key, secret) in enumerate(world.known.items()):
        # Keys are made anew each time, in the same order.
        seen = seen.replace(key, f"key-{number}").replace(secret, f"secret-{number}")
    for number, made in enumerate(world.whose.ours):
        seen = seen.replace(made, f"made-{number}")
    return hashlib.sha256(_numbered(_KEY_OF_SOMEBODY, seen).encode()).hexdigest()


def _numbered(pattern: re.Pattern[str], text: str) -> str:
    """The text with each name of a kind replaced by its number, in the order of their first standing there."""
    numbers: dict[str, int] = {}
    return pattern.sub(lambda name: f"one-{numbers.setdefault(name[0], len(numbers))}", text)


def _disk(world: World) -> list[Any]:
    found: list[Any] = [
        [str(path.relative_to(world.live)), str(files.read(path)) if path.exists() else "gone"]
        for path in world.destinations
    ]
    folders = (world.home, world.memory, world.temporary)
    for folder, name in zip(folders, (".keyturn-*", ".keyturn-*", "*"), strict=True):
        left = [path for one in folder.rglob(name) for path in (one, *one.rglob("*"))]
        found += sorted([_BY_LOT.sub("*", str(path)), _content(path)] for path in left)
    return found


def _content(path: Path) -> str:
    return path.read_text(errors="replace") if path.is_file() else "a folder"


def _journal(world: World) -> dict[str, Any]:
    with oracles.opened_journal(world) as database:
        if database is None:
            return {}
        tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        return {name: database.execute(query).fetchall() for name, query in _TABLES.items() if name in tables}


def _keychain(world: World) -> list[Any]:
    kept = world.kept()
    return ["a real one, not to be seen", world.folder.name] if kept is None else sorted(kept.items())


def _account(world: World) -> list[Any]:
    account = world.account
    records = (one for one in account.records if one.status < 300 and one.action.startswith("iam:"))
    changes = [[one.action, one.resource] for one in records if not one.action.startswith(_READING)]
    there = account.administrator.inventory()
    users = sorted(str(user) for user in there.users.values())
    stands = [list(there.keys.items()), users, sorted(there.bucket_policies.items())]
    traces = [account.trace_of(bucket) for bucket in account.buckets]
    lying = [[len(one.objects), len(one.versions), len(one.markers), len(one.uploads)] for one in traces]
    return [changes, stands, lying]


def _accepted(world: World) -> list[Any]:
    pairs = [KeyPair(AccessKeyId(key), Secret(secret)) for key, secret in world.known.items()]
    return [[world.account.accepts(pair, service) for service in ("iam", "sts", "s3")] for pair in pairs]
