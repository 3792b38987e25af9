"""The plan of a rotation: the requests to AWS, the edits, what needs a person, and what stands in the way.

Planning reads, at AWS and on the disk, and changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from keyturn.clients.replacement import FileEdit, preview
from keyturn.model.keys import AccessKeyId, KeyPair
from keyturn.model.needs import PolicyDocument
from keyturn.model.other_buckets import OtherBuckets
from keyturn.model.places import Problem
from keyturn.model.text import _
from keyturn.rotation.carrying_out.turning_off import default_way
from keyturn.rotation.decision import Decision
from keyturn.rotation.finding.known_buckets import ReachedBucket
from keyturn.rotation.key_life.asking_profiles import Moving, Staying, written_place
from keyturn.rotation.key_life.helper import Helper
from keyturn.rotation.signers.signer import Signer
from keyturn.rotation.signers.the_key import TheKey
from keyturn.rotation.steps import Awaited, By, Route, Step
from keyturn.state.bucket_answers import BucketAnswers

if TYPE_CHECKING:
    # Only who searches waits for its import.
    from keyturn.clients.search.folder_search import Searched


@dataclass(frozen=True, slots=True)
class IntoKeychain:
    """That programs are to ask Keyturn, as far as they can.

    Attributes:
        by_me: nobody but the person starts what could not be seen.
    """

    helper: Helper
    by_me: bool = False


@dataclass(frozen=True, slots=True)
class Options:
    """What the person asked for beyond the key.

    Attributes:
        route: None chooses the one that fits.
        only: clients to touch; empty means all.
        buckets: what something uses besides the buckets that are known: for destinations whose configuration names none
            or not all of theirs, else for the key.
        other_buckets: the answer for all buckets of the key's owner that nothing names and nobody answered for; None
            goes by what was said before, and asks about the rest.
        unsure_buckets: of which the person said that nobody knows: the new key reaches them, and deletes nothing there.
        left_out_buckets: of which the person said that nothing uses them.
        edit_text: files that no program's module knows, which the person wants edited as text.
        leave_out: files that stay as they are, also such as could not be read; the person looks after them.
        also: guided products that hold the key as well, as the person says.
        append_only: the new key may not delete backups, on the route `scoped-user`.
        prefix_only: the new key reaches only the folder of each backup, on the route `scoped-user`.
        into: pairs leave the files whose programs can ask Keyturn instead; None leaves every pair in its file.
        pair: the new pair that the person made, on the route `given-pair`.
    """

    route: Route | None = None
    only: tuple[str, ...] = ()
    buckets: tuple[str, ...] = ()
    other_buckets: OtherBuckets | None = None
    unsure_buckets: tuple[str, ...] = ()
    left_out_buckets: tuple[str, ...] = ()
    edit_text: tuple[Path, ...] = ()
    leave_out: tuple[Path, ...] = ()
    also: tuple[str, ...] = ()
    user_name: str | None = None
    watch_days: float = 3
    off_days: float = 7
    pair: KeyPair | None = None
    append_only: bool = False
    prefix_only: bool = False
    into: IntoKeychain | None = None


@dataclass(frozen=True, slots=True)
class Gate:
    """Why a step may not run yet.

    Attributes:
        waits: an answer or some time opens it; False where something has to be put right first.
        offers: the answers that there are to choose from, where they are known.
    """

    step: Step
    reason: str
    waits: bool = False
    code: str = "gate"
    offers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Call:
    """One request that the rotation would send to AWS, in the order of sending."""

    step: Step
    service: str
    action: str
    resource: str


@dataclass(frozen=True, slots=True)
class Plan:
    """All that a rotation would do. `decision` is None where something keeps it from being decided.

    Attributes:
        open_buckets: those of the key's owner that nothing names and nobody answered for.
        answers: what was said of buckets, for later plans.
        signer: who makes the change, as `--as` names it.
        searched: what the search of this computer looked into; None where none was wanted.
        offered_as_text: what would be edited in files that no program's module knows, if the person says so for each.
        unread: the files in which the key may stand and that could not be read, each with whether it is left out.
        moving: what changes in the files that give up their pair.
        staying: why the other places keep theirs; empty where nobody asked for it.
    """

    key: AccessKeyId
    route: Route
    decision: Decision | None
    old: KeyPair | None
    calls: tuple[Call, ...]
    edits: tuple[FileEdit, ...]
    by_hand: tuple[Awaited, ...]
    gates: tuple[Gate, ...]
    can: tuple[str, ...]
    cannot: tuple[str, ...]
    notes: tuple[str, ...]
    given: KeyPair | None = None
    open_buckets: tuple[ReachedBucket, ...] = ()
    answers: BucketAnswers = field(default_factory=BucketAnswers)
    signer: str = TheKey.name
    unread: tuple[tuple[Problem, bool], ...] = ()
    offered_as_text: tuple[FileEdit, ...] = ()
    searched: Searched | None = None
    moving: tuple[Moving, ...] = ()
    staying: tuple[Staying, ...] = ()

    @property
    def policy(self) -> PolicyDocument | None:
        """What the new user may do; None on the routes that make no user."""
        return None if self.decision is None else self.decision.policy

    @property
    def closed(self) -> tuple[Gate, ...]:
        """The gates that keep the rotation from beginning at all."""
        return tuple(gate for gate in self.gates if gate.step in {Step.CHECK, Step.CREATE})

    def as_json(self) -> dict[str, Any]:
        """The plan as scripts read it; secrets are masked in the diffs."""
        return {
            "rotation": None,
            "route": self.route.value,
            "key": self.key.value,
            "as": self.signer,
            "calls": [
                {"step": call.step.value, "service": call.service, "action": call.action, "resource": call.resource}
                for call in self.calls
            ],
            "policy": None if self.policy is None else self.policy.as_json(),
            "edits": [
                *({"path": str(edit.path), "diff": preview(edit, None)} for edit in self.edits),
                *({"path": str(one.change.path), "diff": one.change.diff} for one in self.moving),
            ],
            **self._fates_as_json(),
            "by_hand": [
                {"item": one.item, "title": one.title, "steps": list(one.steps), "notes": list(one.notes)}
                for one in self.by_hand
            ],
            "gates": [{"step": gate.step.value, "reason": gate.reason, "code": gate.code} for gate in self.gates],
            "can": list(self.can),
            "cannot": list(self.cannot),
            "notes": list(self.notes),
            "buckets": self._buckets_as_json(),
            "unread": [
                {
                    "path": str(one.path),
                    "clients": list(one.clients),
                    "title": one.title,
                    "message": one.message,
                    "code": one.code,
                    "left_out": left_out,
                }
                for one, left_out in self.unread
            ],
        }

    def _fates_as_json(self) -> dict[str, Any]:
        """Which destinations ask Keyturn from *switch* on, and why the others do not."""
        handing = None if self.decision is None else self.decision.handing
        return {
            "name": None if handing is None else handing.name.value,
            "places": [
                *({**written_place(one.place), "fate": "keychain", "diff": one.change.diff} for one in self.moving),
                *(one.as_json() for one in self.staying),
            ],
        }

    def _buckets_as_json(self) -> dict[str, Any]:
        decision = self.decision
        others = () if decision is None else decision.others
        return {
            "reached": [] if decision is None else list(decision.buckets),
            "others": [{"name": one.bucket, "why": one.why.value} for one in others],
            "left_out": [] if decision is None else list(decision.left_out),
            "open": [
                {
                    "name": one.name,
                    "region": one.region,
                    "last_written": None if one.last_written is None else one.last_written.isoformat(),
                    "size": None if one.look is None else one.look.size,
                    "proposal": None if one.proposal is None else one.proposal.value,
                }
                for one in self.open_buckets
            ],
        }


def calls_of(decision: Decision, signer: Signer) -> tuple[Call, ...]:
    """The requests of this rotation that change or prove something, in order. Polling repeats some of them.

    What the person does in the console is not among them.
    """
    if decision.owner is None:
        again = [_proof(step, decision.edited_buckets, decision, None) for step in (Step.PROVE_AGAIN, Step.PROVE_OFF)]
        return (*_proof(Step.PROVE, decision.buckets, decision, None), *again[0], *again[1])
    account, partition = decision.owner.account, decision.owner.partition
    if decision.user_name is not None:
        user = f"arn:{partition}:iam::{account}:user/keyturn/{decision.user_name}"
    else:
        user = decision.owner.arn
    calls: list[Call] = []
    if decision.route is Route.SCOPED_USER:
        calls += [
            Call(Step.CREATE, "iam", "CreateUser", user),
            *_policy_calls(decision, user),
        ]
    if decision.route.makes_a_key:
        if decision.route is not Route.GIVEN_PAIR:
            calls.append(Call(Step.CREATE, "iam", "CreateAccessKey", user))
        calls += _proof(Step.PROVE, decision.buckets, decision, user)
        calls += _proof(Step.PROVE_AGAIN, decision.edited_buckets, decision, user)
    if decision.route is Route.SCOPED_USER:
        calls.append(Call(Step.WATCH, "iam", "TagUser", user))  # this computer needs the old key no more
    calls.append(Call(Step.WATCH, "iam", "GetAccessKeyLastUsed", decision.key.value))
    if default_way(decision, signer) is not By.CONSOLE:
        calls.append(Call(Step.TURN_OFF, "iam", "UpdateAccessKey", decision.key.value))
    calls.append(Call(Step.TURN_OFF, "sts", "GetCallerIdentity", decision.owner.arn))
    if decision.route.makes_a_key:
        calls += _proof(Step.PROVE_OFF, decision.edited_buckets, decision, user)
    if decision.route.same_owner or signer.ends(decision):
        calls.append(Call(Step.DELETE, "iam", "DeleteAccessKey", decision.key.value))
    return tuple(calls)


def _policy_calls(decision: Decision, user: str) -> list[Call]:
    if decision.policy is None or not decision.policy.is_managed:
        return [Call(Step.CREATE, "iam", "PutUserPolicy", user)]
    policy = user.replace(":user/keyturn/", ":policy/keyturn/keyturn-backup-")
    return [Call(Step.CREATE, "iam", "CreatePolicy", policy), Call(Step.CREATE, "iam", "AttachUserPolicy", user)]


def _proof(step: Step, buckets: Sequence[str], decision: Decision, user: str | None) -> list[Call]:
    if not buckets and step is not Step.PROVE:
        return []  # nothing to read a key back from
    # A store has neither STS nor ARNs; the buckets are named in the same way, so that they are read in the same way.
    calls = [] if user is None else [Call(step, "sts", "GetCallerIdentity", user)]
    partition = "aws" if decision.owner is None else decision.owner.partition
    for bucket in buckets:
        arn = f"arn:{partition}:s3:::{bucket}"
        calls.append(Call(step, "s3", "ListObjectsV2", arn))
        for action in ("GetObject", "CreateMultipartUpload", "UploadPart", "AbortMultipartUpload"):
            calls.append(Call(step, "s3", action, f"{arn}/*"))
    return calls


def powers(decision: Decision) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What the new key can do and what it cannot do, in sentences, for people."""
    if decision.route is Route.RETIRE:
        return (), (_("Nothing: no new key is made, and the old one is turned off."),)
    if decision.route is Route.NEW_ROOT_KEY:
        everything = _("Everything in the account, like every root key: anyone who has it can delete all backups.")
        return (everything,), ()
    if decision.route is Route.GIVEN_PAIR:
        return (_("What you allowed it where you made it: list, read and write are proved, the rest is not seen."),), ()
    if decision.route is Route.SAME_USER and decision.owner is not None:
        return (_("Exactly what the old key of user {user} can do.").format(user=decision.owner.user_name),), ()
    unsure = tuple(one.bucket for one in decision.others if not one.may_delete)
    # Where nobody knows what a bucket is for, deleting there tells nothing of the programs.
    sure = [bucket for bucket in decision.buckets if bucket not in unsure]
    may_delete = any(_may_delete_in(decision, bucket) for bucket in sure) or not sure
    folders = [name for name in _folders(decision) if name.partition("/")[0] not in unsure]
    return scoped_powers(folders or sure, _allowed_actions(decision), may_delete=may_delete, unsure=unsure)


def scoped_powers(
    buckets: Sequence[str], actions: Collection[str] = (), *, may_delete: bool = True, unsure: Sequence[str] = ()
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What a scoped user's key can do and what it cannot do, in sentences.

    Args:
        buckets: the buckets, or the folders in them, that it reaches.
        actions: what its policy allows beyond the base.
        may_delete: False where it may not delete backups.
        unsure: the buckets that it reaches only because nobody knows, and where it deletes nothing.
    """
    if not buckets:
        can = []
    elif may_delete:
        can = [_("List, read, write and delete objects in: {buckets}.").format(buckets=", ".join(buckets))]
    else:
        can = [_("List, read and write objects in: {buckets}.").format(buckets=", ".join(buckets))]
    if unsure:
        text = _("List, read and write objects, but delete none, in: {buckets} (nobody knows whether they are used).")
        can.append(text.format(buckets=", ".join(unsure)))
    if "s3:CreateBucket" in actions:
        can.append(_("Create these buckets, should they be missing (rclone asks for it before some copies)."))
    if "s3:PutObjectAcl" in actions:
        can.append(_("Set the access list of an object that it writes (the configuration asks for it)."))
    if "s3:RestoreObject" in actions:
        can.append(_("Ask for archived objects (Glacier) to be made readable again."))
    if "s3:PutObjectRetention" in actions:
        can.append(_("Lock objects against deletion, and make a lock last longer (it can shorten none)."))
    if "s3:ListAllMyBuckets" in actions:
        can.append(_("See the names of all buckets."))
    if "kms:Decrypt" in actions:
        can.append(_("Use the KMS keys that encrypt these buckets."))
    if not may_delete and "s3:DeleteObject" in actions:
        can.append(_("Delete the locks that restic sets for the time of a run."))
    cannot = [
        _("Make, change or delete users and access keys."),
        _("Reach any other bucket, or any other service of the account."),
        _("Change a bucket's settings: its versioning, lock, lifecycle or policy."),
    ]
    if not may_delete:
        cannot.append(_("Delete backups. Commands that do, such as `rclone sync` or `restic forget`, are refused."))
    elif "s3:DeleteObjectVersion" not in actions:
        cannot.append(_("Delete older versions of objects in versioned buckets."))
    if "s3:ListAllMyBuckets" not in actions:
        cannot.append(_("See the names of your other buckets."))
    return tuple(can), tuple(cannot)


def _folders(decision: Decision) -> tuple[str, ...]:
    """The parts of buckets that the policy names, for people; empty where it names whole buckets."""
    statements = () if decision.policy is None else decision.policy.statements
    objects = [arn.rpartition(":")[2] for one in statements if one.sid.startswith("Objects") for arn in one.resources]
    names = tuple(name.removesuffix("/*") for name in objects)
    return names if any("/" in name for name in names) else ()


def _may_delete_in(decision: Decision, bucket: str) -> bool:
    """Whether the policy lets the key delete whatever objects the programs of a bucket have."""
    statements = () if decision.policy is None else decision.policy.statements
    return any(
        resource.rpartition(":")[2].partition("/")[0] == bucket
        for one in statements
        if one.sid.startswith("Objects") and "s3:DeleteObject" in one.actions
        for resource in one.resources
    )


def _allowed_actions(decision: Decision) -> set[str]:
    statements = () if decision.policy is None else decision.policy.statements
    return {action for one in statements if one.effect == "Allow" for action in one.actions}
