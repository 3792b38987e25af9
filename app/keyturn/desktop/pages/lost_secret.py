"""The page on which a secret is given that Keyturn finds neither in its keychain nor in a file."""

from __future__ import annotations

from keyturn.desktop.assistant_work import Page, WindowJob, Work
from keyturn.desktop.flow import Flow
from keyturn.desktop.pages.assistant_page import Actor, PageView, Verb
from keyturn.desktop.pages.deciding_page import close_button
from keyturn.desktop.pages.parts import bullets
from keyturn.desktop.pages.typed_secret import TypedSecret
from keyturn.desktop.typed_pair import typed_pair, why_no_secret
from keyturn.desktop.widgets import Button, Card, Quiet, Strong, Subheading
from keyturn.model.keys import AccessKeyId
from keyturn.model.text import _


class SecretPage(PageView):
    """Where it may be found again, a field to type it in, and the ways out for who has it nowhere."""

    def __init__(self, act: Actor) -> None:
        super().__init__(act)
        self._secret: TypedSecret | None = None

    def title(self, flow: Flow) -> str:
        """Which key's it is."""
        key = _lost(flow)
        return _("The secret of {key} is needed").format(key="" if key is None else key.masked)

    def sentence(self, flow: Flow) -> str:
        """Where it was looked for, and that nothing was changed meanwhile."""
        return _("It is not in Keyturn's keychain, and in no file here. Without it Keyturn cannot go on.")

    def signature(self, flow: Flow) -> object:
        """The key, so that what is typed stays while it is tried."""
        return _lost(flow)

    def build(self, flow: Flow) -> None:
        """Where to look for it, the field, and what is left where nobody has it."""
        key = _lost(flow)
        if key is None:
            return
        self.add(Subheading(_("If you have it in a file")))
        self.add(
            bullets(
                (
                    _("Put the key's file, such as rootkey.csv, into Downloads, and look again here."),
                    _("A copy of an earlier configuration in the home folder is found, too."),
                )
            )
        )
        again = Button(_("Look again"))
        again.clicked.connect(lambda: self.act.do(WindowJob(flow.resumed)))
        self.add(again)
        self.add(Subheading(_("If you know it")))
        card = Card()
        name = _("Secret access key of {key}").format(key=key.masked)
        self._secret = TypedSecret(name, self.act.retell)
        card.column.addWidget(Strong(name))
        card.column.addWidget(self._secret)
        card.column.addWidget(
            Quiet(_("It is tried at AWS, and then kept where Keyturn keeps secrets. It is not logged."))
        )
        self.add(card)
        self.add(Subheading(_("If nobody has it")))
        self.add(close_button(self.act))

    def refresh(self, flow: Flow) -> None:
        """Closes the field while a job runs."""
        if self._secret is not None:
            self._secret.setEnabled(flow.job is None)

    def verb(self, flow: Flow) -> Verb | None:
        """Tries what was typed; where it fits, what waited for it goes on."""
        key, secret = _lost(flow), self._secret
        if key is None or secret is None:
            return None
        reason = why_no_secret(secret.text()) or flow.why_not(WindowJob(Work.GIVE_AGAIN))
        text = _("Put everything back with it") if flow.resumed is Work.UNDO else _("Go on with this secret")
        return Verb(text, lambda: self._give(key, flow.resumed), reason)

    def _give(self, key: AccessKeyId, then: Work) -> None:
        if self._secret is not None:
            self.act.give_secret(typed_pair(key.value, self._secret.text()))
            self.act.do(WindowJob(Work.GIVE_AGAIN, then=then))


def _lost(flow: Flow) -> AccessKeyId | None:
    if flow.standing is None or flow.page is not Page.LOST:
        return None
    rotation = flow.standing.rotation
    lost = {one.item for one in flow.standing.result.awaiting}
    keys = (rotation.decision.key, *(() if rotation.new_key is None else (rotation.new_key,)))
    return next((key for key in keys if f"secret-{key.last4}" in lost), None)
