"""Making this computer's keeper from the window: what it means, who makes it, and the button that does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from keyturn.desktop.code_card import CodeCard
from keyturn.desktop.columns import empty
from keyturn.desktop.font_sizes import em
from keyturn.desktop.pages.parts import bullets
from keyturn.desktop.reflowing import ButtonRow
from keyturn.desktop.renewal_work import Freshness, make_keeper, what_a_keeper_is
from keyturn.desktop.runner import Runner
from keyturn.desktop.signer_choices import SignerChoices
from keyturn.desktop.widgets import Button, Quiet, Strong
from keyturn.model.errors import AppError
from keyturn.model.text import _
from keyturn.rotation.signers.who import IdentityKind, Who

if TYPE_CHECKING:
    from keyturn.rotation.finding.survey import FoundKey


class MakingKeeper(QWidget):
    """It looks after the owner of this key from then on.

    Attributes:
        began: it is being made.
        made: it is there; the new `Freshness`.
        failed: why it was not made; the `AppError`.
    """

    began = Signal()
    made = Signal(object)
    failed = Signal(object)

    def __init__(self, runner: Runner, found: FoundKey, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._runner, self._found = runner, found
        self._who: Who | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(em(self, 0.5))
        told = QWidget()  # made first, so that a screen reader reads it first
        self._meaning = QVBoxLayout(told)
        self._meaning.setContentsMargins(0, 0, 0, 0)
        column.addWidget(told)
        column.addWidget(Strong(_("Who makes it? They need the right to make IAM users.")))
        self.signers = SignerChoices(
            runner,
            found.key.access_key_id,
            None,
            self._choose,
            fits=lambda who: who.said and who.kind is not IdentityKind.KEEPER,
            nobody=_(
                "Nobody else is here who could. A root key can as long as it is on and stands on this computer; so "
                "can a profile of the AWS CLI, or you, signed in by the browser, for which the AWS CLI has to be here."
            ),
        )
        column.addWidget(self.signers)
        self._code = CodeCard()
        column.addWidget(self._code)
        self.go = Button(_("Make the keeper"))
        self.go.setEnabled(False)
        self.go.setAccessibleDescription(_("Choose first who makes it."))
        self.go.clicked.connect(self._make)
        column.addWidget(ButtonRow(self.go))
        self._doing = Quiet()
        self._doing.hide()
        column.addWidget(self._doing)
        runner.read(
            self,
            lambda desk: what_a_keeper_is(desk, found),
            done=self._explain,
            failed=self.failed.emit,
            doing=_("looking where secrets are kept"),
        )

    def _explain(self, sentences: tuple[str, ...]) -> None:
        empty(self._meaning)
        self._meaning.addWidget(bullets(sentences))

    def _choose(self, who: Who) -> None:
        self._who = who
        self.go.setEnabled(True)
        self.go.setAccessibleDescription("")

    def _make(self) -> None:
        who, found = self._who, self._found
        if who is None:
            return
        self._hold(busy=True)
        self.began.emit()
        self._runner.change(
            self,
            lambda desk: make_keeper(desk, found, who),
            done=self._made,
            failed=self._failed,
            asked=self._code.ask,
            doing=_("making the keeper"),
        )

    def _made(self, fresh: Freshness) -> None:
        self._hold(busy=False)
        self.made.emit(fresh)

    def _failed(self, error: AppError) -> None:
        self._hold(busy=False)
        self.failed.emit(error)

    def _hold(self, *, busy: bool) -> None:
        self._code.close_question()
        self.signers.hold(busy=busy)
        self.go.setEnabled(not busy)
        self._doing.setText(_("Making the keeper…") if busy else "")
        self._doing.setVisible(busy)
