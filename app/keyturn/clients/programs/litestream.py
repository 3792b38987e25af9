"""Litestream: replicas in YAML, with a key each or one for all (facts/clients.md section 17)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.clients.interface import About
from keyturn.clients.listing import Listing
from keyturn.clients.own_files import OwnFiles, StoredKey, option
from keyturn.edits import trees, yaml_spans
from keyturn.edits.files import FileContent
from keyturn.edits.trees import Node
from keyturn.model.places import Target
from keyturn.model.text import _

if TYPE_CHECKING:
    from keyturn.computer.computer import Computer
    from keyturn.computer.programs import RunningProgram

_ID, _SECRET = "access-key-id", "secret-access-key"
# `bucket.s3.eu-central-1.amazonaws.com` and the like, as Litestream takes them apart; other hosts are bucket names.
_AWS_SERVICE = re.compile(r"(?<=.)\.(?=s3[.-])", re.DOTALL)
_AWS_DOMAINS = ("amazonaws.com", "amazonaws.com.cn")
_OTHER_DOMAINS = tuple(
    f".{name}.com" for name in ("digitaloceanspaces", "backblazeb2", "linodeobjects", "wasabisys", "filebase")
)


@dataclass(frozen=True, slots=True)
class _Replica:
    locator: str
    name: str
    node: Node
    target: Target | None
    endpoint: str | None


class Litestream(OwnFiles):
    """Litestream. What stands at the top of its file is for every replica that does not say otherwise."""

    name = "litestream"
    title = "Litestream"
    program_names = ("litestream",)
    about = About()

    def paths(self, computer: Computer, listing: Listing) -> Iterator[Path]:
        """Return its file, and where people keep one of their own."""
        if named := computer.environment.get("LITESTREAM_CONFIG"):
            yield computer.expanded(named)
        for parts in (("etc",), ("usr", "local", "etc"), ("opt", "homebrew", "etc")):
            folder = computer.system_folder(*parts)
            if folder is not None:
                yield folder / "litestream.yml"
        folders = (computer.home, computer.xdg_config_home, computer.xdg_config_home / "litestream")
        yield from (folder / "litestream.yml" for folder in folders)

    def keys(self, content: FileContent) -> Iterator[StoredKey]:
        """Return the key at the top with every replica that uses it, and the key of each replica that has its own."""
        tree = yaml_spans.parse(content.content, path=content.path)
        replicas = [replica for replica in _replicas(tree) if _is_s3(replica)]
        common = trees.scalar(tree, _ID)
        if common is not None and common.value:
            users = [replica for replica in replicas if trees.text(replica.node, _ID) is None]
            yield StoredKey(
                locator=_ID,
                name=content.path.name,
                access_key_id=common,
                secret=trees.scalar(tree, _SECRET),
                targets=tuple(one.target for one in users if one.target is not None),
                region=trees.text(tree, "region"),
                endpoint=trees.text(tree, "endpoint") or next((one.endpoint for one in users if one.endpoint), None),
            )
        for replica in replicas:
            own = trees.scalar(replica.node, _ID)
            if own is not None and own.value:
                yield StoredKey(
                    locator=replica.locator,
                    name=replica.name,
                    access_key_id=own,
                    secret=trees.scalar(replica.node, _SECRET),
                    targets=() if replica.target is None else (replica.target,),
                    region=trees.text(replica.node, "region") or trees.text(tree, "region"),
                    endpoint=replica.endpoint or trees.text(tree, "endpoint"),
                )

    def config_files(self, computer: Computer, program: RunningProgram) -> tuple[Path, ...] | None:
        """Return the file that a running Litestream was told to read; else all that it may read."""
        named = option(program.arguments, "-config", "--config")
        if named is not None:
            return (Path(named),) if Path(named).is_absolute() else None
        return tuple(self.paths(computer, Listing()))

    def keeps_key(self, program: RunningProgram) -> bool:
        """Return whether it replicates, which it does for as long as the computer runs."""
        return "replicate" in program.arguments[1:]

    def how_to_restart(self, program: RunningProgram) -> str:
        """Return how to start it again."""
        return _("Restart the service of Litestream, such as “systemctl restart litestream”.")


def _replicas(tree: Node) -> Iterator[_Replica]:
    for number, database in enumerate(trees.items(trees.at(tree, "dbs"))):
        path = trees.text(database, "path") or trees.text(database, "dir") or f"dbs[{number}]"
        one = trees.at(database, "replica")
        if one is not None:
            yield _replica(f"dbs[{number}].replica", path, one, tree)
        for index, node in enumerate(trees.items(trees.at(database, "replicas"))):
            yield _replica(f"dbs[{number}].replicas[{index}]", path, node, tree)


def _replica(locator: str, path: str, node: Node, tree: Node) -> _Replica:
    bucket = trees.text(node, "bucket") or trees.text(tree, "bucket")
    prefix, endpoint = trees.text(node, "path") or "", trees.text(node, "endpoint")
    url = trees.text(node, "url")
    if url is not None and url.startswith("s3://"):
        host, _slash, prefix = url.removeprefix("s3://").partition("?")[0].partition("/")
        bucket, named = _taken_apart(host)
        endpoint = endpoint or named
    target = None if bucket is None else Target(bucket, prefix.strip("/"))
    return _Replica(locator, Path(path).name, node, target, endpoint)


def _taken_apart(host: str) -> tuple[str, str | None]:
    """The bucket and the server of an address."""
    service = _AWS_SERVICE.search(host) if host.endswith(_AWS_DOMAINS) else None
    if service is not None:
        return host[: service.start()], host[service.end() :]
    bucket, _dot, server = host.partition(".")
    is_known = bool(bucket) and server.endswith(_OTHER_DOMAINS) and server.partition(".")[0] != ""
    return (bucket, server) if is_known else (host, None)


def _is_s3(replica: _Replica) -> bool:
    url = trees.text(replica.node, "url")
    return trees.text(replica.node, "type") == "s3" or (url is not None and url.startswith("s3://"))
