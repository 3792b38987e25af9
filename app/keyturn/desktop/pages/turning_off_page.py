"""The page on which the old key is turned off: by the person in the console, or by a key where that can be undone."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtWidgets import QButtonGroup, QWidget

from keyturn.desktop.flow import Flow
from keyturn.desktop.look import ColorTone
from keyturn.desktop.pages.assistant_page import Actor, PageView, Verb
from keyturn.desktop.pages.fields import Choice, Tick
from keyturn.desktop.pages.parts import Fold, Notice, bullets, stacked
from keyturn.desktop.pages.told import add_told, said
from keyturn.desktop.pages.used_elsewhere import UsedElsewhere
from keyturn.desktop.widgets import Button, Card, Quiet, Strong, Subheading
from keyturn.desktop.work import WindowJob, Work
from keyturn.model.text import _
from keyturn.rotation import by_hand, consent
from keyturn.rotation.decision import Decision
from keyturn.rotation.steps import By
from keyturn.rotation.turning_off import default_way, is_one_way

_PATIENCE = 600.0  # seconds to sign in, with password and MFA
_WAIT = WindowJob(Work.TURN_OFF, by=By.CONSOLE, wait=_PATIENCE)
_BY_KEY = WindowJob(Work.TURN_OFF, by=By.KEY)


class TurnOffPage(PageView):
    """First the question that only a person can answer, then the way."""

    def __init__(self, act: Actor) -> None:
        super().__init__(act)
        self._no = Choice()
        self._yes = Choice()
        self._answers = QButtonGroup(self)
        self._first = QWidget()
        self._way = QWidget()
        self._by_key = Button()
        self._elsewhere: UsedElsewhere | None = None
        self._wait_for = Button()
        self._waits = Quiet()

    def title(self, flow: Flow) -> str:
        """The same for every way; the button says who does it."""
        return _("Turn the old key off")

    def sentence(self, flow: Flow) -> str:
        """Whether there is a way back, and whose it is: Keyturn's, the person's in the console, or perhaps nobody's."""
        decision = _decision(flow)
        if decision is None:
            return ""
        if not is_one_way(decision, default_way(decision)) and default_way(decision) is By.KEY:
            return _("Off is not deleted: Keyturn can turn it on again, with the new key.")
        if decision.store is not None:
            said = _("It is turned off on the web page of {store}. A store that can only delete keys has no way back.")
            return said.format(store=decision.store)
        return _("Off is not deleted: in the console you can turn it on again at any time.")

    def signature(self, flow: Flow) -> object:
        """The rotation alone, so that what was unfolded and ticked stays while AWS is asked."""
        return None if flow.standing is None else (flow.standing.rotation.name, said(flow))

    def build(self, flow: Flow) -> None:
        """The question, the advice for “Yes” and the way for “No”; `refresh` shows one of these two."""
        decision = _decision(flow)
        if decision is None:
            return
        self._elsewhere, self._wait_for = None, Button()
        self._ask(flow, decision)
        self._first = self._told_what_else(decision)
        self._way = stacked(*(self._in_the_console(decision) if default_way(decision) is By.CONSOLE else ()))
        self.add(self._first)
        self.add(self._way)
        add_told(self, flow)

    def _ask(self, flow: Flow, decision: Decision) -> None:
        asked = consent.other_users(decision.key)
        card = Card()
        card.column.addWidget(Strong(asked.question))
        card.column.addWidget(Quiet(f"{asked.heading} {asked.lead}"))
        card.column.addWidget(bullets(asked.examples))
        self._answers = QButtonGroup(card)
        self._no = Choice(_("No, nothing else uses it"))
        self._yes = Choice(_("Yes, or I am not sure"))
        for button, answer in ((self._no, True), (self._yes, False)):
            self._answers.addButton(button)
            button.setChecked(flow.nobody_else is answer)
            button.setAccessibleDescription(asked.question)
            # Not `clicked`: a screen reader toggles.
            button.toggled.connect(lambda on, answer=answer: self.act.answer(answer) if on else None)
            card.column.addWidget(button)
        self.add(card)

    def _told_what_else(self, decision: Decision) -> QWidget:
        notice = Notice(consent.other_users(decision.key).if_so, ColorTone.ATTENTION, "exclamation")
        return stacked(notice, Fold(_("Let Keyturn wait for it"), self._what_to_wait_for), spacing=0.3)

    def _what_to_wait_for(self) -> QWidget:
        self._elsewhere = UsedElsewhere((), lambda also: self.act.retell())
        self._wait_for = Button(_("Wait for what is ticked"))
        self._wait_for.clicked.connect(lambda: self.act.do(self._adding()))
        self._wait_for.setEnabled(False)
        return stacked(self._elsewhere, self._wait_for, spacing=0.4)

    def _adding(self) -> WindowJob:
        return WindowJob(Work.ADD, also=() if self._elsewhere is None else self._elsewhere.ticked)

    def _in_the_console(self, decision: Decision) -> Iterator[QWidget]:
        yield Subheading(_("In your browser"))
        yield self.steps(by_hand.turn_off_in_console(decision).steps)
        self._waits = Quiet()
        yield self._waits
        if decision.store is not None:
            return
        if not is_one_way(decision, By.KEY):
            yield Fold(_("Turn it off with the new key instead"), lambda: self._with_the_new_key(decision))
        else:
            yield Fold(_("I cannot use the console"), lambda: self._one_way(decision))

    def _one_way(self, decision: Decision) -> QWidget:
        card = Card()
        card.column.addWidget(Notice(consent.one_way_heading(), ColorTone.ATTENTION, "exclamation"))
        card.column.addWidget(Quiet(consent.one_way(decision.owner)))
        understood = Tick(_("I understand that Keyturn cannot turn it on again"))
        self._by_key = Button(_("Turn {key} off with itself").format(key=decision.key.masked))
        self._by_key.setAutoDefault(False)
        self._by_key.setEnabled(False)
        understood.toggled.connect(self._by_key.setEnabled)
        self._by_key.clicked.connect(lambda: self.act.do(_BY_KEY))
        card.column.addWidget(understood)
        card.column.addWidget(self._by_key)
        return card

    def _with_the_new_key(self, decision: Decision) -> QWidget:
        button = Button(_("Turn {key} off with the new key").format(key=decision.key.masked))
        button.clicked.connect(lambda: self.act.do(_BY_KEY))
        return button

    def refresh(self, flow: Flow) -> None:
        """Shows what follows from the answer, and whether Keyturn is looking at AWS, or the store, just now."""
        busy = flow.job is not None
        if flow.nobody_else is None:
            # The key was turned on again, perhaps because something does use it: the question is open once more.
            self._answers.setExclusive(False)
            for button in self._answers.buttons():
                button.setChecked(False)
            self._answers.setExclusive(True)
            if self._elsewhere is not None:
                self._elsewhere.clear()
        self._first.setVisible(flow.nobody_else is False)
        self._way.setVisible(flow.nobody_else is True)
        self._wait_for.setEnabled(not flow.why_not(self._adding()))
        self._no.setEnabled(not busy)
        self._yes.setEnabled(not busy)
        if not busy and flow.store is not None:
            self._waits.setText(_("Keyturn sees within seconds that the key is off, and goes on by itself."))
        elif not busy:
            self._waits.setText(_("Open the console, press Deactivate there, and Keyturn sees it within seconds."))
        elif flow.stopping:
            self._waits.setText(_("No longer looking."))
        else:
            said = _("Looking every few seconds whether {whom} still accepts {key}…")
            self._waits.setText(said.format(whom=flow.store or "AWS", key=flow.masked))

    def verb(self, flow: Flow) -> Verb | None:
        """Turns it off by key where that is the usual way; else opens the console and looks until the key is off.

        A store has no console, so there it only looks.
        """
        decision = _decision(flow)
        if decision is None:
            return None
        if default_way(decision) is By.KEY:
            text = _("Turn off {key}").format(key=flow.masked)
            return Verb(text, lambda: self.act.do(_BY_KEY), flow.why_not(_BY_KEY))
        if decision.store is not None:
            text = _("Look whether {key} is off").format(key=flow.masked)
            return Verb(text, lambda: self.act.do(_WAIT), flow.why_not(_WAIT))
        return Verb(_("Open the AWS console"), self._open, flow.why_not(_WAIT))

    def _open(self) -> None:
        self.act.open_console()
        self.act.do(_WAIT)


def _decision(flow: Flow) -> Decision | None:
    return None if flow.standing is None else flow.standing.rotation.decision
