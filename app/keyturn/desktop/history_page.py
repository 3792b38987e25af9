"""What was done so far: every rotation with its steps, and the way back for as long as there is one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from keyturn.desktop import dates
from keyturn.desktop.columns import let_go
from keyturn.desktop.font_sizes import em
from keyturn.desktop.icons import Shape
from keyturn.desktop.look import ColorTone
from keyturn.desktop.main_page import Scrolled
from keyturn.desktop.reflowing import ButtonRow
from keyturn.desktop.widgets import Button, Card, Pill, Quiet, Strong, Text
from keyturn.model.text import _, capitalized
from keyturn.rotation import labels
from keyturn.rotation.carrying_out.said import is_deletion_seen, was_seen
from keyturn.rotation.events.entry import Entry
from keyturn.rotation.steps import Result, State, Step
from keyturn.state.journal import Mark

if TYPE_CHECKING:
    from keyturn.rotation.record import Rotation

_TONES = {
    State.DONE: ColorTone.GOOD,
    State.UNDONE: ColorTone.NEUTRAL,
    State.ENDED: ColorTone.NEUTRAL,
    State.WAITING: ColorTone.ACCENT,
    State.STOPPED: ColorTone.BAD,
    State.INTERRUPTED: ColorTone.BAD,
}


class HistoryView(Scrolled):
    """Rotations, those under way first.

    Attributes:
        continued: a rotation is to be carried on; its name.
        undone: everything is to be put back; the rotation's name.
    """

    continued = Signal(str)
    undone = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.column.setContentsMargins(0, em(self, 0.6), 0, 0)
        self._cards: list[QWidget] = []
        self._empty = Quiet(
            _(
                "No key was replaced here yet. What Keyturn does will be listed here, step by step, and every rotation "
                "can be taken back until its old key is deleted."
            )
        )
        self.column.addWidget(self._empty)
        self.column.addStretch(1)

    def show_rotations(self, rotations: Sequence[tuple[Rotation, Result]], *, complete: bool = True) -> None:
        """Show these.

        Args:
            complete: False where there may be more that cannot be read.
        """
        let_go(self._cards)
        under_way = [pair for pair in rotations if not pair[0].is_over]
        over = [pair for pair in rotations if pair[0].is_over]
        self._cards = [self._card(*pair) for pair in (*reversed(under_way), *reversed(over))]
        self._empty.setVisible(complete and not self._cards)
        for at, card in enumerate(self._cards):
            self.column.insertWidget(at, card)

    def _card(self, rotation: Rotation, result: Result) -> Card:
        card = Card()
        title = QHBoxLayout()
        key = rotation.decision.key.masked
        title.addWidget(Strong(_("{key}, begun on {date}").format(key=key, date=dates.past(rotation.started))), 1)
        title.addWidget(Pill(_state_word(result.state), _TONES[result.state]))
        card.column.addLayout(title)
        sentence = labels.standing(rotation, result)
        card.column.addWidget(Text(f"{capitalized(sentence)}."))
        new = _("none") if rotation.new_key is None else rotation.new_key.masked
        facts = _("New key: {new} · {way}").format(new=new, way=labels.route(rotation.decision.route))
        card.column.addWidget(Quiet(facts))
        for text in _steps(rotation):
            card.column.addLayout(_done(card, text))
        if not rotation.is_over:
            card.column.addWidget(self._orders(rotation))
        return card

    def _orders(self, rotation: Rotation) -> QWidget:
        key = rotation.decision.key.masked
        carry_on = Button(_("Continue…"))
        carry_on.setAccessibleName(_("Continue with {key}").format(key=key))
        carry_on.clicked.connect(lambda: self.continued.emit(rotation.name))
        back = Button(_("Put everything back…"))
        back.setAccessibleName(_("Put everything back as it was before {key} was replaced").format(key=key))
        back.clicked.connect(lambda: self.undone.emit(rotation.name))
        return ButtonRow(carry_on, back)


def _state_word(state: State) -> str:
    return {
        State.DONE: _("over"),
        State.UNDONE: _("taken back"),
        State.ENDED: _("closed"),
        State.WAITING: _("waiting"),
        State.STOPPED: _("stopped"),
        State.INTERRUPTED: _("interrupted"),
    }[state]


def _steps(rotation: Rotation) -> list[str]:
    done = [entry for entry in rotation.entries if entry.mark is Mark.DONE]
    return [f"{dates.past(entry.at)}  {_step(rotation, entry)}" for entry in done]


def _step(rotation: Rotation, entry: Entry) -> str:
    name = labels.step(entry.step)
    seen = was_seen(entry) or (entry.step is Step.DELETE and is_deletion_seen(rotation))
    return name if seen else f"{name} – {labels.said_not_seen()}"


def _done(card: QWidget, text: str) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(em(card, 0.4))
    row.addWidget(Shape("check", ColorTone.GOOD, 0.9, card))
    row.addWidget(Quiet(text, card), 1)
    return row
