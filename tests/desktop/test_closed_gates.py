"""What a closed gate advises can be followed on its own page: each has its button there, and so has every problem."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from keyturn.desktop.assistant_work import Page
from keyturn.desktop.main_window import Doors, MainWindow
from keyturn.desktop.navigation import Assistant
from keyturn.desktop.plan_view import PlanQuestion
from keyturn.desktop.runner import Runner
from keyturn.rotation.location import Location
from keyturn.state import settings
from keyturn.state.secrets_kind import SecretsKind
from keyturn_practice.timeline import HandClock

from .conftest import PATIENCE, SmallHome
from .test_assistant import Person

Start = Callable[[Location, HandClock], Runner]


@pytest.fixture
def person(qtbot: QtBot, small_home: SmallHome, start_runner: Start) -> Person:
    return Person(qtbot, small_home, start_runner(small_home.location, small_home.clock))


def test_without_a_keychain_a_private_file_is_offered_and_counts_at_once(
    qtbot: QtBot, small_home: SmallHome, start_runner: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    small_home.location = replace(small_home.location, secrets=SecretsKind.KEYRING)
    person = Person(qtbot, small_home, start_runner(small_home.location, small_home.clock))
    person.press("Choose the way out")
    assert "your system may ask for its password" in person.read()
    person.press("Show the plan")
    person.press(SmallHome.BUCKET)
    person.press("Go on with these buckets")
    assert "No keychain was found" in person.read()
    person.press("Keep secrets in a private file")
    person.bot.waitUntil(lambda: "No keychain" not in person.read(), timeout=PATIENCE)
    person.settle()
    assert small_home.location.state_dir is not None
    assert settings.load(small_home.location.state_dir).secrets is SecretsKind.FILE
    person.press("Create new key and update two programs")
    assert person.page() is Page.PROOF


def test_who_chose_the_wrong_bucket_chooses_another_on_the_plans_page(person: Person) -> None:
    person.home.let_only_root_write(SmallHome.BUCKET)
    person.to_the_plan()
    assert person.assistant.flow.plan is not None
    assert [one.code for one in person.assistant.flow.plan.closed] == ["policy.denied"]
    person.find("Choose other buckets…").click()  # type: ignore[attr-defined]
    person.settle()
    assert person.assistant.flow.plan.question is PlanQuestion.BUCKETS
    assert not person.find(SmallHome.BUCKET).isChecked()  # type: ignore[attr-defined]


def test_where_there_is_no_room_for_a_key_the_other_one_is_named_with_what_uses_it_here(person: Person) -> None:
    second = person.home.account.create_root_key(age_days=2000)
    duck = person.home.duck
    key, secret = second.access_key_id.value, second.secret.reveal()
    duck.write_text(f"https\\://{key}@s3.amazonaws.com\\:443={secret}\n")
    person.open()
    person.press("Choose the way out")
    person.press("A new root key")
    person.press("Show the plan")
    assert f"{second.access_key_id.masked} stands on this computer: " in person.read()
    person.press("Open the AWS console")
    assert person.browsed == [f"{person.home.account.url}/keyturn-practice/"]
    person.press("Choose another way out…")
    assert person.page() is Page.CHOOSE


def test_where_aws_is_not_reached_the_overview_tries_again(
    qtbot: QtBot, small_home: SmallHome, start_runner: Start
) -> None:
    def no_other_window(*_arguments: object) -> Assistant:
        raise AssertionError("no other window was asked for")

    nowhere = replace(small_home.location, endpoint_url="http://127.0.0.1:9")
    runner = start_runner(nowhere, small_home.clock)
    window = MainWindow(runner, Doors(no_other_window, _ignored, _ignored))
    qtbot.addWidget(window)
    window.show()
    window.look()
    qtbot.waitUntil(lambda: runner.is_idle, timeout=PATIENCE)
    assert window.view.header.button.text() == "Try again"
    runner.location = small_home.location
    window.view.header.button.click()
    qtbot.waitUntil(lambda: runner.is_idle, timeout=PATIENCE)
    assert window.view.header.button.text() == "Replace it safely…"


def _ignored(*_arguments: Path) -> None:
    pass
