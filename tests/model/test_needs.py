"""The policy that a destination needs, and nothing more."""

from __future__ import annotations

import json

import pytest

from keyturn.model.errors import ClientError
from keyturn.model.needs import INLINE_POLICY_LIMIT, Addition, BucketNeeds, PolicyDocument, policy_for
from keyturn_practice.patterns import matches

ACCOUNT = "123456789012"


def written(*needs: BucketNeeds, require_tls: bool = True) -> PolicyDocument:
    return policy_for(needs, partition="aws", account=ACCOUNT, require_tls=require_tls)


def actions_on(policy: PolicyDocument, resource: str) -> set[str]:
    return {
        action
        for one in policy.statements
        if one.effect == "Allow" and resource in one.resources
        for action in one.actions
    }


def test_the_base_reaches_one_bucket_and_its_objects() -> None:
    policy = written(BucketNeeds("family"))
    assert {r for one in policy.statements if one.effect == "Allow" for r in one.resources} == {
        "arn:aws:s3:::family",
        "arn:aws:s3:::family/*",
    }
    assert "s3:PutObject" in actions_on(policy, "arn:aws:s3:::family/*")
    assert "s3:DeleteObjectVersion" not in actions_on(policy, "arn:aws:s3:::family/*")
    assert "s3:ListAllMyBuckets" not in policy.text()


def test_additions_reach_only_the_bucket_that_asked_for_them() -> None:
    policy = written(BucketNeeds("plain"), BucketNeeds("acl", frozenset({Addition.OBJECT_ACL})))
    assert "s3:PutObjectAcl" in actions_on(policy, "arn:aws:s3:::acl/*")
    assert "s3:PutObjectAcl" not in actions_on(policy, "arn:aws:s3:::plain/*")


def test_create_bucket_has_no_condition_on_the_owner() -> None:
    policy = written(BucketNeeds("family", frozenset({Addition.CREATE_BUCKET})))
    (creating,) = [one for one in policy.statements if "s3:CreateBucket" in one.actions]
    assert creating.conditions == {}
    assert creating.resources == ("arn:aws:s3:::family",)


def test_a_bucket_of_the_same_name_in_another_account_is_not_reached() -> None:
    for one in written(BucketNeeds("family")).statements:
        if one.effect == "Allow":
            assert one.conditions == {"StringEquals": {"s3:ResourceAccount": ACCOUNT}}


def test_tls_is_demanded_unless_a_program_speaks_without() -> None:
    denies = [one for one in written(BucketNeeds("family")).statements if one.effect == "Deny"]
    assert [one.conditions for one in denies] == [{"Bool": {"aws:SecureTransport": "false"}}]
    assert not [one for one in written(BucketNeeds("family"), require_tls=False).statements if one.effect == "Deny"]


def test_a_customers_kms_key_is_named() -> None:
    arn = f"arn:aws:kms:eu-central-1:{ACCOUNT}:key/00000000-0000-0000-0000-000000000000"
    policy = written(BucketNeeds("family", kms_key_arns=frozenset({arn})))
    assert actions_on(policy, arn) == {"kms:Decrypt", "kms:GenerateDataKey"}


def test_the_journal_gives_the_policy_back() -> None:
    policy = written(BucketNeeds("family", frozenset({Addition.READ_VERSIONS})), BucketNeeds("office"))
    assert PolicyDocument.from_json(json.loads(policy.text())) == policy


def test_a_dozen_buckets_of_a_usual_name_fit_one_user() -> None:
    policy = written(*(BucketNeeds(f"usual-bucket-name-{number:02}") for number in range(12)))
    assert policy.size <= INLINE_POLICY_LIMIT
    assert policy.size == len(policy.text().replace(" ", ""))


def test_restoring_locking_and_looking_at_settings_are_granted_only_where_asked_for() -> None:
    asked = frozenset({Addition.RESTORE, Addition.RETENTION, Addition.SETTINGS})
    policy = written(BucketNeeds("plain"), BucketNeeds("arq", asked))
    objects = {"s3:RestoreObject", "s3:PutObjectRetention", "s3:GetObjectRetention"}
    settings = {"s3:GetLifecycleConfiguration", "s3:GetBucketVersioning", "s3:GetBucketObjectLockConfiguration"}
    assert objects <= actions_on(policy, "arn:aws:s3:::arq/*")
    assert settings <= actions_on(policy, "arn:aws:s3:::arq")
    assert not objects & actions_on(policy, "arn:aws:s3:::plain/*")
    assert not settings & actions_on(policy, "arn:aws:s3:::plain")
    assert "BypassGovernanceRetention" not in policy.text()


def test_reading_versions_deleting_them_and_locking_are_rights_of_their_own() -> None:
    def granted(*asked: Addition) -> set[str]:
        policy = written(BucketNeeds("b", frozenset(asked)))
        return actions_on(policy, "arn:aws:s3:::b") | actions_on(policy, "arn:aws:s3:::b/*")

    base = granted()
    assert granted(Addition.READ_VERSIONS) - base == {"s3:ListBucketVersions", "s3:GetObjectVersion"}
    assert granted(Addition.DELETE_VERSIONS) - base == {"s3:DeleteObjectVersion"}
    assert granted(Addition.VERSIONING) - base == {"s3:GetBucketVersioning"}
    assert granted(Addition.RETENTION) - base == {"s3:GetObjectRetention", "s3:PutObjectRetention"}
    assert granted(Addition.LEGAL_HOLD) - base == {"s3:GetObjectLegalHold", "s3:PutObjectLegalHold"}


def test_two_destinations_of_one_bucket_get_what_both_need() -> None:
    one = BucketNeeds("b", folders=("laptop",), deletable=("laptop/locks",))
    assert one | BucketNeeds("b", folders=("desktop",), deletable=()) == BucketNeeds(
        "b", folders=("desktop", "laptop"), deletable=("laptop/locks",)
    )
    assert one | BucketNeeds("b") == BucketNeeds("b")


def test_a_narrow_policy_lists_and_touches_its_folder_alone_and_the_journal_gives_it_back() -> None:
    policy = written(BucketNeeds("family", folders=("laptop",), deletable=("laptop/locks",)))
    (listing,) = (one for one in policy.statements if "s3:ListBucket" in one.actions)
    assert listing.conditions["StringLike"] == {"s3:prefix": ("laptop", "laptop/*")}
    assert actions_on(policy, "arn:aws:s3:::family/*") == set()
    assert "s3:DeleteObject" not in actions_on(policy, "arn:aws:s3:::family/laptop/*")
    assert actions_on(policy, "arn:aws:s3:::family/laptop/locks/*") == {"s3:DeleteObject"}
    assert PolicyDocument.from_json(json.loads(policy.text())) == policy


@pytest.mark.parametrize(
    "bucket", ["fam*", "fam?ly", "family${aws:username}", "$family", "*", "family/*", "a b", "a:b", ""]
)
def test_a_bucket_whose_name_could_stand_for_others_gets_no_policy(bucket: str) -> None:
    with pytest.raises(ClientError) as caught:
        written(BucketNeeds("family"), BucketNeeds(bucket))
    assert caught.value.code == "bucket.name"


@pytest.mark.parametrize(
    "name", ["*", "key/*", f"arn:aws:kms:eu-central-1:{ACCOUNT}:key/*", f"arn:aws:kms:*:{ACCOUNT}:key/1"]
)
def test_a_kms_key_whose_name_could_stand_for_others_gets_no_policy(name: str) -> None:
    with pytest.raises(ClientError) as caught:
        written(BucketNeeds("family", kms_key_arns=frozenset({name})))
    assert caught.value.code == "kms.name"


@pytest.mark.parametrize("folder", ["lap*top", "lap?top", "lap$top", "a${aws:username}b", "${*}", "***"])
def test_a_folder_stands_in_the_policy_for_itself_alone(folder: str) -> None:
    policy = written(BucketNeeds("family", folders=(folder,), deletable=(f"{folder}/locks",)))
    statements = {one.sid: one for one in policy.statements}
    patterns = [*statements["Objects"].resources, *statements["Delete"].resources]
    prefixes = statements["List"].conditions["StringLike"]["s3:prefix"]

    assert all(matches(one, f"arn:aws:s3:::family/{folder}/locks/x", {}) for one in patterns)
    assert any(matches(one, f"{folder}/x", {}) for one in prefixes)
    for other in ("laptop", "lap-top", "lap-desk-top", "aannab", "*", "x", "xxx"):
        assert not any(
            matches(one, f"arn:aws:s3:::family/{other}/locks/x", {"aws:username": ("anna",)}) for one in patterns
        )
        assert not any(matches(one, f"{other}/x", {"aws:username": ("anna",)}) for one in prefixes)
