"""The facts that entries of the journal hold: each has a name and a kind here, and no other one is written or read."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from keyturn.model.search_scope import SearchScope
from keyturn.rotation.claims import ClaimState
from keyturn.rotation.decision_format import key_id, read_place
from keyturn.rotation.steps import BegunBy, By, Step, Why
from keyturn.state.journal import Entry, Mark, RawEntry
from keyturn.state.written import (
    Fields,
    NotUnderstood,
    Reader,
    choice,
    listed,
    mapped,
    maybe,
    moment,
    number,
    parsed,
    text,
    truth,
    whole_object,
)


def _check(value: object) -> None:
    if not isinstance(value, list) or len(value) != 2:
        raise NotUnderstood
    text(value[0])
    maybe(truth)(value[1])


def _proved(fields: Fields) -> None:
    fields.get("place", text)
    fields.get("bucket", maybe(text))
    fields.get("checks", listed(_check))


def _searched(fields: Fields) -> None:
    fields.get("scope", choice(SearchScope))
    fields.get("files", number(0, math.inf))
    fields.get("finished", truth)


def _simulated(fields: Fields) -> None:
    """What IAM's simulator said of rights that nobody can try, by bucket; never a proof."""
    for name in ("allowed", "not_known"):
        fields.get(name, mapped(listed(text)))


def _held(value: object) -> None:
    if not isinstance(value, list) or len(value) != 2:
        raise NotUnderstood
    text(value[0])
    maybe(key_id)(value[1])


def _ended(fields: Fields) -> None:
    fields.get("old", text)
    fields.get("new", text)
    fields.get("holds", listed(_held))


def _user(fields: Fields) -> None:
    fields.get("name", text)
    fields.get("id", text)


def _undecided(fields: Fields) -> None:
    fields.get("key", maybe(key_id))
    fields.get("why", choice(Why))
    fields.get("user", maybe(text))
    for name in ("created", "asked", "used"):
        fields.get(name, maybe(moment))
    fields.get("use_known", truth)
    fields.get("paths", listed(text))
    fields.get("removable", truth)


def _use(fields: Fields) -> None:
    """What `KeyUse.as_json` writes."""
    for name in ("agent", "address", "region"):
        fields.get(name, text)
    fields.get("events", number(1, math.inf))
    fields.get("last", moment)


def _claim(fields: Fields) -> None:
    """What `Claim.as_json` writes."""
    for name in ("item", "computer", "user"):
        fields.get(name, text)
    fields.get("state", choice(ClaimState))
    for name in ("since", "latest"):
        fields.get(name, maybe(moment))


def _backup(fields: Fields) -> None:
    """Whether one place was seen backing up with the new key: `backups_seen.Sight`, and of when that is."""
    fields.get("sight", text)
    fields.get("at", maybe(moment))


_KINDS: Mapping[str, Reader[object]] = {
    "all_back": truth,  # of an undo, only our copies of secrets are to be wiped
    "also": text,  # a program that a person named later
    "appeared": listed(key_id),  # keys of the same owner since the plan, of which nothing says whose they are
    "asked": text,  # what AWS is asked to make next
    "at": maybe(moment),  # by AWS's clock
    "backups": mapped(whole_object(_backup)),
    "begun_by": choice(BegunBy),
    "by": choice(By),
    "holding": listed(whole_object(read_place)),
    "searched": whole_object(_searched),
    "claims": listed(whole_object(_claim)),  # what other computers say of the old key
    "code": text,
    "ended": whole_object(_ended),  # what was known when it was closed as it stood
    "found": truth,  # the new key stood in the destinations, and nothing proves whose it is
    "item": text,
    "known": listed(key_id),  # the keys that were there before
    "made": listed(key_id),
    "name": text,
    "new_key": maybe(key_id),
    "new_key_fails": text,  # the fault; empty where it works again
    "new_key_used": moment,
    "opposite": maybe(text),
    "own_checks_passed": listed(text),
    "proving": truth,  # a proof that is no step of its own goes on
    "refused": text,  # the call that AWS refused for good
    "proved": listed(whole_object(_proved)),
    "seen": truth,  # False where a person says so, and nobody saw it
    "signer": text,  # who makes the change, as `--as` names it, where it is not the rotation's own keys
    "simulated": whole_object(_simulated),
    "told_done": truth,  # other computers may know that this one does not need the old key any more
    "undecided": listed(whole_object(_undecided)),
    "unread": truth,  # what other computers say of the old key could not be read
    "unseen": truth,  # what an undo would have to remove may be there, and AWS does not let it look
    "used_elsewhere": listed(whole_object(_use)),  # who used the old key before the switch, but this computer
    "user": whole_object(_user),  # the one that AWS made
    "waits": truth,
    # The newest write since the switch, by bucket; None where two pages of the listing do not tell.
    "written": mapped(maybe(moment)),
}
# Without these their entries say nothing.
_NEEDED: Mapping[tuple[Step, Mark], str] = {
    **{(step, Mark.TICKED): "item" for step in Step},
    (Step.TURN_OFF, Mark.NOTED): "by",
    (Step.TURN_OFF, Mark.DONE): "by",
    (Step.END, Mark.DONE): "ended",
}


def entry_of(raw: RawEntry, rotation: str) -> Entry:
    """Read one line of the journal.

    Raises:
        NotUnderstood: where a newer Keyturn wrote it, or it is damaged.
    """
    line = Fields({"at": raw.at, "step": raw.step, "mark": raw.mark, "facts": parsed(raw.facts)})
    step, mark = line.get("step", choice(Step)), line.get("mark", choice(Mark))
    facts = line.get("facts", checked)
    needed = _NEEDED.get((step, mark))
    if needed is not None and needed not in facts:
        raise NotUnderstood(f"facts.{needed}")
    return Entry(rotation, line.get("at", moment), step.value, mark, facts)


def checked(facts: object) -> Mapping[str, Any]:
    """Return the facts as they are.

    Raises:
        NotUnderstood: where one of them has no name or kind here.
    """
    if not isinstance(facts, Mapping):
        raise NotUnderstood
    fields = Fields(dict(facts))
    for name in facts.keys() & _KINDS.keys():
        fields.get(name, _KINDS[name])
    fields.end()
    return facts
