"""Assignments of variables in shell text and environment files, with the place of every value.

One reader serves POSIX shells, bash, zsh, fish and plain `NAME=value` files, because people keep the same lines in all
of them (research/clients.md 3 and 5). What a shell would compute is a reference here, not a value.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from keyturn.edits import failures
from keyturn.edits.spans import Span
from keyturn.edits.words import Lexer, NeverClosedError, Piece, Quoting, Word
from keyturn.model.text import _

__all__ = ["Assignment", "Quoting", "assignments", "encode"]

_SAFE_VALUE = re.compile(r"[A-Za-z0-9/+][A-Za-z0-9/+=]*")
_ASSIGNMENT = re.compile(rb"(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?P<adds>\+?)=")
_IDENTIFIER = re.compile(rb"[A-Za-z_][A-Za-z0-9_]*")
# After these words a command begins.
_OPENERS = frozenset(b"then do else elif if while until time ! { } begin and or not".split())
# These run the command behind them; before it, `env` and `sudo` take assignments.
_WRAPPERS = frozenset(b"env sudo doas nohup nice exec command builtin time".split())
_DECLARERS = frozenset(b"export readonly declare typeset local".split())


@dataclass(frozen=True, slots=True)
class Assignment:
    """One `NAME=value`, `export NAME=value`, or fish's `set NAME value`.

    Attributes:
        value: as the shell would set it; None for a reference, a list, or bytes that are no UTF-8. It may be a secret
            and is not part of the repr.
        value_span: the bytes of the value, inside its quotes.
        exported: programs that are started later see it: by `export`, `declare -x`, `set -x`, `set -a`, an
            `export NAME` elsewhere in the text, or because it stands before the command that it is for.
        line: of the name, counted from 1.
        is_reference: the shell takes the value from elsewhere: `$NAME`, `${NAME}`, `$(command)`, backquotes, `+=`.
    """

    name: str
    value: str | None = field(repr=False)
    value_span: Span
    exported: bool
    line: int
    is_reference: bool
    quoting: Quoting


def assignments(content: bytes, *, path: Path | None = None) -> list[Assignment]:
    """Return every assignment in the order of the text; which of them counts is for the caller to say.

    A here-document is text for a command, not shell, and is passed over. CR LF ends a line as LF does: a shell would
    take the CR into the value, but the programs that read environment files do not.

    Args:
        path: for the sentence of the error; a name that ends in `.fish` is read with fish's single quotes.

    Raises:
        FileError: `file.unparsable`, where the text is binary or UTF-16, or a quote or bracket is never closed: then
            nobody can say what is a value and what is not.
    """
    if b"\0" in content:
        raise failures.unparsable(path, _("It holds zero bytes, as UTF-16 text and binary files do."))
    reading = _Reading()
    try:
        for words in Lexer(content, fish=path is not None and path.suffix == ".fish").commands():
            reading.take(words)
    except NeverClosedError as error:
        reason = _("Line {line} opens a quote or a bracket that is never closed.").format(line=error.line)
        raise failures.unparsable(path, reason) from error
    except RecursionError as error:
        raise failures.unparsable(path, _("Its brackets stand deeper within each other than any script's.")) from error
    return [replace(one, exported=True) if one.name in reading.exported else one for one in reading.found]


def encode(value: str, quoting: Quoting) -> bytes:
    """Return how a new value is written into a `value_span`.

    Access keys need no escape in any shell, quoted or not; anything else is refused rather than guessed at.

    Raises:
        ValueError: where the value is not made of the characters of access keys.
    """
    if not _SAFE_VALUE.fullmatch(value):
        raise ValueError(f"not a value that a shell takes as it is ({quoting})")
    return value.encode()


class _Reading:
    """What the commands read so far have assigned."""

    def __init__(self) -> None:
        self.found: list[Assignment] = []
        self.exported: set[str] = set()
        self._export_all = False

    def take(self, words: Sequence[Word]) -> None:
        rest = deque(words)
        while rest and rest[0].is_plain() and rest[0].text in _OPENERS:
            rest.popleft()
        before: list[Assignment] = []
        wrapped = False
        while rest:
            if (one := _assignment(rest[0])) is not None:
                before.append(one)
                rest.popleft()
            elif rest[0].text.rpartition(b"/")[2] in _WRAPPERS:
                wrapped = True
                rest.popleft()
                while rest and rest[0].text.startswith(b"-"):
                    rest.popleft()
            else:
                break
        self._add(before, exported=bool(rest) or wrapped)
        if not rest:
            return
        command, arguments = rest.popleft().text, list(rest)
        if command in _DECLARERS:
            self._declare(command, arguments)
        elif command == b"set":
            self._set(arguments)
        elif command == b"setenv" and len(arguments) == 2:
            self._add_named(arguments[0], arguments[1:], exported=True)

    def _declare(self, command: bytes, arguments: Sequence[Word]) -> None:
        flags = b"".join(word.text for word in arguments if word.text.startswith(b"-"))
        exported = b"n" not in flags if command == b"export" else b"x" in flags
        for word in arguments:
            if (one := _assignment(word)) is not None:
                self._add([one], exported=exported)
            elif exported and word.known and _IDENTIFIER.fullmatch(word.text):
                self.exported.add(word.text.decode())

    def _set(self, arguments: Sequence[Word]) -> None:
        """fish's `set [flags] NAME value…`, and the POSIX shell's `set -a`."""
        rest = deque(arguments)
        groups: list[bytes] = []
        longs: set[bytes] = set()
        while rest and rest[0].known and rest[0].text.startswith((b"-", b"+")):
            flag = rest.popleft().text
            if flag.startswith(b"--"):
                longs.add(flag)
            elif flag.startswith(b"-"):
                groups.append(flag[1:])
            elif flag == b"+a" or (flag == b"+o" and rest and rest[0].text == b"allexport"):
                self._export_all = False
        letters = b"".join(groups)
        if not rest:
            self._export_all = self._export_all or b"a" in letters
        elif letters.endswith(b"o") and rest[0].text == b"allexport":
            self._export_all = True
        # `--` sets the positional parameters; erasing, asking and listing assign nothing.
        elif not longs & {b"--", b"--erase", b"--query", b"--names"} and not set(letters) & set(b"eqnS"):
            adds = bool(set(letters) & set(b"ap")) or bool(longs & {b"--append", b"--prepend"})
            self._add_named(rest.popleft(), list(rest), exported=b"x" in letters or b"--export" in longs, adds=adds)

    def _add_named(self, name: Word, values: Sequence[Word], *, exported: bool, adds: bool = False) -> None:
        if not values or not name.known or not _IDENTIFIER.fullmatch(name.text):
            return
        pieces = [piece for word in values for piece in word.pieces]
        one = _value(
            name,
            name.text,
            pieces,
            Span(values[0].start, values[-1].end),
            known=len(values) == 1 and values[0].known and not adds,
            computed=adds or any(word.computed for word in values),
        )
        self._add([one], exported=exported)

    def _add(self, found: Sequence[Assignment], *, exported: bool) -> None:
        self.found += [replace(one, exported=exported or self._export_all) for one in found]


def _assignment(word: Word) -> Assignment | None:
    """The word as `NAME=value`, where it is one: the name and the `=` stand there without quotes."""
    if not word.pieces or word.pieces[0].start != word.start:
        return None
    first, *others = word.pieces
    match = _ASSIGNMENT.match(first.text)
    # An escape within the name makes it another word for the shell.
    if first.quoting is not Quoting.BARE or match is None or match.end() > first.as_written:
        return None
    start = first.start + match.end()
    text = first.text[match.end() :]
    behind = Piece(Quoting.BARE, start, first.end, text, first.end, first.as_written - match.end())
    rest = [behind] if start < first.end else []
    adds = bool(match["adds"])
    return _value(
        word,
        match["name"],
        [*rest, *others],
        Span(start, word.end),
        known=word.known and not adds,
        computed=word.computed or adds,
    )


def _value(word: Word, name: bytes, pieces: Sequence[Piece], whole: Span, *, known: bool, computed: bool) -> Assignment:
    value = b"".join(piece.text for piece in pieces)
    span, quoting = whole, Quoting.MIXED
    if known and not pieces:
        quoting = Quoting.BARE
    elif known and len(pieces) == 1 and _fits(pieces[0]):
        span, quoting = Span(pieces[0].start, pieces[0].end), pieces[0].quoting
    try:
        text = value.decode() if known else None
    except UnicodeDecodeError:
        text = None
    return Assignment(name.decode(), text, span, False, word.line, computed, quoting)


def _fits(piece: Piece) -> bool:
    """False for bare text with escapes, whose value is written differently than it reads."""
    return piece.quoting is not Quoting.BARE or piece.as_written == piece.end - piece.start
