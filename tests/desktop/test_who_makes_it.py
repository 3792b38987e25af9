"""Who makes this change is chosen in the window as `--as` does it in a terminal, with the code of an MFA device."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from keyturn.desktop.assistant_work import Page
from keyturn.desktop.code_card import CodeCard
from keyturn.desktop.runner import Runner
from keyturn.model.keys import KeyPair, KeyStatus
from keyturn.rotation.location import Location
from keyturn.rotation.steps import By
from keyturn_practice.timeline import HandClock

from .conftest import PATIENCE, SmallHome
from .test_assistant import Person

DEVICE = "arn:aws:iam::111122223333:mfa/admin"
MFA = "Code of your MFA device, six digits"
LEFT = Qt.MouseButton.LeftButton
USUAL = "Who makes this change: as usual"


def policy(*actions: str) -> str:
    return json.dumps({"Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": "*"}]})


@pytest.fixture
def admin(small_home: SmallHome) -> KeyPair:
    """The programs use a key that may only reach S3; somebody who may do everything has a profile, and a role."""
    small_home.let_a_user_own_the_key(policy("s3:*"))
    account = small_home.account
    account.create_user("admin", policies={"all": policy("*")})
    pair = account.create_user_key("admin", age_days=30)
    trusted = [f"arn:aws:iam::{account.account_id}:user/admin"]
    role = account.administrator.create_role("keys", policy("*"), trusted=trusted, with_device=DEVICE)
    folder = small_home.home / ".aws"
    folder.mkdir()
    key, secret = pair.access_key_id.value, pair.secret.reveal()
    (folder / "credentials").write_text(f"[admin]\naws_access_key_id = {key}\naws_secret_access_key = {secret}\n")
    (folder / "config").write_text(
        f"[profile keys]\nrole_arn = {role}\nsource_profile = admin\nmfa_serial = {DEVICE}\n"
        "[profile empty]\nregion = eu-central-1\n"
    )
    return pair


@pytest.fixture
def person(
    qtbot: QtBot, admin: KeyPair, small_home: SmallHome, start_runner: Callable[[Location, HandClock], Runner]
) -> Person:
    return Person(qtbot, small_home, start_runner(small_home.location, small_home.clock))


def unfold(person: Person, title: str) -> None:
    person.press(title)
    person.bot.waitUntil(lambda: person.runner.is_idle, timeout=PATIENCE)
    QApplication.processEvents()


def give_code(person: Person, code: str) -> None:
    """Type it where it is asked for."""
    card = person.assistant.findChild(CodeCard)
    assert isinstance(card, CodeCard)
    person.bot.waitUntil(card.isVisible, timeout=PATIENCE)
    assert DEVICE in person.read()
    QTest.keyClicks(person.find(MFA), code)
    person.press("Go on")


def makers(person: Person) -> set[str]:
    """Whose keys signed changes of users and keys at AWS."""
    changed = {"iam:CreateUser", "iam:CreateAccessKey", "iam:UpdateAccessKey", "iam:DeleteAccessKey"}
    return {str(one.key) for one in person.home.account.records if one.action in changed and one.result == "ok"}


def test_somebody_else_makes_turns_off_and_deletes_without_the_console(person: Person, admin: KeyPair) -> None:
    person.to_the_plan()
    assert person.assistant.flow.plan is not None
    assert person.assistant.flow.plan.closed, "the key itself may make nothing"
    unfold(person, USUAL)
    assert "Profile empty" not in person.read()
    person.press("Profile admin")
    plan = person.assistant.flow.plan
    assert plan is not None
    assert not plan.closed
    assert " --as profile:admin " in plan.command
    assert plan.off_by is By.SIGNER
    person.press("Create new key and update two programs")
    person.press("Continue")
    person.home.advance(4)
    person.press("Look now")
    assert person.page() is Page.TURN_OFF

    # Anyone who comes back later chooses anew.
    assert person.assistant.flow.standing is not None
    name = person.assistant.flow.standing.rotation.name
    person.open(name)
    person.says_no()
    unfold(person, USUAL)
    person.press("Profile admin")
    assert "as profile:admin" in person.read()
    person.says_no()
    old = person.home.old.access_key_id
    person.press(f"Turn off {old.masked}")
    assert person.page() is Page.OFF
    assert person.home.account.status_of(old) is KeyStatus.INACTIVE

    person.home.advance(8)
    person.open(name)
    assert person.page() is Page.DELETE
    unfold(person, USUAL)
    person.press("Profile admin")
    QTest.keyClicks(person.find(f"Last four characters of {old.masked}"), old.last4)
    person.press(f"Delete key {old.masked}")
    assert person.page() is Page.DELETED
    assert person.home.account.status_of(old) is None
    assert makers(person) == {admin.access_key_id.value}
    assert person.browsed == []


def test_the_code_of_a_device_is_asked_for_once_and_a_refusal_changes_nothing(person: Person) -> None:
    person.to_the_plan()
    unfold(person, USUAL)
    box = person.find("Profile keys")
    QTest.mouseClick(box, LEFT)
    card = person.assistant.findChild(CodeCard)
    assert isinstance(card, CodeCard)
    person.bot.waitUntil(card.isVisible, timeout=PATIENCE)
    assert not person.find("Go on").isEnabled()
    person.press("Give no code")
    assert "No code of the MFA device was given" in person.read()

    QTest.mouseClick(person.find("Make the plan again"), LEFT)
    give_code(person, person.home.account.administrator.code_shown_by(DEVICE))
    plan = person.assistant.flow.plan
    assert plan is not None
    assert not plan.closed
    person.press("Create new key and update two programs")
    assert person.page() is Page.PROOF
    assert all(key.startswith("ASIA") for key in makers(person))


def test_a_window_that_is_left_while_a_code_is_asked_for_waits_for_nobody(person: Person) -> None:
    person.to_the_plan()
    unfold(person, USUAL)
    QTest.mouseClick(person.find("Profile keys"), LEFT)
    card = person.assistant.findChild(CodeCard)
    assert isinstance(card, CodeCard)
    person.bot.waitUntil(card.isVisible, timeout=PATIENCE)
    person.assistant.leave()
    person.bot.waitUntil(lambda: person.runner.is_idle, timeout=PATIENCE)
