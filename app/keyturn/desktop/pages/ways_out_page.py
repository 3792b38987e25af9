"""The page for a new key that does not work any more: the three ways out, each with its button."""

from __future__ import annotations

from keyturn.desktop.assistant_work import Page, WindowJob, Work
from keyturn.desktop.flow import Flow
from keyturn.desktop.pages.assistant_page import PageView, Verb
from keyturn.desktop.pages.deciding_page import close_button
from keyturn.desktop.widgets import Button, Card, Strong, Text
from keyturn.model.text import _
from keyturn.rotation.carrying_out.when_stuck import NEW_KEY

_LOOK = WindowJob(Work.CARRY_ON)


class WaysOutPage(PageView):
    """Let it work again, put the old key back, or make another."""

    def title(self, flow: Flow) -> str:
        """What is wrong, as it was seen."""
        return _("The new key does not work")

    def sentence(self, flow: Flow) -> str:
        """What must not happen now."""
        return _("Leave the old key {key} as it is: there may be no other that works.").format(key=flow.masked)

    def signature(self, flow: Flow) -> object:
        """What is awaited."""
        return None if flow.standing is None else flow.standing.result.awaiting

    def build(self, flow: Flow) -> None:
        """A card for each way."""
        if flow.standing is None:
            return
        work_again = next((one for one in flow.standing.result.awaiting if one.item == NEW_KEY), None)
        if work_again is not None:
            card = Card()
            card.column.addWidget(Strong(work_again.title))
            card.column.addWidget(self.steps(work_again.steps))
            self.add(card)
        back = Button(_("Put everything back…"))
        back.setAccessibleName(_("Put the old key back…"))
        another = Button(_("Put it back, to begin anew…"))
        ways = (
            (_("Or put {key} back").format(key=flow.masked), _("Every program gets the old key again."), back),
            (
                _("Or make another new key"),
                _("First everything is put back. Then “Replace it…” on the overview begins anew."),
                another,
            ),
        )
        for title, text, button in ways:
            button.clicked.connect(lambda: self.act.ask(Page.BACK))
            card = Card()
            card.column.addWidget(Strong(title))
            card.column.addWidget(Text(text))
            card.column.addWidget(button)
            self.add(card)
        self.add(close_button(self.act))

    def verb(self, flow: Flow) -> Verb | None:
        """Tries every backup again."""
        return Verb(_("Look again"), lambda: self.act.do(_LOOK), flow.why_not(_LOOK))
