"""Assignments of variables in shell text and environment files, with the place of every value.

One reader serves POSIX shells, bash, zsh, fish and plain `NAME=value` files, because people keep the same lines in all
of them (facts/clients.md 3 and 5). What a shell would compute is a reference here, not a value.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from keyturn.edits import failures
from keyturn.edits.commands import Argument, LetterRun, ShellCommand, program_name
from keyturn.edits.shell_words import Lexer, NeverClosedError, QuotedPart, Quoting, Word
from keyturn.edits.spans import Span
from keyturn.model.late_patterns import pattern
from keyturn.model.text import _

__all__ = ["Assignment", "Quoting", "ShellText", "assignments", "encode", "read"]

_SAFE_VALUE = pattern(r"[A-Za-z0-9/+][A-Za-z0-9/+=]*")
_ASSIGNMENT = pattern(rb"(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?P<adds>\+?)=")
_TAKES_TEXT = pattern(rb"-[a-z]*c")
_DEFAULT = pattern(rb"\$\{(?P<name>[A-Za-z_][A-Za-z0-9_]*):?=(?P<value>[A-Za-z0-9_./:@+=-]+)\}")
_IDENTIFIER = pattern(rb"[A-Za-z_][A-Za-z0-9_]*")
# After these words a command begins.
_OPENERS = frozenset(b"then do else elif if while until time ! { } begin and or not".split())
# These run the command behind them; before it, `env` and `sudo` take assignments.
_WRAPPERS = frozenset(b"env sudo doas nohup nice exec command builtin time".split())
_DECLARERS = frozenset(b"export readonly declare typeset local".split())
_SHELLS = ("sh", "bash", "zsh", "dash", "ksh", "ash", "fish")
_CHANGE_FOLDER = (b"cd", b"pushd", b"popd")
# A text for a shell within a text for a shell; nobody writes more of them into each other.
_DEPTH = 3


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
        written: a reference or a list as it stands in the file, quotes and all; empty for a value.
        of_command: it is set for the one command behind it.
        fixed: the value is known and has no spot of its own that could be replaced, as behind a YAML anchor.
    """

    name: str
    value: str | None = field(repr=False)
    value_span: Span
    exported: bool
    line: int
    is_reference: bool
    quoting: Quoting
    written: bytes = field(default=b"", repr=False)
    fixed: bool = False
    of_command: bool = False


@dataclass(frozen=True, slots=True)
class ShellText:
    """What a text for a shell sets and runs, in the order of the text."""

    assignments: tuple[Assignment, ...]
    commands: tuple[ShellCommand, ...]


def assignments(content: bytes, *, path: Path | None = None) -> list[Assignment]:
    """Return every assignment that a text makes itself, or hands to another shell; raises as `read`."""
    return list(_with_handed_on(_outer(content, path)[1]).assignments)


def read(content: bytes, *, path: Path | None = None) -> ShellText:
    """Return every assignment and every command; which of them counts is for the caller to say.

    What a command hands to another shell (`bash -c '…'`, a here-document) is read as well, and behind all of the text
    itself the commands whose output it takes (`$(…)`, backquotes, `<(…)`).

    A here-document for any other command is no shell, and is passed over. CR LF ends a line as LF does: a shell would
    take the CR into the value, but the programs that read environment files do not.

    Args:
        path: for the sentence of the error; a name that ends in `.fish` is read with fish's single quotes.

    Raises:
        FileError: `file.unparsable`, where the text is binary or UTF-16, or a quote or bracket is never closed: then
            nobody can say what is a value and what is not.
    """
    lexer, outer = _outer(content, path)
    return _joined([_with_handed_on(outer), *_within(lexer, content, _DEPTH)])


def _outer(content: bytes, path: Path | None) -> tuple[Lexer, ShellText]:
    failures.expect_no_zero_bytes(content, path)
    lexer = Lexer(content, fish=path is not None and path.suffix == ".fish")
    try:
        return lexer, _taken(lexer, content)
    except NeverClosedError as error:
        reason = _("Line {line} opens a quote or a bracket that is never closed.").format(line=error.line)
        raise failures.unparsable(path, reason) from error
    except RecursionError as error:
        raise failures.unparsable(path, _("Its brackets stand deeper within each other than any script's.")) from error


def _taken(lexer: Lexer, content: bytes) -> ShellText:
    reading = _Reading(content)
    for words in lexer.commands():
        reading.take(words)
    found = [replace(one, exported=True) if one.name in reading.exported else one for one in reading.found]
    return ShellText(tuple(found), tuple(reading.commands))


def _with_handed_on(outer: ShellText) -> ShellText:
    return _joined([outer, *(text for command in outer.commands for text in _handed_on(command, _DEPTH))])


def _joined(texts: Sequence[ShellText]) -> ShellText:
    return ShellText(
        tuple(one for text in texts for one in text.assignments),
        tuple(one for text in texts for one in text.commands),
    )


def _within(lexer: Lexer, content: bytes, depth: int) -> Iterator[ShellText]:
    """What runs within the words of a text, and the here-documents of its shells; nothing of what cannot be read."""
    spans = [(start, end, True) for start, end in lexer.run_within]
    spans += [(start, end, False) for start, end, words in lexer.handed if _is_for_a_shell(words)]
    for start, end, is_aside in spans if depth else ():
        text = content[start:end]
        inner = Lexer(text)
        try:
            found = _with_handed_on(_taken(inner, text))
        except (NeverClosedError, RecursionError):
            continue
        if is_aside:  # the folder to which it changes is its own
            stays = (one for one in found.commands if one.words and one.words[0].text not in _CHANGE_FOLDER)
            found = replace(found, commands=tuple(stays))
        line = lexer.line_of(start)
        yield moved(found, start, line)
        yield from (moved(one, start, line) for one in _within(inner, text, depth - 1))


def _is_for_a_shell(words: Sequence[Word]) -> bool:
    """Whether a command runs what it is handed: a shell that is given no script, in its own name or another user's."""
    names = [word.text.rpartition(b"/")[2].decode(errors="replace") for word in words if word.known]
    at = next((number for number, name in enumerate(names) if name in (*_SHELLS, "su")), None)
    return at is not None and (names[at] == "su" or all(one.startswith("-") for one in names[at + 1 :]))


def commands_of(command: ShellCommand) -> ShellText:
    """Return what a command of another grammar hands to a shell: the assignments and commands in `sh -c '…'`."""
    return _joined(list(_handed_on(command, _DEPTH)))


def _handed_on(command: ShellCommand, depth: int) -> Iterator[ShellText]:
    """The texts that a command hands to a shell, and those that they hand on; nothing where one cannot be read."""
    at = next((number for number, word in enumerate(command.words) if program_name(word) in _SHELLS), None)
    if at is None or depth == 0:
        return
    rest = command.words[at + 1 :]
    option = next((n for n, one in enumerate(rest) if one.known and _TAKES_TEXT.fullmatch(one.text)), None)
    text = None if option is None or option + 1 >= len(rest) else rest[option + 1]
    place = None if text is None else text.spot(0, len(text.text))
    if text is None or not text.known or b"\0" in text.text:
        return
    lexer = Lexer(text.text)
    try:
        said = _taken(lexer, text.text)
    except (NeverClosedError, RecursionError):
        return
    said = _joined([said, *_within(lexer, text.text, depth - 1)])
    if place is None:
        # In a block of YAML, say: what is run is read, and nothing can be replaced there.
        inner = ShellText((), tuple(_without_places(one, text.line - 1) for one in said.commands))
    else:
        # A value in the inner text stands where the outer one has it, and is quoted as both want it.
        inner = moved(said, place[0].start, text.line)
    yield inner
    for one in inner.commands:
        yield from _handed_on(one, depth - 1)


def _without_places(command: ShellCommand, line: int) -> ShellCommand:
    return replace(command, words=tuple(replace(word, runs=(), line=word.line + line) for word in command.words))


def moved(text: ShellText, start: int, line: int) -> ShellText:
    """Return what was read from a piece of a file, as it stands in the file.

    Args:
        start: where the piece begins, in bytes.
        line: the line on which it begins, counted from 1.
    """
    return ShellText(
        tuple(_moved(one, start, line - 1) for one in text.assignments),
        tuple(_command_moved(one, start, line - 1) for one in text.commands),
    )


def _moved(one: Assignment, start: int, line: int) -> Assignment:
    span = Span(one.value_span.start + start, one.value_span.end + start)
    return replace(one, value_span=span, line=one.line + line)


def _command_moved(command: ShellCommand, start: int, line: int) -> ShellCommand:
    return replace(
        command,
        words=tuple(
            replace(
                word,
                runs=tuple(LetterRun(run.at, run.start + start, run.size, run.quoting) for run in word.runs),
                line=word.line + line,
            )
            for word in command.words
        ),
    )


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

    def __init__(self, content: bytes) -> None:
        self.found: list[Assignment] = []
        self.commands: list[ShellCommand] = []
        self.exported: set[str] = set()
        self._content = content
        self._export_all = False

    def take(self, words: Sequence[Word]) -> None:
        rest = deque(words)
        while rest and rest[0].is_plain() and rest[0].text in _OPENERS:
            rest.popleft()
        before: list[Assignment] = []
        wrapped = False
        passed: list[Word] = []
        while rest:
            if (one := _assignment(rest[0])) is not None:
                before.append(one)
                rest.popleft()
            elif rest[0].text.rpartition(b"/")[2] in _WRAPPERS:
                wrapped = True
                passed.append(rest.popleft())
                while rest and rest[0].text.startswith(b"-"):
                    passed.append(rest.popleft())
            else:
                break
        self._add([replace(one, of_command=bool(rest)) for one in before], exported=bool(rest) or wrapped)
        if not rest:
            return
        given = tuple((one.name, one.value) for one in before if one.value)
        self.commands.append(ShellCommand(tuple(map(self._argument, (*passed, *rest))), given))
        command, arguments = rest.popleft().text, list(rest)
        if command in _DECLARERS:
            self._declare(command, arguments)
        elif command == b":":
            self._add_defaults(arguments)
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

    def _add_defaults(self, arguments: Sequence[Word]) -> None:
        """What `: "${NAME:=VALUE}"` sets where nobody did before (POSIX.1-2017, 2.6.2)."""
        for word in arguments:
            for one in _DEFAULT.finditer(self._content, word.start, word.end):
                span = Span(*one.span("value"))
                name, value = one["name"].decode(), one["value"].decode()
                self._add([Assignment(name, value, span, False, word.line, False, Quoting.BARE)], exported=False)

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
        for one in found:
            written = b"" if one.value is not None else self._content[one.value_span.start : one.value_span.end]
            self.found.append(replace(one, exported=exported or self._export_all, written=written))

    def _argument(self, word: Word) -> Argument:
        runs, at = [], 0
        for piece in word.pieces:
            # In quotes, what reads otherwise than it is written is shorter.
            as_read = piece.as_written if piece.quoting is Quoting.BARE else len(piece.text)
            if as_read == len(piece.text) == piece.end - piece.start or piece.quoting is Quoting.BARE:
                runs.append(LetterRun(at, piece.start, as_read, piece.quoting))
            at += len(piece.text)
        return Argument(word.text, self._content[word.start : word.end], word.known, tuple(runs), word.line)


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
    behind = QuotedPart(Quoting.BARE, start, first.end, text, first.end, first.as_written - match.end())
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


def _value(
    word: Word, name: bytes, pieces: Sequence[QuotedPart], whole: Span, *, known: bool, computed: bool
) -> Assignment:
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


def _fits(piece: QuotedPart) -> bool:
    """False for bare text with escapes, whose value is written differently than it reads."""
    return piece.quoting is not Quoting.BARE or piece.as_written == piece.end - piece.start
