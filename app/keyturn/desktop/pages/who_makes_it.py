"""Who makes this change? The usual keys, or somebody else who is found here: what `--as` takes in a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QWidget

from keyturn.desktop.font_sizes import em
from keyturn.desktop.pages.assistant_page import Actor
from keyturn.desktop.pages.fields import Choice
from keyturn.desktop.pages.parts import Fold
from keyturn.desktop.runner import Desk
from keyturn.desktop.widgets import Card, Quiet
from keyturn.model.errors import AppError
from keyturn.model.keys import AccessKeyId, PrincipalKind
from keyturn.model.text import _, in_widget
from keyturn.rotation.decision import Decision
from keyturn.rotation.signers.who import IdentityKind, Who

if TYPE_CHECKING:
    from keyturn.rotation.signers.signers_here import SignerHere


def may_choose(decision: Decision) -> bool:
    """True where somebody else may turn the old key off and delete it: a user's key, and never root's."""
    return decision.owner is not None and decision.owner.kind is PrincipalKind.USER


class WhoMakesIt(Fold):
    """Folded away, with who was chosen in its title; who there is, is looked for when it is unfolded.

    Args:
        key: the one that is changed.
        who: the choice of now.
    """

    def __init__(self, act: Actor, key: AccessKeyId, who: Who) -> None:
        super().__init__(_("Who makes this change: {who}").format(who=_called(who)), self._list)
        self._act, self._key, self._who = act, key, who
        self._boxes: list[Choice] = []
        self._busy = False

    def hold(self, *, busy: bool) -> None:
        """Let nothing be chosen while a job runs."""
        self._busy = busy
        for box in self._boxes:
            box.setEnabled(not busy)

    def _list(self) -> QWidget:
        self._card = Card()
        self._group = QButtonGroup(self._card)
        self._looking = Quiet(_("Looking who is here…"))
        self._card.column.addWidget(self._looking)
        key = self._key

        def look(desk: Desk) -> Sequence[SignerHere]:
            from keyturn.rotation.signers.signers_here import signers_here  # and with it every kind of signer

            return signers_here(desk.context(), key)

        self._act.runner.read(
            self._card, look, done=self._show, failed=self._say, doing=_("looking who could make the change")
        )
        return self._card

    def _show(self, found: Sequence[SignerHere]) -> None:
        self._looking.setText(
            _("Whoever you choose signs what is asked of AWS. Their secret stays where it is, and in memory meanwhile.")
        )
        for one in found:
            box = Choice(one.title)
            box.setChecked(str(one.who) == str(self._who))
            box.setEnabled(not self._busy)
            box.setAccessibleDescription(in_widget(one.about))
            # Not `clicked`: a screen reader toggles.
            box.toggled.connect(lambda on, who=one.who: self._act.sign_as(who) if on else None)
            self._group.addButton(box)
            self._boxes.append(box)
            self._card.column.addWidget(box)
            if one.about:
                below = QHBoxLayout()
                below.setContentsMargins(em(self, 1.4), 0, 0, 0)
                below.addWidget(Quiet(one.about))
                self._card.column.addLayout(below)

    def _say(self, error: AppError) -> None:
        self._looking.setText(f"{error.title}. {error.message}")


def _called(who: Who) -> str:
    """As the title has it."""
    match who.kind:
        case IdentityKind.PROFILE:
            return _("profile {name}").format(name=who.which)
        case IdentityKind.OTHER_KEY:
            return _("another key, …{last4}").format(last4=who.which[-4:])
        case IdentityKind.KEEPER:
            return _("the keeper")
        case IdentityKind.SIGN_IN:
            return _("you, signed in by the browser")
        case IdentityKind.KEY:
            return _("as usual")
