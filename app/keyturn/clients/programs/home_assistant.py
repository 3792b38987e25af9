"""Home Assistant: entries of the integration `aws_s3`, in clear in its list of entries (facts/clients.md 16)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.clients.endpoints import is_aws_endpoint, region_in
from keyturn.clients.findings import key_id, no_key_id_in
from keyturn.edits import json_spans, trees
from keyturn.edits.trees import Node
from keyturn.model.errors import FileError
from keyturn.model.keys import Secret
from keyturn.model.places import Place, PlaceKind, Problem, Target

if TYPE_CHECKING:
    from keyturn.clients.described.guide import Guide
    from keyturn.clients.findings import Discovery
    from keyturn.computer.computer import Computer

_DOMAIN = "aws_s3"


def read_entries(computer: Computer, guide: Guide, found: Collection[Path], look: Discovery) -> None:
    """Take each entry of the integration."""
    for path in found:
        content = look.read(path)
        if content is None:
            continue
        try:
            root = json_spans.parse(content.content, path=path)
        except FileError as error:
            look.report_unparsable(content, error)
            continue
        for entry in trees.items(trees.at(root, "data", "entries")):
            if trees.text(entry, "domain") == _DOMAIN:
                look.take(_place(path, entry, guide))


def _place(path: Path, entry: Node, guide: Guide) -> Iterator[Place | Problem]:
    data = trees.at(entry, "data")
    endpoint = trees.text(data, "endpoint_url") or None
    identifier = key_id(trees.text(data, "access_key_id"), endpoint)
    if identifier is None:
        name = trees.text(entry, "title") or _DOMAIN
        yield from no_key_id_in(guide.name, path, name, trees.text(data, "access_key_id"))
        return
    bucket, secret = trees.text(data, "bucket") or "", trees.text(data, "secret_access_key")
    yield Place(
        client=guide.name,
        name=trees.text(entry, "title") or bucket or _DOMAIN,
        path=path,
        locator=trees.text(entry, "entry_id") or bucket,
        kind=PlaceKind.DESTINATION,
        access_key_id=identifier,
        secret=None if not secret else Secret(secret),
        targets=(Target(bucket, (trees.text(data, "prefix") or "").strip("/")),) if bucket else (),
        region=region_in(endpoint),
        endpoint=None if is_aws_endpoint(endpoint) else endpoint,
        additions=guide.asks,
        session=identifier.is_temporary,
    )
