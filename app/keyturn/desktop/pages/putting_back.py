"""The page that asks before everything is put back: what will happen to each place, and what comes first."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from keyturn.desktop.assistant_work import Page, WindowJob, Work
from keyturn.desktop.flow import Flow
from keyturn.desktop.look import ColorTone
from keyturn.desktop.pages.assistant_page import PageView, Verb, console_button
from keyturn.desktop.pages.confirming import AwaitedCard, hold_ticks
from keyturn.desktop.pages.deciding_page import close_button
from keyturn.desktop.pages.parts import bullets
from keyturn.desktop.pages.programs_list import State, programs_list
from keyturn.desktop.undo_preview import Returned
from keyturn.desktop.unlock_card import UnlockCard
from keyturn.desktop.widgets import Subheading
from keyturn.model.text import _
from keyturn.rotation.planning import by_hand
from keyturn.rotation.steps import Awaited

_UNDO = WindowJob(Work.UNDO)


class BackPage(PageView):
    """Each place with what becomes of it; nothing is put back before the button is pressed."""

    def title(self, flow: Flow) -> str:
        """The question."""
        return _("Put everything back?")

    def sentence(self, flow: Flow) -> str:
        """What one gets, and that it is looked up first."""
        if flow.way_back is None:
            return _("Keyturn looks which key stands in each place…")
        if not flow.way_back.places:
            return _("{key} stays the key that it was.").format(key=flow.masked)
        return _("Every program has {key} again afterwards, as before.").format(key=flow.masked)

    def signature(self, flow: Flow) -> object:
        """What was looked up."""
        return flow.way_back

    def build(self, flow: Flow) -> None:
        """What comes first, then each place, then what happens at AWS."""
        way = flow.way_back
        if way is None:
            return
        if way.is_locked:
            card = UnlockCard(self.act.runner)
            card.opened.connect(lambda: self.act.ask(Page.BACK))
            self.add(card)
        if way.first:
            self.add(Subheading(_("First, by you")))
            for one in way.first:
                self.add(self._first(one))
        if way.places:
            self.add(Subheading(_("What becomes of each place")))
            states = {one.program: _state(one) for one in way.places}
            self.add(programs_list([one.program for one in way.places], states.__getitem__))
        if way.then:
            self.add(Subheading(_("And then")))
            self.add(bullets(way.then))
        self.add(close_button(self.act))

    def _first(self, one: Awaited) -> QWidget:
        if one.item != by_hand.TURN_ON:
            return AwaitedCard(self.act, one, WindowJob(Work.TICK, item=one.item))
        return AwaitedCard(self.act, one, WindowJob(Work.TURN_ON), [console_button(self.act)])

    def refresh(self, flow: Flow) -> None:
        """Lets nothing be ticked while a job runs."""
        hold_ticks(self, flow)

    def verb(self, flow: Flow) -> Verb | None:
        """Puts everything back; never by Enter alone, because this page is reached by one press."""
        reason = flow.why_not(_UNDO)
        if not reason and flow.way_back is not None and flow.way_back.first:
            reason = flow.way_back.first[0].title
        return Verb(_("Put everything back"), lambda: self.act.do(_UNDO), reason, is_default=False)


def _state(one: Returned) -> State:
    if not one.is_clear:
        return one.will, ColorTone.ATTENTION, "exclamation"
    return one.will, ColorTone.NEUTRAL, "arrow-left" if one.changes else "circle"
