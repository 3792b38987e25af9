"""Access keys: the identifier, the secret, the pair, and what AWS tells about them."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NoReturn

from keyturn.model.known_secrets import remember, remember_name

# AWS's own, and the hexadecimal ones of S3-compatible stores: Backblaze B2 has 25 digits, Cloudflare R2 and OVH 32
# (their documentation). No secret of AWS's is shaped so: one in the wrong place is never taken for an ID.
_SHAPE = re.compile(r"[A-Z0-9]{16,128}|[0-9a-f]{24,32}")
# Anyone who runs a store may choose any name, such as `minioadmin`: MinIO's have 3 to 20 letters, and no other store's
# has more than 39 (their documentation). A secret of AWS's has 40; what begins as AWS's own is one of those, or
# damaged.
_OF_A_STORE = re.compile(r"(?!(?i:AKIA|ASIA))[A-Za-z0-9][A-Za-z0-9._@+=/-]{2,38}")
_SHORT = 12  # of a shorter one, two letters and the last four are shown
# An identifier shaped like the ones AWS hands out today: four letters of kind, then sixteen characters. `=` and `/` may
# stand around it, as in `KEY=AKIA…`, `s3://AKIA…:secret@host` and `Credential=AKIA…/20240101`.
KEY_ID_IN_TEXT = re.compile(r"(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])")


@dataclass(frozen=True, slots=True, order=True)
class AccessKeyId:
    """The public half of an access key, such as `AKIAIOSFODNN7EXAMPLE`.

    Attributes:
        of_store: it is known to be a store's, not AWS's, and so it may have any shape.

    Raises:
        ValueError: where the text is not shaped like an access key ID (IAM API: 16 to 128 letters and digits; see
            `_SHAPE` and `_OF_A_STORE` for those of other stores).
    """

    value: str
    of_store: bool = field(default=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        if not is_key_id(self.value) and not (self.of_store and _OF_A_STORE.fullmatch(self.value)):
            raise ValueError("not an access key ID")
        remember_name(self.value)

    @classmethod
    def of_any_shape(cls, text: str) -> AccessKeyId:
        """Return the ID that a person, a store's settings or Keyturn's own memory names.

        Raises:
            ValueError: where it can be none, also at a store.
        """
        return cls(text, of_store=not is_key_id(text))

    def __str__(self) -> str:
        return self.value

    @property
    def masked(self) -> str:
        """The form shown to people: `AKIA…7Q2P`."""
        return f"{self.value[: 4 if len(self.value) >= _SHORT else 2]}…{self.last4}"

    @property
    def is_distinctive(self) -> bool:
        """False for a store's name of a key that may stand anywhere as a word of its own, such as `minioadmin`."""
        return is_key_id(self.value)

    @property
    def last4(self) -> str:
        """The last four characters, which a person types to confirm a deletion."""
        return self.value[-4:]

    def is_confirmed_by(self, typed: str | None) -> bool:
        """Return whether a person typed those four; small letters do as well."""
        return typed is not None and typed.strip().upper() == self.last4.upper()

    @property
    def is_temporary(self) -> bool:
        """True for a key that expires by itself (`ASIA…`; facts/aws.md A1)."""
        return self.value.startswith("ASIA")

    def account_hint(self) -> str | None:
        """The account number that newer identifiers contain, or None for older ones.

        Older identifiers (fifth character A to P) decode to a plausible wrong number, so they are refused
        (facts/aws.md A1). A hint only: STS is the authority.
        """
        if len(self.value) != 20 or self.value[4] not in "QRSTUVWXYZ23456":
            return None
        try:
            number = int.from_bytes(base64.b32decode(self.value[4:20])[:6], "big")
        except binascii.Error:
            return None
        return f"{(number & 0x7FFFFFFFFF80) >> 7:012d}"


def keys_meant(text: str, keys: Iterable[AccessKeyId]) -> tuple[AccessKeyId, ...]:
    """Return those of the keys that `text` may mean: the whole ID, its last four characters or more, or `AKIA…7Q2P`."""
    wanted, known = text.strip(), tuple(dict.fromkeys(keys))
    exact = tuple(key for key in known if key.value == wanted)
    ending = wanted.rpartition("…")[2]
    return exact or tuple(key for key in known if len(ending) >= 4 and key.value.endswith(ending))


def as_typed(text: str) -> str:
    """Return what was typed for a key, as it may be shown: an ID is shortened, and what may be a secret is left out."""
    typed = text.strip()
    if len(typed) < 16:
        return typed
    try:
        return AccessKeyId(typed).masked
    except ValueError:
        return "…"


def is_key_id(text: str) -> bool:
    """True where the text is shaped like an access key ID."""
    return _SHAPE.fullmatch(text) is not None


def may_be_key_id(text: str) -> bool:
    """True where the text may be an access key ID, at whatever store."""
    return is_key_id(text) or _OF_A_STORE.fullmatch(text) is not None


class Secret:
    """A secret access key. It has no text form and cannot be pickled; `reveal` is the only way out.

    From the moment that it is made no text that is shown or kept repeats it (see `known_secrets`).
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text
        remember(text)

    @classmethod
    def typed(cls, text: str) -> Secret:
        """The secret of an access key as a person typed or pasted it.

        Raises:
            ValueError: where it can be none. The text is not in the error: it may be a secret in the wrong place.
        """
        if not text or not text.isascii() or not text.isprintable() or " " in text:
            raise ValueError("not a secret access key")
        return cls(text)

    def reveal(self) -> str:
        """Return the secret itself: for the signature, the keychain and the destination file, and nothing else."""
        return self._text

    def __repr__(self) -> str:
        return "Secret(…)"

    def __format__(self, spec: str) -> NoReturn:
        raise TypeError("a secret has no text form")

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        import hmac  # brings OpenSSL along, and most commands compare no secrets

        # What was read from files and variables may hold bytes that are no text; Python keeps them as surrogates.
        own, others = (one._text.encode(errors="surrogatepass") for one in (self, other))
        return hmac.compare_digest(own, others)

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret cannot be pickled")


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A complete access key: identifier and secret."""

    access_key_id: AccessKeyId
    secret: Secret


@dataclass(frozen=True, slots=True)
class SessionPair(KeyPair):
    """The key of a session: it ends by itself, and AWS knows it only together with its token.

    Attributes:
        token: the session token, as secret as the key's secret.
        ends: when, in UTC; None where the one who gave it did not say.
    """

    token: Secret
    ends: datetime | None = None


class KeyStatus(StrEnum):
    """What AWS says of a key. `rejected`: AWS refuses it, and does not say whether it is inactive or gone."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    REJECTED = "rejected"
    UNKNOWN = "unknown"


class PrincipalKind(StrEnum):
    """Who a key belongs to."""

    ROOT = "root"
    USER = "user"
    ROLE = "role"
    UNKNOWN = "unknown"


_ARN = re.compile(r"arn:(?P<partition>aws[a-z-]*):(?:iam|sts)::(?P<account>\d{12}):(?P<who>.+)")


@dataclass(frozen=True, slots=True)
class Principal:
    """Whose key it is, as STS says.

    Attributes:
        partition: `aws`, `aws-cn`, `aws-us-gov` …
        user_name: the IAM user's name without its path; None for root and roles.
    """

    account: str
    arn: str
    kind: PrincipalKind
    partition: str
    user_name: str | None

    def arn_of_user(self, name: str, path: str = "/keyturn/") -> str:
        """The ARN of an IAM user of the same account, whether there is one or not."""
        return f"arn:{self.partition}:iam::{self.account}:user{path}{name}"

    @property
    def is_ours(self) -> bool:
        """True for a user of the path under which Keyturn makes its own."""
        return ":user/keyturn/" in self.arn

    @classmethod
    def from_arn(cls, arn: str) -> Principal:
        """Read the caller's ARN (facts/aws.md A1: root is exactly `arn:<partition>:iam::<account>:root`).

        Raises:
            ValueError: where the text is not the ARN of a caller.
        """
        match = _ARN.fullmatch(arn)
        if match is None:
            raise ValueError("not the ARN of a caller")
        who = match["who"]
        kind, user_name = PrincipalKind.UNKNOWN, None
        if who == "root":
            kind = PrincipalKind.ROOT
        elif who.startswith("user/"):
            kind, user_name = PrincipalKind.USER, who.rpartition("/")[2]
        elif who.startswith(("assumed-role/", "role/")):
            kind = PrincipalKind.ROLE
        return cls(match["account"], arn, kind, match["partition"], user_name)


@dataclass(frozen=True, slots=True)
class LastUse:
    """The last use of a key that AWS recorded, within 15 minutes (facts/aws.md A3).

    Attributes:
        date: when, in UTC; None where the key was never used since AWS began to count in April 2015.
    """

    date: datetime | None
    service: str
    region: str


HISTORY_DAYS = 90  # AWS keeps no older events (CloudTrail User Guide, "Event history")


@dataclass(frozen=True, slots=True)
class KeyUse:
    """What one program at one address did with a key in one region, as AWS's event history has it.

    Attributes:
        agent: the program, as it calls itself.
        address: where its requests came from.
        events: how many requests the history has.
        last: when the newest was, in UTC.
    """

    agent: str
    address: str
    region: str
    events: int
    last: datetime

    def as_json(self) -> dict[str, str | int]:
        """For scripts, and for the journal."""
        return {
            "agent": self.agent,
            "address": self.address,
            "region": self.region,
            "events": self.events,
            "last": self.last.isoformat(),
        }


@dataclass(frozen=True, slots=True)
class AccessKey:
    """What AWS tells about one access key; what is not known is None or `UNKNOWN`, never a default.

    Attributes:
        created: when, in UTC.
        last_use: None where AWS did not tell.
    """

    access_key_id: AccessKeyId
    owner: Principal | None
    status: KeyStatus
    created: datetime | None = None
    last_use: LastUse | None = None
