"""autorestic: back ends in YAML, each with restic's variables, also in `.autorestic.env` (facts/clients.md 6)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.clients.client import About, OwnFile
from keyturn.clients.listing import Listing
from keyturn.clients.own_files import StoredKey, option, roots_home
from keyturn.clients.restic_wrappers import Opening, ResticWrapper, distinct, key_in_variables, opening
from keyturn.edits import dotenv, trees
from keyturn.edits.documents import parse
from keyturn.edits.files import FileContent, read_file
from keyturn.edits.trees import Node, Scalar
from keyturn.model.errors import FileError

if TYPE_CHECKING:
    from keyturn.computer.computer import Computer
    from keyturn.computer.programs import RunningProgram

_VARIABLES = ".autorestic.env"
# AUTORESTIC_NAME_AWS_ACCESS_KEY_ID, in which the name may have underlines of its own
_OF_A_BACKEND = re.compile(r"AUTORESTIC_(?P<backend>.+?)_(?P<variable>AWS_.+|RESTIC_.+)", re.DOTALL)
_NAMES = (".autorestic.yml", ".autorestic.yaml", ".autorestic.toml", ".autorestic.json")


class Autorestic(ResticWrapper):
    """autorestic."""

    name = "autorestic"
    title = "autorestic"
    program_names = ("autorestic",)
    about = About(own_check="restic cat config")
    own_file = OwnFile(names=(*_NAMES, _VARIABLES, "autorestic.yml", "autorestic.yaml"), options=("-c", "--config"))

    def paths(self, computer: Computer, listing: Listing) -> Iterator[Path]:
        """Return its file at home and in its folder; it also reads one in the folder that it is started in."""
        for folder in (computer.home, computer.xdg_config_home / "autorestic", *roots_home(computer)):
            yield from (folder / name for name in (*_NAMES, _VARIABLES))

    def keys(self, content: FileContent) -> Iterator[StoredKey]:
        """Return the key of each back end; in the file of variables, of each that the configuration beside it has."""
        for name, variables, openings in _read(content):
            key = key_in_variables(name, name, variables, openings)
            if key is not None:
                yield key

    def openings(self, content: FileContent) -> Mapping[str, Sequence[Opening]]:
        """Return each back end's repository."""
        return {name: openings for name, _variables, openings in _read(content)}

    def config_files(self, computer: Computer, program: RunningProgram) -> tuple[Path, ...] | None:
        """Return the file that a running autorestic was told to read; else all that it may read."""
        named = option(program.arguments, "--config", "-c")
        if named is None:
            return tuple(self.paths(computer, Listing()))
        return (Path(named),) if Path(named).is_absolute() else None


def _read(content: FileContent) -> Iterator[tuple[str, Mapping[str, Scalar], Sequence[Opening]]]:
    """Each back end with its variables and its repository."""
    if content.path.name != _VARIABLES:
        for name, backend in _backends(content):
            yield name, _variables(backend), _openings(backend)
        return
    by_backend: dict[str, dict[str, Scalar]] = {}
    for one in dotenv.assignments(content.content, path=content.path):
        named = _OF_A_BACKEND.fullmatch(one.name)
        if named is not None and one.value and not one.is_reference:
            value = Scalar(one.value, True, one.value_span, one.line)
            by_backend.setdefault(named["backend"], {})[named["variable"]] = value
    # autorestic writes a back end's name in capitals there (its page on environment variables).
    configured = {name.upper(): (name, _openings(backend)) for name, backend in _beside(content.path)}
    for upper, variables in by_backend.items():
        name, openings = configured.get(upper, (upper, ()))
        yield name, variables, openings


def _beside(path: Path) -> Iterator[tuple[str, Node]]:
    """The back ends of the configuration that lies beside the file of variables; nothing where none can be read."""
    for name in _NAMES:
        with suppress(FileError):
            yield from _backends(read_file(path.parent / name))


def _backends(content: FileContent) -> Iterator[tuple[str, Node]]:
    yield from trees.members(trees.at(parse(content.content, path=content.path), "backends"))


def _variables(backend: Node) -> dict[str, Scalar]:
    """The variables; autorestic writes their names in capitals."""
    return {name.upper(): value for name, value in trees.members(trees.at(backend, "env")) if isinstance(value, Scalar)}


def _openings(backend: Node) -> tuple[Opening, ...]:
    if trees.text(backend, "type") != "s3":
        return ()
    variables = _variables(backend)
    named, password = variables.get("RESTIC_PASSWORD_FILE"), variables.get("RESTIC_PASSWORD")
    return distinct(
        [
            opening(
                f"s3:{trees.text(backend, 'path') or ''}",
                trees.text(backend, "key") or (None if password is None else password.value),
                None if named is None else named.value,
            )
        ]
    )
