"""Configuration in PHP and Ruby, and lines with an equals sign: each text where the language reads it, or none."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from keyturn.edits import equal_lines, script_values, trees
from keyturn.edits.trees import Node, Scalar, Writing
from keyturn.model.errors import FileError

PHP = [
    (b"<?php define('A', 'x/y');", ("A",), "x/y"),
    (b'<?php DEFINE( "A" , "x" ) ;', ("A",), "x"),
    (b"<?php const A = 'x';", ("A",), "x"),
    (b"<?php $C['a']['b'] = 'x';", ("C", "a", "b"), "x"),
    (b"<?php $C = ['a' => array('b' => 'x', ), 'c' => 1];", ("C", "a", "b"), "x"),
    (b"<?php $C = array('y', 'x');", ("C", "1"), "x"),
    (b"<?php define('A', serialize(array('b' => 'x')));", ("A", "b"), "x"),
    (b"<?php /* it's */ # it's\n// it's\n$C['a'] = 'x';", ("C", "a"), "x"),
    (b"it's <?php $C['a'] = 'x' ?> it's <?php $D = 1;", ("C", "a"), "x"),
    (b"<?php $T = <<<EOS\nit's $C = ['a' => 'no'];\n  EOS;\n$C['a'] = 'x';", ("C", "a"), "x"),
    (b"<?php if (!defined('A')) { define('A', 'x'); }", ("A",), "x"),
]
RUBY = [
    (b"a['b'] = 'x'", ("a", "b"), "x"),
    (b"a['b'] = 'x'\nc = 1", ("a", "b"), "x"),
    (b"a['b']['c'] = \"x\" # it's", ("a", "b", "c"), "x"),
    (b"a = { 'b' => 'x', :c => 1 }", ("a", "b"), "x"),
    (b"a = { :b => 'x' }", ("a", "b"), "x"),
    (b"a = { b: 'x', }", ("a", "b"), "x"),
    (b"a = [1, 'x']", ("a", "1"), "x"),
    (b"s3.key = 'x'", ("s3", "key"), "x"),
    (b"=begin\nit's\n=end\na = 'x'", ("a",), "x"),
    (b"t = YAML.load <<-'EOS'\n it's\n EOS\na = 'x'", ("a",), "x"),
    (b"b = ENV['K'] || 'no'\na = 'x'", ("a",), "x"),
]
COMPUTED = [
    (script_values.php, b"<?php $C['a'] = getenv('x');"),
    (script_values.php, b"<?php $C['a'] = 'x' . $y;"),
    (script_values.php, b'<?php $C["a"] = "x$y";'),
    (script_values.php, b"<?php $C['a'] = $y ? 'x' : 'z';"),
    (script_values.ruby, b"C = { 'a' => ENV['x'] }"),
    (script_values.ruby, b"C = { 'a' => \"x#{y}\" }"),
    (script_values.ruby, b"C['a'] = 'x' + y"),
    (script_values.ruby, b"C['a'] = 'x' if y"),
    (script_values.ruby, b"C['a'] = File.read('x')"),
]


@pytest.mark.parametrize(
    ("read", "content", "path", "value"),
    [*((script_values.php, *case) for case in PHP), *((script_values.ruby, *case) for case in RUBY)],
)
def test_a_text_is_found_under_its_names_with_its_bytes(
    read: Callable[[bytes], Node], content: bytes, path: tuple[str, ...], value: str
) -> None:
    found = trees.scalar(read(content), *path)
    assert found is not None
    assert (found.value, found.is_text, found.writing) == (value, True, Writing.PLAIN)
    assert content[found.span.start : found.span.end].decode() == value
    assert found.line == content.count(b"\n", 0, found.span.start) + 1


@pytest.mark.parametrize(("read", "content"), COMPUTED)
def test_what_is_computed_is_there_and_is_no_text(read: Callable[[bytes], Node], content: bytes) -> None:
    found = trees.scalar(read(content), "C", "a")
    assert isinstance(found, Scalar)
    assert (found.is_text, found.writing) == (False, Writing.FIXED)


@pytest.mark.parametrize("content", [b"<?php\n// define('A', 'x');\n", b"<?php /* $A = 'x'; */", b"define('A', 'x');"])
def test_what_is_no_code_sets_nothing(content: bytes) -> None:
    assert script_values.php(content) == {}


def test_what_is_set_twice_has_no_certain_spot() -> None:
    for content in (b"<?php define('A', 'x'); define('A', 'y');", b"<?php $A = ['b' => 'x']; $A = ['b' => 'y'];"):
        found = next(iter(script_values.php(content).values()))
        (scalar,) = [found] if isinstance(found, Scalar) else [one for _name, one in trees.members(found)]
        assert isinstance(scalar, Scalar)
        assert scalar.writing is Writing.FIXED


def test_a_text_with_an_escape_is_read_and_has_no_spot_of_its_own() -> None:
    found = trees.scalar(script_values.php(rb"<?php $A = 'it\'s \\x';"), "A")
    assert found is not None
    assert (found.value, found.writing) == (r"it's \x", Writing.FIXED)


@pytest.mark.parametrize(
    ("read", "content"),
    [
        (script_values.php, b"<?php $A = 'x;"),
        (script_values.php, b"<?php /* x"),
        (script_values.php, b"<?php $A = <<<X\n"),
        (script_values.php, b"<?php $A = " + b"[" * 100),
        (script_values.php, b"<?php\0"),
        (script_values.ruby, b'a = "x'),
        (script_values.ruby, b"=begin\n"),
        (script_values.ruby, b"a = <<~EOS\n x\n"),
        (equal_lines.settings, b"a=b\0"),
    ],
)
def test_what_does_not_end_is_refused(read: Callable[[bytes], object], content: bytes) -> None:
    with pytest.raises(FileError) as raised:
        read(content)
    assert raised.value.code == "file.unparsable"


def test_lines_with_an_equals_sign_are_read_with_and_without_quotes() -> None:
    content = b'# a=no\r\na=x/y+z=\r\n b = "q" \nc=\nd\na=z\n'
    found = equal_lines.settings(content)
    texts = {name: (one.value, content[one.span.start : one.span.end].decode()) for name, one in found.items()}  # type: ignore[union-attr]
    assert texts == {"a": ("z", "z"), "b": ("q", "q"), "c": ("", "")}
