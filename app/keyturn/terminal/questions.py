"""Asking the person before something is changed."""

from __future__ import annotations

import select
import sys
from typing import TextIO

from keyturn.model.errors import UsageError
from keyturn.model.text import _
from keyturn.terminal.interruption import look_for_lost_interruptions
from keyturn.terminal.output import Output
from keyturn.terminal.screen import Line, Piece, Tone

_SHORT = 0.2  # seconds


def is_interactive() -> bool:
    """True where a person can answer."""
    return sys.stdin is not None and sys.stdin.isatty()


def require_a_person() -> None:
    """Make sure that a question can be answered.

    Raises:
        UsageError: where standard input is no terminal.
    """
    if not is_interactive():
        raise UsageError(
            _("Nobody is here to say yes"),
            _(
                "This command changes something, so it asks first, and its input is not a terminal. Nothing was "
                "changed. Look at what it would do, then add --yes."
            ),
            code="usage.not-confirmed",
        )


def agrees(output: Output, question: str) -> bool:
    """Ask a question that is answered with yes or no; anything but a clear yes is a no."""
    screen = output.page
    screen.write(Line((Piece(question, Tone.HEADING), Piece(f" [{_('y')}/{_('N')}]"))))
    return _answer(screen.stream).lower() in {"y", "yes", _("y"), _("yes")}


def goes_on(output: Output, sentence: str) -> bool:
    """Wait for Enter; False where the person answers with `q`."""
    output.page.write(Line((Piece(sentence, Tone.QUIET),)))
    return _answer(output.page.stream).lower() not in {"q", "quit"}


def _answer(stream: TextIO) -> str:
    stream.write("> ")
    stream.flush()
    _await_line()
    # A closed input gives an empty line, which is no yes.
    return sys.stdin.readline().strip()


def _await_line() -> None:
    """Wait until something was typed, in short waits, so that no Ctrl-C goes unheard."""
    if sys.platform != "win32":  # there, only sockets can be waited for in this way
        while not select.select([sys.stdin], [], [], _SHORT)[0]:
            look_for_lost_interruptions()
