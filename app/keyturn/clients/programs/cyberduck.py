"""Cyberduck and Mountain Duck: bookmarks that name the key ID; the secret is elsewhere (facts/clients.md 10)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.clients.endpoints import is_aws_endpoint, region_in
from keyturn.clients.findings import ProfileReference, key_id
from keyturn.edits import plists
from keyturn.model.errors import FileError
from keyturn.model.needs import Addition
from keyturn.model.places import Place, PlaceKind, Target
from keyturn.model.text import _

if TYPE_CHECKING:
    from keyturn.clients.described.guide import Guide
    from keyturn.clients.findings import Discovery
    from keyturn.computer.computer import Computer

_S3 = "s3"


def read_bookmarks(computer: Computer, guide: Guide, found: Collection[Path], look: Discovery) -> None:
    """Take each bookmark of S3 that names a key, and lend those that name a profile of the AWS files."""
    for path in found:
        content = look.read(path)
        if content is None:
            continue
        try:
            values = {name: one.value for name, one in plists.texts(plists.parse(content.content, path=path)).items()}
        except FileError as error:
            look.report_unparsable(content, error)
            continue
        # `s3` and the variants of connection profiles, such as `s3-https`.
        if values.get("Protocol", "").partition("-")[0] == _S3:
            look.take(_place(path, values, guide))
            look.loans += _loan(values)


def _place(path: Path, values: Mapping[str, str], guide: Guide) -> Iterator[Place]:
    host, targets = values.get("Hostname", ""), _targets(values)
    identifier = key_id(values.get("Username"), host)
    if identifier is None:
        return  # it names a profile of the AWS files
    yield Place(
        client=guide.name,
        name=_name(values),
        path=path,
        locator=values.get("UUID") or path.stem,
        kind=PlaceKind.DESTINATION,
        access_key_id=identifier,
        targets=targets,
        region=values.get("Region") or region_in(host),
        endpoint=None if is_aws_endpoint(host) else host,
        additions=guide.asks | _listing(targets),
        session=identifier.is_temporary,
        note=_("Its secret key is in the system's keychain, under this ID."),
    )


def _loan(values: Mapping[str, str]) -> Iterator[ProfileReference]:
    profile, host, targets = values.get("Username", ""), values.get("Hostname", ""), _targets(values)
    if not profile or key_id(profile, host) is not None:
        return
    yield ProfileReference(
        program="cyberduck",
        profile=profile,
        credentials=None,
        targets=targets,
        region=region_in(host),
        endpoint=host or None,
        additions=_listing(targets),
        plain_http=False,
        note=_("The Cyberduck bookmark “{name}” takes its key from here.").format(name=_name(values)),
    )


def _name(values: Mapping[str, str]) -> str:
    return values.get("Nickname") or values.get("Hostname") or _("bookmark")


def _targets(values: Mapping[str, str]) -> tuple[Target, ...]:
    bucket, _slash, prefix = values.get("Path", "").strip("/").partition("/")
    return (Target(bucket, prefix),) if bucket else ()


def _listing(targets: tuple[Target, ...]) -> frozenset[Addition]:
    """Without a folder to begin in, a bookmark begins with the list of all buckets."""
    return frozenset() if targets else frozenset({Addition.LIST_ALL_BUCKETS})
