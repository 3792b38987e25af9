"""The places that hold a key: each by itself while they are few, else those of one program together."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtWidgets import QWidget

from keyturn.desktop.font_sizes import em
from keyturn.desktop.look import ColorTone
from keyturn.desktop.pages.parts import Fold, StateRow
from keyturn.desktop.pages.row_list import RowList, program_row
from keyturn.desktop.rotation_view import Program
from keyturn.model.text import _, plural

_EACH = 8  # places that a page shows by themselves; as many as the map draws
_NAMED = 3  # of the places of one program, while they are folded


def programs_list(programs: Sequence[Program]) -> QWidget:
    """Rows for these places; of one program, those that are many are folded under one row."""
    if len(programs) <= _EACH:
        return RowList([partial(_row, one) for one in programs])
    by_name: dict[str, list[Program]] = {}
    for one in programs:
        by_name.setdefault(one.name, []).append(one)
    return RowList([partial(_row, own[0]) if len(own) == 1 else partial(_Together, own) for own in by_name.values()])


def _row(one: Program) -> StateRow:
    return program_row(one, one.path, ColorTone.NEUTRAL, "program")


class _Together(StateRow):
    """The places of one program: how many, the first of them by name, and all of them once unfolded."""

    def __init__(self, own: Sequence[Program]) -> None:
        first = ", ".join(one.where for one in own[:_NAMED])
        where = first if len(own) <= _NAMED else _("{first} and more").format(first=first)
        super().__init__(own[0].name, where)
        count = plural("{count} place", "{count} places", len(own)).format(count=f"{len(own):,}")
        self.show_state(count, ColorTone.NEUTRAL, "program")
        self.column.setSpacing(em(self, 0.2))
        title = _("All {count} places of {program}").format(count=f"{len(own):,}", program=own[0].name)
        self.column.addWidget(Fold(title, lambda: RowList([partial(_row, one) for one in own])))
