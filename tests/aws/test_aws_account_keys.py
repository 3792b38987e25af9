"""The walk through a whole account: how often AWS is asked, how fast, and what is left out for want of a right."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import pytest

from keyturn.aws.account_keys import AccountKeys
from keyturn.aws.credential_report import root_in_report
from keyturn.aws.session import Aws
from keyturn.model.errors import AwsError
from keyturn.model.keys import KeyPair
from keyturn_practice.account import PracticeAccount
from keyturn_practice.faults import Fault, refused
from keyturn_practice.timeline import HandClock


@pytest.fixture
def clock() -> HandClock:
    return HandClock(datetime(2026, 1, 1, tzinfo=UTC))


def asked(account: PracticeAccount) -> Counter[str]:
    return Counter(record.action for record in account.records)


def test_it_asks_once_for_each_user_and_once_for_each_key_and_ten_times_a_second(
    account: PracticeAccount, root: KeyPair, aws: Aws, clock: HandClock
) -> None:
    for number in range(30):
        account.create_user(f"user-{number:02}")
        for _key in range(2):
            account.create_user_key(f"user-{number:02}")
    began = clock.monotonic()
    walk = AccountKeys(aws, root, clock)

    keys = [key for user in walk.users() for key in walk.keys_of(user.principal)]

    assert len(keys) == 60
    assert asked(account) == {
        "iam:GetAccountAuthorizationDetails": 1,
        "iam:ListAccessKeys": 30,
        "iam:GetAccessKeyLastUsed": 60,
    }
    assert clock.monotonic() - began == pytest.approx(9.0)


@pytest.mark.parametrize("may_read_all", [True, False])
def test_every_page_of_users_is_read(
    account: PracticeAccount, root: KeyPair, aws: Aws, clock: HandClock, *, may_read_all: bool
) -> None:
    for number in range(1001):
        account.create_user(f"user-{number:04}")
    if not may_read_all:
        account.fail("iam:GetAccountAuthorizationDetails", refused(403, "AccessDenied"))

    users = list(AccountKeys(aws, root, clock).users())

    assert len({user.principal.arn for user in users}) == 1001
    assert {user.tags is None for user in users} == {not may_read_all}


def test_a_report_that_is_not_made_yet_is_waited_for(
    account: PracticeAccount, root: KeyPair, aws: Aws, clock: HandClock
) -> None:
    account.fail("iam:GetCredentialReport", Fault(status=404, code="ReportInProgress"), times=3)
    report = root_in_report(aws, root, clock)
    assert report is not None and report.mfa is True
    assert [(key.active, key.last_use is not None) for key in report.keys] == [(True, True)]


def test_a_report_that_is_never_made_is_an_error_and_not_no_key(
    account: PracticeAccount, root: KeyPair, aws: Aws, clock: HandClock
) -> None:
    account.fail("iam:GetCredentialReport", Fault(status=404, code="ReportInProgress"), times=1000)
    with pytest.raises(AwsError):
        root_in_report(aws, root, clock)
