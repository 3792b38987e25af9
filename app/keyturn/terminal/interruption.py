"""Ctrl-C: the first time it asks to stop at the next safe point, the second time it stops at once."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import NoReturn

from keyturn.model.text import _
from keyturn.rotation.surroundings import CancelToken
from keyturn.terminal.exits import Exit
from keyturn.terminal.progress import Progress

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_SHOW_CURSOR = b"\x1b[?25h"  # a list that moves hides it


@contextmanager
def heard(progress: Progress, before_exit: Callable[[], None] | None = None) -> Iterator[CancelToken]:
    """Lead the person's wish to stop into the work, as long as the block runs.

    Args:
        before_exit: what has to be done even where the program stops at once.
    """
    token = CancelToken()

    def asked(number: int, frame: FrameType | None) -> None:
        if token.asked:
            _stop_at_once(before_exit)
        token.ask()
        progress.stopping()

    # Only the main thread hears signals; and whoever started us deaf to one meant it.
    here = threading.current_thread() is threading.main_thread()
    wanted = [one for one in _SIGNALS if here and signal.getsignal(one) is not signal.SIG_IGN]
    before = {one: signal.signal(one, asked) for one in wanted}
    try:
        yield token
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def _stop_at_once(before_exit: Callable[[], None] | None) -> NoReturn:
    if before_exit is not None:
        before_exit()
    text = _("Stopped in the middle of a step. `keyturn continue` carries on, `keyturn undo` puts everything back.")
    with suppress(OSError):
        if os.isatty(2):
            os.write(2, _SHOW_CURSOR)
        os.write(2, f"\n{text}\n".encode())
    # Unlike an exception, this cannot be caught half-way by the work; the journal knows where it stood.
    os._exit(Exit.STOPPED)
