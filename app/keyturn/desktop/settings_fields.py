"""The fields of the settings' page: days, and one of several choices."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeVar

from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QSizePolicy, QSpinBox, QWidget

from keyturn.desktop.pages.fields import ChoiceBox, Number, outline
from keyturn.model.text import _

_LONGEST = 36_500  # days, as the settings have it
Choice = TypeVar("Choice", bound=StrEnum)


def limit(page: QWidget) -> QSpinBox:
    """A number of whole days, of which none is “never”."""
    field = Number(page, minimum=0, maximum=_LONGEST, suffix=_(" days"))
    field.setSpecialValueText(_("never"))  # shown for zero
    return field


class Days(QDoubleSpinBox):
    """A number of days, which may be a part of one and usually is not."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, minimum=0, maximum=_LONGEST, decimals=2, suffix=_(" days"))

    def textFromValue(self, value: float) -> str:
        """Writes no more digits than there are."""
        return self.locale().toString(value, "g", 7)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draws the same outline as a `Field` has."""
        super().paintEvent(event)
        outline(self)


def combo(page: QWidget, names: dict[Choice, str]) -> QComboBox:
    """One of several choices, each with what people read."""
    # What Qt hands back is the choice's plain text, so it is made a choice again where it is read.
    made = ChoiceBox(page)
    for choice, name in names.items():
        made.addItem(name, choice)
    # A long choice must not make the whole window wide.
    made.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    made.setMinimumContentsLength(12)
    made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    return made


def choose(field: QComboBox, choice: StrEnum) -> None:
    """Show this choice."""
    field.setCurrentIndex(field.findData(choice))
