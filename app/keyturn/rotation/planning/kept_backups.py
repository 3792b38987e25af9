"""What only AWS tells of the rights that a new key needs: how buckets and the objects in them are kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from keyturn.aws.buckets import BucketFacts
from keyturn.aws.kms import KmsKey, kms_key
from keyturn.aws.parallel import in_parallel
from keyturn.aws.s3_checks import S3Target
from keyturn.aws.samples import Sample, samples_of
from keyturn.model.errors import AwsError
from keyturn.model.keys import KeyPair, Principal
from keyturn.model.manners import Manner
from keyturn.model.places import Target
from keyturn.model.text import _, plural
from keyturn.rotation.context import Context
from keyturn.rotation.decision import ByHand, Destination, OtherBucket
from keyturn.rotation.planning.bucket_needs import Seen
from keyturn.rotation.planning.plan import Gate
from keyturn.rotation.steps import Step


class KeptBackups:
    """One look at how the backups of a key are kept, with what it could not see.

    Attributes:
        gates: names of KMS keys that stand for nothing that a policy could name.
        notes: what was looked at, and what was not.
    """

    def __init__(self, context: Context, signer: KeyPair, owner: Principal, facts: Mapping[str, BucketFacts]) -> None:
        self._aws = context.aws
        self._signer = signer
        self._owner = owner
        self._facts = facts
        self.gates: list[Gate] = []
        self.notes: list[str] = []

    def seen(
        self, destinations: Sequence[Destination], programs: Sequence[ByHand], others: Sequence[OtherBucket]
    ) -> Seen:
        """Return what is seen of the buckets that these reach.

        Raises:
            AwsError: where AWS could not be asked at all.
        """
        users: list[Destination | ByHand] = [*destinations, *programs]
        targets = [target for one in users for target in one.targets] + [Target(one.bucket) for one in others]
        manners = {target: one.place.manners_for(target) for one in destinations for target in one.targets}
        samples = self._samples(list(dict.fromkeys(targets)), manners)
        named = [
            (target.bucket, manner.kms_key, one.title)
            for one in destinations
            for target in one.targets
            for manner in one.place.manners_for(target)
            if manner.kms_key is not None
        ]
        self.gates += self._unknown_keys_of_buckets()
        return Seen(self._facts, samples, self._kms_keys(named))

    def _samples(
        self, targets: Sequence[Target], manners: Mapping[Target, Sequence[Manner]]
    ) -> Mapping[Target, Sample]:
        asked = {target: self._asked(target, manners.get(target, ())) for target in targets}
        answers = samples_of(self._aws, self._signer, list(asked.values()))
        found: dict[Target, Sample] = {}
        for target, one in asked.items():
            answer = answers[one]
            if isinstance(answer, AwsError):
                self.notes.append(_not_seen(target, answer))
            else:
                found[target] = answer
        self.notes += _what_was_looked_at(found)
        return found

    def _asked(self, target: Target, manners: Sequence[Manner]) -> S3Target:
        known = self._facts.get(target.bucket)
        pays = Manner(requester_pays=any(one.requester_pays for one in manners))
        region = None if known is None else known.region
        return S3Target(target.bucket, target.prefix, region, self._owner.account, manner=pays)

    def _kms_keys(self, named: Sequence[tuple[str, str, str]]) -> Mapping[tuple[str, str], str | None]:
        users: dict[tuple[str, str], list[str]] = {}
        for bucket, name, user in named:
            users.setdefault((bucket, name), []).append(user)
        questions = [partial(self._kms_key, bucket, name) for bucket, name in users]
        found = dict(zip(users, in_parallel(questions), strict=True))
        for (bucket, name), key in found.items():
            if key.refusal is not None:
                who = ", ".join(dict.fromkeys(users[bucket, name]))
                self.gates.append(_unknown_key(who, name, key.refusal))
        return {asked: key.arn for asked, key in found.items()}

    def _kms_key(self, bucket: str, name: str) -> KmsKey:
        known = self._facts.get(bucket)
        region = None if known is None else known.region
        return kms_key(self._aws, self._signer, name, self._owner.account, region)

    def _unknown_keys_of_buckets(self) -> Iterator[Gate]:
        for bucket, known in self._facts.items():
            if known.encryption is not None and known.encryption.kms_unknown is not None:
                who = _("The bucket {bucket}").format(bucket=bucket)
                yield _unknown_key(who, known.encryption.kms_unknown, None)


def _unknown_key(who: str, name: str, refusal: AwsError | None) -> Gate:
    reason = _(
        "{who} encrypts with the KMS key {name}, and AWS did not tell which key that is. The new key would not be "
        "allowed to use it, and its backups would fail. {refusal} Let the old key describe the KMS key "
        "(kms:DescribeKey), or name the key by its whole name (ARN), then plan again."
    ).format(who=who, name=name, refusal="" if refusal is None else f"{refusal.title}.")
    return Gate(Step.CHECK, " ".join(reason.split()), code="kms.unknown")


def _not_seen(target: Target, error: AwsError) -> str:
    return _(
        "Keyturn could not look at the objects in {place} ({reason}), so it is not known whether older backups lie "
        "under other KMS keys, or are archived. The new key may be unable to read those."
    ).format(place=_place(target), reason=error.title)


def _what_was_looked_at(samples: Mapping[Target, Sample]) -> Iterator[str]:
    for target, sample in samples.items():
        if sample.kms_keys:
            keys = ", ".join(sorted(sample.kms_keys))
            yield _("Objects in {place} lie under the KMS key {keys}; the new key may use it.").format(
                place=_place(target), keys=keys
            )
    partly = {target: sample for target, sample in samples.items() if not sample.complete}
    if partly:
        looked_at = sum(sample.looked_at for sample in partly.values())
        yield plural(
            "To see which KMS keys and storage classes older backups have, Keyturn looked at {count} object of those "
            "in {places}, not at all of them. A backup of another kind could be unreadable with the new key.",
            "To see which KMS keys and storage classes older backups have, Keyturn looked at {count} objects of those "
            "in {places}, not at all of them. A backup of another kind could be unreadable with the new key.",
            looked_at,
        ).format(count=looked_at, places=", ".join(_place(target) for target in partly))


def _place(target: Target) -> str:
    return f"{target.bucket}/{target.prefix}" if target.prefix else target.bucket
