"""What the person said of buckets, applied to what was found, and kept for later."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from keyturn.clients.served import identities_of
from keyturn.model.errors import StateError
from keyturn.model.places import Consumer, Place, Target
from keyturn.model.text import _
from keyturn.rotation.context import Context
from keyturn.state import bucket_answers
from keyturn.state.bucket_answers import BucketAnswers


def kept_answers(context: Context) -> BucketAnswers:
    """Return what was said before; nothing where that cannot be read, which every command tells by itself."""
    try:
        return bucket_answers.load(context.folder, context.computer.home)
    except StateError:
        return BucketAnswers()


def keep_answers(context: Context, answers: BucketAnswers) -> None:
    """Keep what was said, where it is something new.

    Raises:
        StoreError: where it cannot be written.
    """
    if answers != kept_answers(context):
        bucket_answers.save(context.folder, context.computer.home, answers)


def forget_answers(context: Context, places: Collection[str]) -> None:
    """Forget what was said of these places, by their identities: the person said the wrong thing.

    Raises:
        StoreError: where it cannot be written.
    """
    answers = kept_answers(context)
    others = {place: buckets for place, buckets in answers.of_places.items() if place not in places}
    keep_answers(context, replace(answers, of_places=others))


def with_answers(places: Sequence[Place], answers: BucketAnswers) -> tuple[Place, ...]:
    """Return the places with the buckets that the person said their programs use."""
    return tuple(_with(place, _said_of(place, answers)) for place in places)


def _said_of(place: Place, answers: BucketAnswers) -> tuple[str, ...]:
    return next((answers.of_places[one] for one in identities_of(place) if one in answers.of_places), ())


def _with(place: Place, buckets: Sequence[str]) -> Place:
    if not buckets:
        return place
    known = {target.bucket for target in place.targets}
    more = tuple(Target(bucket) for bucket in buckets if bucket not in known)
    # What was not understood is what was asked about.
    consumers = [replace(one, unclear=()) for one in place.consumers]
    if not consumers and place.targets:
        consumers.append(Consumer(place.client, place.name, place.targets))
    if more and consumers:
        consumers.append(Consumer(place.client, _("as you said"), more))
    return replace(place, targets=(*place.targets, *more), consumers=tuple(consumers))
