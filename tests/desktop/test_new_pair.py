"""The key of an S3-compatible store: the person makes the new one and gives it on a page of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from keyturn.desktop.assistant import AssistantPages, open_assistant
from keyturn.desktop.assistant_work import Page
from keyturn.desktop.flow import Flow
from keyturn.desktop.main_window import Doors, MainWindow
from keyturn.desktop.runner import Runner
from keyturn.desktop.stages import stages
from keyturn.desktop.typed_pair import typed_pair, why_no_pair
from keyturn.model.keys import AccessKeyId, KeyPair, Secret
from keyturn.rotation.location import Location
from keyturn_practice.account import PracticeAccount
from keyturn_practice.timeline import HandClock

from .conftest import PATIENCE, SmallHome
from .test_assistant import Person

OLD, NEW = AccessKeyId("AKIAOLDOLDOLDEXAMPLE"), AccessKeyId("AKIANEWNEWNEWEXAMPLE")
SECRET = "made/up/secret/for/this/test/alone+12345"
ID, HIDDEN = "Access key ID of the new key", "Secret access key, hidden"
SHOW, HIDE = "Show what was typed as: Secret access key", "Hide what was typed as: Secret access key"
TO_THE_PAIR, COMMIT = "Replace it with a new key", "Prove new key and update one program"


@dataclass
class Cellar:
    """A computer on which rclone alone has a key, and the store that it is of."""

    home: SmallHome
    inside: PracticeAccount

    @property
    def file_holds(self) -> str:
        return (self.home.home / ".config" / "rclone" / "rclone.conf").read_text()


@pytest.fixture
def cellar(small_home: SmallHome) -> Iterator[Cellar]:
    for path in (small_home.s3ql, small_home.duck):
        path.unlink()
    inside = PracticeAccount("444455556666", clock=small_home.clock)
    inside.create_bucket("attic")
    small_home.old = inside.create_root_key(age_days=900)
    with inside.serving() as url:
        configuration = small_home.home / ".config" / "rclone" / "rclone.conf"
        configuration.parent.mkdir(parents=True)
        configuration.write_text(
            f"[cellar]\ntype = s3\nprovider = Other\naccess_key_id = {small_home.old.access_key_id}\n"
            f"secret_access_key = {small_home.old.secret.reveal()}\nendpoint = {url}\nforce_path_style = true\n"
            "[films]\ntype = alias\nremote = cellar:attic/films\n"
        )
        yield Cellar(small_home, inside)


@pytest.fixture
def person(qtbot: QtBot, cellar: Cellar, start_runner: Callable[[Location, HandClock], Runner]) -> Person:
    return Person(qtbot, cellar.home, start_runner(cellar.home.location, cellar.home.clock))


def typed(person: Person, pair: KeyPair) -> None:
    for name, text in ((ID, pair.access_key_id.value), (HIDDEN, pair.secret.reveal())):
        field = person.find(name)
        assert isinstance(field, QLineEdit)
        field.clear()
        QTest.keyClicks(field, text)


def secret_field(person: Person) -> QLineEdit:
    (field,) = [
        one for one in person.seen() if isinstance(one, QLineEdit) and one.accessibleName().startswith("Secret")
    ]
    return field


def everything_shown(person: Person) -> str:
    return person.read() + "".join(one.displayText() for one in person.seen() if isinstance(one, QLineEdit))


@pytest.mark.parametrize(
    ("identifier", "secret", "said"),
    [
        ("", SECRET, "Type the access key ID"),
        (SECRET, "", "Is it the secret?"),
        (OLD.value, SECRET, "old key itself"),
        (NEW.value, "", "Type the secret access key of AKIA…MPLE."),
        (NEW.value, "two words", "no spaces"),
        (NEW.value, "pässword" * 5, "no spaces"),
    ],
)
def test_what_is_no_pair_is_said_and_not_repeated(identifier: str, secret: str, said: str) -> None:
    why = why_no_pair(identifier, secret, OLD, given=None)
    assert said in why
    assert SECRET not in why
    assert "pässword" not in why


def test_what_comes_from_a_web_page_may_have_spaces_around_it() -> None:
    assert why_no_pair(f" {NEW}\n", f"\t{SECRET} ", OLD, given=None) == ""
    assert typed_pair(f" {NEW}\n", f"\t{SECRET} ") == KeyPair(NEW, Secret(SECRET))


def test_a_secret_that_was_given_need_not_be_typed_again_for_the_same_key() -> None:
    assert why_no_pair(NEW.value, "", OLD, given=NEW) == ""
    assert why_no_pair(NEW.value, "", OLD, given=OLD) != ""


def test_another_pair_unmakes_the_plan(person: Person, cellar: Cellar) -> None:
    person.press(TO_THE_PAIR)
    typed(person, cellar.inside.create_root_key())
    person.press("Show the plan")
    flow = person.assistant.flow
    assert flow.plan is not None
    assert flow.with_new_key(NEW).plan is None


def test_the_whole_way_with_a_pair_from_the_page(person: Person, cellar: Cellar) -> None:
    new = cellar.inside.create_root_key()
    assert person.page() is Page.FOUND
    assert "an S3-compatible store and not AWS: the mail is not about it." in person.read()
    person.press(TO_THE_PAIR)
    assert person.page() is Page.PAIR
    assert "Make a new key with the same rights" in person.read()
    asked_before = len(cellar.home.account.records)
    typed(person, new)
    assert new.secret.reveal() not in everything_shown(person)
    person.press("Show the plan")
    assert person.page() is Page.PLAN
    person.press("Details: every file and every call")
    person.press("The same in a terminal")
    assert "--pair" in person.read()
    assert new.secret.reveal() not in person.read() + repr(person.assistant.flow)

    person.press(COMMIT)
    assert person.page() is Page.PROOF
    assert "tried at 127.0.0.1" in person.read()
    assert new.secret.reveal() in cellar.file_holds
    assert {action.partition(":")[0] for action in cellar.inside.log.actions()} == {"s3"}
    keys = {cellar.home.old.access_key_id, new.access_key_id}
    assert not [one for one in cellar.home.account.records[asked_before:] if one.key in keys]

    person.press("Continue")
    (item,) = person.assistant.flow.by_hand
    person.press(f"I did this: {item.title}")
    cellar.home.advance(4)
    person.press("Look now")
    person.says_no()
    cellar.inside.root_turn_off(cellar.home.old.access_key_id)
    person.press(f"Look whether {cellar.home.old.access_key_id.masked} is off")
    assert person.page() is Page.OFF
    assert person.browsed == []


def test_from_the_keys_own_page_it_is_replaced(qtbot: QtBot, person: Person, cellar: Cellar) -> None:
    window = MainWindow(person.runner, Doors(open_assistant, lambda home: None, lambda: None))
    qtbot.addWidget(window)
    window.show()
    window.look()
    qtbot.waitUntil(lambda: window.overview is not None, timeout=PATIENCE)
    window.open_key(cellar.home.old.access_key_id)
    (button,) = [one for one in window.findChildren(QAbstractButton) if one.text() == "Replace it…"]
    button.click()
    shown = window.pages.currentWidget()
    assert isinstance(shown, AssistantPages)
    qtbot.waitUntil(lambda: shown.flow.page is Page.FOUND, timeout=PATIENCE)
    assert shown.flow.takes_a_pair


def test_a_pair_that_the_store_refuses_is_put_nowhere(person: Person, cellar: Cellar) -> None:
    before = cellar.file_holds
    person.press(TO_THE_PAIR)
    typed(person, KeyPair(cellar.inside.create_root_key().access_key_id, Secret(SECRET)))
    person.press("Show the plan")
    person.press(COMMIT)
    assert person.page() is Page.STOPPED
    assert cellar.file_holds == before


def test_the_secret_is_dots_until_asked_for_and_dots_again_when_the_focus_goes(person: Person) -> None:
    person.press(TO_THE_PAIR)
    typed(person, KeyPair(NEW, Secret(SECRET)))
    field = secret_field(person)
    person.press(SHOW)
    assert field.displayText() == SECRET
    assert field.accessibleName() == "Secret access key, shown"
    field.selectAll()
    assert not field.hasSelectedText()
    person.find(ID).setFocus()
    assert SECRET not in field.displayText()
    person.press(SHOW)
    person.press(HIDE)
    assert SECRET not in field.displayText()


def test_back_from_the_plan_the_secret_is_not_on_the_page_and_not_asked_for_again(
    person: Person, cellar: Cellar
) -> None:
    person.press(TO_THE_PAIR)
    typed(person, cellar.inside.create_root_key())
    person.press("Show the plan")
    person.press("Back")
    assert person.page() is Page.PAIR
    assert secret_field(person).text() == ""
    person.press("Show the plan")
    assert person.page() is Page.PLAN
    person.press("Back")
    person.press("Back")
    assert person.page() is Page.FOUND


def test_a_disabled_button_says_what_is_missing(person: Person) -> None:
    person.press(TO_THE_PAIR)
    assert not person.find("Show the plan").isEnabled()
    assert "Type the access key ID of the new key." in person.read()


def test_the_steps_beside_the_page_name_the_new_key_instead_of_a_choice(person: Person) -> None:
    names = [one.name for one in stages(person.assistant.flow)]
    assert "New key made" in names
    assert "Way out" not in names
    assert "Way out" in [one.name for one in stages(Flow(OLD))]


def test_nothing_of_the_secret_stays_on_a_clipboard(person: Person) -> None:
    person.press(TO_THE_PAIR)
    typed(person, KeyPair(NEW, Secret(SECRET)))
    person.press(SHOW)
    field = secret_field(person)
    field.selectAll()
    QTest.keyClick(field, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert SECRET not in QGuiApplication.clipboard().text()
    QApplication.clipboard().clear()
