"""Buckets that were deleted since a rotation began: no key reaches them, so none is to be blamed for it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from functools import partial

from keyturn.aws.parallel import in_parallel
from keyturn.aws.s3_checks import S3Target, list_objects
from keyturn.aws.session import Aws
from keyturn.model.errors import AwsError, AwsFault
from keyturn.model.keys import KeyPair
from keyturn.model.places import Target
from keyturn.rotation.carrying_out.proof_targets import targets_of
from keyturn.rotation.context import Context
from keyturn.rotation.decision import Decision


def gone_buckets(context: Context, decision: Decision, signer: KeyPair | None) -> frozenset[str]:
    """The names of the buckets that are nowhere any more. Where nobody tells, a bucket counts as there."""
    if signer is None:
        return frozenset()
    targets = targets_of(decision)
    answers = in_parallel([partial(_is_gone, context.aws, signer, target) for target in targets])
    there = {target.bucket for target, gone in zip(targets, answers, strict=True) if not gone}
    return frozenset(target.bucket for target in targets) - there


def without(decision: Decision, buckets: Collection[str]) -> Decision:
    """The decision as if nothing used these buckets."""

    def left(targets: tuple[Target, ...]) -> tuple[Target, ...]:
        return tuple(one for one in targets if one.bucket not in buckets)

    return replace(
        decision,
        destinations=tuple(replace(one, targets=left(one.targets)) for one in decision.destinations),
        by_hand=tuple(replace(one, targets=left(one.targets)) for one in decision.by_hand),
        others=tuple(one for one in decision.others if one.bucket not in buckets),
    )


def _is_gone(aws: Aws, signer: KeyPair, target: S3Target) -> bool:
    try:
        list_objects(aws, signer, target, 1, patient=False)
    except AwsError as error:
        return error.fault is AwsFault.NO_SUCH_BUCKET
    return False
