"""The assistant's way through its pages, without a screen: what was found and what is done makes the next state.

A state is frozen and holds no secret. Where a rotation stands is read from the journal each time and never remembered
twice, so anyone who closes the window at any page, or kills it, comes back to the right one. The idea of a flow under
dumb pages is Electrum's wizard (facts/anchors.md 2.2). Longer than other files, since what may follow a state is one
subject: apart, each half would ask the other which page is next.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from keyturn.desktop import dates
from keyturn.desktop.assistant_work import Page, WindowJob, Work
from keyturn.desktop.flow_reasons import reason_against
from keyturn.desktop.old_key_use import UsesTold
from keyturn.desktop.plan_view import PlanFacts
from keyturn.desktop.progressing import RotationProgress, beginning
from keyturn.desktop.rotation_view import KeyFacts, Program, RotationStanding
from keyturn.desktop.undo_preview import WayBack
from keyturn.model.errors import AppError
from keyturn.model.keys import AccessKeyId, PrincipalKind
from keyturn.model.text import _
from keyturn.rotation import labels
from keyturn.rotation.cancelling import Cancelled
from keyturn.rotation.carrying_out import when_stuck
from keyturn.rotation.carrying_out.standing import GateClosed
from keyturn.rotation.context import Event
from keyturn.rotation.planning import by_hand
from keyturn.rotation.planning.plan import Options
from keyturn.rotation.signers.who import THE_KEY, Who
from keyturn.rotation.steps import PUT_IN_AGAIN, Awaited, Ending, Result, Route, State, Step

_NEEDS_OLD_SECRET = frozenset({Work.UNDO, Work.TURN_ON})
_TELLS_ITSELF = frozenset(
    {
        Page.TURN_OFF,
        Page.DELETE,
        Page.WATCH,
        Page.BY_HAND,
        Page.OFF,
        Page.DECIDE,
        Page.LOST,
        Page.WAYS_OUT,
    }
)


@dataclass(frozen=True, slots=True)
class Flow:
    """Where the assistant is.

    Attributes:
        key: the old key; None until the journal told which one a rotation is about.
        job: what is being done now; None where nothing is.
        stopping: the person asked to stop it.
        problem: why the last job did not do what it should; shown on the page.
        search: how far the search of this computer for the key is; empty where none goes on.
        notice: a line above the page that says where we are, or what just happened.
        nobody_else: the person's answer to whether only this computer uses the key; None before it is given.
        viewed: an earlier page that is looked at again, or one that asks; None for the present one.
        way_back: what putting everything back would do, once that was looked up for its page.
        known: what is known of the rotation, for who wants to close it as it stands; None before that was looked up.
        resumed: what goes on once a secret that is nowhere was given.
        given: the new key that the person made and gave; its secret is kept elsewhere.
        who: who makes the changes, as `--as` takes it.
        usual_days: how long the settings let a new rotation watch, and then wait with the old key off.
    """

    key: AccessKeyId | None = None
    page: Page = Page.LOOKING
    options: Options = field(default_factory=Options)
    facts: KeyFacts | None = None
    plan: PlanFacts | None = None
    standing: RotationStanding | None = None
    progress: RotationProgress = field(default_factory=RotationProgress)
    job: WindowJob | None = field(default_factory=lambda: WindowJob(Work.LOOK))
    stopping: bool = False
    problem: AppError | None = None
    search: str = ""
    notice: str = ""
    nobody_else: bool | None = None
    viewed: Page | None = None
    given: AccessKeyId | None = None
    way_back: WayBack | None = None
    known: tuple[str, ...] | None = None
    resumed: Work = Work.CARRY_ON
    who: Who = THE_KEY
    usual_days: tuple[float, float] = (Options().watch_days, Options().off_days)

    # ── What the person does ─────────────────────────────────────────────────────────────────────────────────────────

    def looking(self) -> Flow:
        """Begin with looking, once more."""
        return replace(self, page=Page.LOOKING, job=WindowJob(Work.LOOK), problem=None, notice="", viewed=None)

    def waiting_as_usual(self, days: tuple[float, float]) -> Flow:
        """The settings say so many days; what the person chose for this rotation stays."""
        options = self.options
        if (options.watch_days, options.off_days) == self.usual_days:
            options = replace(options, watch_days=days[0], off_days=days[1])
        return replace(self, usual_days=days, options=options)

    def chosen(self, options: Options) -> Flow:
        """Other choices. A plan that was made with the former ones is none any more, but for its question."""
        if options == self.options:
            return self
        plan = self.plan
        asks = self.page is Page.PLAN and plan is not None and plan.question is not None
        # What is ticked beside a plan that is read is counted when the person has ticked all that they want.
        ticks = self.page is Page.PLAN and replace(options, edit_text=self.options.edit_text) == self.options
        return replace(self, options=options, plan=plan if asks or ticks else None)

    def with_new_key(self, given: AccessKeyId) -> Flow:
        """The person gave the new key. A plan that was made with another one is none any more."""
        return replace(self, given=given, plan=None)

    def turned_to(self, page: Page) -> Flow:
        """Another page of those before the commit."""
        if self.has_begun or self.job is not None:
            return self
        return replace(self, page=page, problem=None, notice="")

    def gone_on(self) -> Flow:
        """On from the proof, to what comes next."""
        if self.standing is None:
            return self
        return replace(self, page=page_of(self.standing), viewed=None, notice="", problem=None)

    def signed_by(self, who: Who) -> Flow:
        """Somebody else makes the changes from now on. A plan of what others would do is none any more."""
        if who == self.who or self.job is not None:
            return self
        return replace(self, who=who, plan=self.plan if self.has_begun else None)

    def answered(self, nobody_else: bool | None) -> Flow:
        """The answer to the question whether something elsewhere uses the key."""
        return replace(self, nobody_else=nobody_else)

    def looking_back_at(self, page: Page | None) -> Flow:
        """An earlier page to look at once more, or the present one."""
        return replace(self, viewed=page if page in self.pages_to_look_at else None, problem=None)

    def asking(self, page: Page) -> Flow:
        """Ask, on a page of its own, whether to put everything back or to close it; what that means is looked up."""
        if self.job is not None or self.standing is None or self.standing.rotation.is_over:
            return self
        work = Work.LOOK_BACK if page is Page.BACK else Work.LOOK_AROUND
        # What was told of the last try stays while the page is looked up anew.
        notice, problem = (self.notice, self.problem) if self.viewed is page else ("", None)
        return replace(
            self, viewed=page, way_back=None, known=None, job=WindowJob(work), notice=notice, problem=problem
        )

    def sent(self, job: WindowJob) -> Flow:
        """A job was handed over."""
        # What comes before putting back is done on the page that asks for it.
        viewed = self.viewed if self.viewed is Page.BACK and job.work in {Work.TICK, Work.TURN_ON} else None
        state = replace(self, job=job, stopping=False, problem=None, notice="", viewed=viewed)
        match job.work:
            case Work.BEGIN:
                route = self.plan.route if self.plan is not None else Route.SCOPED_USER
                return replace(state, page=Page.PROGRESS, progress=beginning(route, self._identities))
            case Work.TICK if job.item == PUT_IN_AGAIN:
                ahead = (Step.SWITCH, Step.PROVE_AGAIN)
                return replace(state, page=Page.PROGRESS, progress=RotationProgress(ahead, self._identities))
            case Work.CARRY_ON | Work.DECIDE if self.page in {Page.STOPPED, Page.DECIDE}:
                return replace(state, page=Page.PROGRESS, progress=self._left())
            case Work.UNDO:
                return replace(state, page=Page.PROGRESS, progress=RotationProgress((Step.UNDO,), self._identities))
            case Work.TURN_OFF:
                ahead = (Step.TURN_OFF, Step.PROVE_OFF)
                return replace(state, progress=RotationProgress(ahead, self._identities))
            case Work.TURN_ON:
                return replace(state, progress=RotationProgress((Step.TURN_ON,), self._identities))
        return state

    def _left(self) -> RotationProgress:
        """What is ahead of a rotation that is carried on."""
        if self.standing is None:
            return RotationProgress()
        rotation = self.standing.rotation
        if rotation.is_undoing:
            return RotationProgress((Step.UNDO,), self._identities)
        if rotation.step in {Step.TURN_OFF, Step.PROVE_OFF}:
            return RotationProgress((Step.PROVE_OFF,), self._identities)
        left = beginning(rotation.decision.route, self._identities)
        return replace(left, done=frozenset(step for step in left.ahead if rotation.is_done(step)))

    def stopping_now(self) -> Flow:
        """The person asked to stop."""
        return replace(self, stopping=True)

    # ── What comes back ──────────────────────────────────────────────────────────────────────────────────────────────

    def told(self, event: Event) -> Flow:
        """Something happened on the way; while a plan is made, how far the search of this computer is."""
        if self.job is not None and self.job.work is Work.PLAN:
            return self.told_of_search(event.detail)
        if self.job is not None and self.job.work is Work.GIVE_AGAIN and self.page is Page.LOST:
            # It fits, and what waited for it goes on.
            undoing = self.job.then is Work.UNDO
            progress = RotationProgress((Step.UNDO,), self._identities) if undoing else self._left()
            return replace(self, page=Page.PROGRESS, progress=progress.after(event))
        return replace(self, progress=self.progress.after(event))

    def told_of_search(self, how_far: str) -> Flow:
        """The search of this computer goes on, beside whatever the person reads before anything is changed."""
        return self if self.has_begun else replace(self, search=how_far, notice=how_far)

    def search_over(self) -> Flow:
        """It is over; what it gave stands in the plan."""
        notice = "" if self.notice == self.search else self.notice
        return replace(self, search="", notice=notice, stopping=self.stopping and self.has_begun)

    def found(self, facts: KeyFacts | None, standing: RotationStanding | None) -> Flow:
        """What looking gave: the key, or its rotation that is under way."""
        state = replace(self, job=None, facts=facts)
        if standing is None:
            return replace(state, page=Page.FOUND)
        state = state._standing_as(standing)
        began = standing.rotation.begun_as
        if began is not None and not state.who.said and standing.rotation.switched_at is None:
            # What they began they end: another one would make another key.
            state = replace(state, who=Who.parsed(began))
        return replace(state, notice=where_we_are(standing))

    def planned(self, plan: PlanFacts) -> Flow:
        """The plan was made."""
        return replace(self, job=None, stopping=False, search="", notice="", plan=plan, page=Page.PLAN)

    def looked_back(self, found: WayBack) -> Flow:
        """What putting everything back would do."""
        return replace(self, job=None, way_back=found)

    def looked_around(self, known: tuple[str, ...]) -> Flow:
        """What is known of the rotation, in sentences."""
        return replace(self, job=None, known=known)

    def ended(self, standing: RotationStanding) -> Flow:
        """A job on the rotation ended, and this is how it stands."""
        job, result = self.job, standing.result
        was_running = self.page is Page.PROGRESS
        state = replace(self, job=None, stopping=False)._standing_as(standing)
        if job is not None and state.page is Page.LOST:
            state = replace(state, resumed=job.then or (job.work if job.work in _NEEDS_OLD_SECRET else Work.CARRY_ON))
        if job is not None and job.work is Work.UNDO and _comes_first(result):
            return replace(state, viewed=Page.BACK, problem=result.problem)
        if job is not None and job.work is Work.TURN_ON and {one.item for one in result.awaiting} == {by_hand.TURN_ON}:
            notice = _("AWS refuses {key} still. After it is turned on, that can last a minute.")
            return replace(state, page=self.page, viewed=self.viewed, notice=notice.format(key=state.masked))
        if result.problem is not None:
            return state._with_problem(result.problem)
        if result.ending is Ending.DONE and job is not None and job.work is Work.TURN_ON:
            return replace(state, notice=_("{key} is on again.").format(key=state.masked), nobody_else=None)
        if job is not None and job.work is Work.ADD:
            return replace(state, nobody_else=None)
        if job is not None and job.work is Work.CARRY_ON and state.page is self.page:
            state = replace(state, notice=_looked(standing))
        if state.page in {Page.BY_HAND, Page.WATCH, Page.TURN_OFF} and was_running and _has_proof(standing):
            return replace(state, page=Page.PROOF)
        return state

    def not_begun(self, problem: AppError) -> Flow:
        """The rotation was not begun: something came in between, and nothing was changed."""
        return replace(self, job=None, stopping=False, page=Page.PLAN, plan=None, problem=problem)

    def failed(self, problem: AppError) -> Flow:
        """A job could not be done at all."""
        job = self.job
        state = replace(self, job=None, stopping=False)
        if isinstance(problem, Cancelled):
            return state if self.page is not Page.LOOKING else replace(state, problem=problem, page=Page.STOPPED)
        if job is not None and job.work is Work.PLAN:
            return replace(state, search="", notice="", problem=problem)
        if self.page in {Page.LOOKING, Page.PROGRESS}:
            return replace(state, problem=problem, page=Page.STOPPED)
        return replace(state, problem=problem)

    def _standing_as(self, standing: RotationStanding) -> Flow:
        key = standing.rotation.decision.key
        viewed = self.viewed if self.viewed is Page.BACK and not standing.rotation.is_over else None
        return replace(self, key=key, standing=standing, page=page_of(standing), problem=None, viewed=viewed)

    def _with_problem(self, problem: AppError) -> Flow:
        standing = self.standing
        if standing is not None and standing.result.ending is Ending.PUT_BACK:
            return replace(self, page=Page.STOPPED, problem=problem)
        if isinstance(problem, Cancelled) and standing is not None and standing.result.ending is Ending.WAITING:
            return replace(self, notice=_("Stopped, as you asked."))
        if isinstance(problem, GateClosed) and standing is not None and standing.result.ending is Ending.WAITING:
            if self.page is Page.WATCH:
                return replace(self, problem=problem, notice=_looked(standing))
            if self.page is Page.TURN_OFF:
                # What was seen at AWS keeps it from being turned off, so it is watched on.
                return replace(self, page=Page.WATCH, problem=problem)
            return replace(self, problem=problem)
        if self.page in _TELLS_ITSELF:
            return replace(self, problem=problem)
        return replace(self, page=Page.STOPPED, problem=problem)

    # ── What the pages ask ───────────────────────────────────────────────────────────────────────────────────────────

    @property
    def shown(self) -> Page:
        """The page on the screen."""
        return self.viewed or self.page

    @property
    def has_new_texts(self) -> bool:
        """True where other files were ticked than the plan edits as text."""
        return self.plan is not None and self.plan.edited_as_text != frozenset(self.options.edit_text)

    @property
    def is_searching(self) -> bool:
        """True while this computer is searched for the key before the plan is shown; the person may end that early."""
        return bool(self.search) and not self.has_begun

    @property
    def waits_for_person(self) -> bool:
        """True while it is looked whether the person has turned the old key off."""
        return self.job is not None and self.job.wait > 0

    @property
    def masked(self) -> str:
        """The old key as people see it."""
        return "…" if self.key is None else self.key.masked

    @property
    def has_begun(self) -> bool:
        """True once there is no way back to the choices: only undo."""
        return self.standing is not None or (self.job is not None and self.job.work.changes)

    @property
    def route(self) -> Route | None:
        """The way out that was chosen, or that is recommended so far."""
        if self.standing is not None:
            return self.standing.rotation.decision.route
        # Looking again, or what else uses the key, may have left other routes than the one chosen before.
        return self.options.route if self.options.route in self.routes else next(iter(self.routes), None)

    @property
    def routes(self) -> tuple[Route, ...]:
        """The ways out to choose from, the recommended one first."""
        if self.facts is None:
            return ()
        return self.facts.routes_if_used if self.options.also else self.facts.routes

    @property
    def takes_a_pair(self) -> bool:
        """True where the person makes the new key: at an S3-compatible store, which has no users to make."""
        return self.route is Route.GIVEN_PAIR

    @property
    def before(self) -> Page | None:
        """The page to which “Back” leads; None where there is no way back."""
        if self.has_begun:
            return None
        choosing = Page.PAIR if self.takes_a_pair else Page.CHOOSE
        return {choosing: Page.FOUND, Page.PLAN: choosing}.get(self.page)

    @property
    def store(self) -> str | None:
        """The host of the S3-compatible store whose key it is; None for a key of AWS's."""
        if self.standing is not None:
            return self.standing.rotation.decision.store
        return None if self.facts is None else self.facts.store

    @property
    def programs(self) -> tuple[Program, ...]:
        """The destinations that the rotation changes."""
        if self.standing is not None:
            return self.standing.programs
        if self.plan is not None:
            return self.plan.programs
        return () if self.facts is None else self.facts.programs

    @property
    def programs_by_hand(self) -> tuple[Program, ...]:
        """The programs that a person gives the new key."""
        shown = self.standing or self.plan
        return () if shown is None else shown.programs_by_hand

    @property
    def _identities(self) -> tuple[str, ...]:
        return tuple(one.identity for one in self.programs)

    @property
    def is_ended_by_signer(self) -> bool:
        """True where the one who was chosen turns the old key off and on and deletes it: a user's key, never root's."""
        decision = None if self.standing is None else self.standing.rotation.decision
        owner = None if decision is None else decision.owner
        return self.who.said and owner is not None and owner.kind is PrincipalKind.USER

    @property
    def pages_to_look_at(self) -> tuple[Page, ...]:
        """The earlier pages that can be looked at again without changing anything."""
        if self.job is not None and self.job.work.changes:
            return ()
        if self.standing is not None and _has_proof(self.standing) and self.page is not Page.PROOF:
            return (Page.PROOF,)
        return ()

    @property
    def by_hand(self) -> tuple[Awaited, ...]:
        """What a person has to do before the old key may be turned off."""
        return () if self.standing is None else _by_hand(self.standing)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why the old key may not be turned off yet, as far as that was looked at."""
        said = self.problem.reasons if isinstance(self.problem, GateClosed) else ()
        waits = () if self.standing is None else tuple(one.title for one in self.standing.result.awaiting)
        return tuple(dict.fromkeys([*waits, *said]))

    def why_not(self, job: WindowJob) -> str:
        """Why this may not be done now; empty where it may. The button is disabled and says so."""
        return reason_against(self, job)


def page_of(standing: RotationStanding) -> Page:
    """The page on which a rotation that stands so goes on."""
    rotation, result = standing.rotation, standing.result
    if rotation.is_over:
        ends = {State.UNDONE: Page.UNDONE, State.DONE: Page.DELETED}
        return ends.get(rotation.state, Page.STOPPED)
    items = {one.item for one in result.awaiting}
    if any(item.startswith("secret-") for item in items):
        return Page.LOST
    if when_stuck.NEW_KEY in items:
        return Page.WAYS_OUT
    if PUT_IN_AGAIN in items:
        return Page.STOPPED
    match rotation.step:
        case Step.CREATE | Step.UNDO if items:
            return Page.DECIDE
        case Step.WATCH | Step.TURN_OFF:
            if _by_hand(standing):
                return Page.BY_HAND
            return Page.WATCH if any(not one.tickable for one in result.awaiting) else Page.TURN_OFF
        case Step.DELETE if result.state is State.WAITING:
            return Page.OFF if any(not one.steps for one in result.awaiting) else Page.DELETE
    return Page.STOPPED


def _looked(standing: RotationStanding) -> str:
    """The answer to who asked to look again and finds everything as it was."""
    use = standing.use
    if use is None:
        return _("Looked just now: it stands as before.")
    if use.told is UsesTold.NOTHING:
        return _("Looked {time}: {answer}").format(time=dates.clock(use.looked_at), answer=_lower(use.text))
    return _("Looked {time}: {answer} AWS can be a few hours behind.").format(
        time=dates.clock(use.looked_at), answer=_lower(use.text)
    )


def _lower(sentence: str) -> str:
    """A sentence as it follows a colon; a name in capitals stays."""
    return sentence if sentence[:2].isupper() else sentence[:1].lower() + sentence[1:]


def where_we_are(standing: RotationStanding) -> str:
    """The line that greets somebody who comes back."""
    said = labels.standing(standing.rotation, standing.result)
    begun = dates.lately(standing.rotation.started)
    return _("Welcome back. Begun on {date}; {state}.").format(date=begun, state=said)


def _has_proof(standing: RotationStanding) -> bool:
    return bool(standing.rotation.proved(Step.PROVE_AGAIN)) and not standing.rotation.is_over


def _by_hand(standing: RotationStanding) -> tuple[Awaited, ...]:
    waits = standing.result.awaiting if standing.rotation.step in {Step.WATCH, Step.TURN_OFF} else ()
    return tuple(one for one in waits if one.tickable and one.item not in {by_hand.TURN_OFF, by_hand.TURN_ON})


def _comes_first(result: Result) -> bool:
    """True where an undo has put nothing back, because a person does something before."""
    return result.problem is not None and result.problem.code.startswith("undo.")


def takes_new_key(one: Awaited) -> bool:
    """True where the person may have to type the new key into a program."""
    return one.item.startswith(("place-", "guided-"))
