"""Errors that nobody caught: they become a sentence on the page, never a traceback and never the program's end."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType

Tell = Callable[[BaseException, str], None]


@contextmanager
def mistakes_told(tell: Tell, doing: str) -> Iterator[None]:
    """Hand errors that nobody caught, of any thread, to `tell` as long as the block runs.

    An error in a slot reaches `sys.excepthook` on the window's thread, and the program goes on (facts/anchors.md
    3.2). No dialog may be opened here.
    """
    earlier, earlier_of_threads = sys.excepthook, threading.excepthook

    def of_main(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
        if isinstance(error, Exception):
            tell(error, doing)
        else:
            earlier(kind, error, traceback)

    def of_thread(arguments: threading.ExceptHookArgs) -> None:
        if isinstance(arguments.exc_value, Exception):
            tell(arguments.exc_value, doing)
        else:
            earlier_of_threads(arguments)

    sys.excepthook, threading.excepthook = of_main, of_thread
    try:
        yield
    finally:
        sys.excepthook, threading.excepthook = earlier, earlier_of_threads
