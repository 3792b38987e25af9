"""The pages between the new key and the end of the old one: what a person does by hand, and watching."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from keyturn.desktop import dates
from keyturn.desktop.assistant_work import WindowJob, Work
from keyturn.desktop.flow import Flow, takes_new_key
from keyturn.desktop.font_sizes import em
from keyturn.desktop.look import ColorTone
from keyturn.desktop.old_key_use import OldKeyUse
from keyturn.desktop.pages.assistant_page import Actor, PageView, said_here
from keyturn.desktop.pages.confirming import AwaitedCard, hold_ticks
from keyturn.desktop.pages.parts import Notice, bullets
from keyturn.desktop.pages.reminder import Reminder
from keyturn.desktop.pages.secret_card import SecretCard
from keyturn.desktop.pages.told import add_told, said
from keyturn.desktop.pages.unseen_backups import backups_card
from keyturn.desktop.reflowing import BesideButton
from keyturn.desktop.waiting_card import UseRow
from keyturn.desktop.waiting_line import WaitingLine
from keyturn.desktop.waiting_words import stations_of
from keyturn.desktop.widgets import Button, Card, Quiet, Subheading
from keyturn.model.errors import AppError
from keyturn.model.text import _
from keyturn.rotation import labels
from keyturn.rotation.carrying_out import backups_seen
from keyturn.rotation.carrying_out.awaiting import WATCH
from keyturn.rotation.steps import Awaited, Route

_LOOK = WindowJob(Work.CARRY_ON)


class ByHandPage(PageView):
    """What only a person can do, each with its steps, and a tick when it is done."""

    def __init__(self, act: Actor) -> None:
        super().__init__(act)
        self._look = Button()

    def title(self, flow: Flow) -> str:
        """Whose turn it is."""
        return _("Now you")

    def sentence(self, flow: Flow) -> str:
        """Why nothing is urgent: the new key is in place, where one was made, and the old one stays on."""
        if flow.route is Route.RETIRE:
            return _("These need a person; the old key stays on until they are done.")
        if _is_for_others(flow):
            return _("The new key works. These need a person; the old key stays on until they are done.")
        return _("The new key is in place. These need a person; the old key stays on until they are done.")

    def signature(self, flow: Flow) -> object:
        """What is left: an item that was ticked goes once its job has ended."""
        return flow.by_hand, said(flow)

    def build(self, flow: Flow) -> None:
        """A card for each item; where a program takes the new key by hand, its ID and secret are offered there."""
        for one in flow.by_hand:
            self.add(self._item(flow, one))
        # What a person did may show without a tick.
        self._look = _look_button(self, _("Check now"))
        self.add(self._look)
        add_told(self, flow)

    def _item(self, flow: Flow, one: Awaited) -> QWidget:
        new = None if flow.standing is None else flow.standing.rotation.new_key
        secret = [SecretCard(new, self.act)] if takes_new_key(one) and new is not None else []
        return AwaitedCard(self.act, one, WindowJob(Work.TICK, item=one.item), secret)

    def refresh(self, flow: Flow) -> None:
        """Lets nothing be ticked, nor looked at, while a job runs."""
        hold_ticks(self, flow)
        self._look.setEnabled(flow.job is None)


class WatchPage(PageView):
    """Until when nothing is to be done, and whether anything uses the old key meanwhile."""

    def __init__(self, act: Actor) -> None:
        super().__init__(act)
        self._look = Button()

    def title(self, flow: Flow) -> str:
        """The day until which is watched; where it is not the days that are awaited, that the old key is in use."""
        standing = flow.standing
        until = None if standing is None else standing.rotation.watched_until
        used = standing is not None and standing.use is not None and standing.use.is_used
        if standing is None or until is None or used or all(one.tickable for one in standing.result.awaiting):
            return _("The old key is still in use")
        return _("Nothing to do until {day}").format(day=labels.near_day(until))

    def sentence(self, flow: Flow) -> str:
        """What watching is for: each backup runs without the old key, and needs no window for it."""
        if flow.route is Route.RETIRE:
            return _(
                "Let every backup run once: if one uses the old key after all, it is seen here. You can close this "
                "window; nothing has to stay open."
            )
        return _("Let every backup run once with the new key. You can close this window; nothing has to stay open.")

    def signature(self, flow: Flow) -> object:
        """The reasons, what AWS told and the key: looking again changes the page only where one of them changed."""
        backups = () if flow.standing is None else backups_seen.backups_of(flow.standing.rotation)
        return flow.reasons, flow.masked, said(flow), _use(flow), backups

    def build(self, flow: Flow) -> None:
        """The days on a line, what AWS tells of the old key with the button that asks again, and what keeps it on."""
        standing = flow.standing
        if standing is None:
            return
        rotation, use = standing.rotation, _use(flow)
        card = Card()
        card.column.setSpacing(em(card, 0.5))
        card.column.addWidget(WaitingLine(stations_of(rotation, use)))
        until = rotation.watched_until
        card.column.addWidget(Reminder(self.act.runner, "" if until is None else labels.near_day(until), at_once=True))
        backups = backups_seen.backups_of(rotation)
        self._look = _look_button(self, _("Look now"))
        # It looks at the places, so it stands beside them where there are any.
        beside = () if backups else (self._look,)
        now = self.act.runner.clock.now()
        if flow.store is None:
            told: BesideButton = UseRow(use, now, *beside)
        else:
            age = "" if use is None else use.age(now)
            told = BesideButton(Quiet(f"{_not_told(flow, flow.store)} {age}".strip()), *beside)
        card.column.addWidget(told)
        self.add(card)
        days = {one.title for one in standing.result.awaiting if one.item == WATCH}
        for reason in flow.reasons:
            if reason not in days:
                self.add(Notice(said_here(self.act, reason), ColorTone.ATTENTION, "hourglass"))
        if backups:
            heading = Subheading(_("Which places were seen backing up with the new key"))
            self.add(BesideButton(heading, self._look))
            self.add(backups_card(backups))
        self.add(Subheading(_("What was seen so far")))
        self.add(bullets(_seen(flow), "check", ColorTone.GOOD))
        add_told(self, flow)

    def refresh(self, flow: Flow) -> None:
        """Lets nobody ask while AWS is asked."""
        self._look.setEnabled(flow.job is None)

    def problem(self, flow: Flow) -> AppError | None:
        """None for a closed gate, because its reasons are the content."""
        return None if flow.problem is not None and flow.problem.code == "gate" else flow.problem


def _look_button(page: PageView, text: str) -> Button:
    button = Button(text)
    button.clicked.connect(lambda: page.act.do(_LOOK))
    return button


def _is_for_others(flow: Flow) -> bool:
    """True where nothing on this computer gets the new key."""
    return flow.standing is not None and flow.standing.rotation.decision.elsewhere


def _use(flow: Flow) -> OldKeyUse | None:
    return None if flow.standing is None else flow.standing.use


def _seen(flow: Flow) -> list[str]:
    if flow.route is Route.RETIRE:
        return [_("Keyturn found no program here that uses the old key.")]
    if _is_for_others(flow):
        return [_("The new key works; no file on this computer has it.")]
    seen = [_("Every program here has the new key, and was proved with it.")]
    if flow.standing is not None and flow.standing.rotation.switched_at is not None:
        switched = dates.lately(flow.standing.rotation.switched_at)
        seen.append(_("The new key has been in place since {date}.").format(date=switched))
    return seen


def _not_told(flow: Flow, store: str) -> str:
    said = _("{store} does not tell Keyturn whether something uses {key}; its own web page may.")
    return said.format(store=store, key=flow.masked)
