"""The assistant: pages that lead through a whole rotation, over the flow that decides and the runner that works.

Longer than other files, since all that a page may ask for is one interface (`Actor`), and each answer is a few lines
that put the flow's next state in the place of the present one: apart, the parts would share every field.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import (
    QDesktopServices,
    QKeySequence,
    QResizeEvent,
    QShortcut,
)
from PySide6.QtWidgets import QApplication, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from keyturn.desktop.announcing import announce
from keyturn.desktop.assistant_jobs import Jobs, Looked, NotBegun
from keyturn.desktop.assistant_work import Page, WindowJob, Work
from keyturn.desktop.button_bar import ButtonBar
from keyturn.desktop.calm_page import WhenReleased
from keyturn.desktop.code_card import CodeCard
from keyturn.desktop.copying import put_on_clipboard
from keyturn.desktop.flow import Flow
from keyturn.desktop.font_sizes import em
from keyturn.desktop.navigation import Assistant, Errand, NewRotation, PutBack, RunningRotation
from keyturn.desktop.page_views import VIEWS
from keyturn.desktop.pages.assistant_page import PageView, Verb, said_here
from keyturn.desktop.plan_view import PlanFacts
from keyturn.desktop.progress_state import Reached
from keyturn.desktop.rotation_view import RotationStanding
from keyturn.desktop.runner import Desk, Runner, Task
from keyturn.desktop.secret_clipboard import SecretClipboard
from keyturn.desktop.signing import Signing
from keyturn.desktop.stages import stages
from keyturn.desktop.step_list import StepList
from keyturn.desktop.trash import move_to_trash
from keyturn.desktop.widgets import Strong
from keyturn.model.errors import AppError
from keyturn.model.keys import KeyPair
from keyturn.model.text import _
from keyturn.rotation.context import Event
from keyturn.rotation.planning.plan import Options
from keyturn.rotation.planning.way_to_keys import console_address
from keyturn.rotation.signers.who import Who
from keyturn.state import settings
from keyturn.state.secrets_kind import SecretsKind
from keyturn_practice.console import PATH as PRACTICE_CONSOLE

_WIDE = 36  # line heights, from which on the list of steps has its place
Answer = TypeVar("Answer")
_UNTIL_DRAWN = 1.0  # seconds at most that a job waits for its page


def open_url(address: str) -> None:
    """Open an address in the person's browser."""
    QDesktopServices.openUrl(QUrl(address))


def open_assistant(runner: Runner, errand: Errand) -> Assistant:
    """Open the assistant for a key, or for a rotation that is under way."""
    return AssistantPages(runner, errand)


class AssistantPages(Assistant):
    """The list of steps, the page, and the bar of buttons below it.

    Args:
        browse: opens an address.
    """

    def __init__(
        self,
        runner: Runner,
        errand: Errand,
        parent: QWidget | None = None,
        *,
        browse: Callable[[str], None] = open_url,
    ) -> None:
        super().__init__(runner, errand, parent)
        key, left_out = (errand.key, errand.leave_out) if isinstance(errand, NewRotation) else (None, ())
        name = errand.name if isinstance(errand, RunningRotation | PutBack) else None
        self.flow = Flow(key, options=Options(leave_out=left_out))
        # Outlives this widget: what is on the clipboard is taken away also after the person left.
        self.secret_clipboard = SecretClipboard(runner)
        self._jobs = Jobs(runner.location, key=key, rotation=name)
        self._signing = Signing()
        self._browse = browse
        self._task: Task | None = None
        self._searching: Task | None = None
        self._views: dict[Page, PageView] = {}
        self._verb: Verb | None = None
        self._leaving = False
        self._calmly = WhenReleased(self)
        self._build()
        self.look_again()

    def _build(self) -> None:
        self._steps = StepList(self._stage_pressed)
        self._stack = QStackedWidget()
        self._where = Strong()
        self._where.setContentsMargins(em(self, 1.7), em(self, 1.0), em(self, 1.7), 0)
        self._code = CodeCard()
        self._bar = ButtonBar()
        self._bar.later.connect(self.leave)
        self._bar.undo.connect(lambda: self.ask(Page.BACK))
        self._bar.stop.connect(self.stop)
        self._bar.back.connect(self._go_back)
        self._bar.pressed.connect(self._press)
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addWidget(self._where)
        right.addWidget(self._stack, 1)
        right.addWidget(self._code)
        right.addWidget(self._bar)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._steps)
        row.addLayout(right, 1)
        QShortcut(QKeySequence(Qt.Key.Key_Escape), self, self._escape)

    # ── What the pages ask for ───────────────────────────────────────────────────────────────────────────────────────

    def do(self, job: WindowJob) -> None:
        """Run the job as a change, away from the window's thread. Nothing happens where `Flow.why_not` has a reason."""
        if self.flow.why_not(job):
            return
        jobs, signing = self._jobs, self._signing
        self.flow = self.flow.sent(job)
        drawn = threading.Event()

        def work(desk: Desk) -> RotationStanding | NotBegun:
            # Beside threads that talk to AWS, a page of many rows would take long to come.
            drawn.wait(_UNTIL_DRAWN)
            return jobs.do(signing.context(desk), job)

        self._task = self.runner.change(
            self,
            work,
            done=self._calmly(self._ended),
            failed=self._calmly(self._failed),
            told=self._calmly(self._told),
            asked=self._code.ask,
            doing=job.doing,
        )
        self._show()
        if self.isVisible():
            self._views[self.flow.shown].when_drawn(drawn.set)
        else:
            drawn.set()

    def stop(self) -> None:
        """Let what runs end at its next safe point; how it ended is shown then. Nothing happens where nothing runs."""
        if self.flow.is_searching:
            self._jobs.end_search()  # the plan goes on without the rest of it
        elif self._task is not None:
            self._task.cancel()
        else:
            return
        self.flow = self.flow.stopping_now()
        self._show()

    def stop_waiting(self) -> bool:
        """Stop looking whether the person turned the key off or on in the console; False where that is not awaited."""
        if not self.flow.waits_for_person:
            return False
        self.stop()
        return True

    def turn_to(self, page: Page) -> None:
        """Show the page, unless a job runs or the rotation has begun: then the present one stays."""
        self.flow = self.flow.turned_to(page)
        self._show()

    def choose(self, options: Options) -> None:
        """Keep the choices. Their buckets are taken from the page of the plan alone."""
        # The page of the plan asks for buckets and files, of which the choices before it know nothing.
        if self.flow.page is not Page.PLAN:
            said = self.flow.options
            options = replace(options, buckets=said.buckets, leave_out=said.leave_out, edit_text=said.edit_text)
        self.flow = self.flow.chosen(options)
        self._show()

    def give_pair(self, pair: KeyPair) -> None:
        """Leave the pair to the jobs; the flow, and so the pages, know its ID alone."""
        self._jobs.give(pair)
        self.flow = self.flow.with_new_key(pair.access_key_id)

    def make_plan(self, *, anew: bool = False) -> None:
        """Make it away from the window's thread, with what was chosen last. Nothing happens while a job runs."""
        job = WindowJob(Work.PLAN)
        if self.flow.why_not(job):
            return
        self.flow = self.flow.sent(job)
        jobs, options, signing = self._jobs, self.flow.options, self._signing

        def work(desk: Desk) -> PlanFacts:
            return jobs.plan(signing.context(desk), options, anew=anew)

        self._read(work, self._planned, Work.PLAN, self._told)
        self._show()

    def take_settings(self) -> None:
        """What is only planned is planned with them, also where the plan is shown; what was begun stays as decided."""

        def taken(days: tuple[float, float]) -> None:
            self.flow = self.flow.waiting_as_usual(days)
            if self.flow.page is Page.PLAN:
                self.make_plan(anew=True)

        self.runner.read(self, _usual_days, done=taken, failed=self._failed, doing=_("reading the settings"))

    def sign_as(self, who: Who) -> None:
        """Let somebody else make the changes from now on; where a plan is shown, it is made anew."""
        self.flow = self.flow.signed_by(who)
        self._signing.who = self.flow.who
        if self.flow.page is Page.PLAN and not self.flow.has_begun:
            self.make_plan()
        self._show()

    def answer(self, nobody_else: bool | None) -> None:
        """Keep the answer: True where nobody else uses the key, False where somebody may."""
        self.flow = self.flow.answered(nobody_else)
        self._show()

    def give_secret(self, pair: KeyPair) -> None:
        """Leave the pair to the jobs; no page knows its secret once it is tried."""
        self._jobs.give_again(pair)

    def ask(self, page: Page) -> None:
        """Show the page that asks, and look up in a worker what it asks about. Nothing happens while a job runs."""
        asking = self.flow.asking(page)
        if asking is self.flow:
            return
        self.flow, jobs = asking, self._jobs
        if page is Page.BACK:
            self._read(
                lambda desk: jobs.look_back(desk.context()),
                lambda found: self._settle(self.flow.looked_back(found)),
                Work.LOOK_BACK,
            )
        else:
            self._read(
                lambda desk: jobs.look_around(desk.context()),
                lambda known: self._settle(self.flow.looked_around(known)),
                Work.LOOK_AROUND,
            )
        self._show()

    def look_back(self, page: Page | None) -> None:
        """Show an earlier page; None, or a page that may not be looked at again, shows the present one."""
        self.flow = self.flow.looking_back_at(page)
        self._show()

    def retell(self) -> None:
        """Show the same state again, so that the buttons fit what was typed."""
        self._show()

    def go_on(self) -> None:
        """Show the page on which the rotation goes on after the proof."""
        self.flow = self.flow.gone_on()
        self._show()

    def look_again(self) -> None:
        """Ask journal and computer, in a worker, how the key or its rotation stands. The assistant begins so, too."""
        self.flow = self.flow.looking()
        jobs = self._jobs

        def work(desk: Desk) -> tuple[Looked, tuple[float, float]]:
            return jobs.look(desk.context()), _usual_days(desk)

        def looked(seen: tuple[Looked, tuple[float, float]]) -> None:
            self.flow = self.flow.waiting_as_usual(seen[1])
            self._looked(seen[0])

        self._read(work, looked, Work.LOOK)
        self._show()

    def leave(self) -> None:
        """Say `left`, and let go of the plan's secrets; where a change runs, once it has reached a safe point."""
        if self._task is not None and self.flow.job is not None:
            # What only reads is simply ended; a change ends at its next safe point.
            self._leaving = True
            self._task.cancel()
            if self.flow.job.work.changes:
                self.flow = self.flow.stopping_now()
                self._show()
                return
            self._task.forget()
        if self._searching is not None:
            self._searching.forget()
        self._jobs.forget_plan()
        self._signing.forget()
        self.left.emit()

    def open_console(self) -> None:
        """Open the page with the key; nothing happens where there is none, as for a key of a store."""
        address = self._console()
        if address is not None:
            self._browse(address)

    def _console(self) -> str | None:
        """The page of the console with the key; the practice account's own one in a rehearsal, none of a store."""
        if self.flow.store is not None:
            return None
        if self.runner.location.endpoint_url is not None:
            return f"{self.runner.location.endpoint_url.rstrip('/')}{PRACTICE_CONSOLE}/"
        standing = self.flow.standing
        owner = None if standing is None else standing.rotation.decision.owner
        return None if owner is None else console_address(owner)

    def copy(self, text: str) -> None:
        """Copy it, and let a screen reader say so."""
        put_on_clipboard(text)
        announce(self, _("Copied."))

    def read_new_pair(self, done: Callable[[KeyPair], None], failed: Callable[[AppError], None]) -> None:
        """Read it in a worker; `done` or `failed` is called in the window's thread, as `Jobs.new_pair` ends."""
        jobs = self._jobs

        def work(desk: Desk) -> KeyPair:
            return jobs.new_pair(desk.context())

        self.runner.read(self, work, done=done, failed=failed, doing=_("fetching the new key"))

    def move_to_trash(self, path: Path, done: Callable[[], None], failed: Callable[[AppError], None]) -> None:
        """Look at the file once more, and move it, as a change; `failed` hears why it was left where it is."""
        jobs = self._jobs

        def work(desk: Desk) -> None:
            jobs.expect_leftover(desk.context(), path)
            move_to_trash(path)

        self.runner.change(
            self, work, done=lambda nothing: done(), failed=failed, doing=_("moving a file to the trash")
        )

    def leave_for_later(self, *, call_back: bool) -> None:
        """Keep the wish, as a change, and leave then; where it cannot be kept, the page stays and says why."""
        jobs = self._jobs

        def work(desk: Desk) -> None:
            jobs.leave_for_later(desk.workplace, call_back=call_back)

        self.runner.change(
            self, work, done=lambda nothing: self.leave(), failed=self._failed, doing=_("keeping the reminder")
        )

    def keep_secrets_in_file(self) -> None:
        """Write the choice into the settings, as a change, and plan with it; a line above the page says why not."""

        def work(desk: Desk) -> None:
            folder = desk.workplace.folder
            settings.save(folder, replace(settings.load(folder), secrets=SecretsKind.FILE))

        def chosen(nothing: None) -> None:
            location = replace(self.runner.location, secrets=SecretsKind.FILE, usual_secrets=SecretsKind.FILE)
            self.runner.location = location
            self._jobs.move_to(location)
            self.make_plan()

        self.runner.change(self, work, done=chosen, failed=self._failed, doing=_("keeping the settings"))

    def call_back(self) -> None:
        """Set it up in a worker. Where that fails, the pages on which one waits say that nobody reminds."""

        def work(desk: Desk) -> None:
            from keyturn.reminders.calling_back import call_back

            call_back(desk.workplace)

        self.runner.read(
            self, work, done=lambda nothing: None, failed=lambda error: None, doing=_("setting the reminder up")
        )

    # ── What comes back ──────────────────────────────────────────────────────────────────────────────────────────────

    def _read(
        self,
        work: Callable[[Desk], Answer],
        done: Callable[[Answer], None],
        what: Work,
        told: Callable[[Event], None] = lambda event: None,
    ) -> None:
        """Run what changes nothing; what comes back waits until no button is held down."""
        self._task = self.runner.read(
            self,
            work,
            done=self._calmly(done),
            failed=self._calmly(self._failed),
            told=self._calmly(told),
            asked=self._code.ask,
            doing=what.doing,
        )

    def _told(self, event: Event) -> None:
        self.flow = self.flow.told(event)
        self._show()

    def _looked(self, looked: Looked) -> None:
        self._settle(self.flow.found(looked.facts, looked.standing))
        if looked.facts is not None and not looked.facts.nothing_to_do and self.flow.page is Page.FOUND:
            self._search()
        if isinstance(self.errand, PutBack):
            self.ask(Page.BACK)

    def _search(self) -> None:
        """Begin to search this computer for the key; the plan waits for it, and the person meanwhile reads."""
        if self._searching is not None:
            self._searching.forget()
        search = self._jobs.begin_search()

        def work(desk: Desk) -> None:
            search.run(desk.context())

        self._searching = self.runner.read(
            self,
            work,
            done=self._calmly(lambda nothing: self._searched()),
            failed=self._calmly(lambda error: self._searched()),  # the plan makes it anew, and hears why it cannot
            told=self._calmly(lambda event: self._retold(self.flow.told_of_search(event.detail))),
            doing=_("searching this computer for the key"),
        )

    def _searched(self) -> None:
        self._searching = None
        self._retold(self.flow.search_over())

    def _retold(self, flow: Flow) -> None:
        self.flow = flow
        self._show()

    def _planned(self, plan: PlanFacts) -> None:
        self._settle(self.flow.planned(plan))

    def _ended(self, ended: RotationStanding | NotBegun) -> None:
        self._settle(self.flow.not_begun(ended.problem) if isinstance(ended, NotBegun) else self.flow.ended(ended))
        if self.flow.viewed is Page.BACK:
            self.ask(Page.BACK)  # something was done on the way back: what is left of it?

    def _failed(self, error: AppError) -> None:
        self._settle(self.flow.failed(error))

    def _settle(self, flow: Flow) -> None:
        self._task = None
        self.flow = flow
        self._signing.who = flow.who
        if flow.problem is not None and flow.problem.code.startswith("signer."):
            self._signing.forget()
        self._code.close_question()
        self._show()
        view = self._views[self.flow.shown]
        announce(self, " ".join(filter(None, (view.heading.text(), self.flow.notice))))
        if self._leaving:
            self._leaving = False
            self.leave()

    # ── What is seen ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _show(self) -> None:
        page = self.flow.shown
        if page not in self._views:
            self._views[page] = VIEWS[page](self)
            self._stack.addWidget(self._views[page])
        view = self._views[page]
        self._show_steps()
        view.present(self.flow)
        turned = self._stack.currentWidget() is not view
        self._stack.setCurrentWidget(view)
        view.lay_out()
        verb = view.verb(self.flow)
        if verb is not None:
            verb = replace(verb, text=said_here(self, verb.text), reason=said_here(self, verb.reason))
        self._verb = verb
        self._bar.present(self.flow, self._verb)
        focused = QApplication.focusWidget()
        if turned or focused is None or not focused.isVisibleTo(self):
            # A screen reader begins at the heading of the new page, and so it does where what had the focus is gone.
            view.heading.setFocus()

    def _show_steps(self) -> None:
        """The list of steps, or one line in its place where the window is narrow for its text."""
        listed = stages(self.flow)
        title = _("Replacing {key}").format(key=self.flow.masked)
        self._steps.present(title, listed)
        now = next((number for number, one in enumerate(listed, start=1) if one.reached is Reached.CURRENT), None)
        if now is not None:
            title = _("{title}: step {number} of {all}").format(title=title, number=now, all=len(listed))
        self._where.setText(title)
        self._reflow()

    def _reflow(self) -> None:
        # A plan is a line of moments itself, and needs the room.
        plan = self.flow.plan if self.flow.shown is Page.PLAN else None
        is_line = plan is not None and plan.question is None
        wide = self.width() >= em(self, _WIDE)
        self._steps.setVisible(wide and not is_line)
        self._where.setVisible(not wide)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shows the list of steps or the line in its place, as the new width allows."""
        super().resizeEvent(event)
        self._reflow()

    def _press(self) -> None:
        if self._verb is not None and not self._verb.reason:
            self._verb.press()

    def _stage_pressed(self, page: Page) -> None:
        if page in self.flow.pages_to_look_at:
            self.look_back(page)
        else:
            self.turn_to(page)

    def _go_back(self) -> None:
        if self.flow.viewed is not None:
            self._turn_away()
        elif self.flow.before is not None:
            self.turn_to(self.flow.before)

    def _escape(self) -> None:
        self._go_back()

    def _turn_away(self) -> None:
        """From a page that asks, or that is looked at again, to where the person came from."""
        if isinstance(self.errand, PutBack) and self.flow.viewed is Page.BACK:
            self.leave()
        else:
            self.look_back(None)


def _usual_days(desk: Desk) -> tuple[float, float]:
    """How long a new rotation watches, and then waits with the old key off."""
    settings = desk.workplace.settings
    return settings.watch_days, settings.off_days
