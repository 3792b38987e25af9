"""git-annex: a file with two lines for each special remote on S3 (facts/clients.md section 17)."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.clients.findings import key_id
from keyturn.clients.interface import About
from keyturn.clients.listing import Listing
from keyturn.clients.occurrences import key_ids_in
from keyturn.clients.own_files import OwnFiles, StoredKey
from keyturn.clients.walking import SKIPPED_FOLDERS
from keyturn.edits import failures
from keyturn.edits.files import FileContent
from keyturn.edits.git_objects import file_of_annex
from keyturn.edits.spans import Span
from keyturn.edits.trees import Scalar
from keyturn.model.late_patterns import pattern
from keyturn.model.manners import Manner
from keyturn.model.needs import Addition
from keyturn.model.places import Target
from keyturn.model.text import _

if TYPE_CHECKING:
    from keyturn.computer.computer import Computer
    from keyturn.computer.programs import RunningProgram

# Folders looked at for repositories, and how deep below home.
_FOLDERS, _DEPTH = 1000, 3
_SETTING = pattern(r"(?<![\w-])(?P<name>[\w-]+)=(?P<value>\S*)")
_LASTING = frozenset({"assistant", "watch", "remotedaemon", "webapp"})


class GitAnnex(OwnFiles):
    """git-annex. It has no check of its own that only reads."""

    name = "git-annex"
    title = "git-annex"
    program_names = ("git-annex",)
    about = About(proved_with_program=True)

    def paths(self, computer: Computer, listing: Listing) -> Iterator[Path]:
        """Return the files with credentials in the repositories at home."""
        for folder in _folders(computer.home, listing):
            for store in (folder / ".git" / "annex" / "creds", folder / "annex" / "creds"):
                yield from listing.files_in(store, "")

    def keys(self, content: FileContent) -> Iterator[StoredKey]:
        """Return the one key of the file; the remote's bucket and options stand in the repository's branch."""
        lines = content.content.split(b"\n")
        if b"\0" in content.content:
            raise failures.unparsable(content.path, _("It holds zero bytes, as UTF-16 text and binary files do."))
        if len(lines) < 2:
            return
        first, second = (_scalar(content.content, lines, number) for number in (0, 1))
        if key_id(first.value) is None:
            if any(True for _found in key_ids_in(content.content)):
                raise failures.unparsable(content.path, _("Its first line is not an access key ID alone."))
            return  # user and password of a remote of another kind
        remote = _remote(content.path)
        bucket = remote.get("bucket")
        asked = {"versioning": Addition.READ_VERSIONS, "public": Addition.OBJECT_ACL}
        host, port = remote.get("host"), remote.get("port")
        yield StoredKey(
            locator="credentials",
            name=remote.get("name", content.path.name),
            access_key_id=first,
            secret=second,
            targets=() if bucket is None else (Target(bucket, remote.get("fileprefix", "").strip("/")),),
            region=remote.get("region"),
            endpoint=f"{host}:{port}" if host and port else host,
            additions=frozenset(right for name, right in asked.items() if remote.get(name) == "yes"),
            manner=Manner(
                storage_class=remote.get("storageclass"), acl="public-read" if remote.get("public") == "yes" else None
            ),
            plain_http=remote.get("protocol") == "http" or remote.get("port") == "80",
        )

    def config_files(self, computer: Computer, program: RunningProgram) -> tuple[Path, ...] | None:
        """Not known: it works in the folder that it was started in."""
        return None

    def keeps_key(self, program: RunningProgram) -> bool:
        """Return whether it is the assistant or another that stays."""
        return any(argument in _LASTING for argument in program.arguments[1:])

    def how_to_restart(self, program: RunningProgram) -> str:
        """Return how to end it and start it again."""
        if self.keeps_key(program):
            return _("Run “git annex assistant --stop” in the repository, then start the assistant again.")
        return _("Let it finish; the next run takes the new key.")


def _folders(home: Path, listing: Listing) -> Iterator[Path]:
    """Home and the folders in it, bounded; a repository's own folders are not looked into."""
    waiting, left = [(str(home), _DEPTH)], _FOLDERS
    while waiting and left > 0:
        folder, depth = waiting.pop(0)
        left -= 1
        yield Path(folder)
        if depth == 0:
            continue
        names = [entry.name for entry in listing.entries(folder) if _is_inner(entry, listing)]
        waiting += [(os.path.join(folder, name), depth - 1) for name in names]  # noqa: PTH118  (hundreds at once)


def _is_inner(entry: os.DirEntry[str], listing: Listing) -> bool:
    hidden = entry.name.startswith(".") or entry.name in SKIPPED_FOLDERS
    return not hidden and listing.is_folder(entry, follow_symlinks=False)


def _scalar(content: bytes, lines: list[bytes], number: int) -> Scalar:
    start = sum(len(line) + 1 for line in lines[:number])
    value = lines[number].removesuffix(b"\r")
    return Scalar(value.decode(errors="replace"), True, Span(start, start + len(value)), number + 1)


def _remote(credentials: Path) -> Mapping[str, str]:
    """The settings of the remote whose credentials these are, as the repository's own branch has them."""
    found = file_of_annex(credentials.parent.parent.parent, "remote.log")
    lines = (found or b"").decode(errors="replace").split("\n")
    line = next((line for line in lines if line.startswith(credentials.name)), "")
    return {match["name"]: match["value"] for match in _SETTING.finditer(line)}
