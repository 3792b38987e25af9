"""What the person is asked about files that could not be read: put each right, or leave it out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from keyturn.desktop.pages.assistant_page import Actor
from keyturn.desktop.pages.fields import Tick
from keyturn.desktop.pages.row_list import RowList
from keyturn.desktop.rotation_view import UnreadFile
from keyturn.desktop.unlock_card import UnlockCard
from keyturn.desktop.unlocking import is_locked
from keyturn.desktop.widgets import Card, Quiet, Strong
from keyturn.model.text import _
from keyturn.rotation.planning.plan import Options


class UnreadFiles(RowList):
    """A card for each file, with a box that leaves it out.

    Args:
        options: the choices so far; what is left out already is marked.
    """

    def __init__(self, files: Sequence[UnreadFile], options: Options, act: Actor) -> None:
        self._options = options
        self._act = act
        super().__init__([partial(self._card, one) for one in files])

    def _card(self, file: UnreadFile) -> QWidget:
        card = Card()
        card.column.addWidget(Strong(file.shown))
        card.column.addWidget(Quiet(f"{file.programs}. {file.why}"))
        if is_locked(file.code):
            unlock = UnlockCard(self._act.runner)
            unlock.opened.connect(self._act.make_plan)
            card.column.addWidget(unlock)
        box = Tick(_("Leave it out: I look there before the old key is turned off"))
        box.setAccessibleName(_("{path}: leave it out").format(path=file.shown))
        box.setChecked(file.path in self._options.leave_out)
        box.toggled.connect(partial(self._leave_out, file.path))
        card.column.addWidget(box, 0, Qt.AlignmentFlag.AlignLeft)
        return card

    def _leave_out(self, path: Path, on: bool) -> None:
        others = tuple(one for one in self._options.leave_out if one != path)
        self._options = replace(self._options, leave_out=(*others, path) if on else others)
        self._act.choose(self._options)


def all_left_out(files: Sequence[UnreadFile], options: Options) -> bool:
    """Return whether these choices leave out every file."""
    return all(one.path in options.leave_out for one in files)
