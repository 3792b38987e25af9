"""Who could sign a change here: a choice for each of them, looked for while the person reads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QVBoxLayout, QWidget

from keyturn.desktop.font_sizes import em
from keyturn.desktop.pages.fields import Choice
from keyturn.desktop.runner import Desk, Runner
from keyturn.desktop.widgets import Card, Quiet
from keyturn.model.errors import AppError
from keyturn.model.text import _, in_widget
from keyturn.rotation.signers.who import Who

if TYPE_CHECKING:
    from keyturn.model.keys import AccessKeyId
    from keyturn.rotation.signers.signers_here import SignerHere


class SignerChoices(Card):
    """The choices, and that the secret of the one who is chosen stays where it is.

    Args:
        key: the one that is changed; None where nothing is changed, and a whole account is asked about.
        who: the choice of now; None where nobody was chosen yet.
        chosen: is told another choice.
        fits: which of those that are here can be chosen.
        nobody: what to say where none of them can.
    """

    def __init__(
        self,
        runner: Runner,
        key: AccessKeyId | None,
        who: Who | None,
        chosen: Callable[[Who], None],
        *,
        fits: Callable[[Who], bool] = lambda who: True,
        nobody: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._who, self._chosen, self._fits, self._nobody = who, chosen, fits, nobody
        self._boxes: list[Choice] = []
        self._busy = False
        self._group = QButtonGroup(self)
        self._looking = Quiet(_("Looking who is here…"))
        self.column.addWidget(self._looking)

        def look(desk: Desk) -> Sequence[SignerHere]:
            from keyturn.rotation.signers.signers_here import signers_here  # and with it every kind of signer

            return signers_here(desk.context(), key)

        runner.read(self, look, done=self._show, failed=self._say, doing=_("looking who could make the change"))

    def hold(self, *, busy: bool) -> None:
        """Let nothing be chosen while a job runs."""
        self._busy = busy
        for box in self._boxes:
            box.setEnabled(not busy)

    def _show(self, found: Sequence[SignerHere]) -> None:
        fitting = [one for one in found if self._fits(one.who)]
        self._looking.setText(
            _("The one you choose signs what is asked of AWS. Their secret stays where it is, and in memory meanwhile.")
            if fitting
            else self._nobody
        )
        for one in fitting:
            box = Choice(one.title)
            box.setChecked(str(one.who) == str(self._who))
            box.setEnabled(not self._busy)
            box.setAccessibleDescription(in_widget(one.about))
            # Not `clicked`: a screen reader toggles.
            box.toggled.connect(lambda on, who=one.who: self._chosen(who) if on else None)
            self._group.addButton(box)
            self._boxes.append(box)
            choice = QVBoxLayout()
            choice.setSpacing(0)
            choice.addWidget(box)
            if one.about:
                below = QHBoxLayout()
                below.setContentsMargins(em(self, 1.4), 0, 0, 0)
                below.addWidget(Quiet(one.about))
                choice.addLayout(below)
            self.column.addLayout(choice)

    def _say(self, error: AppError) -> None:
        self._looking.setText(str(error))
