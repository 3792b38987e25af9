"""Who makes this change? The usual keys, or somebody else who is found here: what `--as` takes in a terminal."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from keyturn.desktop.pages.assistant_page import Actor
from keyturn.desktop.pages.parts import Fold
from keyturn.desktop.signer_choices import SignerChoices
from keyturn.model.keys import AccessKeyId, PrincipalKind
from keyturn.model.text import _
from keyturn.rotation.decision import Decision
from keyturn.rotation.signers.who import IdentityKind, Who


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
        self._choices: SignerChoices | None = None
        self._busy = False

    def hold(self, *, busy: bool) -> None:
        """Let nothing be chosen while a job runs."""
        self._busy = busy
        if self._choices is not None:
            self._choices.hold(busy=busy)

    def _list(self) -> QWidget:
        self._choices = SignerChoices(self._act.runner, self._key, self._who, self._act.sign_as)
        self._choices.hold(busy=self._busy)
        return self._choices


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
