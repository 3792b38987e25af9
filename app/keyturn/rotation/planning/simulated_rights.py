"""What a new user's policy allows and nobody can try without leaving a trace: IAM's simulator is asked about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from keyturn.aws import scoped_user
from keyturn.aws.bucket_policy import new_user
from keyturn.aws.parallel import in_parallel
from keyturn.aws.simulation import Simulated, allowed_actions
from keyturn.model.errors import AwsError
from keyturn.model.keys import KeyPair
from keyturn.model.manners import Manner
from keyturn.model.needs import PolicyDocument
from keyturn.model.text import _
from keyturn.rotation.context import Context
from keyturn.rotation.decision import Decision

# What the proof tries in every bucket; all else that a policy allows would leave a trace, or is asked for on another
# day (facts/aws.md A5).
_TRIED = frozenset({"s3:AbortMultipartUpload", "s3:GetObject", "s3:ListBucket", "s3:PutObject"})
# What only looks, or changes nothing that is there, and whose refusal stops no backup.
_HARMLESS = frozenset({"s3:GetBucketLocation", "s3:ListBucketMultipartUploads", "s3:ListMultipartUploadParts"})


@dataclass(frozen=True, slots=True)
class Untried:
    """Rights on one bucket that the proof cannot try.

    Attributes:
        resource: the ARN of the bucket, or of an object in it that stands for all.
        actions: the rights.
    """

    bucket: str
    resource: str
    actions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SimulatedRights:
    """What IAM's simulator says of rights that nobody tried; never a proof.

    Attributes:
        allowed: by bucket.
        not_known: by bucket: what it denies.
        failure: why it was not asked; None where it was.
    """

    allowed: Mapping[str, tuple[str, ...]]
    not_known: Mapping[str, tuple[str, ...]]
    failure: AwsError | None = None


def untried(decision: Decision) -> tuple[Untried, ...]:
    """Return the rights of the new user's policy that the proof does not try, by bucket."""
    if decision.policy is None:
        return ()
    manners: dict[str, list[Manner]] = {}
    for target, manner in decision.ways:
        manners.setdefault(target.bucket, []).append(manner)
    found: dict[str, tuple[str, dict[str, None]]] = {}
    for bucket in decision.buckets:
        tried = _TRIED | _HARMLESS | _tried_by(manners.get(bucket, ()))
        for action, resource in rights_on(decision.policy, bucket):
            if action not in tried:
                stands_for = resource.replace("*", "keyturn-check")
                found.setdefault(stands_for, (bucket, {}))[1][action] = None
    return tuple(Untried(bucket, resource, tuple(actions)) for resource, (bucket, actions) in found.items())


def simulate(
    context: Context, signer: KeyPair, decision: Decision, policies: Mapping[str, str], *, made: bool
) -> SimulatedRights:
    """Ask IAM's simulator about what the proof cannot try.

    Args:
        policies: the buckets' own, by bucket, as far as they are known.
        made: the user is there already.
    """
    owner, name = decision.owner, decision.user_name
    wanted = untried(decision)
    if owner is None or name is None or not wanted:
        return SimulatedRights({}, {})
    arn = new_user(owner, name, scoped_user.USER_PATH, {}).arn
    user = Simulated(arn, None if made else decision.policy)
    ask = partial(allowed_actions, context.aws, signer, user, account=owner.account)
    # Buckets without a policy of their own are asked about together.
    groups: dict[tuple[str, tuple[str, ...]], list[Untried]] = {}
    for one in wanted:
        groups.setdefault((policies.get(one.bucket, ""), one.actions), []).append(one)
    questions = [
        partial(ask, resources=[one.resource for one in alike], actions=actions, bucket_policy=policy)
        for (policy, actions), alike in groups.items()
    ]
    try:
        answers = in_parallel(questions)
    except AwsError as error:
        return SimulatedRights({}, _by_bucket((one.bucket, action) for one in wanted for action in one.actions), error)
    # Where the bucket's policy is not to be seen, nothing was asked about it.
    said = [
        (
            one.bucket,
            action,
            (action, one.resource) in answer and one.bucket in policies,
        )
        for ((_policy, actions), alike), answer in zip(groups.items(), answers, strict=True)
        for one in alike
        for action in actions
    ]
    return SimulatedRights(
        _by_bucket((bucket, action) for bucket, action, allowed in said if allowed),
        _by_bucket((bucket, action) for bucket, action, allowed in said if not allowed),
    )


def simulation_notes(simulated: SimulatedRights) -> Iterator[str]:
    """Say what is simulated and what is not known; neither is proved."""
    if simulated.allowed:
        yield _(
            "Not tried, because trying leaves a trace in the bucket: {rights}. IAM's simulator allows it. That is no "
            "proof: the simulator sees neither the policies of KMS keys nor all that an organisation denies."
        ).format(rights=_listed(simulated.allowed))
    if simulated.failure is not None and simulated.not_known:
        yield _(
            "Whether the new key may do this is not known, because trying leaves a trace and IAM's simulator was not "
            "to be asked ({reason}): {rights}."
        ).format(reason=simulated.failure.title, rights=_listed(simulated.not_known))
    elif simulated.not_known:
        yield _(
            "Whether the new key may do this is not known: {rights}. Trying leaves a trace in the bucket, and IAM's "
            "simulator does not say yes. A backup that needs it could fail later: look at it after the first runs."
        ).format(rights=_listed(simulated.not_known))


def rights_on(policy: PolicyDocument, bucket: str) -> list[tuple[str, str]]:
    """Return each action that the policy allows on the bucket or on objects in it, with the pattern of these."""
    found = []
    for statement in policy.statements:
        for resource in statement.resources if statement.effect == "Allow" else ():
            if resource.partition(":::")[2].partition("/")[0] == bucket:
                found += [(action, resource) for action in statement.actions]
    return found


def _tried_by(manners: Sequence[Manner]) -> frozenset[str]:
    said = {"s3:PutObjectAcl": any(one.acl for one in manners), "s3:PutObjectTagging": any(one.tags for one in manners)}
    return frozenset(action for action, tried in said.items() if tried)


def _by_bucket(rights: Iterable[tuple[str, str]]) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, set[str]] = {}
    for bucket, action in rights:
        found.setdefault(bucket, set()).add(action)
    return {bucket: tuple(sorted(actions)) for bucket, actions in sorted(found.items())}


def _listed(rights: Mapping[str, Sequence[str]]) -> str:
    """`DeleteObject, RestoreObject (photos, music)`: buckets with the same rights together."""
    buckets: dict[tuple[str, ...], list[str]] = {}
    for bucket, actions in rights.items():
        buckets.setdefault(tuple(one.removeprefix("s3:") for one in actions), []).append(bucket)
    return "; ".join(f"{', '.join(actions)} ({', '.join(names)})" for actions, names in buckets.items())
