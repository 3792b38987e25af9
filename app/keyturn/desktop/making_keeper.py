"""Making and removing this computer's keeper from the window: what it means, who does it, and the button."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from keyturn.desktop.code_card import CodeCard
from keyturn.desktop.columns import empty
from keyturn.desktop.font_sizes import em
from keyturn.desktop.pages.parts import bullets
from keyturn.desktop.reflowing import ButtonRow
from keyturn.desktop.renewal_work import (
    Freshness,
    make_keeper,
    remove_keeper,
    what_a_keeper_is,
    what_removing_means,
)
from keyturn.desktop.runner import Desk, Runner
from keyturn.desktop.signer_choices import SignerChoices
from keyturn.desktop.widgets import Button, Quiet, Strong
from keyturn.model.errors import AppError
from keyturn.model.text import _
from keyturn.rotation.signers.who import IdentityKind, Who

if TYPE_CHECKING:
    from keyturn.rotation.finding.survey import FoundKey


class KeeperChange(QWidget):
    """One change of the keeper.

    Args:
        question: who does it, and which right that needs.
        order: what the button says.
        doing: what is said while it goes on.
        means: reads what it means, in sentences.
        change: does it, in a worker.

    Attributes:
        began: it is being done.
        made: it is done; the new `Freshness`.
        failed: why it was not done; the `AppError`.
    """

    began = Signal()
    made = Signal(object)
    failed = Signal(object)

    def __init__(
        self,
        runner: Runner,
        found: FoundKey,
        *,
        question: str,
        order: str,
        doing: str,
        means: Callable[[Desk], tuple[str, ...]],
        change: Callable[[Desk, FoundKey, Who], Freshness],
    ) -> None:
        super().__init__()
        self._runner, self._found, self._means, self._change, self._said = runner, found, means, change, doing
        self._who: Who | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(em(self, 0.5))
        told = QWidget()  # made first, so that a screen reader reads it first
        self._meaning = QVBoxLayout(told)
        self._meaning.setContentsMargins(0, 0, 0, 0)
        column.addWidget(told)
        column.addWidget(Strong(question))
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
        self.go = Button(order)
        self.go.setEnabled(False)
        self.go.setAccessibleDescription(_("Choose first who does it."))
        self.go.clicked.connect(self._make)
        column.addWidget(ButtonRow(self.go))
        self._doing = Quiet()
        self._doing.hide()
        column.addWidget(self._doing)

    def showEvent(self, event: QShowEvent) -> None:
        """Reads what it means each time: other keys may be renewed by then."""
        super().showEvent(event)
        self._runner.read(
            self,
            self._means,
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
        who, found, change = self._who, self._found, self._change
        if who is None:
            return
        self._hold(busy=True)
        self.began.emit()
        self._runner.change(
            self,
            lambda desk: change(desk, found, who),
            done=self._made,
            failed=self._failed,
            asked=self._code.ask,
            doing=_("changing the keeper"),
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
        self._doing.setText(self._said if busy else "")
        self._doing.setVisible(busy)


class MakingKeeper(KeeperChange):
    """It looks after the owner of this key from then on."""

    def __init__(self, runner: Runner, found: FoundKey) -> None:
        super().__init__(
            runner,
            found,
            question=_("Who makes it? They need the right to make IAM users."),
            order=_("Make the keeper"),
            doing=_("Making the keeper…"),
            means=lambda desk: what_a_keeper_is(desk, found),
            change=make_keeper,
        )


class RemovingKeeper(KeeperChange):
    """Nothing of it is left afterwards, at AWS and here."""

    def __init__(self, runner: Runner, found: FoundKey) -> None:
        super().__init__(
            runner,
            found,
            question=_("Who removes it? They need the right to delete IAM users."),
            order=_("Remove the keeper"),
            doing=_("Removing the keeper…"),
            means=what_removing_means,
            change=remove_keeper,
        )
