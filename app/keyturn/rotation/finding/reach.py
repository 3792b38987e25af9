"""Asking AWS which buckets an account has, and looking who uses them: what its keys can reach."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.aws import buckets as aws_buckets
from keyturn.aws.bucket_looks import look_at_buckets
from keyturn.clients.bucket_settings import NameSpot, spots_of_names
from keyturn.model.errors import AwsError
from keyturn.rotation.finding.kept_answers import kept_answers
from keyturn.rotation.finding.known_buckets import ALL_THAT_ARE_NOT_LISTED, BucketState, Reach, ReachedBucket, users_of
from keyturn.state.bucket_answers import BucketAnswers

if TYPE_CHECKING:
    from keyturn.computer.computer import Computer
    from keyturn.rotation.context import Context
    from keyturn.rotation.finding.survey import Survey


def with_reaches(context: Context, survey: Survey) -> Survey:
    """Return the survey with the buckets of each account of which a key works here."""
    accounts = dict.fromkeys(one.key.owner.account for one in survey.keys if one.key.owner is not None)
    answers = kept_answers(context)
    asked = [reach_of(context, survey, account, answers) for account in accounts]
    reaches = [reach for reach in asked if reach is not None]
    return replace(survey, reaches=tuple(reaches))


def reach_of(context: Context, survey: Survey, account: str, answers: BucketAnswers) -> Reach | None:
    """List the buckets of an account, with what is known of each; None where no key can ask.

    Of the account's keys that were found, the first that may list the buckets is asked, a root key before others. Users
    that Keyturn made are not: they may list none, as is known.

    Args:
        answers: what the person said, as far as it counts.
    """
    keys = [one for one in survey.keys if one.key.owner is not None and one.key.owner.account == account]
    signers = [one.pair for one in survey.askers().get(account, ()) if one.pair is not None]
    if not signers:
        return None
    places = [place for one in keys for place in one.destinations]
    signer, names = None, None
    refusal: AwsError | None = None
    for pair in signers:
        try:
            names = aws_buckets.list_buckets(context.aws, pair)
        except AwsError as error:
            refusal = refusal or error
        else:
            signer = pair
            break
    said = answers.of_account(account)
    users = users_of(places)
    if signer is None or names is None:
        # What is known without the list, so that an answer counts here, too.
        heard_of = sorted({*users, *(name for name in said if name != ALL_THAT_ARE_NOT_LISTED)})
        unlisted = [ReachedBucket(name, account, users.get(name, ()), answer=said.get(name)) for name in heard_of]
        return Reach(account, tuple(unlisted), refusal)
    spots = _spots(context.computer, [name for name in names if name not in users], _own_memory(context))
    known = [
        ReachedBucket(name, account, users.get(name, ()), tuple(spots.get(name, ())), said.get(name))
        for name in sorted(names)
    ]
    wanted = [one.name for one in known if one.state is BucketState.OPEN]
    looks = look_at_buckets(context.aws, signer, wanted, account, context.clock.now()) if wanted else {}
    return Reach(account, tuple(replace(one, look=looks.get(one.name)) for one in known))


def _spots(computer: Computer, names: Sequence[str], own_memory: Path) -> Mapping[str, Sequence[NameSpot]]:
    return spots_of_names(computer, names, (own_memory,)) if names else {}


def _own_memory(context: Context) -> Path:
    return context.folder
