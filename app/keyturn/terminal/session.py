"""One command that was typed, and what it works with."""

from __future__ import annotations

from collections.abc import Callable

from keyturn.computer.clock import Clock
from keyturn.model.search_scope import SearchScope
from keyturn.rotation.workplace import Workplace
from keyturn.terminal.arguments import Arguments


class Session(Workplace):
    """The workplace of one command.

    Attributes:
        began: the command has begun to change something.
        hints: the options that commands to type next need in order to reach the same computer and account.
        before_exit: what has to be done even where the program stops at once.
    """

    def __init__(self, arguments: Arguments, clock: Clock) -> None:
        super().__init__(arguments.location, clock, offline=not arguments.asks_aws)
        self.arguments = arguments
        self.search_scope = SearchScope(arguments.search_scope)
        self.began = False
        asked = ("--rclone-password",) if arguments.rclone_password else ()
        self.hints: tuple[str, ...] = (*arguments.location.options, *asked)
        self.before_exit: Callable[[], None] | None = None
