"""The parser of the command line, made of what each command says about itself."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Collection
from typing import NoReturn

from keyturn import __version__
from keyturn.model.errors import UsageError
from keyturn.model.text import _
from keyturn.terminal import shared_options
from keyturn.terminal.command import Command
from keyturn.terminal.commands import NAMES, command_named


class _Parser(argparse.ArgumentParser):
    def _print_message(self, message: str, file: object = None) -> None:
        # argparse passes over what could not be written.
        from keyturn.terminal.screen import put

        put(sys.stderr if file is None else sys.stdout, message)

    def error(self, message: str) -> NoReturn:
        raise UsageError(
            _("The command was not understood: {reason}").format(reason=message),
            _("Nothing was changed. `{program} -h` explains.").format(program=self.prog),
            code="usage.arguments",
        )


class _Formatter(argparse.RawDescriptionHelpFormatter):
    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=22, width=80)


def parser(words: Collection[str] | None = None) -> argparse.ArgumentParser:
    """The parser of everything that can be typed; the man page and the completions are made from it.

    Args:
        words: those that were typed; only commands among them are known then. None: all are.
    """
    whole = _Parser(
        prog="keyturn",
        usage=_("keyturn [COMMAND] [options]"),
        description=_overview(),
        epilog=_afterword(),
        allow_abbrev=False,
        argument_default=argparse.SUPPRESS,
        formatter_class=_Formatter,
    )
    whole.add_argument("--version", action="version", version=f"keyturn {__version__}", help=_("say the version"))
    commands = whole.add_subparsers(
        title=_("commands"), dest="command", metavar="COMMAND", parser_class=_Parser, prog="keyturn"
    )
    shared_options.everywhere(whole)
    for name in NAMES:
        if words is None or name in words:
            _add(commands, command_named(name))
    return whole


def _add(commands: argparse._SubParsersAction[_Parser], command: Command) -> None:
    text = command.help()
    examples = "\n".join(f"  {example}" for example in text.examples)
    one = commands.add_parser(
        command.name,
        usage=_("{command} [options]").format(command=f"keyturn {command.name} {text.operand}".rstrip()),
        help=text.summary,
        description=text.teaches,
        epilog=_("examples:\n{examples}\n\nexit codes:\n  {exits}").format(examples=examples, exits=text.exits),
        allow_abbrev=False,
        # An option that was not typed after the command must not overwrite one that was typed before it.
        argument_default=argparse.SUPPRESS,
        formatter_class=_Formatter,
    )
    command.options(one)
    shared_options.everywhere(one)


def _overview() -> str:
    return _(
        "Keyturn replaces old AWS access keys in backup programs. It finds the key, makes a\n"
        "new one that can do less, puts it everywhere the old one was, proves that every\n"
        "backup still reaches its bucket, and only then turns the old key off and, days\n"
        "later, deletes it. Until it is deleted, one command puts everything back."
    )


def _afterword() -> str:
    return _(
        "begin here:\n"
        "  keyturn                  open the window\n"
        "  keyturn practice         rehearse on a simulated account; nothing real is touched\n"
        "  keyturn scan             what is on this computer; changes nothing\n"
        "  keyturn COMMAND -h       what a command does, and what it leaves alone\n"
        "\n"
        "exit codes:\n"
        "  0  done\n"
        "  1  it failed, and what was changed was put back\n"
        "  2  the command was not understood, or nobody was there to say yes\n"
        "  3  waiting: for a person, for time, or for something to be put right first\n"
        "  4  stopped: somebody has to look at it\n"
        "  5  another Keyturn is working"
    )
