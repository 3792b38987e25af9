"""Other computers that back up with Arq: named from what Arq writes into buckets in clear text (facts/arq.md 1.7).

One root key often serves several computers, and this one knows nothing of the others. Their files do not say which key
they use, so each one that is active is asked about, and none is taken for harmless.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import PurePosixPath

from keyturn.aws import bucket_contents
from keyturn.aws import buckets as aws_buckets
from keyturn.aws.parallel import in_parallel
from keyturn.aws.session import Aws
from keyturn.clients.programs.arq import own_sets
from keyturn.clients.programs.arq_buckets import (
    DESCRIPTIONS,
    is_set_folder,
    newest_below,
    read_description,
    records_folder,
)
from keyturn.computer.computer import Computer
from keyturn.model.errors import AwsError
from keyturn.model.keys import KeyPair, Principal, PrincipalKind
from keyturn.model.places import Target
from keyturn.model.text import _
from keyturn.rotation import labels
from keyturn.rotation.decision import OtherComputer, computer_name

# A computer that has not backed up for so long is told of, and not waited for.
QUIET_AFTER = timedelta(days=90)
_BUCKETS = 40
_SETS = 30  # in one bucket
_FOLDERS = 4  # of one set, of which the newest upload is looked for


@dataclass(frozen=True, slots=True)
class ComputersFound:
    """What was found.

    Attributes:
        active: the computers whose last backup is not long ago, or whose last backup is not known.
        notes: sentences on those that have been quiet for long, and on what could not be looked into.
    """

    active: tuple[OtherComputer, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Set:
    """One backup set: a folder of a bucket."""

    uuid: str
    computer: OtherComputer


@dataclass(frozen=True, slots=True)
class _Look:
    """What one part of a bucket holds; `whole` is False where it could not be looked through, or not to its end."""

    sets: tuple[_Set, ...]
    whole: bool


def find_other_computers(
    aws: Aws, signer: KeyPair, computer: Computer, targets: Sequence[Target], owner: Principal, now: datetime
) -> ComputersFound:
    """Look into the buckets of the rotation and, where the key is root's, into the account's other ones.

    Args:
        targets: those of the rotation.
        owner: whose key `signer` is.
    """
    wanted, left = _with_others(aws, signer, targets, owner)
    looks = in_parallel([partial(_look_into, aws, signer, target, owner.account) for target in wanted])
    sets = [one for look in looks for one in look.sets]
    mine = own_sets(computer) if sets else frozenset()
    others = [one.computer for one in sets if one.uuid.upper() not in mine and not _is_this(computer, one.computer)]
    merged = _merged(others)
    active = tuple(one for one in merged if one.last_upload is None or now - one.last_upload < QUIET_AFTER)
    unseen = [target.bucket for target, look in zip(wanted, looks, strict=True) if not look.whole]
    unseen += [target.bucket for target in left]
    notes = [_quiet(one) for one in merged if one not in active]
    if unseen:
        text = _("Keyturn could not look everywhere for backups of other computers. It did not see all of: {buckets}.")
        notes.append(text.format(buckets=", ".join(dict.fromkeys(unseen))))
    return ComputersFound(active, tuple(notes))


def _quiet(one: OtherComputer) -> str:
    assert one.last_upload is not None  # noqa: S101  (else it counts as active)
    text = _("{computer} backed up to {bucket} with {program} until {date}. It is not waited for.")
    return text.format(
        computer=computer_name(one), bucket=one.bucket, program=one.program, date=labels.day(one.last_upload)
    )


def _with_others(
    aws: Aws, signer: KeyPair, targets: Sequence[Target], owner: Principal
) -> tuple[tuple[Target, ...], tuple[Target, ...]]:
    """Where to look, and where not any more. Arq writes to a bucket's top, or below a prefix of its own."""
    near = tuple(dict.fromkeys((*(Target(target.bucket) for target in targets), *targets)))
    if owner.kind is not PrincipalKind.ROOT:
        return near, ()
    try:
        everything = tuple(Target(bucket) for bucket in aws_buckets.list_buckets(aws, signer))
    except AwsError:
        return near, ()
    wanted = tuple(dict.fromkeys((*near, *everything)))
    most = max(_BUCKETS, len(near))
    return wanted[:most], wanted[most:]


def _look_into(aws: Aws, signer: KeyPair, target: Target, account: str) -> _Look:
    prefix = f"{target.prefix.strip('/')}/" if target.prefix else ""
    try:
        folders = bucket_contents.folders(aws, signer, target.bucket, account, prefix, most=1000)
        candidates = [folder for folder in folders if is_set_folder(folder)]
        sets = []
        for folder in candidates[:_SETS]:
            described = _described(aws, signer, target.bucket, account, folder)
            if described is not None:
                sets.append(_Set(PurePosixPath(folder).name, described))
    except AwsError:
        return _Look((), whole=False)
    return _Look(tuple(sets), whole=len(candidates) <= _SETS)


def _described(aws: Aws, signer: KeyPair, bucket: str, account: str, folder: str) -> OtherComputer | None:
    """The computer of one folder; None where the folder is not Arq's."""
    for name in DESCRIPTIONS:
        content = bucket_contents.small_object(aws, signer, bucket, account, folder + name)
        if content is not None:
            told = read_description(name, content)
            newest = _newest(aws, signer, bucket, account, folder, name)
            plans = (told.plan,) if told.plan else ()
            return OtherComputer(told.computer, bucket, plans, told.version, newest)
    return None


def _newest(aws: Aws, signer: KeyPair, bucket: str, account: str, folder: str, name: str) -> datetime | None:
    moments = []
    within = bucket_contents.folders(aws, signer, bucket, account, folder + records_folder(name))
    for one in within[:_FOLDERS]:
        below = newest_below(name, one)
        # Arq 7 puts records into folders named by time, each of some months: the last one holds the newest.
        by_time = bucket_contents.folders(aws, signer, bucket, account, below)
        prefix = by_time[-1] if by_time else below
        moments.append(bucket_contents.last_written(aws, signer, bucket, account, prefix))
    # Folders that were not looked at may be newer, and so the moment is not known.
    if len(within) > _FOLDERS:
        return None
    return max((moment.astimezone(UTC) for moment in moments if moment is not None), default=None)


def _is_this(computer: Computer, other: OtherComputer) -> bool:
    """Whether the name is this computer's: `Anna's Mac mini` is `Annas-Mac-mini.local` for its network."""
    return computer.is_this_one and bool(other.name) and _plain(other.name) == _plain(computer.name)


def _plain(name: str) -> str:
    return "".join(character for character in name.casefold().removesuffix(".local") if character.isalnum())


def _merged(computers: Sequence[OtherComputer]) -> tuple[OtherComputer, ...]:
    """One entry for each computer and bucket, whatever number of plans it has; one without a name stays by itself."""
    merged: dict[tuple[object, ...], OtherComputer] = {}
    for number, one in enumerate(computers):
        key = (one.name, one.bucket) if one.name else (number,)
        before = merged.get(key)
        if before is None:
            merged[key] = one
            continue
        known = None not in (before.last_upload, one.last_upload)
        moments = [moment for moment in (before.last_upload, one.last_upload) if moment is not None]
        plans = tuple(dict.fromkeys((*before.plans, *one.plans)))
        newest = max(moments) if known else None
        merged[key] = replace(before, plans=plans, program=max(before.program, one.program), last_upload=newest)
    return tuple(sorted(merged.values(), key=lambda one: (one.name.casefold(), one.bucket)))
