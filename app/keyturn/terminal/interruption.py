"""Ctrl-C: where something is being changed, the first one asks to stop at the next safe point, the second one stops.

Anywhere else it is Python's `KeyboardInterrupt`. Python drops that exception where it is raised inside a finalizer, and
connections to AWS have finalizers; so the wish is also written down, and looked at where the program waits.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

from keyturn.model.text import _
from keyturn.rotation.cancelling import CancelToken
from keyturn.terminal.exits import Exit

if TYPE_CHECKING:
    from keyturn.terminal.progress import Progress

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_wish = threading.Event()
_SHOW_CURSOR = b"\x1b[?25h"  # a list that moves hides it


@contextmanager
def interruptible(*signals: signal.Signals) -> Iterator[None]:
    """Raise `KeyboardInterrupt` at these signals, as long as the block runs, and remember that they came."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        _wish.set()
        raise KeyboardInterrupt

    earlier = sys.unraisablehook

    def tell(dropped: sys.UnraisableHookArgs) -> None:
        # It was written down, and a traceback would tell nobody anything.
        if dropped.exc_type is not KeyboardInterrupt:
            earlier(dropped)

    sys.unraisablehook = tell
    try:
        with _handled(interrupt, signals):
            yield
    finally:
        sys.unraisablehook = earlier


def look_for_lost_interruptions() -> None:
    """Raise `KeyboardInterrupt` where one came since and was dropped."""
    if _wish.is_set():
        raise KeyboardInterrupt


@contextmanager
def _handled(handler: Callable[[int, FrameType | None], None], signals: Iterable[signal.Signals]) -> Iterator[None]:
    # Only the main thread hears signals; and the one who started us deaf to one meant it.
    here = threading.current_thread() is threading.main_thread()
    wanted = [one for one in signals if here and signal.getsignal(one) is not signal.SIG_IGN]
    before = {one: signal.signal(one, handler) for one in wanted}
    try:
        yield
    finally:
        for one, earlier in before.items():
            signal.signal(one, earlier)


def forget_interruptions() -> None:
    """A new command begins."""
    _wish.clear()


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

    look_for_lost_interruptions()
    with _handled(asked, _SIGNALS):
        yield token


@contextmanager
def ending_early(token: CancelToken, at_work: Callable[[], bool]) -> Iterator[None]:
    """Let Ctrl-C end the work early, as long as the block runs: what was found until then is still wanted.

    Args:
        at_work: says whether the work goes on that looks at the token; else, and at a second Ctrl-C, all is stopped.
    """

    def asked(number: int, frame: FrameType | None) -> None:
        if token.asked or not at_work():
            _wish.set()
            raise KeyboardInterrupt
        token.ask()

    look_for_lost_interruptions()
    with _handled(asked, (signal.SIGINT,)):
        yield


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
