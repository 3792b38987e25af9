"""The places that were not seen backing up with the new key: each with why, and with a box for the person's yes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from keyturn.desktop.font_sizes import em
from keyturn.desktop.icons import Shape
from keyturn.desktop.look import ColorTone
from keyturn.desktop.pages.fields import Tick
from keyturn.desktop.pages.parts import Fold, bullets, stacked
from keyturn.desktop.pages.row_list import RowList
from keyturn.desktop.reflowing import BesideButton, ReflowingRow
from keyturn.desktop.widgets import Button, Card, Quiet, Strong, Text
from keyturn.model.text import _, capitalized, in_widget, plural
from keyturn.rotation import labels
from keyturn.rotation.carrying_out.backups_seen import BackupSeen, yes_to

_BESIDE = 30  # line heights, from which on what is said of a place stands beside its name
_ONE_BY_ONE = 7  # places; of more a person reads no box, and says yes to all at once


class UnseenBackups(Card):
    """Asks for a yes to each place; none of them locks anything.

    Args:
        changed: called when a box was ticked or emptied.

    Attributes:
        look: the button that looks again which places backed up.
    """

    def __init__(self, unseen: Sequence[BackupSeen], changed: Callable[[], None]) -> None:
        super().__init__()
        self._boxes: list[tuple[Tick, tuple[str, ...]]] = []
        self._changed = changed
        heading = plural(
            "{count} place was not seen backing up with the new key yet",
            "{count} places were not seen backing up with the new key yet",
            len(unseen),
        )
        self.look = Button(_("Look now"))
        self.look.setAccessibleDescription(_("Look again which places backed up with the new key"))
        words = stacked(
            Strong(heading.format(count=labels.count_word(len(unseen)).capitalize())), Quiet(_each(unseen)), spacing=0.1
        )
        self.column.addWidget(BesideButton(words, self.look))
        self.column.addSpacing(em(self, 0.3))
        self.column.addWidget(Text(_("Turn the old key off all the same, because it runs later, such as on the 1st?")))
        if len(unseen) > _ONE_BY_ONE:
            lines = [f"{one.title}: {one.sentence}" for one in unseen]
            self.column.addWidget(Fold(_("Which places these are"), lambda: bullets(lines)))
            self._ask(_("Yes, for all of them"), tuple(one.item for one in unseen))
            return
        reason = _same(unseen)
        for one in unseen:
            self._ask(_("Yes, for {place}").format(place=one.title), (one.item,), one)
            if not reason:
                self._say_below(capitalized(f"{one.sentence}."))

    def _ask(self, text: str, items: tuple[str, ...], one: BackupSeen | None = None) -> None:
        box = Tick(text)
        box.setAccessibleName(in_widget(_("{yes}: turn the old key off all the same").format(yes=text)))
        if one is not None:
            box.setChecked(one.said)
            box.setAccessibleDescription(in_widget(yes_to(one)))
        # Not `clicked`: a screen reader toggles.
        box.toggled.connect(lambda on: self._changed())
        self._boxes.append((box, items))
        self.column.addWidget(box)

    def _say_below(self, why: str) -> None:
        below = QHBoxLayout()
        below.setContentsMargins(em(self, 1.4), 0, 0, em(self, 0.2))
        below.addWidget(Quiet(why))
        self.column.addLayout(below)

    @property
    def yes(self) -> tuple[str, ...]:
        """The items of the places to which the person said yes."""
        return tuple(item for box, items in self._boxes if box.isChecked() for item in items)

    @property
    def is_answered(self) -> bool:
        """True once there is a yes to each."""
        return all(box.isChecked() for box, _items in self._boxes)

    def hold(self, *, busy: bool) -> None:
        """Let nothing be ticked while a job runs."""
        self.look.setEnabled(not busy)
        for box, _items in self._boxes:
            box.setEnabled(not busy)


def _same(unseen: Sequence[BackupSeen]) -> str:
    """Why they were not seen, where that is the same for all of them; else nothing."""
    reasons = {one.sentence for one in unseen}
    return reasons.pop() if len(reasons) == 1 and len(unseen) > 1 else ""


def _each(unseen: Sequence[BackupSeen]) -> str:
    proved = _("Each was proved to reach its bucket.")
    reason = _same(unseen)
    return f"{proved} {capitalized(reason)}." if reason else proved


def backups_card(backups: Sequence[BackupSeen]) -> Card:
    """Whether each place was seen backing up with the new key, and how, or why not; the unseen first.

    Those of which the same is to be said share a line.
    """
    card = Card()
    card.column.setSpacing(em(card, 0.35))
    by_words: dict[tuple[bool, str], list[BackupSeen]] = {}
    for one in sorted(backups, key=lambda one: one.is_seen):
        said = _("{how}; you said yes") if one.said and not one.is_seen else "{how}"
        by_words.setdefault((one.is_seen, said.format(how=one.sentence)), []).append(one)
    if len(backups) > _ONE_BY_ONE and len(by_words) > 1:
        count = sum(one.is_seen for one in backups)
        card.column.addWidget(Strong(_("{count} of {all} were seen").format(count=count, all=len(backups))))
    lines = [partial(_BackupLine, own, how, is_seen=is_seen) for (is_seen, how), own in by_words.items()]
    card.column.addWidget(RowList(lines, spacing=0.35))
    return card


class _BackupLine(QWidget):
    """Some places, and what is said of each of them; many are folded under how many they are."""

    def __init__(self, own: Sequence[BackupSeen], how: str, *, is_seen: bool) -> None:
        super().__init__()
        self._row = ReflowingRow(self, _BESIDE)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(em(self, 0.3))
        head = QHBoxLayout()
        head.setSpacing(em(self, 0.6))
        mark = Shape("check", ColorTone.GOOD, 0.9) if is_seen else Shape("hourglass", ColorTone.NEUTRAL, 0.9)
        mark.setFixedHeight(self.fontMetrics().height())
        head.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        titles = [one.title for one in own]
        if len(own) <= _ONE_BY_ONE:
            head.addWidget(Text(", ".join(titles)), 1, Qt.AlignmentFlag.AlignTop)
        else:
            count = plural("{count} place", "{count} places", len(own)).format(count=f"{len(own):,}")
            names = stacked(Text(count), Fold(_("Which places these are"), lambda: bullets(titles)), spacing=0.1)
            head.addWidget(names, 1, Qt.AlignmentFlag.AlignTop)
        # Many names need more room than what is said of all of them.
        share_of_names, share_of_words = (2, 3) if len(own) == 1 else (3, 2)
        self._row.addLayout(head, share_of_names)
        self._row.addWidget(Quiet(capitalized(how)), share_of_words)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Puts what is said of the places below their names where there is no room beside them."""
        super().resizeEvent(event)
        self._row.reflow()
