"""Where a step fails, everything is put back, and the sentence says what it means."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from keyturn.model.errors import StoreError
from keyturn.model.keys import AccessKeyId, KeyPair
from keyturn.rotation import rotation_service
from keyturn.rotation.cancelling import CancelToken
from keyturn.rotation.context import Event
from keyturn.rotation.steps import By, Ending, Result, Route, State, Step
from keyturn.state.secrets import FileSecrets
from keyturn_practice import faults
from keyturn_practice.faults import Fault

from .conftest import Office, opened_office


def expect_put_back(office: Office, result: Result) -> None:
    assert (result.ending, result.state) == (Ending.PUT_BACK, State.UNDONE), str(result.problem)
    assert office.pairs_in_files() == {office.old.access_key_id.value}
    assert [one.access_key_id for one in office.account.listed_keys()] == [office.old.access_key_id]
    assert office.account.user_names() == ()
    assert office.account.accepts(office.old)


class RefusingSecrets(FileSecrets):
    """A keychain that turns away every secret but the old one."""

    welcome: AccessKeyId

    def keep(self, pair: KeyPair) -> None:
        if pair.access_key_id != self.welcome:
            raise StoreError("The keychain said no", "Nothing is kept.", code="keychain.failed")
        super().keep(pair)


@pytest.mark.parametrize("route", [Route.SCOPED_USER, Route.NEW_ROOT_KEY])
def test_a_secret_that_cannot_be_kept_is_the_end_of_its_key(office: Office, route: Route) -> None:
    refusing = RefusingSecrets(office.memory / "secrets.json")
    refusing.welcome = office.old.access_key_id
    office.secrets = refusing
    result = office.rotate(route)
    expect_put_back(office, result)
    assert result.problem is not None
    assert result.problem.code == "keychain.failed"


@pytest.mark.parametrize("fault", [faults.dropped_answer(), faults.torn_answer(), faults.broken_after()])
def test_a_lost_answer_leaves_one_new_key_and_no_orphan(office: Office, fault: Fault) -> None:
    rule = office.account.fail("iam:CreateAccessKey", fault)
    result = office.rotate(Route.SCOPED_USER)
    assert result.ending is Ending.WAITING, str(result.problem)
    assert rule.met == 1
    others = [k.access_key_id for k in office.account.listed_keys() if k.access_key_id != office.old.access_key_id]
    assert others == [result.new_access_key_id]


def test_a_right_that_the_new_key_lacks_puts_everything_back(office: Office) -> None:
    only_root = (
        '{"Statement": [{"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject",'
        ' "Resource": "arn:aws:s3:::office-backup/*",'
        ' "Condition": {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:root"}}}]}'
    )
    plan = office.plan(Route.SCOPED_USER)
    office.ask("s3", "PutBucketPolicy", {"Bucket": "office-backup", "Policy": only_root})
    result = rotation_service.rotate(office.start(), plan)
    expect_put_back(office, result)
    assert result.problem is not None
    assert result.problem.code == "aws.denied"


def test_a_file_changed_since_the_plan_stops_before_anything_is_made(office: Office) -> None:
    plan = office.plan(Route.SCOPED_USER)
    path = office.home / ".config/restic/office.env"
    path.write_text(path.read_text() + "# a new line\n")
    seen = len(office.account.records)
    result = rotation_service.rotate(office.start(), plan)
    assert (result.ending, result.rotation) == (Ending.PUT_BACK, None)
    assert result.problem is not None
    assert result.problem.code == "file.changed"
    assert len(office.account.records) == seen


def test_a_file_that_another_program_rewrites_meanwhile_keeps_both_changes(office: Office) -> None:
    path = office.home / ".config/rclone/rclone.conf"

    def rewrite(event: Event) -> None:
        if event.step is Step.PROVE and "fresh-token" not in path.read_text():
            path.write_text(path.read_text() + "\n[drive]\ntype = drive\ntoken = fresh-token\n")

    context = office.start(progress=rewrite)
    result = rotation_service.rotate(context, office.plan(Route.SCOPED_USER))
    assert result.ending is Ending.WAITING
    assert "fresh-token" in path.read_text()
    assert str(result.new_access_key_id) in path.read_text()
    rotation_service.undo(office.start(), None)
    assert "fresh-token" in path.read_text()
    assert office.pairs_in_files() == {office.old.access_key_id.value}


def test_a_key_put_into_a_file_meanwhile_by_somebody_else_is_not_overwritten(office: Office) -> None:
    path = office.home / ".config/rclone/rclone.conf"
    other = office.account.create_root_key()

    def rewrite(event: Event) -> None:
        if event.step is Step.PROVE:
            text = path.read_text().replace(office.old.access_key_id.value, other.access_key_id.value)
            path.write_text(text.replace(office.old.secret.reveal(), other.secret.reveal()))

    result = rotation_service.rotate(office.start(progress=rewrite), office.plan(Route.SCOPED_USER))
    assert result.ending is Ending.STOPPED
    assert other.access_key_id.value in path.read_text()
    assert office.old.access_key_id.value in (office.home / ".config/restic/office.env").read_text()


def test_asking_to_stop_before_the_switch_puts_everything_back(office: Office) -> None:
    token = CancelToken()

    def stop(event: Event) -> None:
        if event.step is Step.PROVE:
            token.ask()

    result = rotation_service.rotate(office.start(progress=stop, cancel=token), office.plan(Route.SCOPED_USER))
    expect_put_back(office, result)
    assert result.problem is not None
    assert result.problem.code == "cancelled"


def test_a_network_that_goes_away_leaves_both_keys_and_a_way_on(office: Office) -> None:
    plan = office.plan(Route.SCOPED_USER)
    port = urlsplit(office.url).port or 0

    def cut(event: Event) -> None:
        if event.step is Step.PROVE:
            office.account.stop()

    result = rotation_service.rotate(office.start(progress=cut), plan)
    assert result.ending is Ending.STOPPED
    assert office.pairs_in_files() == {office.old.access_key_id.value}
    office.account.start(port=port)
    again = rotation_service.carry_on(office.start(), None)
    assert again.ending is Ending.WAITING, str(again.problem)


def test_destinations_that_fail_with_the_old_key_off_get_it_back(office: Office) -> None:
    office.rotate(Route.NEW_ROOT_KEY)

    def break_it(event: Event) -> None:
        if event.step is Step.PROVE_OFF:
            office.account.fail("s3:ListBucket", faults.refused(403, "AccessDenied"), times=1000)

    result = rotation_service.turn_off(office.start(progress=break_it), None, By.KEY)
    assert result.ending is Ending.STOPPED
    assert result.problem is not None
    assert "turned on again" in result.problem.message
    assert office.account.accepts(office.old)


def test_a_root_key_in_govcloud_never_turns_itself_off(tmp_path: Path) -> None:
    with opened_office(tmp_path, partition="aws-us-gov") as office:
        assert office.rotate_as_before(Route.SCOPED_USER).ending is Ending.WAITING
        result = rotation_service.turn_off(office.start(), None, By.KEY)
        assert result.ending is Ending.STOPPED
        assert result.problem is not None
        assert result.problem.code == "turn-off.no-way-back"
        assert office.account.accepts(office.old)


@pytest.mark.parametrize("action", ["iam:CreateUser", "iam:PutUserPolicy", "iam:CreateAccessKey"])
def test_what_an_organisation_forbids_is_put_back_and_told_as_such(tmp_path: Path, action: str) -> None:
    with opened_office(tmp_path, switches={"organisation_denies": frozenset({action})}) as office:
        result = office.rotate(Route.SCOPED_USER)
        expect_put_back(office, result)
        assert result.problem is not None
        assert result.problem.code == "aws.denied"
        assert result.problem.title == f"The rules of your organisation do not allow {action}"
