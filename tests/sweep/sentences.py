"""What a command said was so, held against what is so."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import files, reach
from .program import Finished

if TYPE_CHECKING:
    from .world import World

_NOTHING = re.compile(r"\bnothing (?:was|is|has been) (?:changed|made)(?! in )", re.IGNORECASE)
_PUT_BACK = re.compile(r"\beverything (?:is as it was|(?:is|was) put back)\b", re.IGNORECASE)
_NOT_ALL = re.compile(r"\bnot everything (?:could be|is|was) put back\b", re.IGNORECASE)
_BOTH_STAY = re.compile(r"\bboth keys (?:stay|remain)\b", re.IGNORECASE)
_WITH_THE_OLD = re.compile(
    r"\b(?:backups|programs)\b[^.;]*\b(?:go on with|have|keep|use|still use)\b the old (?:key|one)", re.IGNORECASE
)
_WITH_THE_NEW = re.compile(r"\bprograms (?:have|keep|use) the new key", re.IGNORECASE)


@dataclass(frozen=True)
class Look:
    """What a command may change, and what its sentences are about.

    Attributes:
        old: the ID of the key that is replaced.
        replaces: the files are to get another key; False where nothing uses the old one.
        files: the keys and secrets that each destination holds.
        held: the key IDs among them.
        broken: those of them that do not reach every backup.
        keys: status and owner, by key ID, of the old key and of those that the rotation made.
        users: the policies of the users that it made, by unique ID.
    """

    old: str
    replaces: bool
    files: Mapping[str, object]
    held: Set[str]
    broken: Set[str]
    keys: Mapping[str, tuple[str, str]]
    users: Mapping[str, object]

    @classmethod
    def at(cls, world: World) -> Look:
        """Everything as it is now."""
        left, there = world.whose.left(), world.account.administrator.inventory()
        old = world.old.access_key_id.value
        held = reach.held(world)
        return cls(
            old=old,
            replaces=world.scenario.makes_a_key,
            files={str(path): files.read(path).pairs if path.exists() else None for path in world.destinations},
            held=held,
            broken={key for key in held if not reach.works(world, key)},
            keys={**left.keys, **({old: there.keys[old]} if old in there.keys else {})},
            users=left.users,
        )

    def done_but_to(self, keys: Set[str]) -> object:
        """What can be seen of a command's own doing; what somebody else did to these keys is not."""
        owners = {owner for key, (_, owner) in self.keys.items() if key in keys}
        kept = {key: stands for key, stands in self.keys.items() if key not in keys}
        return self.files, kept, {unique: user for unique, user in self.users.items() if unique not in owners}


def false_ones(done: Finished, before: Look, now: Look, *, killed: Set[str], fresh: bool) -> Iterator[str]:
    """The sentences at the end of a command that are not so.

    Args:
        before, now: how everything was when the command began, and when it had ended.
        killed: keys that somebody else turned off or deleted.
        fresh: nobody else did anything while it ran, so that it could have known all.
    """
    document = done.document
    problem, awaiting = document.get("problem") or {}, document.get("awaiting") or []
    text = f"{problem.get('title', '')} {problem.get('message', '')}"
    held = now.held
    if _NOTHING.search(text) and before.done_but_to(killed) != now.done_but_to(killed):
        yield f"`{done.words[0]}` says that nothing was changed, and something was: {text}"
    made = now.keys.keys() - {now.old, *killed}
    if _PUT_BACK.search(text) and not _NOT_ALL.search(text) and now.replaces and (held != {now.old} or made):
        yield f"`{done.words[0]}` says that everything is as it was, and it is not: {text}"
    if _BOTH_STAY.search(text) and (before.keys != now.keys or len(now.keys) < 2):
        yield f"`{done.words[0]}` says that both keys stay, and they do not: {text}"
    if _WITH_THE_OLD.search(text) and now.replaces and held != {now.old}:
        yield f"`{done.words[0]}` says that the old key is in use, and it is not: {text}"
    if _WITH_THE_NEW.search(text) and now.old in held:
        yield f"`{done.words[0]}` says that the new key is in use, and it is not everywhere: {text}"
    asks = any(one["item"] == "turn-off" for one in awaiting) and done.words[0] in {"continue", "turn-off", "rotate"}
    stopped = done.code == 4  # something for a person to look at comes first
    if fresh and asks and not stopped and now.broken:
        yield f"`{done.words[0]}` asks to turn the old key off, and the key that the files hold does not work: {text}"
    yield from _silent(done, problem, awaiting)


def _silent(done: Finished, problem: Mapping[str, object], awaiting: object) -> Iterator[str]:
    """An exit code that leaves a person without a reason."""
    if done.words[0] in {"status", "done"}:
        return
    if done.code in {1, 2, 4} and not problem:
        yield f"`{done.words[0]}` ended with exit code {done.code}, and says no reason"
    if done.code == 3 and not problem and not awaiting:
        yield f"`{done.words[0]}` waits, and does not say for what"
    if done.code == 0 and problem:
        yield f"`{done.words[0]}` ended with exit code 0, and tells of a problem: {problem.get('title')}"
