"""What was decided for a rotation before it began: written once, read again after every interruption.

How the journal keeps it, and reads what earlier versions wrote, is in `decision_format.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from keyturn.clients.endpoints import store_name
from keyturn.model.key_names import KeyName
from keyturn.model.keys import AccessKeyId, Principal, PrincipalKind
from keyturn.model.manners import AS_USUAL, Manner
from keyturn.model.needs import PolicyDocument
from keyturn.model.places import TEXT, Place, Target
from keyturn.model.text import _
from keyturn.rotation.steps import Route


@dataclass(frozen=True, slots=True)
class Destination:
    """A place that a program reads, with the buckets it reaches.

    Attributes:
        place: without its secret.
        targets: from its configuration, or from `--bucket`.
        file: the file behind the links of the place's path, as it was confirmed.
        manners: how the programs ask for a target, where that is not as usual.
        asks: the pair leaves the file, and the place asks Keyturn from *switch* on; see `Decision.handing`.
    """

    place: Place
    targets: tuple[Target, ...]
    file: Path
    manners: tuple[tuple[Target, Manner], ...] = ()
    asks: bool = False

    def manners_for(self, target: Target) -> tuple[Manner, ...]:
        """In how many ways the programs ask for this part of a bucket, each once."""
        return tuple(manner for one, manner in self.manners if one == target) or (AS_USUAL,)

    @property
    def ways(self) -> tuple[tuple[Target, Manner], ...]:
        """Every target, in each way in which the programs ask for it."""
        return tuple((target, manner) for target in self.targets for manner in self.manners_for(target))

    @property
    def is_text(self) -> bool:
        """True for a file that is edited as text: which program reads it is not known."""
        return self.place.client == TEXT

    @property
    def title(self) -> str:
        """What a person calls it."""
        return f"{self.place.client} {self.place.name}"


@dataclass(frozen=True, slots=True)
class ByHand:
    """A program with a guide, whose key the person changes by hand.

    Attributes:
        client: its guide's name.
        places: where it was read to hold the old key, without their secrets; empty where Keyturn cannot look into it.
        targets: the buckets that the new key has to reach for it.
        known: it holds the old key, as was read or as the person said; else the person is asked.
        named_in: the files that take the key from it, such as a script that asks a password manager.
        called: what tells it from others with the same guide, such as the name of a web page; may be empty.
    """

    client: str
    places: tuple[Place, ...]
    targets: tuple[Target, ...]
    known: bool
    named_in: tuple[str, ...] = ()
    called: str = ""

    @classmethod
    def named(cls, text: str) -> ByHand:
        """What a person named: a guide, or `GUIDE:NAME` of several with the same one."""
        client, _colon, called = text.partition(":")
        return cls(client, (), (), known=True, called=called.strip())

    @property
    def identity(self) -> str:
        """Its guide's name, and what it is called, in the form in which an item has it: `web-page-github-actions`."""
        plain = "".join(letter if letter.isalnum() else " " for letter in self.called.casefold())
        return "-".join((self.client, *plain.split()))


class WhyReached(StrEnum):
    """Why the new key reaches a bucket that no program here names."""

    NAMED = "named"  # the person said that something uses it
    ADDRESSED = "addressed"  # a file on this computer addresses it
    NOT_KNOWN = "not-known"  # nobody knows whether something uses it


@dataclass(frozen=True, slots=True)
class OtherBucket:
    """A bucket that the new key reaches besides those of its programs."""

    bucket: str
    why: WhyReached

    @property
    def may_delete(self) -> bool:
        """False where nobody knows what it is for."""
        return self.why is not WhyReached.NOT_KNOWN


@dataclass(frozen=True, slots=True)
class OtherComputer:
    """A computer with backups of its own in a bucket of the account; which key it uses cannot be seen from here.

    Attributes:
        name: empty where the bucket does not tell.
        plans: the names of its backup plans, where its program writes them.
        program: `Arq 5` or `Arq 7`, after the form of what it wrote.
        last_upload: when its newest backup ended, in UTC; None where that is not known.
    """

    name: str
    bucket: str
    plans: tuple[str, ...]
    program: str
    last_upload: datetime | None


@dataclass(frozen=True, slots=True)
class Handing:
    """How the places that ask get the key.

    Attributes:
        name: by which they ask.
        program: the Keyturn that they ask, and `options`, what leads it to this memory.
        needs_session: it takes the key from a keychain, which only a person's session opens.
        is_new: the rotation gives the name to the key.
    """

    name: KeyName
    program: str
    options: tuple[str, ...]
    needs_session: bool
    is_new: bool


@dataclass(frozen=True, slots=True)
class Decision:
    """One key's rotation as it was planned and confirmed.

    Attributes:
        owner: whose key it is; None for a key of an S3-compatible store, which has neither IAM nor STS.
        given: the new key, on the route `given-pair`.
        known_keys: the access keys that the new key's owner had before; any other one is new.
        regions: the region of each bucket.
        user_name: the IAM user to make, on the route `scoped-user`; where the name is taken by then, a number follows.
        policy: its inline policy.
        by_hand: programs that a person gives the new key, or is asked about.
        computers: other computers that back up into this account, of which the person is asked.
        rotation_id: drawn by lot, for the tags of what is made at AWS; None for a rotation that an older Keyturn began.
        user_name_given: the person chose the user's name, so no number may follow.
        others: the buckets that the new key reaches besides those of the programs.
        left_out: the buckets that the old key reaches and the new one does not, as the person said.
        elsewhere: the key stands nowhere on this computer, so its signer does everything, and what AWS recorded of it
            before counts as watched.
        handing: how the places get the key whose pair leaves their file; None where none does.
        watch_days, off_days: how long to watch before turning off, and to wait before deleting.
    """

    rotation: str
    key: AccessKeyId
    owner: Principal | None
    route: Route
    destinations: tuple[Destination, ...]
    by_hand: tuple[ByHand, ...]
    computers: tuple[OtherComputer, ...]
    mentions: tuple[Place, ...]
    known_keys: tuple[AccessKeyId, ...]
    regions: Mapping[str, str | None]
    user_name: str | None
    policy: PolicyDocument | None
    watch_days: float
    off_days: float
    given: AccessKeyId | None = None
    rotation_id: str | None = None
    user_name_given: bool = False
    others: tuple[OtherBucket, ...] = ()
    left_out: tuple[str, ...] = ()
    elsewhere: bool = False
    handing: Handing | None = None

    @property
    def account(self) -> str | None:
        """The account that owns key and buckets; None at a store that has no accounts."""
        return None if self.owner is None else self.owner.account

    @property
    def of_root(self) -> bool:
        """True for a key of the account's root user."""
        return self.owner is not None and self.owner.kind is PrincipalKind.ROOT

    @property
    def store(self) -> str | None:
        """The host of the S3-compatible store whose key it is; None for a key of AWS's."""
        if self.owner is not None:
            return None
        return next((store_name(place) for place, *_rest in self.at_stores), "")

    @property
    def at_stores(self) -> tuple[tuple[Place, Target, Manner], ...]:
        """What is reached at an S3-compatible store, each part of a bucket with a place that names the store, and in
        which way it is asked for."""
        if self.owner is not None:
            return ()
        edited = [(one.place, target, way) for one in self.destinations for target, way in one.ways]
        edited += [(one.place, target, AS_USUAL) for one, target in self.other_targets]
        by_hand = [(place, target, AS_USUAL) for one in self.by_hand for place in one.places for target in one.targets]
        return (*edited, *(one for one in by_hand if one[0].endpoint is not None))

    @property
    def ways(self) -> tuple[tuple[Target, Manner], ...]:
        """Every part of a bucket that the new key has to reach, in each way in which a program asks for it.

        How programs ask that a person changes by hand is not known where no other one tells.
        """
        edited = [way for one in self.destinations for way in one.ways]
        edited += [(Target(one.bucket), AS_USUAL) for one in self.others]
        known = {target for target, _manner in edited}
        by_hand = [(target, AS_USUAL) for one in self.by_hand for target in one.targets if target not in known]
        return tuple(dict.fromkeys([*edited, *by_hand]))

    @property
    def buckets(self) -> tuple[str, ...]:
        """Every bucket that the new key has to reach."""
        return tuple(sorted({target.bucket for target in self.targets}))

    @property
    def targets(self) -> tuple[Target, ...]:
        """Every part of a bucket that the new key has to reach, for programs of both kinds."""
        edited = {target for one in self.destinations for target in one.targets}
        edited |= {Target(one.bucket) for one in self.others}
        return tuple(sorted(edited.union(*(one.targets for one in self.by_hand))))

    @property
    def edited_buckets(self) -> tuple[str, ...]:
        """Every bucket of a destination from which the new key can be read back."""
        edited = {target.bucket for one in self.destinations for target in one.targets}
        return tuple(sorted(edited | {target.bucket for _one, target in self.other_targets}))

    @property
    def other_targets(self) -> tuple[tuple[Destination, Target], ...]:
        """The buckets besides those of the programs, each with a destination from which the new key can be read."""
        first = self.destinations[:1]
        return tuple((one, Target(other.bucket)) for one in first for other in self.others)


def computer_name(one: OtherComputer) -> str:
    """What people call the computer."""
    return f"“{one.name}”" if one.name else _("a computer without a name")


def without_secret(place: Place) -> Place:
    """The same place, fit to be kept."""
    return replace(place, secret=None)
