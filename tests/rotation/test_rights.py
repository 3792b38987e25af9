"""The rights of a new user: what its programs ask, what the buckets' older backups take, and nothing besides."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

import pytest

from keyturn.model.errors import AwsError, AwsFault
from keyturn.model.manners import Manner
from keyturn.rotation.carrying_out.verifying import verify
from keyturn.rotation.events.rotation_events import RightsSimulated
from keyturn.rotation.planning.plan import Plan
from keyturn.rotation.steps import Ending, Route, Step
from keyturn.state.journal import Mark
from keyturn_practice import faults

from .conftest import Office

_OLD_KEY = "arn:aws:kms:us-east-1:111122223333:key/old"


def granted(plan: Plan, resource: str) -> set[str]:
    """What the plan's policy allows on a bucket, on its objects (`bucket/*`) or on a KMS key (its whole name)."""
    assert plan.policy is not None
    whole = resource if resource.startswith("arn:") else f"arn:aws:s3:::{resource}"
    statements = [one for one in plan.policy.statements if one.effect == "Allow" and whole in one.resources]
    return {action for one in statements for action in one.actions}


def said(plan: Plan) -> str:
    return " ".join(plan.notes)


def remote(office: Office, more: str) -> None:
    """Let rclone's remote have these options, too."""
    path = office.home / ".config/rclone/rclone.conf"
    path.write_text(path.read_text().replace("no_check_bucket = true\n", f"no_check_bucket = true\n{more}"))


def test_where_nothing_is_archived_or_sealed_no_right_for_it_is_given(office: Office) -> None:
    plan = office.plan()
    assert "s3:RestoreObject" not in granted(plan, "family-archive/*") | granted(plan, "office-backup/*")
    assert plan.policy is not None
    assert "kms:" not in plan.policy.text()


def test_archived_backups_can_be_asked_for_in_their_bucket_alone(office: Office) -> None:
    office.account.put_object("family-archive", "photos/old.tar", b"ice", storage_class="DEEP_ARCHIVE")
    plan = office.plan()
    assert "s3:RestoreObject" in granted(plan, "family-archive/*")
    assert "s3:RestoreObject" not in granted(plan, "office-backup/*")


def test_what_will_be_archived_can_be_asked_for_later(office: Office) -> None:
    remote(office, "storage_class = GLACIER\n")
    assert "s3:RestoreObject" in granted(office.plan(), "family-archive/*")


def test_a_rule_of_the_bucket_that_archives_counts_like_an_archived_object(office: Office) -> None:
    rule = {"ID": "r", "Status": "Enabled", "Filter": {"Prefix": ""}}
    moving = {**rule, "Transitions": [{"Days": 30, "StorageClass": "GLACIER"}]}
    asked = {"Bucket": "office-backup", "LifecycleConfiguration": {"Rules": [moving]}}
    office.ask("s3", "PutBucketLifecycleConfiguration", asked)
    assert "s3:RestoreObject" in granted(office.plan(), "office-backup/*")


def test_older_backups_under_another_kms_key_can_be_read(office: Office) -> None:
    office.account.put_object("office-backup", "laptop/data/1", b"sealed", kms_key=_OLD_KEY)
    plan = office.plan()
    assert granted(plan, _OLD_KEY) == {"kms:Decrypt", "kms:GenerateDataKey"}
    assert f"office-backup/laptop lie under the KMS key {_OLD_KEY}" in said(plan)


def test_the_new_key_reads_older_backups_under_another_kms_key_and_no_other_user_does(office: Office) -> None:
    office.account.put_object("office-backup", "laptop/data/1", b"sealed", kms_key=_OLD_KEY)
    plan = office.plan()
    assert plan.policy is not None
    everything_but_kms = [
        replace(one, resources=tuple(x for x in one.resources if x != _OLD_KEY)) for one in plan.policy.statements
    ]
    without = replace(plan.policy, statements=tuple(one for one in everything_but_kms if one.resources))
    office.account.create_user("colleague", policies={"same-but-kms": without.text()})
    colleague = office.account.create_user_key("colleague")
    new = office.rotate().new_access_key_id
    assert new is not None
    office.clock.advance(60)
    asked = {"Bucket": "office-backup", "Key": "laptop/data/1"}
    aws = office.start().aws

    assert aws.ask(office.kept(new), "s3", "GetObject", asked)["ContentLength"] == len(b"sealed")
    with pytest.raises(AwsError) as refused:
        aws.ask(colleague, "s3", "GetObject", asked)
    assert refused.value.fault is AwsFault.DENIED


def test_what_was_not_looked_at_is_said(office: Office) -> None:
    for number in range(30):
        office.account.put_object("office-backup", f"laptop/data/{number}", b"x")
    plan = office.plan()
    assert "looked at 20 objects of those in office-backup/laptop, not at all of them" in said(plan)
    office.account.fail("s3:ListBucket", faults.refused(403, "AccessDenied"), times=9)
    assert "whether older backups lie under other KMS keys" in said(office.plan(buckets=()))


def test_a_kms_key_by_its_alias_is_followed_to_its_whole_name(office: Office) -> None:
    remote(office, "server_side_encryption = aws:kms\nsse_kms_key_id = alias/backups\n")
    plan = office.plan()
    assert not plan.closed
    assert plan.policy is not None
    assert ":key/" in plan.policy.text()
    assert "alias/" not in plan.policy.text()


def test_a_kms_key_that_cannot_be_told_closes_the_way_for_a_narrow_key_alone(office: Office) -> None:
    remote(office, "server_side_encryption = aws:kms\nsse_kms_key_id = alias/backups\n")
    office.account.lose_kms_key("alias/backups")
    (gate,) = office.plan().closed
    assert (gate.step, gate.code) == (Step.CHECK, "kms.unknown")
    assert "rclone oma" in gate.reason
    assert "alias/backups" in gate.reason
    assert not office.plan(Route.NEW_ROOT_KEY).closed


# ── The proof asks as the programs ask ───────────────────────────────────────────────────────────────────────────────

_SEALED_ONLY = {
    **{"Sid": "SealedOnly", "Effect": "Deny", "Principal": "*", "Action": "s3:PutObject"},
    "Resource": "arn:aws:s3:::family-archive/*",
    "Condition": {"Null": {"s3:x-amz-server-side-encryption": "true"}},
}


def set_policy(office: Office, bucket: str, *statements: Mapping[str, object]) -> None:
    text = json.dumps({"Version": "2012-10-17", "Statement": statements})
    office.ask("s3", "PutBucketPolicy", {"Bucket": bucket, "Policy": text}, office.region)


def test_a_bucket_that_takes_only_sealed_objects_does_not_make_a_working_backup_look_broken(office: Office) -> None:
    set_policy(office, "family-archive", _SEALED_ONLY)
    remote(office, "server_side_encryption = AES256\n")
    _survey, proofs = verify(office.start())
    assert all(one.ok for one in proofs)
    ended = office.rotate()
    assert (ended.ending, ended.step) == (Ending.WAITING, Step.WATCH)
    (rotation,) = office.rotations()
    assert Manner(encryption="AES256") in {manner for _target, manner in rotation.decision.ways}


def test_a_backup_that_such_a_bucket_refuses_is_not_proved(office: Office) -> None:
    set_policy(office, "family-archive", _SEALED_ONLY)
    _survey, proofs = verify(office.start())
    assert {one.bucket for one in proofs if not one.ok} == {"family-archive"}


# ── What something else refuses ──────────────────────────────────────────────────────────────────────────────────────

_ONLY_ROOT_DELETES = {
    **{"Sid": "OnlyRoot", "Effect": "Deny", "Principal": "*", "Action": "s3:Delete*"},
    "Resource": "arn:aws:s3:::family-archive/*",
    "Condition": {"ArnNotEquals": {"aws:PrincipalArn": "arn:aws:iam::111122223333:root"}},
}


def test_a_bucket_where_only_root_may_delete_closes_the_way_for_a_new_user(office: Office) -> None:
    set_policy(office, "family-archive", _ONLY_ROOT_DELETES)
    (gate,) = office.plan().closed
    assert (gate.step, gate.code) == (Step.CHECK, "policy.denied")
    assert "family-archive" in gate.reason
    assert "OnlyRoot: refuses s3:DeleteObject" in gate.reason
    assert not office.plan(Route.NEW_ROOT_KEY).closed


def test_a_bucket_that_refuses_both_keys_alike_is_only_told(office: Office) -> None:
    nobody_deletes = {name: value for name, value in _ONLY_ROOT_DELETES.items() if name != "Condition"}
    set_policy(office, "family-archive", nobody_deletes)
    plan = office.plan()
    assert not plan.closed
    assert "refuses this to the old key and to the new one alike: OnlyRoot: refuses s3:DeleteObject" in said(plan)
    assert "not known: DeleteObject (family-archive)" in said(plan)


def test_what_nobody_can_try_is_simulated_and_never_proved(office: Office) -> None:
    plan = office.plan()
    assert "Not tried, because trying leaves a trace in the bucket: DeleteObject" in said(plan)
    assert "DeleteObject (office-backup). IAM's simulator allows it" in said(plan)
    assert "no proof" in said(plan)
    ended = office.rotate()
    assert ended.ending is Ending.WAITING
    (rotation,) = office.rotations()
    told = rotation.said(RightsSimulated, Step.PROVE, Mark.DONE)
    assert told is not None
    assert "s3:DeleteObject" in told.simulated.allowed["family-archive"]
    assert told.simulated.not_known == {}
    asked = {one.action: one.key for one in office.account.records if one.action.startswith("iam:Simulate")}
    assert asked == dict.fromkeys(("iam:SimulateCustomPolicy", "iam:SimulatePrincipalPolicy"), office.old.access_key_id)


def test_where_the_simulator_may_not_be_asked_what_it_would_say_is_not_known(office: Office) -> None:
    office.account.fail("iam:SimulateCustomPolicy", faults.refused(403, "AccessDenied"), times=9)
    plan = office.plan()
    assert not plan.closed
    assert "IAM's simulator was not to be asked" in said(plan)
    assert "simulator allows" not in said(plan)


# ── The consumer gives the power ─────────────────────────────────────────────────────────────────────────────────────


def script(office: Office, *lines: str) -> None:
    """A script in the office's home that sets the key and runs these commands, in the place of the other programs."""
    office.forget_programs()
    key, secret = office.old.access_key_id.value, office.old.secret.reveal()
    pair = f"export AWS_ACCESS_KEY_ID={key}\nexport AWS_SECRET_ACCESS_KEY={secret}\n"
    office.write("bin/backup.sh", "#!/bin/sh\n" + pair + "\n".join(lines) + "\n", 0o700)


def test_each_bucket_gets_the_rights_of_the_programs_that_use_it_and_not_those_of_others(office: Office) -> None:
    script(
        office,
        "aws s3 sync a s3://family-archive/x --acl bucket-owner-full-control",
        "restic -r s3:s3.amazonaws.com/office-backup/laptop backup /home",
    )
    plan = office.plan()
    assert not plan.closed
    assert "s3:PutObjectAcl" in granted(plan, "family-archive/*")
    assert "s3:PutObjectAcl" not in granted(plan, "office-backup/*")


def test_a_bucket_that_only_a_run_would_tell_is_asked_for(office: Office) -> None:
    script(office, "aws s3 sync a s3://family-archive/x", 'aws s3 sync b "s3://$1/y"', "aws route53 list-hosted-zones")
    plan = office.plan()
    (gate,) = plan.closed
    assert (gate.step, gate.code, gate.waits) == (Step.CREATE, "bucket.incomplete", True)
    assert "s3://$1/y" in gate.reason
    assert gate.offers == ("family-archive", "office-backup")
    answered = office.plan(buckets=("office-backup",))
    assert not answered.closed
    assert "s3:PutObject" in granted(answered, "office-backup/*")
    told = office.plan(Route.NEW_ROOT_KEY)
    assert not told.closed
    assert "s3://$1/y" in said(told)


def test_what_a_script_does_at_other_services_with_the_key_is_told(office: Office) -> None:
    script(office, "aws s3 sync a s3://family-archive/x", "aws route53 list-hosted-zones")
    plan = office.plan()
    assert not plan.closed
    assert "“aws route53” (backup.sh, line 5)" in said(plan)
    assert "aws route53" not in said(office.plan(Route.NEW_ROOT_KEY))


def test_a_key_that_may_only_add_is_not_for_a_script_that_deletes(office: Office) -> None:
    script(office, "aws s3 sync a s3://family-archive/x --delete")
    assert [gate.code for gate in office.plan(append_only=True).closed] == ["policy.append-only"]
