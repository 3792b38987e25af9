"""Remotely Save, a plug-in of Obsidian: its settings are written as reversed Base64 (its src/configPersist.ts)."""

from __future__ import annotations

import base64
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.clients.endpoints import is_aws_endpoint, region_in
from keyturn.clients.findings import key_id
from keyturn.clients.traces import traces_on
from keyturn.edits import failures, json_spans, trees
from keyturn.edits.files import FileContent
from keyturn.edits.trees import Node
from keyturn.model.errors import FileError
from keyturn.model.keys import Secret
from keyturn.model.places import Place, PlaceKind, Target
from keyturn.model.text import _

if TYPE_CHECKING:
    from keyturn.clients.described.guide import Guide
    from keyturn.clients.findings import Discovery
    from keyturn.clients.listing import Listing
    from keyturn.computer.computer import Computer

_SETTINGS = Path(".obsidian", "plugins", "remotely-save", "data.json")
_VAULTS = "obsidian.json"  # Obsidian's own list of its vaults


def vaults_with_it(computer: Computer, guide: Guide, listing: Listing) -> tuple[Path, ...]:
    """Return the plug-in's settings in each vault that Obsidian lists, and in the folders that the guide names."""
    named = list(traces_on(computer, guide.traces_on(computer.platform).files, listing))
    lists = [path for path in named if path.name == _VAULTS]
    settings = [path for path in named if path.name != _VAULTS]
    for path in lists:
        settings += [vault for vault in _vaults(computer, listing, path) if listing.is_there(vault)]
    return tuple(dict.fromkeys(settings))


def read_vaults(computer: Computer, guide: Guide, found: Collection[Path], look: Discovery) -> None:
    """Take the key of each vault that is set up for S3."""
    for path in found:
        content = look.read(path)
        if content is None:
            continue
        try:
            look.take(_places(guide, path, _settings(content)))
        except FileError as error:
            look.report_unparsable(content, error)


def _vaults(computer: Computer, listing: Listing, path: Path) -> Iterator[Path]:
    try:
        root = json_spans.parse(listing.readings.file(path).content, path=path)
    except FileError:
        return  # its vaults are looked for in the usual folders as well
    for _id, vault in trees.members(trees.at(root, "vaults")):
        folder = trees.text(vault, "path")
        if folder is not None and (computer.is_this_one or computer.home in Path(folder).parents):
            yield Path(folder) / _SETTINGS


def _settings(content: FileContent) -> Node:
    root = json_spans.parse(content.content, path=content.path)
    hidden = trees.text(root, "d")
    if hidden is None:
        return root  # as the plug-in wrote them before
    try:
        written = base64.b64decode(hidden[::-1] + "=" * (-len(hidden) % 4), altchars=b"-_", validate=True)
    except ValueError:
        raise failures.unparsable(content.path, _("Its settings are hidden in another way than is known.")) from None
    return json_spans.parse(written, path=content.path)


def _places(guide: Guide, path: Path, root: Node) -> Iterator[Place]:
    endpoint = trees.text(root, "s3", "s3Endpoint")
    identifier = key_id(trees.text(root, "s3", "s3AccessKeyID"), endpoint)
    if identifier is None:
        return
    secret, bucket = trees.text(root, "s3", "s3SecretAccessKey"), trees.text(root, "s3", "s3BucketName") or ""
    vault = path.parents[3].name
    yield Place(
        client=guide.name,
        name=vault,
        path=path,
        locator="s3",
        kind=PlaceKind.DESTINATION,
        access_key_id=identifier,
        secret=None if secret is None else Secret(secret),
        targets=(Target(bucket, (trees.text(root, "s3", "remotePrefix") or "").strip("/")),) if bucket else (),
        region=trees.text(root, "s3", "s3Region") or region_in(endpoint),
        endpoint=None if is_aws_endpoint(endpoint) else endpoint,
        additions=guide.asks,
        session=identifier.is_temporary,
    )
