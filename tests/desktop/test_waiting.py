"""Waiting as the window tells it: no more than was seen, the days on a line, and what to do on the day itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from keyturn.desktop import dates
from keyturn.desktop.assistant_work import WindowJob, Work
from keyturn.desktop.icons import Shape
from keyturn.desktop.main_window import Doors, MainWindow
from keyturn.desktop.navigation import Assistant
from keyturn.desktop.old_key_use import OldKeyUse, UsesTold
from keyturn.desktop.pages.unseen_backups import UnseenBackups, backups_card
from keyturn.desktop.progress_state import Reached
from keyturn.desktop.runner import Runner
from keyturn.desktop.waiting_card import UseRow
from keyturn.desktop.waiting_line import WaitingLine
from keyturn.desktop.waiting_words import Station, situation_while_waiting, stations_of, waits_for_days_alone
from keyturn.desktop.widgets import Button, Quiet, Strong, Text
from keyturn.rotation import labels
from keyturn.rotation.carrying_out.backups_seen import BackupSeen
from keyturn.rotation.finding.situation import Mood
from keyturn.rotation.location import Location
from keyturn.rotation.record import Rotation
from keyturn.rotation.sight import Sight
from keyturn.rotation.steps import Result
from keyturn_practice.timeline import HandClock

from .conftest import PATIENCE, SmallHome
from .test_accessible import has_room, longer_words, twice_the_size  # noqa: F401  (two fixtures)
from .test_flow import BEGIN, LOOK, Walk, off, walk  # noqa: F401  (a fixture)

_USED = "Something used the old key on Monday, after the new one was in place."


def _stands(walk: Walk) -> tuple[Rotation, Result]:  # noqa: F811
    standing = walk.flow.standing
    assert standing is not None
    return standing.rotation, standing.result


@pytest.fixture
def watching(walk: Walk) -> Walk:  # noqa: F811
    walk.look().plan().do(BEGIN)
    return walk


def test_the_headline_promises_what_was_proved_and_names_the_day(watching: Walk, small_home: SmallHome) -> None:
    rotation, result = _stands(watching)
    assert waits_for_days_alone(rotation, result)
    situation = situation_while_waiting(rotation, result, None)
    assert situation is not None
    until = labels.near_day(small_home.clock.now() + timedelta(days=3))
    assert situation.title == f"Your backups can reach their buckets. Nothing to do until {until}"
    assert situation.mood is Mood.FINE
    assert "Both" not in situation.title and "work" not in situation.title
    assert [one.reached for one in stations_of(rotation, None)] == [Reached.CURRENT, Reached.TODO, Reached.TODO]
    assert stations_of(rotation, None)[1].day == until


def test_a_use_of_the_old_key_comes_first_and_no_day_is_promised_any_more(
    watching: Walk, small_home: SmallHome
) -> None:
    rotation, result = _stands(watching)
    use = OldKeyUse(small_home.clock.now(), _USED, UsesTold.SOMEBODY)
    situation = situation_while_waiting(rotation, result, use)
    assert situation is not None
    assert (situation.mood, situation.title) == (Mood.NEEDS_YOU, "The old key is still in use")
    assert situation.sentences[0] == _USED
    assert [one.day for one in stations_of(rotation, use)] == [
        "Today",
        "Once nothing uses it any more",
        "7 days later",
    ]


def test_on_the_day_itself_the_headline_says_what_to_do(watching: Walk, small_home: SmallHome) -> None:
    small_home.advance(4)
    watching.do(LOOK)
    situation = situation_while_waiting(*_stands(watching), None)
    assert situation is not None
    assert (situation.mood, situation.title) == (Mood.NEEDS_YOU, "Today: turn the old key off")


def test_from_the_day_on_which_it_went_off_the_line_names_what_is_past(walk: Walk, small_home: SmallHome) -> None:  # noqa: F811
    off(walk)
    rotation, result = _stands(walk)
    past, today, gone = stations_of(rotation, None)
    assert (past.text, past.reached) == ("The old key went off", Reached.DONE)
    assert today.reached is Reached.CURRENT
    assert gone.day == labels.near_day(small_home.clock.now() + timedelta(days=7))
    situation = situation_while_waiting(rotation, result, None)
    assert situation is not None
    assert situation.title.startswith("Your backups can reach their buckets without the old key. Nothing to do until ")
    small_home.advance(8)
    walk.do(WindowJob(Work.CARRY_ON))
    situation = situation_while_waiting(*_stands(walk), None)
    assert situation is not None
    assert situation.title == "Today: delete the old key"


def test_the_button_that_looks_keeps_the_focus_and_the_answer_says_when(
    watching: Walk,
    small_home: SmallHome,
    qtbot: QtBot,
    start_runner: Callable[[Location, HandClock], Runner],
) -> None:
    runner = start_runner(small_home.location, small_home.clock)
    window = MainWindow(runner, Doors(Assistant, lambda home: None, lambda: None))
    qtbot.addWidget(window)
    window.show()
    window.look()
    qtbot.waitUntil(lambda: runner.is_idle, timeout=PATIENCE)

    def look() -> Button:
        (button,) = [one for one in window.view.findChildren(Button) if one.isVisible() and one.text() == "Look now"]
        return button

    small_home.advance(1)
    look().setFocus()
    QTest.keyClick(look(), Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: runner.is_idle, timeout=PATIENCE)
    assert look().hasFocus()
    told = [one.text() for one in window.view.findChildren(Quiet) if one.isVisible()]
    assert f"Looked {dates.clock(small_home.clock.now())}; AWS can be a few hours behind." in told


@pytest.mark.parametrize("text", [None, "Nobody else has used it.", "Whether anybody uses it is not known. " * 4])
def test_the_mark_stands_at_the_first_line_of_what_aws_told(text: str | None, qtbot: QtBot) -> None:
    day = datetime(2026, 3, 2, tzinfo=UTC)
    row = UseRow(None if text is None else OldKeyUse(day, text, UsesTold.NOTHING), day)
    qtbot.addWidget(row)
    row.resize(700, 90)
    row.show()
    (mark,) = row.findChildren(Shape)
    said = next(one for one in row.findChildren(Text) if not isinstance(one, Quiet))
    lines = max(1, round(said.heightForWidth(said.width()) / said.fontMetrics().height()))
    first_line = said.geometry().top() + said.height() / lines / 2
    assert abs(mark.geometry().top() + mark.height() / 2 - first_line) <= 1.5


def test_places_of_which_the_same_is_to_be_said_share_a_line(qtbot: QtBot) -> None:
    day = datetime(2026, 3, 2, tzinfo=UTC)
    unseen = [BackupSeen(name, name, Sight.NOT_LOOKED) for name in ("rclone oma", "restic office.env")]
    others = [
        BackupSeen("aws", "AWS CLI default", Sight.NO_BUCKET),
        BackupSeen("s3ql", "S3QL attic", Sight.OBJECT, day),
    ]
    card = backups_card([*others, *unseen])
    qtbot.addWidget(card)
    said = [one.text() for one in card.findChildren(Text)]
    assert said[:2] == ["AWS CLI default", "No bucket is named for it, so nobody can look there"]
    assert said[2:4] == ["rclone oma, restic office.env", "Not looked at yet"]
    assert said[4] == "S3QL attic"


def test_a_thousand_places_of_which_the_same_is_to_be_said_are_a_number_and_can_be_named(qtbot: QtBot) -> None:
    card = backups_card([BackupSeen(str(n), f"rclone {n}", Sight.NOT_LOOKED) for n in range(1000)])
    qtbot.addWidget(card)
    assert [one.text() for one in card.findChildren(Text)] == ["1,000 places", "Not looked at yet"]
    (fold,) = card.findChildren(Button)
    fold.click()
    assert any("rclone 999" in one.text() for one in card.findChildren(Text))


@pytest.fixture
def room(qtbot: QtBot) -> QWidget:
    """A widget that others are put into."""
    made = QWidget()
    qtbot.addWidget(made)
    return made


def _shown_at(widget: QWidget, width: int, room: QWidget) -> QWidget:
    """The widget in a column of this width, as high as it needs to be."""
    column = QVBoxLayout(room)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(widget)
    column.addStretch(1)
    room.resize(width, 1200)
    room.show()
    QApplication.processEvents()
    return widget


@pytest.mark.usefixtures("twice_the_size", "longer_words")
def test_in_large_and_longer_words_each_day_of_the_line_has_room_for_its_own(room: QWidget) -> None:
    days = ["Today", "Wednesday, 23 September", "Wednesday, 30 September"]
    line = _shown_at(WaitingLine([Station(day, "You turn it off", Reached.TODO) for day in days]), 560, room)
    seen = line.findChildren(Strong)
    assert [one.text() for one in seen if one.width() < one.minimumSizeHint().width()] == []
    assert [one.x() for one in seen] == [seen[0].x()] * 3, "below each other"


def test_in_usual_words_the_days_stand_beside_each_other(room: QWidget) -> None:
    days = ["Today", "Wednesday, 23 September", "Wednesday, 30 September"]
    line = _shown_at(WaitingLine([Station(day, "You turn it off", Reached.TODO) for day in days]), 560, room)
    assert len({one.y() for one in line.findChildren(Strong)}) == 1


@pytest.mark.usefixtures("twice_the_size", "longer_words")
def test_in_large_and_longer_words_the_button_of_unseen_places_goes_below_what_it_is_about(room: QWidget) -> None:
    unseen = [BackupSeen("backup-1", "restic office.env", Sight.NOT_LISTED)]
    card = _shown_at(UnseenBackups(unseen, lambda: None), 560, room)
    heading, (look,) = card.findChildren(Strong)[0], card.findChildren(Button)
    assert look.mapTo(card, QPoint()).y() >= heading.mapTo(card, heading.rect().bottomLeft()).y()
    assert look.width() >= look.sizeHint().width(), "in one line"
