"""What the buckets' own policies refuse to a new user, although they let the old key through."""

from __future__ import annotations

from collections.abc import Mapping

from keyturn.aws import scoped_user
from keyturn.aws.bucket_policy import PolicyDenial, Truth, caller_of, denials, new_user
from keyturn.aws.buckets import BucketFacts
from keyturn.model.text import _
from keyturn.rotation.decision import Decision
from keyturn.rotation.planning.plan import Gate
from keyturn.rotation.planning.simulated_rights import rights_on
from keyturn.rotation.steps import Step


def denial_gates(
    decision: Decision, facts: Mapping[str, BucketFacts], tags: Mapping[str, str], *, secure: bool
) -> tuple[list[Gate], list[str]]:
    """Read the policies of the buckets: what lets the old key through and stops the new one closes the way.

    Args:
        tags: those of the user that will be made.

    Returns:
        The gates, and notes on what stops both keys, or may stop the new one.
    """
    gates: list[Gate] = []
    notes: list[str] = []
    owner, name = decision.owner, decision.user_name
    if owner is None or name is None or decision.policy is None:
        return gates, notes
    old, new = caller_of(owner), new_user(owner, name, scoped_user.USER_PATH, tags)
    for bucket, known in facts.items():
        if known.policy is None:
            notes.append(
                _(
                    "AWS does not show the old key the policy of bucket {bucket}, so what it refuses to the new user "
                    "is not known."
                ).format(bucket=bucket)
            )
            continue
        found = denials(known.policy, rights_on(decision.policy, bucket), old, new, secure=secure)
        for one in found or ():
            if one.new is Truth.YES and one.old is Truth.NO:
                gates.append(_stopped(bucket, one, new.arn))
            else:
                notes.append(_note(bucket, one))
        if found is None:
            unreadable = _("The policy of bucket {bucket} cannot be read, so what it refuses is not known.")
            notes.append(unreadable.format(bucket=bucket))
    return gates, notes


def _stopped(bucket: str, denial: PolicyDenial, arn: str) -> Gate:
    reason = _(
        "The policy of bucket {bucket} lets the old key do what it refuses to the new user ({denial}), so backups that "
        "need it would fail with the new key. Let {arn} through in the AWS console, at the bucket's permissions, or "
        "leave the programs of this bucket out with --only."
    )
    return Gate(Step.CHECK, reason.format(bucket=bucket, denial=denial.text, arn=arn), code="policy.denied")


def _note(bucket: str, denial: PolicyDenial) -> str:
    if denial.new is Truth.YES and denial.old is Truth.YES:
        text = _("The policy of bucket {bucket} refuses this to the old key and to the new one alike: {denial}.")
    else:
        text = _("The policy of bucket {bucket} may refuse the new user what the old key may do: {denial}.")
    return text.format(bucket=bucket, denial=denial.text)
