"""Identities that sign with a session: roles, sign-ins of both kinds, and a program that a profile names."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta

import pytest

from keyturn.model.errors import AppError
from keyturn.rotation import rotation_service
from keyturn.rotation.signers.signer_choice import opened_signer
from keyturn.rotation.signers.who import Who
from keyturn.rotation.steps import Ending, Route, State, Step

from .colleague import Colleague, changes, policy, profile, with_colleague
from .conftest import Office

DEVICE = "arn:aws:iam::111122223333:mfa/admin"
EVERYTHING = policy("*")


@pytest.fixture
def colleague(office: Office) -> Colleague:
    made = with_colleague(office)
    office.account.administrator.create_role(
        "keys", EVERYTHING, trusted=[f"arn:aws:iam::{office.account.account_id}:root"]
    )
    return made


def test_whoever_is_said_to_be_the_key_itself_goes_on_as_such(colleague: Colleague) -> None:
    office = colleague.office
    write_role(office)
    context = colleague.start("profile:keys")
    plan = colleague.plan(context, Route.SAME_USER)
    office.clock.advance(3601)
    rotation_service.rotate(context, plan)
    # It may not make keys, so all is put back, as somebody asked for.
    assert rotation_service.carry_on(colleague.start("key"), None).state is State.UNDONE


def iam_arn(office: Office, what: str) -> str:
    return f"arn:aws:iam::{office.account.account_id}:{what}"


def write_role(office: Office, more: str = "") -> None:
    office.write(
        ".aws/config",
        f"[profile keys]\nrole_arn = {iam_arn(office, 'role/keys')}\nsource_profile = admin\n{more}",
    )


def test_a_role_that_a_profile_takes_signs(colleague: Colleague) -> None:
    office = colleague.office
    write_role(office)
    assert colleague.rotate(Route.SAME_USER, "profile:keys").problem is None
    off = rotation_service.turn_off(colleague.start("profile:keys"), None)
    assert (off.ending, off.step) == (Ending.DONE, Step.DELETE), str(off.problem)
    assert all(key.startswith("ASIA") for key in changes(office, "iam:CreateAccessKey", "iam:UpdateAccessKey"))


def test_a_role_behind_a_device_asks_for_its_code_once(colleague: Colleague) -> None:
    office = colleague.office
    trusted = [iam_arn(office, "user/admin")]
    office.account.administrator.create_role("keys", EVERYTHING, trusted=trusted, with_device=DEVICE)
    write_role(office, f"mfa_serial = {DEVICE}\n")
    asked: list[str] = []

    def code(device: str) -> str:
        asked.append(device)
        return office.account.administrator.code_shown_by(device)

    assert colleague.start("profile:keys", code).signer.name == "profile:keys"
    assert asked == [DEVICE]
    with pytest.raises(AppError) as refusal:
        colleague.start("profile:keys", lambda device: "000000")
    assert refusal.value.code == "aws.denied"


def test_a_session_that_ends_in_mid_step_is_waited_for_and_a_new_one_goes_on(colleague: Colleague) -> None:
    office = colleague.office
    write_role(office)
    colleague.rotate(Route.SAME_USER, "profile:keys")
    context = colleague.start("profile:keys")
    office.clock.advance(3601)
    off = rotation_service.turn_off(context, None)
    assert off.ending is Ending.WAITING
    assert off.problem is not None
    assert off.problem.code == "signer.session-ended"
    assert office.account.accepts(office.old)
    again = rotation_service.turn_off(colleague.start("profile:keys"), None)
    assert (again.ending, again.step) == (Ending.DONE, Step.DELETE), str(again.problem)


def test_a_session_that_ends_before_the_key_is_made_leaves_a_rotation_that_goes_on(colleague: Colleague) -> None:
    office = colleague.office
    write_role(office)
    context = colleague.start("profile:keys")
    plan = colleague.plan(context, Route.SAME_USER)
    office.clock.advance(3601)
    made = rotation_service.rotate(context, plan)
    assert (made.ending, made.state, made.step) == (Ending.WAITING, State.WAITING, Step.CREATE)
    (item,) = made.awaiting
    assert (item.item, item.tickable) == ("session", False)
    assert "--as profile:keys" in " ".join(item.steps)
    nobody = rotation_service.carry_on(office.start(), None)
    assert (nobody.ending, [one.item for one in nobody.awaiting]) == (Ending.WAITING, ["signer"])
    on = rotation_service.carry_on(colleague.start("profile:keys"), None)
    assert (on.state, on.step, on.problem) == (State.WAITING, Step.WATCH, None)
    assert on.new_access_key_id is not None


def write_sso(office: Office, *, lasting: timedelta = timedelta(hours=8)) -> None:
    start = "https://example.awsapps.com/start"
    office.write(
        ".aws/config",
        f"[profile portal]\nsso_session = firm\nsso_account_id = {office.account.account_id}\nsso_role_name = keys\n"
        f"[sso-session firm]\nsso_start_url = {start}\nsso_region = eu-central-1\n",
    )
    ends = office.account.administrator.sign_in_to_portal("a-portal-token", ["keys"], lasting=lasting)
    kept = {"accessToken": "a-portal-token", "expiresAt": ends.strftime("%Y-%m-%dT%H:%M:%SZ"), "startUrl": start}
    name = hashlib.sha1(b"firm", usedforsecurity=False).hexdigest()
    office.write(f".aws/sso/cache/{name}.json", json.dumps(kept))


def test_a_sign_in_of_identity_center_signs_until_it_ends(colleague: Colleague) -> None:
    office = colleague.office
    write_sso(office)
    assert colleague.rotate(Route.SAME_USER, "profile:portal").problem is None
    office.clock.advance(8 * 3600 + 1)
    with pytest.raises(AppError) as ended:
        colleague.start("profile:portal")
    assert (ended.value.code, ended.value.waits) == ("signer.session-ended", True)
    assert "aws sso login --profile portal" in ended.value.message


def write_login(office: Office, user: str | None, *, profile: str = "browser") -> str:
    """What a sign-in by `aws login` leaves in `~/.aws`; returns the session's key."""
    whose = iam_arn(office, "root" if user is None else f"user/{user}")
    office.write(".aws/config", f"[profile {profile}]\nlogin_session = {whose}\n")
    pair, token, ends = office.account.administrator.sign_in(user, lasting=timedelta(minutes=15))
    given = {
        "accessKeyId": pair.access_key_id.value,
        "secretAccessKey": pair.secret.reveal(),
        "sessionToken": token,
        "accountId": office.account.account_id,
        "expiresAt": ends.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    name = hashlib.sha256(whose.encode()).hexdigest()
    office.write(f".aws/login/cache/{name}.json", json.dumps({"accessToken": given, "refreshToken": "later"}))
    return pair.access_key_id.value


def test_the_browsers_sign_in_signs_until_it_ends(colleague: Colleague) -> None:
    office = colleague.office
    key = write_login(office, "admin")
    assert colleague.rotate(Route.SAME_USER, "profile:browser").problem is None
    assert changes(office, "iam:CreateAccessKey") == {key}
    office.clock.advance(15 * 60 + 1)
    with pytest.raises(AppError) as ended:
        colleague.start("profile:browser")
    assert (ended.value.code, ended.value.waits) == ("signer.session-ended", True)


def test_a_program_is_run_for_the_profile_that_was_named_and_for_no_other(colleague: Colleague) -> None:
    office = colleague.office
    key, secret = colleague.pair.access_key_id.value, colleague.pair.secret.reveal()
    answer = office.write("answer.json", json.dumps({"Version": 1, "AccessKeyId": key, "SecretAccessKey": secret}))
    ran = office.home / "ran"
    program = office.write("give key.sh", f"#!/bin/sh\ntouch '{ran}'\ncat '{answer}'\n", mode=0o700)
    office.write(
        ".aws/config",
        f"[profile helped]\ncredential_process = '{program}'\n"
        f"[profile keys]\nrole_arn = arn:aws:iam::{office.account.account_id}:role/keys\nsource_profile = helped\n",
    )
    with pytest.raises(AppError) as refusal:
        colleague.start("profile:keys")
    assert "helped" in refusal.value.message
    assert not ran.exists()
    assert colleague.start("profile:helped").signer.name == "profile:helped"
    assert ran.exists()


@pytest.mark.parametrize("said", ["exit 1", "echo nonsense", "echo '{\"Version\": 2}'", "echo '[1]'"])
def test_a_program_that_gives_no_key_is_told_without_what_it_said(colleague: Colleague, said: str) -> None:
    program = colleague.office.write("give.sh", f"#!/bin/sh\n{said}\n", mode=0o700)
    colleague.office.write(".aws/config", f"[profile helped]\ncredential_process = {program}\n")
    with pytest.raises(AppError) as refusal:
        colleague.start("profile:helped")
    assert refusal.value.code in {"program.failed", "signer.profile"}
    assert "nonsense" not in str(refusal.value)


def test_an_identity_of_another_account_is_refused(colleague: Colleague, office: Office) -> None:
    from keyturn_practice.account import PracticeAccount

    stranger = PracticeAccount("444455556666", clock=office.clock)
    office.account.beside(stranger)
    pair = stranger.create_root_key(age_days=4)
    office.write(".aws/credentials", profile("stranger", pair))
    made = office.start()
    signer = opened_signer(made, Who.parsed("profile:stranger"), lambda device: "")
    owner = office.found().key.owner
    with pytest.raises(AppError) as refusal:
        signer.expect_fits(office.old.access_key_id, owner)
    assert refusal.value.code == "signer.account"
    assert "444455556666" in refusal.value.message
