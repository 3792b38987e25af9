"""s3fs: password files of one pair per line, and the mounts that say which buckets they are for (clients.md 12)."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.clients.endpoints import region_in, speaks_plain_http
from keyturn.clients.findings import Discovery, key_id, mention, named_key_id, no_key_id_in
from keyturn.clients.interface import About, AfterChange, Client, CredentialSpans, ValueSpot
from keyturn.clients.listing import Listing
from keyturn.clients.variables.mount_tables import mount_lines
from keyturn.clients.variables.unit_files import unit_files
from keyturn.computer.computer import Platform
from keyturn.computer.shells import quoted
from keyturn.edits.files import FileContent
from keyturn.edits.trees import Writing
from keyturn.model.errors import FileError
from keyturn.model.keys import KeyPair, Secret
from keyturn.model.manners import AS_USUAL, Manner
from keyturn.model.needs import Addition
from keyturn.model.places import Place, PlaceKind, Problem, Target
from keyturn.model.text import _

if TYPE_CHECKING:
    from keyturn.clients.readings import Readings
    from keyturn.computer.computer import Computer
    from keyturn.computer.programs import RunningProgram
    from keyturn.edits.colon_lines import PairLine

_OWN, _SYSTEM = ".passwd-s3fs", "passwd-s3fs"
_ALL = "all buckets"
_OPEN_TO_OTHERS = 0o077
_GROUP_MAY_READ = 0o037  # for /etc/passwd-s3fs alone


@dataclass(frozen=True, slots=True)
class Mount:
    """One mount as fstab, a unit or a command line has it.

    Attributes:
        target: the bucket and what is mounted of it.
        password_file: the one that its options name, or None for the usual ones.
    """

    target: Target
    password_file: Path | None
    endpoint: str | None
    manner: Manner

    @property
    def sets_acl(self) -> bool:
        """Whether it asks for a list of access that is no usual one (facts/clients.md section 2)."""
        return self.manner.acl is not None


class S3fs(Client):
    """Password files: a person's own, the system's, and those that mounts name."""

    name = "s3fs"
    title = "s3fs"
    program_names = ("s3fs",)
    about = About(proved_with_program=True)

    def look_through(self, computer: Computer, look: Discovery) -> None:
        """Take a place for each line that counts, and a mention for each that does not."""
        by_file: dict[Path | None, list[Mount]] = {}
        for mount in _mounts(computer, Listing(readings=look.listing.readings)):
            by_file.setdefault(mount.password_file, []).append(mount)
        usual = usual_files(computer)
        for path in dict.fromkeys((*usual, *(named for named in by_file if named is not None))):
            _take(look, path, by_file.get(path, []) + (by_file.get(None, []) if path in usual else []))

    def take_file(self, computer: Computer, look: Discovery, path: Path) -> None:
        """Take a place for each line of one file; see `Client.take_file`."""
        _take(look, path, [])

    def spots(self, content: FileContent) -> Mapping[str, CredentialSpans]:
        """Return the pair of each line that counts, by its bucket; see `Client.spots`."""
        spots = {}
        for line in _lines_of(content):
            identifier = named_key_id(line.access_key_id)
            if identifier is not None and line.secret and line.counts:
                spots[line.bucket or _ALL] = CredentialSpans(
                    ValueSpot(content.path, line.id_span, Writing.PLAIN),
                    ValueSpot(content.path, line.secret_span, Writing.PLAIN),
                    KeyPair(identifier, Secret(line.secret)),
                )
        return spots

    def after_change(self, computer: Computer, place: Place, readings: Readings | None = None) -> AfterChange | None:
        """Return how a mount is made anew where it cannot be seen running: on another computer's disk."""
        if computer.is_this_one:
            return None
        return AfterChange(
            _("Mount the buckets of {path} anew, where they are mounted").format(path=place.path),
            (_remount(),),
        )

    def config_files(self, computer: Computer, program: RunningProgram) -> tuple[Path, ...] | None:
        """Return the password file of a running mount: the one that its options name, else the usual ones."""
        if program.environment is not None and program.environment.get("AWS_ACCESS_KEY_ID"):
            return ()
        mount = mount_in(computer, program.arguments[1:])
        if mount is None:
            return None
        return usual_files(computer) if mount.password_file is None else (mount.password_file,)

    def keeps_key(self, program: RunningProgram) -> bool:
        """Return True: a mount reads its key once."""
        return True

    def how_to_restart(self, program: RunningProgram) -> str:
        """Return how a mount is made anew."""
        return _remount()


def _take(look: Discovery, path: Path, concerned: list[Mount]) -> None:
    content = look.read(path)
    if content is None:
        return
    try:
        look.take(_places(content, concerned))
    except FileError as error:
        look.report_unparsable(content, error)


def _remount() -> str:
    return _("Close what is open on the mount, unmount it (“fusermount -u FOLDER”), and mount it again.")


def mount_in(computer: Computer, arguments: tuple[str, ...]) -> Mount | None:
    """Read `s3fs BUCKET[:/PREFIX] FOLDER -o OPTIONS`; None where no bucket stands there."""
    options: list[str] = []
    words: list[str] = []
    rest = iter(arguments)
    for word in rest:
        if word == "-o":
            options += next(rest, "").split(",")
        elif word.startswith("-o"):
            options += word[2:].split(",")
        elif not word.startswith("-"):
            words.append(word)
    return _mount(computer, words[0], options) if words else None


def _mount(computer: Computer, source: str, options: Sequence[str]) -> Mount | None:
    set_to = dict(option.partition("=")[::2] for option in options)
    bucket, _colon, prefix = source.removeprefix("s3fs#").partition(":")
    bucket = bucket or set_to.get("bucket", "")
    if not re.fullmatch(r"[a-z0-9][a-z0-9._-]{1,62}", bucket):
        return None
    named = set_to.get("passwd_file")
    return Mount(
        Target(bucket, prefix.strip("/")),
        _on_its_disk(computer, computer.expanded(named)) if named else None,
        set_to.get("url") or set_to.get("host"),
        _manner(set_to),
    )


def _on_its_disk(computer: Computer, path: Path) -> Path:
    if computer.is_this_one or computer.disk is None or path.is_relative_to(computer.home):
        return path
    return computer.disk.joinpath(*path.parts[1:])


def _manner(options: Mapping[str, str]) -> Manner:
    """How a mount with these options asks (s3fs(1): use_sse, storage_class, default_acl, requester_pays)."""
    sealed = options.get("use_sse")
    key = "" if sealed is None else sealed.partition(":")[2] if sealed.startswith("k") else ""
    encryption = None if sealed is None else "aws:kms" if sealed.startswith("k") else "AES256"
    acl, storage_class = options.get("default_acl", "private"), options.get("storage_class")
    return Manner(
        encryption=None if sealed is not None and sealed.startswith("c") else encryption,
        kms_key=key or None,
        storage_class=None if storage_class is None else storage_class.upper(),
        acl=None if acl == "private" else acl,
        requester_pays="requester_pays" in options,
    )


def _mounts(computer: Computer, listing: Listing) -> Iterator[Mount]:
    found: list[Mount | None] = [
        _mount(computer, one.device, one.options) for one in mount_lines(computer, listing) if one.program == "s3fs"
    ]
    for path in unit_files(computer, listing):  # what cannot be listed is told where units are read
        found += _in_unit(computer, path, listing)
    yield from (one for one in found if one is not None)


def _in_unit(computer: Computer, path: Path, listing: Listing) -> Iterator[Mount | None]:
    try:
        content = listing.readings.file(path).content
        if b"s3fs" not in content:
            return
        from keyturn.edits.units import directives

        found = directives(content, path=path)
    except FileError:
        return  # reported where units are read for their own sake
    values = {one.name: one.value.decode(errors="replace").replace("%h", str(computer.home)) for one in found}
    if "s3fs" in values.get("Type", ""):
        yield _mount(computer, values.get("What", ""), values.get("Options", "").split(","))
    for one in found:
        words = one.value.decode(errors="replace").replace("%h", str(computer.home)).split()
        if one.name.startswith("ExecStart") and words and words[0].endswith("s3fs"):
            yield mount_in(computer, tuple(words[1:]))


def usual_files(computer: Computer) -> tuple[Path, ...]:
    """Return the password files that a mount reads whose options name none."""
    if computer.platform is Platform.WINDOWS:
        return ()
    etc = computer.system_folder("etc")
    return (computer.home / _OWN, *(() if etc is None else (etc / _SYSTEM,)))


def _lines_of(content: FileContent) -> Iterable[PairLine]:
    from keyturn.edits.colon_lines import Reader, lines

    return lines(content.content, Reader.S3FS, path=content.path)


def _places(content: FileContent, mounts: list[Mount]) -> Iterator[Place | Problem]:
    of_bucket: dict[str, list[Mount]] = {"": mounts}
    for mount in mounts:
        of_bucket.setdefault(mount.target.bucket, []).append(mount)
    for line in _lines_of(content):
        # A line for one bucket is for its mounts; the line for all is for those that have none of their own.
        concerned = of_bucket.get(line.bucket, [])
        endpoint = next((one.endpoint for one in concerned if one.endpoint), None)
        identifier = key_id(line.access_key_id, endpoint)
        if identifier is None:
            yield from no_key_id_in(S3fs.name, content.path, line.bucket or _ALL, line.access_key_id)
            continue
        if not line.counts:
            note = _("s3fs does not use this line: an earlier one is for the same bucket, and the first one counts.")
            yield mention(S3fs.name, content.path, identifier, line.line, note)
            continue
        targets = [one.target for one in concerned] or ([Target(line.bucket)] if line.bucket else [])
        manner = AS_USUAL
        for one in concerned:
            manner |= one.manner
        yield Place(
            client=S3fs.name,
            name=f"{content.path.name}: {line.bucket}" if line.bucket else content.path.name,
            path=content.path,
            locator=line.bucket or _ALL,
            kind=PlaceKind.DESTINATION if line.secret else PlaceKind.MENTION,
            access_key_id=identifier,
            secret=Secret(line.secret) if line.secret else None,
            editable=bool(line.secret) and not identifier.is_temporary,
            targets=tuple(dict.fromkeys(targets)),
            region=region_in(endpoint),
            endpoint=endpoint,
            additions=frozenset({Addition.OBJECT_ACL} if any(one.sets_acl for one in concerned) else ()),
            manner=manner,
            plain_http=speaks_plain_http(endpoint),
            session=identifier.is_temporary,
            note=_note(content, line),
        )


def _note(content: FileContent, line: PairLine) -> str:
    notes = []
    open_to = _GROUP_MAY_READ if content.path.name == _SYSTEM else _OPEN_TO_OTHERS
    if content.mode & open_to and os.name == "posix":
        notes.append(
            _("s3fs refuses this file as it is: others may read it (“chmod 600 {path}”).").format(
                path=quoted(str(content.path), Platform.LINUX)
            )
        )
    if not line.secret:
        notes.append(_("The secret key is missing beside it."))
    return " ".join(notes)
