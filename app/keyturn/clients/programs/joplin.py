"""Joplin: synchronisation with S3, whose settings are in clear but for the secret (its lib/models/settings).

The secret is kept in the system's keychain, or in Joplin's database where there is none.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.clients.endpoints import is_aws_endpoint, region_in
from keyturn.clients.findings import key_id
from keyturn.edits import json_spans, trees
from keyturn.model.errors import FileError
from keyturn.model.places import Place, PlaceKind, Target
from keyturn.model.text import _

if TYPE_CHECKING:
    from keyturn.clients.described.guide import Guide
    from keyturn.clients.findings import Discovery
    from keyturn.computer.computer import Computer

_ID, _BUCKET, _URL, _REGION = "sync.8.username", "sync.8.path", "sync.8.url", "sync.8.region"


def read_settings(computer: Computer, guide: Guide, found: Collection[Path], look: Discovery) -> None:
    """Take the key of each profile that is set up for S3."""
    for path in found:
        content = look.read(path)
        if content is None:
            continue
        try:
            root = json_spans.parse(content.content, path=path)
        except FileError as error:
            look.report_unparsable(content, error)
            continue
        bucket, endpoint = trees.text(root, _BUCKET) or "", trees.text(root, _URL)
        identifier = key_id(trees.text(root, _ID), endpoint)
        if identifier is None:
            continue
        look.places.append(
            Place(
                client=guide.name,
                name=bucket or path.parent.name,
                path=path,
                locator=_ID,
                kind=PlaceKind.DESTINATION,
                access_key_id=identifier,
                targets=(Target(bucket),) if bucket else (),
                region=trees.text(root, _REGION) or region_in(endpoint),
                endpoint=None if is_aws_endpoint(endpoint) else endpoint,
                additions=guide.asks,
                session=identifier.is_temporary,
                note=_("Only the ID can be seen in this file."),
            )
        )
