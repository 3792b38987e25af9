"""Descriptions: what Keyturn knows of a program whose key it replaces in files of a grammar that it reads anyway.

One file for each program in `resources/programs`, so that a further program needs no code. A path such as
`spec/targets/*` leads through the tables of a file, name by name; `*` stands for every member. One that begins with
`/` leads from the top of the file, every other one from the table in which the pair stands.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from keyturn.clients.described.grammars import Grammar
from keyturn.clients.described.toml_members import expect_members, read_each, table, tables, text, texts
from keyturn.computer.computer import Platform
from keyturn.computer.resources import resources_folder
from keyturn.model.manners import Manner
from keyturn.model.needs import Addition
from keyturn.model.places import Problem
from keyturn.model.text import _

_NAME = re.compile(r"[a-z][a-z0-9-]*")
_MEMBERS = frozenset(
    {*("name", "title", "grammar", "files", "keys", "image", "programs", "restart", "after", "careful", "sources")}
)
_OF_FILES = frozenset({*(one.value for one in Platform), "names", "signature", "variables", "options"})
_OF_A_KEY = frozenset(
    {
        *("at", "called", "id", "secret", "token", "buckets", "prefix", "address", "region", "endpoint", "port"),
        *("tls", "asks", "manner", "only_if"),
    }
)
_OF_AN_IMAGE = (_OF_A_KEY - {"at", "called", "secret", "token"}) | {"names", "remote", "remote_path"}
_OF_MANNERS = frozenset({"encryption", "kms_key", "storage_class", "acl"})


@dataclass(frozen=True, slots=True)
class Files:
    """Where a program's files are, and how one is known.

    Attributes:
        patterns: by the system, as `clients/traces.py` reads them.
        names: what a file is called that lies elsewhere; `*` stands for any letters.
        signature: a pattern of what stands in the file if S3 is set up in it. One without it is none of the program's
            at S3. None for a program without files.
        variables: variables of the environment that hold its path.
        options: options of the program's command that do.
    """

    patterns: Mapping[Platform, tuple[str, ...]]
    names: tuple[str, ...]
    signature: bytes | None
    variables: tuple[str, ...]
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KeyAt:
    """Where a file has a pair, and what it says of it. All but `called` are paths; an empty one is not there.

    Attributes:
        at: the table of the pair.
        called: what people call it, if that is not told by the table's own name.
        buckets: each holds a bucket's name, with or without a folder behind a `/`.
        address: holds `s3://BUCKET/FOLDER` or `s3://HOST/BUCKET/FOLDER`.
        tls: holds whether requests go through TLS.
        asks: what the program asks of S3 beyond the base.
        manner: what it says with each object, by the names of `Manner`.
        only_if: paths, and what has to stand there.
    """

    at: str
    called: str
    access_key_id: str
    secret: str
    token: str
    buckets: tuple[str, ...]
    prefix: str
    address: str
    region: str
    endpoint: str
    port: str
    tls: str
    asks: frozenset[Addition]
    manner: Mapping[str, str]
    only_if: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Image:
    """A container image that works with a key in variables, or with a remote of rclone's that variables name.

    Attributes:
        names: the image's name, without registry, owner and version.
        says: the variables that say where it goes, as for a key in a file.
        remote: the variable that holds the remote's name; empty if the key is in variables.
        remote_path: the variable that holds `BUCKET/FOLDER` at that remote.
    """

    names: tuple[str, ...]
    says: KeyAt
    remote: str
    remote_path: str


@dataclass(frozen=True, slots=True)
class Afterwards:
    """What a person does so that the program takes the key that was put into its file.

    Attributes:
        title, steps: sentences to be translated, in which `{path}` and `{folder}` may stand; the title without a full
            stop.
    """

    title: str
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Description:
    """One program.

    Attributes:
        name: as the command line calls it; also the file's name.
        title: as people call it.
        grammar: of its files; None if it has none of its own, but variables of a container.
        image: the container image that is run; None without one.
        programs: what its running programs are called that go on with the key they have read.
        restart: how such a one takes the new key, in a sentence; empty without such programs.
        after: what has to be done in any case; None if the program reads its file at each run.
        careful: what would do harm, in sentences that are shown with each of its places.
        sources: where all that was read.
    """

    name: str
    title: str
    grammar: Grammar | None
    files: Files
    keys: tuple[KeyAt, ...]
    image: Image | None
    programs: tuple[str, ...]
    restart: str
    after: Afterwards | None
    careful: tuple[str, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Descriptions:
    """All descriptions by their names, and the files among them that could not be used."""

    by_name: Mapping[str, Description]
    problems: tuple[Problem, ...]


@cache
def descriptions() -> Descriptions:
    """Return the descriptions that this Keyturn ships, read at the first call, by name."""
    return read_descriptions(resources_folder() / "programs")


def read_descriptions(folder: Path) -> Descriptions:
    """Read every description of a folder. One that cannot be used is a problem in the result; the others are used."""
    return Descriptions(*read_each(folder, _description, _unusable))


def _unusable(path: Path, reason: str) -> Problem:
    return Problem(
        path,
        _("Keyturn's own file on “{name}” cannot be used").format(name=path.stem),
        _(
            "So Keyturn does not look for this program, and a backup of it could be forgotten: {reason} Correct the "
            "file, or install Keyturn again."
        ).format(reason=reason.rstrip(".") + "."),
        code="description.unusable",
    )


def _description(stem: str, written: Mapping[str, Any]) -> Description:
    """Read one description; raises ValueError with the reason, for the one who edits the file."""
    expect_members(written, _MEMBERS, "the file")
    if text(written, "name") != stem or not _NAME.fullmatch(stem):
        raise ValueError(f"`name` is not the file's own name, {stem}")
    description = Description(
        name=stem,
        title=text(written, "title"),
        grammar=Grammar(text(written, "grammar")) if "grammar" in written else None,
        files=_files(table(written, "files")),
        keys=tuple(map(_key, tables(written, "keys"))),
        image=_image(table(written, "image")) if "image" in written else None,
        programs=texts(written, "programs"),
        restart=_may_lack(written, "restart"),
        after=_after(table(written, "after")),
        careful=texts(written, "careful"),
        sources=texts(written, "sources"),
    )
    has_files = description.grammar is not None
    if not description.sources or not (has_files or description.image):
        raise ValueError("`sources` have to say something, and so have `keys` or `image`")
    if not has_files == bool(description.keys) == ("files" in written):
        raise ValueError("`grammar`, `files` and `keys` belong together")
    if bool(description.programs) is not bool(description.restart):
        raise ValueError("`programs` and `restart` belong together")
    return description


def _files(written: Mapping[str, Any]) -> Files:
    expect_members(written, _OF_FILES, "`files`")
    patterns = {system: texts(written, system.value) for system in Platform}
    if not written:
        return Files(patterns, (), None, (), ())
    names = texts(written, "names")
    if not any(patterns.values()) and not names:
        raise ValueError("`files` names no place")
    signature = text(written, "signature").encode()
    re.compile(signature)  # raises here, where the file is told, and not at the first file of somebody's
    return Files(patterns, names, signature, texts(written, "variables"), texts(written, "options"))


def _key(written: Mapping[str, Any]) -> KeyAt:
    expect_members(written, _OF_A_KEY, "one of `keys`")
    text(written, "id")
    text(written, "secret")
    return _says(written)


def _image(written: Mapping[str, Any]) -> Image:
    expect_members(written, _OF_AN_IMAGE, "`image`")
    names = texts(written, "names")
    remote, remote_path = _may_lack(written, "remote"), _may_lack(written, "remote_path")
    if not names or bool(remote) is not bool(remote_path):
        raise ValueError("`image` needs `names`, and `remote` and `remote_path` belong together")
    return Image(names, _says(written), remote, remote_path)


def _says(written: Mapping[str, Any]) -> KeyAt:
    manner = table(written, "manner")
    expect_members(manner, _OF_MANNERS, "`manner`")
    only_if = table(written, "only_if")
    return KeyAt(
        at=_may_lack(written, "at"),
        called=_may_lack(written, "called"),
        access_key_id=_may_lack(written, "id"),
        secret=_may_lack(written, "secret"),
        token=_may_lack(written, "token"),
        buckets=texts(written, "buckets"),
        prefix=_may_lack(written, "prefix"),
        address=_may_lack(written, "address"),
        region=_may_lack(written, "region"),
        endpoint=_may_lack(written, "endpoint"),
        port=_may_lack(written, "port"),
        tls=_may_lack(written, "tls"),
        asks=frozenset(map(Addition, texts(written, "asks"))),
        manner={name: text(manner, name) for name in manner},
        only_if={name: text(only_if, name) for name in only_if},
    )


def _after(written: Mapping[str, Any]) -> Afterwards | None:
    if not written:
        return None
    expect_members(written, {"title", "steps"}, "`after`")
    return Afterwards(text(written, "title"), texts(written, "steps"))


def _may_lack(written: Mapping[str, Any], name: str) -> str:
    return text(written, name) if name in written else ""


def manner_of(said: Mapping[str, str]) -> Manner:
    """Return what a program says with each object, from texts under the names of a description's `manner`."""
    return Manner(**said)  # type: ignore[arg-type]  # all of them texts
