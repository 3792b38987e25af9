"""Commands as they stand in files of any grammar, with the place of every letter that is written as it reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import NamedTuple

from keyturn.edits.shell_words import Quoting
from keyturn.edits.spans import Span


class LetterRun(NamedTuple):
    """Letters of an argument that stand in the file one after the other, as they read.

    Attributes:
        at: the offset of the first in the argument.
        start: its offset in the file.
        size: how many there are.
        quoting: how they are quoted there.
    """

    at: int
    start: int
    size: int
    quoting: Quoting


class VariableNotation(StrEnum):
    """How a language writes the value of a variable into a word."""

    SHELL = "shell"  # $NAME, ${NAME}
    BATCH = "batch"  # %NAME%, !NAME!, %%n in a loop
    POWERSHELL = "powershell"  # $env:NAME, ${env:NAME}


@dataclass(frozen=True, slots=True)
class Argument:
    """One word of a command.

    Attributes:
        text: as the program gets it, without what is computed when the command runs. It may hold a secret and is not
            part of the repr.
        written: as it stands in the file, quotes and all.
        known: the program gets exactly `text`.
        runs: where its letters stand, in order; some may be missing.
        line: counted from 1.
        notation: of the variables in it.
    """

    text: bytes = field(repr=False)
    written: bytes = field(repr=False)
    known: bool
    runs: tuple[LetterRun, ...]
    line: int
    notation: VariableNotation = VariableNotation.SHELL

    def spot(self, first: int, last: int) -> tuple[Span, Quoting] | None:
        """Return where the letters from `first` to before `last` stand; None where they are not in one piece."""
        for run in self.runs:
            if run.at <= first and last <= run.at + run.size:
                start = run.start + first - run.at
                return Span(start, start + last - first), run.quoting
        return None

    @property
    def decoded(self) -> str:
        """The text, with U+FFFD for bytes that are no UTF-8."""
        return self.text.decode(errors="replace")


@dataclass(frozen=True, slots=True)
class ShellCommand:
    """A command: the program, then its arguments. What stands before the program, such as `sudo`, is part of it.

    Attributes:
        given: the variables that it alone is given (`NAME=value PROGRAM`), with their values as far as they are known.
    """

    words: tuple[Argument, ...]
    given: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    @property
    def line(self) -> int:
        """The line on which it begins, counted from 1."""
        return self.words[0].line if self.words else 1

    def of(self, programs: Sequence[str]) -> tuple[str, tuple[Argument, ...]] | None:
        """Return the first of the programs that the command names, with its arguments; None where it names none.

        Args:
            programs: their names, without folders and without `.exe`.
        """
        for number, word in enumerate(self.words):
            name = program_name(word)
            if name in programs:
                return name, self.words[number + 1 :]
        return None

    def options(self, *names: str) -> Iterator[Argument]:
        """Yield what is given to an option, as `--name value` or `--name=value`, in the order of the command."""
        for number, word in enumerate(self.words):
            if not word.known:
                continue
            if word.decoded in names:
                yield from self.words[number + 1 : number + 2]
                continue
            name, equals, _value = word.decoded.partition("=")
            if equals and name in names:
                yield behind(word, len(name.encode()) + 1)


def with_single_marks(command: ShellCommand) -> ShellCommand:
    """Return a command as a shell gets it from Compose or systemd, for which a `$` of the shell's is written `$$`.

    A word that has one has no place any more.
    """
    return replace(
        command,
        words=tuple(
            word if b"$$" not in word.text else replace(word, text=word.text.replace(b"$$", b"$"), known=True, runs=())
            for word in command.words
        ),
    )


def program_name(word: Argument) -> str:
    """Return the name of the program that a word is: without folders, in the case in which it is written."""
    return word.decoded.replace("\\", "/").rpartition("/")[2].removesuffix(".exe")


def behind(word: Argument, first: int) -> Argument:
    """Return the rest of a word from a letter on, as a word of its own."""
    runs = [
        LetterRun(
            max(run.at - first, 0), run.start + max(first - run.at, 0), run.size - max(first - run.at, 0), run.quoting
        )
        for run in word.runs
        if run.at + run.size > first or (run.size == 0 and run.at == first)
    ]
    return Argument(word.text[first:], word.written, word.known, tuple(runs), word.line, word.notation)


def part(word: Argument, first: int, size: int) -> Argument:
    """Return so many letters of a word from one on, as a word of its own."""
    rest = behind(word, first)
    runs = [run._replace(size=min(run.size, size - run.at)) for run in rest.runs if run.at < size]
    return replace(rest, text=rest.text[:size], runs=tuple(runs))
