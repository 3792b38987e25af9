"""Programs that a description tells: their files are found, read and edited by it (`resources/programs`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.clients.described.described_values import DescribedValues, at, said_of
from keyturn.clients.described.description import Description, KeyAt, descriptions
from keyturn.clients.described.grammars import tree_of
from keyturn.clients.entries import ClientEntry, OwnFile
from keyturn.clients.findings import Discovery, is_placeholder, locator_of_line
from keyturn.clients.interface import About, AfterChange
from keyturn.clients.listing import Listing
from keyturn.clients.occurrences import key_ids_in
from keyturn.clients.own_files import OwnFiles, StoredKey
from keyturn.clients.traces import traces_on
from keyturn.edits.files import FileContent
from keyturn.edits.trees import Node
from keyturn.model.errors import FileError
from keyturn.model.places import Place, PlaceKind, Problem
from keyturn.model.text import _

if TYPE_CHECKING:
    from keyturn.clients.readings import Readings
    from keyturn.computer.computer import Computer
    from keyturn.computer.programs import RunningProgram


def described_programs() -> tuple[Described, ...]:
    """Return a client for each description that Keyturn ships, by name."""
    return tuple(map(Described, descriptions().by_name.values()))


class Described(OwnFiles):
    """A program with a description. It is edited like every other one; its own check is not known."""

    about = About()

    def __init__(self, description: Description) -> None:
        self.name = description.name
        self.title = description.title
        self.program_names = description.programs
        self.description = description

    @property
    def entry(self) -> ClientEntry:
        """What the registry has of it."""
        return ClientEntry(self.name, lambda: self, self._own_file)

    @property
    def _own_file(self) -> OwnFile:
        files = self.description.files
        return OwnFile(
            files.names, files.signature, files.variables, self.program_names, files.options, needs_both=True
        )

    def paths(self, computer: Computer, listing: Listing) -> Iterator[Path]:
        """Return the files that a variable names, and those that are where the description says."""
        for variable in self.description.files.variables:
            if named := computer.environment.get(variable):
                yield computer.expanded(named)
        yield from traces_on(computer, self.description.files.patterns[computer.platform], listing)

    def take_file(self, computer: Computer, look: Discovery, path: Path) -> None:
        """Take every key of the file. One that holds a key which the description does not lead to is told as such."""
        if not self._concerns(look, path):
            return
        before = len(look.places)
        super().take_file(computer, look, path)
        taken = look.places[before:]
        look.places[before:] = [self._careful(place) for place in taken]
        content = look.listing.readings.known(path)
        if content is not None and path not in {problem.path for problem in look.problems}:
            look.take(self._unled(content, {place.access_key_id for place in taken}))

    def keys(self, content: FileContent) -> Iterator[StoredKey]:
        """Return each pair that the description leads to."""
        root = self._tree(content)
        for key in self.description.keys:
            for names, node in at(root, key.at):
                yield from _stored(key, names, DescribedValues(root, node), content.path)

    def after_change(self, computer: Computer, place: Place, readings: Readings | None = None) -> AfterChange | None:
        """Return what the description says has to be done."""
        after = self.description.after
        if after is None:
            return None
        title, where = after.title, {"path": place.path, "folder": place.path.parent}
        return AfterChange(_(title).format(**where), tuple(_(step).format(**where) for step in after.steps))

    def keeps_key(self, program: RunningProgram) -> bool:
        """Return True: the description names only programs that do."""
        return True

    def how_to_restart(self, program: RunningProgram) -> str:
        """Return the description's sentence."""
        sentence = self.description.restart
        return _(sentence)

    def _tree(self, content: FileContent) -> Node:
        grammar = self.description.grammar
        return {} if grammar is None else tree_of(content, grammar)

    def _concerns(self, look: Discovery, path: Path) -> bool:
        """Whether the file says anything of S3, or cannot be read, which is for the look to tell."""
        try:
            content = look.listing.readings.file_if_there(path)
        except FileError:
            return True
        if content is None:
            return False
        return self._own_file.is_signed(content) or any(True for _one in key_ids_in(content.content))

    def _careful(self, place: Place) -> Place:
        sentences = (place.note, *map(_, self.description.careful))
        return replace(place, note=" ".join(one for one in sentences if one))

    def _unled(self, content: FileContent, taken: set[object]) -> Iterator[Place | Problem]:
        """What the description does not lead to: key IDs elsewhere in the file, and a key that is computed."""
        note = _(
            "It stands where Keyturn does not expect a key of {title}, so Keyturn does not replace it here."
        ).format(title=self.title)
        ids = [(identifier, line) for identifier, line in key_ids_in(content.content) if identifier not in taken]
        for identifier, line in ids:
            yield Place(
                client=self.name,
                name=content.path.name,
                path=content.path,
                locator=locator_of_line(line, identifier),
                kind=PlaceKind.MENTION,
                access_key_id=identifier,
                note=note,
                line=line,
            )
        if not taken and not ids and any(self._computed(content)):
            yield Problem(
                content.path,
                _("{title} takes its key from elsewhere").format(title=self.title),
                _(
                    "{path} says that S3 is used, and computes the key or reads it from somewhere else, so Keyturn "
                    "cannot see which key that is. If it is the old one, it stops working when that is turned off."
                ).format(path=content.path),
                client=self.name,
                code="reference.computed",
                do=_("Look into that file by hand before the old key is turned off."),
            )

    def _computed(self, content: FileContent) -> Iterator[bool]:
        root = self._tree(content)
        for key in self.description.keys:
            for _names, node in at(root, key.at):
                value = DescribedValues(root, node).scalar(key.access_key_id)
                yield value is not None and (not value.is_text or (bool(value.value) and is_placeholder(value.value)))


def _stored(key: KeyAt, names: Sequence[str], values: DescribedValues, path: Path) -> Iterator[StoredKey]:
    identifier = values.scalar(key.access_key_id)
    if identifier is None or not identifier.is_text or not identifier.value:
        return
    said = said_of(key, values)
    if said is None:
        return
    yield StoredKey(
        locator="/".join((*names, key.access_key_id)),
        name=key.called or (names[-1] if names else path.name),
        access_key_id=identifier,
        secret=values.scalar(key.secret),
        targets=said.targets,
        region=said.region,
        endpoint=said.endpoint,
        additions=said.additions,
        manner=said.manner,
        plain_http=said.plain_http,
        token=key.token if values.text(key.token) else None,
    )
