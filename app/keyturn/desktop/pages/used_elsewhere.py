"""What else uses the key: Keyturn sees this computer only, and not into every program on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from keyturn.clients.described.guide import ANOTHER_COMPUTER, ANOTHER_PROGRAM, WEB_PAGE, guides
from keyturn.desktop.pages.fields import Field, Tick
from keyturn.desktop.reflowing import ReflowingRow
from keyturn.desktop.widgets import Card, Quiet
from keyturn.model.text import _, capitalized
from keyturn.rotation.planning.guided_programs import LONGEST_CALLED

_TWO_COLUMNS = 33  # line heights, from which on two names have room beside each other


class UsedElsewhere(Card):
    """A box for each program that a person changes by hand, and for what has no guide of its own.

    Args:
        ticked: names of guides, as `--also` takes them.
        changed: is told the names of all that are ticked now.
    """

    def __init__(
        self, ticked: Sequence[str], changed: Callable[[tuple[str, ...]], None], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._changed = changed
        self._boxes: dict[str, Tick] = {}
        self.column.addWidget(
            Quiet(
                _(
                    "Keyturn sees this computer only, and some programs keep their keys hidden. You give what you tick "
                    "the new key by hand, with exact steps; the old key stays on until you say that it is done."
                )
            )
        )
        for name, title in _by_title():
            box = Tick(capitalized(title))
            box.setChecked(any(name == one.partition(":")[0] for one in ticked))
            box.toggled.connect(lambda on: self._changed(self.ticked))
            self._boxes[name] = box
        inside = QWidget()
        self._halves = ReflowingRow(inside, _TWO_COLUMNS)
        self._halves.setContentsMargins(0, 0, 0, 0)
        self._halves.setSpacing(0)
        boxes = list(self._boxes.values())
        middle = (len(boxes) + 1) // 2
        for half in (boxes[:middle], boxes[middle:]):
            column = QVBoxLayout()
            for box in half:
                column.addWidget(box)
            column.addStretch(1)
            self._halves.addLayout(column, 1)
        self.column.addWidget(inside)
        label = _("If several web pages have it: their names, with commas between them")
        self._pages_label, self.pages = Quiet(label), Field()
        self.pages.setAccessibleName(label)
        self.pages.setText(", ".join(one.partition(":")[2] for one in ticked if one.startswith(f"{WEB_PAGE}:")))
        self.pages.textChanged.connect(lambda text: self._changed(self.ticked))
        self.column.addWidget(self._pages_label)
        self.column.addWidget(self.pages)
        self._boxes[WEB_PAGE].toggled.connect(self._ask_for_pages)
        self._ask_for_pages(self._boxes[WEB_PAGE].isChecked())

    def _ask_for_pages(self, asks: bool) -> None:
        for widget in (self._pages_label, self.pages):
            widget.setVisible(asks)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Puts the second half below the first one where the window is too narrow for both."""
        super().resizeEvent(event)
        self._halves.reflow()

    def clear(self) -> None:
        """Take every tick away."""
        for box in self._boxes.values():
            box.setChecked(False)

    @property
    def ticked(self) -> tuple[str, ...]:
        """The names of the guides whose boxes are ticked; a web page's as often as there are names of pages."""
        named = [" ".join(name.split())[:LONGEST_CALLED] for name in self.pages.text().split(",")]
        pages = [f"{WEB_PAGE}:{name}" for name in named if any(map(str.isalnum, name))] or [WEB_PAGE]
        chosen = [name for name, box in self._boxes.items() if box.isChecked()]
        return tuple(one for name in chosen for one in (pages if name == WEB_PAGE else [name]))


def _by_title() -> list[tuple[str, str]]:
    known = {name: guide.title for name, guide in guides().by_name.items()}
    others = [(name, known.pop(name)) for name in (ANOTHER_PROGRAM, ANOTHER_COMPUTER)]
    return [*sorted(known.items(), key=lambda one: one[1].casefold()), *others]
