"""A second computer with the same old key asks the one that replaces it to wait, in the window as in a terminal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from pytestqt.qtbot import QtBot

from keyturn.desktop.holding_card import HoldingCard
from keyturn.desktop.runner import Runner
from keyturn.rotation.finding.survey import FoundKey, take_survey
from keyturn.rotation.location import Location
from keyturn.rotation.shared_key.holding import with_rotations_elsewhere
from keyturn.rotation.workplace import Workplace
from keyturn_practice.timeline import HandClock

from .conftest import PATIENCE, SmallHome
from .test_assistant import Person, person

__all__ = ["person"]  # the fixture


def test_it_is_asked_to_leave_the_key_on_and_told_when_that_is_over(
    person: Person,
    small_home: SmallHome,
    start_runner: Callable[[Location, HandClock], Runner],
    qtbot: QtBot,
    tmp_path: Path,
) -> None:
    attic = tmp_path / "attic"
    authinfo = attic / small_home.s3ql.relative_to(small_home.home)
    authinfo.parent.mkdir(parents=True)
    authinfo.write_bytes(small_home.s3ql.read_bytes())
    person.to_the_proof()
    location = replace(small_home.location, home=attic, state_dir=tmp_path / "attic-state")
    runner = start_runner(location, small_home.clock)

    def found() -> FoundKey:
        with Workplace(location, small_home.clock) as workplace:
            context = workplace.context()
            (one,) = with_rotations_elsewhere(context, take_survey(context).keys)
        return one

    def press(card: HoldingCard, *, release: bool = False) -> str:
        qtbot.addWidget(card)
        card.show()
        (card.release if release else card.ask).click()
        qtbot.waitUntil(lambda: runner.is_idle, timeout=PATIENCE)
        return card.answer.text()

    before = found()
    assert before.replaced_elsewhere
    assert "is asked to leave" in press(HoldingCard(runner, before))
    asked = found()
    assert asked.replaced_elsewhere and all(one.waits_for_us for one in asked.replaced_elsewhere)
    refused = HoldingCard(runner, asked)
    assert "will not wait" not in press(refused, release=True), "a program here has the key still"
    assert refused.release.isEnabled()
    assert "will not wait" in press(HoldingCard(runner, replace(asked, places=())), release=True)
