"""resticprofile: profiles in TOML, YAML or JSON that inherit from each other (facts/clients.md section 6)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.clients.findings import Discovery, mention
from keyturn.clients.interface import About
from keyturn.clients.listing import Listing
from keyturn.clients.occurrences import key_ids_in
from keyturn.clients.own_files import StoredKey, roots_home
from keyturn.clients.programs.restic_wrappers import Opening, ResticWrapper, distinct, key_in_variables, opening
from keyturn.clients.variables.script_paths import on_disk
from keyturn.computer.computer import Platform
from keyturn.edits import trees
from keyturn.edits.config_trees import parse
from keyturn.edits.files import FileContent
from keyturn.edits.trees import Node, Scalar
from keyturn.model.errors import FileError
from keyturn.model.text import _

if TYPE_CHECKING:
    from keyturn.computer.computer import Computer
    from keyturn.computer.programs import RunningProgram

# resticprofile filesearch/filesearch.go; the first that exists is the one it reads
_ENDINGS = ("conf", "yaml", "toml", "json", "hcl", "yml")
_SYSTEM_FOLDERS = (("usr", "local", "etc"), ("etc",), ("opt", "local", "etc"))
# The part of a profile that copies its backups elsewhere, and the folder of further files beside the first.
_COPY, _MORE = "copy", "conf.d"
# What restic is given behind `-o`, in a profile or in its commands.
_OPTION, _COMMANDS_AT = "option", 2
# What stands beside the profiles in version 1 of the format.
_KEY_ID = "AWS_ACCESS_KEY_ID"
_NO_PROFILES = frozenset({"global", "groups", "includes", "mixins", "schedules", "version"})


class Resticprofile(ResticWrapper):
    """resticprofile. A profile without variables of its own uses those of the profile that it inherits from."""

    name = "resticprofile"
    title = "resticprofile"
    program_names = ("resticprofile",)
    about = About(own_check="restic cat config")

    def paths(self, computer: Computer, listing: Listing) -> Iterator[Path]:
        """Return `profiles.*` in all folders where it looks, but the one that it is started in."""
        for folder in _folders(computer):
            for ending in _ENDINGS:
                if ending != "hcl":
                    yield folder / f"profiles.{ending}"
            # `includes` names them; `conf.d` is what its own page and its packages call the folder.
            if folder.name in ("restic", "resticprofile"):
                yield from listing.files_in(folder / _MORE, ".toml", ".yaml", ".yml", ".json", ".conf")

    def take_file(self, computer: Computer, look: Discovery, path: Path) -> None:
        """Take a place for each profile's key; it may be inherited across the files that one includes."""
        group = [(one, cache(partial(_profiles, one))) for one in _with_included(computer, look, path)]
        profiles: dict[str, Node] = {}
        for _content, read in group:
            with suppress(FileError):  # told where its own keys are read
                profiles = read() | profiles
        for content, read in group:
            self.take_keys(look, content, partial(_keys, read, profiles))

    def look_through(self, computer: Computer, look: Discovery) -> None:
        """Take a place for each profile's key. In HCL a key is only mentioned."""
        super().look_through(computer, look)
        for folder in _folders(computer):
            content = look.read(folder / "profiles.hcl")
            for access_key_id, line in () if content is None else key_ids_in(content.content):
                note = _("Keyturn does not change HCL. Put the new key there by hand.")
                look.take([mention(self.name, folder / "profiles.hcl", access_key_id, line, note)])

    def keys(self, content: FileContent) -> Iterator[StoredKey]:
        """Return the key of each profile that has one itself; those that inherit it add their repositories."""
        return _keys(partial(_profiles, content), {})

    def openings(self, content: FileContent) -> Mapping[str, Sequence[Opening]]:
        """Return the repositories of each profile and of those that inherit from it."""
        profiles = _profiles(content)
        copies = {name: trees.at(profile, _COPY) for name, profile in profiles.items()}
        copied = {_copy_of(name): _copied_to(one) for name, one in copies.items() if one is not None}
        return _openings(profiles) | copied

    def config_files(self, computer: Computer, program: RunningProgram) -> tuple[Path, ...] | None:
        """It hands the key to restic when a run starts, and reads its file anew for each run."""
        return ()


def _keys(read: Callable[[], Mapping[str, Node]], beside: Mapping[str, Node]) -> Iterator[StoredKey]:
    """The keys of one file.

    Args:
        read: returns its profiles, or raises why they cannot be read.
        beside: the profiles of the files that are read together with it.
    """
    profiles = read()
    openings = _openings({**beside, **profiles})
    for name, profile in profiles.items():
        copied = trees.at(profile, _COPY)
        found = [key_in_variables(name, name, _variables(profile), openings[name])]
        found += [] if copied is None else [_key_of_a_copy(name, copied)]
        yield from (key for key in found if key is not None)


def _with_included(computer: Computer, look: Discovery, path: Path) -> Iterator[FileContent]:
    """A file with those that it includes, and those that they include; what was read before is left out."""
    content = look.read(path)
    if content is not None:
        yield content
        for included in _included(computer, content, look.listing):
            yield from _with_included(computer, look, included)


def _included(computer: Computer, content: FileContent, listing: Listing) -> Iterator[Path]:
    """The files that `includes` names, from the folder of the file on (its page, Include configuration files)."""
    try:
        named = trees.at(parse(content.content, path=content.path), "includes")
    except FileError:
        return
    for one in [named] if isinstance(named, Scalar) else trees.items(named):
        if isinstance(one, Scalar) and one.value and ".." not in Path(one.value).parts:
            if Path(one.value).is_absolute():
                found = on_disk(computer, one.value).path
                yield from () if found is None else (found,)
            else:
                yield from listing.matching(content.path.parent, Path(one.value).parts)


def _copy_of(name: str) -> str:
    return f"{name}: {_COPY}"


def _copied_to(copied: Node) -> tuple[Opening, ...]:
    """Where a profile copies its backups to: a repository of its own, with a password of its own."""
    address, password = trees.text(copied, "repository"), trees.text(copied, "password-file")
    return distinct([opening(address or "", password_file=password, options=_options(copied))])


def _key_of_a_copy(name: str, copied: Node) -> StoredKey | None:
    return key_in_variables(_copy_of(name), _copy_of(name), _variables(copied), _copied_to(copied))


def _folders(computer: Computer) -> Iterator[Path]:
    yield computer.application_support / "resticprofile"
    if computer.platform is Platform.MACOS:
        yield computer.home / ".config" / "resticprofile"
    # The folder that it is started in comes first; home is where people start it.
    yield computer.home
    for parts in _SYSTEM_FOLDERS:
        folder = computer.system_folder(*parts)
        if folder is not None:
            yield from (folder, folder / "restic", folder / "resticprofile")
    yield from roots_home(computer, ".config", "resticprofile")


def _profiles(content: FileContent) -> dict[str, Node]:
    tree = parse(content.content, path=content.path)
    version = trees.scalar(tree, "version")
    profiles = dict(trees.members(trees.at(tree, "profiles")))
    # A file that another one includes need not say the version (its page, Include configuration files).
    is_included = version is None and bool(profiles) and not any(isinstance(one, Scalar) for one in profiles.values())
    if is_included or (version is not None and version.value == "2"):
        return profiles
    return {name: node for name, node in trees.members(tree) if name not in _NO_PROFILES}


def _variables(profile: Node) -> dict[str, Scalar]:
    return {name.upper(): value for name, value in trees.members(trees.at(profile, "env")) if isinstance(value, Scalar)}


def _openings(profiles: Mapping[str, Node]) -> dict[str, tuple[Opening, ...]]:
    """The repositories of each profile, and of those that use its variables."""
    # A profile uses its own key, else that of the nearest one that it inherits from.
    lenders = _inherited(profiles, lambda name: name if _KEY_ID in _variables(profiles[name]) else None)
    addresses = _inherited(profiles, lambda name: trees.text(profiles[name], "repository"))
    password_files = _inherited(profiles, lambda name: trees.text(profiles[name], "password-file"))
    users: dict[str, list[Opening | None]] = {name: [] for name in profiles}
    for name in profiles:
        options = tuple(_options(profiles[name]))
        found = [opening(addresses[name] or "", password_file=password_files[name], options=options)]
        copied = trees.at(profiles[name], _COPY)
        if copied is not None and _KEY_ID not in _variables(copied):
            found += _copied_to(copied)  # with the variables of the profile
        for user in {name, lenders[name] or name}:
            users[user] += found
    return {name: distinct(found) for name, found in users.items()}


def _options(node: Node, depth: int = 0) -> Iterator[str]:
    """The extended options of a profile and of its commands (its page, Configuration reference, `option`)."""
    for name, inner in trees.members(node):
        if name == _OPTION:
            every = [inner] if isinstance(inner, Scalar) else trees.items(inner)
            yield from (one.value for one in every if isinstance(one, Scalar))
        elif depth < _COMMANDS_AT:
            yield from _options(inner, depth + 1)


def _inherited(profiles: Mapping[str, Node], own: Callable[[str], str | None]) -> dict[str, str | None]:
    """What counts for each profile: its own, else that of the nearest one that it inherits from.

    Args:
        own: what a profile has itself.
    """
    known: dict[str, str | None] = {}
    for name in profiles:
        passed: dict[str, None] = {}  # a set that keeps the order
        now: str | None = name
        found: str | None = None
        while now is not None and now in profiles and now not in passed and found is None:
            passed[now] = None
            found = known[now] if now in known else own(now)
            now = None if now in known else trees.text(profiles[now], "inherit")
        known |= dict.fromkeys(passed, found)
    return known
