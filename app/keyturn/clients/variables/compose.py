"""Docker Compose: keys in the environment of services, as a table or as a list (facts/clients.md section 3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.clients.described.guide import Runs, guides
from keyturn.clients.described.guided import blind_spot
from keyturn.clients.findings import Discovery
from keyturn.clients.interface import AfterChange, Client, CredentialSpans
from keyturn.clients.listing import Listing
from keyturn.clients.project_folders import project_folders
from keyturn.clients.variables.compose_commands import commands_in
from keyturn.clients.variables.compose_mounts import kept_for, mounts_of, named_by
from keyturn.clients.variables.compose_projects import extended_in, included_by
from keyturn.clients.variables.variable_places import Variables, spots_of, take_from
from keyturn.clients.variables.variable_readers import containers_anew, is_compose_file
from keyturn.computer.computer import Platform
from keyturn.edits import trees, yaml_spans
from keyturn.edits.commands import program_name
from keyturn.edits.files import FileContent
from keyturn.edits.shell import Assignment, Quoting
from keyturn.edits.spans import Span
from keyturn.edits.trees import Node, Scalar, Writing
from keyturn.model.errors import FileError
from keyturn.model.late_patterns import pattern
from keyturn.model.places import Place, Problem

if TYPE_CHECKING:
    from keyturn.clients.readings import Readings
    from keyturn.computer.computer import Computer

_NAME = pattern(r"[A-Za-z_][A-Za-z0-9_]*")
_DEFAULT = pattern(r"\$\{[A-Za-z_][A-Za-z0-9_]*:?-(?P<default>[^${}]+)\}")
_NOTHING = ("", "~", "null", "Null", "NULL")  # YAML's
_SYSTEM_FOLDERS = (("opt",), ("srv",), ("var", "lib", "docker-compose"))


class Compose(Client):
    """`environment:` of the services in compose files. What `.env` beside it sets is a place of its own."""

    name = "compose"
    title = "Docker Compose"

    def look_through(self, computer: Computer, look: Discovery) -> None:
        """Take a place for each key of a service; one behind an anchor is only mentioned."""
        paths = list(compose_files(computer, look.listing))
        take_from(look, paths, projects_in)
        look.take(_guided_in(paths, look))

    def take_file(self, computer: Computer, look: Discovery, path: Path) -> None:
        """Take a place for each key of a service in a file that another one includes, or that a command names."""
        take_from(look, [path], projects_in, all_of_them=True)

    def spots(self, content: FileContent) -> Mapping[str, CredentialSpans]:
        """Return each complete pair by service and variable; see `Client.spots`."""
        return spots_of(content, services_in(content), Writing.PLAIN)

    def after_change(self, computer: Computer, place: Place, readings: Readings | None = None) -> AfterChange | None:
        """Return how the containers are made anew: one keeps the variables that it was made with."""
        return containers_anew(place.path.parent)


def _guided_in(paths: Sequence[Path], look: Discovery) -> Iterator[Problem]:
    """Yield a blind spot for each container of a product whose key only a person can change, wherever its files lie."""
    known = {name: guide for name, guide in guides().by_name.items() if guide.runs is Runs.HERE and guide.traces}
    for path in paths:
        try:
            content = look.listing.readings.file_if_there(path)
            named = () if content is None else tuple(name for name in known if name.encode() in content.content)
            services = services_in(content) if content is not None and named else []
        except FileError:
            continue  # told where its keys are read
        images = [program_name(one.commands[0].words[0]) for one in services if one.commands]
        yield from (blind_spot(known[name], path) for name in named if name in images)


def compose_files(computer: Computer, listing: Listing) -> Iterator[Path]:
    """Yield the compose files of the folders in which people keep what they work on, and of a server's."""
    folders = [str(computer.home), *project_folders(computer.home, listing)]
    for parts in _SYSTEM_FOLDERS if computer.platform is not Platform.WINDOWS else ():
        folder = computer.system_folder(*parts)
        if folder is not None:
            folders += [str(folder), *project_folders(folder, listing)]
    for name in folders:
        yield from (Path(entry.path) for entry in listing.entries(name) if is_compose_file(entry.name))


def services_in(content: FileContent) -> list[Variables]:
    """Return what each service of a compose file sets, runs and names; raises as `Client.spots` does."""
    return _services(yaml_spans.parse(content.content, path=content.path), content)


def projects_in(content: FileContent) -> list[Variables]:
    """Return the services of a compose file, and what it includes and extends; raises as `Client.spots`."""
    root = yaml_spans.parse(content.content, path=content.path)
    folder = content.path.parent
    return [*_services(root, content), *included_by(root, folder), *extended_in(root, folder)]


def _services(root: Node | None, content: FileContent) -> list[Variables]:
    # Before its second version the services stood at the top.
    services = trees.at(root, "services") if trees.at(root, "services") is not None else root
    return [
        Variables(
            _assignments(trees.at(service, "environment")),
            name,
            commands_in(service),
            files=named_by(service),
            folder=content.path.parent,
            mounts=mounts_of(root, service),
            kept=kept_for(root, service),
        )
        for name, service in trees.members(services)
    ]


def _assignments(environment: Node | None) -> list[Assignment]:
    found = [
        _assignment(name, one, one.value, one.span)
        if one.is_text or one.value not in _NOTHING
        else _handed_through(name, one)
        for name, one in _scalars(environment)
    ]
    return found + [one for item in trees.items(environment) if (one := _of_item(item)) is not None]


def _scalars(node: Node | None) -> Iterator[tuple[str, Scalar]]:
    return ((name, one) for name, one in trees.members(node) if isinstance(one, Scalar))


def _handed_through(name: str, item: Scalar) -> Assignment:
    """A variable without a value: it is that of the same name in `.env`, or in the environment of Compose."""
    return Assignment(name, None, item.span, True, item.line, True, Quoting.BARE, f"${{{name}}}".encode(), True)


def _of_item(item: Node) -> Assignment | None:
    """One `NAME=value` of a list."""
    if not isinstance(item, Scalar):
        return None
    name, equals, value = item.value.partition("=")
    if not equals:
        return _handed_through(name, item) if _NAME.fullmatch(name) else None
    start = item.span.start + len(name.encode()) + 1
    as_written = item.span.end - item.span.start == len(item.value.encode())
    return _assignment(name, item, value, Span(start, item.span.end) if as_written else item.span, as_written)


def _assignment(name: str, item: Scalar, value: str, span: Span, as_written: bool = True) -> Assignment:
    default = _DEFAULT.fullmatch(value)
    if default is not None and as_written and span.end - span.start == len(value.encode()):
        # What `.env` may set in its place is found there.
        start = span.start + len(value[: default.start("default")].encode())
        text, inner = default["default"], Span(start, start + len(default["default"].encode()))
        fixed = item.writing is not Writing.PLAIN
        return Assignment(name, text, inner, True, item.line, False, Quoting.BARE, value.encode(), fixed)
    is_reference = "$" in value
    fixed = item.writing is not Writing.PLAIN or not as_written
    text = None if is_reference else value
    written = value.encode() if is_reference else b""
    return Assignment(name, text, span, True, item.line, is_reference, Quoting.BARE, written, fixed)
