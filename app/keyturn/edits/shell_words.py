"""Shell text cut into commands and words, with the place of every piece; nothing is run and nothing is computed.

The rules are the POSIX shell's (POSIX.1-2017, Shell Command Language, 2.2, 2.3, 2.6 and 2.7.4), with what bash, zsh and
fish add where it decides where a word ends.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from keyturn.model.late_patterns import pattern


class Quoting(StrEnum):
    """How a value is quoted, and so how a new one is written into its span.

    `mixed`: from several pieces, or with an escape outside of quotes; the span is the whole value with its quotes, and
    a new value stands there without any.
    """

    BARE = "bare"
    SINGLE = "single"
    DOUBLE = "double"
    MIXED = "mixed"


@dataclass(frozen=True, slots=True)
class QuotedPart:
    """A part of a word that is quoted in one way.

    Attributes:
        start: offset of its first byte inside the quotes.
        end: offset behind its last byte inside the quotes.
        text: what the shell makes of it; not part of the repr, it may be a secret.
        after: offset behind the closing quote.
        as_written: how many bytes at its start stand in the file as they read; fewer than all where an escape follows.
    """

    quoting: Quoting
    start: int
    end: int
    text: bytes = field(repr=False)
    after: int
    as_written: int


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a command.

    Attributes:
        line: counted from 1.
        computed: the shell takes a part of it from elsewhere: a variable, a command's output.
        known: False where `text` is not what the shell would see, because it is computed, a list, or uses escapes that
            are not resolved here.
    """

    start: int
    end: int
    line: int
    pieces: tuple[QuotedPart, ...]
    computed: bool = False
    known: bool = True

    @property
    def text(self) -> bytes:
        """What the shell would see, where that is known."""
        return b"".join(piece.text for piece in self.pieces)

    def is_plain(self) -> bool:
        """True for a word without quotes, escapes and anything computed."""
        return self.known and all(piece.quoting is Quoting.BARE for piece in self.pieces)


class NeverClosedError(Exception):
    """A quote or bracket is opened and never closed.

    Attributes:
        line: where it is opened, counted from 1.
    """

    def __init__(self, line: int) -> None:
        super().__init__(f"line {line}")
        self.line = line


_ORDINARY = pattern(rb"[^\s\\'\"`$;&|<>()]+")
_IN_DOUBLE = pattern(rb'[^\\"`$]+')
_IN_BRACKETS = pattern(rb"[^\\'\"`$(){}]+")
_TO_QUOTE = pattern(rb"(?:[^\\']|\\.)*+'", re.DOTALL)
_BACKQUOTED = pattern(rb"`(?:[^\\`]|\\.)*+`", re.DOTALL)
_VARIABLE = pattern(rb"[A-Za-z_][A-Za-z0-9_]*|[0-9@*#?$!-]")
_FUNCTION = pattern(rb"\([ \t]*\)")
_CONTINUED = pattern(rb"\\\r?\n")
_BLANKS = pattern(rb"[ \t\v\f\r]+")
_WHOLE_WORD = pattern(rb"[^\s\\'\"`$;&|<>()]+(?=[\s;&|<>)]|\Z)")
_SEPARATORS = frozenset((b"\n", b";", b"&", b"|", b"(", b")"))
_BEFORE_SUBSHELL = frozenset((b"if", b"then", b"else", b"elif", b"while", b"until", b"do", b"!", b"{", b"time"))


class Lexer:
    """Cuts one text.

    Args:
        content: the bytes; a BOM before them is passed over.
        fish: in single quotes a backslash escapes a quote or a backslash, as fish has it.
    """

    def __init__(self, content: bytes, *, fish: bool = False) -> None:
        self._content = content
        self._fish = fish
        self._at = 3 if content.startswith(b"\xef\xbb\xbf") else 0
        self._line_ends = [end.start() for end in re.finditer(b"\n", content)]
        # Here-documents that begin at the next line: their last lines, whether tabs before it are passed over, and the
        # command that is handed them.
        self._documents: list[tuple[bytes, bool, list[Word]]] = []
        self._run_within: list[tuple[int, int]] = []
        self._handed: list[tuple[int, int, Sequence[Word]]] = []

    @property
    def run_within(self) -> list[tuple[int, int]]:
        """Where commands stand in what was cut so far: `$(…)`, backquotes, `<(…)`, `>(…)`; not those within others."""
        found: list[tuple[int, int]] = []
        for start, end in sorted(self._run_within, key=lambda one: (one[0], -one[1])):
            if not found or start >= found[-1][1]:
                found.append((start, end))
        return found

    def line_of(self, at: int) -> int:
        """Return the line of an offset, counted from 1."""
        return self._line(at)

    @property
    def handed(self) -> Sequence[tuple[int, int, Sequence[Word]]]:
        """Where the here-documents so far stand, each with the words of the command that is handed it."""
        return self._handed

    def commands(self) -> Iterator[list[Word]]:
        """Yield the words of each command: up to a line end, `;`, `&`, `|` or a bracket around commands.

        Raises:
            NeverClosedError: where a quote or bracket stays open to the end.
        """
        words: list[Word] = []
        is_target = False  # the next word is where a redirection goes
        while self._at < len(self._content):
            byte = self._content[self._at : self._at + 1]
            if blanks := _BLANKS.match(self._content, self._at):
                self._at = blanks.end()
            elif byte == b"\\" and (continued := _CONTINUED.match(self._content, self._at)):
                self._at = continued.end()
            elif byte == b"#":
                self._at = self._end_of_line(self._at)
            elif self._content.startswith(b"<(", self._at) and not is_target:
                start = self._at
                self._at = self._behind_bracket(start + 1)
                self._run_within.append((start + 2, self._at - 1))
                words.append(Word(start, self._at, self._line(start), (), computed=True, known=False))
            elif byte in (b"<", b">"):
                is_target = self._redirection(words)
            elif byte == b"(" and words and not self._opens_commands(words[-1]):
                start = self._at
                self._at = self._behind_bracket(start)
                if self._fish:
                    self._run_within.append((start + 1, self._at - 1))
                words.append(Word(start, self._at, self._line(start), (), computed=True, known=False))
            elif byte in _SEPARATORS:
                self._separator(byte, at_start=not words)
                if words:
                    yield words
                words, is_target = [], False
            else:
                word = self._word()
                if not is_target:
                    words.append(word)
                is_target = False
        if words:
            yield words

    def _opens_commands(self, before: Word) -> bool:
        """True where the bracket here begins a function or a subshell, and not a list or fish's substitution."""
        is_function = _FUNCTION.match(self._content, self._at) is not None
        return is_function or (before.is_plain() and before.text in _BEFORE_SUBSHELL)

    def _separator(self, byte: bytes, *, at_start: bool) -> None:
        if byte == b"(" and at_start and self._content.startswith(b"((", self._at):
            self._at = self._behind_bracket(self._at)  # arithmetic
            return
        self._at += 1
        if byte == b"\n":
            self._pass_documents()

    def _redirection(self, words: list[Word]) -> bool:
        """Pass over a redirection; True where the word behind it is its target.

        Args:
            words: of the command that it stands in; those behind it join them later.
        """
        start = self._at
        while self._content[self._at : self._at + 1] in (b"<", b">", b"&", b"|"):
            self._at += 1
        operator = self._content[start : self._at]
        if operator == b"<<":
            strip_tabs = self._content.startswith(b"-", self._at)
            self._at += strip_tabs
            while self._content[self._at : self._at + 1] in (b" ", b"\t"):
                self._at += 1
            self._documents.append((self._word().text, strip_tabs, words))
            return False
        if self._content.startswith(b"(", self._at):
            start = self._at + 1
            self._at = self._behind_bracket(self._at)
            self._run_within.append((start, self._at - 1))
            return False
        return True

    def _pass_documents(self) -> None:
        for last_line, strip_tabs, words in self._documents:
            start = self._at
            while self._at < len(self._content):
                end = self._end_of_line(self._at)
                line = self._content[self._at : end].removesuffix(b"\r")
                begin, self._at = self._at, end + 1
                if (line.lstrip(b"\t") if strip_tabs else line) == last_line:
                    self._handed.append((start, begin, words))
                    break
        self._documents.clear()

    def _word(self) -> Word:
        start = self._at
        if whole := _WHOLE_WORD.match(self._content, start):  # most words are
            self._at = end = whole.end()
            piece = QuotedPart(Quoting.BARE, start, end, whole[0], end, end - start)
            return Word(start, end, self._line(start), (piece,))
        pieces: list[QuotedPart] = []
        computed = listed = unresolved = False
        while self._at < len(self._content):
            byte = self._content[self._at : self._at + 1]
            two = self._content[self._at : self._at + 2]
            if byte == b"'":
                pieces.append(self._single(self._at + 1))
            elif two == b"$'":
                piece = self._ansi_c(self._at + 2)
                unresolved = unresolved or b"\\" in piece.text
                pieces.append(piece)
            elif byte == b'"' or two == b'$"':
                piece, has_expansion = self._double(self._at + (1 if byte == b'"' else 2))
                computed = computed or has_expansion
                pieces.append(piece)
            elif byte in (b"$", b"`") and (behind := self._behind_expansion(self._at)) is not None:
                self._at, computed = behind, True
            elif byte == b"(" and self._content[self._at - 1 : self._at] == b"=":
                self._at, listed = self._behind_bracket(self._at), True
            elif (bare := self._bare()) is not None:
                pieces.append(bare)
            else:
                break
        known = not (computed or listed or unresolved)
        return Word(start, self._at, self._line(start), tuple(pieces), computed, known)

    def _bare(self) -> QuotedPart | None:
        """Ordinary bytes and escapes, up to whatever ends them; None where there are none."""
        start = self._at
        text: list[bytes] = []
        first_escape: int | None = None
        while self._at < len(self._content):
            if self._content.startswith(b"\\", self._at) and first_escape is None:
                first_escape = self._at - start
            if run := _ORDINARY.match(self._content, self._at):
                text.append(run[0])
                self._at = run.end()
            elif continued := _CONTINUED.match(self._content, self._at):
                self._at = continued.end()
            elif self._content[self._at : self._at + 1] == b"\\":
                text.append(self._content[self._at + 1 : self._at + 2])
                self._at = min(self._at + 2, len(self._content))
            elif self._content[self._at : self._at + 1] == b"$" and self._behind_expansion(self._at) is None:
                if self._content[self._at + 1 : self._at + 2] in (b"'", b'"'):
                    break
                text.append(b"$")
                self._at += 1
            else:
                break
        if self._at == start:
            return None
        as_written = self._at - start if first_escape is None else first_escape
        return QuotedPart(Quoting.BARE, start, self._at, b"".join(text), self._at, as_written)

    def _single(self, start: int) -> QuotedPart:
        end = self._find_quote(start) if self._fish else self._content.find(b"'", start)
        if end < 0:
            raise NeverClosedError(self._line(start))
        text = self._content[start:end]
        if self._fish:
            text = re.sub(rb"\\(['\\])", rb"\1", text)
        self._at = end + 1
        return QuotedPart(Quoting.SINGLE, start, end, text, end + 1, 0)

    def _ansi_c(self, start: int) -> QuotedPart:
        end = self._find_quote(start)
        if end < 0:
            raise NeverClosedError(self._line(start))
        self._at = end + 1
        return QuotedPart(Quoting.SINGLE, start, end, self._content[start:end], end + 1, 0)

    def _find_quote(self, start: int) -> int:
        """The next single quote that no backslash stands before, or -1."""
        found = _TO_QUOTE.match(self._content, start)
        return -1 if found is None else found.end() - 1

    def _double(self, start: int) -> tuple[QuotedPart, bool]:
        at, text, computed = start, [], False
        while at < len(self._content):
            byte = self._content[at : at + 1]
            if run := _IN_DOUBLE.match(self._content, at):
                text.append(run[0])
                at = run.end()
            elif byte == b'"':
                self._at = at + 1
                return QuotedPart(Quoting.DOUBLE, start, at, b"".join(text), at + 1, 0), computed
            elif continued := _CONTINUED.match(self._content, at):
                at = continued.end()
            elif byte == b"\\":
                escaped = self._content[at + 1 : at + 2]
                text.append(escaped if escaped in (b"$", b"`", b'"', b"\\") else b"\\" + escaped)
                at += 2
            elif (behind := self._behind_expansion(at, in_double=True)) is not None:
                at, computed = behind, True
            else:
                text.append(byte)
                at += 1
        raise NeverClosedError(self._line(start))

    def _behind_expansion(self, at: int, *, in_double: bool = False) -> int | None:
        """The offset behind `$NAME`, `${…}`, `$(…)` or backquotes; None for a `$` that is only itself."""
        if self._content.startswith(b"`", at):
            found = _BACKQUOTED.match(self._content, at)
            if found is None:
                raise NeverClosedError(self._line(at))
            self._run_within.append((at + 1, found.end() - 1))
            return found.end()
        if self._content.startswith((b"${", b"$("), at):
            end = self._behind_bracket(at + 1, in_double=in_double)
            if self._content.startswith(b"$(", at) and not self._content.startswith(b"$((", at):  # arithmetic
                self._run_within.append((at + 2, end - 1))
            return end
        variable = _VARIABLE.match(self._content, at + 1)
        return None if variable is None else variable.end()

    def _behind_bracket(self, start: int, *, in_double: bool = False) -> int:
        """The offset behind the bracket that closes the one at `start`."""
        is_parameter = self._content.startswith(b"{", start)
        closing = [b"}" if is_parameter else b")"]
        at, mark = start + 1, self._at
        while at < len(self._content) and closing:
            byte = self._content[at : at + 1]
            if run := _IN_BRACKETS.match(self._content, at):
                at = run.end()
            elif byte == b"\\":
                at += 2
            elif byte == b"'" and not (in_double and is_parameter):  # `"${NAME:-it's}"` holds no quotation
                at = self._single(at + 1).after
            elif byte == b'"':
                at = self._double(at + 1)[0].after
            elif byte in (b"`", b"$"):
                at = self._behind_expansion(at) or at + 1
            else:
                if byte == closing[-1]:
                    closing.pop()
                elif byte == b"(" or (byte == b"{" and closing[-1] == b"}"):
                    closing.append(b")" if byte == b"(" else b"}")
                at += 1
        self._at = mark
        if closing:
            raise NeverClosedError(self._line(start))
        return at

    def _end_of_line(self, at: int) -> int:
        number = bisect_left(self._line_ends, at)
        return self._line_ends[number] if number < len(self._line_ends) else len(self._content)

    def _line(self, at: int) -> int:
        return bisect_left(self._line_ends, at) + 1
