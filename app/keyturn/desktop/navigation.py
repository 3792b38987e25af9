"""Where the main window and the assistant meet: the one is handed the other, and knows nothing more of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from keyturn.desktop.runner import Runner

if TYPE_CHECKING:
    from keyturn.model.keys import AccessKeyId


@dataclass(frozen=True, slots=True)
class NewRotation:
    """A rotation of this key is to be chosen and begun.

    Attributes:
        leave_out: files that could not be read, and that the person looks after.
    """

    key: AccessKeyId
    leave_out: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class RunningRotation:
    """This rotation is to be carried on from where it stands."""

    name: str


@dataclass(frozen=True, slots=True)
class PutBack:
    """It is to be asked whether everything that this rotation did is put back."""

    name: str


Errand: TypeAlias = NewRotation | RunningRotation | PutBack


class Assistant(QWidget):
    """The pages that lead through one rotation. They fill the whole window.

    Attributes:
        left: the person goes back to the main window; the rotation stays where it is, and the main window looks again.
    """

    left = Signal()

    def __init__(self, runner: Runner, errand: Errand, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.runner = runner
        self.errand = errand

    def take_settings(self) -> None:
        """The settings are others now; what is only planned is planned with them."""

    def stop_waiting(self) -> bool:
        """Stop what only waits for something that the person does elsewhere; False where nothing does."""
        return False


OpenAssistant: TypeAlias = Callable[[Runner, Errand], Assistant]
