"""How a program asks S3: what its requests say beyond the bare question, which a bucket's policy may look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

# Objects of these classes have to be asked for before they can be read (Amazon S3's storage classes).
ARCHIVES = frozenset({"GLACIER", "DEEP_ARCHIVE"})


@dataclass(frozen=True, slots=True)
class Manner:
    """What a program says with each object that it writes, and how it pays. None, False: it says nothing of it.

    Attributes:
        encryption: `AES256`, `aws:kms` or `aws:kms:dsse`.
        kms_key: as the configuration names it: an ARN, a bare ID or an alias.
        storage_class: in S3's own words, such as `DEEP_ARCHIVE`.
        acl: a list of access in S3's own words, such as `private`.
        checksum: in S3's own words, such as `SHA256`.
        tags: as the header has them, `name=value&…`.
        requester_pays: it says that it pays for what it asks.
    """

    encryption: str | None = None
    kms_key: str | None = None
    storage_class: str | None = None
    acl: str | None = None
    checksum: str | None = None
    tags: str | None = None
    requester_pays: bool = False

    def __or__(self, more: Manner) -> Manner:
        """The same with what `more` says, which counts where both say something."""
        return Manner(**{one.name: getattr(more, one.name) or getattr(self, one.name) for one in fields(self)})

    @property
    def archives(self) -> bool:
        """True where what it writes has to be asked for before it can be read."""
        return self.storage_class in ARCHIVES

    def as_json(self) -> dict[str, Any]:
        """What is said, without what is not."""
        return {one.name: value for one in fields(self) if (value := getattr(self, one.name))}

    @classmethod
    def from_json(cls, written: Mapping[str, Any]) -> Manner:
        """Read what `as_json` wrote."""
        return cls(**written)


AS_USUAL = Manner()
