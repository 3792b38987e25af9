"""A hard limit for what speaks to somebody else's server: one that answers a byte a minute holds nothing up."""

from __future__ import annotations

import threading
from collections.abc import Callable

THREAD = "messenger"  # the name of the threads in which it is spoken


def within(seconds: float, work: Callable[[], None]) -> None:
    """Run `work`, and raise what it raises.

    What is not done in time goes on in its thread until the server or the program ends, and nobody waits for it: it may
    still take effect.

    Raises:
        TimeoutError: where it did not end in so many seconds.
    """
    raised: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:  # raised again where somebody waits for it
            raised.append(error)

    thread = threading.Thread(target=run, name=THREAD, daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        raise TimeoutError
    if raised:
        raise raised[0]
