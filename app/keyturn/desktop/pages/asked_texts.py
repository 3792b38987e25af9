"""Files that no program's module knows: the person says of each whether the new key goes into it as text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from keyturn.desktop.pages.fields import Tick
from keyturn.desktop.pages.parts import FixedText
from keyturn.desktop.pages.row_list import RowList
from keyturn.desktop.plan_view import TextFile
from keyturn.desktop.widgets import Card, Quiet, Strong
from keyturn.model.text import _
from keyturn.rotation.planning.plan import Options


class TextFileCards(RowList):
    """A card for each file with what would change in it, and a box of which none is ticked by itself.

    Args:
        options: the choices so far.
        changed: is told the choices with each tick.
    """

    def __init__(self, files: Sequence[TextFile], options: Options, changed: Callable[[Options], None]) -> None:
        self._options = options
        self._changed = changed
        super().__init__([partial(self._card, one) for one in files])

    def _card(self, file: TextFile) -> QWidget:
        card = Card()
        card.column.addWidget(Strong(file.shown))
        name = _("Change in {path}, with secrets hidden").format(path=file.shown)
        card.column.addWidget(FixedText(file.diff, name, as_diff=True))
        box = Tick(_("Put the new key into this file as text"))
        box.setAccessibleName(_("{path}: put the new key into it as text").format(path=file.shown))
        box.setChecked(file.path in self._options.edit_text)
        box.toggled.connect(partial(self._edit, file.path))
        card.column.addWidget(box, 0, Qt.AlignmentFlag.AlignLeft)
        card.column.addWidget(
            Quiet(_("It is changed, not proved: before the old key goes off, you see that what reads it works."))
        )
        return card

    def _edit(self, path: Path, on: bool) -> None:
        others = tuple(one for one in self._options.edit_text if one != path)
        self._options = replace(self._options, edit_text=(*others, path) if on else others)
        self._changed(self._options)
