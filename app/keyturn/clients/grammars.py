"""The grammars of files that a description may name: each reads a file as a tree of values with their places."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum

from keyturn.edits import dotenv, equal_lines, json_spans, script_values, section_spans, toml_spans, yaml_spans
from keyturn.edits.files import FileContent
from keyturn.edits.shell import Assignment
from keyturn.edits.trees import Node, Scalar, Writing
from keyturn.edits.words import Quoting


class Grammar(StrEnum):
    """By what rules a file is read.

    `ini`: sections, as Python's configparser reads them, names in lower case. `lines`: `name = value`, a line each.
    `variables`: `NAME=value`, as Docker Compose and dotenv read them. The others are languages.
    """

    INI = "ini"
    JSON = "json"
    LINES = "lines"
    PHP = "php"
    RUBY = "ruby"
    TOML = "toml"
    VARIABLES = "variables"
    YAML = "yaml"


def tree_of(content: FileContent, grammar: Grammar) -> Node:
    """Return what a file says.

    Raises:
        FileError: `file.unparsable`, where the program itself would refuse it; `file.too-big`.
    """
    return _READERS[grammar](content)


def _ini(content: FileContent) -> Node:
    sections = section_spans.python_sections(content.content, path=content.path, keep_case=False)
    return {name: dict(table) for name, table in sections.items()}


def _variables(content: FileContent) -> Node:
    return {one.name: _scalar(one) for one in dotenv.assignments(content.content, path=content.path)}


def _scalar(one: Assignment) -> Scalar:
    known = one.value is not None and not one.is_reference
    writing = Writing.PLAIN if known and not one.fixed and one.quoting is not Quoting.MIXED else Writing.FIXED
    return Scalar(one.value or "", known, one.value_span, one.line, writing)


_READERS: Mapping[Grammar, Callable[[FileContent], Node]] = {
    Grammar.INI: _ini,
    Grammar.JSON: lambda content: json_spans.parse(content.content, path=content.path),
    Grammar.LINES: lambda content: equal_lines.settings(content.content, path=content.path),
    Grammar.PHP: lambda content: script_values.php(content.content, path=content.path),
    Grammar.RUBY: lambda content: script_values.ruby(content.content, path=content.path),
    Grammar.TOML: lambda content: toml_spans.parse(content.content, path=content.path),
    Grammar.VARIABLES: _variables,
    Grammar.YAML: lambda content: yaml_spans.parse(content.content, path=content.path),
}
