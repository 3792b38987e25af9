"""Replacing a pair in the files where it stands: planned, shown, done in one atomic step per file, and read back."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.clients.interface import CredentialSpans
from keyturn.clients.registry import client_named
from keyturn.edits.files import FileContent, read_file, replace_file
from keyturn.edits.filesystem import REAL, FileSystem
from keyturn.edits.pictures import masked_diff
from keyturn.edits.spans import Change, Span, apply_changes
from keyturn.model.errors import ClientError, FileError
from keyturn.model.keys import AccessKeyId, KeyPair
from keyturn.model.places import Place
from keyturn.model.text import _

if TYPE_CHECKING:
    from keyturn.computer.computer import Computer

_ATTEMPTS = 3
_PAUSE = 0.2  # seconds for another program to finish writing


@dataclass(frozen=True, slots=True)
class FileEdit:
    """What is to be replaced in one file.

    Attributes:
        path: the file itself, links resolved.
        digest: SHA-256 of the file when it was planned.
        spots: where the pairs stand, in the order of `places`.
    """

    path: Path
    digest: str
    spots: tuple[CredentialSpans, ...]
    places: tuple[Place, ...]
    computer: Computer


@dataclass(frozen=True, slots=True)
class Replaced:
    """What a replacement did. `changed` is False where the new pair stood there already and nothing was written.

    Attributes:
        digest: SHA-256 of the file as it is now.
        rewritten: another program wrote the file meanwhile; what it wrote is kept, with the new pair in it.
    """

    path: Path
    changed: bool
    digest: str
    rewritten: bool = False


def plan_edits(computer: Computer, places: Sequence[Place]) -> tuple[FileEdit, ...]:
    """Return one edit per real file, with all its pairs. Reads only.

    Raises:
        FileError: a file cannot be read or understood.
        ClientError: `place.not-editable`, or `place.gone` where a place is not there any more.
    """
    by_file: dict[str, list[Place]] = {}
    for place in places:
        by_file.setdefault(os.path.realpath(place.path), []).append(place)
    edits = []
    for group in by_file.values():
        content = _opened(computer, group, read_file(group[0].path))
        spots = tuple(_spots(content, group))
        edits.append(FileEdit(content.real_path, content.digest, spots, tuple(group), computer))
    return tuple(edits)


def preview(edit: FileEdit, new_id: AccessKeyId | None) -> str:
    """Return the edit as a diff in which no secret can be seen.

    Args:
        new_id: the new key's ID, or None where the key does not exist yet.

    Raises:
        FileError: `file.changed`, where the file is not as it was planned.
    """
    content = read_file(edit.path)
    if content.digest != edit.digest:
        raise _changed(edit.path)
    content = _opened(edit.computer, edit.places, content)
    identifier = "NEW-ACCESS-KEY-ID" if new_id is None else new_id.value  # what is no ID is shown as hidden
    changes: dict[Span, Change] = {}
    secrets = []
    for spot in edit.spots:
        changes[spot.access_key_id.span] = Change(spot.access_key_id.span, identifier.encode())
        changes[spot.secret.span] = Change(spot.secret.span, b"NEW-SECRET-ACCESS-KEY")
        secrets.append(spot.secret.span)
    for name in {place.client for place in edit.places}:
        secrets += client_named(name).other_secrets(content)
    return masked_diff(edit.places[0].path, content.content, tuple(changes.values()), hide=secrets)


def replace_pair(
    computer: Computer,
    places: Sequence[Place],
    *,
    expected: AccessKeyId,
    pair: KeyPair,
    digest: str | None = None,
    file: Path | None = None,
    filesystem: FileSystem = REAL,
) -> Replaced:
    """Put `pair` where `expected` stands, at all `places` of one file, in one atomic replacement.

    The file is read anew, and read again afterwards: exactly these values differ, or an error is raised. Undo is the
    same call the other way round. Calling it again changes nothing.

    Backup programs rewrite their own files at any time, as rclone does with a refreshed token. Where that happens in
    between, the file is read once more by its grammar, and replaced as long as it is the same file with `expected` in
    it; after three times it is given up.

    Args:
        expected: the key ID that must stand there now.
        digest: what the file's SHA-256 has to be before; None where that does not matter.
        file: the file that has to stand behind the links of the path; None where that does not matter.
        filesystem: the calls that read and replace the file.

    Raises:
        FileError: `file.changed`, where another key, another content or another file stands there; or what reading and
            writing raise.
        ClientError: `place.gone`, `place.not-editable`.
        ValueError: where the places are not all in one file.
    """
    behind = {Path(os.path.realpath(place.path)) for place in places}
    if file is not None and behind != {file}:
        raise _leads_elsewhere(places, file)
    if len(behind) != 1:
        raise ValueError("one replacement is for the places of one file")
    first = read_file(places[0].path, filesystem=filesystem)
    if file is not None and first.real_path != file:
        raise _leads_elsewhere(places, file)

    def edited(content: FileContent) -> bytes | None:
        opened = _opened(computer, places, content)
        spots = _spots(opened, places)
        if all(spot.pair == pair for spot in spots):
            return None
        if digest is not None and content.digest != digest:
            raise _changed(content.path)
        waiting = [spot for spot in spots if spot.pair != pair]
        if any(spot.pair.access_key_id != expected for spot in waiting):
            raise another_key(content.path, expected)
        after = apply_changes(opened.content, _changes(waiting, pair))
        _compare(opened, after, places, pair)  # before anything is written: a wrong edit never reaches the disk
        return client_named(places[0].client).closed(computer, content, after)

    return rewrite(first, edited, filesystem=filesystem)


def rewrite(
    first: FileContent, edited: Callable[[FileContent], bytes | None], *, filesystem: FileSystem = REAL
) -> Replaced:
    """Put what `edited` makes of a file in its place, in one atomic replacement, and read it back.

    Where another program writes the file in between, it is read once more, and edited anew; after three times it is
    given up.

    Args:
        first: the file as it was read.
        edited: returns the whole new content; None where the file is as it shall be. What it raises ends the rewriting.

    Raises:
        FileError: `file.changed`, where it is another file now, or another program goes on writing it; or what reading
            and writing raise.
    """
    content, written = first, False
    for _attempt in range(_ATTEMPTS):
        after = edited(content)
        if after is None:
            return Replaced(content.real_path, written, content.digest, rewritten=content is not first)
        try:
            replace_file(content, after, filesystem=filesystem)
            written = True
        except FileError as error:
            if error.code != "file.changed":
                raise
            filesystem.pause(_PAUSE)
        now = read_file(content.path, filesystem=filesystem)
        if written and now.content == after:
            return Replaced(now.real_path, True, now.digest, rewritten=content is not first)
        # Only its content may be new: a link that leads elsewhere now, or other owners, are not followed.
        if (now.real_path, now.owner, now.group) != (first.real_path, first.owner, first.group):
            raise _changed(content.path)
        content = now
    raise _changed(content.path)


def read_pairs(computer: Computer, places: Sequence[Place]) -> tuple[KeyPair, ...]:
    """Return the pairs as they stand now, in the order of the places: the credentials as read back from them.

    Each file is read once, by each program that has places in it.

    Raises:
        FileError: a file cannot be read or understood.
        ClientError: `place.gone`.
    """
    together: dict[tuple[str, Path], list[Place]] = {}
    for place in places:
        together.setdefault((place.client, place.path), []).append(place)
    pairs: dict[str, KeyPair] = {}
    for (client, _path), group in together.items():
        spots = client_named(client).locate(computer, group)
        pairs |= {place.identity: spot.pair for place, spot in zip(group, spots, strict=True)}
    return tuple(pairs[place.identity] for place in places)


def read_pair(computer: Computer, place: Place) -> KeyPair:
    """Return the pair as it stands at the place now; see `read_pairs`."""
    return read_pairs(computer, (place,))[0]


def _opened(computer: Computer, places: Sequence[Place], content: FileContent) -> FileContent:
    """The file as its program reads it. Only one program's places stand in a file that is kept locked."""
    return client_named(places[0].client).opened(computer, content)


def _spots(content: FileContent, places: Sequence[Place]) -> list[CredentialSpans]:
    """Where the pairs stand, in the order of the places; the file is read once by each program's grammar."""
    for place in places:
        if not place.editable:
            raise ClientError(
                _("Keyturn cannot replace the key at {name}").format(name=place.name),
                _("{path} was not changed. Change it by hand.").format(path=place.path),
                code="place.not-editable",
            )
    spots: dict[str, CredentialSpans] = {}
    for client in dict.fromkeys(place.client for place in places):
        group = [place for place in places if place.client == client]
        found = client_named(client).spots_in(content, group)
        spots |= {place.identity: spot for place, spot in zip(group, found, strict=True)}
    return [spots[place.identity] for place in places]


def _changes(spots: Iterable[CredentialSpans], pair: KeyPair) -> list[Change]:
    """The changes, each once: two places may share one spot, as a file found under two names does."""
    changes: dict[Span, Change] = {}
    for spot in spots:
        changes.update((change.span, change) for change in spot.changes(pair))
    return list(changes.values())


def _compare(before: FileContent, after: bytes, places: Sequence[Place], pair: KeyPair) -> None:
    """Read the new content by the program's grammar, and see that exactly the pairs of the places differ."""
    edited = {(place.client, place.locator) for place in places}
    now = FileContent(before.path, before.real_path, after, before.digest, before.mode, before.owner, before.group)
    for name in {place.client for place in places}:
        client = client_named(name)
        old, new = client.spots(before), client.spots(now)
        expected = {locator: pair if (name, locator) in edited else spot.pair for locator, spot in old.items()}
        if {locator: spot.pair for locator, spot in new.items()} != expected:
            raise FileError(
                _("The edit of {name} would change more than the key").format(name=before.path.name),
                _(
                    "It was not made, and the file was not changed. Change {path} by hand, and please report this."
                ).format(path=before.path),
                code="file.edit",
            )


def _changed(path: Path) -> FileError:
    return FileError(
        _("{name} was changed by someone else").format(name=path.name),
        _(
            "The file is not as it was a moment ago, so Keyturn did not replace it; what stands there now is kept. See "
            "what changed in {path}, then start again."
        ).format(path=path),
        code="file.changed",
    )


def _leads_elsewhere(places: Sequence[Place], file: Path) -> FileError:
    return FileError(
        _("{name} leads to another file now").format(name=places[0].path.name),
        _(
            "{path} was a link to {file} when you confirmed the change, and is none to it now. Keyturn changed neither "
            "file. Let it lead there again, then run the command again."
        ).format(path=places[0].path, file=file),
        code="file.changed",
    )


def another_key(path: Path, expected: AccessKeyId) -> FileError:
    """The error of a file in which another key stands than the one that is to be replaced."""
    return FileError(
        _("Another key stands in {name}").format(name=path.name),
        _(
            "Keyturn expected the key {key} there, and replaces nothing else. The file was not changed and its backups "
            "go on as they are. Look into {path}, then start again."
        ).format(key=expected.masked, path=path),
        code="file.changed",
    )
