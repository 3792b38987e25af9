"""What Keyturn needs to know of a backup program, and the nouns in which its module answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from keyturn.clients.findings import Discovery
from keyturn.clients.listing import Listing
from keyturn.clients.readings import Readings
from keyturn.edits import encodings, ini, shell, trees
from keyturn.edits.files import FileContent, read_file
from keyturn.edits.spans import Change, Span
from keyturn.model.errors import ClientError, FileError
from keyturn.model.keys import KeyPair, Secret
from keyturn.model.places import Findings, Place, Target
from keyturn.model.text import _

if TYPE_CHECKING:
    from keyturn.computer.computer import Computer
    from keyturn.computer.programs import RunningProgram


@dataclass(frozen=True, slots=True)
class ValueSpot:
    """Where one value stands.

    Attributes:
        path: the file, as asked for (not resolved).
        span: the value's bytes, without its quotes.
        form: the grammar of the file there, which decides how a new value is written.
    """

    path: Path
    span: Span
    form: ini.Dialect | shell.Quoting | trees.Writing | encodings.Encoding

    def encode(self, value: str) -> bytes:
        """Return `value` as it has to be written here.

        Raises:
            FileError: `file.value`, where the program would read the value differently from how it is meant.
        """
        try:
            if isinstance(self.form, ini.Dialect):
                return ini.encode(value, self.form)
            if isinstance(self.form, trees.Writing):
                return trees.encode(value, self.form)
            if isinstance(self.form, encodings.Encoding):
                return encodings.encode(value, self.form)
            return shell.encode(value, self.form)
        except ValueError:
            raise FileError(
                _("The new value does not fit into {name}").format(name=self.path.name),
                _(
                    "It contains a character that the program would read differently there, so it was not "
                    "written. Change {path} by hand."
                ).format(path=self.path),
                code="file.value",
            ) from None


@dataclass(frozen=True, slots=True)
class CredentialSpans:
    """Where a complete pair stands, and the pair as it was read there."""

    access_key_id: ValueSpot
    secret: ValueSpot
    pair: KeyPair

    def changes(self, pair: KeyPair) -> tuple[Change, ...]:
        """Return what puts `pair` there; raises as `ValueSpot.encode` does."""
        return (
            Change(self.access_key_id.span, self.access_key_id.encode(pair.access_key_id.value)),
            Change(self.secret.span, self.secret.encode(pair.secret.reveal())),
        )


@dataclass(frozen=True, slots=True)
class About:
    """What Keyturn knows of a program, for people who wonder how far to trust it (`keyturn clients`).

    Attributes:
        edited: Keyturn replaces the key by itself; otherwise it says how a person does.
        own_check: the program's own, read-only command by which a new key is checked there, or None.
        proved_with_program: the tests run the real program before and after; else its files are samples, made from
            what its source or its documentation says.
        guide: the guide for keys that it keeps where Keyturn does not replace them, by its name; None without one.
    """

    edited: bool = True
    own_check: str | None = None
    proved_with_program: bool = False
    guide: str | None = None


@dataclass(frozen=True, slots=True)
class PrivateFile:
    """A file that a check needs: written 0600 into the check's private folder, and gone with it.

    Attributes:
        variable: the environment variable that tells the program the file's path; empty where none does.
        name: what the file is called in the folder; made from the variable unless given.
    """

    variable: str
    content: Secret
    name: str = ""


@dataclass(frozen=True, slots=True)
class OwnCheck:
    """A program's own check of a destination. It only reads, and has nothing secret in arguments or environment.

    It runs in a private folder that is its home as well, so that it finds no configuration but what is given here.

    Attributes:
        title: the program, as people call it.
        arguments: the command, its program first; a path without a folder is one of the private files.
        environment: all of the environment but the home; nothing is inherited (facts/clients.md 0.8).
        timeout: seconds after which the outcome is unknown.
        private_files: what the program has to read from files of its own.
        left_out: settings of the person's configuration by which the program may go another way to the server, and
            which are not followed, such as a proxy. Where there are some, a failure says nothing of the backup.
        asks: it takes the key from Keyturn, as the programs of the place do.
    """

    title: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str]
    timeout: float = 30.0
    private_files: tuple[PrivateFile, ...] = field(default=())
    left_out: tuple[str, ...] = ()
    asks: bool = False


@dataclass(frozen=True, slots=True)
class AfterChange:
    """What a person does after a file was changed, because the program does not look into the file by itself.

    Attributes:
        title: what has to happen, in a sentence without a full stop.
        steps: how, each with its command.
    """

    title: str
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CheckResult:
    """How a program's own check went. `ok` is None where it did not end in time or could not be started."""

    ok: bool | None
    detail: str


class Client(Protocol):
    """A program that keeps access keys in files.

    Attributes:
        name: as the command line calls it, such as `rclone`.
        title: as people call it.
        program_names: what its running programs are called.
        about: what Keyturn knows of it.
        remembers_its_file: a running one may write the file that it read over a change; see `must_be_stopped`.
        asks_keyturn: its places hold no pair but ask Keyturn for the one of a name, so nothing is edited there.
    """

    name: str
    title: str
    program_names: tuple[str, ...] = ()
    about: About = About()
    remembers_its_file: bool = False
    asks_keyturn: bool = False

    def look_through(self, computer: Computer, look: Discovery) -> None:
        """Take every place where this program keeps a key into the look, and what could not be read; never raised."""
        ...

    def look(self, computer: Computer, readings: Readings | None = None) -> Discovery:
        """Return what a look through the program's files gave.

        Args:
            readings: what is known of the disk already; None where nothing is.
        """
        look = Discovery(self.name, listing=Listing(readings=Readings() if readings is None else readings))
        self.look_through(computer, look)
        return look

    def take_file(self, computer: Computer, look: Discovery, path: Path) -> None:
        """Take what stands in a file of this program that lies elsewhere than usual; see `entries.OwnFile`."""
        return

    def find(self, computer: Computer) -> Findings:
        """Return every place where this program keeps a key, and what could not be read."""
        return self.look(computer).findings()

    def spots(self, content: FileContent) -> Mapping[str, CredentialSpans]:
        """Return each pair in the file that Keyturn can replace, by the locator of its place.

        Raises:
            FileError: `file.unparsable`, where the program itself would refuse the file.
        """
        ...

    def opened(self, computer: Computer, content: FileContent) -> FileContent:
        """Return the file with its content as `spots` reads it: decrypted, where the program keeps it locked.

        Its digest stays that of the file as it is on the disk.

        Raises:
            FileError: `file.locked`, where the person gave no password, or another one.
        """
        return content

    def closed(self, computer: Computer, content: FileContent, opened: bytes) -> bytes:
        """Return what has to be written to the file `content` so that `opened` is in it; raises as `opened` does."""
        return opened

    def other_secrets(self, content: FileContent) -> tuple[Span, ...]:
        """Return what else in the file nobody may see in a picture of a change, whatever stands before it."""
        return ()

    def locate(self, computer: Computer, places: Sequence[Place]) -> tuple[CredentialSpans, ...]:
        """Read a file now, and return where the pairs of its places stand, in the order of the places.

        Args:
            places: all of one path.

        Raises:
            FileError: the file cannot be read or understood.
            ClientError: `place.gone`, where a place is not there any more.
        """
        return self.spots_in(self.opened(computer, read_file(places[0].path)), places)

    def spots_in(self, content: FileContent, places: Sequence[Place]) -> tuple[CredentialSpans, ...]:
        """Return where the pairs of the places stand in `content`; raises as `locate` does."""
        found = self.spots(content)
        for place in places:
            if place.locator not in found:
                raise ClientError(
                    _("{name} is no longer where it was").format(name=place.name),
                    _(
                        "{path} has no complete key for “{locator}” now; someone or something changed the file. "
                        "Look into the file, then start again."
                    ).format(path=place.path, locator=place.locator),
                    code="place.gone",
                )
        return tuple(found[place.locator] for place in places)

    def spot_in(self, content: FileContent, place: Place) -> CredentialSpans:
        """Return where the place's pair stands in `content`; raises as `locate` does."""
        return self.spots_in(content, (place,))[0]

    def check(
        self, computer: Computer, place: Place, target: Target | None, *, endpoint_url: str | None = None
    ) -> OwnCheck | None:
        """Return the program's own, read-only check of the place, or None where there is none.

        Args:
            target: the bucket to look into, or None where none is known.
            endpoint_url: what `--endpoint-url` says.

        Raises:
            FileError, ClientError: as `locate`, where making the check needs the pair itself.
        """
        return None

    def after_change(self, computer: Computer, place: Place, readings: Readings | None = None) -> AfterChange | None:
        """Return what a person does so that the program takes the key that was put in place; None: it does by itself.

        What is running now is not meant: the programs that can be seen running are asked about one by one
        (`how_to_restart`).

        Args:
            readings: what is known of the disk already; None if nothing is.
        """
        return None

    def deletes(self, place: Place, target: Target) -> tuple[str, ...] | None:
        """Return the folders of the bucket in which the program has to delete in its usual runs.

        None: old backups are among them, or that is not known, so with a key that may not delete it would fail
        (facts/clients.md section 2).
        """
        return None

    def stays_below(self, place: Place, target: Target) -> bool:
        """Return whether all that the program lists and touches in the bucket is below the target's prefix."""
        return False

    def config_files(self, computer: Computer, program: RunningProgram) -> tuple[Path, ...] | None:
        """Return the files from which a running program took its key, or None where that is not known."""
        return None

    def keeps_key(self, program: RunningProgram) -> bool:
        """Return whether the program runs on for days with the key that it read when it started."""
        return False

    def must_be_stopped(self, program: RunningProgram) -> str | None:
        """Return why the running program has to be stopped before its file is edited, and how; None: it may run on.

        For programs that read their file once and write what they remember over it (facts/clients.md 0.4).
        """
        return None

    def how_to_restart(self, program: RunningProgram) -> str:
        """Return what a person does so that the running program takes the new key."""
        return _("Let it finish, or stop it and start it again.")
