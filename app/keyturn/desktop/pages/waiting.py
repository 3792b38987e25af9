"""The pages between the new key and the end of the old one: what a person does by hand, and watching."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from keyturn.desktop.flow import Flow, takes_new_key
from keyturn.desktop.look import Tone
from keyturn.desktop.pages.confirming import AwaitedCard, hold_ticks
from keyturn.desktop.pages.page import PageView, Verb, said_here
from keyturn.desktop.pages.parts import Notice, bullets
from keyturn.desktop.pages.reminder import Reminder
from keyturn.desktop.pages.secret_card import SecretCard
from keyturn.desktop.pages.told import add_told, said
from keyturn.desktop.widgets import Quiet, Subheading
from keyturn.desktop.work import Job, Work
from keyturn.model.errors import AppError
from keyturn.model.text import _
from keyturn.rotation import words
from keyturn.rotation.steps import Awaited, Route
from keyturn.rotation.watching import readable

_LOOK = Job(Work.CARRY_ON)


class ByHandPage(PageView):
    """What only a person can do, each with its steps, and a tick when it is done."""

    def title(self, flow: Flow) -> str:
        """Whose turn it is."""
        return _("Now you")

    def sentence(self, flow: Flow) -> str:
        """Why nothing is urgent: the new key is in place, where one was made, and the old one stays on."""
        if flow.route is Route.RETIRE:
            return _("These need a person; the old key stays on until they are done.")
        return _("The new key is in place. These need a person; the old key stays on until they are done.")

    def signature(self, flow: Flow) -> object:
        """What is left: an item that was ticked goes once its job has ended."""
        return flow.by_hand, said(flow)

    def build(self, flow: Flow) -> None:
        """A card for each item; where a program takes the new key by hand, its ID and secret are offered there."""
        for one in flow.by_hand:
            self.add(self._item(flow, one))
        add_told(self, flow)

    def _item(self, flow: Flow, one: Awaited) -> QWidget:
        new = None if flow.standing is None else flow.standing.rotation.new_key
        secret = [SecretCard(new, self.act)] if takes_new_key(one) and new is not None else []
        return AwaitedCard(self.act, one, Job(Work.TICK, item=one.item), secret)

    def refresh(self, flow: Flow) -> None:
        """Lets nothing be ticked while a job runs."""
        hold_ticks(self, flow)

    def verb(self, flow: Flow) -> Verb | None:
        """Carries on, because what a person did may show without a tick."""
        return Verb(_("Look again"), lambda: self.act.do(_LOOK), flow.why_not(_LOOK))


class WatchPage(PageView):
    """Until when, and what was seen."""

    def title(self, flow: Flow) -> str:
        """The day until which is watched; where it is not the days that are awaited, that the old key is in use."""
        standing = flow.standing
        until = None if standing is None else standing.rotation.watched_until
        if standing is None or until is None or all(one.tickable for one in standing.result.awaiting):
            return _("The old key is still in use")
        return _("Watching until {date}").format(date=readable(until))

    def sentence(self, flow: Flow) -> str:
        """What watching is for: each backup runs without the old key, and needs no window for it."""
        if flow.route is Route.RETIRE:
            return _(
                "Let every backup run once: if one uses the old key after all, it is seen here. You can close this "
                "window; nothing has to stay open."
            )
        return _("Let every backup run once with the new key. You can close this window; nothing has to stay open.")

    def signature(self, flow: Flow) -> object:
        """The reasons and the key, so that looking again changes the page only where it found other reasons."""
        return flow.reasons, flow.masked, said(flow)

    def build(self, flow: Flow) -> None:
        """What was seen since the switch, what keeps the old key on, and what looking again asks."""
        self.add(Subheading(_("What was seen so far")))
        self.add(bullets(_seen(flow), "check", Tone.GOOD))
        self.add(Subheading(_("What keeps the old key on")))
        for reason in flow.reasons:
            self.add(Notice(said_here(self.act, reason), Tone.ATTENTION, "hourglass"))
        self.add(Quiet(_looking_again(flow)))
        until = None if flow.standing is None else flow.standing.rotation.watched_until
        add_told(self, flow)
        self.add(Reminder(self.act.runner, "" if until is None else words.near_day(until), at_once=True))

    def problem(self, flow: Flow) -> AppError | None:
        """None for a closed gate, because its reasons are the content."""
        return None if flow.problem is not None and flow.problem.code == "gate" else flow.problem

    def verb(self, flow: Flow) -> Verb | None:
        """Carries on: AWS is asked again, and where nothing keeps the old key on, the next page comes."""
        return Verb(_("Look again"), lambda: self.act.do(_LOOK), flow.why_not(_LOOK))


def _seen(flow: Flow) -> list[str]:
    if flow.route is Route.RETIRE:
        return [_("Keyturn found no program here that uses the old key.")]
    seen = [_("Every program here has the new key, and was proved with it.")]
    if flow.standing is not None and flow.standing.rotation.switched_at is not None:
        switched = readable(flow.standing.rotation.switched_at)
        seen.append(_("The new key has been in place since {date}.").format(date=switched))
    return seen


def _looking_again(flow: Flow) -> str:
    if flow.store is not None:
        said = _("{store} does not tell Keyturn whether something uses {key}; its own web page may.")
        return said.format(store=flow.store, key=flow.masked)
    return _(
        "Looking again asks AWS whether something other than Keyturn used {key} since the switch. AWS tells with some "
        "hours' delay."
    ).format(key=flow.masked)
