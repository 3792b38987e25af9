"""crestic: presets in INI files that are read one after another (research/clients.md section 6)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.clients.client import About, OwnFile
from keyturn.clients.listing import Listing
from keyturn.clients.own_files import StoredKey, roots_home
from keyturn.clients.restic_wrappers import Opening, ResticWrapper, distinct, key_in_variables, opening
from keyturn.edits import trees
from keyturn.edits.files import FileContent
from keyturn.edits.section_spans import python_sections
from keyturn.edits.trees import Node, Scalar

if TYPE_CHECKING:
    from keyturn.computer.computer import Computer
    from keyturn.computer.programs import RunningProgram

_VARIABLES = ".environ"
_FOR_ALL = "global"


class Crestic(ResticWrapper):
    """crestic. The variables of a preset stand in its section `[name.environ]`; those of `global` are for all."""

    name = "crestic"
    title = "crestic"
    program_names = ("crestic",)
    about = About(own_check="restic cat config", proved_with_program=True)
    own_file = OwnFile(variables=("CRESTIC_CONFIG_FILE",))

    def paths(self, computer: Computer, listing: Listing) -> Iterator[Path]:
        """Return all files that it reads; a later one adds to those before (crestic 1.1, config_files)."""
        if named := computer.environment.get("CRESTIC_CONFIG_FILE"):
            yield computer.expanded(named)
        separator = ";" if computer.platform == "windows" else ":"
        for one in computer.environment.get("CRESTIC_CONFIG_PATHS", "").split(separator):
            if one:
                yield computer.expanded(one)
        folders = [computer.system_folder("usr", "share", "crestic"), computer.system_folder("etc", "crestic")]
        # It asks for ~/.config itself, whatever XDG_CONFIG_HOME says.
        folders += [computer.home / ".config" / "crestic", *roots_home(computer, ".config", "crestic")]
        for folder in folders:
            if folder is not None:
                yield folder / "config.cfg"
                yield from listing.files_in(folder / "conf.d", ".cfg")

    def keys(self, content: FileContent) -> Iterator[StoredKey]:
        """Return the key of each preset."""
        sections = python_sections(content.content, path=content.path)
        for section, table in sections.items():
            if section.endswith(_VARIABLES):
                name = section.removesuffix(_VARIABLES)
                key = key_in_variables(section, name, _scalars(table), _openings(sections, name))
                if key is not None:
                    yield key

    def openings(self, content: FileContent) -> Mapping[str, Sequence[Opening]]:
        """Return the repositories of each preset that the same file names."""
        sections = python_sections(content.content, path=content.path)
        names = (section.removesuffix(_VARIABLES) for section in sections if section.endswith(_VARIABLES))
        return {f"{name}{_VARIABLES}": _openings(sections, name) for name in names}

    def config_files(self, computer: Computer, program: RunningProgram) -> tuple[Path, ...] | None:
        """It becomes restic when it starts, so it is never seen running with a key."""
        return ()


def _scalars(table: Node) -> dict[str, Scalar]:
    return {name: value for name, value in trees.members(table) if isinstance(value, Scalar)}


def _openings(sections: Mapping[str, Node], name: str) -> tuple[Opening, ...]:
    """The repositories that the variables of `[name.environ]` may be used for: more rather than fewer."""
    found: list[Opening | None] = []
    for section, table in sections.items():
        base = section.removesuffix(_VARIABLES)
        if not _together(name, base):
            continue
        password_file = _setting(sections, base, "password-file", "RESTIC_PASSWORD_FILE")
        password = _setting(sections, base, "RESTIC_PASSWORD")
        for setting in ("repo", "repository", "r", "RESTIC_REPOSITORY"):
            address = trees.text(table, setting)
            if address is not None:
                found.append(opening(address, password, password_file))
    return distinct(found)


def _setting(sections: Mapping[str, Node], base: str, *names: str) -> str | None:
    for section in (base, f"{base}{_VARIABLES}", _FOR_ALL, f"{_FOR_ALL}{_VARIABLES}"):
        for name in names:
            found = trees.text(sections.get(section), name)
            if found is not None:
                return found
    return None


def _together(one: str, other: str) -> bool:
    """Whether a run may read both sections: `photos` and `photos.backup`, `photos@` and `photos@attic`, `global`."""
    names = [name.split(".")[0] for name in (one, other)]
    if _FOR_ALL in names or names[0] == names[1]:
        return True
    ends = [(name.partition("@")[0], name.partition("@")[2]) for name in names]
    if "@" not in names[0] or "@" not in names[1]:
        return False
    return all(not a or not b or a == b for a, b in zip(*ends, strict=True))
