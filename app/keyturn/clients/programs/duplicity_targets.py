"""The addresses that duplicity takes, in all the forms that it has had (facts/clients.md section 13)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from keyturn.clients.endpoints import region_in, speaks_plain_http
from keyturn.model.late_patterns import pattern
from keyturn.model.places import Target

_ADDRESS = pattern(r"(?<![\w+])(?P<scheme>(?:boto3?\+)?s3(?:\+http)?)://(?:[^@/\s'\"]*@)?(?P<rest>[^\s'\";|&<>$`]+)")
_ENDPOINT = pattern(r"--s3-endpoint-url(?:\s+|=)[\"']?([^\s\"';]+)")
_REGION = pattern(r"--s3-region-name(?:\s+|=)[\"']?([\w-]+)")
_COMMENT = pattern(r"^[^\S\n]*+#.*", re.MULTILINE)
# `s3://` meant a host first until duplicity's version 1, and means a bucket first since.
_HOST = pattern(r"[\w.-]+")
_HOST_AND_PORT = pattern(r"[\w.-]+:\d+")
_S3 = pattern(r"(?:^|\.)s3", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Destinations:
    """What a script or profile says of where its backups go."""

    targets: tuple[Target, ...]
    region: str | None
    endpoint: str | None

    @property
    def plain_http(self) -> bool:
        """Whether the endpoint is spoken to without TLS."""
        return speaks_plain_http(self.endpoint)


def destinations_in(text: str) -> Destinations:
    """Return the destinations that stand in a script or profile, comments left out."""
    without_comments = _COMMENT.sub("", text)
    hosts: list[str] = []
    targets = list(dict.fromkeys(_targets(without_comments, hosts)))
    named = _ENDPOINT.search(without_comments)
    endpoint = named[1] if named is not None else next(iter(hosts), None)
    region = _REGION.search(without_comments)
    return Destinations(tuple(targets), region[1] if region is not None else region_in(endpoint), endpoint)


def names_destination(text: str) -> bool:
    """Return whether a text has an address of duplicity's that S3 serves."""
    return _ADDRESS.search(_COMMENT.sub("", text)) is not None


def is_host(name: str) -> bool:
    """Return whether a name is a server's: `s3…` with a dot behind it, also below other names; or one with a port."""
    if _HOST.fullmatch(name) is None:
        return _HOST_AND_PORT.fullmatch(name) is not None
    service = _S3.search(name)
    dotted = service is not None and 0 <= name.find(".", service.end()) < len(name) - 1
    return dotted or name.lower() == "localhost"


def _targets(text: str, hosts: list[str]) -> Iterator[Target]:
    for found in _ADDRESS.finditer(text):
        first, _slash, rest = found["rest"].strip("/").partition("/")
        if found["scheme"] in ("s3", "boto+s3") and is_host(first):
            hosts.append(first)
            first, _slash, rest = rest.strip("/").partition("/")
        if first:
            yield Target(first, rest.strip("/"))
