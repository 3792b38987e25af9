"""Names under which the two halves of an access key stand: variables, settings and options, no matter who made them up.

Each program has its own: AWS_ACCESS_KEY_ID, S3_KEY, OBJECTSTORE_S3_KEY, PGBACKREST_REPO1_S3_KEY_SECRET,
`--secret-access-key`, `awsAccessKey` (facts/field-reports.md). In all of them a few words say which half it is, and
what is left when they are taken away is the same for both halves.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

_WORD = re.compile(r"[A-Z]+[0-9]*(?![a-z])|[A-Z]?[a-z]+[0-9]*|[0-9]+")
# Words that are written without anything between them, as in AWSSECRETACCESSKEY.
_GLUED = ("SECRET", "ACCESS", "KEY", "ID", "USER", "NAME")
_OF_THE_ID = frozenset({"KEY", "ID", "USER", "USERNAME", "LOGIN"})
_OF_THE_SECRET = frozenset({"SECRET", "PASS", "PASSWORD", "PASSWD"})
_MAY_SAY_SOMETHING = re.compile(r"key|id|user|login|secret|pass", re.IGNORECASE)
_OF_BOTH = frozenset({"ACCESS", "NAME", "AUTH", *_OF_THE_ID, *_OF_THE_SECRET})
# What such a name is about instead, whatever else it says.
_OTHER_THINGS = frozenset(
    {
        *("FILE", "PATH", "PROFILE", "SESSION", "TOKEN", "URL", "URI", "KMS", "SSE", "GPG", "PGP", "SSH", "API", "JWT"),
        *("PUBLIC", "PRIVATE", "CLIENT", "BASE", "OTP", "ENCRYPTION", "ENCRYPT", "SIGNING", "ARN"),
    }
)
# Anyone who uses one of these means a key of S3's, whatever it is shaped like.
_MEANS_S3 = frozenset({"AWS", "S3", "AMAZON", "MINIO", "RCLONE", "RESTIC", "OBJECTSTORE", "LITESTREAM", "TARGET"})

# Names that alone may be about anything (S3_KEY is an object's as well), and together are the pair of a real program:
# Twill's (its page, Configuration), softonic/docker-registry-s3's, the S3 gateway of Gluster's (gluster-kubernetes,
# gluster-s3-template.yaml); pgBackRest's and Duplicacy's begin with these names' own prefix (facts/clients.md).
_KNOWN_TOGETHER = {
    "S3_KEY": ("S3_SECRET", "S3_KEY_SECRET"),
    "S3_ID": ("S3_SECRET",),
    "S3_USER": ("S3_PASSWORD",),
    "AWS_KEY": ("AWS_SECRET",),
}


class Half(StrEnum):
    """Which half of an access key a name is for."""

    ID = "id"
    SECRET = "secret"  # noqa: S105  (which half it is, not one)


@dataclass(frozen=True, slots=True)
class CredentialName:
    """What a name says.

    Attributes:
        stem: the words that both halves have in common; empty for a bare `ACCESS_KEY`.
        words: those that say which half it is.
        means_s3: the name alone tells that a key of S3's stands there; else it takes the shape of AWS's keys.
    """

    half: Half
    stem: tuple[str, ...]
    words: tuple[str, ...]
    means_s3: bool


def key_name(name: str) -> CredentialName | None:
    """Return what a name says of an access key; None where it is for something else."""
    # Every word of every command is asked about, and hardly any says something.
    return _key_name(name) if _MAY_SAY_SOMETHING.search(name) is not None else None


@lru_cache(maxsize=256)
def _key_name(name: str) -> CredentialName | None:
    words = tuple(_words(name))
    told = {word for word in words if word in _OF_BOTH}
    if not told or any(word in _OTHER_THINGS for word in words):
        return None
    half = Half.SECRET if told & _OF_THE_SECRET else Half.ID
    if half is Half.ID and not told & _OF_THE_ID:
        return None
    stem = tuple(word for word in words if word not in _OF_BOTH)
    of_s3 = any(word in _MEANS_S3 for word in stem)
    spelled_out = {"ACCESS", "KEY"} <= told or {"SECRET", "KEY"} <= told
    return CredentialName(
        half, stem, tuple(word for word in words if word in _OF_BOTH), spelled_out and (of_s3 or not stem)
    )


def is_known_pair(identifier: str, secret: str | None) -> bool:
    """Return whether two names are those that a program has for the halves of its key, with the same prefix or none."""
    if secret is None:
        return False
    return any(
        identifier.endswith(name)
        and identifier.removesuffix(name)[-1:] in ("", "_")
        and secret in [identifier.removesuffix(name) + other for other in others]
        for name, others in _KNOWN_TOGETHER.items()
    )


class Partners:
    """The names of secrets in one text, for the names of the IDs beside them."""

    def __init__(self, names: Iterable[str]) -> None:
        self._by_stem: dict[tuple[str, ...], list[str]] = {}
        self._by_words: dict[tuple[tuple[str, ...], tuple[str, ...]], list[str]] = {}
        for name in dict.fromkeys(names):
            known = key_name(name)
            if known is not None and known.half is Half.SECRET:
                self._by_stem.setdefault(known.stem, []).append(name)
                self._by_words.setdefault((known.stem, _sorted(known.words)), []).append(name)

    def of(self, name: str) -> str | None:
        """Return which name is for the secret beside the ID under `name`; None where that is not clear."""
        own = key_name(name)
        if own is None or own.half is not Half.ID:
            return None
        fitting = self._by_stem.get(own.stem, [])
        if len(fitting) > 1:
            usual = dict.fromkeys(_usual_partners(own.words))
            fitting = [one for words in usual for one in self._by_words.get((own.stem, words), ())[:2]]
        return fitting[0] if len(fitting) == 1 else None


def _usual_partners(words: Sequence[str]) -> list[tuple[str, ...]]:
    """How the secret is called beside an ID of these words: the same words, or the ID's without its `ID`."""
    return [_sorted([*words, "SECRET"]), _sorted([*(word for word in words if word != "ID"), "SECRET"])]


def _sorted(words: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted(words))


def _words(name: str) -> Iterable[str]:
    for found in _WORD.findall(name):
        yield from _apart(found.upper())


def _apart(word: str) -> Iterable[str]:
    """The words of which one is made that ends in at least two of those; else the word."""
    ends: list[str] = []
    before = len(word)
    while (last := next((one for one in _GLUED if word.endswith(one, 0, before)), None)) is not None:
        ends.append(last)
        before -= len(last)
    if len(ends) < 2:
        return (word,)
    return (*((word[:before],) if before else ()), *reversed(ends))
