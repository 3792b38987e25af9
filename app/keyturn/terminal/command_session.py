"""One command that was typed, and what it works with."""

from __future__ import annotations

from collections.abc import Callable

from keyturn.computer.clock import Clock
from keyturn.model.search_scope import SearchScope
from keyturn.rotation.signers.who import THE_KEY
from keyturn.rotation.workplace import Workplace
from keyturn.terminal.arguments import Arguments
from keyturn.terminal.commands import command_named


class Session(Workplace):
    """The workplace of one command.

    Attributes:
        command: what was typed; it is one of those that are carried out here, not by the window.
        began: the command has begun to change something.
        hints: the options that commands to type next need in order to reach the same computer and account.
        before_exit: what has to be done even where the program stops at once.
    """

    def __init__(self, arguments: Arguments, clock: Clock) -> None:
        self.command = command_named(arguments.command or "")
        super().__init__(arguments.location, clock, offline=not self.command.asks_aws(arguments))
        self.arguments = arguments
        self.search_scope = SearchScope(arguments.search_scope)
        self.began = False
        asked = ("--rclone-password",) if arguments.rclone_password else ()
        self.who = arguments.who
        signer = () if arguments.who == THE_KEY else ("--as", str(arguments.who))
        self.hints: tuple[str, ...] = (*arguments.location.options, *asked, *signer)
        self.before_exit: Callable[[], None] | None = None

    def ask_code(self, device: str) -> str:
        """Ask at the terminal, or take the next line of standard input."""
        from keyturn.terminal.questions import code_of_device

        return code_of_device(device)
