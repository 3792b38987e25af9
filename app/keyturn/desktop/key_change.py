"""Replacing a key of the account, turning it off and on, and deleting it, where it is not on this computer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from keyturn.desktop.code_card import CodeCard
from keyturn.desktop.font_sizes import em
from keyturn.desktop.look import ColorTone
from keyturn.desktop.pages.confirming import LastFour
from keyturn.desktop.pages.used_elsewhere import UsedElsewhere
from keyturn.desktop.reflowing import ButtonRow
from keyturn.desktop.settings_fields import Days
from keyturn.desktop.signer_choices import SignerChoices
from keyturn.desktop.widgets import Button, Card, Quiet, Subheading, Text
from keyturn.desktop.window_words import in_window
from keyturn.model.errors import AppError
from keyturn.model.keys import KeyStatus
from keyturn.model.text import _, unmarked
from keyturn.rotation.signers.who import Who

if TYPE_CHECKING:
    from keyturn.desktop.account_work import Changed, KeyAct, KeyStanding
    from keyturn.desktop.runner import Desk, Runner
    from keyturn.desktop.signing import Signing
    from keyturn.rotation.finding.whole_account import AccountKey


class KeyChange(QWidget):
    """Who signs, how long it is to be unused and off, the last four characters, and the buttons.

    Args:
        signing: the one who looked makes it, too, unless somebody else is chosen.

    Attributes:
        changed: something was done, or waits; the key as it was, and a `Changed`.
        under_way: the rotation that is under way for it; empty where none is.
        said: a sentence, and its tone.
    """

    changed = Signal(object, object)
    under_way = Signal(str)
    said = Signal(str, object)

    def __init__(self, one: AccountKey, signing: Signing, runner: Runner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._one, self._signing, self._runner = one, signing, runner
        self._key = one.key.access_key_id
        self._busy = False
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(em(self, 0.7))
        column.addWidget(Subheading(_("Who makes this change")))
        self.signers = SignerChoices(
            runner,
            self._key,
            signing.who,
            self._choose,
            fits=lambda who: who.said,
            nobody=_(
                "Nobody is here who could: another key of this account, a profile of the AWS CLI, the keeper, or you, "
                "signed in by the browser, for which the AWS CLI has to be here."
            ),
        )
        column.addWidget(self.signers)
        self._code = CodeCard()
        column.addWidget(self._code)
        column.addWidget(self._days())
        self.last_four = LastFour(lambda text: self._fit(), self._key.masked)
        column.addWidget(self.last_four)
        self.turn_off, self.turn_on = Button(_("Turn it off")), Button(_("Turn it on again"))
        self.delete = Button(_("Delete it"))
        from keyturn.desktop.account_work import KeyAct

        self.turn_off.clicked.connect(lambda: self._do(KeyAct.TURN_OFF))
        self.turn_on.clicked.connect(lambda: self._do(KeyAct.TURN_ON))
        self.delete.clicked.connect(lambda: self._do(KeyAct.DELETE))
        self.replace = Button(_("Make a new key for it…"))
        self.replace.clicked.connect(self._ask_who_gets_it)
        column.addWidget(ButtonRow(self.turn_off, self.turn_on, self.delete, self.replace))
        self.places, self.make = UsedElsewhere((), lambda also: None), Button(_("Make the new key"))
        self.make.clicked.connect(lambda: self._do(KeyAct.REPLACE))
        self._receiving = (
            Subheading(_("Where the new key goes")),
            self.places,
            Quiet(_("If you tick nothing, it goes to another computer.")),
            ButtonRow(self.make),
        )
        for widget in self._receiving:
            widget.hide()
            column.addWidget(widget)

        def read(desk: Desk) -> KeyStanding:
            from keyturn.desktop.account_work import standing_of

            return standing_of(desk, one)

        runner.read(self, read, done=self._stand, failed=self._fail, doing=_("reading how the keys stand"))
        self._fit()

    def _days(self) -> Card:
        card = Card()
        self.watch, self.off = Days(self), Days(self)
        for text, field in (
            (_("Turned off only if nothing used it for"), self.watch),
            (_("Deleted only after being off for"), self.off),
        ):
            field.setAccessibleName(text)
            row = QHBoxLayout()
            row.addWidget(Text(text), 1)
            row.addWidget(field)
            card.column.addLayout(row)
        card.column.addWidget(
            Quiet(_("If AWS does not tell whether it was used, that is waited for: it is never taken for no use."))
        )
        return card

    def _ask_who_gets_it(self) -> None:
        for widget in self._receiving:
            widget.show()

    def close_question(self) -> None:
        """Nobody waits for a code any more."""
        self._code.close_question()

    def _stand(self, standing: KeyStanding) -> None:
        self.watch.setValue(standing.watch_days)
        self.off.setValue(standing.off_days)
        for field in (self.watch, self.off):
            field.setEnabled(not standing.rotation)  # decided when it began
        self.under_way.emit(standing.rotation)

    def _choose(self, who: Who) -> None:
        self._signing.who = who
        self._fit()

    def _why_not(self) -> str:
        if not self._signing.who.said:
            return _("Choose first who makes this change.")
        if not self._key.is_confirmed_by(self.last_four.text()):
            return _("Type the last four characters of the key first.")
        return ""

    def _fit(self) -> None:
        status, reason = self._one.key.status, self._why_not()
        for button, fits in (
            (self.turn_off, status is not KeyStatus.INACTIVE),
            (self.turn_on, status is not KeyStatus.ACTIVE),
            (self.delete, status is not KeyStatus.ACTIVE),
            (self.make, status is not KeyStatus.INACTIVE),
        ):
            button.setVisible(fits)
            button.setEnabled(not self._busy and not reason)
            button.setToolTip(unmarked(reason))
            button.setAccessibleDescription(reason)
        self.replace.setVisible(status is not KeyStatus.INACTIVE)

    def _do(self, act: KeyAct) -> None:
        from keyturn.rotation.key_life.key_elsewhere import Wanted

        one, signing, also = self._one, self._signing, self.places.ticked
        wanted = Wanted(self._key.value, self.last_four.text(), self.watch.value(), self.off.value())
        self._hold(busy=True)
        self.said.emit(_("Asking AWS…"), ColorTone.NEUTRAL)

        def work(desk: Desk) -> Changed:
            from keyturn.desktop.account_work import change_key

            return change_key(desk, signing, one, act, wanted, also)

        self._runner.change(
            self,
            work,
            done=self._done,
            failed=self._fail,
            asked=self._code.ask,
            doing=_("changing a key that is not on this computer"),
        )

    def _done(self, changed: Changed) -> None:
        before = self._one
        self.changed.emit(before, changed)
        self.under_way.emit(changed.rotation)
        self.said.emit(changed.text, ColorTone.GOOD if changed.well else ColorTone.ATTENTION)
        if changed.after is None:
            self.hide()
            return
        self._one = changed.after
        self._hold(busy=False)

    def _fail(self, error: AppError) -> None:
        self._hold(busy=False)
        self.said.emit(in_window(str(error)), ColorTone.BAD)

    def _hold(self, *, busy: bool) -> None:
        self._busy = busy
        self._code.close_question()
        self.signers.hold(busy=busy)
        self._fit()
