"""Backrest: restic's variables in a JSON file that it remembers and writes anew (facts/clients.md section 6)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.clients.interface import About
from keyturn.clients.listing import Listing
from keyturn.clients.own_files import StoredKey, option, roots_home
from keyturn.clients.programs.restic_wrappers import Opening, ResticWrapper, distinct, key_in_variables, opening
from keyturn.computer.computer import Platform
from keyturn.edits import json_spans, trees
from keyturn.edits.files import FileContent
from keyturn.edits.spans import Span
from keyturn.edits.trees import Node, Scalar
from keyturn.model.text import _

if TYPE_CHECKING:
    from keyturn.computer.computer import Computer
    from keyturn.computer.programs import RunningProgram


class Backrest(ResticWrapper):
    """Backrest. It reads its file once, and writes its own copy over it whenever something is saved."""

    name = "backrest"
    title = "Backrest"
    program_names = ("backrest",)
    about = About(own_check="restic cat config")
    remembers_its_file = True

    def paths(self, computer: Computer, listing: Listing) -> Iterator[Path]:
        """Return its one file; on macOS it stands in `~/.config`, too."""
        if named := computer.environment.get("BACKREST_CONFIG"):
            yield computer.expanded(named)
        on_windows = computer.platform is Platform.WINDOWS
        folder = computer.application_support if on_windows else computer.xdg_config_home
        yield folder / "backrest" / "config.json"
        yield from roots_home(computer, ".config", "backrest", "config.json")

    def keys(self, content: FileContent) -> Iterator[StoredKey]:
        """Return the key of each repository."""
        for locator, repo in _repositories(content):
            variables = _variables(content, repo)
            key = key_in_variables(locator, locator, variables, _openings(repo, variables))
            if key is not None:
                yield key

    def openings(self, content: FileContent) -> Mapping[str, Sequence[Opening]]:
        """Return each repository by its name in Backrest."""
        return {locator: _openings(repo, _variables(content, repo)) for locator, repo in _repositories(content)}

    def config_files(self, computer: Computer, program: RunningProgram) -> tuple[Path, ...] | None:
        """Return the file that a running Backrest was told to read; None where that cannot be seen."""
        named = option(program.arguments, "--config-file", "-config-file")
        if named is not None:
            return (Path(named),) if Path(named).is_absolute() else None
        if program.environment is None:
            return None
        home = Path(program.environment.get("HOME") or computer.home)
        own = replace(computer, home=home, environment=program.environment)
        return tuple(self.paths(own, Listing()))[:1]

    def keeps_key(self, program: RunningProgram) -> bool:
        """It runs for as long as the computer does."""
        return True

    def must_be_stopped(self, program: RunningProgram) -> str | None:
        """It never reads its file again, and saves what it remembers."""
        return _("It would later write the file that it remembers, with the old key, over the new one. Stop Backrest.")

    def how_to_restart(self, program: RunningProgram) -> str:
        """Return how to stop it and start it again."""
        return _(
            "Stop Backrest and start it again: restart its service or its container, or use its symbol in the task bar."
        )


def _repositories(content: FileContent) -> Iterator[tuple[str, Node]]:
    tree = json_spans.parse(content.content, path=content.path)
    for number, repo in enumerate(trees.items(trees.at(tree, "repos")), start=1):
        yield trees.text(repo, "id") or str(number), repo


def _variables(content: FileContent, repo: Node) -> dict[str, Scalar]:
    """The variables, which are texts `NAME=value`, with the place of each value; the last one of a name counts."""
    found: dict[str, Scalar] = {}
    for item in trees.items(trees.at(repo, "env")):
        if not isinstance(item, Scalar) or not item.is_text:
            continue
        name, equals, value = item.value.partition("=")
        start = item.span.start + len(name.encode()) + 1
        # An escape before the value would move it; no name needs one.
        if equals and content.content[item.span.start : start] == f"{name}=".encode():
            found[name] = replace(item, value=value, span=Span(start, item.span.end))
    return found


def _openings(repo: Node, variables: Mapping[str, Scalar]) -> tuple[Opening, ...]:
    address, password = trees.text(repo, "uri"), trees.text(repo, "password")
    named = variables.get("RESTIC_PASSWORD_FILE")
    return distinct([opening(address or "", password, None if named is None else named.value, _options(repo))])


def _options(repo: Node) -> Iterator[str]:
    """What a repository's flags say of S3: `-o s3.…`, `--option=s3.…` (Backrest's page, Repo flags)."""
    for flag in trees.items(trees.at(repo, "flags")):
        for word in flag.value.split() if isinstance(flag, Scalar) else ():
            yield word.removeprefix("--option=").removeprefix("-o")
