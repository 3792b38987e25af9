"""The page for what did not work out: what happened, how the backups stand, what to do. Never a box, never a trace."""

from __future__ import annotations

import platform

from PySide6.QtWidgets import QWidget

import keyturn
from keyturn.desktop.assistant_work import WindowJob, Work
from keyturn.desktop.flow import Flow
from keyturn.desktop.look import ColorTone
from keyturn.desktop.pages.assistant_page import PageView, Verb
from keyturn.desktop.pages.deciding_page import close_button
from keyturn.desktop.pages.parts import FixedText, Fold, Notice, bullets, stacked
from keyturn.desktop.unlocking import is_locked
from keyturn.desktop.widgets import Button, Text
from keyturn.model.errors import AppError
from keyturn.model.keys import KEY_ID_IN_TEXT, AccessKeyId
from keyturn.model.text import _
from keyturn.rotation import labels
from keyturn.rotation.cancelling import Cancelled
from keyturn.rotation.carrying_out.ended import what_was_known
from keyturn.rotation.steps import PUT_IN_AGAIN, Ending, State

_CARRY_ON = WindowJob(Work.CARRY_ON)


class StoppedPage(PageView):
    """A rotation that was interrupted, put back, or needs somebody to look."""

    def title(self, flow: Flow) -> str:
        """The problem's own title; where all was put back, that instead, and whether the person had asked to stop."""
        if _was_put_back(flow):
            return _("Stopped, and put back") if isinstance(flow.problem, Cancelled) else _("It did not work out")
        if flow.problem is not None:
            return flow.problem.title
        if _is_ended(flow):
            return _("It was closed as it stood")
        if flow.standing is not None and flow.standing.rotation.is_undoing:
            return _("Putting back was interrupted")
        if flow.standing is not None and flow.standing.result.state is State.WAITING:
            return next((one.title for one in flow.standing.result.awaiting), _("It waits"))
        return _("It was interrupted")

    def sentence(self, flow: Flow) -> str:
        """How the backups stand, because everybody asks that first."""
        if flow.standing is None:
            return _("Nothing has begun.")
        stands = flow.standing.result.stands
        return "" if stands is None else stands.text

    def signature(self, flow: Flow) -> object:
        """The problem and how the rotation stands: to try again may end here for another reason."""
        return flow.problem, flow.standing

    def build(self, flow: Flow) -> None:
        """What happened, at which step, and details to copy; of a locked file, where its password is typed."""
        problem = flow.problem
        if problem is not None and is_locked(problem.code):
            self.add(self.unlock_card())
        elif problem is not None and not isinstance(problem, Cancelled):
            said = str(problem) if _was_put_back(flow) else problem.message
            self.add(Notice(said, ColorTone.ATTENTION, "exclamation"))
        if flow.standing is not None and not _was_put_back(flow) and not _is_ended(flow):
            step = labels.step(flow.standing.result.step)
            self.add(Text(_("It stopped at: {step}.").format(step=step)))
        if _is_ended(flow) and flow.standing is not None:
            self.add(bullets(what_was_known(flow.standing.rotation)))
        elif flow.standing is not None and not flow.standing.rotation.is_over:
            self.add(close_button(self.act))
        if problem is not None and not isinstance(problem, Cancelled):
            self.add(Fold(_("Details"), lambda: self._details(flow, problem)))

    def _details(self, flow: Flow, problem: AppError) -> QWidget:
        text = details(flow, problem)
        copy = Button(_("Copy details"))
        copy.clicked.connect(lambda: self.act.copy(text))
        return stacked(FixedText(text, _("Details")), copy)

    def problem(self, flow: Flow) -> AppError | None:
        """None: heading and content tell it."""
        return None

    def verb(self, flow: Flow) -> Verb | None:
        """Carries the rotation on; looks again where there is none, and leaves where all was put back."""
        if _was_put_back(flow) or _is_ended(flow):
            return Verb(_("Back to overview"), self.act.leave)
        if flow.standing is None:
            return Verb(_("Try again"), self.act.look_again)
        if any(one.item == PUT_IN_AGAIN for one in flow.standing.result.awaiting):
            again = WindowJob(Work.TICK, item=PUT_IN_AGAIN)
            return Verb(_("Put the new key in again"), lambda: self.act.do(again), flow.why_not(again))
        return Verb(_("Carry on"), lambda: self.act.do(_CARRY_ON), flow.why_not(_CARRY_ON))


def details(flow: Flow, problem: AppError) -> str:
    """What a report needs, without secrets, whole key IDs or the home folder's name."""
    standing = flow.standing
    lines = [
        f"Keyturn {keyturn.__version__}, {platform.system()} {platform.release()}, Python {platform.python_version()}",
        str(problem),
        f"code: {problem.code}",
    ]
    if standing is not None:
        lines.append(f"rotation: {standing.rotation.name}, {standing.rotation.decision.route.value}")
        lines.append(f"step: {standing.result.step.value}, {standing.result.state.value}")
    text = "\n".join([*lines, *flow.progress.log])
    if standing is not None:
        text = text.replace(str(standing.home), "~")
    return KEY_ID_IN_TEXT.sub(lambda found: AccessKeyId(found[0]).masked, text)


def _is_ended(flow: Flow) -> bool:
    return flow.standing is not None and flow.standing.result.state is State.ENDED


def _was_put_back(flow: Flow) -> bool:
    return flow.standing is not None and flow.standing.result.ending is Ending.PUT_BACK
