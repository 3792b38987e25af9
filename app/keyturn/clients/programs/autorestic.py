"""autorestic: back ends in YAML, each with restic's variables, also in `.autorestic.env` (facts/clients.md 6)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.clients.interface import About
from keyturn.clients.listing import Listing
from keyturn.clients.own_files import StoredKey, option, roots_home
from keyturn.clients.programs.restic_wrappers import Opening, ResticWrapper, distinct, key_in_variables, opening
from keyturn.edits import dotenv, trees
from keyturn.edits.config_trees import parse
from keyturn.edits.files import FileContent, read_file
from keyturn.edits.trees import Node, Scalar
from keyturn.model.errors import FileError

if TYPE_CHECKING:
    from keyturn.computer.computer import Computer
    from keyturn.computer.programs import RunningProgram

_VARIABLES = ".autorestic.env"
# AUTORESTIC_NAME_AWS_ACCESS_KEY_ID, in which the name may have underlines of its own
_NO_LETTER = re.compile(r"[^A-Za-z0-9]")
_OF_A_BACKEND = re.compile(r"AUTORESTIC_(?P<backend>.+?)_(?P<variable>AWS_.+|RESTIC_.+)", re.DOTALL)
# restic's option for extended options, as autorestic takes it (its internal/config.go, `optionToString`)
_EXTENDED = frozenset({"option", "--option", "-o"})
_NAMES = (".autorestic.yml", ".autorestic.yaml", ".autorestic.toml", ".autorestic.json")


class Autorestic(ResticWrapper):
    """autorestic."""

    name = "autorestic"
    title = "autorestic"
    program_names = ("autorestic",)
    about = About(own_check="restic cat config")

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
        tree = parse(content.content, path=content.path)
        options = _options(tree)
        for name, backend in trees.members(trees.at(tree, "backends")):
            yield name, _variables(backend), _openings(backend, options.get(name, ()))
        return
    by_backend: dict[str, dict[str, Scalar]] = {}
    for one in dotenv.assignments(content.content, path=content.path):
        named = _OF_A_BACKEND.fullmatch(one.name)
        if named is not None and one.value and not one.is_reference:
            value = Scalar(one.value, True, one.value_span, one.line)
            by_backend.setdefault(named["backend"], {})[named["variable"]] = value
    # autorestic writes a back end's name in capitals there, and `_` for what is no letter or digit (its backend.go).
    beside = list(_beside(content.path))
    configured = {_NO_LETTER.sub("_", name.upper()): (name, openings) for name, openings in beside}
    configured |= {name.upper(): (name, openings) for name, openings in beside}
    for upper, variables in by_backend.items():
        name, openings = configured.get(upper, (upper, ()))
        yield name, variables, openings


def _beside(path: Path) -> Iterator[tuple[str, Sequence[Opening]]]:
    """The back ends of the configuration that lies beside the file of variables; nothing where none can be read."""
    for name in _NAMES:
        with suppress(FileError):
            tree = parse(read_file(path.parent / name).content, path=path.parent / name)
            options = _options(tree)
            for one, backend in trees.members(trees.at(tree, "backends")):
                yield one, _openings(backend, options.get(one, ()))


def _variables(backend: Node) -> dict[str, Scalar]:
    """The variables; autorestic writes their names in capitals."""
    return {name.upper(): value for name, value in trees.members(trees.at(backend, "env")) if isinstance(value, Scalar)}


def _openings(backend: Node, options: Sequence[str]) -> tuple[Opening, ...]:
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
                options,
            )
        ]
    )


def _options(tree: Node) -> Mapping[str, Sequence[str]]:
    """What restic is given behind `-o` for each back end: for all, for its own, and for the locations that go there."""
    for_all = _extended(trees.at(tree, "global"))
    said = {
        name: [*for_all, *_extended(trees.at(backend, "options"))]
        for name, backend in trees.members(trees.at(tree, "backends"))
    }
    for _name, location in trees.members(trees.at(tree, "locations")):
        options = _extended(trees.at(location, "options"))
        for name in dict.fromkeys(_texts(trees.at(location, "to"))) if options else ():
            said.setdefault(name, []).extend(options)
    return said


def _extended(commands: Node | None) -> list[str]:
    return [
        text
        for _command, flags in trees.members(commands)
        for flag, values in trees.members(flags)
        if flag.lower() in _EXTENDED
        for text in _texts(values)
    ]


def _texts(node: Node | None) -> list[str]:
    """The texts of a list; of a single one, that."""
    return [one.value for one in ([node] if isinstance(node, Scalar) else trees.items(node)) if isinstance(one, Scalar)]
