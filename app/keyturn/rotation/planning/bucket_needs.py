"""What the destinations of a key need of each bucket, as narrow as the person asked for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from keyturn.aws.buckets import BucketFacts, ObjectLock, Versioning
from keyturn.aws.samples import Sample
from keyturn.clients.registry import client_named
from keyturn.model.needs import Addition, BucketNeeds, is_plain_in_policies
from keyturn.model.places import Place, Target
from keyturn.model.text import _
from keyturn.rotation.decision import ByHand, Destination, OtherBucket
from keyturn.rotation.planning.guided_programs import rights_for
from keyturn.rotation.planning.plan import Gate, Options
from keyturn.rotation.steps import Step

_OF_LOCKS = frozenset({Addition.LEGAL_HOLD, Addition.LOCK_SETTINGS, Addition.RETENTION})


@dataclass(frozen=True, slots=True)
class Seen:
    """What AWS told of the buckets.

    Attributes:
        facts: of each bucket, its settings.
        samples: what was seen of the objects below each prefix.
        kms_keys: the whole name of each KMS key that a configuration names for a bucket, by bucket and that name; None
            where a policy needs to name none.
    """

    facts: Mapping[str, BucketFacts]
    samples: Mapping[Target, Sample]
    kms_keys: Mapping[tuple[str, str], str | None]


def needs_of(
    destinations: Sequence[Destination],
    programs: Sequence[ByHand],
    others: Sequence[OtherBucket],
    seen: Seen,
    options: Options,
) -> tuple[BucketNeeds, ...]:
    """Return what each bucket has to allow, taken together over all that uses it.

    Args:
        programs: those that a person gives the new key.
        others: what the new key reaches besides.
    """
    needs: dict[str, BucketNeeds] = {}
    every = [
        *(_of_place(one.place, target, seen, options) for one in destinations for target in one.targets),
        *(BucketNeeds(target.bucket, rights_for(one, target)) for one in programs for target in one.targets),
        *(_of_other(one, options) for one in others),
    ]
    for need in every:
        needs[need.bucket] = needs.get(need.bucket, need) | need
    return tuple(_with_what_was_seen(need, seen) for need in needs.values())


def narrow_gates(destinations: Sequence[Destination], programs: Sequence[ByHand], options: Options) -> Iterator[Gate]:
    """Yield each program that could not live with a key as narrow as was asked for, with the reason."""
    users = [(one.place.client, one.place.name, one.place, target) for one in destinations for target in one.targets]
    for client, name, place, target in users:
        if options.prefix_only and not _may_stay_below(place, target):
            yield _cannot_stay_below(f"{client} {name}", target)
        removes = any(one.removes for one in place.consumers if target in one.targets)
        if options.append_only and (removes or client_named(client).deletes(place, target) is None):
            yield _cannot_keep(f"{client} {name}")
    for one in programs if options.prefix_only or options.append_only else ():
        for target in one.targets:
            if options.prefix_only:
                yield _cannot_stay_below(one.client, target)
            if options.append_only:
                yield _cannot_keep(one.client)


def versioning_notes(facts: Mapping[str, BucketFacts], options: Options) -> Iterator[str]:
    """Yield each bucket where a key that may only add may write over what is there (facts/aws.md A6)."""
    for bucket, known in facts.items():
        if options.append_only and known.versioning is not Versioning.ENABLED:
            yield _(
                "Bucket {bucket} keeps no older versions, as far as AWS tells: the new key cannot delete backups "
                "there, and can still write over them. Turn versioning on in the AWS console."
            ).format(bucket=bucket)


def _of_place(place: Place, target: Target, seen: Seen, options: Options) -> BucketNeeds:
    folders = (target.prefix,) if options.prefix_only and _may_stay_below(place, target) else ()
    deletable = client_named(place.client).deletes(place, target) if options.append_only else None
    manners = place.manners_for(target)
    names = (seen.kms_keys.get((target.bucket, one.kms_key)) for one in manners if one.kms_key is not None)
    archives = {Addition.RESTORE} if any(one.archives for one in manners) else set()
    additions = place.additions_for(target) | archives
    keys = frozenset(name for name in names if name is not None)
    return BucketNeeds(target.bucket, additions, keys, folders, deletable)


def _of_other(one: OtherBucket, options: Options) -> BucketNeeds:
    return BucketNeeds(one.bucket, deletable=None if one.may_delete and not options.append_only else ())


def _may_stay_below(place: Place, target: Target) -> bool:
    stays = client_named(place.client).stays_below(place, target) and all(
        one.program in (place.client, "restic") for one in place.consumers if target in one.targets
    )
    return bool(target.prefix) and stays and is_plain_in_policies(target.prefix)


def _cannot_stay_below(who: str, target: Target) -> Gate:
    text = _(
        "{who} may look at all of the bucket {bucket}, or its configuration names no folder in it, so with "
        "--prefix-only its backups might fail. Leave it out with --only, or leave --prefix-only out."
    )
    return Gate(Step.CHECK, text.format(who=who, bucket=target.bucket), code="policy.prefix-only")


def _cannot_keep(who: str) -> Gate:
    text = _(
        "{who} deletes in its own runs, or Keyturn does not know that it does not, so with --append-only its backups "
        "might fail. Leave it out with --only, or leave --append-only out."
    )
    return Gate(Step.CHECK, text.format(who=who), code="policy.append-only")


def _with_what_was_seen(need: BucketNeeds, seen: Seen) -> BucketNeeds:
    """What the bucket itself adds, and what its objects of earlier days do; without rights on locks that it lacks."""
    samples = [sample for target, sample in seen.samples.items() if target.bucket == need.bucket]
    keys = need.kms_key_arns.union(*(one.kms_keys for one in samples))
    additions = need.additions | ({Addition.RESTORE} if any(one.archived for one in samples) else set())
    facts = seen.facts.get(need.bucket)
    if facts is not None:
        if facts.encryption is not None and facts.encryption.kms_key_arn is not None:
            keys |= {facts.encryption.kms_key_arn}
        if facts.object_lock is ObjectLock.NONE:
            additions -= _OF_LOCKS
        if facts.archives:
            additions |= {Addition.RESTORE}
    return replace(need, additions=additions, kms_key_arns=keys)
