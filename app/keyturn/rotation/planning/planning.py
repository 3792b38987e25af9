"""Making a plan: every question is asked before anything is created, so that nothing foreseeable stops it half-way.

Each part of a plan is a function that returns its value, what stands in the way, and what is worth knowing; here they
are asked in their order, and put together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from keyturn.aws.buckets import BucketFacts
from keyturn.model.keys import AccessKeyId
from keyturn.model.places import Problem
from keyturn.rotation import consent
from keyturn.rotation.carrying_out import turning_off
from keyturn.rotation.context import Context
from keyturn.rotation.decision import ByHand, Decision, Destination, OtherComputer, without_secret
from keyturn.rotation.finding.kept_answers import kept_answers
from keyturn.rotation.finding.survey import FoundKey, Survey
from keyturn.rotation.finding.unread_places import counted, is_left_out, left_to_the_person, where_it_may_stand
from keyturn.rotation.finding.whole_search import what_was_searched
from keyturn.rotation.planning import by_hand, plan_precautions
from keyturn.rotation.planning.guided_programs import programs_by_hand
from keyturn.rotation.planning.into_keychain import fates_in
from keyturn.rotation.planning.key_gates import file_gates, key_gates
from keyturn.rotation.planning.open_buckets import Settled, settle
from keyturn.rotation.planning.owner_gates import ending_gates, quarantine_gates, with_siblings
from keyturn.rotation.planning.plan import Gate, Options, Plan, calls_of, powers
from keyturn.rotation.planning.plan_destinations import OwnersBuckets, destinations_of
from keyturn.rotation.planning.plan_edits import edits_as_text, edits_of
from keyturn.rotation.planning.plan_question import Answer, Question
from keyturn.rotation.planning.plan_scope import Scope, scope_of
from keyturn.rotation.planning.planned_rights import PlannedRights
from keyturn.rotation.planning.routes import chosen_route
from keyturn.rotation.shared_key.replaced_elsewhere import sentences_on

T = TypeVar("T")


def make_plan(context: Context, survey: Survey, found: FoundKey, options: Options) -> Plan:
    """Return all that a rotation of `found` would do, and what stands in its way.

    Raises:
        UsageError: where the route does not fit the key, or the signer does not.
        AwsError: where AWS could not be asked what the plan has to know.
    """
    route = chosen_route(found, options)
    if found.key.owner is not None or found.at_store:  # else a gate says why nobody knows whose key it is
        context.signer.expect_fits(found.key.access_key_id, found.key.owner)
    found = with_siblings(context, found, route)
    if found.at_store and found.pair is None:
        found = replace(found, pair=next((one.pair for one in found.places if one.pair is not None), None))
    return _plan(Question(context, survey, found, options, route))


@dataclass(slots=True)
class _Heard:
    """What stands in the way and what is worth knowing, of all that was asked so far."""

    gates: list[Gate] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def take(self, answer: Answer[T]) -> T:
        """Keep what comes with an answer, and return its value."""
        self.gates += answer.gates
        self.notes += answer.notes
        return answer.value


def _plan(question: Question) -> Plan:
    context, found, options = question.context, question.found, question.options
    heard = _Heard()
    unread = where_it_may_stand(found, question.survey.problems)
    left_out = [one for one in unread if is_left_out(one, options.only, options.leave_out)]
    scope = scope_of(question, unread)
    heard.take(_of_the_key(question, scope, [one for one in unread if one not in left_out]))
    programs = programs_by_hand(scope.guided, question.survey.problems, options, question.route)
    buckets = OwnersBuckets(question)
    destinations = heard.take(destinations_of(question, scope, programs, buckets))
    computers = heard.take(plan_precautions.other_computers(question, (*destinations, *programs)))
    settled = heard.take(_settled(question, destinations, programs, computers, buckets))
    fates = heard.take(fates_in(question, destinations))
    destinations = fates.destinations
    edits = heard.take(edits_of(question, [one.place for one in destinations if not one.asks]))
    heard.take(plan_precautions.keychain(context))
    heard.gates += plan_precautions.given_pair(question)
    mentions = (
        *(without_secret(place) for place in scope.mentions),
        *left_to_the_person(left_out, question.key, scope.mentions),
    )
    draft = Decision(
        rotation="",
        key=question.key,
        owner=found.key.owner,
        route=question.route,
        destinations=tuple(replace(one, place=without_secret(one.place)) for one in destinations),
        by_hand=tuple(programs),
        computers=computers,
        mentions=mentions,
        known_keys=_known_keys(question),
        regions={},
        user_name=None,
        policy=None,
        watch_days=options.watch_days,
        off_days=options.off_days,
        user_name_given=options.user_name is not None,
        given=None if options.pair is None else options.pair.access_key_id,
        others=settled.others,
        left_out=settled.left_out,
        handing=fates.handing,
    )
    decision = heard.take(_decided(question, draft, destinations))
    heard.gates += plan_precautions.later(options)
    if unread:
        heard.notes.append(counted(found, unread, left_out))
    heard.notes += sentences_on(question.key, found.replaced_elsewhere or ())
    heard.notes.append(what_was_searched(question.survey.searched, question.key))
    can, cannot = ((), ()) if decision is None else powers(decision)
    return Plan(
        key=question.key,
        route=question.route,
        decision=decision,
        old=found.pair,
        calls=() if decision is None else calls_of(decision, context.signer),
        edits=edits,
        by_hand=() if decision is None else by_hand.foreseen(context, decision),
        gates=tuple(heard.gates),
        can=can,
        cannot=cannot,
        notes=tuple(heard.notes),
        given=options.pair,
        open_buckets=settled.open,
        answers=settled.answers,
        signer=context.signer.name,
        unread=tuple((one, one in left_out) for one in unread),
        searched=question.survey.searched,
        offered_as_text=edits_as_text(question, scope.offered_as_text),
        moving=fates.moving,
        staying=fates.staying,
    )


def _of_the_key(question: Question, scope: Scope, unread: Sequence[Problem]) -> Answer[None]:
    """What the key itself, its owner, and files that nobody could read have against it."""
    found, route = question.found, question.route
    quarantined, note = quarantine_gates(question.context, found, route)
    gates = (
        *key_gates(found, route, scope.destinations),
        *ending_gates(found, route),
        *quarantined,
        *file_gates(found, unread),
    )
    return Answer(None, gates, (note,) if note else ())


def _settled(
    question: Question,
    destinations: Sequence[Destination],
    programs: Sequence[ByHand],
    computers: Sequence[OtherComputer],
    buckets: OwnersBuckets,
) -> Answer[Settled]:
    """What becomes of the buckets that no program here names."""
    settled = settle(
        buckets.reach if question.route.makes_a_key else None,
        question.options,
        question.route,
        destinations,
        programs,
        kept_answers(question.context),
        computers,
    )
    return Answer(settled, settled.gates, settled.notes)


def _decided(question: Question, draft: Decision, destinations: Sequence[Destination]) -> Answer[Decision | None]:
    """The decision with what AWS has to be asked for; None where it cannot be decided whose key it is.

    Args:
        destinations: the draft's, with the pairs that stand there.
    """
    context, found = question.context, question.found
    owner, pair = found.key.owner, found.pair
    if (owner is None and not found.at_store) or pair is None:
        return Answer(None)
    heard = _Heard()
    facts: Mapping[str, BucketFacts] = {}
    rights = None
    if owner is not None:
        rights = PlannedRights(context, pair, owner, question.route, question.options)
        users: Sequence[Destination | ByHand] = (*destinations, *draft.by_hand)
        named = [target.bucket for one in users for target in one.targets]
        facts = rights.facts([*named, *(one.bucket for one in draft.others)])
    heard.take(plan_precautions.regions(context, destinations, facts))
    decision = replace(
        draft,
        regions={bucket: one.region for bucket, one in facts.items()},
        user_name=heard.take(plan_precautions.user_name(question)),
        policy=None
        if rights is None
        else rights.policy(destinations, draft.by_hand, draft.others, draft.left_out, facts),
    )
    if turning_off.is_one_way(decision, turning_off.default_way(decision, context.signer)):
        heard.notes.append(consent.one_way(decision.owner))
    heard.take(plan_precautions.store(question, decision))
    if rights is not None:
        rights.refused(decision, facts)
        heard.gates += rights.gates
        heard.notes += rights.notes
    return Answer(decision, tuple(heard.gates), tuple(heard.notes))


def _known_keys(question: Question) -> tuple[AccessKeyId, ...]:
    if not question.route.same_owner:
        return ()
    return (question.key, *(one.access_key_id for one in question.found.siblings or ()))
