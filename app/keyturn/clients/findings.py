"""Looking through files that are not ours: one that cannot be read is reported, and the search goes on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from keyturn.clients.endpoints import is_aws_endpoint
from keyturn.clients.listing import Listing
from keyturn.clients.occurrences import key_ids_in
from keyturn.clients.variables.jobs import Job
from keyturn.edits.failures import LEADS_NOWHERE
from keyturn.edits.files import FileContent
from keyturn.model.errors import FileError
from keyturn.model.keys import AccessKeyId
from keyturn.model.manners import AS_USUAL, Manner
from keyturn.model.needs import Addition
from keyturn.model.places import Findings, Place, PlaceKind, Problem, Target
from keyturn.model.text import _

# Values that stand for something else; what they stand for is not in this file.
_REFERENCE = re.compile(r"[$%{}<>!()]|://")


def key_id(text: str | None, endpoint: str | None = None) -> AccessKeyId | None:
    """Return the access key ID that `text` is, or None where it is not shaped like one.

    Args:
        endpoint: the host or address that the key is for: anyone who runs a store may choose any name for a key.
    """
    if not is_aws_endpoint(endpoint):
        return named_key_id(text)
    try:
        return AccessKeyId(text or "")
    except ValueError:
        return None


def named_key_id(text: str | None) -> AccessKeyId | None:
    """Return the ID, of any shape, that stands where a setting says that one does; None where it can be none."""
    if text is None or is_placeholder(text):
        return None
    try:
        return AccessKeyId.of_any_shape(text)
    except ValueError:
        return None


def is_placeholder(text: str) -> bool:
    """Return whether a value is empty or stands for something else, such as `${KEY}` or `<your key>`."""
    return not text or _REFERENCE.search(text) is not None


@dataclass(frozen=True, slots=True)
class ProfileReference:
    """A destination that takes its key from a profile of the AWS files.

    Attributes:
        program: the client that borrows.
        profile: the profile's name.
        credentials: the credentials file that it names itself, or None for the usual one.
        note: who borrows, in a sentence.
        remote: what rclone's command lines call it; empty for other programs.
    """

    program: str
    profile: str
    credentials: Path | None
    targets: tuple[Target, ...]
    region: str | None
    endpoint: str | None
    additions: frozenset[Addition]
    plain_http: bool
    note: str
    manner: Manner = AS_USUAL
    remote: str = ""


@dataclass(slots=True)
class Discovery:
    """One client's look through its files: what it found so far.

    Attributes:
        client: the client's name.
        unsure: places with an ID of a shape that only a store has, of which nothing says so yet.
        seen: the real paths of the files read, so that none is read twice through links.
        listing: lists folders; what could not be listed is among the problems of `findings`.
    """

    client: str
    places: list[Place] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    unsure: list[Place] = field(default_factory=list)
    loans: list[ProfileReference] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)
    seen: set[Path] = field(default_factory=set)
    listing: Listing = field(default_factory=Listing)

    def read(self, path: Path) -> FileContent | None:
        """Return the file, or None where it is missing, was read before, or cannot be read (then that is reported)."""
        try:
            content = self.listing.readings.file_if_there(path)
        except FileError as error:
            self.report(path, error)
            return None
        if content is None or content.real_path in self.seen:
            return None
        self.seen.add(content.real_path)
        return content

    def take(self, found: Iterable[Place | Problem]) -> None:
        """Remember what a file held.

        An ID of a shape that only a store has is a problem, unless something says that it is for one: perhaps what
        takes it from there.
        """
        for item in found:
            if not isinstance(item, Place):
                self.problems.append(item)
            elif key_id(item.access_key_id.value, item.endpoint) is None:
                self.unsure.append(item)
            else:
                self.places.append(item)

    def report(self, path: Path, error: FileError) -> None:
        """Remember that a file could not be read."""
        self.problems.append(self._problem(path, error))

    def report_unparsable(self, content: FileContent, error: FileError) -> None:
        """Remember a file that its program's grammar refuses, and the key IDs that stand in it nevertheless."""
        self.report(content.path, error)
        note = _("The file cannot be understood, so Keyturn cannot replace the key here.")
        for access_key_id, line in key_ids_in(content.content):
            self.places.append(mention(self.client, content.path, access_key_id, line, note))

    def findings(self) -> Findings:
        """Return what was found."""
        unlisted = [self._problem(path, error) for path, error in self.listing.failed.items()]
        return Findings(tuple(self.places), (*self.problems, *map(no_key_id_at, self.unsure), *unlisted))

    def _problem(self, path: Path, error: FileError) -> Problem:
        if error.code == LEADS_NOWHERE:  # told of the link, however many files are behind it
            path = self.listing.readings.link_to_nowhere(path) or path
        return Problem(path, error.title, error.message, client=self.client, code=error.code)


def mention(client: str, path: Path, access_key_id: AccessKeyId, line: int, note: str) -> Place:
    """Return a place where the ID only stands."""
    return mention_at(client, path, access_key_id, locator_of_line(line, access_key_id), note, line)


def locator_of_line(line: int, access_key_id: AccessKeyId) -> str:
    """Return where in a file an ID stands that nothing else names: the same words in every language."""
    return f"line {line}, {access_key_id.masked}"


def mention_at(client: str, path: Path, access_key_id: AccessKeyId, locator: str, note: str, line: int = 0) -> Place:
    """Return a place where the ID only stands, in a file that has no lines."""
    return Place(
        client=client,
        name=path.name,
        path=path,
        locator=locator,
        kind=PlaceKind.MENTION,
        access_key_id=access_key_id,
        note=note,
        line=line,
    )


def no_key_id_in(client: str, path: Path, name: str, value: str | None) -> Iterator[Problem]:
    """Yield what to say of a setting for an ID in which none stands, unless it is empty or names something else."""
    if value is not None and not is_placeholder(value):
        yield not_a_key_id(client, path, name)


def no_key_id_at(place: Place) -> Problem:
    """Return the same of a place of which nothing said that it is for a store."""
    return not_a_key_id(place.client, place.path, place.locator)


def not_a_key_id(client: str, path: Path, name: str) -> Problem:
    """Return what to say where something else stands in the place of an access key ID. It may be a secret: unsaid."""
    return Problem(
        path,
        _("“{name}” has no access key ID where one should stand").format(name=name),
        _(
            "What stands there has another shape, so Keyturn leaves this place alone. If a backup uses it, look into "
            "the file and put the access key ID where it belongs."
        ),
        client=client,
        code="place.no-key-id",
    )
