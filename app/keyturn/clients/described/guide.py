"""Guides: what Keyturn knows of a program whose key a person changes by hand.

One file for each product in `resources/guided`, so that anyone who knows the product can correct a label without
reading code. The product's own labels stand once, each with its source, and the sentences refer to them as `{name}`.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from keyturn.clients.described.toml_members import expect_members, read_each, switch, table, text, texts
from keyturn.computer.computer import Platform
from keyturn.computer.resources import resources_folder
from keyturn.model.needs import Addition
from keyturn.model.places import Problem
from keyturn.model.text import _

# The guide for files that hold a key and belong to no program that Keyturn knows; also their client's name.
FILE = "file"
# The guide for keys that a command fetches from where only the person may look.
PASSWORD_MANAGER = "password-manager"  # noqa: S105  (a name)
ENCRYPTED_FILE = "encrypted-file"
# The guides that fit whatever has none of its own.
ANOTHER_PROGRAM = "another-program"
ANOTHER_COMPUTER = "another-computer"
WEB_PAGE = "web-page"
_NAME = re.compile(r"[a-z][a-z0-9-]*")
_MEMBERS = frozenset(
    {
        *("name", "title", "runs", "confirmed", "labels", "traces", "steps", "careful", "blind_spot"),
        *("evidence", "asks", "sources"),
    }
)


class Runs(StrEnum):
    """Where a product runs."""

    HERE = "here"
    ELSEWHERE = "elsewhere"  # on a NAS, on a server: nothing on this computer tells of it


@dataclass(frozen=True, slots=True)
class Label:
    """Words on the product's own screen.

    Attributes:
        text: as the product writes them, in English.
        source: where they were read: the vendor's page, or a section of `resources/facts`.
    """

    text: str
    source: str


@dataclass(frozen=True, slots=True)
class ProductTraces:
    """How a product is known to be on a computer.

    Attributes:
        files: files or folders, as `clients/traces.py` reads them.
        programs: what its running programs are called.
    """

    files: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Guide:
    """One product.

    Attributes:
        name: as the command line calls it; also the file's name.
        title: as people call it.
        confirmed: a person saw the labels on the product's screen; else they are the vendor's documentation's.
        steps: how a new key is put in, one click or field after the other.
        careful: what would do harm.
        blind_spot: what Keyturn cannot see of it, and why.
        evidence: how one knows that it took the new key.
        asks: what it asks of S3 beyond the base.
        sources: where the sentences come from.
    """

    name: str
    title: str
    runs: Runs
    confirmed: bool
    labels: Mapping[str, Label]
    traces: Mapping[Platform, ProductTraces]
    steps: tuple[str, ...]
    careful: tuple[str, ...]
    blind_spot: str
    evidence: str
    asks: frozenset[Addition]
    sources: tuple[str, ...]

    def say(self, sentence: str) -> str:
        """Return a sentence of this guide in the person's language, the product's labels in quotation marks."""
        return _(sentence).format(**{name: f"“{label.text}”" for name, label in self.labels.items()})

    def traces_on(self, platform: Platform) -> ProductTraces:
        """Return how the product is known to be on a computer of that system."""
        return self.traces.get(platform, ProductTraces())

    def sentences(self) -> Iterator[str]:
        """Yield every sentence for people, as it stands in the file: the message to be translated."""
        yield from self.steps
        yield from self.careful
        yield self.blind_spot
        yield self.evidence


@dataclass(frozen=True, slots=True)
class Guides:
    """All guides, and the files among them that could not be used."""

    by_name: Mapping[str, Guide]
    problems: tuple[Problem, ...]


@cache
def guides() -> Guides:
    """Return the guides that this Keyturn ships, read at the first call, by name."""
    return read_guides(resources_folder() / "guided")


def guide_named(name: str) -> Guide | None:
    """Return the guide of that name, or None where no such product is guided."""
    return guides().by_name.get(name)


def read_guides(folder: Path) -> Guides:
    """Read every guide of a folder. A file that cannot be used is a problem in the result; the others are used."""
    return Guides(*read_each(folder, _guide, _unusable))


def _unusable(path: Path, reason: str) -> Problem:
    return Problem(
        path,
        _("Keyturn's own file on “{name}” cannot be used").format(name=path.stem),
        _(
            "So Keyturn neither looks for this program nor says how its key is changed, and a backup of it could be "
            "forgotten: {reason} Correct the file, or install Keyturn again."
        ).format(reason=reason.rstrip(".") + "."),
        code="guide.unusable",
    )


def _guide(stem: str, written: Mapping[str, Any]) -> Guide:
    """Read one guide; raises ValueError with the reason, for the one who edits the file."""
    expect_members(written, _MEMBERS, "the file")
    if text(written, "name") != stem or not _NAME.fullmatch(stem):
        raise ValueError(f"`name` is not the file's own name, {stem}")
    labels = {name: _label(name, label) for name, label in table(written, "labels").items()}
    guide = Guide(
        name=stem,
        title=text(written, "title"),
        runs=Runs(text(written, "runs")),
        confirmed=switch(written, "confirmed"),
        labels=labels,
        traces={Platform(system): _traces(system, one) for system, one in table(written, "traces").items()},
        steps=texts(written, "steps"),
        careful=texts(written, "careful"),
        blind_spot=text(written, "blind_spot"),
        evidence=text(written, "evidence"),
        asks=frozenset(map(Addition, texts(written, "asks"))),
        sources=texts(written, "sources"),
    )
    if not guide.steps or not guide.sources:
        raise ValueError("`steps` and `sources` have to say something")
    _expect_labels(guide)
    return guide


def _expect_labels(guide: Guide) -> None:
    """Every label that a sentence names has to be there, and every label has to be used."""
    used = {name for one in guide.sentences() for _before, name, *_rest in string.Formatter().parse(one) if name}
    if used != set(guide.labels):
        wrong = ", ".join(sorted(used ^ set(guide.labels)))
        raise ValueError(f"a label is named and not there, or there and not named: {wrong}")
    quoted = next((one for one in guide.sentences() if set(one) & set('“”"')), None)
    if quoted is not None:
        raise ValueError(f"words in quotation marks have to be a label with its source: {quoted}")


def _label(name: str, written: object) -> Label:
    if not isinstance(written, dict):
        raise ValueError(f"the label {name} is not a table of `text` and `source`")
    expect_members(written, {"text", "source"}, f"the label {name}")
    return Label(text(written, "text"), text(written, "source"))


def _traces(system: str, written: object) -> ProductTraces:
    if not isinstance(written, dict):
        raise ValueError(f"`traces.{system}` is not a table")
    expect_members(written, {"files", "programs"}, f"traces.{system}")
    return ProductTraces(texts(written, "files"), texts(written, "programs"))
