"""Which buckets an rclone remote is used for: the remotes that wrap it name them, its own section does not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from keyturn.edits import ini
from keyturn.model.late_patterns import pattern
from keyturn.model.places import Target

# A remote in a setting: `name:path`, or `name,option=value:path`. Names may hold spaces and dots (rclone's own
# documentation of remote names and connection strings).
_REMOTE = pattern(r"(?P<name>[\w.+@ -]+)(?P<options>,[^:]*)?:(?P<path>.*)", re.DOTALL)
# What rclone itself takes for a name on its command line; anything else could be an option, or a remote made up there.
_NAME = pattern(r"[\w.+@][\w.+@ -]*")
# What a `union` appends to an upstream to say how it may be used.
_POLICY = pattern(r":(?:ro|nc|writeback)$")
# One item of a list that is parted by spaces, in which quotes keep an item together.
_ITEM = pattern(r'"((?:[^"]|"")*)"|(\S+)')
# Remotes and characters that are followed through all wrappers of one file; a few remotes of twenty lines can name more
# paths than there is time for. People's own are a hundred times fewer.
_PATIENCE = 500_000


def is_remote_name(section: str) -> bool:
    """Return whether rclone can be asked about the section by its name."""
    return _NAME.fullmatch(section) is not None


@dataclass(frozen=True, slots=True)
class RemoteSettings(Mapping[str, str]):
    """The settings of a remote that have a value, with those that it inherits.

    The last occurrence counts, and an empty one is none. The remote `work.photos` inherits from `work` (goconfig). They
    are looked up one by one, because thousands of remotes may inherit thousands of settings.
    """

    effective: ini.Effective
    section: str

    def __getitem__(self, key: str) -> str:
        if value := self.effective.value(self.section, key):
            return value
        raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        return (key for key in self.effective.keys(self.section) if self.effective.value(self.section, key))

    def __len__(self) -> int:
        return sum(1 for _key in self)


class Remotes:
    """All remotes of one configuration, each with the settings that count."""

    def __init__(self, entries: Sequence[ini.IniEntry]) -> None:
        self._effective = ini.Effective(entries, ini.Dialect.RCLONE)
        self._names = dict.fromkeys(entry.section for entry in entries if entry.section is not None)
        self._wrapped_by: dict[str, list[str]] = {}
        self._targets: dict[str, tuple[Target, ...]] | None = None

    def settings(self, section: str) -> RemoteSettings:
        """Return the settings of a remote."""
        return RemoteSettings(self._effective, section)

    def targets(self, section: str) -> tuple[Target, ...]:
        """Return the buckets and prefixes of an S3 remote that other remotes name, in the order of the file.

        Nothing where the file's remotes wrap each other too often to follow them all: then the buckets are not known.
        """
        if self._targets is None:
            self._targets = self._all_targets()
        return self._targets.get(section, ())

    def _all_targets(self) -> dict[str, tuple[Target, ...]]:
        found: dict[str, dict[Target, None]] = {}
        patience = _PATIENCE
        for wrapper in self._names:
            # What remains to be followed: the remotes of each wrapper on the way, with the path that is joined to them.
            waiting: list[tuple[Iterator[str], str]] = [(iter(self._wrapped(wrapper)), "")]
            passed = [wrapper]
            while waiting:
                remotes, below = waiting[-1]
                remote = next(remotes, None)
                if remote is None:
                    waiting.pop()
                    passed.pop()
                    continue
                patience -= len(remote) + len(below) + len(passed)
                if patience < 0:
                    return {}
                match = _REMOTE.fullmatch((_joined(remote, below) if len(passed) > 1 else remote).strip())
                # A ring of remotes ends nowhere.
                if match is None or match["name"] in passed or match["name"] not in self._names:
                    continue
                if "access_key_id=" in (match["options"] or ""):  # that key's bucket, and not this one's
                    continue
                name, path = match["name"], match["path"]
                if not self._is_s3(name):
                    waiting.append((iter(self._wrapped(name)), path))
                    passed.append(name)
                    continue
                bucket, _slash, prefix = path.strip("/").partition("/")
                if bucket:
                    found.setdefault(name, {})[Target(bucket, prefix.strip("/"))] = None
        return {section: tuple(targets) for section, targets in found.items()}

    def _is_s3(self, section: str) -> bool:
        return self._effective.value(section, "type") == "s3"

    def _wrapped(self, section: str) -> list[str]:
        """The remotes that a section wraps, such as `aws:bucket/path`."""
        if section not in self._wrapped_by:
            self._wrapped_by[section] = [] if self._is_s3(section) else list(_wrapped(self.settings(section)))
        return self._wrapped_by[section]


def _wrapped(settings: RemoteSettings) -> Iterator[str]:
    if remote := settings.get("remote"):
        yield remote
    for quoted, plain in _ITEM.findall(settings.get("upstreams") or ""):
        item = quoted.replace('""', '"') or plain
        # combine: `folder=remote:path`; union: `remote:path:ro`
        yield _POLICY.sub("", item.partition("=")[2] if settings.get("type") == "combine" else item)


def _joined(remote: str, path: str) -> str:
    return f"{remote.rstrip('/')}{'' if remote.endswith(':') else '/'}{path.lstrip('/')}"
