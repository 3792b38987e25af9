"""What goes wrong on order, and what a program sees of it (facts/aws.md 0.3, 7.1, B5)."""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ReadTimeoutError,
)
from botocore.parsers import ResponseParserError

from keyturn.model.keys import KeyPair
from keyturn_practice import faults
from keyturn_practice.account import PracticeAccount

Client = Callable[..., Any]


def test_only_the_request_that_was_meant_goes_wrong(account: PracticeAccount, root: KeyPair, aws: Client) -> None:
    rule = account.fail("sts:GetCallerIdentity", faults.broken_server(), nth=2)
    sts, iam = aws("sts", root), aws("iam", root)
    sts.get_caller_identity()
    iam.list_users()
    with pytest.raises(ClientError, match="InternalFailure"):
        sts.get_caller_identity()
    sts.get_caller_identity()
    assert rule.met == 1


def test_throttling_has_the_code_of_each_service(account: PracticeAccount, root: KeyPair, aws: Client) -> None:
    account.create_bucket("office-backup")
    account.fail("*", faults.throttled(), times=2)
    with pytest.raises(ClientError, match="Throttling"):
        aws("iam", root).list_users()
    with pytest.raises(ClientError, match="SlowDown"):
        aws("s3", root).list_objects_v2(Bucket="office-backup")


@pytest.mark.parametrize("fault", [faults.dropped_answer(), faults.torn_answer(), faults.broken_after()])
def test_an_answer_lost_on_the_way_leaves_a_key_whose_secret_nobody_knows(
    fault: faults.Fault, account: PracticeAccount, root: KeyPair, aws: Client
) -> None:
    account.fail("iam:CreateAccessKey", fault)
    iam = aws("iam", root)
    with pytest.raises(Exception, match=r".+"):
        iam.create_access_key()
    assert len(iam.list_access_keys()["AccessKeyMetadata"]) == 2


@pytest.mark.parametrize("fault", [faults.broken_server(), faults.reset(), faults.portal(), faults.empty_answer()])
def test_a_fault_before_the_effect_changes_nothing(
    fault: faults.Fault, account: PracticeAccount, root: KeyPair, aws: Client
) -> None:
    account.fail("iam:CreateAccessKey", fault)
    iam = aws("iam", root)
    with pytest.raises(Exception, match=r".+"):
        iam.create_access_key()
    assert len(iam.list_access_keys()["AccessKeyMetadata"]) == 1


def test_a_portal_is_not_aws(account: PracticeAccount, root: KeyPair, aws: Client) -> None:
    account.create_bucket("office-backup")
    account.fail("*", faults.portal(), times=2)
    with pytest.raises(ResponseParserError):
        aws("sts", root).get_caller_identity()
    answer = aws("s3", root).head_bucket(Bucket="office-backup")
    assert "x-amz-request-id" not in answer["ResponseMetadata"]["HTTPHeaders"]
    account.faults.clear()
    account.fail("*", faults.proxy_wants_password())
    with pytest.raises(ClientError, match="407"):
        aws("s3", root).list_objects_v2(Bucket="office-backup")


def test_a_portal_whose_page_is_well_formed_breaks_even_the_parser(
    account: PracticeAccount, root: KeyPair, aws: Client
) -> None:
    account.fail("*", faults.portal(well_formed=True))
    with pytest.raises(KeyError):
        aws("sts", root).get_caller_identity()


def test_an_empty_200_fools_a_program_that_does_not_look_closely(
    account: PracticeAccount, root: KeyPair, aws: Client
) -> None:
    account.create_bucket("office-backup")
    account.fail("s3:*", faults.empty_answer())
    answer = aws("s3", root).list_objects_v2(Bucket="office-backup")
    assert "IsTruncated" not in answer


def test_a_reset_and_a_hang_end_the_connection(account: PracticeAccount, root: KeyPair, aws: Client) -> None:
    account.fail("sts:*", faults.reset())
    account.fail("sts:*", faults.hang(0.05), nth=2)
    sts = aws("sts", root)
    with pytest.raises(ConnectionClosedError):
        sts.get_caller_identity()
    with pytest.raises(ConnectionClosedError):
        sts.get_caller_identity()
    sts.get_caller_identity()


def test_a_late_answer_to_something_that_was_done(account: PracticeAccount, root: KeyPair, aws: Client) -> None:
    account.fail("iam:CreateAccessKey", faults.hang_after(60))
    iam = aws("iam", root, read_timeout=0.2)
    with pytest.raises(ReadTimeoutError):
        iam.create_access_key()
    assert len(account.listed_keys()) == 2


def test_a_wrong_clock_is_told_by_code_and_by_the_date(account: PracticeAccount, root: KeyPair, aws: Client) -> None:
    account.create_bucket("office-backup")
    account.fail("*", faults.skewed_clock(20 * 60), times=2)
    with pytest.raises(ClientError, match=r"SignatureDoesNotMatch.*Signature expired"):
        aws("sts", root).get_caller_identity()
    with pytest.raises(ClientError, match="RequestTimeTooSkewed"):
        aws("s3", root).list_objects_v2(Bucket="office-backup")
    account.fail("*", faults.skewed_clock(-14 * 60))
    aws("sts", root).get_caller_identity()


def test_a_fault_can_be_meant_for_one_key(account: PracticeAccount, root: KeyPair, aws: Client) -> None:
    second = account.create_root_key(age_days=1)
    account.faults.add(faults.Rule(faults.broken_server(), key_id=second.access_key_id.value))
    aws("sts", root).get_caller_identity()
    with pytest.raises(ClientError, match="InternalFailure"):
        aws("sts", second).get_caller_identity()


def test_a_server_that_still_holds_an_answer_back_stops_at_once(account: PracticeAccount, root: KeyPair) -> None:
    account.fail("*", faults.hang(60))
    connection = http.client.HTTPConnection(account.url.removeprefix("http://"), timeout=5)
    connection.request("GET", "/office-backup")
    while not account.records:
        pass
    started = time.monotonic()
    account.stop()
    assert time.monotonic() - started < 1
    connection.close()
