"""Which buckets an rclone remote is used for: the remotes that wrap it name them, its own section does not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from keyturn.edits import ini
from keyturn.model.places import Target

# A remote in a setting: `name:path`, or `name,option=value:path`. Names may hold spaces and dots (rclone's own
# documentation of remote names and connection strings).
_REMOTE = re.compile(r"(?P<name>[\w.+@ -]+)(?:,[^:]*)?:(?P<path>.*)", re.DOTALL)
# What a `union` appends to an upstream to say how it may be used.
_POLICY = re.compile(r":(?:ro|nc|writeback)$")
# One item of a list that is parted by spaces, in which quotes keep an item together.
_ITEM = re.compile(r'"((?:[^"]|"")*)"|(\S+)')


class Remotes:
    """All remotes of one configuration, each with the settings that count."""

    def __init__(self, entries: Sequence[ini.Entry]) -> None:
        settings: dict[str, dict[str, str]] = {}
        for entry in entries:
            if entry.section is not None:
                settings.setdefault(entry.section, {})[entry.key] = entry.value
        self._settings = settings

    def settings(self, section: str) -> Mapping[str, str]:
        """Return the settings of a remote that have a value; the last occurrence counts, an empty one is none."""
        return {key: value for key, value in self._settings.get(section, {}).items() if value}

    def targets(self, section: str) -> tuple[Target, ...]:
        """Return the buckets and prefixes of an S3 remote that other remotes name, in the order of the file."""
        found: dict[Target, None] = {}
        for wrapper in self._settings:
            for remote in self._wrapped(wrapper):
                for base, path in self._resolved(remote, frozenset({wrapper})):
                    bucket, _slash, prefix = path.strip("/").partition("/")
                    if base == section and bucket:
                        found[Target(bucket, prefix.strip("/"))] = None
        return tuple(found)

    def _wrapped(self, section: str) -> Iterator[str]:
        """The remotes that a section wraps, such as `aws:bucket/path`."""
        settings = self.settings(section)
        if settings.get("type") == "s3":
            return
        if remote := settings.get("remote"):
            yield remote
        for quoted, plain in _ITEM.findall(settings.get("upstreams", "")):
            item = quoted.replace('""', '"') or plain
            # combine: `folder=remote:path`; union: `remote:path:ro`
            yield _POLICY.sub("", item.partition("=")[2] if settings.get("type") == "combine" else item)

    def _resolved(self, remote: str, passed: frozenset[str]) -> Iterator[tuple[str, str]]:
        """The S3 remotes, each with a path, that `remote` ends at; a ring of remotes ends nowhere."""
        match = _REMOTE.fullmatch(remote.strip())
        if match is None or match["name"] in passed or match["name"] not in self._settings:
            return
        name, path = match["name"], match["path"]
        if self.settings(name).get("type") == "s3":
            yield name, path
            return
        for inner in self._wrapped(name):
            yield from self._resolved(f"{inner.rstrip('/')}{_joint(inner)}{path.lstrip('/')}", passed | {name})


def _joint(remote: str) -> str:
    return "" if remote.endswith(":") else "/"
