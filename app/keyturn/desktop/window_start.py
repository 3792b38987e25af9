"""The window from its opening to its closing."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

from keyturn.computer.clock import Clock, SystemClock
from keyturn.computer.folders import state_folder
from keyturn.desktop.application import make_application

if TYPE_CHECKING:
    from keyturn.desktop.main_window import MainWindow
    from keyturn.rotation.location import Location


def run(location: Location, clock: Clock) -> int:
    """Open the window on one computer, and return the exit code once it is closed.

    Where one is open on the same computer and memory, that one comes to the front, and this returns at once.

    Raises:
        NoWindowError: where no window can be opened here.
        StoreError: where Keyturn's folder cannot be written.
    """
    # Nothing that is made until the window is seen is garbage, and to look for it takes a tenth of that time.
    gc.disable()
    application = make_application()
    # After that: where Qt is missing, these cannot be imported.
    from keyturn.desktop.first_frame import after_first_frame
    from keyturn.desktop.single_instance import SingleInstance
    from keyturn.desktop.windows import Windows, open_assistant, prepare

    place = SingleInstance(state_folder(location.state_dir), "window", location.options)
    if not place.take():
        return 0
    prepare(application)
    windows = Windows(clock, open_assistant)
    place.called.connect(windows.come_to_the_front)

    def open_first() -> MainWindow:
        window = windows.open(location)
        after_first_frame(window, begin)
        return window

    def begin() -> None:
        gc.enable()
        place.listen()

    try:
        return windows.run(open_first)
    finally:
        place.leave()


def rehearse() -> int:
    """Open the window on a simulated account and a sample computer, and return the exit code once it is closed.

    Raises:
        NoWindowError: where no window can be opened here.
        AppError: `practice.missing`, where the practice account's libraries are not installed.
    """
    application = make_application()
    from keyturn.desktop.windows import Windows, open_assistant, prepare

    prepare(application)
    windows = Windows(SystemClock(), open_assistant)
    return windows.run(windows.rehearse)
