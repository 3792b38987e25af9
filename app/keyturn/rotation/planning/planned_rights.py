"""The rights of a new key, as they are planned: what the buckets are like, which policy that makes, what refuses it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from keyturn.aws import buckets as aws_buckets
from keyturn.aws.buckets import BucketFacts
from keyturn.clients.endpoints import speaks_plain_http
from keyturn.model.bucket_names import BucketKind, kind_of_bucket
from keyturn.model.errors import AwsError, ClientError
from keyturn.model.keys import KeyPair, Principal, PrincipalKind
from keyturn.model.needs import MANAGED_POLICY_LIMIT, PolicyDocument, policy_for
from keyturn.model.text import _
from keyturn.rotation.context import Context
from keyturn.rotation.decision import ByHand, Decision, Destination, OtherBucket
from keyturn.rotation.ownership import tags_of
from keyturn.rotation.planning.bucket_needs import narrow_gates, needs_of, versioning_notes
from keyturn.rotation.planning.consumer_gates import beyond_notes
from keyturn.rotation.planning.kept_backups import KeptBackups
from keyturn.rotation.planning.not_buckets import told_apart
from keyturn.rotation.planning.open_buckets import reach_note
from keyturn.rotation.planning.plan import Gate, Options
from keyturn.rotation.planning.plan_question import closed, closed_for
from keyturn.rotation.planning.refused_rights import denial_gates
from keyturn.rotation.planning.simulated_rights import simulate, simulation_notes
from keyturn.rotation.steps import Route


class PlannedRights:
    """The questions to AWS about buckets and rights, in the order of a plan.

    Args:
        signer: the old key.

    Attributes:
        gates, notes: what the answers come to.
    """

    def __init__(self, context: Context, signer: KeyPair, owner: Principal, route: Route, options: Options) -> None:
        self._context = context
        self._signer = signer
        self._owner = owner
        self._route = route
        self._options = options
        self.gates: list[Gate] = []
        self.notes: list[str] = []

    def facts(self, buckets: Sequence[str]) -> Mapping[str, BucketFacts]:
        """Return what AWS tells of each bucket; one that it does not tell of closes the way."""
        wanted, gates, notes = told_apart(
            sorted(set(buckets)), self._route, of_root=self._owner.kind is PrincipalKind.ROOT
        )
        self.gates += gates
        self.notes += notes
        if not wanted:
            return {}
        answers = aws_buckets.facts_of_all(self._context.aws, self._signer, wanted, self._owner.account)
        facts: dict[str, BucketFacts] = {}
        for bucket, answer in answers.items():
            if isinstance(answer, AwsError):
                self.gates.append(closed_for(answer))
            else:
                facts[bucket] = answer
        return facts

    def policy(
        self,
        destinations: Sequence[Destination],
        programs: Sequence[ByHand],
        others: Sequence[OtherBucket],
        left_out: Sequence[str],
        facts: Mapping[str, BucketFacts],
    ) -> PolicyDocument | None:
        """Return the least policy with which all of them work; None on the routes that make no user."""
        users: Sequence[Destination | ByHand] = (*destinations, *programs)
        reached = {target.bucket for one in users for target in one.targets} | {one.bucket for one in others}
        if self._route is not Route.SCOPED_USER or not reached:
            return None
        if any(kind_of_bucket(bucket) is not BucketKind.BUCKET for bucket in reached):
            return None  # which is a gate of its own
        self.gates += narrow_gates(destinations, programs, self._options)
        self.notes += [
            *reach_note(len(reached), others, left_out),
            *versioning_notes(facts, self._options),
            *beyond_notes(destinations),
        ]
        kept = KeptBackups(self._context, self._signer, self._owner, facts)
        needs = needs_of(destinations, programs, others, kept.seen(destinations, programs, others), self._options)
        self.gates += kept.gates
        self.notes += kept.notes
        # A program that speaks plain HTTP would be refused by a policy that demands TLS.
        plain = speaks_plain_http(self._context.endpoint_url) or any(one.place.plain_http for one in destinations)
        owner = self._owner
        try:
            policy = policy_for(needs, partition=owner.partition, account=owner.account, require_tls=not plain)
        except ClientError as error:
            self.gates.append(closed_for(error))
            return None
        if policy.size > MANAGED_POLICY_LIMIT:
            reason = _(
                "The policy for {count} buckets has {size} characters, and AWS allows {limit}. Rotate fewer programs "
                "at once with --only, or leave buckets out that nothing uses."
            ).format(count=len(needs), size=policy.size, limit=MANAGED_POLICY_LIMIT)
            self.gates.append(closed("policy.too-long", reason))
        return policy

    def refused(self, decision: Decision, facts: Mapping[str, BucketFacts]) -> None:
        """Look what the buckets' policies refuse to the new user, and what IAM's simulator says of the rest."""
        if decision.policy is None:
            return
        tags = tags_of(self._context, decision)
        gates, notes = denial_gates(decision, facts, tags, secure=decision.policy.demands_tls)
        policies = {bucket: known.policy for bucket, known in facts.items() if known.policy is not None}
        simulated = simulate(self._context, self._signer, decision, policies, made=False)
        self.gates += gates
        self.notes += [*notes, *simulation_notes(simulated)]
