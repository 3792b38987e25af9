"""The addresses of restic's repositories on S3 (facts/clients.md section 5)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from keyturn.model.places import Target

_REFERENCE = re.compile(r"[$`]")


@dataclass(frozen=True, slots=True)
class Repository:
    """An S3 repository: its address as restic takes it, and what that says.

    Attributes:
        endpoint: the host, with `http://` where it is spoken to without TLS.
    """

    address: str
    endpoint: str
    target: Target


def repository(address: str) -> Repository | None:
    """Read `s3:HOST/BUCKET/PREFIX`, `s3:https://HOST/…` or `s3://HOST/…`; None where it names no bucket of S3."""
    if not address.startswith("s3:") or _REFERENCE.search(address):
        return None
    rest = address.removeprefix("s3:")
    scheme = "http://" if rest.startswith("http://") else ""
    rest = rest.removeprefix("http://").removeprefix("https://").removeprefix("//")
    host, _slash, path = rest.partition("/")
    bucket, _slash, prefix = path.strip("/").partition("/")
    return Repository(address, scheme + host, Target(bucket, prefix)) if host and bucket else None
