"""Every way that is named is one that this very person can take, and every cause the true one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from keyturn.aws.partitions import console_of, partitions_besides_standard
from keyturn.model.keys import KeyStatus, Principal
from keyturn.rotation import rotation_service
from keyturn.rotation.carrying_out.verifying import verify
from keyturn.rotation.finding.survey import take_survey
from keyturn.rotation.planning.by_hand import turn_off_in_console
from keyturn.rotation.planning.plan import Gate, Plan
from keyturn.rotation.planning.routes import routes_for
from keyturn.rotation.planning.way_to_keys import console_address
from keyturn.rotation.steps import By, Ending, Result, Route, Step

from .conftest import Office, opened_office

EVERYTHING = '{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'
ONLY_S3 = '{"Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}'


def gate(plan: Plan, code: str) -> Gate:
    (found,) = [one for one in plan.closed if one.code == code]
    return found


def use_key_of_user(office: Office, name: str, **policies: str) -> None:
    office.account.create_user(name, policies=policies)
    office.old = office.account.create_user_key(name, age_days=900)
    office.write_programs()


# ── Who has no console ───────────────────────────────────────────────────────────────────────────────────────────────


def test_in_govcloud_the_recommended_way_for_a_root_key_is_the_one_that_can_be_ended(tmp_path: Path) -> None:
    with opened_office(tmp_path, partition="aws-us-gov") as office:
        assert routes_for(office.found())[0] is Route.NEW_ROOT_KEY
        plan = office.plan()
        assert plan.route is Route.NEW_ROOT_KEY
        assert not plan.closed
        assert not [one for one in plan.by_hand if "console" in " ".join(one.steps).lower()]
        waits = rotation_service.rotate(office.start(), plan)
        assert [one.item for one in waits.awaiting] == ["turn-off"]
        assert "keyturn turn-off" in waits.awaiting[0].steps[0]
        assert rotation_service.turn_off(office.start(), None).ending is Ending.DONE
        assert rotation_service.delete(office.start(), None, office.old.access_key_id.last4).ending is Ending.DONE


@pytest.mark.parametrize("route", [Route.SCOPED_USER, Route.RETIRE])
def test_in_govcloud_a_way_that_nobody_could_end_is_closed_at_check(tmp_path: Path, route: Route) -> None:
    with opened_office(tmp_path, partition="aws-us-gov") as office:
        if route is Route.RETIRE:
            office.forget_programs()
            old = office.old
            office.write("rootkey.csv", f"AWSAccessKeyId={old.access_key_id}\nAWSSecretKey={old.secret.reveal()}\n")
        closed = gate(office.plan(route), "turn-off.no-way-back")
        assert closed.step is Step.CHECK
        assert "GovCloud" in closed.reason
        assert "new-root-key" in closed.reason


def test_in_govcloud_room_for_a_new_root_key_is_not_made_in_a_console(tmp_path: Path) -> None:
    with opened_office(tmp_path, partition="aws-us-gov") as office:
        office.account.create_root_key()
        reason = gate(office.plan(), "key.limit").reason
        assert "delete-access-key" in reason
        assert "in the AWS console" not in reason


@pytest.mark.parametrize("partition", ["aws", *partitions_besides_standard()])
def test_each_partition_has_its_own_console_and_an_unknown_one_none_that_is_made_up(partition: str) -> None:
    owner = Principal.from_arn(f"arn:{partition}:iam::111122223333:user/anna")
    address = console_address(owner)
    assert address is not None
    assert address.startswith(str(console_of(partition)))
    assert console_address(Principal.from_arn("arn:aws-new:iam::111122223333:user/anna")) is None


@pytest.mark.parametrize("route", [Route.SCOPED_USER, Route.NEW_ROOT_KEY])
def test_steps_in_the_console_name_the_account(office: Office, route: Route) -> None:
    decision = office.plan(route).decision
    assert decision is not None
    assert office.account.account_id in " ".join(turn_off_in_console(decision).steps)


# ── Who can turn the old key off ─────────────────────────────────────────────────────────────────────────────────────


def _waits_for_turning_off(office: Office, route: Route) -> Result:
    waits = office.rotate(route)
    assert [one.item for one in waits.awaiting] == ["turn-off"], str(waits.problem)
    return waits


def test_where_the_new_key_may_turn_the_old_one_off_nobody_is_sent_to_the_console(office: Office) -> None:
    office.use_key_of_user("anna", age_days=900)
    (item,) = _waits_for_turning_off(office, Route.SAME_USER).awaiting
    assert "console" not in f"{item.title} {item.steps}"
    assert "keyturn turn-off" in item.steps[0]
    assert rotation_service.turn_off(office.start(), None).ending is Ending.DONE


def test_for_a_root_key_the_console_comes_first_and_the_second_root_key_is_named(office: Office) -> None:
    (item,) = _waits_for_turning_off(office, Route.NEW_ROOT_KEY).awaiting
    assert "console" in item.title
    assert any("--by key" in note for note in item.notes)
    assert rotation_service.turn_off(office.start(), None, By.KEY).ending is Ending.DONE


def test_for_a_scoped_user_only_the_console_is_left(office: Office) -> None:
    (item,) = _waits_for_turning_off(office, Route.SCOPED_USER).awaiting
    assert "console" in item.title
    (note,) = item.notes
    assert "event history is not asked" in note, "who used the key since, nobody here may ask"


# ── Who may make keys ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("route", [None, Route.SAME_USER, Route.SCOPED_USER])
def test_a_user_with_rights_to_s3_alone_is_told_of_a_way_that_leads_out(office: Office, route: Route | None) -> None:
    use_key_of_user(office, "bob", s3=ONLY_S3)
    plan = office.plan(route)
    reasons = " ".join(one.reason for one in plan.closed)
    assert f"keyturn rotate {office.old.access_key_id.last4} --pair" in reasons
    assert "bob" in reasons
    assert "Choose the route scoped-user" not in reasons


def test_the_way_that_is_named_leads_out(office: Office) -> None:
    use_key_of_user(office, "bob", s3=ONLY_S3)
    given = office.account.create_user_key("bob")
    result = office.rotate(Route.GIVEN_PAIR, pair=given)
    assert result.ending is Ending.WAITING, str(result.problem)
    assert office.pairs_in_files() == {given.access_key_id.value}


def test_root_whom_the_organisation_forbids_one_thing_is_told_that_and_no_more(tmp_path: Path) -> None:
    with opened_office(tmp_path, switches={"organisation_denies": frozenset({"iam:GetUser"})}) as office:
        closed = gate(office.plan(Route.SCOPED_USER), "aws.denied")
        assert "iam:GetUser" in closed.reason and "organisation" in closed.reason
        assert "how many keys" not in closed.reason, "which keys there are was told"


@pytest.mark.parametrize("policy", ["AWSCompromisedKeyQuarantineV3", "AWSCompromisedKeyQuarantineV4"])
@pytest.mark.parametrize("route", [Route.SAME_USER, Route.SCOPED_USER])
def test_a_key_that_aws_holds_for_leaked_is_said_to_be_at_check(office: Office, policy: str, route: Route) -> None:
    denies = json.dumps({"Statement": [{"Effect": "Deny", "Action": "iam:CreateAccessKey", "Resource": "*"}]})
    use_key_of_user(office, "bob", **{"admin": EVERYTHING, policy: denies})
    closed = gate(office.plan(route), "key.quarantined")
    assert policy in closed.reason
    assert "leaked" in closed.reason
    assert "--pair" in closed.reason
    assert office.status_of(office.old.access_key_id) is KeyStatus.ACTIVE


def test_a_leaked_key_can_still_be_replaced_by_one_that_somebody_made(office: Office) -> None:
    denies = json.dumps({"Statement": [{"Effect": "Deny", "Action": "iam:CreateAccessKey", "Resource": "*"}]})
    use_key_of_user(office, "bob", **{"admin": EVERYTHING, "AWSCompromisedKeyQuarantineV9": denies})
    plan = office.plan(Route.GIVEN_PAIR, pair=office.account.create_user_key("bob"))
    assert not plan.closed
    assert any("leaked" in note for note in plan.notes)


# ── What is no bucket ────────────────────────────────────────────────────────────────────────────────────────────────

NO_BUCKETS = {
    "photos-abcdefghijklmnop1234-s3alias": "access point",
    "photos--use1-az4--x-s3": "directory bucket",
    "photos-abcdefghijklmnop1234--ol-s3": "Object Lambda",
    "arn:aws:s3:eu-central-1:111122223333:accesspoint": "access point",
    "arn:aws:s3-outposts:eu-central-1:111122223333:outpost": "Outposts",
}


def _write_remote(office: Office, name: str) -> None:
    path = office.home / ".config/rclone/rclone.conf"
    path.write_text(path.read_text().replace("oma:family-archive/photos", f"oma:{name}/photos"))


@pytest.mark.parametrize(("name", "said"), NO_BUCKETS.items())
def test_a_name_that_is_no_buckets_is_said_to_be_what_it_is(office: Office, name: str, said: str) -> None:
    _write_remote(office, name)
    closed = [one for one in office.plan(Route.SCOPED_USER).closed if name in one.reason]
    assert len(closed) == 1
    assert said in closed[0].reason
    assert "--only" in closed[0].reason


def test_where_all_rights_are_kept_an_access_point_closes_nothing(office: Office) -> None:
    _write_remote(office, "photos-abcdefghijklmnop1234-s3alias")
    plan = office.plan(Route.NEW_ROOT_KEY)
    assert not plan.closed
    assert any("access point" in note for note in plan.notes)


def test_a_bucket_in_an_accounts_own_namespace_is_a_bucket(office: Office) -> None:
    office.account.create_bucket("photos-111122223333-eu-central-1-an", region=office.region)
    _write_remote(office, "photos-111122223333-eu-central-1-an")
    assert not office.plan(Route.SCOPED_USER).closed


# ── Where the bucket is ──────────────────────────────────────────────────────────────────────────────────────────────


def test_a_region_that_is_not_switched_on_is_named_in_the_plan(office: Office) -> None:
    office.account.create_bucket("far-away", region="ap-east-1")
    _write_remote(office, "far-away")
    (closed,) = office.plan(Route.SCOPED_USER).closed
    assert "ap-east-1" in closed.reason
    assert "AWS Regions" in closed.reason


# ── A token of another day ───────────────────────────────────────────────────────────────────────────────────────────


def _aws_files(office: Office, *profiles: str, token_in: str) -> None:
    pair = f"aws_access_key_id = {office.old.access_key_id}\naws_secret_access_key = {office.old.secret.reveal()}\n"
    token = "aws_session_token = IQoJb3JpZ2luMADEUP\n"
    text = "".join(f"[{one}]\n{pair}{token if one == token_in else ''}\n" for one in profiles)
    office.write(".aws/credentials", text)


def test_a_stale_session_token_closes_its_own_profile_alone(office: Office) -> None:
    office.forget_programs()
    _aws_files(office, "default", "good", token_in="default")
    plan = office.plan(Route.SCOPED_USER, buckets=("family-archive",))
    assert not plan.closed
    assert plan.decision is not None
    assert [one.place.name for one in plan.decision.destinations] == ["good"]
    (item,) = [one for one in plan.by_hand if one.item.startswith("place-")]
    assert "aws_session_token" in " ".join(item.steps)
    result = rotation_service.rotate(office.start(), plan)
    assert result.ending is Ending.WAITING, str(result.problem)
    text = (office.home / ".aws/credentials").read_text()
    assert text.count(str(result.new_access_key_id)) == 1
    assert text.count(office.old.access_key_id.value) == 1


def test_where_every_profile_is_spoiled_the_line_is_named_and_nothing_begins(office: Office) -> None:
    office.forget_programs()
    _aws_files(office, "default", token_in="default")
    closed = gate(office.plan(Route.SCOPED_USER, buckets=("family-archive",)), "place.spoiled")
    assert "aws_session_token" in closed.reason
    (proof,) = verify(office.start())[1]
    assert not proof.ok
    assert "aws_session_token" in str(proof.first_failure)


# ── What was answered, and what happened elsewhere ───────────────────────────────────────────────────────────────────


def test_verify_remembers_the_bucket_that_was_answered_for_a_rotation(office: Office) -> None:
    office.forget_programs()
    _aws_files(office, "default", token_in="")
    (before,) = verify(office.start())[1]
    assert before.bucket is None
    result = office.rotate(Route.SCOPED_USER, buckets=("family-archive",))
    assert result.ending is Ending.WAITING, str(result.problem)
    (proof,) = verify(office.start())[1]
    assert (proof.bucket, proof.ok) == ("family-archive", True)
    (other,) = verify(office.start(), ["office-backup"])[1]
    assert other.bucket == "office-backup"


def test_on_a_second_computer_a_key_that_went_off_is_told_with_what_probably_happened(office: Office) -> None:
    office.account.root_turn_off(office.old.access_key_id)
    office.clock.advance(60)
    (problem,) = [one for one in take_survey(office.start()).problems if "does not accept" in one.title]
    reason = gate(office.plan(), "aws.unknown-key").reason
    for said in (problem.message, reason):
        assert "another computer" in said
        assert f"keyturn rotate {office.old.access_key_id.last4}" in said
        assert "rclone oma" in said
    office.account.root_turn_on(office.old.access_key_id)
    office.clock.advance(60)
    assert not office.plan().closed


def test_on_the_computer_that_turned_it_off_the_rotation_is_named_instead(office: Office) -> None:
    office.rotate(Route.SCOPED_USER)
    (rotation,) = office.rotations()
    office.write(
        "old.env", f"AWS_ACCESS_KEY_ID={office.old.access_key_id}\nAWS_SECRET_ACCESS_KEY={office.old.secret.reveal()}\n"
    )
    office.write(".env", (office.home / "old.env").read_text())
    office.account.root_turn_off(office.old.access_key_id)
    assert rotation_service.turn_off(office.start(), None, wait=60).step is Step.DELETE
    messages = [one.message for one in take_survey(office.start()).problems if "does not accept" in one.title]
    assert any(rotation.name in one for one in messages)
    assert not any("another computer" in one for one in messages)
