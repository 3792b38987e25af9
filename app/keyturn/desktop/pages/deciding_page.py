"""The page on which a person decides about keys and users at AWS that Keyturn cannot prove to be its own."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QButtonGroup, QWidget

from keyturn.desktop.assistant_work import Page, WindowJob, Work
from keyturn.desktop.flow import Flow
from keyturn.desktop.pages.assistant_page import Actor, PageView, Verb
from keyturn.desktop.pages.fields import Choice
from keyturn.desktop.pages.parts import bullets
from keyturn.desktop.widgets import Card, LinkButton, Strong
from keyturn.model.text import _, in_widget
from keyturn.rotation.carrying_out.deciding import by_what_they_are_about
from keyturn.rotation.steps import Awaited


class DecidePage(PageView):
    """Each thing with its evidence and the answers to choose from; none of them is chosen beforehand."""

    def __init__(self, act: Actor) -> None:
        super().__init__(act)
        self._chosen: dict[str, str] = {}

    def title(self, flow: Flow) -> str:
        """Whose turn it is, and for what."""
        return _("Only you can decide this")

    def sentence(self, flow: Flow) -> str:
        """Why Keyturn does not decide, and that waiting costs nothing."""
        return _(
            "Keyturn cannot prove that it made what is named here, so it leaves it alone until you say what it is. "
            "Your backups go on meanwhile."
        )

    def signature(self, flow: Flow) -> object:
        """What is to be decided: the answers stay while anything else changes."""
        return _awaited(flow)

    def build(self, flow: Flow) -> None:
        """A card for each key or user."""
        self._chosen = {}
        for items in by_what_they_are_about(_awaited(flow)):
            self.add(self._card(items))
        self.add(close_button(self.act))

    def _card(self, items: Sequence[Awaited]) -> QWidget:
        card = Card()
        first = items[0]
        # What is done elsewhere has steps; evidence has none to follow.
        if first.tickable:
            card.column.addWidget(Strong(_("What is known")))
            card.column.addWidget(bullets(first.steps))
        else:
            card.column.addWidget(Strong(first.title))
            card.column.addWidget(self.steps(first.steps))
        answers = QButtonGroup(card)
        for one in items:
            if not one.tickable:
                continue
            choice = Choice(one.title)
            choice.setAccessibleDescription(in_widget(" ".join(first.steps)))
            answers.addButton(choice)
            # Not `clicked`: a screen reader toggles.
            choice.toggled.connect(lambda on, item=one.item: self._choose(first.item, item) if on else None)
            card.column.addWidget(choice)
        return card

    def _choose(self, about: str, item: str) -> None:
        self._chosen[about] = item
        self.act.retell()

    def verb(self, flow: Flow) -> Verb | None:
        """Does what was decided, and goes on; where somebody else may have done it at AWS, it looks."""
        job = WindowJob(Work.DECIDE, items=tuple(self._chosen.values()))
        groups = by_what_they_are_about(_awaited(flow))
        open_still = [items for items in groups if items[0].tickable and items[0].item not in self._chosen]
        reason = flow.why_not(job) or (_("Decide about each of them first.") if open_still else "")
        decides = bool(self._chosen) or any(items[0].tickable for items in groups)
        text = _("Do this, and go on") if decides else _("Look again")
        return Verb(text, lambda: self.act.do(job), reason, is_default=False)


def _awaited(flow: Flow) -> tuple[Awaited, ...]:
    return () if flow.standing is None else flow.standing.result.awaiting


def close_button(act: Actor) -> QWidget:
    """The last way out of every rotation."""
    button = LinkButton(_("Close it as it stands…"))
    button.setAccessibleDescription(
        _("For a replacement that cannot go on: both keys stay as they are, and Keyturn does nothing more with them.")
    )
    button.clicked.connect(lambda: act.ask(Page.END))
    return button
