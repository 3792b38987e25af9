"""The buckets of the practice account behave as AWS's (facts/aws.md A5, B2, B3)."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from keyturn.model.keys import KeyPair
from keyturn.model.needs import Addition, BucketNeeds, policy_for
from keyturn_practice.account import PracticeAccount

Client = Callable[..., Any]
_KMS = "arn:aws:kms:eu-central-1:111122223333:key/11111111-2222-3333-4444-555555555555"


def _statement(**parts: Any) -> str:  # noqa: ANN401
    statement = {"Effect": "Allow", "Action": "s3:*", "Resource": "*", **parts}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture
def scoped(account: PracticeAccount) -> KeyPair:
    """The key of a user that Keyturn's own policy allows one bucket."""
    account.create_bucket("office-backup")
    needs = [BucketNeeds("office-backup")]
    policy = policy_for(needs, partition="aws", account=account.account_id, require_tls=False)
    account.create_user("backup", path="/keyturn/", policies={"keyturn": policy.text()})
    return account.create_user_key("backup")


def _head(account: PracticeAccount, path: str) -> http.client.HTTPResponse:
    """An unsigned HEAD."""
    connection = http.client.HTTPConnection(account.url.removeprefix("http://"), timeout=5)
    try:
        connection.request("HEAD", path)
        answer = connection.getresponse()
        answer.read()
        return answer
    finally:
        connection.close()


def test_every_answer_carries_a_request_id(account: PracticeAccount, root: KeyPair, aws: Client) -> None:
    account.create_bucket("office-backup")
    listed = aws("s3", root).list_objects_v2(Bucket="office-backup")
    assert len(listed["ResponseMetadata"]["HTTPHeaders"]["x-amz-request-id"]) == 16
    said = aws("sts", root).get_caller_identity()
    assert said["ResponseMetadata"]["HTTPHeaders"]["x-amzn-requestid"] == said["ResponseMetadata"]["RequestId"]
    with pytest.raises(ClientError) as no:
        aws("s3", root).list_objects_v2(Bucket="no-such-bucket")
    assert no.value.response["ResponseMetadata"]["RequestId"]


def test_a_bucket_elsewhere_is_pointed_at_and_found(account: PracticeAccount, root: KeyPair, aws: Client) -> None:
    account.create_bucket("family-archive", region="eu-central-1")
    account.put_object("family-archive", "a", b"1")
    listed = aws("s3", root).list_objects_v2(Bucket="family-archive")
    assert listed["KeyCount"] == 1
    before, after = account.records[-2:]
    assert (before.region, before.status, before.result) == ("us-east-1", 301, "PermanentRedirect")
    assert (after.region, after.result) == ("eu-central-1", "ok")
    aws("s3", root, "eu-west-1").get_object(Bucket="family-archive", Key="a")
    assert account.records[-2].result == "AuthorizationHeaderMalformed"


def test_where_a_bucket_lies_can_be_asked_from_us_east_1(account: PracticeAccount, root: KeyPair, aws: Client) -> None:
    account.create_bucket("family-archive", region="eu-central-1")
    account.create_bucket("office-backup")
    s3 = aws("s3", root)
    assert s3.get_bucket_location(Bucket="family-archive")["LocationConstraint"] == "eu-central-1"
    assert s3.get_bucket_location(Bucket="office-backup").get("LocationConstraint") is None
    assert [record.status for record in account.records] == [200, 200]


def test_a_look_at_a_bucket_tells_its_region_whatever_the_answer(account: PracticeAccount) -> None:
    account.create_bucket("family-archive", region="eu-central-1")
    answer = _head(account, "/family-archive")
    assert answer.status == 403
    assert answer.headers["x-amz-bucket-region"] == "eu-central-1"
    assert _head(account, "/no-such-bucket").headers["x-amz-bucket-region"] is None


def test_a_region_that_is_not_switched_on_knows_no_key(account: PracticeAccount, root: KeyPair, aws: Client) -> None:
    with pytest.raises(ClientError, match="InvalidClientTokenId"):
        aws("sts", root, "me-south-1").get_caller_identity()
    with pytest.raises(ClientError, match="InvalidClientTokenId"):
        aws("sts", root, "us-gov-west-1").get_caller_identity()
    aws("sts", root, "eu-central-1").get_caller_identity()


def test_a_missing_bucket_is_not_found_and_anothers_is_forbidden(
    account: PracticeAccount, root: KeyPair, aws: Client
) -> None:
    account.add_foreign_bucket("somebody-elses")
    s3 = aws("s3", root)
    with pytest.raises(ClientError, match="NoSuchBucket"):
        s3.list_objects_v2(Bucket="no-such-bucket")
    with pytest.raises(ClientError, match=r"\(404\)"):
        s3.head_bucket(Bucket="no-such-bucket")
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.list_objects_v2(Bucket="somebody-elses")
    with pytest.raises(ClientError, match="BucketAlreadyExists"):
        s3.create_bucket(Bucket="somebody-elses")


def test_the_expected_owner_is_compared(account: PracticeAccount, root: KeyPair, aws: Client) -> None:
    account.create_bucket("office-backup")
    s3 = aws("s3", root)
    s3.list_objects_v2(Bucket="office-backup", ExpectedBucketOwner=account.account_id)
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.list_objects_v2(Bucket="office-backup", ExpectedBucketOwner="999988887777")


def test_creating_ones_own_bucket_again(account: PracticeAccount, root: KeyPair, aws: Client) -> None:
    account.create_bucket("office-backup")
    aws("s3", root).create_bucket(Bucket="office-backup")
    s3 = aws("s3", root, "eu-central-1")
    where = {"LocationConstraint": "eu-central-1"}
    s3.create_bucket(Bucket="family-archive", CreateBucketConfiguration=where)
    with pytest.raises(ClientError, match="BucketAlreadyOwnedByYou"):
        s3.create_bucket(Bucket="family-archive", CreateBucketConfiguration=where)


def test_a_scoped_user_can_do_all_that_a_backup_does_and_no_more(
    account: PracticeAccount, scoped: KeyPair, aws: Client
) -> None:
    account.create_bucket("photos-vault")
    s3 = aws("s3", scoped)
    s3.put_object(Bucket="office-backup", Key="a/Grüße + mehr~.txt", Body=b"1")
    assert s3.get_object(Bucket="office-backup", Key="a/Grüße + mehr~.txt")["Body"].read() == b"1"
    s3.copy_object(
        Bucket="office-backup", Key="b", CopySource={"Bucket": "office-backup", "Key": "a/Grüße + mehr~.txt"}
    )
    s3.delete_object(Bucket="office-backup", Key="b")
    s3.head_bucket(Bucket="office-backup")
    s3.list_multipart_uploads(Bucket="office-backup")
    calls: list[Callable[[], Any]] = [
        lambda: s3.list_buckets(),
        lambda: s3.list_objects_v2(Bucket="photos-vault"),
        lambda: s3.put_object(Bucket="photos-vault", Key="a", Body=b"1"),
        lambda: s3.get_bucket_policy(Bucket="office-backup"),
        lambda: s3.put_bucket_versioning(Bucket="office-backup", VersioningConfiguration={"Status": "Suspended"}),
        lambda: s3.get_object_lock_configuration(Bucket="office-backup"),
        lambda: s3.list_object_versions(Bucket="office-backup"),
        lambda: s3.create_bucket(Bucket="office-backup"),
        lambda: s3.delete_bucket(Bucket="office-backup"),
        lambda: s3.put_object(Bucket="office-backup", Key="a", Body=b"1", ACL="bucket-owner-full-control"),
    ]
    for call in calls:
        with pytest.raises(ClientError, match="AccessDenied"):
            call()
    with pytest.raises(ClientError, match=r"\(403\)"):
        s3.head_bucket(Bucket="photos-vault")


def test_a_policy_of_the_wrong_account_opens_nothing(account: PracticeAccount, aws: Client) -> None:
    account.create_bucket("office-backup")
    policy = policy_for([BucketNeeds("office-backup")], partition="aws", account="999988887777", require_tls=False)
    account.create_user("backup", policies={"keyturn": policy.text()})
    with pytest.raises(ClientError, match="AccessDenied"):
        aws("s3", account.create_user_key("backup")).list_objects_v2(Bucket="office-backup")


def test_a_policy_that_demands_tls_stops_a_program_without(account: PracticeAccount, aws: Client) -> None:
    account.create_bucket("office-backup")
    policy = policy_for([BucketNeeds("office-backup")], partition="aws", account=account.account_id, require_tls=True)
    account.create_user("backup", policies={"keyturn": policy.text()})
    with pytest.raises(ClientError, match="AccessDenied"):
        aws("s3", account.create_user_key("backup")).list_objects_v2(Bucket="office-backup")


def test_an_unfinished_upload_leaves_no_trace_once_it_is_aborted(
    account: PracticeAccount, scoped: KeyPair, aws: Client
) -> None:
    s3, here = aws("s3", scoped), {"Bucket": "office-backup", "Key": "p/.keycheck"}
    before = account.trace_of("office-backup")
    upload = s3.create_multipart_upload(**here)["UploadId"]
    s3.upload_part(**here, UploadId=upload, PartNumber=1, Body=b"x")
    assert account.trace_of("office-backup") != before
    assert len(s3.list_multipart_uploads(Bucket="office-backup")["Uploads"]) == 1
    s3.abort_multipart_upload(**here, UploadId=upload)
    assert account.trace_of("office-backup") == before


@pytest.mark.parametrize("may", [True, False])
def test_whether_the_one_who_began_an_upload_may_abort_it_is_a_switch(may: bool, aws: Client) -> None:
    account = PracticeAccount(initiator_may_abort=may)
    with account.serving() as url:
        account.create_bucket("office-backup")
        account.create_user("backup", policies={"put": _statement(Action="s3:PutObject")})
        s3, here = aws("s3", account.create_user_key("backup"), url=url), {"Bucket": "office-backup", "Key": "a"}
        upload = s3.create_multipart_upload(**here)["UploadId"]
        if may:
            s3.abort_multipart_upload(**here, UploadId=upload)
        else:
            with pytest.raises(ClientError, match="AccessDenied"):
                s3.abort_multipart_upload(**here, UploadId=upload)


def test_a_versioned_bucket_shows_what_a_delete_leaves_behind(
    account: PracticeAccount, root: KeyPair, aws: Client
) -> None:
    account.create_bucket("office-backup", versioned=True)
    s3 = aws("s3", root)
    version = s3.put_object(Bucket="office-backup", Key="a", Body=b"1")["VersionId"]
    s3.delete_object(Bucket="office-backup", Key="a")
    left = account.trace_of("office-backup")
    assert (set(left.objects), set(left.versions), len(left.markers)) == (set(), {("a", version)}, 1)


def test_a_bucket_without_versions_names_none(account: PracticeAccount, root: KeyPair, aws: Client) -> None:
    account.create_bucket("office-backup")
    s3 = aws("s3", root)
    here = {"Bucket": "office-backup", "Key": "a"}
    upload = s3.create_multipart_upload(**here)["UploadId"]
    etag = s3.upload_part(**here, UploadId=upload, PartNumber=1, Body=b"1")["ETag"]
    parts = {"Parts": [{"PartNumber": 1, "ETag": etag}]}
    assert "VersionId" not in s3.complete_multipart_upload(**here, UploadId=upload, MultipartUpload=parts)
    assert s3.head_object(**here, VersionId="null")["ContentLength"] == 1


def test_objects_in_a_locked_bucket_stay(account: PracticeAccount, root: KeyPair, aws: Client) -> None:
    account.create_bucket("photos-vault", lock_mode="COMPLIANCE", lock_days=30)
    s3 = aws("s3", root)
    rule = s3.get_object_lock_configuration(Bucket="photos-vault")["ObjectLockConfiguration"]["Rule"]
    assert rule["DefaultRetention"] == {"Mode": "COMPLIANCE", "Days": 30}
    version = s3.put_object(Bucket="photos-vault", Key="a", Body=b"1")["VersionId"]
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.delete_object(Bucket="photos-vault", Key="a", VersionId=version, BypassGovernanceRetention=True)


def test_many_deletes_are_decided_object_by_object(account: PracticeAccount, aws: Client) -> None:
    account.create_bucket("office-backup")
    for key in ("mine/a", "mine/b", "yours/ü&<"):
        account.put_object("office-backup", key, b"1")
    mine = _statement(Action="s3:DeleteObject", Resource="arn:aws:s3:::office-backup/mine/*")
    account.create_user("backup", policies={"mine": mine})
    s3 = aws("s3", account.create_user_key("backup"))
    wanted = [{"Key": "mine/a"}, {"Key": "yours/ü&<"}]
    answer = s3.delete_objects(Bucket="office-backup", Delete={"Objects": wanted})
    assert [item["Key"] for item in answer["Deleted"]] == ["mine/a"]
    assert [(item["Key"], item["Code"]) for item in answer["Errors"]] == [("yours/ü&<", "AccessDenied")]
    assert {key for key, _ in account.trace_of("office-backup").objects} == {"mine/b", "yours/ü&<"}
    answer = s3.delete_objects(Bucket="office-backup", Delete={"Objects": [{"Key": "yours/ü&<"}]})
    assert "Deleted" not in answer


def test_a_missing_object_is_hidden_from_those_who_may_not_list(account: PracticeAccount, aws: Client) -> None:
    account.create_bucket("office-backup")
    account.create_user("blind", policies={"get": _statement(Action="s3:GetObject")})
    account.create_user("seeing", policies={"get": _statement(Action=["s3:GetObject", "s3:ListBucket"])})
    blind, seeing = (aws("s3", account.create_user_key(name)) for name in ("blind", "seeing"))
    with pytest.raises(ClientError, match="AccessDenied"):
        blind.get_object(Bucket="office-backup", Key="none")
    with pytest.raises(ClientError, match="NoSuchKey"):
        seeing.get_object(Bucket="office-backup", Key="none")


def test_a_prefix_in_a_policy_hides_the_rest(account: PracticeAccount, aws: Client) -> None:
    account.create_bucket("office-backup")
    only = _statement(Action="s3:ListBucket", Condition={"StringLike": {"s3:prefix": ["attic/*", "attic/"]}})
    account.create_user("backup", policies={"only": only})
    s3 = aws("s3", account.create_user_key("backup"))
    s3.list_objects_v2(Bucket="office-backup", Prefix="attic/")
    for arguments in ({"Prefix": ""}, {"Prefix": "cellar/"}, {}):
        with pytest.raises(ClientError, match="AccessDenied"):
            s3.list_objects_v2(Bucket="office-backup", **arguments)


def test_a_kms_key_asks_users_for_rights_of_its_own(account: PracticeAccount, root: KeyPair, aws: Client) -> None:
    account.create_bucket("office-backup", kms_key_arn=_KMS)
    account.create_user("without", policies={"s3": _statement()})
    needs = [BucketNeeds("office-backup", kms_key_arns=frozenset({_KMS}))]
    policy = policy_for(needs, partition="aws", account=account.account_id, require_tls=False)
    account.create_user("with", policies={"keyturn": policy.text()})
    without, granted = (aws("s3", account.create_user_key(name)) for name in ("without", "with"))
    with pytest.raises(ClientError, match="not authorized to perform: kms:GenerateDataKey on resource: arn:aws:kms"):
        without.put_object(Bucket="office-backup", Key="a", Body=b"1")
    granted.put_object(Bucket="office-backup", Key="a", Body=b"1")
    with pytest.raises(ClientError, match="kms:Decrypt"):
        without.get_object(Bucket="office-backup", Key="a")
    without.list_objects_v2(Bucket="office-backup")
    aws("s3", root).get_object(Bucket="office-backup", Key="a")
    found = aws("s3", root).get_bucket_encryption(Bucket="office-backup")["ServerSideEncryptionConfiguration"]
    assert found["Rules"][0]["ApplyServerSideEncryptionByDefault"]["KMSMasterKeyID"] == _KMS


def test_a_bucket_policy_that_spares_only_root_stops_the_new_user(
    account: PracticeAccount, scoped: KeyPair, root: KeyPair, aws: Client
) -> None:
    arn = f"arn:aws:iam::{account.account_id}:root"
    rule = {"Principal": "*", "Condition": {"StringNotEquals": {"aws:PrincipalArn": arn}}}
    s3 = aws("s3", root)
    s3.put_bucket_policy(Bucket="office-backup", Policy=_statement(Effect="Deny", **rule))
    s3.list_objects_v2(Bucket="office-backup")
    with pytest.raises(ClientError, match="AccessDenied"):
        aws("s3", scoped).list_objects_v2(Bucket="office-backup")
    assert json.loads(s3.get_bucket_policy(Bucket="office-backup")["Policy"])["Statement"][0]["Effect"] == "Deny"
    s3.delete_bucket_policy(Bucket="office-backup")
    aws("s3", scoped).list_objects_v2(Bucket="office-backup")
    with pytest.raises(ClientError, match="NoSuchBucketPolicy"):
        s3.get_bucket_policy(Bucket="office-backup")


def test_root_can_repair_a_policy_that_locks_everybody_out(
    account: PracticeAccount, root: KeyPair, aws: Client
) -> None:
    account.create_bucket("office-backup", policy=_statement(Effect="Deny", Principal="*"))
    s3 = aws("s3", root)
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.list_objects_v2(Bucket="office-backup")
    s3.delete_bucket_policy(Bucket="office-backup")
    s3.list_objects_v2(Bucket="office-backup")


@pytest.mark.parametrize("needed", [True, False])
def test_whether_the_private_acl_needs_a_right_is_a_switch(needed: bool, aws: Client) -> None:
    account = PracticeAccount(private_acl_needs_right=needed)
    with account.serving() as url:
        account.create_bucket("office-backup")
        account.create_user("backup", policies={"put": _statement(Action="s3:PutObject")})
        s3 = aws("s3", account.create_user_key("backup"), url=url)
        if needed:
            with pytest.raises(ClientError, match="AccessDenied"):
                s3.put_object(Bucket="office-backup", Key="a", Body=b"1", ACL="private")
        else:
            s3.put_object(Bucket="office-backup", Key="a", Body=b"1", ACL="private")
        with pytest.raises(ClientError, match="AccessDenied"):
            s3.put_object(Bucket="office-backup", Key="a", Body=b"1", ACL="public-read")


def test_the_acl_addition_of_keyturns_policy_lets_acls_through(account: PracticeAccount, aws: Client) -> None:
    account.create_bucket("office-backup")
    needs = [BucketNeeds("office-backup", frozenset({Addition.OBJECT_ACL}))]
    policy = policy_for(needs, partition="aws", account=account.account_id, require_tls=False)
    account.create_user("backup", policies={"keyturn": policy.text()})
    s3 = aws("s3", account.create_user_key("backup"))
    s3.put_object(Bucket="office-backup", Key="a", Body=b"1", ACL="private")


def test_an_archived_object_says_that_it_sleeps(account: PracticeAccount, root: KeyPair, aws: Client) -> None:
    account.create_bucket("family-archive")
    account.put_object("family-archive", "2011.tar", b"1", storage_class="DEEP_ARCHIVE")
    with pytest.raises(ClientError, match="InvalidObjectState"):
        aws("s3", root).get_object(Bucket="family-archive", Key="2011.tar")


def test_two_accounts_at_one_address_are_told_apart_by_the_key(
    account: PracticeAccount, root: KeyPair, aws: Client
) -> None:
    other = PracticeAccount("444455556666")
    account.beside(other)
    theirs = other.create_root_key(age_days=1)
    account.create_bucket("office-backup")
    other.create_bucket("other-backup")
    assert aws("sts", theirs).get_caller_identity()["Account"] == "444455556666"
    aws("s3", theirs).list_objects_v2(Bucket="other-backup")
    with pytest.raises(ClientError, match="AccessDenied"):
        aws("s3", theirs).list_objects_v2(Bucket="office-backup")
    with pytest.raises(ClientError, match="AccessDenied"):
        aws("s3", root).list_objects_v2(Bucket="other-backup")
    other.close()


def test_two_accounts_may_have_buckets_of_one_name_apart_from_each_other(account: PracticeAccount) -> None:
    other = PracticeAccount("444455556666")
    account.create_bucket("office-backup")
    other.create_bucket("office-backup")
    account.put_object("office-backup", "a", b"1")
    other.put_object("office-backup", "a", b"2")
    assert (account.get_object("office-backup", "a"), other.get_object("office-backup", "a")) == (b"1", b"2")
    other.close()
    assert account.get_object("office-backup", "a") == b"1"


def test_a_bucket_in_an_opt_in_region_is_found_from_elsewhere(aws: Client) -> None:
    account = PracticeAccount(opted_in=frozenset({"me-south-1"}))
    with account.serving() as url:
        account.create_bucket("office-backup", region="me-south-1")
        s3 = aws("s3", account.create_root_key(age_days=9), "eu-west-1", url=url)
        assert s3.list_objects_v2(Bucket="office-backup")["KeyCount"] == 0
        assert account.records[0].result == "IllegalLocationConstraintException"


def test_awss_own_kms_key_asks_for_no_rights(account: PracticeAccount, aws: Client) -> None:
    account.create_bucket("office-backup", kms_key_arn="arn:aws:kms:us-east-1:111122223333:alias/aws/s3")
    account.create_user("backup", policies={"s3": _statement()})
    s3 = aws("s3", account.create_user_key("backup"))
    s3.put_object(Bucket="office-backup", Key="a", Body=b"1")
    s3.get_object(Bucket="office-backup", Key="a")


def test_a_locked_bucket_wants_a_checksum(account: PracticeAccount, root: KeyPair, aws: Client) -> None:
    account.create_bucket("photos-vault", lock_mode="GOVERNANCE")
    s3 = aws("s3", root, request_checksum_calculation="when_required")
    with pytest.raises(ClientError, match="Content-MD5"):
        s3.put_object(Bucket="photos-vault", Key="a", Body=b"1")
    aws("s3", root).put_object(Bucket="photos-vault", Key="a", Body=b"1")
