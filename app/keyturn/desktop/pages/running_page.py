"""The pages of the work itself: how each program fares while it runs, and what was proved at its end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from keyturn.desktop.assistant_work import Page
from keyturn.desktop.flow import Flow
from keyturn.desktop.look import ColorTone
from keyturn.desktop.pages.assistant_page import Actor, PageView, Verb
from keyturn.desktop.pages.parts import Bar, FixedText, Fold, StateRow, bullets
from keyturn.desktop.pages.programs_list import State, folded, names_of, place_rows, programs_list, together
from keyturn.desktop.pages.row_list import RowList
from keyturn.desktop.pages.stage_row import StageHeads, StageRow
from keyturn.desktop.progressing import Fortune, RotationProgress
from keyturn.desktop.rotation_view import Program
from keyturn.desktop.spinner import TURN
from keyturn.desktop.widgets import Quiet, Strong
from keyturn.model.text import _, in_widget, plural
from keyturn.rotation.events.rotation_events import Proved
from keyturn.rotation.steps import Route, Step

Places = tuple[str, ...]  # the identities of those that share a row
Row = TypeVar("Row", StateRow, StageRow)
_PATIENCE = 5.0  # seconds after which a person wonders (facts/anchors.md 4.7)
_SHOWN = {
    Fortune.WAITING: (ColorTone.NEUTRAL, "circle"),
    Fortune.UPDATING: (ColorTone.ACCENT, "ring"),
    Fortune.UPDATED: (ColorTone.ACCENT, "dot"),
    Fortune.PROVING: (ColorTone.ACCENT, "ring"),
    Fortune.PROVED: (ColorTone.GOOD, "check"),
    Fortune.PUT_BACK: (ColorTone.GOOD, "arrow-left"),
}


class ProgressPage(PageView):
    """How far the work is: a bar by steps, a line for each program, and what was done, folded."""

    def __init__(self, act: Actor) -> None:
        super().__init__(act)
        self._list = RowList(())
        self._rows: dict[Places, StateRow | StageRow] = {}
        self._shown: dict[Places, Fortune] = {}
        self._progress = RotationProgress()
        self._bar = Bar(_("Progress"))
        self._now = Quiet()
        self._patience = Quiet()
        self._log = FixedText("", "")
        self._logged: tuple[str, ...] = ()
        self._step: Step | None = None
        self._sentence = ""
        self._ticks = QTimer(self)
        self._ticks.setSingleShot(True)
        self._ticks.timeout.connect(self._wondering)
        self._hint = ""
        self._is_working = self._is_late = False
        self._is_aws = True
        self._breath = QTimer(self)
        self._breath.setSingleShot(True)
        self._breath.timeout.connect(self._breathed)
        self._turns = QTimer(self)
        self._turns.setInterval(TURN)
        self._turns.timeout.connect(self._turn)
        self._count = Strong()

    def title(self, flow: Flow) -> str:
        """What the steps ahead come to: a rotation begins here, is put back, or is proved with the old key off."""
        if _is_undoing(flow):
            return _("Putting everything back")
        if Step.PROVE_OFF in flow.progress.ahead:
            return _("Proving every backup with the old key off")
        if flow.route is Route.RETIRE:
            return _("Checking everything")
        return _("Putting the new key in place")

    def sentence(self, flow: Flow) -> str:
        """How backups go on meanwhile, and what becomes of the work if it is stopped, or the window closed."""
        if flow.stopping and _is_undoing(flow):
            return _("Stopping after this change… What is back stays back, and it can be carried on.")
        if flow.stopping:
            return _("Stopping after this change… Then everything is put back, and backups go on with the old key.")
        if _is_undoing(flow):
            return _undoing(flow)
        return _(
            "The old key keeps working meanwhile. Should this window close, it carries on here when you come back."
        )

    def signature(self, flow: Flow) -> object:
        """The steps and the programs, not how far they are, so that no event makes the rows anew."""
        return flow.progress.ahead, flow.programs, flow.programs_by_hand

    def build(self, flow: Flow) -> None:
        """The bar, what is being done, a row for each program, and the log, folded; nothing is kept of former work."""
        self._bar = Bar(_("Progress"))
        self._now, self._patience, self._count = Quiet(), Quiet(), Strong()
        self._log = FixedText("\n" * 9, _("What was done so far"))
        self._log.clear()
        self._rows, self._shown, self._step, self._sentence, self._logged = {}, {}, None, "", ()
        for part in (self._bar, self._count, self._now, self._patience):
            self.add(part)
        self._count.setVisible(_is_new_key(flow) and bool(flow.programs))
        self._progress = flow.progress
        groups = together(flow.programs)
        rows: list[Callable[[], QWidget]] = [partial(self._row, own) for own in groups]
        if _is_new_key(flow) and rows:
            self.add(StageHeads())
            rows = [partial(self._stages, own, last=own is groups[-1]) for own in groups]
        state = _("Needs you, later"), ColorTone.ATTENTION, "exclamation"
        by_hand = place_rows(flow.programs_by_hand, lambda one: state)
        self._list = RowList([*rows, *by_hand], spacing=0 if _is_new_key(flow) else 0.6)
        self.add(self._list)
        self.add(Fold(_("What is being done"), lambda: self._log))

    def when_drawn(self, act: Callable[[], None]) -> None:
        """Waits for all rows."""
        draw = super().when_drawn
        self._list.when_whole(lambda: draw(act))

    def refresh(self, flow: Flow) -> None:
        """Takes over how far the work is. Of many events at once only the first and the last are drawn."""
        self._progress = flow.progress
        if flow.job is None:
            self._turns.stop()
        elif not self._turns.isActive():
            self._turns.start()
        self._is_working, self._is_aws = flow.job is not None, flow.store is None
        # Fifty programs tell fifty events at once: the first is shown, and then what they come to.
        self._is_late = self._breath.isActive()
        if not self._is_late:
            self._show_progress()
            self._breath.start(0)

    def _breathed(self) -> None:
        if self._is_late:
            self._is_late = False
            self._show_progress()

    def _show_progress(self) -> None:
        progress = self._progress
        self._bar.show_share(progress.share)
        if progress.sentence != self._sentence:
            self._sentence = progress.sentence
            self._now.setText(progress.sentence)
        done = plural(
            "{count} of {all} place is done.", "{count} of {all} places are done.", len(progress.programs)
        ).format(count=progress.places_done, all=len(progress.programs))
        if done != self._count.text():
            self._count.setText(done)
        for places, row in self._rows.items():
            self._show_fortune(places, row)
        if progress.log != self._logged:
            self._logged = progress.log
            self._log.setPlainText(in_widget("\n".join(progress.log)))
        if progress.step is not self._step:
            self._step = progress.step
            self._patience.clear()
            self._ticks.stop()
        # What makes waiting worth it is AWS's own; of a store nothing is known.
        self._hint = progress.patience if self._is_aws else ""
        if not self._hint or not self._is_working:
            self._ticks.stop()
        elif not self._ticks.isActive():
            # One shot, when somebody would begin to wonder: nothing ticks in between.
            self._ticks.start(round(_PATIENCE * 1000))

    def _row(self, own: Sequence[Program]) -> StateRow:
        row = StateRow(own[0].name, names_of(own))
        if len(own) > 1:
            row.column.addWidget(folded(own, lambda: RowList([partial(self._row, (one,)) for one in own])))
        return self._kept(own, row)

    def _stages(self, own: Sequence[Program], *, last: bool) -> StageRow:
        below = None
        if len(own) > 1:
            below = folded(own, lambda: RowList([partial(self._stages, (one,), last=False) for one in own], spacing=0))
        return self._kept(own, StageRow(own[0].name, names_of(own), last=last, below=below))

    def _kept(self, own: Sequence[Program], row: Row) -> Row:
        places = tuple(one.identity for one in own)
        self._rows[places] = row
        self._show_fortune(places, row)
        return row

    def _turn(self) -> None:
        if not self.isVisible():
            return
        for row in self._rows.values():
            if isinstance(row, StageRow):
                row.turn()

    def _show_fortune(self, places: Places, row: StateRow | StageRow) -> None:
        if isinstance(row, StageRow):
            row.show_way(self._progress.way_of_all(places))
            return
        fortune = self._progress.fortune_of_all(places)
        # Each program tells its own event, and most rows stay as they are.
        if self._shown.get(places) is fortune:
            return
        self._shown[places] = fortune
        row.show_state(_fortune(fortune), *_SHOWN[fortune])

    def _wondering(self) -> None:
        self._patience.setText(self._hint)

    def verb(self, flow: Flow) -> Verb | None:
        """None: where the work can be stopped, the bar has a button for it."""
        return None


def _fortune(fortune: Fortune) -> str:
    return {
        Fortune.WAITING: _("waiting"),
        Fortune.UPDATING: _("Updating…"),
        Fortune.UPDATED: _("Updated and read back"),
        Fortune.PROVING: _("Proving at S3…"),
        Fortune.PROVED: _("Updated, read back and proved"),
        Fortune.PUT_BACK: _("Has the old key again"),
    }[fortune]


def _is_new_key(flow: Flow) -> bool:
    return Step.SWITCH in flow.progress.ahead


def _is_undoing(flow: Flow) -> bool:
    return flow.progress.ahead == (Step.UNDO,)


def _undoing(flow: Flow) -> str:
    if flow.route is Route.RETIRE:
        return _("The old key is on again at the end, as it was. No program is changed.")
    said = _("Each program gets the old key again, and is proved with it.")
    new = _("The new key stays where you made it.") if flow.takes_a_pair else _("Then the new key is removed.")
    return f"{said} {new}"


class ProofPage(PageView):
    """What was proved, for each bucket of each program, with the key as read back from the program's own file."""

    def title(self, flow: Flow) -> str:
        """The same for AWS and a store; the sentence below says who was asked."""
        return _("Your backups can reach their buckets with the new key")

    def sentence(self, flow: Flow) -> str:
        """Which key was tried and where, so that nobody has to take the heading on trust."""
        said = _("Each program's key was read back from its own file and tried at {whom}.")
        is_off = flow.standing is not None and flow.standing.rotation.off_at is not None
        old = _("The old key is off by now.") if is_off else _("The old key is still on.")
        return f"{said.format(whom=flow.store or 'AWS')} {old}"

    def signature(self, flow: Flow) -> object:
        """What was proved after the switch; None without a rotation."""
        return None if flow.standing is None else flow.standing.rotation.proved(Step.PROVE_AGAIN)

    def build(self, flow: Flow) -> None:
        """A row for each program with what was proved of its key, and, folded, what the proofs mean."""
        if flow.standing is None:
            return
        proved = flow.standing.rotation.proved(Step.PROVE_AGAIN)
        by_place: dict[str, list[Proved]] = {}
        for one in proved:
            by_place.setdefault(one.place, []).append(one)
        self.add(programs_list(flow.programs, lambda one: _proved_state(by_place.get(one.identity, []))))
        self.add(Fold(_("What these proofs mean"), lambda: _meaning(flow)))

    def verb(self, flow: Flow) -> Verb | None:
        """Goes on to what comes next; where the page is looked at again, back to the present one."""
        if flow.viewed is Page.PROOF:
            return Verb(_("Back to now"), lambda: self.act.look_back(None))
        return Verb(_("Continue"), self.act.go_on)


def _proved_state(proved: Sequence[Proved]) -> State:
    return _proofs(proved), ColorTone.GOOD, "check"


def _proofs(proved: Sequence[Proved]) -> str:
    names = {"list": _("list"), "read": _("read"), "write": _("write")}
    worked = dict.fromkeys(check for one in proved for check, ok in one.checks if ok and check != "identity")
    ours = [names[check] for check in worked if check in names]
    own = [check for check in worked if check not in names]
    parts = [_("Read back; {checks} proved").format(checks=", ".join(ours))] if ours else [_("Read back")]
    if own:
        parts.append(_("{program} itself agreed").format(program=", ".join(own)))
    return "; ".join(parts)


def _meaning(flow: Flow) -> QWidget:
    return bullets(
        (
            *((_("First AWS says whose key it is."),) if flow.store is None else ()),
            _("List: the key sees the bucket's objects."),
            _("Read: it gets one byte of an object. Write: it begins an upload, sends one byte, and takes it back."),
            _("Nothing is left behind in a bucket, also not in those with versions and locks."),
            _("A program's own check runs after ours, where it has one. Its next backup is the second proof."),
        )
    )
