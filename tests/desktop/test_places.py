"""The pages of places and buckets: which key, which file, does it work, and what runs with it now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from keyturn.clients.own_runs import BackupRun, PlanRun
from keyturn.computer.computer import Computer
from keyturn.computer.programs import RunningProgram
from keyturn.desktop.bucket_page import BucketPage
from keyturn.desktop.key_page import KeyPage
from keyturn.desktop.look import ColorTone
from keyturn.desktop.main_window import Doors, MainWindow
from keyturn.desktop.map_nodes import PlaceGoal
from keyturn.desktop.navigation import Assistant
from keyturn.desktop.overview import Overview
from keyturn.desktop.overview_words import proof_sentence
from keyturn.desktop.picture import rows
from keyturn.desktop.place_check import PlaceCheck
from keyturn.desktop.place_page import PlacePage
from keyturn.desktop.place_words import Fact, Watched, backup_of, proof_of, running_with
from keyturn.desktop.runner import Runner
from keyturn.desktop.store_view import StoreFacts, stores_of
from keyturn.model.keys import AccessKey, AccessKeyId, KeyStatus
from keyturn.model.places import Place, PlaceKind, Target
from keyturn.rotation.advice import Advice
from keyturn.rotation.carrying_out.own_checks import Check
from keyturn.rotation.carrying_out.proving import DestinationProof
from keyturn.rotation.finding.survey import FoundKey, Survey

from .conftest import PATIENCE, Ground

OLD, NEW = AccessKeyId("AKIAOLDOLDOLDEXAMPLE"), AccessKeyId("AKIANEWNEWNEWEXAMPLE")
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def window(small_ground: Ground, runner: Runner, qtbot: QtBot) -> Iterator[MainWindow]:
    """A window on a computer on which rclone alone has two remotes with the key."""
    window = MainWindow(runner, Doors(Assistant, lambda home: None, lambda: None))
    qtbot.addWidget(window)
    window.show()
    window.look()
    qtbot.waitUntil(lambda: runner.is_idle, timeout=PATIENCE)
    yield window


def _text(widget: QWidget) -> str:
    return "\n".join(one.text().replace("\u200b", "") for one in widget.findChildren(QLabel) if not one.isHidden())


def test_a_place_and_a_bucket_have_pages_which_map_list_and_menu_open(
    window: MainWindow, runner: Runner, qtbot: QtBot
) -> None:
    window.activateWindow()
    (card,) = [one for one in window.view.map.cards if one.node.title == "rclone"]
    card.setFocus()
    QTest.keyClick(card, Qt.Key.Key_Return)
    page = window.pages.currentWidget()
    assert isinstance(page, PlacePage)
    qtbot.waitUntil(lambda: runner.is_idle, timeout=PATIENCE)
    text = _text(page)
    assert "Backs up to family-archive." in text
    assert "~/.config/rclone/rclone.conf" in text
    assert "Not checked in this window yet" in text
    assert "AWS was not asked yet who used it." in text
    assert "another computer's disk" in text  # the window looks at a folder as at another disk

    # Its own card opens nothing, the key's and the bucket's their pages; the way back leads where one was.
    own, key, bucket = (
        next(one for one in page.map.cards if one.node.title == title)
        for title in ("rclone", card.node.key.masked if card.node.key else "", "family-archive")
    )
    own.click()
    assert window.pages.currentWidget() is page
    key.click()
    of_key = window.pages.currentWidget()
    assert isinstance(of_key, KeyPage)
    QTest.keyClick(of_key, Qt.Key.Key_Escape)
    bucket.click()
    of_bucket = window.pages.currentWidget()
    assert isinstance(of_bucket, BucketPage)
    assert "One place backs up to it." in _text(of_bucket)
    assert "eu-central-1" in _text(of_bucket)
    QTest.keyClick(of_bucket, Qt.Key.Key_Escape)
    QTest.keyClick(page, Qt.Key.Key_Escape)
    assert window.focusWidget() is card

    window.view.tabs.setCurrentIndex(1)
    rows = window.view.list
    rows.opened.emit(PlaceGoal(card.node.identity))
    again = window.pages.currentWidget()
    assert isinstance(again, PlacePage)
    QTest.keyClick(again, Qt.Key.Key_Escape)
    wanted: list[object] = []
    rows.menu_wanted.disconnect()  # a menu that is open takes the keyboard, which this platform cannot give
    rows.menu_wanted.connect(lambda goal, at: wanted.append(goal))
    rows.view.setCurrentIndex(rows.model.index(0, 0))
    rows.view.customContextMenuRequested.emit(QPoint(-1, -1))
    assert wanted == [PlaceGoal(card.node.identity)]
    assert window.overview is not None
    menu = window.things.menu_of(PlaceGoal(card.node.identity), window.overview)
    offered = {one.text().replace("&", ""): one for one in menu.actions() if one.text()}
    assert list(offered) == ["Open", "Open its key", "Check this one", "Show in folder", "Copy the path"]
    offered["Check this one"].trigger()
    qtbot.waitUntil(lambda: runner.is_idle, timeout=PATIENCE)
    checked = window.pages.currentWidget()
    assert isinstance(checked, PlacePage)
    assert "AWS let it list, read and write family-archive" in _text(checked)
    # It is the only one here, so all of them are proved.
    (card,) = [one for one in window.view.map.cards if one.node.title == "rclone"]
    assert card.node.pill == "works"
    assert window.view.when.text() == "Every backup proved just now"


def _place(key: AccessKeyId = NEW, endpoint: str | None = None) -> Place:
    return Place(
        *("rclone", "oma", Path("/home/x/.config/rclone/rclone.conf"), "oma", PlaceKind.DESTINATION, key),
        editable=True,
        targets=(Target("attic"),),
        endpoint=endpoint,
    )


@pytest.mark.parametrize(
    ("checks", "expected", "tone"),
    [
        ([("list", True), ("read", True), ("write", True)], "AWS let it list, read and write attic", ColorTone.GOOD),
        ([("list", True)], "AWS let it list attic", ColorTone.GOOD),
        ([("list", True), ("write", False)], "it did not work", ColorTone.BAD),
        ([("identity", True)], "no bucket was tried", ColorTone.NEUTRAL),
        ([("identity", None)], "it could not be tried", ColorTone.NEUTRAL),
        ([], "it could not be tried", ColorTone.NEUTRAL),
    ],
)
def test_a_proof_is_told_in_words_and_promises_no_more_than_was_tried(
    checks: list[tuple[str, bool | None]], expected: str, tone: ColorTone
) -> None:
    place = _place()
    made = tuple(Check(name, ok, "the reason") for name, ok in checks)
    bucket = "attic" if any(name != "identity" for name, _ok in checks) else None
    proof = DestinationProof("rclone", "oma", place.path, NEW, bucket, made, place.identity)

    told = proof_of(place, PlaceCheck(AT, (proof, proof)), None, None)

    assert expected in told.text
    assert told.text.count("attic") <= 1
    assert told.tone is tone
    assert ("Nothing was left behind" in told.more) == (("write", True) in checks)
    assert ("the reason" in told.more) == any(not ok for _name, ok in checks)


def test_what_was_not_seen_of_a_place_has_a_name() -> None:
    place = _place()
    assert proof_of(place, None, None, None).text == "Not checked in this window yet"
    assert "not found any more" in proof_of(place, PlaceCheck(AT, ()), None, None).text
    assert backup_of(place, Watched((), "", (), tells_runs=False)).text == "Not known"
    assert backup_of(place, Watched((), "", (), tells_runs=True)).text == "Not known"
    for run, expected in (
        (None, "cannot be seen"),
        (BackupRun(AT, None, True, None, None), "going on"),
        (BackupRun(AT, AT, False, False, 0), "without an error"),
        (BackupRun(AT, AT, False, True, 0), "cut short"),
        (BackupRun(AT, AT, False, False, 3), "ended with errors"),
    ):
        assert expected in backup_of(place, Watched((), "", (PlanRun("home", run),), tells_runs=True)).text


def test_a_running_program_that_started_before_the_change_still_has_the_old_key(tmp_path: Path) -> None:
    file = tmp_path / ".config" / "rclone" / "rclone.conf"
    file.parent.mkdir(parents=True)
    file.write_text("")
    place = Place("rclone", "oma", file, "oma", PlaceKind.DESTINATION, NEW, editable=True)
    environment = {"HOME": str(tmp_path)}
    programs = [
        RunningProgram(17, "rclone", ("rclone", "mount"), environment, AT - timedelta(hours=1)),
        RunningProgram(18, "rclone", ("rclone", "sync"), environment, AT + timedelta(hours=1)),
        RunningProgram(19, "rclone", (), None, AT + timedelta(hours=1)),
        RunningProgram(20, "rclone", ("rclone", "mount"), {"HOME": "/elsewhere"}, AT),
    ]
    before, after, unseen = running_with(Computer.at(tmp_path, "linux"), place, programs, (OLD, AT))

    assert before == Fact(before.text, before.more, ColorTone.ATTENTION)
    assert (before.text, after.text) == ("rclone, process 17", "rclone, process 18")
    assert "still works with the old key" in before.more
    assert "start it again" in before.more
    assert "it has this key" in after.more
    assert "cannot be seen" in unseen.more


def test_one_place_that_was_checked_says_nothing_of_the_others() -> None:
    one, other = _place(), replace(_place(), locator="summers")
    found = FoundKey(AccessKey(NEW, None, KeyStatus.ACTIVE), (one, other), Advice.OK)
    overview = Overview(Survey((found,), ()), (), (), AT, Path("/home/x"), {})
    proof = DestinationProof("rclone", "oma", one.path, NEW, "attic", (Check("list", True, ""),), one.identity)

    seen = overview.with_check(one.identity, PlaceCheck(AT, (proof,)))

    assert proof_sentence(seen) == "Looked {when}"
    assert [row.is_proved for row in rows(seen)] == [True, False]
    again = replace(proof, place=other.identity)
    assert proof_sentence(seen.with_check(other.identity, PlaceCheck(AT, (again,)))) == "Every backup proved {when}"


def test_the_key_of_a_store_is_told_as_the_store_s_and_without_rows_about_aws(qtbot: QtBot) -> None:
    place = replace(_place(endpoint="https://minio.example:9000"), region="eu-1")
    found = FoundKey(AccessKey(NEW, None, KeyStatus.UNKNOWN), (place,), Advice.UNKNOWN, at_store=True)
    overview = Overview(Survey((found,), ()), (), (), AT, Path("/home/x"), {})

    assert stores_of(found) == "It is a key of minio.example:9000, which speaks S3 and is not Amazon's."
    card = StoreFacts(found, overview)
    qtbot.addWidget(card)
    text = _text(card)
    assert "Not checked in this window yet" in text
    assert "AWS" not in text
    proof = DestinationProof("rclone", "oma", place.path, NEW, "attic", (Check("list", True, ""),), place.identity)
    proved = StoreFacts(found, overview.with_check(place.identity, PlaceCheck(AT, (proof,))))
    qtbot.addWidget(proved)
    assert "Proved at 1 of 1 place" in _text(proved)
