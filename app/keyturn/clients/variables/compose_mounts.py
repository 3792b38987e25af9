"""The files of the disk that a service of a compose file names or sees (docs.docker.com, Compose file reference)."""

from __future__ import annotations

from collections.abc import Iterator

from keyturn.clients.variables.jobs import NamedFile, Reads
from keyturn.edits import trees
from keyturn.edits.trees import Node, Scalar


def named_by(service: Node | None) -> tuple[NamedFile, ...]:
    """Return the files of variables that a service names, and what of the disk is mounted into it."""
    files = [NamedFile(one.value, Reads.VARIABLES, one.line) for one in _env_files(trees.at(service, "env_file"))]
    files.append(NamedFile(".env", Reads.FILLS_IN, 1))
    mounted = (NamedFile(host, Reads.FOLDER, line) for _inside, host, line in _volumes(service) if _is_a_path(host))
    return (*files, *mounted)


def mounts_of(root: Node | None, service: Node | None) -> tuple[tuple[str, str], ...]:
    """Return where a service sees what of the disk: the path in the container, and the one on the disk."""
    found = [(inside, host) for inside, host, _line in _volumes(service) if _is_a_path(host)]
    for kind, folder in (("secrets", "/run/secrets/"), ("configs", "/")):
        for name, target in _granted(trees.at(service, kind)):
            file = trees.text(root, kind, name, "file")
            if file is not None:
                found.append((target if target.startswith("/") else folder + target, file))
    return tuple(found)


def kept_for(root: Node | None, service: Node | None) -> tuple[str, ...]:
    """Return under which names a service sees secrets that no file here holds, which Docker keeps itself."""
    return tuple(
        target
        for name, target in _granted(trees.at(service, "secrets"))
        if not any(trees.text(root, "secrets", name, told) for told in ("file", "environment"))
    )


def _env_files(node: Node | None) -> Iterator[Scalar]:
    for one in [node] if isinstance(node, Scalar) else trees.items(node):
        named = one if isinstance(one, Scalar) else trees.scalar(one, "path")
        if named is not None and named.is_text:
            yield named


def _volumes(service: Node | None) -> Iterator[tuple[str, str, int]]:
    for one in trees.items(trees.at(service, "volumes")):
        if isinstance(one, Scalar):
            parts = split(one.value)
            if len(parts) >= 2:
                yield parts[1], parts[0], one.line
        else:
            source, target = trees.scalar(one, "source"), trees.text(one, "target")
            if source is not None and target is not None:
                yield target, source.value, source.line


def split(volume: str) -> list[str]:
    """Return the parts of `HOST:CONTAINER:ro`, in which the host may be a path of Windows with a colon of its own."""
    parts = volume.split(":")
    drive = len(parts) > 2 and len(parts[0]) == 1 and parts[1].startswith(("/", "\\"))
    return [f"{parts[0]}:{parts[1]}", *parts[2:]] if drive else parts


def _granted(node: Node | None) -> Iterator[tuple[str, str]]:
    for one in trees.items(node):
        if isinstance(one, Scalar):
            yield one.value, one.value
        else:
            source = trees.text(one, "source")
            if source is not None:
                yield source, trees.text(one, "target") or source


def _is_a_path(host: str) -> bool:
    """Whether a source is a path of the disk, and not the name of a volume of Docker's."""
    return host.startswith((".", "/", "~", "$")) or "/" in host or "\\" in host
