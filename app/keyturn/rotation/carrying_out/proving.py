"""The proofs: each destination's credential, as read back from the destination, at STS and at S3, for each bucket.

A program's own check comes after ours, never instead of it, and its outcome counts only where the same check passed
before anything was changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from keyturn.aws import proof, propagation
from keyturn.aws.buckets import bucket_policies
from keyturn.aws.proof import ProofRequest, S3Target
from keyturn.aws.propagation import Spread
from keyturn.clients.replacement import read_pairs
from keyturn.model.errors import AppError, AwsError, ClientError
from keyturn.model.keys import AccessKeyId, KeyPair
from keyturn.model.places import Place, Target
from keyturn.model.text import _
from keyturn.rotation import labels
from keyturn.rotation.carrying_out.late_key import expect_it_to_come
from keyturn.rotation.carrying_out.own_checks import Check, OwnCheckRequest, own_checks
from keyturn.rotation.carrying_out.proof_targets import _s3_targets, asked_of_the_pair, targets_of
from keyturn.rotation.context import Context, Moment
from keyturn.rotation.decision import Decision, Destination
from keyturn.rotation.events.rotation_events import (
    OwnChecksPassed,
    PlacesProved,
    Proved,
    Proving,
    RightsSimulated,
    Simulation,
)
from keyturn.rotation.planning.simulated_rights import simulate, simulation_notes
from keyturn.rotation.record import Rotation
from keyturn.rotation.steps import PUT_IN_AGAIN, Step
from keyturn.rotation.taking_steps import Outcome, note, taking
from keyturn.state.journal import Mark

_PROOFS = (Step.PROVE, Step.PROVE_AGAIN, Step.PROVE_OFF, Step.UNDO)


@dataclass(frozen=True, slots=True)
class DestinationProof:
    """How one bucket of one destination fared.

    Attributes:
        place: the destination's identity.
    """

    client: str
    name: str
    path: Path
    access_key_id: AccessKeyId
    bucket: str | None
    checks: tuple[Check, ...]
    place: str

    @property
    def ok(self) -> bool:
        """True where something was proved and nothing failed; what could not be tried is no proof."""
        return any(check.ok for check in self.checks) and self.first_failure is None

    @property
    def first_failure(self) -> Check | None:
        """The check that failed first."""
        return next((check for check in self.checks if check.ok is False), None)


class OldKeyAgain(ClientError):
    """A destination that had the new key holds the old one: the file was restored, or its program wrote it back."""

    def __init__(self, found: DestinationProof, new: AccessKeyId) -> None:
        super().__init__(
            _("{client} {name} holds the old key again").format(client=found.client, name=found.name),
            _(
                "{path} holds {old}, the old key, where {new} was put: the file was restored, or its program wrote it "
                "back. Put the new key in again with `keyturn done {item}`, or the old one back everywhere with "
                "`keyturn undo`."
            ).format(path=found.path, old=found.access_key_id.masked, new=new.masked, item=PUT_IN_AGAIN),
            code="place.other-key",
        )
        self.place = found.place


def prove_new_key(context: Context, rotation: Rotation, new: KeyPair) -> Rotation:
    """The step *prove*: wait until AWS accepts the new key everywhere, then check each bucket.

    Raises:
        AwsError: where the new key does not work within two minutes, is off or gone, or lacks a right.
    """
    decision = rotation.decision
    with taking(context, rotation, Step.PROVE) as outcome:
        targets = targets_of(decision)
        spread = _Spreading(context, decision.store or "AWS")
        try:
            propagation.wait_until_accepted(
                context.aws,
                new,
                targets,
                context.clock,
                progress=spread,
                stop_if_cancelled=context.cancel.check,
            )
        except propagation.NotYetAccepted:
            expect_it_to_come(context, rotation, new.access_key_id)
            raise
        context.cancel.check()
        requests = [ProofRequest(new, target) for target in targets]
        for request, results in zip(requests, proof.prove_all(context.aws, requests), strict=True):
            for result in results:
                if not result.ok:
                    raise _as_error(request.target.bucket, result.check, result.detail, result.error)
        take_back_uploads(context, rotation, new)
        _simulate(context, decision, outcome)
        outcome.detail = _("accepted everywhere after {seconds:.0f} seconds").format(seconds=spread.seconds)
    return outcome.rotation


def _simulate(context: Context, decision: Decision, outcome: Outcome) -> None:
    """Ask IAM's simulator, with the old key, about what leaves a trace where it is tried; it proves nothing."""
    old = context.secrets.get(decision.key)
    if old is None or decision.policy is None or decision.account is None:
        return
    policies = bucket_policies(context.aws, old, decision.regions, decision.account)
    simulated = simulate(context, old, decision, policies, made=True)
    outcome.note(RightsSimulated(Simulation(simulated.allowed, simulated.not_known)))
    for said in simulation_notes(simulated):
        context.tell(Step.PROVE, Moment.GOING_ON, said)


class _Spreading:
    """Tells anyone who watches how far AWS has come in accepting the new key."""

    def __init__(self, context: Context, whom: str) -> None:
        self._context = context
        self._whom = whom
        self.seconds = 0.0

    def __call__(self, spread: Spread) -> None:
        self.seconds = spread.seconds
        detail = _("{done} of {all} endpoints at {whom} accept the new key").format(
            done=spread.done, all=spread.places, whom=self._whom
        )
        if spread.slow:
            detail = _("{detail}; this can take up to two minutes").format(detail=detail)
        self._context.tell(Step.PROVE, Moment.GOING_ON, detail)


def prove_again(context: Context, rotation: Rotation, step: Step, expected: AccessKeyId) -> Rotation:
    """The steps *prove again*: with the credentials as read back from the destinations.

    Raises:
        AppError: for the first destination that failed.
    """
    with taking(context, rotation, step) as outcome:
        proofs = prove_or_raise(context, rotation, step, expected=expected)
        outcome.note(PlacesProved(tuple(map(_proved, proofs))))
        kept = context.secrets.get(expected)
        if kept is not None:
            take_back_uploads(context, rotation, kept)
            if not rotation.decision.destinations:
                prove_pair(context, kept, asked_of_the_pair(rotation.decision))
        outcome.detail = labels.destinations(len(rotation.decision.destinations))
    return outcome.rotation


@contextmanager
def proving_meanwhile(context: Context, rotation: Rotation, step: Step, signer: KeyPair | None) -> Iterator[None]:
    """Goes around a proof that is no step of its own: what an earlier one left is taken back, and this one is noted.

    Args:
        signer: whose uploads they are; None where its secret is not at hand.
    """
    left = rotation.proof_was_cut_short
    if signer is not None:
        try:
            take_back_uploads(context, rotation, signer)
            left = False
        except AwsError:
            pass  # the proof says why, and the next one tries again
    note(context, rotation, step, Proving(True))
    yield
    if not left:
        note(context, rotation, step, Proving(False))


def take_back_uploads(context: Context, rotation: Rotation, signer: KeyPair) -> None:
    """Abort the uploads that a proof left when it failed or Keyturn was killed in it; else there are none to look for.

    Args:
        rotation: as the journal had it before the present step.
    """
    for target in may_hold_uploads(rotation):
        proof.remove_stray_uploads(context.aws, signer, target)


def may_hold_uploads(rotation: Rotation) -> tuple[S3Target, ...]:
    """Where a proof that failed, or in which Keyturn was killed, may have left an upload."""
    cut_short = rotation.proof_was_cut_short or any(rotation.ended_badly(step) for step in _PROOFS)
    return targets_of(rotation.decision) if cut_short else ()


def prove_or_raise(
    context: Context, rotation: Rotation, step: Step, *, expected: AccessKeyId
) -> tuple[DestinationProof, ...]:
    """Prove every destination, and raise for the first that failed or holds another key than `expected`."""
    passed_before = own_checks_passed(rotation)
    proofs = []
    for one in prove_destinations(context, rotation.decision, passed_before):
        if one.access_key_id == rotation.decision.key != expected:
            raise OldKeyAgain(one, expected)
        if one.access_key_id != expected:
            raise ClientError(
                _("{client} {name} holds another key").format(client=one.client, name=one.name),
                _(
                    "{path} holds {found} where {expected} was put. Another program or person changed it. Look there "
                    "before you go on."
                ).format(path=one.path, found=one.access_key_id.masked, expected=expected.masked),
                code="place.other-key",
            )
        context.tell(step, Moment.GOING_ON, _summary(one), (one.place,))
        for check in one.checks:
            if check.ok is False and (check.error is not None or _own_check_name(one) in passed_before):
                raise _as_error(one.bucket or one.name, check.check, check.detail, check.error)
        proofs.append(one)
    return tuple(proofs)


def prove_pair(context: Context, pair: KeyPair, targets: Sequence[S3Target]) -> None:
    """Prove a pair at STS and in buckets, wherever it stands.

    Raises:
        AwsError: for the first check that failed.
    """
    answers = prove_in_all_ways(context, [(pair, [target]) for target in targets])
    for target, checks in zip(targets, answers, strict=True):
        for check in checks:
            if check.ok is False:
                raise _as_error(target.bucket, check.check, check.detail, check.error)


def prove_destinations(
    context: Context, decision: Decision, passed_before: frozenset[str]
) -> Iterator[DestinationProof]:
    """Read each destination's pair back and prove it, all of them in parallel; then run the programs' own checks.

    Each proof comes as soon as it is complete, so that who watches sees it.

    Args:
        passed_before: the own checks that passed with the old key.

    Raises:
        FileError, ClientError: where a destination cannot be read.
    """
    places = [one.place for one in decision.destinations]
    read_back = read_pairs(context.computer, places)
    pairs = {place.identity: pair for place, pair in zip(places, read_back, strict=True)}
    wanted = [(one, target) for one in decision.destinations for target in one.targets]
    wanted += decision.other_targets
    questions = [
        ProofQuestion(
            one.place,
            pairs[one.place.identity],
            tuple(_s3_targets(decision, one, target)),
            target if target in one.targets else None,
            may_be_new=_check_name(one, target) in passed_before,
        )
        for one, target in wanted
    ]
    for question, (_one, target), checks in zip(questions, wanted, answers(context, questions), strict=True):
        place = question.place
        yield DestinationProof(
            place.client,
            place.name,
            place.path,
            question.pair.access_key_id,
            target.bucket,
            tuple(checks),
            place.identity,
        )


@dataclass(frozen=True, slots=True)
class ProofQuestion:
    """What is asked about a place and one part of a bucket.

    Attributes:
        ways: how the place's programs ask for it; without a bucket, only whose the key is.
        its_own: where the program itself is to look as well, if our proof holds; None if that says nothing more.
        may_be_new: AWS may not know the key everywhere yet, and the program's own check passed with the old one.
    """

    place: Place
    pair: KeyPair
    ways: tuple[S3Target, ...]
    its_own: Target | None
    may_be_new: bool = False


def answers(context: Context, questions: Sequence[ProofQuestion]) -> Iterator[list[Check]]:
    """Put all questions together, so that no two alike are asked; then let the programs themselves look.

    Yields what was said to each, in their order, as soon as it is complete.
    """
    proved = prove_in_all_ways(context, [(one.pair, one.ways) for one in questions])
    looks = [
        one.its_own is not None and all(check.ok for check in ours) for one, ours in zip(questions, proved, strict=True)
    ]
    own = own_checks(
        context,
        [
            OwnCheckRequest(one.place, one.its_own, one.pair.access_key_id if one.may_be_new else None)
            for one, it_looks in zip(questions, looks, strict=True)
            if it_looks
        ],
    )
    for ours, it_looks in zip(proved, looks, strict=True):
        yield [*ours, *next(own)] if it_looks else ours


def prove_in_all_ways(context: Context, asked: Sequence[tuple[KeyPair, Sequence[S3Target]]]) -> list[list[Check]]:
    """Prove each pair at a part of a bucket, in each of the ways in which programs ask for it."""
    requests = [ProofRequest(pair, way) for pair, ways in asked for way in ways]
    answers = iter(proof.prove_all(context.aws, requests))
    found = []
    for _pair, ways in asked:
        results = [result for _way in ways for result in next(answers)]
        checks = [Check(result.check, result.ok, result.detail, result.error) for result in results]
        found.append(list(dict.fromkeys(checks)))
    return found


def run_own_checks(context: Context, decision: Decision) -> OwnChecksPassed:
    """Run the programs' own checks before anything is changed."""
    wanted = [(one, target) for one in decision.destinations for target in one.targets]
    answers = own_checks(context, [OwnCheckRequest(one.place, target) for one, target in wanted])
    return OwnChecksPassed(
        tuple(
            _check_name(one, target)
            for (one, target), checks in zip(wanted, answers, strict=True)
            if any(check.ok for check in checks)
        )
    )


def own_checks_passed(rotation: Rotation) -> frozenset[str]:
    """The own checks that passed with the old key."""
    checked = rotation.said(OwnChecksPassed, Step.CHECK, Mark.DONE)
    return frozenset() if checked is None else frozenset(checked.own_checks_passed)


def _check_name(one: Destination, target: Target) -> str:
    return f"{one.place.client} {one.place.name} {target.bucket}"


def _own_check_name(one: DestinationProof) -> str:
    return f"{one.client} {one.name} {one.bucket}"


def _proved(one: DestinationProof) -> Proved:
    return Proved(one.place, one.bucket, tuple((check.check, check.ok) for check in one.checks))


def _summary(one: DestinationProof) -> str:
    failure = one.first_failure
    tried = ", ".join(check.check for check in one.checks if check.ok)
    said = tried if failure is None else f"{failure.check}: {failure.detail}"
    return f"{one.client} {one.name}, {one.bucket}: {said}"


def _as_error(subject: str, check: str, detail: str, error: AppError | None) -> AppError:
    if isinstance(error, AwsError):
        title = _("The proof failed at {subject} ({check}): {title}")
        return AwsError(
            title.format(subject=subject, check=check, title=error.title),
            error.message,
            fault=error.fault,
            aws_code=error.aws_code,
        )
    return ClientError(
        _("The proof failed at {subject} ({check})").format(subject=subject, check=check), detail, code="proof.failed"
    )
