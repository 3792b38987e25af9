"""The grammars of files that a description may name: each reads a file as a tree of values with their places."""

from __future__ import annotations

from enum import StrEnum

from keyturn.edits.files import FileContent
from keyturn.edits.shell import Assignment
from keyturn.edits.shell_words import Quoting
from keyturn.edits.trees import Node, Scalar, Writing


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
    data, path = content.content, content.path
    # Each is imported where a file is in it: of all the programs with a description, a computer has few.
    match grammar:
        case Grammar.INI:
            from keyturn.edits.section_spans import python_sections

            return {name: dict(table) for name, table in python_sections(data, path=path, keep_case=False).items()}
        case Grammar.JSON:
            from keyturn.edits import json_spans

            return json_spans.parse(data, path=path)
        case Grammar.LINES:
            from keyturn.edits.equal_lines import settings

            return settings(data, path=path)
        case Grammar.PHP:
            from keyturn.edits.script_values import php

            return php(data, path=path)
        case Grammar.RUBY:
            from keyturn.edits.script_values import ruby

            return ruby(data, path=path)
        case Grammar.TOML:
            from keyturn.edits import toml_spans

            return toml_spans.parse(data, path=path)
        case Grammar.VARIABLES:
            from keyturn.edits.dotenv import assignments

            return {one.name: _scalar(one) for one in assignments(data, path=path)}
        case Grammar.YAML:
            from keyturn.edits import yaml_spans

            return yaml_spans.parse(data, path=path)


def _scalar(one: Assignment) -> Scalar:
    known = one.value is not None and not one.is_reference
    writing = Writing.PLAIN if known and not one.fixed and one.quoting is not Quoting.MIXED else Writing.FIXED
    return Scalar(one.value or "", known, one.value_span, one.line, writing)
