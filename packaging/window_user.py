"""Somebody who uses the window by what is named in it: for pictures of it, and to measure it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QWidget

from keyturn.desktop.assistant import AssistantPages
from keyturn.desktop.font_sizes import enlarge_small_font
from keyturn.desktop.look import LIGHT, wear
from keyturn.desktop.main_window import MainWindow


class WindowUser:
    """Presses, types and waits. What has no name cannot be found."""

    def __init__(self, application: QApplication, window: MainWindow) -> None:
        self.application, self.window = application, window

    def settle(self) -> None:
        """Wait until nothing is at work and everything is drawn."""
        self.wait_for(lambda: self.window.runner.is_idle)

    def wait_for(self, condition: Callable[[], bool]) -> None:
        """Let the window work until `condition` holds."""
        while not condition():
            self.application.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
        self.draw()

    def draw(self) -> None:
        """Let what has just changed be laid out and drawn."""
        for _turn in range(3):
            self.application.processEvents()

    def leave(self) -> None:
        """Close the window, and free it here: left to Python, it could be freed by a worker that looks for garbage."""
        self.window.close()
        self.window.deleteLater()
        QCoreApplication.sendPostedEvents(self.window, QEvent.Type.DeferredDelete.value)

    def find(self, name: str) -> QWidget:
        """The one visible control of this name.

        Raises:
            LookupError: where there is none, or several.
        """
        seen = (one for one in self.window.findChildren(QWidget) if one.isVisible() and not isinstance(one, QLabel))
        found = [one for one in seen if _name(one).replace("&", "") == name]
        if len(found) != 1:
            raise LookupError(f"{len(found)} controls are named {name!r}")
        return found[0]

    def press(self, name: str, *, wait: bool = True) -> None:
        """Press a button, and wait for what comes of it.

        Raises:
            LookupError: where it cannot be pressed.
        """
        button = self.find(name)
        if not isinstance(button, QAbstractButton) or not button.isEnabled():
            raise LookupError(f"{name!r} cannot be pressed: {button.accessibleDescription()}")
        button.click()
        if wait:
            self.settle()

    def say_yes_to_all_unseen(self) -> None:
        """Tick, before the old key goes off, each place that was not seen backing up."""
        boxes = [one for one in self.window.findChildren(QAbstractButton) if one.isVisible()]
        for box in boxes:
            if _name(box).endswith(": turn the old key off all the same") and not box.isChecked():
                self.press(_name(box))

    def type_into(self, name: str, text: str) -> None:
        """Type into a field."""
        field = self.find(name)
        if not isinstance(field, QLineEdit):
            raise LookupError(f"{name!r} is no field")
        field.setText(text)
        self.settle()

    @property
    def assistant(self) -> AssistantPages:
        """The assistant, which is in front.

        Raises:
            LookupError: where it is not.
        """
        shown = self.window.pages.currentWidget()
        if not isinstance(shown, AssistantPages):
            raise LookupError("the assistant is not in front")
        return shown


def wear_light(application: QApplication) -> None:
    """The same look on every computer, whatever its system prefers."""
    application.setStyle("fusion")
    enlarge_small_font(application)
    wear(application, LIGHT)


def _name(widget: QWidget) -> str:
    interface = QAccessible.queryAccessibleInterface(widget)
    return "" if interface is None else interface.text(QAccessible.Text.Name)
