"""An account as large as AWS allows: how often and how fast it is asked, what that takes, what is told meanwhile."""

from __future__ import annotations

import tracemalloc
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from keyturn.aws.session import Aws
from keyturn.model.errors import AwsError, AwsFault
from keyturn.model.keys import AccessKey, AccessKeyId, KeyPair, KeyStatus, Principal
from keyturn.rotation.advice import Advice
from keyturn.rotation.cancelling import CancelToken
from keyturn.rotation.finding.survey import FoundKey, Survey
from keyturn.rotation.finding.whole_account import Account, AccountKey, with_accounts
from keyturn.rotation.reporting import account_table

from .conftest import Office

USERS, KEYS_EACH, PAGE = 5000, 2, 1000
ROOT = Principal.from_arn("arn:aws:iam::111122223333:root")
MADE = datetime(2024, 1, 1, tzinfo=UTC)


class LargeIam:
    """IAM of an account with thousands of users, which answers page by page and counts what it is asked."""

    def __init__(self, *, may_read_all: bool = True) -> None:
        self.asked: Counter[str] = Counter()
        self._may_read_all = may_read_all

    def ask(
        self, signer: KeyPair, service: str, operation: str, asked: Mapping[str, Any], **_more: object
    ) -> Mapping[str, Any]:
        self.asked[operation] += 1
        match operation:
            case "GetAccountAuthorizationDetails":
                return self._users("UserDetailList", asked, may=self._may_read_all)
            case "ListUsers":
                return self._users("Users", asked, may=True)
            case "ListAccessKeys":
                number = int(asked["UserName"].partition("-")[2])
                keys = [self._key(number, slot) for slot in range(KEYS_EACH)]
                listed = [{"AccessKeyId": key, "Status": "Active", "CreateDate": MADE} for key in keys]
                return {"AccessKeyMetadata": listed, "IsTruncated": False}
            case "GetAccessKeyLastUsed":
                return {"AccessKeyLastUsed": {"ServiceName": "N/A", "Region": "N/A"}}
        raise AwsError("denied", "", fault=AwsFault.DENIED)

    def _users(self, name: str, asked: Mapping[str, Any], *, may: bool) -> Mapping[str, Any]:
        if not may:
            raise AwsError("denied", "", fault=AwsFault.DENIED)
        start = int(asked.get("Marker", 0))
        end = min(start + int(asked["MaxItems"]), start + PAGE, USERS)
        arns = [f"arn:aws:iam::111122223333:user/user-{number:04}" for number in range(start, end)]
        page = [{"Arn": arn, "UserName": arn.rpartition("/")[2], "Tags": []} for arn in arns]
        more = {"IsTruncated": True, "Marker": str(end)} if end < USERS else {"IsTruncated": False}
        return {name: page, **more}

    @staticmethod
    def _key(number: int, slot: int) -> str:
        letters = "ABCDEFGHIJKLMNOP"
        return "AKIAQ7ZV3M" + "".join(letters[(number * KEYS_EACH + slot) >> shift & 15] for shift in range(36, -1, -4))


@pytest.fixture
def root(office: Office) -> FoundKey:
    key = AccessKey(office.old.access_key_id, ROOT, KeyStatus.ACTIVE, MADE)
    return FoundKey(key, (), Advice.REPLACE, office.old)


def walked(office: Office, root: FoundKey, iam: LargeIam, seen: list[tuple[int, Sequence[AccountKey]]]) -> Account:
    context = replace(office.start(), aws=cast(Aws, iam))
    survey = Survey((root,), ())
    told = with_accounts(context, survey, lambda users, keys: seen.append((users, keys)))
    (account,) = told.accounts
    return account


@pytest.mark.parametrize("may_read_all", [True, False])
def test_five_thousand_users_are_asked_about_once_and_their_keys_once_ten_times_a_second(
    office: Office, root: FoundKey, *, may_read_all: bool
) -> None:
    iam, began = LargeIam(may_read_all=may_read_all), office.clock.now()

    account = walked(office, root, iam, [])

    assert (account.users, len(account.keys), account.finished) == (USERS, USERS * KEYS_EACH + 1, True)
    pages = (
        {"GetAccountAuthorizationDetails": 5} if may_read_all else {"GetAccountAuthorizationDetails": 1, "ListUsers": 5}
    )
    one_more = {"GenerateCredentialReport": 1}  # which is denied here
    assert iam.asked == {**pages, **one_more, "ListAccessKeys": USERS, "GetAccessKeyLastUsed": USERS * KEYS_EACH}
    paced = sum(iam.asked.values()) - 1
    assert office.clock.now() - began == pytest.approx(timedelta(seconds=(paced - 1) / 10), abs=timedelta(seconds=1))


def test_a_walk_that_was_ended_early_says_so_wherever_its_keys_are_shown(office: Office, root: FoundKey) -> None:
    token = CancelToken()
    context = replace(office.start(cancel=token), aws=cast(Aws, LargeIam()))
    told = with_accounts(context, Survey((root,), ()), lambda users, keys: token.ask() if users == 3 else None)
    (account,) = told.accounts
    assert (account.users, account.finished) == (3, False)
    assert "Only 3 users of account 111122223333 were looked at" in account_table.as_table(told, office.clock.now())


def test_what_it_takes_in_memory_stays_below_two_hundred_megabytes(office: Office, root: FoundKey) -> None:
    tracemalloc.start()
    try:
        account = walked(office, root, LargeIam(), [])
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(account.keys) > USERS
    assert most < 200_000_000


def test_the_first_keys_are_told_after_four_requests_and_each_once(office: Office, root: FoundKey) -> None:
    iam, seen = LargeIam(), list[tuple[int, Sequence[AccountKey]]]()

    class FirstTold(Exception):
        pass

    def first(users: int, keys: Sequence[AccountKey]) -> None:
        seen.append((users, keys))
        raise FirstTold

    context = replace(office.start(), aws=cast(Aws, iam))
    with pytest.raises(FirstTold):
        with_accounts(context, Survey((root,), ()), first)
    assert [(users, len(keys)) for users, keys in seen] == [(1, KEYS_EACH)]
    assert sum(iam.asked.values()) == 1 + 1 + KEYS_EACH

    seen.clear()
    account = walked(office, root, LargeIam(), seen)
    told = [one.key.access_key_id for _users, keys in seen for one in keys]
    assert len(told) == len(set(told)) == USERS * KEYS_EACH
    assert {root.key.access_key_id, *told} == {one.key.access_key_id for one in account.keys}
    assert AccessKeyId(LargeIam._key(0, 0)) in told
