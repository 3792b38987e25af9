"""autorestic: back ends in YAML, each with restic's variables (research/clients.md section 6).

What stands in `.autorestic.env` beside it is found and edited by the module for restic's environment files.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.clients.client import About, OwnFile
from keyturn.clients.listing import Listing
from keyturn.clients.own_files import StoredKey, option, roots_home
from keyturn.clients.restic_wrappers import Opening, ResticWrapper, distinct, key_in_variables, opening
from keyturn.edits import trees
from keyturn.edits.documents import parse
from keyturn.edits.files import FileContent
from keyturn.edits.trees import Node, Scalar

if TYPE_CHECKING:
    from keyturn.computer.computer import Computer
    from keyturn.computer.programs import RunningProgram

_NAMES = (".autorestic.yml", ".autorestic.yaml", ".autorestic.toml", ".autorestic.json")


class Autorestic(ResticWrapper):
    """autorestic."""

    name = "autorestic"
    title = "autorestic"
    program_names = ("autorestic",)
    about = About(own_check="restic cat config")
    own_file = OwnFile(names=(*_NAMES, "autorestic.yml", "autorestic.yaml"), options=("-c", "--config"))

    def paths(self, computer: Computer, listing: Listing) -> Iterator[Path]:
        """Return its file at home and in its folder; it also reads one in the folder that it is started in."""
        for folder in (computer.home, computer.xdg_config_home / "autorestic", *roots_home(computer)):
            yield from (folder / name for name in _NAMES)

    def keys(self, content: FileContent) -> Iterator[StoredKey]:
        """Return the key of each back end."""
        for name, backend in _backends(content):
            key = key_in_variables(name, name, _variables(backend), _openings(backend))
            if key is not None:
                yield key

    def openings(self, content: FileContent) -> Mapping[str, Sequence[Opening]]:
        """Return each back end's repository."""
        return {name: _openings(backend) for name, backend in _backends(content)}

    def config_files(self, computer: Computer, program: RunningProgram) -> tuple[Path, ...] | None:
        """Return the file that a running autorestic was told to read; else all that it may read."""
        named = option(program.arguments, "--config", "-c")
        if named is None:
            return tuple(self.paths(computer, Listing()))
        return (Path(named),) if Path(named).is_absolute() else None


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
