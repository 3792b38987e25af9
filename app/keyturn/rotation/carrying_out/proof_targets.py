"""What is asked of S3 for each destination: its buckets, in the way that its program reaches them."""

from __future__ import annotations

from collections.abc import Sequence

from keyturn.aws.proof import S3Target
from keyturn.clients.endpoints import store_url
from keyturn.model.manners import Manner
from keyturn.model.places import Place, Target
from keyturn.rotation.decision import Decision, Destination


def targets_of(decision: Decision) -> tuple[S3Target, ...]:
    """Every bucket and prefix that some destination uses, each once in each way in which it is asked for."""
    if decision.owner is None:
        found = {_at_store(place, target, manner) for place, target, manner in decision.at_stores}
    else:
        found = {_at_aws(decision, target, manner) for target, manner in decision.ways}
    return tuple(sorted(found, key=lambda one: (one.store or "", one.bucket, one.prefix, one.region or "", repr(one))))


def asked_of_the_pair(decision: Decision) -> tuple[S3Target, ...]:
    """The same for a pair that no destination holds; where no bucket is known, only whose the key is.

    A store does not tell that.
    """
    found = targets_of(decision)
    if found or decision.owner is None:
        return found
    return (S3Target("", "", None, decision.account),)


def targets_of_destinations(decision: Decision, destinations: Sequence[Destination]) -> tuple[S3Target, ...]:
    """What these destinations ask for, each once."""
    found = (way for one in destinations for target in one.targets for way in _s3_targets(decision, one, target))
    return tuple(dict.fromkeys(found))


def store_target(decision: Decision) -> S3Target | None:
    """What is asked of an S3-compatible store to see whether a key works there; None where STS tells."""
    return next((one for one in targets_of(decision) if one.store is not None), None)


def _at_store(place: Place, target: Target, manner: Manner) -> S3Target:
    return S3Target(target.bucket, target.prefix, place.region, None, store_url(place), manner)


def _at_aws(decision: Decision, target: Target, manner: Manner) -> S3Target:
    region = decision.regions.get(target.bucket)
    return S3Target(target.bucket, target.prefix, region, decision.account, manner=manner)


def _s3_targets(decision: Decision, one: Destination, target: Target) -> list[S3Target]:
    """A part of a bucket, in each way in which the programs of a destination ask for it."""
    if decision.owner is None:
        return [_at_store(one.place, target, manner) for manner in one.manners_for(target)]
    return [_at_aws(decision, target, manner) for manner in one.manners_for(target)]
