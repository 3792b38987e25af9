"""What a description's paths lead to in a file, or in the variables of a container."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from keyturn.clients.described.description import KeyAt, manner_of
from keyturn.clients.endpoints import speaks_plain_http
from keyturn.clients.findings import is_placeholder
from keyturn.clients.variables.command_goals import bucket_named, goal_at
from keyturn.edits import trees
from keyturn.edits.trees import Node, Scalar
from keyturn.model.manners import Manner
from keyturn.model.needs import Addition
from keyturn.model.places import Target

_ANY = "*"
_OFF = frozenset({"false", "no", "off", "0", "http"})


class DescribedValues:
    """The values that a description's paths lead to, from one table of a file."""

    def __init__(self, root: Node, table: Node) -> None:
        self._root = root
        self._table = table

    def every(self, path: str) -> Iterator[Scalar]:
        """Yield each value under a path; nothing for an empty one."""
        start = self._root if path.startswith("/") else self._table
        for _names, node in at(start, path.strip("/")) if path else ():
            if isinstance(node, Scalar):
                yield node

    def scalar(self, path: str) -> Scalar | None:
        """Return the first value under a path."""
        return next(self.every(path), None)

    def text(self, path: str) -> str | None:
        """Return the first value as the program reads it; None where it is empty or computed."""
        found = self.scalar(path)
        # A number is one for the program, too.
        return None if found is None or (not found.is_text and is_placeholder(found.value)) else found.value or None


def at(node: Node, path: str) -> Iterator[tuple[Sequence[str], Node]]:
    """Yield what stands under a path, with the names on the way."""
    first, _slash, rest = path.partition("/")
    if not path:
        yield (), node
        return
    members: Iterable[tuple[str, Node]] = _items(node) if isinstance(node, list) else trees.members(node)
    for name, inner in members:
        if first in (_ANY, name):
            for names, found in at(inner, rest):
                yield (name, *names), found


def _items(node: Sequence[Node]) -> Iterator[tuple[str, Node]]:
    return ((str(number), item) for number, item in enumerate(node))


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of a key beside it; see `StoredKey` and `Manner`."""

    targets: tuple[Target, ...]
    region: str | None
    endpoint: str | None
    additions: frozenset[Addition]
    manner: Manner
    plain_http: bool


def said_of(key: KeyAt, values: DescribedValues) -> Said | None:
    """Return what a file says of a key; None where that is none of S3."""
    if any(values.text(path) != wanted for path, wanted in key.only_if.items()):
        return None
    # One of several destinations of a program may be a folder, and they stand in one text then.
    goals = [goal for one in (values.text(key.address) or "").split() if (goal := goal_at(one)) is not None]
    manner = {name: said for name, path in key.manner.items() if (said := values.text(path)) is not None}
    endpoint = _endpoint(key, values) or next((goal.endpoint for goal in goals if goal.endpoint), None)
    return Said(
        targets=(*_targets(key, values), *(goal.target for goal in goals if goal.target is not None)),
        region=values.text(key.region),
        endpoint=endpoint,
        additions=key.asks | ({Addition.OBJECT_ACL} if "acl" in manner else set()),
        manner=manner_of(manner),
        plain_http=(values.text(key.tls) or "").lower() in _OFF or speaks_plain_http(endpoint),
    )


def _targets(key: KeyAt, values: DescribedValues) -> Iterator[Target]:
    prefix = values.text(key.prefix) or ""
    for at in key.buckets:
        for value in values.every(at):
            bucket, _slash, folder = value.value.strip("/").partition("/")
            if value.is_text and bucket_named(bucket) is not None:
                yield Target(bucket, "/".join(part for part in (folder.strip("/"), prefix.strip("/")) if part))


def _endpoint(key: KeyAt, values: DescribedValues) -> str | None:
    host, port = values.text(key.endpoint), values.text(key.port)
    return host if host is None or port is None or "://" in host else f"{host}:{port}"
