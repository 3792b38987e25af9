"""A plan knows everything before anything is created, and changes nothing."""

from __future__ import annotations

import hashlib
import json

import pytest

from keyturn.model.errors import UsageError
from keyturn.rotation import rotation_service
from keyturn.rotation.steps import Ending, Route, Step

from .conftest import Office

CHANGING = ("Create", "Put", "Update", "Delete", "Attach", "Abort", "Tag")


def everything_in(office: Office) -> dict[str, str]:
    return {str(p): hashlib.sha256(p.read_bytes()).hexdigest() for p in office.home.rglob("*") if p.is_file()}


def gate_codes(office: Office, route: Route | None = None, **options: object) -> set[str]:
    return {gate.code for gate in office.plan(route, **options).closed}


def test_planning_changes_nothing_at_aws_or_on_the_disk(office: Office) -> None:
    before = everything_in(office)
    office.plan(Route.SCOPED_USER).as_json()
    assert everything_in(office) == before
    actions = [record.action.partition(":")[2] for record in office.account.records]
    assert actions
    assert not [action for action in actions if action.startswith(CHANGING)]


def test_the_plan_shows_neither_the_secret_nor_the_whole_key_in_its_diffs(office: Office) -> None:
    plan = office.plan(Route.SCOPED_USER)
    written = json.dumps(plan.as_json())
    assert office.old.secret.reveal() not in written
    diffs = [edit["diff"] for edit in plan.as_json()["edits"]]
    assert len(diffs) == 2
    assert all(office.old.access_key_id.value not in diff for diff in diffs)
    assert all(office.old.access_key_id.masked in diff for diff in diffs)


def test_calls_stand_in_the_order_of_the_steps(office: Office) -> None:
    steps = [call.step for call in office.plan(Route.SCOPED_USER).calls]
    order = list(Step)
    assert [order.index(step) for step in steps] == sorted(order.index(step) for step in steps)
    assert [c.action for c in office.plan(Route.SCOPED_USER).calls][:3] == [
        "CreateUser",
        "PutUserPolicy",
        "CreateAccessKey",
    ]


def test_the_policy_names_the_two_buckets_and_no_other(office: Office) -> None:
    policy = office.plan(Route.SCOPED_USER).policy
    assert policy is not None
    allowed = [one for one in policy.statements if one.effect == "Allow"]
    resources = {resource for one in allowed for resource in one.resources}
    assert resources == {
        "arn:aws:s3:::family-archive",
        "arn:aws:s3:::family-archive/*",
        "arn:aws:s3:::office-backup",
        "arn:aws:s3:::office-backup/*",
    }


def test_a_destination_without_a_bucket_waits_for_its_name_and_lists_the_accounts_buckets(office: Office) -> None:
    office.write(
        ".aws/credentials",
        f"[default]\naws_access_key_id = {office.old.access_key_id}\n"
        f"aws_secret_access_key = {office.old.secret.reveal()}\n",
    )
    plan = office.plan(Route.SCOPED_USER)
    (gate,) = plan.closed
    assert (gate.code, gate.step, gate.waits) == ("bucket.unnamed", Step.CREATE, True)
    assert "family-archive" in gate.reason
    assert "office-backup" in gate.reason
    result = rotation_service.rotate(office.start(), plan)
    assert (result.ending, result.rotation) == (Ending.WAITING, None)

    assert gate_codes(office, Route.SCOPED_USER, buckets=("family-archive",)) == set()


def test_two_keys_already_stop_the_routes_that_need_a_slot(office: Office) -> None:
    second = office.account.create_root_key(age_days=10)
    plan = office.plan(Route.NEW_ROOT_KEY)
    (gate,) = plan.closed
    assert (gate.code, gate.waits) == ("key.limit", False)
    assert second.access_key_id.masked in gate.reason
    assert rotation_service.rotate(office.start(), plan).ending is Ending.STOPPED
    assert gate_codes(office, Route.SCOPED_USER) == set()


def test_a_bucket_that_is_gone_or_another_accounts_is_told(office: Office) -> None:
    office.account.add_foreign_bucket("somebody-elses")
    restic = office.home / ".config/restic/office.env"
    text = restic.read_text()
    restic.write_text(text.replace("office-backup", "gone-long-ago"))
    assert gate_codes(office, Route.SCOPED_USER) == {"aws.no-such-bucket"}
    restic.write_text(text.replace("office-backup", "somebody-elses"))
    assert gate_codes(office, Route.SCOPED_USER) == {"aws.denied"}


def test_a_wrong_secret_is_told_and_nothing_is_made(office: Office) -> None:
    for path in (office.home / ".config/rclone/rclone.conf", office.home / ".config/restic/office.env"):
        path.write_text(path.read_text().replace(office.old.secret.reveal(), "x" * 40))
    assert gate_codes(office, Route.SCOPED_USER) == {"aws.wrong-secret"}


def test_two_different_secrets_for_one_key_stop_the_rotation(office: Office) -> None:
    path = office.home / ".config/restic/office.env"
    path.write_text(path.read_text().replace(office.old.secret.reveal(), "y" * 40))
    assert "key.conflict" in gate_codes(office, Route.SCOPED_USER)
    assert gate_codes(office, Route.SCOPED_USER, only=("rclone",)) == set()


def test_a_key_that_is_off_already_is_told(office: Office) -> None:
    office.account.create_root_key(age_days=1)
    office.account.root_turn_off(office.old.access_key_id)
    office.clock.advance(10)
    assert gate_codes(office, Route.SCOPED_USER) == {"aws.unknown-key"}


def test_an_inactive_key_that_another_key_of_its_owner_lists_is_called_inactive(office: Office) -> None:
    other = office.account.create_root_key(age_days=1)
    office.write(
        "Downloads/rootkey.csv", f"AWSAccessKeyId={other.access_key_id}\nAWSSecretKey={other.secret.reveal()}\n"
    )
    office.account.root_turn_off(office.old.access_key_id)
    office.clock.advance(10)
    assert "key.inactive" in gate_codes(office, Route.SCOPED_USER)


@pytest.mark.parametrize("text", ["[oma\n", "\x00\x01\x02"])
def test_a_file_that_may_hold_the_key_and_cannot_be_understood_stops_the_rotation(office: Office, text: str) -> None:
    office.write(
        ".aws/credentials",
        f"[default]\naws_access_key_id = {office.old.access_key_id}\n[default]\n"
        f"aws_secret_access_key = {office.old.secret.reveal()}\n{text}",
    )
    assert "file.unparsable" in gate_codes(office, Route.SCOPED_USER, buckets=("family-archive",))
    assert gate_codes(office, Route.SCOPED_USER, only=("rclone", "restic")) == set()


def test_a_route_that_does_not_fit_is_a_matter_of_usage(office: Office) -> None:
    with pytest.raises(UsageError):
        office.plan(Route.SAME_USER)


def test_retiring_a_key_that_programs_use_is_refused(office: Office) -> None:
    assert gate_codes(office, Route.RETIRE) == {"key.in-use"}


def test_a_user_name_that_is_taken_is_not_reused(office: Office) -> None:
    office.account.create_user("Backup-Home")
    decision = office.plan(Route.SCOPED_USER).decision
    assert decision is not None
    assert decision.user_name == "backup-home-2"
    office.account.create_user("mine")
    assert gate_codes(office, Route.SCOPED_USER, user_name="mine") == {"user.exists"}


def test_without_a_network_the_plan_says_so(office: Office) -> None:
    office.account.stop()
    plan = office.plan(Route.SCOPED_USER)
    assert {gate.code for gate in plan.closed} == {"aws.no-network"}


def test_planning_a_place_left_out_becomes_something_to_look_at(office: Office) -> None:
    plan = office.plan(Route.SCOPED_USER, only=("rclone",))
    assert any("office.env" in one.title for one in plan.by_hand)
    assert len(plan.edits) == 1


def test_a_program_that_looks_for_its_bucket_in_the_wrong_region_is_told(office: Office) -> None:
    path = office.home / ".config/rclone/rclone.conf"
    path.write_text(path.read_text().replace("region = eu-central-1", "region = ap-south-1"))
    plan = office.plan(Route.SCOPED_USER)
    told = [*(gate.reason for gate in plan.closed), *plan.notes]
    assert any("ap-south-1" in one and "eu-central-1" in one for one in told)


def notes_of_a_plan_to_retire(office: Office) -> list[str]:
    office.forget_programs()
    office.write(
        "Downloads/accessKeys.csv",
        f"Access key ID,Secret access key\r\n{office.old.access_key_id},{office.old.secret.reveal()}\r\n",
    )
    plan = office.plan()
    assert plan.route is Route.RETIRE
    return [note for note in plan.notes if "cannot turn itself on again" in note]


def test_a_plan_whose_usual_way_off_is_one_way_says_so(office: Office) -> None:
    office.use_key_of_user("office-nas", age_days=400)
    (note,) = notes_of_a_plan_to_retire(office)
    assert "office-nas" in note
    assert "in the console instead" in note


def test_a_root_key_is_turned_off_in_the_console_so_its_plan_has_no_one_way_door(office: Office) -> None:
    assert notes_of_a_plan_to_retire(office) == []


def test_a_key_that_only_appends_to_its_folder_backs_up_and_is_said_not_to_delete(office: Office) -> None:
    plan = office.plan(only=("restic",), append_only=True, prefix_only=True)
    assert plan.policy is not None
    deletable = {one.resources for one in plan.policy.statements if "s3:DeleteObject" in one.actions}
    assert deletable == {("arn:aws:s3:::office-backup/laptop/locks/*",)}
    assert "office-backup/laptop" in plan.can[0] and "delete" not in plan.can[0]
    assert any("Delete backups" in text for text in plan.cannot)
    assert rotation_service.rotate(office.start(), plan).ending is Ending.WAITING


def test_a_bucket_without_versions_is_named_because_what_it_holds_can_be_written_over(office: Office) -> None:
    notes = office.plan(only=("rclone",), append_only=True).notes
    assert any("family-archive keeps no older versions" in note for note in notes)


def test_a_program_that_cannot_live_with_less_closes_the_gate(office: Office) -> None:
    environment = office.home / ".config/restic/office.env"
    environment.write_text(environment.read_text() + "restic forget --prune --keep-daily 7\n")
    codes = [gate.code for gate in office.plan(append_only=True, prefix_only=True).closed]
    assert sorted(codes) == ["policy.append-only", "policy.prefix-only"]  # restic forgets, rclone looks everywhere


@pytest.mark.parametrize("name", ["photos*", "öl?", "写真"])
def test_a_folder_that_a_policy_would_read_as_a_pattern_closes_the_gate(office: Office, name: str) -> None:
    environment = office.home / ".config/restic/office.env"
    environment.write_text(environment.read_text().replace("/laptop", f"/'{name}'"))
    plan = office.plan(only=("restic",), prefix_only=True)
    assert [gate.code for gate in plan.closed] == ["policy.prefix-only"]


@pytest.mark.parametrize("narrow", ["append_only", "prefix_only"])
def test_there_is_no_policy_to_narrow_on_another_route(office: Office, narrow: str) -> None:
    with pytest.raises(UsageError, match="for a new user"):
        office.plan(Route.NEW_ROOT_KEY, **{narrow: True})


def test_rights_on_locks_are_granted_only_where_the_bucket_has_locks(office: Office) -> None:
    office.account.create_bucket("vault", region=office.region, lock_mode="GOVERNANCE")
    key, secret = office.old.access_key_id.value, office.old.secret.reveal()
    config = {"type": "s3", "config": {"accessKeyID": key, "secretAccessKey": secret, "endpoint": office.url[7:]}}
    rights = {}
    for bucket in ("vault", "office-backup"):
        config["config"]["bucket"] = bucket  # type: ignore[index]
        office.write(".config/kopia/repository.config", json.dumps({"storage": {**config, "doNotUseTLS": True}}))
        plan = office.plan(only=("kopia",))
        assert plan.policy is not None
        rights[bucket] = "s3:PutObjectRetention" in plan.policy.text()
    assert rights == {"vault": True, "office-backup": False}
