"""Places: every spot on a computer where an access key ID stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from keyturn.model.addresses import without_password
from keyturn.model.keys import AccessKeyId, KeyPair, Secret
from keyturn.model.known_secrets import without_secrets
from keyturn.model.manners import AS_USUAL, Manner
from keyturn.model.needs import Addition

TEXT = "text"  # the client of a file that is edited as text, because a person said so


class PlaceKind(StrEnum):
    """What a place is.

    `destination`: a backup program, or the AWS files, reads its key here. `leftover`: a copy that no program reads,
    such as `rootkey.csv`. `mention`: the ID stands here, and Keyturn cannot say what for, or it is only a reference.
    `unread`: the ID may stand here; the file could not be read, and a rotation leaves it to the person.
    """

    DESTINATION = "destination"
    LEFTOVER = "leftover"
    MENTION = "mention"
    UNREAD = "unread"


@dataclass(frozen=True, slots=True, order=True)
class Target:
    """A bucket, and the part of it, that a destination writes to. An empty prefix is the whole bucket."""

    bucket: str
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class Consumer:
    """A program that works with the pair of a place, as a command or another configuration says.

    Attributes:
        program: as the command line calls it, such as `rclone`.
        where: where that stands, for people, such as `photos.sh, line 3`.
        targets: the buckets that it names; empty where it names none.
        additions: what it asks of S3 beyond the base, and beyond what the place asks itself.
        manner: how it asks, where that differs from how the place asks.
        removes: it deletes what is there in its usual runs.
        unclear: addresses that it names and whose bucket only a run would tell.
        beyond: what it asks that no key for backups may do: another service of AWS, or a change of a bucket.
    """

    program: str
    where: str
    targets: tuple[Target, ...] = ()
    additions: frozenset[Addition] = field(default=frozenset())
    manner: Manner = AS_USUAL
    removes: bool = False
    unclear: tuple[str, ...] = ()
    beyond: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """One spot that holds an access key ID.

    Attributes:
        client: the program's name in the command line, such as `rclone`.
        name: what the person calls it: the remote, the profile, the file's name.
        path: the file, as found (not resolved).
        locator: where in the file, in the program's own words: a section, a variable.
        secret: the secret beside the ID, or None where it stands elsewhere or is missing.
        editable: Keyturn can replace the pair here.
        targets: the buckets that the configuration and the consumers name; empty where none does.
        endpoint: the S3 host or address that the configuration names, a password in it hidden; None, also where the
            configuration names an empty one, means Amazon's.
        additions: what the configuration asks of S3 beyond the base (facts/clients.md section 2).
        manner: how the configuration has it ask.
        plain_http: the program is configured to speak without TLS.
        session: the place holds temporary credentials.
        spoiled: a session token of another key stands beside this lasting one, so that AWS refuses what is read here.
        note: what a person should know of this place, in a sentence; may be empty.
        consumers: the programs that work with the pair, where more than the place itself tells of them. Then each
            target is one of theirs.
        line: where the ID stands in the file, counted from 1; 0 where that is not known, or the file has no lines.
        also_at: the lines on which the ID stands elsewhere in the file, of which no place tells.
    """

    client: str
    name: str
    path: Path
    locator: str
    kind: PlaceKind
    access_key_id: AccessKeyId
    secret: Secret | None = None
    editable: bool = False
    targets: tuple[Target, ...] = ()
    region: str | None = None
    endpoint: str | None = None
    additions: frozenset[Addition] = field(default=frozenset())
    manner: Manner = AS_USUAL
    plain_http: bool = False
    session: bool = False
    spoiled: bool = False
    note: str = ""
    consumers: tuple[Consumer, ...] = ()
    line: int = 0
    also_at: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        endpoint = (self.endpoint or "").strip()
        object.__setattr__(self, "endpoint", without_password(endpoint) if endpoint else None)
        object.__setattr__(self, "note", without_secrets(self.note))

    def additions_for(self, target: Target) -> frozenset[Addition]:
        """What the programs that use this part of a bucket ask of S3 beyond the base."""
        asked = (one.additions for one in self.consumers if not one.targets or target in one.targets)
        return self.additions.union(*asked)

    @property
    def unclear(self) -> tuple[str, ...]:
        """Addresses of buckets that were seen and not understood: then the place is incomplete."""
        return tuple(dict.fromkeys(text for one in self.consumers for text in one.unclear))

    def manners_for(self, target: Target) -> tuple[Manner, ...]:
        """In how many ways this part of a bucket is asked for, each once."""
        found = dict.fromkeys(self.manner | one.manner for one in self.consumers if target in one.targets)
        return tuple(found) or (self.manner,)

    @property
    def identity(self) -> str:
        """A name that stays the same between two looks at the same spot."""
        return f"{self.client}:{self.path}:{self.locator}"

    @property
    def pair(self) -> KeyPair | None:
        """The complete pair, where the place holds one."""
        return None if self.secret is None else KeyPair(self.access_key_id, self.secret)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something found while looking that a person should know.

    Attributes:
        path: the file concerned, or None.
        client: the program whose store could not be looked into; empty where the file is no program's own.
        code: the error's stable name, such as `file.unparsable`.
        do: what the person can do about it, in a sentence of its own; empty where the message says all there is.
        also: the other programs that may read the file; it is told once, no matter who asked for it.
    """

    path: Path | None
    title: str
    message: str
    client: str = ""
    code: str = ""
    do: str = ""
    also: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        # What cannot be read is told in the words of systems and parsers, which may quote it.
        for name in ("title", "message", "do"):
            object.__setattr__(self, name, without_secrets(getattr(self, name)))

    def __str__(self) -> str:
        return f"{self.title}. {self.message}"

    @property
    def clients(self) -> tuple[str, ...]:
        """The programs that may read the file; empty where it is no program's own."""
        return (self.client, *self.also) if self.client else self.also


@dataclass(frozen=True, slots=True)
class BlindSpot:
    """Something on the computer that may hold a key and was not looked into.

    Attributes:
        what: what was not seen.
        why: the reason, and what would follow for a backup that keeps its key there.
        do: what the person can do about it.
    """

    what: str
    why: str
    do: str


@dataclass(frozen=True, slots=True)
class Findings:
    """What looking through a computer gave. An unreadable file is a problem in the list, not the end of the search."""

    places: tuple[Place, ...] = ()
    problems: tuple[Problem, ...] = ()

    def __add__(self, other: Findings) -> Findings:
        return Findings(self.places + other.places, self.problems + other.problems)
