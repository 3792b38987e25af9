"""The last pages: the old key is off, it may be deleted, it is deleted, or everything was put back."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from keyturn.desktop import dates
from keyturn.desktop.assistant_work import WindowJob, Work
from keyturn.desktop.flow import Flow
from keyturn.desktop.look import ColorTone
from keyturn.desktop.pages.assistant_page import Actor, PageView, Verb, console_button, steps_of
from keyturn.desktop.pages.confirming import LastFour
from keyturn.desktop.pages.leftover_row import LeftoverRow
from keyturn.desktop.pages.parts import Fold, Notice, bullets, stacked
from keyturn.desktop.pages.programs_list import programs_list
from keyturn.desktop.pages.reminder import Reminder
from keyturn.desktop.pages.told import add_told
from keyturn.desktop.pages.who_makes_it import WhoMakesIt, may_choose
from keyturn.desktop.widgets import Button, Card, Quiet, Subheading
from keyturn.model.text import _
from keyturn.rotation import labels
from keyturn.rotation.carrying_out.said import is_deletion_seen
from keyturn.rotation.decision import Decision
from keyturn.rotation.planning import by_hand
from keyturn.rotation.steps import Route, Step

_TURN_ON = WindowJob(Work.TURN_ON)


def _is_proved_off(flow: Flow) -> bool:
    """False where no file here has the new key, so that none was proved."""
    return flow.standing is not None and bool(flow.standing.rotation.proved(Step.PROVE_OFF))


class OffPage(PageView):
    """The old key is off, and can be turned on again until it is deleted, days from now."""

    def title(self, flow: Flow) -> str:
        """“Done”, although the key is not deleted: what is left is to wait."""
        return _("Done: the old key is off")

    def sentence(self, flow: Flow) -> str:
        """Why the window may be closed: the days until the key can be deleted pass without it."""
        if flow.route is Route.RETIRE:
            return _("Keyturn found no program that used it. You can close this window.")
        if not _is_proved_off(flow):
            return _("You can close this window.")
        return _("Every backup was proved without it. You can close this window.")

    def signature(self, flow: Flow) -> object:
        """The rotation and the day from which the key can be deleted: another one each time that it is turned off."""
        return None if flow.standing is None else (flow.standing.rotation.name, flow.standing.rotation.deletable_from)

    def build(self, flow: Flow) -> None:
        """The way back first, for those whose backups fail; then what changed, and what comes next."""
        standing = flow.standing
        if standing is None:
            return
        self.add(_back_on(self.act, standing.rotation.decision))
        if flow.programs:
            self.add(Subheading(_("What changed")))
        new = standing.rotation.new_key
        has_new = "" if new is None else _("has {key}").format(key=new.masked), ColorTone.GOOD, "check"
        self.add(programs_list(flow.programs, lambda one: has_new))
        self.add(Subheading(_("What comes next")))
        when = standing.rotation.deletable_from
        date = "" if when is None else labels.near_day(when)
        self.add(
            bullets(
                (
                    _("From {date} on the old key can be deleted. Until then nothing is lost: undo is here.").format(
                        date=date
                    ),
                    _("Let your backups run. If one misses the old key, turn it on again here."),
                )
            )
        )
        add_told(self, flow)
        self.add(Reminder(self.act.runner, "" if when is None else labels.near_day(when), at_once=True))

    def verb(self, flow: Flow) -> Verb | None:
        """Leaves: there is nothing to do here before the key can be deleted."""
        return Verb(_("Back to overview"), self.act.leave)


def _back_on(act: Actor, decision: Decision) -> QWidget:
    notice = Notice(_("The old key is off. Backups failing? Turn it back on."), ColorTone.ACCENT, "dot")
    if decision.route.same_owner:
        button = Button(_("Turn {key} on again").format(key=decision.key.masked))
        button.clicked.connect(lambda: act.do(_TURN_ON))
        return stacked(notice, button, spacing=0.3)
    return stacked(
        notice,
        Fold(_("How to turn it on again"), lambda: _in_console(act, decision)),
        spacing=0.2,
    )


def _in_console(act: Actor, decision: Decision) -> QWidget:
    card = Card()
    card.column.addWidget(steps_of(act, by_hand.turn_on_in_console(decision).steps))
    if decision.store is None:
        card.column.addWidget(console_button(act), 0, Qt.AlignmentFlag.AlignLeft)
    seen = Button(_("I turned it on"))
    seen.clicked.connect(lambda: act.do(_TURN_ON))
    card.column.addWidget(seen, 0, Qt.AlignmentFlag.AlignLeft)
    return card


class DeletePage(PageView):
    """The one thing that cannot be taken back: evidence first, and the last four characters typed."""

    def __init__(self, act: Actor) -> None:
        super().__init__(act)
        self._typed: LastFour | None = None

    def title(self, flow: Flow) -> str:
        """The same for every key; the sentence below names it."""
        return _("Delete the old key")

    def sentence(self, flow: Flow) -> str:
        """Names the key, and says before anything is typed that there is no way back."""
        return _("This cannot be taken back: afterwards nobody can turn {key} on again.").format(key=flow.masked)

    def signature(self, flow: Flow) -> object:
        """As of the page before: what is typed stays, but not over another turn on and off."""
        standing = flow.standing
        return None if standing is None else (standing.rotation.name, standing.rotation.deletable_from, flow.who)

    def build(self, flow: Flow) -> None:
        """What speaks for it, the way back, the steps where only the person can delete it, and the field to type in."""
        standing = flow.standing
        if standing is None:
            return
        rotation = standing.rotation
        self.add(Subheading(_("What speaks for it")))
        evidence = []
        if rotation.off_at is not None:
            evidence.append(_("It has been off since {date}.").format(date=dates.lately(rotation.off_at)))
        evidence += [
            _("{program} was proved with it off ({where}).").format(program=one.name, where=one.where)
            for one in flow.programs
        ]
        self.add(bullets(evidence, "check", ColorTone.GOOD))
        self.add(_back_on(self.act, rotation.decision))
        if _is_by_person(flow):
            self.add(Subheading(_("In your browser")))
            self.add(self.steps(by_hand.delete_in_console(rotation.decision).steps))
            if rotation.decision.store is None:
                self.add(console_button(self.act))
        if may_choose(rotation.decision):
            self.add(WhoMakesIt(self.act, rotation.decision.key, flow.who))
        self._typed = LastFour(lambda text: self.act.retell(), flow.masked)
        self.add(self._typed)

    def verb(self, flow: Flow) -> Verb | None:
        """Deletes the key, or looks whether the person did, once its last four characters are typed. Never by Enter."""
        standing = flow.standing
        if standing is None:
            return None
        job = WindowJob(Work.DELETE, confirm="" if self._typed is None else self._typed.text())
        by_key = not _is_by_person(flow)
        text = _("Delete key {key}") if by_key else _("I deleted {key}")
        return Verb(text.format(key=flow.masked), lambda: self.act.do(job), flow.why_not(job), is_default=False)


def _is_by_person(flow: Flow) -> bool:
    """True where nobody whom Keyturn may sign as deletes it."""
    return flow.standing is not None and not (
        flow.standing.rotation.decision.route.same_owner or flow.is_ended_by_signer
    )


class DeletedPage(PageView):
    """The end: the old key is gone."""

    def title(self, flow: Flow) -> str:
        """Names the key, for people who have several; and who says so, where nobody saw it."""
        if _is_seen(flow):
            return _("{key} is deleted").format(key=flow.masked)
        return _("You say that {key} is deleted").format(key=flow.masked)

    def sentence(self, flow: Flow) -> str:
        """What became of Keyturn's copy of the old key, and of the new one where there is one."""
        if not _is_seen(flow):
            text = _("AWS refuses it, and Keyturn keeps no copy of it. That it is gone is {said}.")
            return text.format(said=labels.said_not_seen())
        if flow.route is Route.RETIRE:
            return _("Keyturn found no program that used it, and keeps no copy of it.")
        if not _is_proved_off(flow):
            return _("Keyturn keeps no copy of it.")
        return _("Every backup was proved without it, and Keyturn keeps no copy of it.")

    def signature(self, flow: Flow) -> object:
        """How the rotation stands, which includes the files that still hold the key."""
        return flow.standing

    def build(self, flow: Flow) -> None:
        """Each program with its new key, and the files that still hold the old one: for the trash, or to look at."""
        standing = flow.standing
        if standing is None:
            return
        new = standing.rotation.new_key
        has_new = "" if new is None else _("has {key}").format(key=new.masked), ColorTone.GOOD, "check"
        self.add(programs_list(flow.programs, lambda one: has_new))
        leftovers = standing.result.leftovers
        if leftovers:
            self.add(Subheading(_("These files hold the old key still; it opens nothing any more")))
        for path in standing.for_trash:
            self.add(LeftoverRow(path, labels.short_path(path, standing.home), self.act))
        others = [path for path in leftovers if path not in standing.for_trash]
        if others:
            self.add(bullets(labels.short_path(path, standing.home) for path in others))
            self.add(Quiet(_("Keyturn cannot tell what else is in these, so they are yours to look at.")))

    def verb(self, flow: Flow) -> Verb | None:
        """Leaves: the rotation is over."""
        return Verb(_("Back to overview"), self.act.leave)


def _is_seen(flow: Flow) -> bool:
    return flow.standing is None or is_deletion_seen(flow.standing.rotation)


class UndonePage(PageView):
    """What was changed is put back."""

    def title(self, flow: Flow) -> str:
        """What a person who went back wants to know, and nothing else."""
        stands = None if flow.standing is None else flow.standing.result.stands
        return _("Everything is as it was") if stands is not None and stands.as_before else _("It is put back")

    def sentence(self, flow: Flow) -> str:
        """What became of the new key: removed where Keyturn made it, kept where the person did; retiring has none."""
        if flow.takes_a_pair:
            return _("The new key is still there where you made it.")
        stands = None if flow.standing is None else flow.standing.result.stands
        return "" if stands is None else stands.text

    def signature(self, flow: Flow) -> object:
        """How the rotation stands, which includes what is left to the person."""
        return flow.standing

    def build(self, flow: Flow) -> None:
        """Each program with the old key, and the steps that only the person can take."""
        has_old = _("has {key} again").format(key=flow.masked), ColorTone.GOOD, "check"
        self.add(programs_list(flow.programs, lambda one: has_old))
        for waits in () if flow.standing is None else flow.standing.result.awaiting:
            self.add(Subheading(waits.title))
            self.add(self.steps(waits.steps))

    def verb(self, flow: Flow) -> Verb | None:
        """Leaves: the rotation is over."""
        return Verb(_("Back to overview"), self.act.leave)
