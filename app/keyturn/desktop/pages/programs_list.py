"""The places that hold a key: each by itself while they are few, else those of one program together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtWidgets import QWidget

from keyturn.desktop.font_sizes import em
from keyturn.desktop.look import ColorTone
from keyturn.desktop.pages.parts import Fold, StateRow
from keyturn.desktop.pages.row_list import RowList, program_row
from keyturn.desktop.rotation_view import Program
from keyturn.model.text import _, plural

State = tuple[str, ColorTone, str]  # as `StateRow.show_state` has it

_EACH = 8  # places that a page shows by themselves; as many as the map draws
_NAMED = 3  # of the places of one program, while they are folded
_WORST_FIRST = (ColorTone.BAD, ColorTone.ATTENTION, ColorTone.ACCENT, ColorTone.NEUTRAL, ColorTone.GOOD)


def together(programs: Sequence[Program]) -> list[tuple[Program, ...]]:
    """Those that share a row: each by itself while they are few, else all of one program."""
    if len(programs) <= _EACH:
        return [(one,) for one in programs]
    by_name: dict[str, list[Program]] = {}
    for one in programs:
        by_name.setdefault(one.name, []).append(one)
    return [tuple(own) for own in by_name.values()]


def names_of(own: Sequence[Program]) -> str:
    """Where they are, the first few of them."""
    first = ", ".join(one.where for one in own[:_NAMED])
    return first if len(own) <= _NAMED else _("{first} and more").format(first=first)


def folded(own: Sequence[Program], make: Callable[[], QWidget]) -> Fold:
    """All of them, made once they are unfolded."""
    title = _("All {count} places of {program}").format(count=f"{len(own):,}", program=own[0].name)
    return Fold(title, make)


def place_rows(programs: Sequence[Program], state_of: Callable[[Program], State]) -> list[Callable[[], QWidget]]:
    """Make the rows for these places, for a `RowList`."""

    def each(one: Program) -> Callable[[], QWidget]:
        return partial(program_row, one, *state_of(one))

    def all_of(own: tuple[Program, ...]) -> StateRow:
        row = StateRow(own[0].name, names_of(own))
        row.show_state(*_shared(own, state_of))
        row.column.setSpacing(em(row, 0.2))
        row.column.addWidget(folded(own, lambda: RowList([each(one) for one in own])))
        return row

    return [each(own[0]) if len(own) == 1 else partial(all_of, own) for own in together(programs)]


def file_of(one: Program) -> State:
    """In which file it is."""
    return one.path, ColorTone.NEUTRAL, "program"


def programs_list(programs: Sequence[Program], state_of: Callable[[Program], State] = file_of) -> RowList:
    """Rows for these places; of one program, those that are many are folded under one row."""
    return RowList(place_rows(programs, state_of))


def _shared(own: Sequence[Program], state_of: Callable[[Program], State]) -> State:
    """How many they are, and what is to be said of them: the same of all, or the worst and of how many."""
    states = Counter(map(state_of, own))
    count = plural("{count} place", "{count} places", len(own)).format(count=f"{len(own):,}")
    (text, tone, shape), worst = min(states.items(), key=lambda one: _WORST_FIRST.index(one[0][1]))
    if len(states) == 1:
        return _("{places}: {state}").format(places=count, state=text), tone, shape
    if len({(tone, shape) for _text, tone, shape in states}) == 1:
        return count, tone, shape
    return _("{count} of {places}: {state}").format(count=f"{worst:,}", places=count, state=text), tone, shape
