"""crestic: presets in INI files that are read one after another (facts/clients.md section 6)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.clients.interface import About
from keyturn.clients.listing import Listing
from keyturn.clients.own_files import StoredKey, roots_home
from keyturn.clients.programs.restic_wrappers import Opening, ResticWrapper, distinct, key_in_variables, opening
from keyturn.edits.files import FileContent
from keyturn.edits.section_spans import python_sections
from keyturn.edits.trees import Scalar

if TYPE_CHECKING:
    from keyturn.computer.computer import Computer
    from keyturn.computer.programs import RunningProgram

_VARIABLES = ".environ"
_FOR_ALL = "global"
# Repositories that are counted through all presets of one file; people's own are a hundred times fewer.
_PATIENCE = 10_000


class Crestic(ResticWrapper):
    """crestic. The variables of a preset stand in its section `[name.environ]`; those of `global` are for all."""

    name = "crestic"
    title = "crestic"
    program_names = ("crestic",)
    about = About(own_check="restic cat config", proved_with_program=True)

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
        openings = _openings(sections)
        for section, name in _presets(sections):
            key = key_in_variables(section, name, sections[section], openings.get(section, ()))
            if key is not None:
                yield key

    def openings(self, content: FileContent) -> Mapping[str, Sequence[Opening]]:
        """Return the repositories of each preset that the same file names."""
        return _openings(python_sections(content.content, path=content.path))

    def config_files(self, computer: Computer, program: RunningProgram) -> tuple[Path, ...] | None:
        """It becomes restic when it starts, so it is never seen running with a key."""
        return ()


_Sections = Mapping[str, Mapping[str, Scalar]]


def _presets(sections: _Sections) -> Iterator[tuple[str, str]]:
    """Each section of variables, with the name of its preset."""
    return ((section, section.removesuffix(_VARIABLES)) for section in sections if section.endswith(_VARIABLES))


def _openings(sections: _Sections) -> dict[str, tuple[Opening, ...]]:
    """The repositories that the variables of each `[name.environ]` may be used for: more rather than fewer.

    Nothing where presets may be combined so often that nobody could follow: then the repositories are not known.
    """
    named: dict[str, list[tuple[int, Opening]]] = {}
    for number, (section, table) in enumerate(sections.items()):
        base = section.removesuffix(_VARIABLES)
        password_file = _setting(sections, base, "password-file", "RESTIC_PASSWORD_FILE")
        password = _setting(sections, base, "RESTIC_PASSWORD")
        for setting in ("repo", "repository", "r", "RESTIC_REPOSITORY"):
            address = _text(table, setting)
            option = _setting(sections, base, "option", "o")
            options = () if option is None else option.split("\n")
            found = None if address is None else opening(address, password, password_file, options)
            if found is not None:
                named.setdefault(base.split(".")[0], []).append((number, found))
    together = _Together(named)
    openings: dict[str, tuple[Opening, ...]] = {}
    patience = _PATIENCE
    for section, name in _presets(sections):
        ours: list[tuple[int, Opening]] = []
        for other in together.with_preset(name.split(".")[0]):
            patience -= 1 + len(named[other])
            if patience < 0:
                return {}
            ours += named[other]
        # In the order of the file, several of one section in their own.
        openings[section] = distinct(one for _number, one in sorted(ours, key=lambda one: one[0]))
    return openings


def _setting(sections: _Sections, base: str, *names: str) -> str | None:
    for section in (base, f"{base}{_VARIABLES}", _FOR_ALL, f"{_FOR_ALL}{_VARIABLES}"):
        for name in names:
            found = _text(sections.get(section, {}), name)
            if found is not None:
                return found
    return None


def _text(table: Mapping[str, Scalar], name: str) -> str | None:
    found = table.get(name)
    return None if found is None else found.value or None


class _Together:
    """Which of some presets one run may read: `photos` and `photos`, `photos@` and `photos@attic`, `global` and all.

    Of a name with `@` either half may be empty, and stands for any then.
    """

    def __init__(self, names: Collection[str]) -> None:
        self._names = names
        self._divided = [name for name in names if "@" in name]
        self._by_half: tuple[dict[str, list[str]], dict[str, list[str]]] = {}, {}
        for name in self._divided:
            for by_half, half in zip(self._by_half, _halves(name), strict=True):
                by_half.setdefault(half, []).append(name)

    def with_preset(self, name: str) -> Iterator[str]:
        """Yield those that may be read together with the preset, each once."""
        if name == _FOR_ALL:
            yield from self._names
            return
        yield from (one for one in (_FOR_ALL, *self._beside(name)) if one in self._names)

    def _beside(self, name: str) -> Iterable[str]:
        if "@" not in name:
            return (name,)
        first, second = _halves(name)
        if first and second:
            return (name, f"{first}@", f"@{second}", "@")
        if not first and not second:
            return self._divided
        by_half, half = (self._by_half[0], first) if first else (self._by_half[1], second)
        return (*by_half.get(half, ()), *by_half.get("", ()))


def _halves(name: str) -> tuple[str, str]:
    first, _at, second = name.partition("@")
    return first, second
