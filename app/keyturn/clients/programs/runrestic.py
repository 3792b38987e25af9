"""runrestic: one TOML or JSON file for each set of repositories (facts/clients.md section 6)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.clients.interface import About
from keyturn.clients.listing import Listing
from keyturn.clients.own_files import StoredKey, option, roots_home
from keyturn.clients.programs.restic_wrappers import Opening, ResticWrapper, distinct, key_in_variables, opening
from keyturn.edits import trees
from keyturn.edits.config_trees import parse
from keyturn.edits.files import FileContent
from keyturn.edits.trees import Node, Scalar

if TYPE_CHECKING:
    from keyturn.computer.computer import Computer
    from keyturn.computer.programs import RunningProgram

_LOCATOR = "environment"
_ENDINGS = (".toml", ".json")


class Runrestic(ResticWrapper):
    """runrestic. Its table `environment` is for all repositories of the file."""

    name = "runrestic"
    title = "runrestic"
    program_names = ("runrestic",)
    about = About(own_check="restic cat config", proved_with_program=True)

    def paths(self, computer: Computer, listing: Listing) -> Iterator[Path]:
        """Return every file that it reads; it reads them all."""
        etc = computer.system_folder("etc")
        if etc is not None:
            yield from (etc / f"runrestic{ending}" for ending in _ENDINGS)
            yield from listing.files_in(etc / "runrestic", *_ENDINGS)
        yield from listing.files_in(computer.xdg_config_home / "runrestic", *_ENDINGS)
        for folder in roots_home(computer, ".config", "runrestic"):
            yield from listing.files_in(folder, *_ENDINGS)

    def keys(self, content: FileContent) -> Iterator[StoredKey]:
        """Return the one key of the file."""
        tree = parse(content.content, path=content.path)
        name = trees.text(tree, "name") or content.path.name
        key = key_in_variables(_LOCATOR, name, _variables(tree), _openings(tree))
        if key is not None:
            yield key

    def openings(self, content: FileContent) -> Mapping[str, Sequence[Opening]]:
        """Return all repositories of the file."""
        return {_LOCATOR: _openings(parse(content.content, path=content.path))}

    def config_files(self, computer: Computer, program: RunningProgram) -> tuple[Path, ...] | None:
        """Return the file that a running runrestic was told to read; else all of them."""
        named = option(program.arguments, "--config", "-c")
        if named is None:
            return tuple(self.paths(computer, Listing()))
        return (Path(named),) if Path(named).is_absolute() else None


def _variables(tree: Node) -> dict[str, Scalar]:
    return {name: node for name, node in trees.members(trees.at(tree, _LOCATOR)) if isinstance(node, Scalar)}


def _openings(tree: Node) -> tuple[Opening, ...]:
    password = trees.text(tree, _LOCATOR, "RESTIC_PASSWORD")
    password_file = trees.text(tree, _LOCATOR, "RESTIC_PASSWORD_FILE")
    addresses = (item.value for item in trees.items(trees.at(tree, "repositories")) if isinstance(item, Scalar))
    return distinct(opening(address, password, password_file) for address in addresses)
