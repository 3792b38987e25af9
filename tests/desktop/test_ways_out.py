"""What waits for a decision, a secret that is gone, and the last way out: each with its own page in the window."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from keyturn.desktop.assistant_work import Page
from keyturn.desktop.navigation import PutBack
from keyturn.desktop.runner import Runner
from keyturn.model.keys import AccessKeyId
from keyturn.rotation.location import Location
from keyturn.state.secrets import FileSecrets
from keyturn_practice import faults
from keyturn_practice.timeline import HandClock

from .conftest import SmallHome
from .test_assistant import Person


@pytest.fixture
def person(qtbot: QtBot, small_home: SmallHome, start_runner: Callable[[Location, HandClock], Runner]) -> Person:
    return Person(qtbot, small_home, start_runner(small_home.location, small_home.clock))


def others(person: Person) -> list[AccessKeyId]:
    """Every key of the account but the old one."""
    old = person.home.old.access_key_id
    return [one.access_key_id for one in person.home.account.listed_keys() if one.access_key_id != old]


def with_a_lost_answer(person: Person) -> AccessKeyId:
    """A new root key is asked for, AWS makes it, and the answer does not come."""
    person.home.account.fail("iam:CreateAccessKey", faults.dropped_answer())
    person.press("Choose the way out")
    person.press("A new root key")
    person.press("Show the plan")
    person.press(SmallHome.BUCKET)
    person.press("Go on with these buckets")
    person.press("Create new key and update two programs")
    (lost,) = others(person)
    return lost


def choices(person: Person) -> list[QAbstractButton]:
    found = [one for one in person.seen() if isinstance(one, QAbstractButton) and one.isCheckable()]
    return [one for one in found if one.group() is not None]


def test_what_only_a_person_can_decide_is_asked_with_its_evidence_and_no_answer_is_chosen(person: Person) -> None:
    lost = with_a_lost_answer(person)
    assert person.page() is Page.DECIDE
    said = person.read()
    assert lost.masked in said and "no answer came" in said and "no use of it" in said
    assert [one.isChecked() for one in choices(person)] == [False, False]
    assert not person.find("Do this, and go on").isEnabled()
    assert others(person) == [lost]


def test_who_says_that_it_may_go_gets_another_key(person: Person) -> None:
    lost = with_a_lost_answer(person)
    choices(person)[0].click()
    assert others(person) == [lost]  # chosen is not done
    person.press("Do this, and go on")
    assert person.page() is Page.PROOF
    assert person.assistant.flow.standing is not None
    assert others(person) == [person.assistant.flow.standing.rotation.new_key] != [lost]


def test_who_keeps_it_can_put_everything_back_and_it_stays(person: Person) -> None:
    lost = with_a_lost_answer(person)
    person.press("Put everything back…")
    person.press("Put everything back")
    assert person.page() is Page.DECIDE
    choices(person)[1].click()
    person.press("Do this, and go on")
    assert person.page() is Page.UNDONE
    assert others(person) == [lost]


def without_the_old_secret(person: Person) -> None:
    """The programs have the new key, and Keyturn's own copy of the old one is gone."""
    person.to_the_proof()
    assert person.home.location.state_dir is not None
    secrets = FileSecrets(person.home.location.state_dir / "secrets.json")
    secrets.forget(person.home.old.access_key_id)
    person.press("Continue")
    person.press("Put everything back…")
    person.press("Put everything back")
    assert person.page() is Page.LOST


def test_a_secret_that_is_nowhere_is_typed_and_what_waited_for_it_goes_on(person: Person) -> None:
    without_the_old_secret(person)
    old = person.home.old
    assert f"The secret of {old.access_key_id.masked} is needed" in person.read()
    field = person.find(f"Secret access key of {old.access_key_id.masked}, hidden")
    QTest.keyClicks(field, "x" * 40)
    person.press("Put everything back with it")
    assert person.page() is Page.LOST
    assert "That is not the secret" in person.read()

    field.clear()  # type: ignore[attr-defined]
    QTest.keyClicks(field, old.secret.reveal())
    person.press("Put everything back with it")
    assert person.page() is Page.UNDONE
    assert old.access_key_id.value in person.home.s3ql.read_text()


def test_a_secret_that_turns_up_in_a_file_is_found_by_looking_again(person: Person) -> None:
    without_the_old_secret(person)
    old = person.home.old
    text = f"AWSAccessKeyId={old.access_key_id.value}\nAWSSecretKey={old.secret.reveal()}\n"
    (person.home.home / "rootkey.csv").write_text(text)
    person.press("Look again")
    assert person.page() is Page.UNDONE


def test_a_rotation_that_cannot_go_on_is_closed_as_it_stands_once_the_keys_end_is_typed(person: Person) -> None:
    without_the_old_secret(person)
    old, changed = person.home.old.access_key_id, person.home.s3ql.read_text()
    person.press("Close it as it stands…")
    assert person.page() is Page.END
    said = person.read()
    assert f"Whether the old key {old.masked} was on is not known." in said
    assert "AWS accepted the new key" in said
    assert not person.find("Close it as it stands").isEnabled()
    QTest.keyClicks(person.find(f"Last four characters of {old.masked}"), old.last4.lower())
    person.press("Close it as it stands")
    assert "It was closed as it stood" in person.read()
    assert f"Whether the old key {old.masked} was on is not known." in person.read()
    assert person.home.s3ql.read_text() == changed
    assert person.home.account.user_names() != ()


def test_who_turns_away_from_closing_is_where_they_were(person: Person) -> None:
    person.to_the_proof()
    person.press("Continue")
    person.press("Put everything back…")
    person.press("Close it as it stands…")
    person.press("Back")
    assert person.page() is Page.WATCH
    assert not person.assistant.flow.standing.rotation.is_over  # type: ignore[union-attr]


def test_a_new_key_that_was_turned_off_meanwhile_leads_to_three_ways_out(person: Person) -> None:
    person.to_the_proof()
    person.press("Continue")
    rotation = person.assistant.flow.standing.rotation  # type: ignore[union-attr]
    assert rotation.new_key is not None
    person.home.account.root_turn_off(rotation.new_key)
    person.home.advance(4)
    person.press("Look now")
    assert person.page() is Page.WAYS_OUT
    assert f"Turn {rotation.new_key.masked}, the new key, on again" in person.read()
    person.press("Put the old key back…")
    person.press("Put everything back")
    assert person.page() is Page.UNDONE


def test_who_came_only_to_put_everything_back_and_does_not_is_let_go(person: Person) -> None:
    person.to_the_proof()
    rotation = person.assistant.flow.standing.rotation  # type: ignore[union-attr]
    changed = person.home.s3ql.read_text()
    person.open_errand(PutBack(rotation.name))
    assert person.page() is Page.BACK
    person.press("Back")
    assert person.left == [True]
    assert person.home.s3ql.read_text() == changed


def test_a_root_key_that_is_off_is_turned_on_by_hand_before_anything_is_put_back(person: Person) -> None:
    key = person.home.old.access_key_id
    person.to_the_question()
    person.says_no()
    person.home.account.root_turn_off(key)
    person.press("Open the AWS console")
    assert person.page() is Page.OFF
    person.press("Put everything back…")
    assert person.page() is Page.BACK
    assert not person.find("Put everything back").isEnabled()
    way = person.assistant.flow.way_back
    assert way is not None
    (first,) = way.first
    person.press(f"I did this: {first.title}")
    assert person.page() is Page.BACK
    assert "AWS refuses" in person.read()
    assert not person.find("Put everything back").isEnabled()
    person.home.account.root_turn_on(key)
    person.press(f"I did this: {first.title}")
    person.press("Put everything back")
    assert person.page() is Page.UNDONE
