"""Values that configuration in PHP or Ruby sets, with the place of each: nothing is run, and what is computed is none.

PHP: `define('NAME', …)`, `const NAME = …`, `$NAME = …`, `$NAME['a']['b'] = …` (php.net, Language Reference: Strings,
Arrays, Constants). Ruby: `name['a'] = …`, `name.a = …`, `name = …` (docs.ruby-lang.org, Literals). A value is a text in
quotes, or a table of such. Whatever else stands there, such as `getenv('KEY')` or `'a' . $b`, is computed: its place is
known, what it is is not.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from keyturn.edits import failures
from keyturn.edits.spans import Span
from keyturn.edits.trees import Node, Scalar, Writing
from keyturn.model.text import _

# Tables within each other; people's own have five at most.
_DEEPEST = 64
_STRINGS = rb"""'(?P<single>[^'\\]*+(?:\\.[^'\\]*+)*+)'|"(?P<double>[^"\\]*+(?:\\.[^"\\]*+)*+)\""""
_REST = rb"""(?P<mark>=>|===?|!==?|->|::|<=|>=|&&|\|\||[-=\[\](){},;:.?<>+*/%!&|^~@\\])|(?P<other>[^\s])"""
_ESCAPED = re.compile(rb"\\([\\'\"])")
# What may begin a text, a comment or a document that does not end.
_BEGINS = frozenset(b"'\"/<=")


@dataclass(frozen=True, slots=True)
class _Language:
    """What tells one language from the other.

    Attributes:
        words: blanks and comments, what ends the code, and every kind of word.
        unfinished: what begins a comment, a text or a document that does not end: the language refuses the file, too.
        opens: where the code begins in a file that begins with something else; None where all of it is code.
        tables: what a table begins with, and what ends it.
        computes: what in a text between `"` is computed.
        hands_on: functions that only wrap a table up.
    """

    words: re.Pattern[bytes]
    unfinished: re.Pattern[bytes]
    opens: re.Pattern[bytes] | None
    tables: Mapping[bytes, bytes]
    computes: re.Pattern[bytes]
    hands_on: frozenset[bytes]


_PHP = _Language(
    words=re.compile(
        rb"(?P<skip>(?:\s++|//[^\n]*+|#(?!\[)[^\n]*+|/\*(?:[^*]++|\*(?!/))*+\*/)++)|(?P<closes>\?>)|"
        rb"(?P<document><<<[ \t]*+(?P<doc>[\"']?)(?P<end>\w++)(?P=doc)\r?\n(?:(?![ \t]*+(?P=end)\b)[^\n]*+\n)*+"
        rb"[ \t]*+(?P=end)\b)|" + _STRINGS + rb"|(?P<name>\$?[A-Za-z_\x80-\xff][\w\x80-\xff]*+)|" + _REST
    ),
    unfinished=re.compile(rb"/\*|'|\"|<<<"),
    opens=re.compile(rb"<\?(?:php\b|=)?", re.IGNORECASE),
    tables={b"[": b"]", b"(": b")"},
    computes=re.compile(rb"\$"),
    hands_on=frozenset({b"serialize"}),
)
_RUBY = _Language(
    words=re.compile(
        rb"(?P<skip>(?:\s++|#[^\n]*+|(?<![^\n])=begin\b(?:(?!\n=end\b)[\s\S])*+\n=end\b[^\n]*+)++)|"
        rb"(?P<document><<[-~]?(?P<doc>[\"']?)(?P<end>[A-Z]\w*+)(?P=doc)[^\n]*+\n"
        rb"(?:(?![ \t]*+(?P=end)\b)[^\n]*+\n)*+[ \t]*+(?P=end)\b)|"
        + _STRINGS
        + rb"|(?P<name>:?[A-Za-z_\x80-\xff][\w\x80-\xff]*+[?!]?)|"
        + _REST
    ),
    unfinished=re.compile(rb"(?<![^\n])=begin\b|'|\"|<<[-~]?[\"']?[A-Z]"),
    opens=None,
    tables={b"[": b"]", b"{": b"}"},
    computes=re.compile(rb"#[{$@]"),
    hands_on=frozenset(),
)


def php(content: bytes, *, path: Path | None = None) -> dict[str, Node]:
    """Return what a file of PHP sets, as a tree; a variable is named without its `$`.

    Args:
        path: for the sentence of the error.

    Raises:
        FileError: `file.unparsable`, where PHP itself refuses it, or it sets tables deeper than people do.
    """
    return _Reader(content, _PHP, path).tree()


def ruby(content: bytes, *, path: Path | None = None) -> dict[str, Node]:
    """Return what a file of Ruby sets, as a tree; raises as `php`."""
    return _Reader(content, _RUBY, path).tree()


class _Token(NamedTuple):
    """One word of the code, from its first byte to the one behind its last; a string's are those inside its quotes.

    Attributes:
        kind: `string`, `name`, `mark` or `other`.
        value: what a string means; None where it is computed, and for what is no string.
    """

    kind: str
    text: bytes
    start: int
    end: int
    value: str | None = None
    as_written: bool = False


class _Reader:
    def __init__(self, content: bytes, language: _Language, path: Path | None) -> None:
        failures.expect_no_zero_bytes(content, path)
        self._content = content
        self._language = language
        self._path = path
        self._line_ends = [end.start() for end in re.finditer(rb"\n", content)]
        self._tokens = list(self._read())
        self._at = 0

    # --- words ---

    def _read(self) -> Iterator[_Token]:
        words, content = self._language.words, self._content
        at = self._opened(0)
        while at < len(content):
            found = words.match(content, at)
            kind = "other" if found is None or found.lastgroup is None else found.lastgroup
            end = at + 1 if found is None else found.end()
            if kind in ("mark", "other") and content[at] in _BEGINS and self._language.unfinished.match(content, at):
                reason = _("Line {line} begins a text or a comment that does not end.")
                raise failures.unparsable(self._path, reason.format(line=self._line(at)))
            if kind == "closes":
                yield _Token("mark", b";", at, at)
                end = self._opened(end)
            elif found is not None and kind in ("single", "double"):
                yield self._string(found, kind)
            elif kind != "skip":
                yield _Token("other" if kind == "document" else kind, content[at:end], at, end)
            at = end

    def _opened(self, at: int) -> int:
        if self._language.opens is None:
            return at
        found = self._language.opens.search(self._content, at)
        return len(self._content) if found is None else found.end()

    def _string(self, found: re.Match[bytes], group: str) -> _Token:
        raw, (start, end) = found[group], found.span(group)
        computed = group == "double" and self._language.computes.search(raw) is not None
        # Both languages have these two in both kinds of text; other escapes stand in no key and in no bucket's name.
        meant = _ESCAPED.sub(rb"\1", raw) if b"\\" in raw else raw
        try:
            value = None if computed else meant.decode()
        except UnicodeDecodeError:
            value = None
        return _Token("string", raw, start, end, value, b"\\" not in raw)

    def _line(self, position: int) -> int:
        return bisect_left(self._line_ends, position) + 1

    # --- what they set ---

    def tree(self) -> dict[str, Node]:
        root: dict[str, Node] = {}
        while self._at < len(self._tokens):
            names = self._target()
            if names is not None:
                _put(root, names, self._value(0))
        return root

    def _target(self) -> list[str] | None:
        """The names of what is set here, the next word being the value's first; None where nothing is."""
        word = self._next()
        if word.kind != "name":
            return None
        if self._language is _PHP and word.text.lower() in (b"define", b"const"):
            return self._constant(word)
        names = [word.text.removeprefix(b"$").decode(errors="replace")]
        while True:
            if self._is_mark(0, b"[") and self._is_key(1) and self._is_mark(2, b"]"):
                names.append(self._tokens[self._at + 1].value or "")
                self._at += 3
            elif self._language is _RUBY and self._is_mark(0, b".") and self._kind(1) == "name":
                names.append(self._tokens[self._at + 1].text.decode(errors="replace"))
                self._at += 2
            else:
                break
        if not self._is_mark(0, b"="):
            return None
        self._at += 1
        return names

    def _constant(self, word: _Token) -> list[str] | None:
        if word.text.lower() == b"const" and self._kind(0) == "name" and self._is_mark(1, b"="):
            named = self._tokens[self._at].text.decode(errors="replace")
            self._at += 2
            return [named]
        if self._is_mark(0, b"(") and self._is_key(1) and self._is_mark(2, b","):
            named = self._tokens[self._at + 1].value or ""
            self._at += 3
            return [named]
        return None

    def _value(self, depth: int) -> Node:
        """What stands here; up to what ends it. A value with more behind it is computed."""
        first = self._at
        if first == len(self._tokens):
            return self._computed(first)
        if depth > _DEEPEST:
            raise failures.unparsable(self._path, _("Its tables are deeper than anybody's are."))
        word = self._next()
        node: Node | None = None
        if word.kind == "string" and word.value is not None:
            writing = Writing.PLAIN if word.as_written else Writing.FIXED
            node = Scalar(word.value, True, Span(word.start, word.end), self._line(word.start), writing)
        elif (
            word.kind == "name" and word.text.lower() in (*self._language.hands_on, b"array") and self._is_mark(0, b"(")
        ):
            self._at += 1
            node = self._inside(word, depth)
        elif word.kind == "mark" and word.text in self._language.tables and word.text != b"(":
            node = self._table(self._language.tables[word.text], depth)
        if node is not None and self._ends():
            return node
        self._skip(first)
        return self._computed(first)

    def _inside(self, word: _Token, depth: int) -> Node | None:
        if word.text.lower() == b"array":
            return self._table(b")", depth)
        node = self._value(depth + 1)
        if not self._is_mark(0, b")"):
            return None
        self._at += 1
        return node

    def _table(self, end: bytes, depth: int) -> Node:
        table: dict[str, Node] = {}
        while self._at < len(self._tokens) and not self._is_mark(0, end):
            before = self._at
            name = self._name_of_member()
            _put(table, [str(len(table)) if name is None else name], self._value(depth + 1))
            if self._is_mark(0, b","):
                self._at += 1
            elif self._at == before:
                self._at += 1  # nothing that ends a table of this kind
        self._at += 1
        return table

    def _name_of_member(self) -> str | None:
        """`'name' =>`, `:name =>` and `name:`; None for a member of a list."""
        if self._at >= len(self._tokens):
            return None
        word = self._tokens[self._at]
        named = word.value if word.kind == "string" else word.text.removeprefix(b":").decode(errors="replace")
        if self._is_mark(1, b"=>"):
            self._at += 2
            return named or ""
        if self._language is _RUBY and word.kind in ("name", "string") and self._is_mark(1, b":"):
            self._at += 2
            return named or ""
        return None

    # --- small questions ---

    def _next(self) -> _Token:
        self._at += 1
        return self._tokens[self._at - 1]

    def _kind(self, ahead: int) -> str:
        at = self._at + ahead
        return self._tokens[at].kind if at < len(self._tokens) else ""

    def _is_mark(self, ahead: int, text: bytes) -> bool:
        at = self._at + ahead
        return at < len(self._tokens) and self._tokens[at].kind == "mark" and self._tokens[at].text == text

    def _is_key(self, ahead: int) -> bool:
        """Whether a text in quotes stands there, or in Ruby a symbol."""
        at = self._at + ahead
        return at < len(self._tokens) and self._tokens[at].kind == "string" and self._tokens[at].value is not None

    def _ends(self) -> bool:
        """Whether what was read is all of the value: it is closed, or in Ruby the line ends."""
        if self._at >= len(self._tokens) or any(self._is_mark(0, end) for end in (b",", b";", b")", b"]", b"}")):
            return True
        return self._language is _RUBY and self._is_on_a_new_line()

    def _begins_a_setting(self) -> bool:
        """Whether in Ruby the next setting begins here: a name that is the first word of its line."""
        return self._language is _RUBY and self._tokens[self._at].kind == "name" and self._is_on_a_new_line()

    def _is_on_a_new_line(self) -> bool:
        return b"\n" in self._content[self._tokens[self._at - 1].end : self._tokens[self._at].start]

    def _skip(self, first: int) -> None:
        """Go on to what ends a computed value."""
        self._at = first
        open_ones = 0
        while self._at < len(self._tokens):
            word = self._tokens[self._at]
            if word.kind == "mark" and word.text in (b"(", b"[", b"{"):
                open_ones += 1
            elif word.kind == "mark" and word.text in (b")", b"]", b"}"):
                if not open_ones:
                    return
                open_ones -= 1
            elif not open_ones and (word.text in (b",", b";") or (self._at > first and self._begins_a_setting())):
                return
            self._at += 1

    def _computed(self, first: int) -> Scalar:
        at = min(first, len(self._tokens) - 1)
        start = self._tokens[at].start
        last = self._tokens[max(at, min(self._at, len(self._tokens)) - 1)]
        return Scalar("", False, Span(start, max(start, last.end)), self._line(start), Writing.FIXED)


def _put(tree: dict[str, Node], names: Sequence[str], node: Node) -> None:
    """Set it. What is set twice has no spot that certainly counts."""
    for name in names[:-1]:
        inner = tree.setdefault(name, {})
        if not isinstance(inner, dict):
            inner = tree[name] = {}
        tree = inner
    tree[names[-1]] = _fixed(node) if names[-1] in tree else node


def _fixed(node: Node) -> Node:
    if isinstance(node, Scalar):
        return replace(node, writing=Writing.FIXED)
    if isinstance(node, list):
        return [_fixed(one) for one in node]
    return {name: _fixed(one) for name, one in node.items()}
