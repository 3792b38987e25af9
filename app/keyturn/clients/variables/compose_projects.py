"""What makes a project of Compose's beside one file: what that includes, and what a command line names.

Sources: docs.docker.com, Compose file reference, `include`, and `docker compose`, Options.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from keyturn.clients.variables.command_folders import in_their_folders, joined
from keyturn.clients.variables.jobs import NamedFile, Reads, Variables
from keyturn.edits import trees
from keyturn.edits.commands import Argument, ShellCommand, program_name
from keyturn.edits.shell import Assignment
from keyturn.edits.trees import Node, Scalar

# The client that reads compose files.
COMPOSE = "compose"
USUAL_NAMES = tuple(
    f"{name}{part}.{ending}"
    for name in ("compose", "docker-compose")
    for part in ("", ".override")
    for ending in ("yaml", "yml")
)
_FILES_VARIABLE, _SEPARATOR_VARIABLE = "COMPOSE_FILE", "COMPOSE_PATH_SEPARATOR"
_ALONE = frozenset({"docker-compose", "podman-compose"})
_WITH_COMPOSE = frozenset({"docker", "podman", "nerdctl"})
# Those that stand before what Compose shall do, and have a value.
_FILES, _VARIABLES, _FOLDER = ("-f", "--file"), ("--env-file",), ("--project-directory",)
_OTHERS = ("-p", "--project-name", "--profile", "--parallel", "--progress", "--ansi", "-H", "--host", "-c", "--context")


@dataclass(frozen=True, slots=True)
class ComposeRun:
    """One run of Compose, as a command line has it.

    Attributes:
        files: the compose files; none where Compose takes those that are called so in `folder`.
        variables: the files that fill in the `$NAME` of those.
        folder: of the project, as it is written, with a stroke at its end; empty where the command does not tell.
    """

    files: tuple[NamedFile, ...]
    variables: tuple[NamedFile, ...]
    folder: str


def included_by(root: Node | None, folder: Path) -> Iterator[Variables]:
    """Yield what each entry of `include:` names: compose files, and what fills in their `$NAME`.

    Beside what the entry says, the variables of the file that includes it count, and before its own.
    """
    include = trees.at(root, "include")
    for one in [include] if isinstance(include, Scalar) else trees.items(include):
        paths, variables = [one] if isinstance(one, Scalar) else _texts(trees.at(one, "path")), []
        if not isinstance(one, Scalar):
            own = trees.text(one, "project_directory")
            variables = [
                NamedFile(named.value, Reads.FILLS_IN, named.line) for named in _texts(trees.at(one, "env_file"))
            ]
            variables = variables or ([NamedFile(f"{own}/.env", Reads.FILLS_IN, 1)] if own else [])
        files = [NamedFile(named.value, COMPOSE, named.line) for named in paths if named.is_text]
        yield Variables([], files=[*files, *variables, NamedFile(".env", Reads.FILLS_IN, 1)], folder=folder)


def extended_in(root: Node | None, folder: Path) -> Iterator[Variables]:
    """Yield what the services of a file take from other compose files (`extends:` with `file:`)."""
    for _name, service in trees.members(trees.at(root, "services")):
        file = trees.scalar(service, "extends", "file")
        if file is not None and file.is_text:
            yield Variables([], files=[NamedFile(file.value, COMPOSE, file.line)], folder=folder)


def files_in_variable(assignments: Sequence[Assignment]) -> Iterator[NamedFile]:
    """Yield what `COMPOSE_FILE` names, in an environment or in `.env` (docs.docker.com, "Pre-defined environment")."""
    said = {one.name: one for one in assignments}
    one, separator = said.get(_FILES_VARIABLE), said.get(_SEPARATOR_VARIABLE)
    if one is not None:
        text = (one.written.decode(errors="replace") if one.is_reference else one.value or "").strip("\"'")
        by_itself = ";" if ";" in text or text[1:3] == ":\\" else ":"
        between = separator.value if separator is not None and separator.value else by_itself
        # What lies elsewhere has a `:` of its own.
        names = [text] if "://" in text else text.split(between)
        yield from (NamedFile(name, COMPOSE, one.line) for name in names if name)


def _texts(node: Node | None) -> list[Scalar]:
    return [one for one in ([node] if isinstance(node, Scalar) else trees.items(node)) if isinstance(one, Scalar)]


def calls_in(commands: Sequence[ShellCommand]) -> Iterator[ComposeRun]:
    """Yield each run of Compose; names are taken from the folder to which the commands before it change."""
    for command, folder in in_their_folders(commands):
        rest = _arguments(command, [program_name(word) for word in command.words])
        if rest is not None:
            yield _call(rest, folder)
        files = tuple(_of_a_stack(command, folder))
        if files:
            yield ComposeRun(files, (), folder)


def _of_a_stack(command: ShellCommand, folder: str) -> Iterator[NamedFile]:
    """What `docker stack deploy -c FILE` names (docs.docker.com, "docker stack deploy")."""
    said = [word.decoded for word in command.words]
    if any(said[number : number + 2] in (["stack", "deploy"], ["stack", "up"]) for number in range(1, 4)):
        for one in command.options("-c", "--compose-file"):
            yield NamedFile(joined(folder, _written(one)), COMPOSE, one.line)


def _arguments(command: ShellCommand, names: Sequence[str]) -> Sequence[Argument] | None:
    for number, name in enumerate(names):
        if name in _ALONE:
            return command.words[number + 1 :]
        if name in _WITH_COMPOSE and "compose" in names[number + 1 :]:
            return command.words[names.index("compose", number + 1) + 1 :]
    return None


def _call(words: Sequence[Argument], folder: str) -> ComposeRun:
    files, variables, project = list[NamedFile](), list[NamedFile](), folder
    rest = iter(words)
    for word in rest:
        name, equals, value = _written(word).partition("=")
        if not name.startswith("-"):
            break  # what Compose shall do; what follows is that one's own
        if not equals and name in (*_FILES, *_VARIABLES, *_FOLDER, *_OTHERS):
            following = next(rest, None)
            value = "" if following is None else _written(following)
        if name in _FILES and value:
            files.append(NamedFile(joined(folder, value), COMPOSE, word.line))
        elif name in _VARIABLES and value:
            variables.append(NamedFile(joined(folder, value), Reads.FILLS_IN, word.line))
        elif name in _FOLDER and value:
            project = joined(folder, value) + "/"
    return ComposeRun(tuple(files), tuple(variables), project)


def _written(word: Argument) -> str:
    return word.written.decode(errors="replace")
