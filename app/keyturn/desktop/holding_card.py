"""Other computers that replace the same key: who they are, and asking them to leave it on for this one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from keyturn.desktop.announcing import announce
from keyturn.desktop.look import ColorTone
from keyturn.desktop.reflowing import ButtonRow
from keyturn.desktop.runner import Desk, Runner
from keyturn.desktop.widgets import Button, Card, Text, Toned
from keyturn.model.text import _
from keyturn.rotation.shared_key.replaced_elsewhere import sentences_on

if TYPE_CHECKING:
    from keyturn.rotation.finding.survey import FoundKey


class HoldingCard(Card):
    """Does what the command `hold` does."""

    def __init__(self, runner: Runner, found: FoundKey, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._runner, self._found = runner, found
        elsewhere = found.replaced_elsewhere or ()
        for sentence in sentences_on(found.key.access_key_id, elsewhere):
            self.column.addWidget(Text(sentence))
        self.ask = Button(_("Ask to leave it on"))
        self.ask.clicked.connect(lambda: self._say(released=False))
        self.ask.setVisible(any(not one.waits_for_us for one in elsewhere))
        self.release = Button(_("This computer needs it no more"))
        self.release.clicked.connect(lambda: self._say(released=True))
        self.release.setVisible(any(one.waits_for_us for one in elsewhere))
        self.column.addWidget(ButtonRow(self.ask, self.release))
        self.answer = Toned()
        self.answer.hide()
        self.column.addWidget(self.answer)

    def _say(self, *, released: bool) -> None:
        found = self._found
        for button in (self.ask, self.release):
            button.setEnabled(False)
        self._runner.change(
            self,
            lambda desk: _told(desk, found, released=released),
            done=lambda text: self._answer(text, ColorTone.GOOD, said=True),
            failed=lambda error: self._answer(str(error), ColorTone.BAD, said=False),
            doing=_("telling the other computers"),
        )

    def _answer(self, text: str, tone: ColorTone, *, said: bool) -> None:
        for button in (self.ask, self.release):
            button.setEnabled(not said)
        self.answer.show_text(text, tone)
        self.answer.show()
        announce(self, text)


def _told(desk: Desk, found: FoundKey, *, released: bool) -> str:
    """Tell them, and return what they were told; runs in a worker.

    Raises:
        AppError: where nobody could be told, or, of a release, a program here has the key still.
    """
    from keyturn.rotation.shared_key import holding

    context, pair = desk.context(), holding.pair_at_work(found)
    wanted = holding.held_back(context, pair)
    if released:
        holding.release(context, pair, found.destinations, wanted)
        text = _("{computers} will not wait for this computer any more before it turns {key} off.")
    else:
        holding.hold(context, pair, wanted)
        text = _(
            "{computers} is asked to leave {key} on. It sees that when it looks next, before it turns the key off."
        )
    computers = ", ".join(dict.fromkeys(one.computer for one in wanted.elsewhere))
    return text.format(computers=computers, key=pair.access_key_id.masked)
