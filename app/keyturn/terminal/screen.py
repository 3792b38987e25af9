"""Lines for people: laid out once, written in colour to a terminal and plainly to everything else.

Pages are sequences of `Line`; what they look like is decided here alone. rich is imported only for a terminal.
"""

from __future__ import annotations

import errno
import os
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, TextIO

from keyturn.model.text import shown

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

_WIDEST = 110  # longer lines are hard to read


class Tone(StrEnum):
    """What a piece of text is; its value is how rich paints it. Words carry the meaning, colour only repeats it."""

    PLAIN = ""
    HEADING = "bold"
    GOOD = "green"
    ATTENTION = "bold yellow"
    BAD = "bold red"
    QUIET = "dim"
    COMMAND = "cyan"
    LABEL = "bold magenta"


@dataclass(frozen=True, slots=True)
class Piece:
    """Some text of one tone."""

    text: str
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a page, which may be wrapped into several of the screen.

    Attributes:
        indent: spaces before it.
        hanging: further spaces before the second and later parts of a wrapped line.
        wraps: False for what is to be copied or keeps its own columns, such as commands and diffs.
    """

    pieces: tuple[Piece, ...] = ()
    indent: int = 0
    hanging: int = 0
    wraps: bool = True

    @property
    def text(self) -> str:
        """The line without tones."""
        return "".join(piece.text for piece in self.pieces)


BLANK = Line()


def line(text: str, tone: Tone = Tone.PLAIN, *, indent: int = 0, hanging: int = 0, wraps: bool = True) -> Line:
    """A line of one tone."""
    return Line((Piece(text, tone),), indent, hanging, wraps)


def bullet(text: str, *, indent: int = 0) -> Line:
    """A line of a list."""
    return line(f"• {text}", indent=indent, hanging=2)


def columns(rows: Sequence[Sequence[Piece]], *, indent: int = 0, gap: int = 2) -> list[Line]:
    """Rows of a table as lines, each column as wide as its widest piece."""
    count = max((len(row) for row in rows), default=0)
    widths = [max((len(row[at].text) for row in rows if at < len(row)), default=0) for at in range(count)]
    # What does not fit goes on below its own column, where there is room for it.
    before_last = sum(width + gap for width in widths[:-1])
    hanging = before_last if before_last <= _WIDEST // 3 else 2
    lines = []
    for row in rows:
        pieces: list[Piece] = []
        for at, piece in enumerate(row):
            last = at == len(row) - 1
            pieces.append(piece if last else Piece(piece.text.ljust(widths[at] + gap), piece.tone))
        lines.append(Line(tuple(pieces), indent, hanging))
    return lines


class Busy(Protocol):
    """Changes what is shown while something goes on: the words, and what has come of it so far."""

    def __call__(self, words: str, *below: Line) -> None:
        """Show the words, and these lines below them, each cut to the screen's width."""


class Screen:
    """Writes lines to a stream. It never raises because of the stream: anyone who closes a pipe must not stop the work.

    Args:
        terminal: paint, and wrap to the terminal's width.
        label: stands before every line that is not empty.
    """

    def __init__(self, stream: TextIO, *, terminal: bool, label: str = "") -> None:
        self.stream = stream
        self.terminal = terminal
        self.label = label
        self._console: Console | None = None

    @property
    def width(self) -> int | None:
        """Columns for a line; None where lines need no wrapping."""
        if not self.terminal:
            return None
        import shutil  # a page that goes into a file asks for no width

        return max(20, min(_WIDEST, shutil.get_terminal_size().columns) - (len(self.label) + 1 if self.label else 0))

    @property
    def console(self) -> Console:
        """The painted terminal."""
        if self._console is None:
            from rich.console import Console

            self._console = Console(file=self.stream, highlight=False, soft_wrap=True)
        return self._console

    def write(self, *lines: Line) -> None:
        """Write the lines."""
        for one in lines:
            for part in wrapped(one, self.width):
                self._write(part)

    def labelled(self, pieces: Sequence[Piece]) -> tuple[Piece, ...]:
        """The pieces of a line behind the label."""
        empty = not any(piece.text.strip() for piece in pieces)
        return tuple(pieces) if empty or not self.label else (Piece(f"{self.label} ", Tone.LABEL), *pieces)

    @contextmanager
    def busy(self, sentence: str) -> Iterator[Busy]:
        """Show that something is going on, on a terminal, while the block runs; what is yielded changes the words."""
        if not self.terminal:
            yield lambda words, *below: None
            return
        with self.console.status(painted([Piece(shown(sentence))])) as status:
            width = (self.width or _WIDEST) - 2  # behind what moves

            def show(words: str, *below: Line) -> None:
                texts = [shown(words), *(shown(one.text) for one in below)]
                status.update(painted([Piece("\n".join(text[:width] for text in texts))]))

            yield show

    def _write(self, pieces: Sequence[Piece]) -> None:
        try:
            if self.terminal:
                self.console.print(painted(self.labelled(pieces)))
            else:
                self.stream.write("".join(piece.text for piece in self.labelled(pieces)).rstrip() + "\n")
                self.stream.flush()
        except OSError as error:
            lose(self.stream, error)


def painted(pieces: Iterable[Piece]) -> Text:
    """Pieces as rich paints them; nothing in their text is taken for markup."""
    from rich.text import Text

    return Text.assemble(*((piece.text, piece.tone.value) for piece in pieces))


_lost: list[OSError] = []


def put(stream: TextIO, text: str) -> None:
    """Write a text as it is; see `lose`."""
    try:
        stream.write(text)
        stream.flush()
    except OSError as error:
        lose(stream, error)


def lose(stream: TextIO, error: OSError) -> None:
    """Remember that something could not be written, unless nobody reads any more; the stream leads into nothing then.

    The work goes on, and its last flush does not fail either; `lost_output` tells at the end.
    """
    if not isinstance(error, BrokenPipeError) and not (sys.platform == "win32" and error.errno == errno.EINVAL):
        _lost.append(error)
    try:
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, stream.fileno())
        os.close(nothing)
    except (OSError, ValueError):
        return


def lost_output() -> OSError | None:
    """Why something that was said could not be written; None where all was, or nobody read it. Asking forgets it."""
    first = _lost[0] if _lost else None
    _lost.clear()
    return first


def is_terminal(stream: TextIO) -> bool:
    """True where colour and movement are understood."""
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def wrapped(one: Line, width: int | None) -> Iterator[tuple[Piece, ...]]:
    """The parts of a line that fit a screen of `width` columns, each with its indent."""
    pieces = [Piece(shown(piece.text), piece.tone) for piece in one.pieces]
    start = Piece(" " * one.indent)
    length = one.indent + sum(len(piece.text) for piece in pieces)
    if width is None or not one.wraps or length <= width:
        yield (start, *pieces) if one.indent else tuple(pieces)
        return
    current, filled = [start], one.indent
    words = [Piece(word, piece.tone) for piece in pieces for word in re.findall(r" +|[^ ]+", piece.text)]
    for at, word in enumerate(words):
        is_space = word.text.isspace()
        # Words of different tones that touch each other stay together.
        together = len(word.text)
        for follower in words[at + 1 :]:
            if is_space or follower.text.isspace():
                break
            together += len(follower.text)
        begins = all(piece.text.isspace() for piece in current)
        touches = at > 0 and not words[at - 1].text.isspace()
        if not is_space and not begins and not touches and filled + together > width:
            yield _trimmed(current)
            filled = one.indent + one.hanging
            current = [Piece(" " * filled)]
            begins = True
        if is_space and begins and len(current) == 1 and filled != one.indent:
            continue
        current.append(word)
        filled += len(word.text)
    yield _trimmed(current)


def _trimmed(pieces: list[Piece]) -> tuple[Piece, ...]:
    while pieces and pieces[-1].text.isspace():
        pieces = pieces[:-1]
    return tuple(pieces)
