"""What happens to a rotation, beyond what `key_events` has."""

# Its fields' types are read, see `codec`, so they are no mere texts here.
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

from keyturn.model.keys import KeyUse
from keyturn.model.places import Place
from keyturn.model.search_scope import SearchScope
from keyturn.rotation.claims import Claim
from keyturn.rotation.decision_format import place_written, read_place
from keyturn.rotation.events.codec import (
    MAY_BE_MISSING,
    MOMENT,
    TEXT,
    TRUTH,
    Count,
    Keys,
    Kind,
    MaybeMoment,
    MaybeText,
    Moment,
    Text,
    Texts,
    Truth,
    count,
    listed,
    mapped,
    maybe,
    one_of,
    only,
    paired,
    whole,
)
from keyturn.rotation.sight import Sighting
from keyturn.rotation.undecided import Undecided
from keyturn.state.written import Fields, moment, text, whole_object


def _key_use(members: Fields) -> KeyUse:
    """Read what `KeyUse.as_json` writes."""
    return KeyUse(
        agent=members.get("agent", text),
        address=members.get("address", text),
        region=members.get("region", text),
        events=members.get("events", count),
        last=members.get("last", moment),
    )


PLACES = listed(Kind(whole_object(read_place), place_written))


# ── Of every step ────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class SignedBy:
    """Who makes the change, as `--as` names it, where it is not the rotation's own keys."""

    signer: Text


@dataclass(frozen=True, slots=True)
class OffThroughout:
    """Right before the old key was deleted: whether it was off since it was turned off.

    Attributes:
        off_throughout: False if it was not, or if that could not be seen.
        turned_on: when somebody turned it on in between, if that was seen.
    """

    off_throughout: Truth
    turned_on: Annotated[MaybeMoment, MAY_BE_MISSING] = field(default=None, kw_only=True)


@dataclass(frozen=True, slots=True)
class Failed:
    """Why the step did not end well.

    Attributes:
        code: of the error.
        waits: it goes on by itself, or once a person did something.
        refused: the call that AWS refused for good.
        undecided: what a person has to decide about first.
    """

    code: Annotated[Text, MAY_BE_MISSING] = ""
    waits: Annotated[Truth, MAY_BE_MISSING] = False
    refused: Annotated[Text, MAY_BE_MISSING] = ""
    undecided: Annotated[tuple[Undecided, ...], listed(whole(Undecided)), MAY_BE_MISSING] = ()


@dataclass(frozen=True, slots=True)
class Proving:
    """A proof that is no step of its own goes on, or, where that is False, is over."""

    proving: Truth


# ── Before anything is changed ───────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class OwnChecksPassed:
    """The programs' own checks that passed with the old key."""

    own_checks_passed: Texts


@dataclass(frozen=True, slots=True)
class UsesElsewhere:
    """Who used the old key before the switch but this computer, as AWS's event history has it; the newest first."""

    used_elsewhere: Annotated[tuple[KeyUse, ...], listed(Kind(whole_object(_key_use), KeyUse.as_json))]


# ── Where the old key is ─────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Extent:
    """What was searched beside the edited files.

    Attributes:
        files: how many were looked into.
        finished: False where it ended early, or there was none.
    """

    scope: Annotated[SearchScope, one_of(SearchScope)] = SearchScope.NONE
    files: Count = 0
    finished: Truth = False


@dataclass(frozen=True, slots=True)
class SearchMade:
    """The old key was searched, and where it stands still."""

    searched: Annotated[Extent, whole(Extent)]
    holding: Annotated[tuple[Place, ...], PLACES]


@dataclass(frozen=True, slots=True)
class ProgramNamed:
    """A person named a program that uses the old key, after the plan."""

    also: Text


# ── Making the new key ───────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class UserRequest:
    """AWS is asked for this user next."""

    asked: Annotated[str, only("user")] = field(default="user", kw_only=True)
    name: Text


@dataclass(frozen=True, slots=True)
class MadeUser:
    """The IAM user that AWS said it made, by the ID that no other one ever bears (`AIDA…`)."""

    name: Text
    id: Text


@dataclass(frozen=True, slots=True)
class UserMade:
    """AWS made the user; whatever has its name later is another one."""

    user: Annotated[MadeUser, whole(MadeUser)]


@dataclass(frozen=True, slots=True)
class KeyRequest:
    """AWS is asked for a key next.

    Attributes:
        known: the keys that its owner had right before.
        at: when it is sent, by AWS's clock; None where that is not known.
    """

    asked: Annotated[str, only("key")] = field(default="key", kw_only=True)
    known: Keys
    at: MaybeMoment


@dataclass(frozen=True, slots=True)
class KeysToRemove:
    """Keys that the rotation made and that are to be removed; their secrets may be kept still."""

    made: Keys


# ── Proofs ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Simulation:
    """What IAM's simulator said of rights that nobody can try, by bucket; never a proof."""

    allowed: Annotated[Mapping[str, tuple[str, ...]], mapped(listed(TEXT))]
    not_known: Annotated[Mapping[str, tuple[str, ...]], mapped(listed(TEXT))]


@dataclass(frozen=True, slots=True)
class RightsSimulated:
    """IAM's simulator was asked."""

    simulated: Annotated[Simulation, whole(Simulation)]


@dataclass(frozen=True, slots=True)
class Proved:
    """What was proved of one bucket of a destination.

    Attributes:
        place: the destination's identity.
        checks: what was tried, and whether it worked; None where that is not known.
    """

    place: Text
    bucket: MaybeText
    checks: Annotated[tuple[tuple[str, bool | None], ...], listed(paired(TEXT, maybe(TRUTH)))]


@dataclass(frozen=True, slots=True)
class PlacesProved:
    """Every destination was proved as it was read back."""

    proved: Annotated[tuple[Proved, ...], listed(whole(Proved))]


@dataclass(frozen=True, slots=True)
class OldKeyHeld:
    """Places that had the new key hold the old one again, by the place's identity; none where they do not any more."""

    old_again: Texts


@dataclass(frozen=True, slots=True)
class NewKeyFails:
    """The new key does not work in a destination, by the name of the fault; empty where it works again."""

    new_key_fails: Text


# ── While both keys are on ───────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class NewKeyUsed:
    """When AWS saw the new key used by somebody else than Keyturn."""

    new_key_used: Moment


@dataclass(frozen=True, slots=True)
class OldKeyLooked:
    """AWS was asked who uses the old key, which is on; noted also if that changed nothing, since its moment counts.

    Attributes:
        use_is_told: False where AWS does not tell it to anybody here.
        old_key_used: when somebody else than Keyturn used it last, as far as that is known.
    """

    use_is_told: Truth
    old_key_used: MaybeMoment


@dataclass(frozen=True, slots=True)
class BackupsLooked:
    """How these places were seen backing up with the new key, or why not, by the place's identity."""

    backups: Annotated[Mapping[str, Sighting], mapped(whole(Sighting))]


@dataclass(frozen=True, slots=True)
class BucketsWritten:
    """The newest write since the switch, by bucket; None where two pages of the listing do not tell."""

    written: Annotated[Mapping[str, datetime | None], mapped(maybe(MOMENT))]


@dataclass(frozen=True, slots=True)
class ClaimsHeard:
    """What other computers say of the old key.

    Attributes:
        unread: it could not be read, so `claims` are what was known before.
    """

    claims: Annotated[tuple[Claim, ...], listed(whole(Claim))]
    unread: Truth


@dataclass(frozen=True, slots=True)
class ToldDone:
    """Other computers may know that this one does not need the old key any more; False where it needs it again."""

    told_done: Truth


# ── Putting back ─────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class AllBack:
    """Of an undo, only our copies of secrets are to be wiped."""

    all_back: Truth


@dataclass(frozen=True, slots=True)
class LetBe:
    """What an undo left alone.

    Attributes:
        appeared: keys of the same owner since the plan, of which nothing says whose they are.
        unseen: what it would have to remove may be there, and AWS does not let it look.
    """

    appeared: Keys
    unseen: Truth
