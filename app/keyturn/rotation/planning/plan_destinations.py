"""What each destination of a plan reaches, and what becomes of buckets that no program names."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from keyturn.clients.walking import listed
from keyturn.model.manners import AS_USUAL, Manner
from keyturn.model.other_buckets import OtherBuckets
from keyturn.model.places import Place, Target
from keyturn.model.text import _
from keyturn.rotation import labels
from keyturn.rotation.decision import ByHand, Destination
from keyturn.rotation.finding.kept_answers import kept_answers
from keyturn.rotation.finding.known_buckets import Reach
from keyturn.rotation.finding.reach import reach_of
from keyturn.rotation.planning.consumer_gates import incomplete
from keyturn.rotation.planning.guided_items import program_title
from keyturn.rotation.planning.plan import Gate
from keyturn.rotation.planning.plan_question import Answer, Question, closed, unanswered
from keyturn.rotation.planning.plan_scope import Scope
from keyturn.rotation.steps import Route


class OwnersBuckets:
    """The buckets of the key's owner; AWS is asked for them once, if anything needs them."""

    def __init__(self, question: Question) -> None:
        self._question = question

    @cached_property
    def reach(self) -> Reach | None:
        """None where AWS cannot be asked for them."""
        question = self._question
        owner = question.found.key.owner
        if owner is None or question.found.pair is None:
            return None
        answers = kept_answers(question.context)
        if question.options.other_buckets is OtherBuckets.ASK:
            answers = replace(answers, of_accounts={})
        return reach_of(question.context, question.survey, owner.account, answers)

    @property
    def names(self) -> tuple[str, ...] | None:
        """None where AWS did not tell them, or the key is none of AWS's."""
        reach = self.reach
        return None if reach is None or reach.refusal is not None else tuple(one.name for one in reach.buckets)


def destinations_of(
    question: Question, scope: Scope, by_hand_programs: Sequence[ByHand], buckets: OwnersBuckets
) -> Answer[tuple[Destination, ...]]:
    """Return the places that are edited with what each reaches; none on a route that makes no key."""
    if not question.route.makes_a_key:
        return Answer(())
    given = tuple(Target(bucket) for bucket in question.options.buckets)
    found = tuple(
        Destination(place, targets, Path(os.path.realpath(place.path)), _manners(place, targets))
        for place in scope.destinations
        for targets in [_targets(place, given)]
    )
    gates: list[Gate] = []
    notes: list[str] = []
    if not found and not any(one.known or one.targets for one in by_hand_programs):
        gates += _without_destination(question, scope)
    elif scope.offered_as_text:
        text = _("Keyturn can put the new key into {paths} as text, if you name it with --edit-text PATH.")
        notes.append(text.format(paths=listed(list(scope.offered_as_text))))
    # Addresses that were seen and not understood: a narrow key waits for the answer, any other is told.
    reasons = [
        reason for one in found if one.targets and (reason := incomplete(one, question.options.buckets)) is not None
    ]
    if question.route is Route.SCOPED_USER:
        gates += [unanswered("bucket.incomplete", reason, buckets.names or ()) for reason in reasons]
    else:
        notes += reasons
    gates += _without_bucket(found, by_hand_programs, buckets)
    return Answer(found, tuple(gates), tuple(notes))


def _targets(place: Place, given: tuple[Target, ...]) -> tuple[Target, ...]:
    """What a place reaches: what it names, and what the person named where that is nothing, or not all of it."""
    return tuple(dict.fromkeys((*place.targets, *(given if place.unclear or not place.targets else ()))))


def _manners(place: Place, targets: Sequence[Target]) -> tuple[tuple[Target, Manner], ...]:
    ways = [(target, manner) for target in targets for manner in place.manners_for(target)]
    unusual = {target for target, manner in ways if manner != AS_USUAL}
    return tuple((target, manner) for target, manner in ways if target in unusual)


def _without_destination(question: Question, scope: Scope) -> Iterator[Gate]:
    """A new key would have no place to go."""
    spoiled = [place for place in scope.mentions if place.spoiled]
    for place in spoiled:
        text = _("{program} {name} cannot back up now, so there is nothing to prove there. {note}")
        said = text.format(program=labels.program(place.client), name=place.name, note=place.note)
        yield closed("place.spoiled", said)
    if spoiled:
        return
    if scope.mentions:
        offers = tuple(str(path) for path in scope.offered_as_text)
        yield unanswered("key.only-mentioned", _only_mentioned(question, scope), offers)
        return
    yield closed(
        "key.unused",
        _(
            "No program that Keyturn can see here uses {key}, so a new key would have no place to go. If one "
            "uses it elsewhere, name it with --also and its bucket with --bucket; if nothing uses the key at "
            "all, choose the route retire."
        ).format(key=question.key.masked),
    )


def _only_mentioned(question: Question, scope: Scope) -> str:
    paths = listed([place.path for place in scope.mentions])
    by_hand = _(
        "{key} stands in {paths}, and Keyturn does not know which program reads it there. To change it there by hand, "
        "name that with --also another-program and its bucket with --bucket; if nothing uses the key at all, choose "
        "the route retire."
    ).format(key=question.key.masked, paths=paths)
    if not scope.offered_as_text:
        return by_hand
    offered = listed(list(scope.offered_as_text))
    way = _("Keyturn can put the new key into {paths} as text: --edit-text PATH, with --bucket NAME.")
    return f"{by_hand} {way.format(paths=offered)}"


def _without_bucket(
    found: Sequence[Destination], by_hand_programs: Sequence[ByHand], buckets: OwnersBuckets
) -> Iterator[Gate]:
    """Nothing is proved where no bucket is known."""
    reaching = any(one.targets for one in found) or any(one.targets for one in by_hand_programs)
    # What reads a text file is not known, nor are its buckets: the person looks before the old key goes off.
    homeless = [one.title for one in found if not one.targets and not (reaching and one.is_text)]
    homeless += [program_title(one) for one in by_hand_programs if one.known and not one.targets]
    if homeless:
        names = buckets.names
        text = _(
            "The configuration of {names} names no bucket, and Keyturn proves each bucket. Say which with "
            "--bucket NAME. {buckets}"
        )
        reason = text.format(names=", ".join(homeless), buckets=_buckets_sentence(names))
        yield unanswered("bucket.unnamed", reason, names or ())


def _buckets_sentence(names: Sequence[str] | None) -> str:
    if names is None:
        return _("(AWS did not tell the account's buckets.)")
    return _("The account has: {names}.").format(names=", ".join(names) or _("no bucket"))
