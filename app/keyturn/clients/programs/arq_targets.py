"""Arq 5: the destinations in its `.target` files, each with the key's ID in its address (facts/arq.md 1.4)."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit

from keyturn.clients.endpoints import is_aws_endpoint, region_in
from keyturn.clients.findings import key_id
from keyturn.edits import plists
from keyturn.edits.files import FileContent
from keyturn.model.keys import AccessKeyId
from keyturn.model.places import Target


@dataclass(frozen=True, slots=True)
class ArqTarget:
    """One destination of S3.

    Attributes:
        access_key_id: None where the address has none.
        endpoint: the host of an S3-compatible store; None is Amazon's.
    """

    uuid: str
    name: str
    access_key_id: AccessKeyId | None
    target: Target | None
    region: str | None
    endpoint: str | None
    plain_http: bool


def read_target(content: FileContent) -> ArqTarget | None:
    """Return the destination of a `.target` file; None where it is of another kind, such as SFTP.

    Its address is `https://ACCESS_KEY_ID@s3-host/bucket` (github arqbackup/arq_restore: Target.m, TargetFactory.m).

    Raises:
        FileError: `file.unparsable`.
    """
    members = plists.top_texts(content.content, path=content.path)
    if members.get("targetType", "s3").lower() != "s3":
        return None
    address = _split(members.get("endpointDescription", ""))
    # Its user is the ID, so what is read strictly is the rest.
    host = address.netloc.rpartition("@")[2]
    amazon = bool(host) and is_aws_endpoint(host)
    identifier = key_id(unquote(address.username or ""), host)
    if address.scheme not in {"http", "https"} or not (amazon or identifier):
        return None
    bucket, _slash, prefix = unquote(address.path).strip("/").partition("/")
    return ArqTarget(
        members.get("uuid", ""),
        members.get("nickname", "").strip() or host,
        identifier,
        Target(bucket, prefix) if bucket else None,
        region_in(host),
        None if amazon else host,
        address.scheme == "http",
    )


def _split(address: str) -> SplitResult:
    try:
        split = urlsplit(address)
        split.port  # noqa: B018  (raises where the port is none)
    except ValueError:
        return urlsplit("")
    return split
