"""pgBackRest: repositories by number, in sections for all clusters or one (facts/clients.md section 17)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.clients.endpoints import reaches_the_same
from keyturn.clients.interface import About, OwnCheck, PrivateFile
from keyturn.clients.listing import Listing
from keyturn.clients.minimal_settings import endpoint_of, ini_file
from keyturn.clients.own_files import OwnFiles, StoredKey, option
from keyturn.edits import trees
from keyturn.edits.files import FileContent, read_file
from keyturn.edits.section_spans import pgbackrest_sections
from keyturn.edits.trees import Node
from keyturn.model.addresses import read_server
from keyturn.model.manners import Manner
from keyturn.model.needs import Addition
from keyturn.model.places import Place, PlaceKind, Target
from keyturn.model.text import _

if TYPE_CHECKING:
    from keyturn.computer.computer import Computer
    from keyturn.computer.programs import RunningProgram

# `repo-s3-key` is the old name of `repo1-s3-key`.
_KEY = re.compile(r"repo(?P<number>\d*)-s3-key")
# How a repository on S3 is asked (pgBackRest's configuration reference, "Repository Options"), with the names of older
# versions: nothing here runs a program or names a server.
_NEEDED = {
    "path": ("path",),
    "s3-bucket": ("s3-bucket",),
    "s3-region": ("s3-region",),
    "s3-uri-style": ("s3-uri-style",),
    "s3-token": ("s3-token",),
    "s3-requester-pays": ("s3-requester-pays",),
    "storage-port": ("storage-port", "s3-port"),
    "storage-verify-tls": ("storage-verify-tls", "s3-verify-tls"),
    "storage-ca-file": ("storage-ca-file", "s3-ca-file"),
    "storage-ca-path": ("storage-ca-path", "s3-ca-path"),
}
# By what else it may go another way.
_WAYS = ("storage-host", "s3-host")
_FOR_ALL = "global"
_DEFAULT_PATH = "/var/lib/pgbackrest"
# Buckets that are counted for all keys of one file together; people's own are a thousand times fewer.
_PATIENCE = 10_000


class Pgbackrest(OwnFiles):
    """pgBackRest. A section of a cluster (`[main]`) comes before `[global]`, and `[main:archive-push]` before both."""

    name = "pgbackrest"
    title = "pgBackRest"
    program_names = ("pgbackrest",)
    about = About(own_check="pgbackrest repo-ls", proved_with_program=True)

    def paths(self, computer: Computer, listing: Listing) -> Iterator[Path]:
        """Return the file and its additions, the old place of it, and where people keep one at home."""
        etc = computer.system_folder("etc")
        if etc is not None:
            yield from (etc / "pgbackrest" / "pgbackrest.conf", etc / "pgbackrest.conf")
            yield from listing.files_in(etc / "pgbackrest" / "conf.d", ".conf")
        if named := computer.environment.get("PGBACKREST_CONFIG"):
            yield computer.expanded(named)
        for folder in (computer.home, computer.xdg_config_home / "pgbackrest"):
            yield folder / "pgbackrest.conf"

    def keys(self, content: FileContent) -> Iterator[StoredKey]:
        """Return the key of each repository in each section that has one."""
        sections = pgbackrest_sections(content.content, path=content.path)
        settings = _Settings(sections)
        patience = _PATIENCE
        for section, table in sections.items():
            for name, node in trees.members(table):
                match = _KEY.fullmatch(name)
                if match is None or not isinstance(node, trees.Scalar):
                    continue
                prefix = name.removesuffix("s3-key")
                endpoint = settings.value(section, f"{prefix}s3-endpoint")
                port = settings.value(section, f"{prefix}storage-port", f"{prefix}s3-port")
                targets = tuple(islice(settings.targets(section, prefix), max(patience, 0)))
                patience -= len(targets) + 1
                yield StoredKey(
                    locator=f"{section} {name}",
                    name=f"{section} {prefix.removesuffix('-')}",
                    access_key_id=node,
                    secret=trees.scalar(table, f"{name}-secret"),
                    # Some of its buckets are worse than none: those that are not known are asked for.
                    targets=targets if patience >= 0 else (),
                    region=settings.value(section, f"{prefix}s3-region"),
                    endpoint=f"{endpoint}:{port}" if endpoint and port and ":" not in endpoint else endpoint,
                    additions=frozenset({Addition.TAGGING} if settings.value(section, f"{prefix}storage-tag") else ()),
                    manner=_manner(settings, section, prefix),
                    token=f"{prefix}s3-token" if trees.text(table, f"{prefix}s3-token") else None,
                )

    def check(
        self, computer: Computer, place: Place, target: Target | None, *, endpoint_url: str | None = None
    ) -> OwnCheck | None:
        """Return `pgbackrest repo-ls`, which lists the repository and writes nothing.

        The host of a repository is passed over: this key is asked about, not that computer.
        """
        from keyturn.clients.own_check import installed
        from keyturn.computer.bare_environment import bare_environment

        program = installed("pgbackrest", computer)
        if program is None or place.kind is not PlaceKind.DESTINATION or not reaches_the_same(place, endpoint_url):
            return None
        content = read_file(place.path)
        section, _blank, name = place.locator.rpartition(" ")
        prefix = name.removesuffix("s3-key")
        found = _Settings(pgbackrest_sections(content.content, path=place.path))

        def value(*names: str) -> str | None:
            return found.value(section, *(f"{prefix}{one}" for one in names))

        pair = self.spot_in(content, place).pair
        settings = {f"repo1-{name}": value(*names) for name, names in _NEEDED.items()}
        if target is not None:  # a key for all clusters, each with a bucket or a path of its own
            settings |= {"repo1-s3-bucket": target.bucket, "repo1-path": f"/{target.prefix}"}
        settings |= {
            "repo1-type": "s3",
            "repo1-s3-key": pair.access_key_id.value,
            "repo1-s3-key-secret": pair.secret.reveal(),
            "repo1-s3-endpoint": _endpoint(place),
        }
        return OwnCheck(
            title=self.title,
            arguments=(str(program), "repo-ls", "--repo=1", "--log-level-file=off", "--log-level-console=error"),
            environment=bare_environment(computer),
            private_files=(PrivateFile("PGBACKREST_CONFIG", ini_file(_FOR_ALL, settings, self.title)),),
            left_out=tuple(f"{prefix}{one}" for one in _WAYS if value(one)),
        )

    def config_files(self, computer: Computer, program: RunningProgram) -> tuple[Path, ...] | None:
        """Return the file that a running pgBackRest was told to read; else all that it may read."""
        named = option(program.arguments, "--config")
        return tuple(self.paths(computer, Listing())) if named is None else (Path(named),)

    def keeps_key(self, program: RunningProgram) -> bool:
        """Return whether it is the TLS server; what sends the log ahead ends by itself."""
        return "server" in program.arguments[1:]

    def how_to_restart(self, program: RunningProgram) -> str:
        """Return how to start it again."""
        if self.keeps_key(program):
            return _("Restart the service of pgBackRest.")
        return _("Let it finish; the next run takes the new key.")


def _endpoint(place: Place) -> str | None:
    """The host alone: the port has a setting of its own, and TLS is always spoken."""
    url = endpoint_of(place)
    return None if url is None else read_server(url).host


class _Settings:
    """What counts for each section, for any number of questions: a file may have thousands of sections and keys."""

    def __init__(self, sections: Mapping[str, Node]) -> None:
        self._sections = sections
        self._with: dict[str, list[str]] = {}  # the sections that have a setting of their own
        for section, table in sections.items():
            for name, _value in trees.members(table):
                if trees.text(table, name) is not None:
                    self._with.setdefault(name, []).append(section)

    def value(self, section: str, *names: str) -> str | None:
        """Return a setting as it counts for a section, or, for `global`, where one cluster alone has it."""
        for candidate in (section, section.partition(":")[0], _FOR_ALL):
            for name in names:
                found = trees.text(self._sections.get(candidate), name)
                if found is not None:
                    return found
        for name in names:
            for candidate in self._with.get(name, ()):
                return trees.text(self._sections[candidate], name)
        return None

    def targets(self, section: str, prefix: str) -> Iterator[Target]:
        """Yield the buckets that the key of a section is used for: those of all clusters where it is in `global`."""
        bucket_name, path_name = f"{prefix}s3-bucket", f"{prefix}path"
        users = [section]
        if section.partition(":")[0] == _FOR_ALL:  # a cluster that says neither uses what the others here use
            users += dict.fromkeys((*self._with.get(bucket_name, ()), *self._with.get(path_name, ())))
        for user in users:
            bucket, path = self.value(user, bucket_name), self.value(user, path_name) or _DEFAULT_PATH
            if bucket is not None:
                yield Target(bucket, path.strip("/"))


def _manner(settings: _Settings, section: str, prefix: str) -> Manner:
    key = settings.value(section, f"{prefix}s3-kms-key-id")
    return Manner(
        encryption=None if key is None else "aws:kms",
        kms_key=key,
        tags=settings.value(section, f"{prefix}storage-tag"),
        requester_pays=settings.value(section, f"{prefix}s3-requester-pays") == "y",
    )
