"""The assistant's jobs: each runs to its end in a worker's thread, and brings back what the pages show."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.desktop.assistant_work import WindowJob, Work
from keyturn.desktop.background_search import SHOWN_EVERY, BackgroundSearch
from keyturn.desktop.later import LATER_DAYS
from keyturn.desktop.leftover_files import expect_offered, offered_for_trash
from keyturn.desktop.old_key_use import look_at_old_key, told_before
from keyturn.desktop.plan_view import PlanFacts, plan_facts
from keyturn.desktop.rotation_view import KeyFacts, RotationStanding, facts_of, others_of_owner
from keyturn.desktop.undo_preview import WayBack, way_back
from keyturn.model.errors import AppError, StoreError, UsageError
from keyturn.model.keys import AccessKeyId, KeyPair
from keyturn.model.text import _
from keyturn.rotation.all_rotations import all_rotations, find_rotation
from keyturn.rotation.cancelling import CancelToken
from keyturn.rotation.carrying_out.standing import looked_at, standing
from keyturn.rotation.context import Context
from keyturn.rotation.location import Location
from keyturn.rotation.planning.plan import Options
from keyturn.rotation.record import Rotation
from keyturn.rotation.steps import Result, State, Step
from keyturn.rotation.workplace import Workplace

if TYPE_CHECKING:
    from keyturn.rotation.finding.survey import FoundKey, Survey
    from keyturn.rotation.key_life.helper import Helper
    from keyturn.rotation.planning.plan import Plan


@dataclass(frozen=True, slots=True)
class Looked:
    """What looking gave: the key as it is, or the rotation of it that is under way."""

    facts: KeyFacts | None
    standing: RotationStanding | None


@dataclass(frozen=True, slots=True)
class NotBegun:
    """Why a rotation was not begun; nothing was changed."""

    problem: AppError


class Jobs:
    """Does jobs for one key.

    The plan that was shown holds the old key's secret, so it stays here, out of every page's reach, until it is
    carried out or another one is made; and so does the pair that the person made.

    Args:
        key: whose rotation it is to be, or is under way.
        rotation: or a rotation by its name.
    """

    def __init__(self, location: Location, *, key: AccessKeyId | None = None, rotation: str | None = None) -> None:
        self._key = key
        self._location = location
        self._rotation = rotation
        self._plan: Plan | None = None
        self._given: KeyPair | None = None
        self._found_again: KeyPair | None = None
        self._end_search = CancelToken()
        self._search: BackgroundSearch | None = None

    def look(self, context: Context) -> Looked:
        """Find the rotation in the journal, or else the key on this computer.

        Raises:
            UsageError: where the key is not on this computer any more.
        """
        from keyturn.rotation.finding.survey import take_survey
        from keyturn.rotation.finding.unread_places import where_it_may_stand

        rotation = self._under_way(context)
        if rotation is not None:
            return Looked(None, standing_of(context, rotation))
        survey = take_survey(context)
        found = self._mine(survey)
        paths = {place.path for place in found.places}
        unread = where_it_may_stand(found, survey.problems)
        facts = facts_of(
            found,
            now=context.clock.now(),
            home=context.computer.home,
            endpoint_url=context.endpoint_url,
            troubles=[str(one) for one in survey.problems if one.path in paths and one not in unread],
            unread=unread,
            others_of_owner=others_of_owner(found, survey.keys),
        )
        helper, why_none = self._helper(context)
        return Looked(replace(facts, helper=helper, no_helper=why_none), standing=None)

    def _helper(self, context: Context) -> tuple[Helper | None, str]:
        """What programs would ask for the key; else None, and why."""
        from keyturn.rotation.key_life.asking_profiles import expect_a_tried_system
        from keyturn.rotation.key_life.helper import helper_for

        try:
            expect_a_tried_system(context)
            return helper_for(self._location, context.computer, context.folder, None), ""
        except UsageError as error:
            return None, str(error)

    def move_to(self, location: Location) -> None:
        """Go on where the person chose to keep secrets."""
        self._location = location

    def give(self, pair: KeyPair) -> None:
        """Take the new pair that the person made; the plans from now on are made with it."""
        self._given = pair

    def give_again(self, pair: KeyPair) -> None:
        """Take a pair of the rotation's whose secret is not kept any more; it is tried with the next job."""
        self._found_again = pair

    def look_back(self, context: Context) -> WayBack:
        """What putting everything back would do."""
        return way_back(context, find_rotation(context.journal, self._rotation))

    def look_around(self, context: Context) -> tuple[str, ...]:
        """What is known of the rotation, as closing it would write it down; AWS is asked."""
        from keyturn.rotation.carrying_out import closing, ended

        rotation = find_rotation(context.journal, self._rotation)
        return ended.sentences(rotation, closing.look(context, rotation))

    def plan(self, context: Context, options: Options, *, anew: bool = False) -> PlanFacts:
        """Search this computer for the key, and make the plan for these choices.

        The search that was begun before counts, once it is over; without one, this makes its own.

        Args:
            anew: ask again which buckets the programs of the last plan use, whatever was said of them.

        Raises:
            AppError: where it cannot be made.
        """
        from keyturn.rotation.finding.kept_answers import forget_answers, keep_answers
        from keyturn.rotation.finding.survey import take_survey
        from keyturn.rotation.finding.unread_places import is_among, where_it_may_stand
        from keyturn.rotation.finding.whole_search import TellingOfSearch, searching
        from keyturn.rotation.planning.plan_scope import files_of
        from keyturn.rotation.planning.planning import make_plan

        last, self._plan = self._plan, None
        if anew and last is not None and last.decision is not None:
            forget_answers(context, {one.place.identity for one in last.decision.destinations})
        begun, self._search = self._search, None
        before = None if begun is None else begun.result(context)
        if before is not None:
            survey = take_survey(context, search=before)
        else:
            end = self._end_search = CancelToken()
            told = TellingOfSearch(context, Step.CHECK, every=SHOWN_EVERY)
            with searching(context, stop=lambda: end.asked or context.cancel.asked, progress=told) as search:
                survey = take_survey(context, search=search)
        context.cancel.check()
        found = self._mine(survey)
        # What was left out unread and is read by now, without this key in it, needs no leaving out any more.
        known = files_of(found, where_it_may_stand(found, survey.problems))
        options = replace(options, leave_out=tuple(path for path in options.leave_out if is_among(path, known)))
        if options.into is not None:  # where secrets are kept may have been chosen since
            helper, why_none = self._helper(context)
            if helper is None:
                raise UsageError(_("Programs cannot ask Keyturn for the key"), why_none, code="helper.path")
            options = replace(options, into=replace(options.into, helper=helper))
        plan = make_plan(context, survey, found, replace(options, pair=self._given))
        # Each was answered by itself. What cannot be kept is asked about again.
        with suppress(StoreError):
            keep_answers(context, plan.answers)
        shown = plan_facts(
            plan, options, home=context.computer.home, location_options=self._location.options, signer=context.signer
        )
        self._plan = plan
        return shown

    def begin_search(self) -> BackgroundSearch:
        """Return a search whose outcome the next plan waits for; it is run in a worker, while the person reads."""
        end = self._end_search = CancelToken()
        self._search = BackgroundSearch(lambda: end.asked)
        return self._search

    def end_search(self) -> None:
        """End the search that a plan waits for; the plan says so. May be called from any thread."""
        self._end_search.ask()

    def do(self, context: Context, job: WindowJob) -> RotationStanding | NotBegun:
        """Carry out a job that changes something, and say how the rotation stands then."""
        result = self._done(context, job)
        if result.rotation is None:
            if result.problem is None:
                raise ValueError("a rotation that did not begin has a reason")
            return NotBegun(result.problem)
        self._rotation, self._given, self._found_again = result.rotation, None, None
        rotation = find_rotation(context.journal, result.rotation)
        if job.work is Work.UNDO and result.problem is not None and result.problem.code.startswith("undo."):
            # What comes before putting back stands on the page for that; the rotation waits for what it did before.
            result = replace(result, awaiting=standing(context, rotation).awaiting)
        for_trash = offered_for_trash(context.computer, rotation) if result.leftovers else ()
        looks = job.work is Work.CARRY_ON and rotation.step is Step.WATCH and not rotation.is_over
        use = look_at_old_key(context, rotation) if looks else None
        return RotationStanding(rotation, result, context.computer.home, for_trash, use)

    def expect_leftover(self, context: Context, path: Path) -> None:
        """Make sure that a file may go to the trash.

        Raises:
            UsageError: where it is no copy of the deleted key and nothing else.
        """
        rotation = find_rotation(context.journal, self._rotation)
        expect_offered(context.computer, rotation, path)

    def new_pair(self, context: Context) -> KeyPair:
        """The new key with its secret, for the one field in which a person sees it.

        Raises:
            StoreError: where the store does not answer.
            UsageError: where there is no new key, or its secret is not kept.
        """
        rotation = self._under_way(context)
        new = None if rotation is None or rotation.new_key is None else context.secrets.get(rotation.new_key)
        if new is None:
            raise UsageError(
                _("The new key's secret is not kept here"),
                _("Undo and begin anew: AWS shows a secret only once."),
                code="secret.gone",
            )
        return new

    def leave_for_later(self, workplace: Workplace, *, call_back: bool) -> None:
        """Hold reminders back for a month, and see to it that there is one then.

        Raises:
            StoreError: where the wish could not be kept.
        """
        from keyturn.reminders import calling_back
        from keyturn.reminders.checking import snooze

        if call_back:
            calling_back.call_back(workplace)
        snooze(workplace, LATER_DAYS)

    def forget_plan(self) -> None:
        """Let go of the plan, and of the secrets in it."""
        self._plan = self._given = self._found_again = None

    def _done(self, context: Context, job: WindowJob) -> Result:
        from keyturn.rotation import rotation_service

        name = self._rotation
        match job.work:
            case Work.BEGIN:
                plan, self._plan = self._plan, None
                if plan is None:
                    raise ValueError("nothing begins without a plan")
                return rotation_service.rotate(context, plan)
            case Work.CARRY_ON:
                return rotation_service.carry_on(context, name)
            case Work.TICK:
                return rotation_service.tick(context, name, job.item)
            case Work.TAKE_BACK:
                return rotation_service.take_back(context, name, job.item)
            case Work.ADD:
                return rotation_service.add_by_hand(context, name, job.also)
            case Work.TURN_OFF:
                return rotation_service.turn_off(context, name, job.by, job.wait, job.items)
            case Work.TURN_ON:
                return rotation_service.turn_on(context, name, job.wait)
            case Work.DELETE:
                return self._deleted(context, job)
            case Work.UNDO:
                return rotation_service.undo(context, name)
            case Work.DECIDE:
                for item in job.items:
                    rotation_service.tick(context, name, item)
                return rotation_service.carry_on(context, name)
            case Work.GIVE_AGAIN:
                if self._found_again is not None:
                    rotation_service.take_pair(context, name, self._found_again)
                return self._done(context, WindowJob(job.then or Work.CARRY_ON))
            case Work.END:
                return rotation_service.end(context, name, job.confirm)
        raise ValueError(f"{job.work} changes nothing")

    def _deleted(self, context: Context, job: WindowJob) -> Result:
        """Deleted by the new key where it may; else the person's word is taken that they deleted it in the console."""
        from keyturn.rotation import rotation_service
        from keyturn.rotation.carrying_out import deleting
        from keyturn.rotation.planning import by_hand

        rotation = find_rotation(context.journal, self._rotation)
        deleting.check_confirmation(rotation, job.confirm)
        by_key = rotation.decision.route.same_owner or context.signer.ends(rotation.decision)
        if by_key and not rotation.is_done(Step.DELETE):
            return rotation_service.delete(context, rotation.name, job.confirm)
        return rotation_service.tick(context, rotation.name, by_hand.DELETE, job.confirm)

    def _mine(self, survey: Survey) -> FoundKey:
        for found in survey.keys:
            if found.key.access_key_id == self._key:
                return found
        raise UsageError(
            _("The key {key} is not on this computer any more").format(
                key="" if self._key is None else self._key.masked
            ),
            _("Nothing was changed. Check again which keys are here."),
            code="usage.key",
        )

    def _under_way(self, context: Context) -> Rotation | None:
        if self._rotation is not None:
            return find_rotation(context.journal, self._rotation)
        mine = [one for one in all_rotations(context.journal) if one.decision.key == self._key]
        under_way = next((one for one in mine if not one.is_over), None)
        if under_way is not None:
            self._rotation = under_way.name
        return under_way


def standing_of(context: Context, rotation: Rotation) -> RotationStanding:
    """How a rotation stands, from the journal and this computer alone."""
    how = standing if rotation.state in {State.WAITING, State.DONE} else looked_at
    watches = rotation.step is Step.WATCH and not rotation.is_over
    use = told_before(rotation) if watches else None
    return RotationStanding(rotation, how(context, rotation), context.computer.home, use=use)
