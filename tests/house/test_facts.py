"""Whatever the code says it knows can be looked up: each citation leads to a section of `resources/facts`."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

_TOP = Path(__file__).parents[2]
_FACTS = _TOP / "resources" / "facts"
_READ = ("app", "tests", "packaging", "resources", ".github", "README.md", "pyproject.toml")
_KINDS = {".md", ".py", ".spec", ".toml", ".yml"}

# `facts/aws.md A5`, `facts/clients.md 3 and 5`, `facts/peers.md A, "Others"`, `facts/field-reports.md, kopia#2693`.
_SECTION = r"(?:[A-Z]\d*|\d+)(?:\.\d+)*(?!\w)"
_CITATION = re.compile(
    rf"\bfacts/ ?(?P<file>[a-z-]+\.md)"
    rf"(?P<sections>(?:,? (?:and |to |section )*{_SECTION})*)"
    r"(?:, (?:\"(?P<quoted>[^\"]+)\"|(?P<issue>[\w./-]+#\d+)|(?P<words>[A-Z][\w ]+)(?=[\").\];,:]|$)))?"
)
_WRAPPED = re.compile(r"\n[ \t]*(?:# ?)?")  # a citation may go on in the next line, of a comment too


@cache
def _read(document: Path) -> str:
    return document.read_text(encoding="utf-8")


@cache
def _sections(text: str) -> set[str]:
    return {match[1] for match in re.finditer(rf"^#+ ({_SECTION})", text, re.MULTILINE)}


def _unresolved(text: str) -> list[str]:
    """The citations in `text` that lead nowhere."""
    lost = []
    for found in _CITATION.finditer(_WRAPPED.sub(" ", text)):
        document = _FACTS / found["file"]
        if not document.is_file():
            lost.append(found[0])
            continue
        facts = _read(document)
        cited = re.findall(rf"(?<![\w.]){_SECTION}", found["sections"])
        if not set(cited) <= _sections(facts):
            lost.append(found[0])
        words = found["quoted"] or found["issue"] or found["words"]
        if words is not None and words not in facts:
            lost.append(found[0])
    return lost


def _files() -> list[Path]:
    roots = [_TOP / name for name in _READ]
    inside = (path for root in roots for path in (root.rglob("*") if root.is_dir() else (root,)))
    return sorted(path for path in inside if path.suffix in _KINDS and path != Path(__file__))


def test_each_citation_leads_to_a_section_that_is_there() -> None:
    lost = {str(path.relative_to(_TOP)): _unresolved(path.read_text(encoding="utf-8")) for path in _files()}
    assert {path: citations for path, citations in lost.items() if citations} == {}


def test_each_citation_of_the_architecture_names_a_heading_that_is_there() -> None:
    headings = re.findall(r"^#+ (.+)$", _read(_TOP / ".github" / "ARCHITECTURE.md"), re.MULTILINE)
    cited = re.compile(r"ARCHITECTURE\.md, \"([^\"]+)\"")
    found = {words: path for path in _files() for words in cited.findall(_WRAPPED.sub(" ", _read(path)))}
    assert len(found) > 3
    assert {words: path.name for words, path in found.items() if words not in headings} == {}


def test_nothing_is_cited_that_is_not_in_the_repository() -> None:
    outside = re.compile(r"\bDESIGN\b|(?<![\w/])research/")
    assert [path.name for path in _files() if outside.search(_read(path))] == []


def test_the_documents_refer_to_each_other_and_to_sections_that_are_there() -> None:
    for document in _FACTS.glob("*.md"):
        text = _read(document)
        for name, section in re.findall(rf"(?<!/)\b([a-z-]+\.md)(?: ({_SECTION}))?", text):
            assert (_FACTS / name).is_file(), f"{document.name}: {name}"
            assert not section or section in _sections(_read(_FACTS / name)), (name, section)


@pytest.mark.parametrize(
    "citation",
    [
        "facts/aws.md A55",
        "facts/aws.md A5, A9",
        "facts/clients.md section 3 and\n    # 55",
        "facts/clients.md 18.9",
        "facts/no-such.md 1",
        'facts/aws.md A2, "somebody who is not there"',
        "facts/field-reports.md, nobody/nothing#1",
        "facts/field-reports.md, Where nobody looks)",
    ],
)
def test_a_citation_that_leads_nowhere_is_found(citation: str) -> None:
    assert _unresolved(f"Some reason ({citation}).")


def test_no_section_stands_twice() -> None:
    for document in _FACTS.glob("*.md"):
        found = re.findall(rf"^#+ ({_SECTION})", _read(document), re.MULTILINE)
        assert len(found) == len(set(found)), document.name
