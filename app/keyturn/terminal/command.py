"""What a command is: its help, its options, what carries it out, and what has to be known of it before it begins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from keyturn.terminal.arguments import Arguments
    from keyturn.terminal.command_session import Session
    from keyturn.terminal.exits import Exit
    from keyturn.terminal.output import Output


class JsonAnswer(Enum):
    """What `--json` prints."""

    DOCUMENT = auto()  # one document, at the end
    LINES = auto()  # a line for each thing that happens


@dataclass(frozen=True, slots=True)
class HelpText:
    """The help of one command.

    Attributes:
        summary: one line, for the list of commands.
        teaches: what it does, and what it changes and what not.
        examples: commands to type.
        exits: the exit codes that matter here.
        operand: what follows the command's name.
    """

    summary: str
    teaches: str
    examples: tuple[str, ...]
    exits: str
    operand: str = ""


def always(_arguments: Arguments) -> bool:
    """Whatever is typed behind the command."""
    return True


def never(_arguments: Arguments) -> bool:
    """The opposite."""
    return False


@dataclass(frozen=True, slots=True)
class Command:
    """One command. Its module imports little, because the parser and the help are waited for.

    Attributes:
        help: its texts, in the language that was chosen by then.
        options: adds its options to a parser.
        run: carries it out; None where that is the window's.
        asks_aws: False where, typed so, Keyturn's memory and this computer are all that is looked at.
        has_news: True where, typed so, somebody may have to be told of what it did.
        uses_memory: False for what works without Keyturn's memory, but for the names of keys.
        says_what_was_interrupted: False where it says so by itself, ends it, or looks at nothing real.
    """

    name: str
    help: Callable[[], HelpText]
    options: Callable[[ArgumentParser], None]
    run: Callable[[Session, Output], Exit] | None
    answer: JsonAnswer
    asks_aws: Callable[[Arguments], bool] = always
    has_news: Callable[[Arguments], bool] = never
    uses_memory: bool = True
    says_what_was_interrupted: bool = True


def no_options(_parser: ArgumentParser) -> None:
    """For commands that have none of their own."""
