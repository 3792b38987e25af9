"""The assistant's way without a screen: which page comes next, what may be done on it, and that closing is safe."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from typing import Any

import pytest

from keyturn.computer.clock import SystemClock
from keyturn.desktop import dates
from keyturn.desktop.assistant_jobs import Jobs, NotBegun
from keyturn.desktop.assistant_work import Page, WindowJob, Work
from keyturn.desktop.flow import Flow, page_of
from keyturn.desktop.progress_state import Reached
from keyturn.desktop.progressing import Fortune, RotationProgress
from keyturn.desktop.stages import Stage, stages
from keyturn.model.errors import AppError
from keyturn.model.keys import KeyPair, Secret
from keyturn.rotation.cancelling import Cancelled, CancelToken
from keyturn.rotation.context import Event, Moment
from keyturn.rotation.planning.plan import Options
from keyturn.rotation.signers.who import Who
from keyturn.rotation.steps import Route, Step
from keyturn.rotation.workplace import Workplace

from .conftest import SmallHome

BUCKETS = (SmallHome.BUCKET,)
BEGIN, LOOK = WindowJob(Work.BEGIN), WindowJob(Work.CARRY_ON)


@dataclass
class Walk:
    """Somebody who goes through the pages; what is done runs at once, in this thread."""

    ground: SmallHome
    flow: Flow
    jobs: Jobs

    def page(self) -> Page:
        return self.flow.page

    def look(self) -> Walk:
        with Workplace(self.ground.location, self.ground.clock) as workplace:
            looked = self.jobs.look(workplace.context())
        self.flow = self.flow.found(looked.facts, looked.standing)
        return self

    def plan(self, **chosen: Any) -> Walk:  # noqa: ANN401  (Options' own fields)
        options = replace(Options(buckets=BUCKETS), **chosen)
        self.flow = self.flow.turned_to(Page.CHOOSE).chosen(options).sent(WindowJob(Work.PLAN))
        with Workplace(self.ground.location, self.ground.clock) as workplace:
            self.flow = self.flow.planned(self.jobs.plan(workplace.context(), options))
        return self

    def do(
        self, job: WindowJob, cancel: CancelToken | None = None, after: Callable[[Event], None] | None = None
    ) -> Walk:
        assert self.flow.why_not(job) == ""
        self.flow = self.flow.sent(job)

        def told(event: Event) -> None:
            self.flow = self.flow.told(event)
            if after is not None:
                after(event)

        with Workplace(self.ground.location, self.ground.clock) as workplace:
            try:
                ended = self.jobs.do(workplace.context(told, cancel), job)
            except AppError as error:
                self.flow = self.flow.failed(error)
                return self
        self.flow = self.flow.not_begun(ended.problem) if isinstance(ended, NotBegun) else self.flow.ended(ended)
        return self

    def come_back(self) -> Walk:
        """Closed and opened again: nothing is carried over but what is on the disk."""
        key = self.ground.old.access_key_id
        return Walk(self.ground, Flow(key), Jobs(self.ground.location, key=key)).look()


@pytest.fixture
def walk(small_home: SmallHome) -> Walk:
    key = small_home.old.access_key_id
    return Walk(small_home, Flow(key), Jobs(small_home.location, key=key))


def off(walk: Walk) -> Walk:
    """Up to the old key being off."""
    walk.look().plan(watch_days=0).do(BEGIN)
    walk.flow = walk.flow.gone_on().answered(True)
    walk.ground.account.root_turn_off(walk.ground.old.access_key_id)
    return walk.do(WindowJob(Work.TURN_OFF))


def test_the_whole_way_from_found_to_deleted(walk: Walk) -> None:
    walk.look()
    assert walk.page() is Page.FOUND
    assert walk.flow.facts is not None
    assert walk.flow.facts.routes == (Route.SCOPED_USER, Route.NEW_ROOT_KEY)

    walk.plan()
    assert walk.page() is Page.PLAN
    walk.do(BEGIN)
    assert walk.page() is Page.PROOF
    walk.flow = walk.flow.gone_on()
    assert walk.page() is Page.WATCH
    walk.ground.advance(4)
    assert walk.do(LOOK).page() is Page.TURN_OFF
    walk.flow = walk.flow.answered(True)
    walk.ground.account.root_turn_off(walk.ground.old.access_key_id)
    assert walk.do(WindowJob(Work.TURN_OFF)).page() is Page.OFF
    walk.ground.advance(8)
    walk = walk.come_back()
    assert walk.page() is Page.DELETE
    walk.ground.account.root_delete(walk.ground.old.access_key_id)
    assert walk.do(WindowJob(Work.DELETE, confirm=walk.ground.old.access_key_id.last4)).page() is Page.DELETED
    assert walk.flow.why_not(WindowJob(Work.UNDO)) != ""


def test_a_destination_without_a_bucket_is_asked_for_and_the_accounts_buckets_are_offered(walk: Walk) -> None:
    walk.look().plan(buckets=())
    assert walk.flow.plan is not None
    gate = walk.flow.plan.needs_buckets
    assert gate is not None
    assert set(gate.offers) == set(walk.ground.account.buckets)
    assert walk.flow.why_not(BEGIN) != ""

    # The question stays while it is being answered.
    walk.flow = walk.flow.chosen(Options(buckets=BUCKETS))
    assert walk.flow.plan is not None


def test_another_choice_makes_the_plan_worthless(walk: Walk) -> None:
    walk.look().plan()
    walk.flow = walk.flow.turned_to(Page.CHOOSE).chosen(Options(buckets=BUCKETS, watch_days=9))
    assert walk.flow.plan is None
    assert walk.flow.why_not(BEGIN) != ""


def test_the_command_says_what_was_chosen(walk: Walk) -> None:
    walk.look().plan(route=Route.NEW_ROOT_KEY, only=("s3ql",), buckets=(), watch_days=0)
    assert walk.flow.plan is not None
    last4 = walk.ground.old.access_key_id.last4
    wanted = f"keyturn rotate {last4} --route new-root-key --only s3ql --watch-days 0 --endpoint-url"
    assert walk.flow.plan.command.startswith(wanted)


def test_behind_the_commit_there_is_no_way_back_but_undo(walk: Walk) -> None:
    walk.look().plan().do(BEGIN)
    for page in (Page.FOUND, Page.CHOOSE, Page.PLAN):
        assert walk.flow.turned_to(page) is walk.flow
    assert walk.do(WindowJob(Work.UNDO)).page() is Page.UNDONE
    assert walk.ground.account.accepts(walk.ground.old)


def test_the_state_holds_no_secret_and_cannot_be_changed(walk: Walk) -> None:
    walk.look().plan(watch_days=0)

    def secrets_in(value: object, seen: set[int]) -> list[object]:
        if id(value) in seen:
            return []
        seen.add(id(value))
        if isinstance(value, Secret | KeyPair):
            return [value]
        if isinstance(value, tuple | frozenset):
            return [found for one in value for found in secrets_in(one, seen)]
        if hasattr(value, "__dataclass_fields__"):
            return [found for one in fields(value) for found in secrets_in(getattr(value, one.name), seen)]  # type: ignore[arg-type]
        return []

    assert secrets_in(walk.flow, set()) == []
    walk.do(BEGIN)
    assert secrets_in(walk.flow, set()) == []
    assert walk.ground.old.secret.reveal() not in repr(walk.flow)
    with pytest.raises(AttributeError):
        walk.flow.page = Page.DONE  # type: ignore[misc, attr-defined]


@pytest.mark.parametrize("days", [0, 3])
def test_whoever_closes_the_window_comes_back_to_the_right_page_and_is_told_where(walk: Walk, days: float) -> None:
    walk.look().plan(watch_days=days).do(BEGIN)
    back = walk.come_back()
    assert back.page() is (Page.TURN_OFF if days == 0 else Page.WATCH)
    assert "the new key is in place" in back.flow.notice
    # What was proved can be looked at again, and changes nothing.
    assert back.flow.looking_back_at(Page.PROOF).shown is Page.PROOF
    assert back.flow.looking_back_at(Page.PROOF).page is back.flow.page


def test_stopping_while_the_key_is_made_puts_everything_back_and_says_so(walk: Walk) -> None:
    token = CancelToken()
    walk.look().plan().do(BEGIN, token, after=lambda event: token.ask() if event.step is Step.PROVE else None)
    assert walk.page() is Page.STOPPED
    assert walk.flow.standing is not None
    assert walk.flow.standing.rotation.is_done(Step.UNDO)
    assert walk.flow.problem is not None
    assert walk.flow.problem.code == "cancelled"
    # The way is free for another try.
    assert walk.come_back().page() is Page.FOUND


def test_the_old_key_stays_on_until_everything_before_it_is_done(walk: Walk) -> None:
    walk.ground.write_notes()
    walk.look().plan().do(BEGIN)
    walk.flow = walk.flow.gone_on()
    assert walk.page() is Page.BY_HAND
    turn_off = WindowJob(Work.TURN_OFF)
    assert str(walk.ground.notes) in walk.flow.why_not(turn_off)

    walk.do(WindowJob(Work.TICK, item=walk.flow.by_hand[0].item))
    assert walk.page() is Page.WATCH
    assert "Watch until" in walk.flow.why_not(turn_off)

    walk.ground.advance(4)
    walk.do(LOOK)
    assert walk.page() is Page.TURN_OFF
    assert "Answer the question" in walk.flow.why_not(turn_off)
    assert walk.flow.answered(False).why_not(turn_off) != ""
    assert walk.flow.answered(True).why_not(turn_off) == ""


def test_somebody_elses_use_of_the_old_key_leads_back_to_watching_with_the_reason(walk: Walk) -> None:
    walk.look().plan(watch_days=0).do(BEGIN)
    walk.flow = walk.flow.gone_on().answered(True)
    walk.ground.advance(1)
    walk.ground.use_old_key()
    walk.ground.advance(1)
    walk.do(WindowJob(Work.TURN_OFF))
    assert walk.page() is Page.WATCH
    assert any("Something still uses" in reason for reason in walk.flow.reasons)


def test_the_waiting_for_the_console_can_be_stopped_and_nothing_was_changed(walk: Walk) -> None:
    walk.look().plan(watch_days=0).do(BEGIN)
    walk.flow = walk.flow.gone_on().answered(True)
    token = CancelToken()
    walk.do(WindowJob(Work.TURN_OFF, wait=600), token, after=lambda event: token.ask())
    assert walk.page() is Page.TURN_OFF
    assert walk.flow.problem is None
    assert "Stopped, as you asked" in walk.flow.notice


def test_what_is_off_can_be_turned_on_again(walk: Walk) -> None:
    off(walk)
    assert walk.page() is Page.OFF
    walk.ground.account.root_turn_on(walk.ground.old.access_key_id)
    walk.do(WindowJob(Work.TURN_ON))
    assert walk.page() is Page.TURN_OFF
    assert "is on again" in walk.flow.notice
    assert walk.flow.nobody_else is None


def test_deleting_wants_the_end_of_the_key(walk: Walk) -> None:
    off(walk)
    assert "Delete" in walk.flow.why_not(WindowJob(Work.DELETE, confirm=walk.ground.old.access_key_id.last4))
    walk.ground.advance(8)
    back = walk.come_back()
    assert back.page() is Page.DELETE
    assert back.flow.why_not(WindowJob(Work.DELETE, confirm="7Q2")) != ""
    assert back.flow.why_not(WindowJob(Work.DELETE, confirm=walk.ground.old.access_key_id.last4.lower())) == ""


def test_a_key_that_is_not_on_this_computer_is_turned_off_and_deleted_in_a_terminal(walk: Walk) -> None:
    standing = off(walk).flow.standing
    assert standing is not None
    decision = replace(standing.rotation.decision, elsewhere=True)
    flow = replace(walk.flow, standing=replace(standing, rotation=replace(standing.rotation, decision=decision)))
    for work in (Work.TURN_OFF, Work.TURN_ON, Work.DELETE):
        job = WindowJob(work, confirm=walk.ground.old.access_key_id.last4)
        assert "in a terminal" in flow.why_not(job)
        assert "in a terminal" not in flow.signed_by(Who.parsed("profile:admin")).why_not(job)


def test_a_new_root_key_turns_the_old_one_off_and_deletes_it(walk: Walk) -> None:
    key = walk.ground.old.access_key_id
    walk.look().plan(route=Route.NEW_ROOT_KEY, watch_days=0, off_days=0).do(BEGIN)
    walk.flow = walk.flow.gone_on().answered(True)
    walk.ground.account.root_turn_off(key)
    walk.do(WindowJob(Work.TURN_OFF))
    assert walk.page() is Page.DELETE
    walk.do(WindowJob(Work.DELETE, confirm=key.last4))
    assert walk.page() is Page.DELETED
    assert walk.ground.account.status_of(key) is None


def test_a_key_that_nothing_uses_is_retired_without_a_new_one(walk: Walk) -> None:
    walk.ground.duck.unlink()
    walk.ground.s3ql.unlink()
    csv = walk.ground.home / "rootkey.csv"
    old = walk.ground.old
    csv.write_text(f"AWSAccessKeyId={old.access_key_id.value}\nAWSSecretKey={old.secret.reveal()}\n")
    walk.look()
    assert walk.flow.facts is not None
    assert walk.flow.facts.routes == (Route.RETIRE,)
    walk.plan(buckets=(), watch_days=0).do(BEGIN)
    assert walk.page() is Page.TURN_OFF
    assert [one.name for one in stages(walk.flow)] == ["Plan", "Turn the old key off", "Delete the old key"]


def test_the_list_of_steps_says_what_is_done_what_is_now_and_what_is_to_come(walk: Walk) -> None:
    walk.look()
    assert [one.reached for one in stages(walk.flow)][:2] == [Reached.CURRENT, Reached.TODO]
    walk.plan()
    listed = stages(walk.flow)
    assert [one.name for one in listed if one.reached is Reached.DONE] == ["Found", "Way out"]
    assert [one.page for one in listed if one.page] == [Page.FOUND, Page.CHOOSE]
    walk.do(BEGIN)
    listed = stages(walk.flow)
    assert [one.name for one in listed if one.reached is Reached.CURRENT] == ["New key in place"]
    assert [one.page for one in listed if one.page] == []
    assert listed[0].said == "Plan, You agreed to it, done"


def test_the_list_of_steps_names_the_present_and_not_what_it_leads_to(walk: Walk) -> None:
    def now() -> Stage:
        (one,) = [one for one in stages(walk.flow) if one.reached is Reached.CURRENT]
        return one

    walk.look().plan().do(BEGIN)
    walk.flow = walk.flow.gone_on()
    until = dates.short_day(walk.ground.clock.now() + timedelta(days=3))
    assert (walk.page(), now().name, now().note) == (Page.WATCH, "The old key is still on", f"until {until}")
    walk.ground.advance(4)
    walk.do(LOOK)
    assert (walk.page(), now().name) == (Page.TURN_OFF, "Turn the old key off")
    walk.flow = walk.flow.answered(True)
    walk.ground.account.root_turn_off(walk.ground.old.access_key_id)
    walk.do(WindowJob(Work.TURN_OFF))
    until = dates.short_day(walk.ground.clock.now() + timedelta(days=7))
    assert (walk.page(), now().name, now().note) == (Page.OFF, "The old key is off", f"until {until}")


def test_how_far_the_search_is_stands_on_the_page_until_the_plan_is_there(walk: Walk) -> None:
    walk.look()
    searching = walk.flow.turned_to(Page.CHOOSE).sent(WindowJob(Work.PLAN))
    assert not searching.is_searching
    searching = searching.told(Event(Step.CHECK, Moment.GOING_ON, "Searched 12 files"))
    assert searching.is_searching
    assert searching.notice == "Searched 12 files"
    walk.plan()
    assert (walk.flow.is_searching, walk.flow.notice) == (False, "")
    assert searching.failed(AppError("No", "Nothing was changed.", code="x")).notice == ""


def test_a_search_that_the_person_ends_leaves_a_plan_that_says_so(walk: Walk) -> None:
    walk.look()
    ended: list[object] = []

    def end(event: Event) -> None:
        ended.append(event)
        walk.jobs.end_search()

    clock = walk.ground.clock
    with Workplace(walk.ground.location, clock) as workplace:
        context = replace(workplace.context(end), clock=_HastyClock())
        plan = walk.jobs.plan(context, Options(buckets=BUCKETS))

    assert ended
    assert any("ended early" in note for note in plan.notes)


def test_the_search_goes_on_while_the_person_reads_and_chooses_and_may_be_ended_there(walk: Walk) -> None:
    walk.look()
    reading = walk.flow.told_of_search("Searched 12 files")
    assert (reading.page, reading.job, reading.is_searching) == (Page.FOUND, None, True)
    assert reading.notice == "Searched 12 files"
    choosing = reading.turned_to(Page.CHOOSE)
    assert (choosing.page, choosing.is_searching) == (Page.CHOOSE, True)
    over = choosing.told_of_search("Searched 20 files").stopping_now().search_over()
    assert (over.page, over.is_searching, over.notice, over.stopping) == (Page.CHOOSE, False, "", False)


def test_a_plan_takes_what_the_search_before_it_gave(walk: Walk) -> None:
    walk.look()
    hidden = walk.ground.home / "projects" / "deep" / "er" / "still" / "settings.local"
    hidden.parent.mkdir(parents=True)
    hidden.write_text(f"key: {walk.ground.old.access_key_id}\n")
    told: list[Event] = []
    with Workplace(walk.ground.location, walk.ground.clock) as workplace:
        walk.jobs.begin_search().run(workplace.context())
        hidden.unlink()  # the one who looked again now would not find it
        context = replace(workplace.context(told.append), clock=_HastyClock())
        plan = walk.jobs.plan(context, Options(buckets=BUCKETS))

    assert [one for one in plan.by_hand if str(hidden) in one.title]
    assert not [one for one in told if "Searched" in one.detail]


def test_a_search_that_was_ended_while_reading_is_said_in_the_plan(walk: Walk) -> None:
    walk.look()
    with Workplace(walk.ground.location, walk.ground.clock) as workplace:
        search = walk.jobs.begin_search()
        walk.jobs.end_search()
        search.run(workplace.context())
        plan = walk.jobs.plan(workplace.context(), Options(buckets=BUCKETS))

    assert any("ended early" in note for note in plan.notes)


def test_where_the_search_failed_the_plan_makes_its_own(walk: Walk) -> None:
    walk.look()
    cancel = CancelToken()
    cancel.ask()
    with Workplace(walk.ground.location, walk.ground.clock) as workplace:
        search = walk.jobs.begin_search()
        with pytest.raises(Cancelled):
            search.run(workplace.context(cancel=cancel))
        plan = walk.jobs.plan(workplace.context(), Options(buckets=BUCKETS))

    assert any(note.startswith("Searched for the key") for note in plan.notes)


class _HastyClock(SystemClock):
    """A clock on which a minute goes by between any two looks, so that each word of a search is told."""

    def __init__(self) -> None:
        self._minutes = 0.0

    def monotonic(self) -> float:
        self._minutes += 60.0
        return self._minutes


def test_the_key_is_gone_when_the_plan_is_made(walk: Walk) -> None:
    walk.look()
    walk.ground.duck.unlink()
    walk.ground.s3ql.unlink()
    with Workplace(walk.ground.location, walk.ground.clock) as workplace, pytest.raises(AppError) as caught:
        walk.jobs.plan(workplace.context(), Options())
    flow = walk.flow.turned_to(Page.CHOOSE).sent(WindowJob(Work.PLAN)).failed(caught.value)
    assert (flow.page, flow.job) == (Page.CHOOSE, None)
    assert flow.problem is caught.value


def test_a_file_that_changed_since_the_plan_stops_before_anything_is_made(walk: Walk) -> None:
    walk.look().plan()
    authinfo = walk.ground.s3ql
    authinfo.write_text(authinfo.read_text() + "# a new line\n")
    walk.do(BEGIN)
    assert walk.page() is Page.PLAN
    assert walk.flow.plan is None
    assert walk.flow.problem is not None
    assert walk.flow.problem.code == "file.changed"
    assert walk.ground.account.user_names() == ()


def test_each_program_fares_by_itself_and_the_bar_goes_by_steps() -> None:
    progress = RotationProgress((Step.SWITCH, Step.PROVE_AGAIN), ("one", "two"))
    assert progress.share == 0
    progress = progress.after(Event(Step.SWITCH, Moment.STARTED))
    assert progress.fortune_of("one") is Fortune.UPDATING
    progress = progress.after(Event(Step.SWITCH, Moment.GOING_ON, "/one", ("one",)))
    assert (progress.fortune_of("one"), progress.fortune_of("two")) == (Fortune.UPDATED, Fortune.UPDATING)
    assert progress.share == 0.25
    progress = progress.after(Event(Step.SWITCH, Moment.DONE)).after(Event(Step.PROVE_AGAIN, Moment.STARTED))
    assert progress.share == 0.5
    progress = progress.after(Event(Step.PROVE_AGAIN, Moment.GOING_ON, "two", ("two",)))
    assert (progress.fortune_of("one"), progress.fortune_of("two")) == (Fortune.PROVING, Fortune.PROVED)
    assert "1 of 2 proved" in progress.sentence
    assert progress.after(Event(Step.PROVE_AGAIN, Moment.DONE)).share == 1


def test_a_rotation_of_which_the_window_knows_nothing_leads_to_its_page(walk: Walk) -> None:
    walk.look().plan(watch_days=0).do(BEGIN)
    assert walk.flow.standing is not None
    name = walk.flow.standing.rotation.name
    by_name = Walk(walk.ground, Flow(), Jobs(walk.ground.location, rotation=name)).look()
    assert by_name.flow.key == walk.ground.old.access_key_id
    assert by_name.flow.standing is not None
    assert by_name.page() is page_of(by_name.flow.standing) is Page.TURN_OFF


def test_a_last_use_that_aws_does_not_tell_is_looked_up_by_hand(walk: Walk) -> None:
    keys_but_not_their_use = (
        '{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"},'
        ' {"Effect": "Deny", "Action": ["iam:GetAccessKeyLastUsed"], "Resource": "*"}]}'
    )
    walk.ground.let_a_user_own_the_key(keys_but_not_their_use)
    key = walk.ground.old.access_key_id
    walk = Walk(walk.ground, Flow(key), Jobs(walk.ground.location, key=key))
    walk.look().plan(watch_days=0).do(BEGIN)
    walk.flow = walk.flow.gone_on().answered(True)
    walk.do(WindowJob(Work.TURN_OFF))
    assert [one.item for one in walk.flow.by_hand] == ["last-use"]
    assert walk.page() is Page.BY_HAND
    walk.do(WindowJob(Work.TICK, item="last-use"))
    assert walk.page() is Page.TURN_OFF
    walk.flow = walk.flow.answered(True)
    assert walk.do(WindowJob(Work.TURN_OFF)).page() is Page.OFF
