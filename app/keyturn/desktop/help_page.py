"""How Keyturn works, in the window itself: nothing is opened in a browser, so it can be read without a network."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from keyturn.desktop.fact_card import FactCard
from keyturn.desktop.main_page import MainPage
from keyturn.desktop.place_words import Fact
from keyturn.desktop.widgets import Card, Strong, Subheading, Text
from keyturn.model.text import _


class HelpPage(MainPage):
    """What happens to a key, what can be done when something fails, and the keys of the keyboard.

    Args:
        shortcuts: what is done, and by which keys.
        at_shortcuts: begin at these.
    """

    def __init__(
        self, shortcuts: Sequence[tuple[str, str]], *, at_shortcuts: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(_("How it works"), parent)
        self.say_under_heading(_("A key is replaced in four moments, and you can go back until the last."))
        self._tell(_moments())
        self.column.addWidget(Subheading(_("When something is not as it should be")))
        self._tell(_troubles())
        self.column.addWidget(Subheading(_("What Keyturn does not do")))
        self._tell(_never())
        self._keys = Subheading(_("Keyboard"))
        self.column.addWidget(self._keys)
        card = FactCard()
        for what, keys in (*shortcuts, *_further_keys()):
            card.add(keys, Fact(what))
        self.column.addWidget(card)
        self.column.addStretch(1)
        if at_shortcuts:
            self._soon = QTimer(self)
            self._soon.setSingleShot(True)
            self._soon.timeout.connect(self._go_to_keys)
            self._soon.start(0)  # once the page has its size

    def _tell(self, told: Sequence[tuple[str, str]]) -> None:
        card = Card()
        for title, text in told:
            card.column.addWidget(Strong(title))
            card.column.addWidget(Text(text).selectable())
        self.column.addWidget(card)

    def _go_to_keys(self) -> None:
        self.body.verticalScrollBar().setValue(self._keys.y())


def _moments() -> tuple[tuple[str, str], ...]:
    return (
        (
            _("1. A new key"),
            _("Keyturn makes it, keeps it in your keychain, and proves it at AWS before any file is touched."),
        ),
        (
            _("2. In its place"),
            _(
                "The new key goes into each program's own file. Only its two values change, in one instant for each "
                "file, and each backup is proved again with what now stands there."
            ),
        ),
        (
            _("3. The old key off"),
            _(
                "For some days both keys work, and Keyturn watches whether anything still uses the old one. Then it is "
                "turned off. It can be turned on again at any time."
            ),
        ),
        (
            _("4. The old key deleted"),
            _("Days later, after you typed its last four characters. Only this cannot be taken back."),
        ),
    )


def _troubles() -> tuple[tuple[str, str], ...]:
    return (
        (
            _("A backup fails"),
            _(
                "“Put everything back” under History brings the old key back into every file, until it is deleted. If "
                "it is off, it is turned on first."
            ),
        ),
        (
            _("The window was closed, or the computer went off"),
            _("Nothing is lost: each file holds one whole key, and the overview says how to go on."),
        ),
        (
            _("Something cannot be read"),
            _(
                "It is shown as a dashed card, never passed over. Its page says what keeps Keyturn out, and what you "
                "can do."
            ),
        ),
        (
            _("You want to try it first"),
            _("“Rehearse” opens a window on a made-up computer and a made-up account. Nothing there is real."),
        ),
    )


def _never() -> tuple[tuple[str, str], ...]:
    return (
        (_("It sends nothing to its makers"), _("Keyturn speaks with AWS and with whom you name, and nobody else.")),
        (_("It shows no secret"), _("Keys are shown as AKIA…2EPF; reports and details hold no secret either.")),
        (
            _("It removes nothing that is not its own"),
            _("Only keys and users that Keyturn made, or that you name, are turned off or deleted."),
        ),
    )


def _further_keys() -> tuple[tuple[str, str], ...]:
    return (
        (_("Go back"), _("Esc")),
        (_("Press the filled button of a page"), _("Enter")),
        (_("Move on the map: along a column, and along a line"), _("Arrow keys")),
        (_("What else can be done with a card or a row"), _("Menu key, Shift+F10")),
    )
