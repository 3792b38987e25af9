"""The page on which the old key is turned off: by the person in the console, or by a key where that can be undone."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtWidgets import QButtonGroup, QWidget

from keyturn.desktop.assistant_work import WindowJob, Work
from keyturn.desktop.flow import Flow
from keyturn.desktop.look import ColorTone
from keyturn.desktop.pages.assistant_page import Actor, PageView, Verb
from keyturn.desktop.pages.fields import Choice, Tick
from keyturn.desktop.pages.parts import Fold, Notice, bullets, stacked
from keyturn.desktop.pages.told import add_told, said
from keyturn.desktop.pages.unseen_backups import UnseenBackups
from keyturn.desktop.pages.used_elsewhere import UsedElsewhere
from keyturn.desktop.pages.who_makes_it import WhoMakesIt, may_choose
from keyturn.desktop.widgets import Button, Card, Quiet, Strong, Subheading
from keyturn.model.text import _
from keyturn.rotation import consent
from keyturn.rotation.carrying_out.backups_seen import unseen_of
from keyturn.rotation.carrying_out.turning_off import default_way, is_one_way
from keyturn.rotation.decision import Decision
from keyturn.rotation.planning import by_hand
from keyturn.rotation.steps import By

_PATIENCE = 600.0  # seconds to sign in, with password and MFA
_LOOK = WindowJob(Work.CARRY_ON)


class TurnOffPage(PageView):
    """First the question that only a person can answer, then the way."""

    def __init__(self, act: Actor) -> None:
        super().__init__(act)
        self._no = Choice()
        self._yes = Choice()
        self._answers = QButtonGroup(self)
        self._question = QWidget()
        self._first = QWidget()
        self._way = QWidget()
        self._by_new: Button | None = None
        self._by_itself: tuple[Button, Tick] | None = None
        self._elsewhere: UsedElsewhere | None = None
        self._unseen: UnseenBackups | None = None
        self._who: WhoMakesIt | None = None
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
        way = _way_of(flow, decision)
        if way is By.SIGNER:
            said = _("Off is not deleted: Keyturn can turn it on again, as {who}.")
            return said.format(who=flow.who)
        if way is By.KEY and not is_one_way(decision, way):
            return _("Off is not deleted: Keyturn can turn it on again, with the new key.")
        if decision.store is not None:
            said = _("It is turned off on the web page of {store}. A store that can only delete keys has no way back.")
            return said.format(store=decision.store)
        return _("Off is not deleted: in the console you can turn it on again at any time.")

    def signature(self, flow: Flow) -> object:
        """The rotation alone, so that what was unfolded and ticked stays while AWS is asked."""
        if flow.standing is None:
            return None
        return flow.standing.rotation.name, said(flow), unseen_of(flow.standing.rotation), flow.who

    def build(self, flow: Flow) -> None:
        """The question, the advice for “Yes” and the way for “No”; `refresh` shows one of these two."""
        decision = _decision(flow)
        if decision is None:
            return
        self._elsewhere, self._wait_for, self._unseen = None, Button(), None
        self._by_new = self._by_itself = self._who = None
        self._ask(flow, decision)
        self._first = self._told_what_else(decision)
        self._way = stacked(
            *self._who_does_it(flow, decision),
            *self._not_seen(flow),
            *(self._in_the_console(decision) if _way_of(flow, decision) is By.CONSOLE else ()),
        )
        self.add(self._first)
        self.add(self._way)
        add_told(self, flow)

    def _not_seen(self, flow: Flow) -> Iterator[QWidget]:
        unseen = () if flow.standing is None else unseen_of(flow.standing.rotation)
        if unseen:
            self._unseen = UnseenBackups(unseen, self.act.retell)
            self._unseen.look.clicked.connect(lambda: self.act.do(_LOOK))
            yield self._unseen

    def _who_does_it(self, flow: Flow, decision: Decision) -> Iterator[QWidget]:
        if may_choose(decision):
            self._who = WhoMakesIt(self.act, decision.key, flow.who)
            yield self._who

    def _job(self, by: By, wait: float = 0.0) -> WindowJob:
        """Turn it off, with the places to which the person said yes although they were not seen backing up."""
        return WindowJob(Work.TURN_OFF, by=by, wait=wait, items=() if self._unseen is None else self._unseen.yes)

    def _why_not(self, flow: Flow, job: WindowJob) -> str:
        reason = flow.why_not(job)
        if not reason and self._unseen is not None and not self._unseen.is_answered:
            return _("Say yes first to each place that was not seen backing up.")
        return reason

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
        self._question = card
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
        button = Button(_("Turn {key} off with itself").format(key=decision.key.masked))
        button.setAutoDefault(False)
        button.setEnabled(False)
        button.clicked.connect(lambda: self.act.do(self._job(By.KEY)))
        understood.toggled.connect(lambda on: self.act.retell())
        self._by_itself = button, understood
        card.column.addWidget(understood)
        card.column.addWidget(button)
        return card

    def _with_the_new_key(self, decision: Decision) -> QWidget:
        button = Button(_("Turn {key} off with the new key").format(key=decision.key.masked))
        self._by_new = button
        button.clicked.connect(lambda: self.act.do(self._job(By.KEY)))
        self.act.retell()
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
        # While the person is at the console, what they do there is all that they look for here.
        self._question.setHidden(flow.waits_for_person)
        if self._unseen is not None:
            self._unseen.hold(busy=busy)
            self._unseen.setHidden(flow.waits_for_person)
        if self._who is not None:
            self._who.hold(busy=busy)
        self._hold_folded(flow)
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

    def _hold_folded(self, flow: Flow) -> None:
        """What is unfolded may be pressed once the same was answered as for the page's own button."""
        answered = not self._why_not(flow, self._job(By.KEY))
        if self._by_new is not None:
            self._by_new.setEnabled(answered)
        if self._by_itself is not None:
            button, understood = self._by_itself
            button.setEnabled(answered and understood.isChecked())

    def verb(self, flow: Flow) -> Verb | None:
        """Turns it off by key where that is the usual way; else opens the console and looks until the key is off.

        A store has no console, so there it only looks.
        """
        decision = _decision(flow)
        if decision is None:
            return None
        if _way_of(flow, decision) is By.SIGNER:
            text, job = _("Turn off {key}").format(key=flow.masked), self._job(By.SIGNER)
            return Verb(text, lambda: self.act.do(job), self._why_not(flow, job))
        if default_way(decision) is By.KEY:
            text, job = _("Turn off {key}").format(key=flow.masked), self._job(By.KEY)
            return Verb(text, lambda: self.act.do(job), self._why_not(flow, job))
        job = self._job(By.CONSOLE, _PATIENCE)
        if decision.store is not None:
            text = _("Look whether {key} is off").format(key=flow.masked)
            return Verb(text, lambda: self.act.do(job), self._why_not(flow, job))
        if flow.waits_for_person:
            # It looks on meanwhile; a page that was closed in the browser is opened once more.
            return Verb(_("Open the AWS console"), self.act.open_console)
        return Verb(_("Open the AWS console"), lambda: self._open(job), self._why_not(flow, job))

    def _open(self, job: WindowJob) -> None:
        self.act.open_console()
        self.act.do(job)


def _way_of(flow: Flow, decision: Decision) -> By:
    return By.SIGNER if flow.is_ended_by_signer else default_way(decision)


def _decision(flow: Flow) -> Decision | None:
    return None if flow.standing is None else flow.standing.rotation.decision
