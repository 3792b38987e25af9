"""JSON, YAML and TOML: every text is where its span says, and read as a well-known parser reads it."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from keyturn.edits import json_spans, toml_spans, yaml_spans
from keyturn.edits.trees import Node, Scalar, Writing, encode, scalar, text
from keyturn.model.errors import FileError

Parse = Callable[[bytes], Node]

JSON = b"""{ "repos": [ {"id": "caf\\u00e9 \xc3\xa4", "n": 1.5e3, "on": true, "none": null},
  {"env": ["A=b", "C=\\"d"], "deep": {"a\\/b": "\xe2\x82\xac x"}} ], "empty": {}, "nothing": [] }
"""
YAML_TEXT = b"""# comment \xc3\xa4
version: "2"
list:
  - one   # note
  - 'it''s'
  - "a\\tb"
map: {inner: \xe2\x82\xac plain value, number: 7}
\xc3\xa4: after
empty:
block: |
  two
  lines
"""
TOML = b"""# comment \xc3\xa4
top = "caf\xc3\xa9" # note
'quoted "key"' = 'raw \\ text'
a.b."c.d" = "dotted"
dates = [1979-05-27, 07:32:00, 1.5, true,
  "in # a list", ['nested'], # comment ]
]
inline = { x = "]", y.z = "}" }
[table]
long = \"\"\"
two "lines" \\\" \"\"\"
"\\u0041 key" = "\xe2\x82\xac"
[[items]]
id = 1
[items.more]
deep = "1"
[[items]]
id = "2"
"""


def scalars(node: Node) -> Iterator[Scalar]:
    if isinstance(node, Scalar):
        yield node
    for inner in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from scalars(inner)


def plain(node: Node) -> object:
    """The tree as a parser gives it, with everything that is no text left out."""
    if isinstance(node, Scalar):
        return node.value if node.is_text else None
    if isinstance(node, dict):
        return {name: plain(inner) for name, inner in node.items()}
    return [plain(inner) for inner in node]


def without_others(value: object) -> object:
    if isinstance(value, dict):
        return {str(name): without_others(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [without_others(inner) for inner in value]
    return value if isinstance(value, str) else None


@pytest.mark.parametrize(
    ("parse", "load", "content"),
    [
        (json_spans.parse, json.loads, JSON),
        (yaml_spans.parse, YAML(typ="safe", pure=True).load, YAML_TEXT),
        (toml_spans.parse, lambda content: tomllib.loads(content.decode()), TOML),
    ],
    ids=["json", "yaml", "toml"],
)
@pytest.mark.parametrize("ends", ["LF", "CRLF", "no final newline"])
def test_the_tree_is_what_a_well_known_parser_reads(
    parse: Parse, load: Callable[[bytes], object], content: bytes, ends: str
) -> None:
    if ends == "CRLF":
        content = content.replace(b"\n", b"\r\n")
    elif ends == "no final newline":
        content = content.rstrip(b"\n")

    tree = parse(content)

    assert plain(tree) == without_others(load(content))
    for one in scalars(tree):
        raw = content[one.span.start : one.span.end]
        if one.is_text and one.writing is Writing.PLAIN and b"\\" not in raw and b"''" not in raw:
            assert raw.decode() == one.value
            assert one.line == content.count(b"\n", 0, one.span.start) + 1


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@given(JSON_VALUES, st.booleans(), st.sampled_from([None, 2, "\t"]))
def test_any_json_is_read_as_json_reads_it(value: object, ascii_only: bool, indent: int | str | None) -> None:
    content = json.dumps(value, ensure_ascii=ascii_only, indent=indent).encode(errors="replace")

    tree = json_spans.parse(content)

    assert plain(tree) == without_others(json.loads(content))
    for one in scalars(tree):
        raw = content[one.span.start : one.span.end].decode()
        assert (json.loads(f'"{raw}"') if one.is_text else raw) == one.value


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=8), max_size=5))
def test_any_text_in_toml_is_where_its_span_says(values: list[str]) -> None:
    # TOML's basic strings are JSON's, but for DEL and the escaped slash, which `json.dumps` does not write
    lines = "".join(f"v{number} = {json.dumps(value)}  # x\n" for number, value in enumerate(values))
    content = lines.replace("\x7f", "").encode(errors="replace")
    try:
        expected = tomllib.loads(content.decode())
    except ValueError:  # JSON writes pairs of surrogates, which are no characters in TOML
        with pytest.raises(FileError):
            toml_spans.parse(content)
        return

    tree = toml_spans.parse(content)

    assert plain(tree) == expected
    for one in scalars(tree):
        assert json.loads(b'"' + content[one.span.start : one.span.end] + b'"') == one.value


def test_in_json_the_last_value_of_a_name_counts() -> None:
    found = scalar(json_spans.parse(b'{"key": "one",\n"key": "two"}'), "key")

    assert found is not None
    assert (found.value, found.line) == ("two", 2)


def test_an_escaped_slash_stays_escaped() -> None:
    found = scalar(json_spans.parse(b'{"secret": "a\\/b"}'), "secret")

    assert found is not None
    assert found.value == "a/b"
    assert encode("c/d+e", found.writing) == b"c\\/d+e"


@pytest.mark.parametrize(
    ("parse", "content"),
    [
        (json_spans.parse, b'\xef\xbb\xbf{"a": "b"}'),
        (json_spans.parse, b'{"a": "b"} more'),
        (json_spans.parse, b'{"a": "b",}'),
        (json_spans.parse, b'{"a": NaN}'),
        (json_spans.parse, b'// note\n{"a": "b"}'),
        (json_spans.parse, b'{"a": {"x": "1"}, "a": {"y": "2"}}'),
        (json_spans.parse, b'{"a": "\xff"}'),
        (json_spans.parse, '{"a": "b"}'.encode("utf-16")),
        (json_spans.parse, b"[" * 100_000),
        (json_spans.parse, b""),
        (yaml_spans.parse, b"a: 1\na: 2\n"),
        (yaml_spans.parse, b"a: 1\n---\nb: 2\n"),
        (yaml_spans.parse, b"a: *nowhere\n"),
        (yaml_spans.parse, b"a: &x [*x]\n"),
        (yaml_spans.parse, b"{{ if x }}\na: b\n{{ end }}\n"),
        (yaml_spans.parse, b"a: [\n"),
        (yaml_spans.parse, b"a:\n\t- b\n"),
        (yaml_spans.parse, b"[" * 20_000),
        (yaml_spans.parse, "a: b\n".encode("utf-16-le")),
        (toml_spans.parse, b"\xef\xbb\xbfa = 'b'\n"),
        (toml_spans.parse, b"a = 'b'\na = 'c'\n"),
        (toml_spans.parse, b"[a]\n[a]\n"),
        (toml_spans.parse, b"a = {{ .Env.X }}\n"),
        (toml_spans.parse, b"a = " + b"[" * 20_000),
        (toml_spans.parse, "a = 'b'\n".encode("utf-16")),
    ],
)
def test_what_the_programs_refuse_is_refused(parse: Parse, content: bytes) -> None:
    with pytest.raises(FileError) as raised:
        parse(content)

    assert raised.value.code == "file.unparsable"


def test_a_large_yaml_file_is_not_waited_for() -> None:
    with pytest.raises(FileError) as raised:
        yaml_spans.parse(b"# " + b"x" * yaml_spans.LIMIT)

    assert raised.value.code == "file.too-big"


@pytest.mark.parametrize(
    "content",
    [
        b"defaults: &aws\n  key: AKIA\nenv: *aws\n",
        b"defaults: &aws {key: AKIA}\nenv:\n  <<: *aws\n  other: x\n",
        b"env:\n  key: &id AKIA\n",
        b"env:\n  key: |\n    AKIA\n",
        b"env:\n  key: >-\n    AKIA\n",
        b'env:\n  key: "AKI\\\n    A"\n',
        b"env:\n  key: AKIA\n    and more\n",
    ],
)
def test_what_has_no_spot_of_its_own_is_read_and_never_replaced(content: bytes) -> None:
    found = scalar(yaml_spans.parse(content), "env", "key")

    assert found is not None
    assert found.value.startswith("AKIA")
    with pytest.raises(ValueError, match="written"):
        encode("AKIANEW", found.writing)


@pytest.mark.parametrize(
    "lines",
    [
        ["a0: &a0 [x]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 40))],
        ["a0: &a0 {x: 1}", *(f"a{n}: &a{n} {{<<: *a{n - 1}, k{n}: 1}}" for n in range(1, 1000))],
    ],
    ids=["lists in lists", "merges of merges"],
)
def test_aliases_that_multiply_are_refused(lines: list[str]) -> None:
    with pytest.raises(FileError) as caught:
        yaml_spans.parse("\n".join([*lines, "key: AKIA"]).encode())

    assert caught.value.code == "file.unparsable"


@pytest.mark.parametrize("bracket", "[{")
def test_brackets_deep_within_each_other_are_refused_where_they_stand(bracket: str) -> None:
    with pytest.raises(FileError, match="Line 2 is no YAML"):
        yaml_spans.parse(f"key: AKIA\na: {bracket * 1000}".encode())


def test_a_toml_name_of_a_thousand_parts_is_refused_where_it_stands() -> None:
    with pytest.raises(FileError, match="Line 2 is no TOML"):
        toml_spans.parse(b'key = "AKIA"\na' + b".a" * 1000 + b" = 1\n")

    assert text(toml_spans.parse(b"a" + b".a" * 60 + b'.key = "AKIA"\n'), *"a" * 61, "key") == "AKIA"


def test_what_hundreds_of_aliases_repeat_is_read() -> None:
    common = "".join(f"  name{n}: value\n" for n in range(30))
    services = "".join(f"s{n}:\n  <<: *common\n  own: AKIA\n" for n in range(50))

    tree = yaml_spans.parse(f"common: &common\n{common}{services}".encode())

    assert (text(tree, "s49", "own"), text(tree, "s49", "name29")) == ("AKIA", "value")


def test_a_byte_order_mark_before_yaml_is_passed_over() -> None:
    found = scalar(yaml_spans.parse(b"\xef\xbb\xbf\xc3\xa4: 1\nkey: AKIA\n"), "key")

    assert found is not None
    assert (found.span.start, found.span.end) == (14, 18)


def test_only_what_needs_no_quoting_is_written() -> None:
    for value in ('a"b', "a b", "", "a\nb", "=a", "ä"):
        with pytest.raises(ValueError, match="written"):
            encode(value, Writing.PLAIN)
