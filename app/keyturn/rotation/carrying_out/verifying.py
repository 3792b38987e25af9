"""`verify`: the proof for every destination as it is now, whatever key it holds, without a rotation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from keyturn.aws.proof import S3Target
from keyturn.clients.described.guide import guide_named
from keyturn.clients.endpoints import is_aws, store_name, store_url
from keyturn.clients.served import identities_of
from keyturn.model.errors import ClientError
from keyturn.model.keys import KeyPair
from keyturn.model.places import Place, Target
from keyturn.model.text import _
from keyturn.rotation.all_rotations import all_rotations
from keyturn.rotation.asked import remember_new
from keyturn.rotation.carrying_out.own_checks import Check
from keyturn.rotation.carrying_out.proving import DestinationProof, ProofQuestion, answers
from keyturn.rotation.context import Context
from keyturn.rotation.finding.survey import FoundKey, Survey, take_survey
from keyturn.rotation.key_life.key_meant import key_meant


def verify(
    context: Context, given_buckets: Sequence[str] = (), key: str = "", *, place: str = ""
) -> tuple[Survey, tuple[DestinationProof, ...]]:
    """Prove every destination on this computer. A key that a rotation made minutes ago is given its time.

    Args:
        given_buckets: for destinations whose configuration names none. Without them the answer counts that was given
            for a rotation; where there is none, only their identity is proved.
        key: prove only the destinations of this key, as `key_meant` has it; empty for all.
        place: prove only the destination of this identity; empty for all.

    Raises:
        UsageError: where no key, or more than one, is meant.
    """
    survey = take_survey(context)
    known: dict[str, tuple[Target, ...]] = {}
    for rotation in all_rotations(context.journal):
        remember_new(context, rotation)
        known |= {one.place.identity: one.targets for one in rotation.decision.destinations if one.targets}
    given = tuple(Target(bucket) for bucket in given_buckets)
    asked: list[DestinationProof | ProofQuestion] = []
    for found in survey.keys if not key else (key_meant(survey, key),):
        for one in found.destinations:
            if place in ("", one.identity):
                targets = (
                    one.targets or given or next((known[name] for name in identities_of(one) if name in known), ())
                )
                asked += _of_place(context, found, one, targets)
    return survey, tuple(_answered(context, asked))


def _answered(context: Context, asked: Sequence[DestinationProof | ProofQuestion]) -> Iterator[DestinationProof]:
    answered = answers(context, [one for one in asked if isinstance(one, ProofQuestion)])
    for one in asked:
        if isinstance(one, DestinationProof):
            yield one
        else:
            yield _as_proof(one.place, None if one.its_own is None else one.its_own.bucket, next(answered))


def _of_place(
    context: Context, found: FoundKey, place: Place, targets: tuple[Target, ...]
) -> list[DestinationProof] | list[ProofQuestion]:
    account = None if found.key.owner is None else found.key.owner.account
    if not is_aws(place, context.endpoint_url):
        return _at_a_store(place, targets)
    unprovable = _why_not(found, place)
    if unprovable is not None or place.pair is None or account is None:
        check = unprovable or Check("identity", None, _("AWS did not tell whose key it is."))
        return [_as_proof(place, targets[0].bucket if targets else None, [check])]
    # Without a region S3 itself leads to the bucket, wherever the configuration says it is.
    at = S3Target("", "", None, account)
    return _in_all_ways(place, place.pair, targets, at) if targets else [ProofQuestion(place, place.pair, (at,), None)]


def _in_all_ways(place: Place, pair: KeyPair, targets: Sequence[Target], at: S3Target) -> list[ProofQuestion]:
    """Each target, as the place's programs ask for it.

    Args:
        at: what all have in common, without a bucket.
    """
    return [
        ProofQuestion(
            place,
            pair,
            tuple(
                replace(at, bucket=one.bucket, prefix=one.prefix, manner=manner) for manner in place.manners_for(one)
            ),
            one,
        )
        for one in targets
    ]


def _at_a_store(place: Place, targets: tuple[Target, ...]) -> list[DestinationProof] | list[ProofQuestion]:
    """An S3-compatible store has no STS, so only the buckets are proved there."""
    if place.pair is None or not targets:
        said = _("At the S3-compatible store {host}; its configuration names no bucket.")
        return [_as_proof(place, None, [Check("list", None, said.format(host=store_name(place)))])]
    try:
        address = store_url(place)
    except ClientError as error:
        return [_as_proof(place, target.bucket, [Check("list", False, str(error), error)]) for target in targets]
    return _in_all_ways(place, place.pair, targets, S3Target("", "", place.region, None, address))


def _why_not(found: FoundKey, place: Place) -> Check | None:
    if place.session:
        return Check("identity", None, _("A temporary key, which expires by itself."))
    if place.spoiled:
        return Check("identity", False, place.note)
    if found.failure is not None:
        return Check("identity", False, str(found.failure), found.failure)
    if place.secret is None and guide_named(place.client) is not None:
        return Check("own-run", None, _("Keyturn cannot see its secret: only its own next run proves it."))
    if found.pair is not None and place.secret != found.pair.secret:
        return Check("identity", False, _("This place holds another secret than the one that AWS accepts."))
    return None


def _as_proof(place: Place, bucket: str | None, checks: Sequence[Check]) -> DestinationProof:
    return DestinationProof(
        place.client, place.name, place.path, place.access_key_id, bucket, tuple(checks), place.identity
    )
