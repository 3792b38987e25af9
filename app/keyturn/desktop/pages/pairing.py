"""The page on which the person gives a new key that they made: at an S3-compatible store nobody else can make it."""

from __future__ import annotations

from PySide6.QtWidgets import QGridLayout

from keyturn.desktop.assistant_work import WindowJob, Work
from keyturn.desktop.flow import Flow
from keyturn.desktop.font_sizes import em, fixed_font
from keyturn.desktop.pages.assistant_page import Actor, PageView, Verb
from keyturn.desktop.pages.fields import Field
from keyturn.desktop.pages.more_choices import MoreChoices
from keyturn.desktop.pages.parts import numbered
from keyturn.desktop.pages.typed_secret import TypedSecret
from keyturn.desktop.typed_pair import typed_pair, why_no_pair
from keyturn.desktop.widgets import Card, Quiet, Strong, Subheading
from keyturn.model.text import _
from keyturn.rotation.steps import Route


class PairPage(PageView):
    """How to make the key, and two fields for it. What is typed as the secret stays in its field until it is taken."""

    def __init__(self, act: Actor) -> None:
        super().__init__(act)
        self._identifier = Field()
        self._secret: TypedSecret | None = None
        self._more: MoreChoices | None = None

    def title(self, flow: Flow) -> str:
        """The same for every store; the sentence below names it."""
        return _("Make a new key, and give it to Keyturn")

    def sentence(self, flow: Flow) -> str:
        """Why only the person can do it, and that no program is changed before the key is proved."""
        return _("Only you can make it. Keyturn proves it at {store} before it changes any program.").format(
            store=flow.store
        )

    def signature(self, flow: Flow) -> object:
        """What was found and told so far, so that what is typed stays while the buttons change with it."""
        return flow.facts, flow.options.also

    def build(self, flow: Flow) -> None:
        """The steps in the browser, the two fields, and the choices that most people leave as they are."""
        if flow.facts is None:
            return
        self.add(Subheading(_("In your browser")))
        self.add(numbered(_steps(flow)))
        self.add(Subheading(_("The new key")))
        self.add(self._fields())
        self._more = MoreChoices(flow, self._tell)
        self.add(self._more)

    def _fields(self) -> Card:
        card = Card()
        name = _("Access key ID of the new key")
        self._identifier = Field()
        self._identifier.setFont(fixed_font(self._identifier.font()))
        self._identifier.setAccessibleName(name)
        self._identifier.textChanged.connect(lambda text: self.act.retell())
        self._secret = TypedSecret(_("Secret access key"), self.act.retell)
        grid = QGridLayout()
        grid.setVerticalSpacing(em(card, 0.2))
        for row, (label, field) in enumerate(((name, self._identifier), (_("Secret access key"), self._secret))):
            grid.addWidget(Strong(label), 3 * row, 0)
            grid.addWidget(field, 3 * row + 1, 0)
            grid.setRowMinimumHeight(3 * row + 2, em(card, 0.4))
        card.column.addLayout(grid)
        card.column.addWidget(
            Quiet(_("It is kept in memory until you begin, and then where Keyturn keeps secrets. It is never logged."))
        )
        return card

    def refresh(self, flow: Flow) -> None:
        """Says in the empty field that its secret was given before, and closes both fields while a job runs."""
        if self._secret is None:
            return
        kept = flow.given is not None and self._identifier.text().strip() == flow.given.value
        self._secret.field.setPlaceholderText(_("given; type it again to change it") if kept else "")
        for field in (self._identifier, self._secret):
            field.setEnabled(flow.job is None)

    def verb(self, flow: Flow) -> Verb | None:
        """Makes the plan with the typed key; the reason says what is wrong with the fields or the choices."""
        if self._secret is None or self._more is None:
            return None
        reason = why_no_pair(self._identifier.text(), self._secret.text(), flow.key, flow.given)
        return Verb(_("Show the plan"), self._plan, flow.why_not(WindowJob(Work.PLAN)) or reason or self._more.reason)

    def _plan(self) -> None:
        if self._secret is None:
            return
        if self._secret.text().strip():
            self.act.give_pair(typed_pair(self._identifier.text(), self._secret.text()))
        self._tell()
        self.act.make_plan()

    def _tell(self) -> None:
        if self._more is not None:
            self.act.choose(self._more.chosen(Route.GIVEN_PAIR))


def _steps(flow: Flow) -> tuple[str, ...]:
    return (
        _("Sign in to the web page of {store}, and find its page of access keys (some call it API keys).").format(
            store=flow.store
        ),
        _("Make a new key with the same rights as {key}, or fewer. Leave {key} as it is.").format(key=flow.masked),
        _("Copy both parts of it into the fields below. Most stores show the secret only once."),
    )
