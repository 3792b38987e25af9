"""The main window: am I affected, am I safe now, and what is where. Against the practice account in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QFileDialog, QLabel, QWidget
from pytestqt.qtbot import QtBot

from keyturn.desktop.destination_list import DestinationList
from keyturn.desktop.key_page import KeyPage
from keyturn.desktop.mail_page import MailPage
from keyturn.desktop.main_page import MainPage, ProblemPage
from keyturn.desktop.main_view import MainView
from keyturn.desktop.main_window import Doors, MainWindow
from keyturn.desktop.navigation import Assistant, Errand, NewRotation, PutBack, RunningRotation
from keyturn.desktop.pages.parts import Fold
from keyturn.desktop.rest_page import RestPage
from keyturn.desktop.runner import Desk, Runner
from keyturn.model.errors import AppError
from keyturn.model.other_buckets import OtherBuckets
from keyturn.rotation import rotation_service
from keyturn.rotation.finding.survey import take_survey
from keyturn.rotation.location import Location
from keyturn.rotation.planning.plan import Options
from keyturn.rotation.planning.planning import make_plan
from keyturn.rotation.shared_key.replaced_elsewhere import ReplacedElsewhere
from keyturn.rotation.steps import Result, Step
from keyturn.state.journal import Mark
from keyturn_practice.records import Record
from keyturn_practice.timeline import HandClock

from .conftest import Ground

PATIENCE = 30_000


class _Opened:
    """What the window opened."""

    def __init__(self) -> None:
        self.errands: list[Errand] = []
        self.assistants: list[Assistant] = []
        self.homes: list[Path] = []
        self.rehearsals = 0

    def assistant(self, runner: Runner, errand: Errand) -> Assistant:
        self.errands.append(errand)
        self.assistants.append(Assistant(runner, errand))
        return self.assistants[-1]

    def rehearse(self) -> None:
        self.rehearsals += 1


@pytest.fixture
def opened() -> _Opened:
    return _Opened()


@pytest.fixture
def open_window(qtbot: QtBot, opened: _Opened) -> Iterator[Callable[[Runner], MainWindow]]:
    """Open a window, let it look, and wait until it has seen everything."""
    windows: list[MainWindow] = []

    def open_it(runner: Runner) -> MainWindow:
        window = MainWindow(runner, Doors(opened.assistant, opened.homes.append, opened.rehearse))
        windows.append(window)
        qtbot.addWidget(window)
        window.show()
        window.look()
        qtbot.waitUntil(lambda: runner.is_idle, timeout=PATIENCE)
        return window

    yield open_it
    for window in windows:
        qtbot.waitUntil(lambda one=window: one.runner.is_idle, timeout=PATIENCE)  # type: ignore[misc]


@pytest.fixture
def window(runner: Runner, open_window: Callable[[Runner], MainWindow]) -> MainWindow:
    """A window on the sample computer."""
    return open_window(runner)


def _text_of(widget: QWidget) -> str:
    return "\n".join(label.text().replace("\u200b", "") for label in widget.findChildren(QLabel))


def _page(window: MainWindow) -> MainPage:
    page = window.pages.currentWidget()
    assert isinstance(page, MainPage)
    return page


def _button(widget: QWidget, text: str) -> QAbstractButton:
    QApplication.processEvents()  # what was added to a visible page is shown then
    buttons = [one for one in widget.findChildren(QAbstractButton) if not one.isHidden()]
    (found,) = [one for one in buttons if one.text().replace("&", "") == text]
    return found


def _rotate(window: MainWindow, qtbot: QtBot) -> Result:
    """Carry a whole rotation out up to *watch*, as the assistant would."""

    def work(desk: Desk) -> Result:
        context = desk.context()
        survey = take_survey(context)
        options = Options(other_buckets=OtherBuckets.LEAVE_OUT)
        return rotation_service.rotate(context, make_plan(context, survey, survey.keys[0], options))

    results: list[Result] = []
    errors: list[AppError] = []
    window.runner.change(window, work, done=results.append, failed=errors.append, doing="rotating")
    qtbot.waitUntil(lambda: window.runner.is_idle, timeout=PATIENCE)
    assert errors == []
    window.look()
    qtbot.waitUntil(lambda: window.runner.is_idle, timeout=PATIENCE)
    return results[0]


# ── What the window says ─────────────────────────────────────────────────────────────────────────────────────────────


def test_the_header_answers_whether_i_am_affected_and_has_one_button(window: MainWindow) -> None:
    header = window.view.header
    assert window.overview is not None
    assert header.title.text() == "Your AWS root key is 9 years old"
    assert "Four programs on this computer use it." in header.text.text()
    assert header.button.text() == "Replace it safely…"
    assert window.view.when.text() == "Looked just now"


def test_the_map_shows_every_destination_and_where_it_leads(window: MainWindow) -> None:
    names = [card.accessibleName() for card in window.view.map.cards]
    assert [name for name in names if name.startswith("Program, rclone, oma")]
    assert [name for name in names if name.startswith("Bucket, family-archive")]
    assert sum(name.startswith("Access key, ") for name in names) == 1
    assert sum(name.startswith("Program, ") for name in names) == 5


def test_copies_that_no_program_reads_are_named_in_one_line_and_told_on_a_page(
    window: MainWindow, qtbot: QtBot
) -> None:
    assert "rootkey.csv" in window.view.rest.text()
    QTest.mouseClick(window.view.rest, Qt.MouseButton.LeftButton)
    page = _page(window)
    assert isinstance(page, RestPage)
    assert "~/Downloads/rootkey.csv" in _text_of(page)


def test_checking_proves_every_backup_and_says_so(window: MainWindow, qtbot: QtBot) -> None:
    QTest.mouseClick(window.view.check, Qt.MouseButton.LeftButton)
    assert window.view.when.text() == "Proving every backup at AWS…"
    qtbot.waitUntil(lambda: window.runner.is_idle, timeout=PATIENCE)
    assert window.overview is not None
    assert window.overview.proofs
    assert window.view.note.isHidden()
    assert window.view.when.text() == "Checked just now: 2 of 5 proved, 3 name no bucket"


def test_a_backup_that_does_not_reach_its_bucket_is_told_and_drawn_as_broken(
    window: MainWindow, ground_of: Location, qtbot: QtBot
) -> None:
    assert ground_of.home is not None
    config = ground_of.home / ".config" / "rclone" / "rclone.conf"
    text = config.read_text()
    secret = text.partition("secret_access_key=")[2].partition("\n")[0]
    config.write_text(text.replace(secret, "wJalrXUtnFEMI/EXAMPLE/EXAMPLE/EXAMPLE/00"))
    window.check()
    qtbot.waitUntil(lambda: window.runner.is_idle, timeout=PATIENCE)
    assert "does not reach its bucket" in window.view.note.text()
    (card,) = [card for card in window.view.map.cards if card.node.title == "rclone"]
    assert "does not work" in card.accessibleName()


@pytest.fixture
def ground_of(runner: Runner) -> Location:
    return runner.location


def test_before_the_first_look_the_mail_cannot_be_asked_about_and_the_button_says_why(
    runner: Runner, qtbot: QtBot
) -> None:
    view = MainView(runner.clock)
    qtbot.addWidget(view)
    assert not view.mail.isEnabled()
    assert "looks through this computer first" in view.mail.accessibleDescription()


def test_time_that_passes_is_told(window: MainWindow, runner: Runner) -> None:
    runner.clock.sleep(120)
    window.view._minute.timeout.emit()
    assert window.view.when.text() == "Looked 2 minutes ago"


# ── States without a map ─────────────────────────────────────────────────────────────────────────────────────────────


def test_while_it_looks_it_says_what_it_does(runner: Runner, opened: _Opened, qtbot: QtBot) -> None:
    window = MainWindow(runner, Doors(opened.assistant, opened.homes.append, opened.rehearse))
    qtbot.addWidget(window)
    window.look()
    assert window.view.header.title.text() == "Looking through this computer…"
    assert window.view.header.button.isHidden()
    qtbot.waitUntil(lambda: runner.is_idle, timeout=PATIENCE)


def test_where_nothing_is_found_it_says_where_it_looked_and_what_to_do(
    tmp_path: Path,
    runner: Runner,
    start_runner: Callable[[Location, HandClock], Runner],
    open_window: Callable[[Runner], MainWindow],
    opened: _Opened,
    qtbot: QtBot,
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    window = open_window(start_runner(replace(runner.location, home=empty), HandClock()))
    assert window.view.header.title.text() == "No AWS access key was found on this computer"
    assert str(empty) in window.view.header.text.text()
    assert window.view.header.button.isHidden()
    assert "another computer, a NAS or a web server" in _text_of(window.view.empty)
    _button(window.view.empty, "Rehearse with a sample computer").click()
    assert opened.rehearsals == 1


def test_without_a_network_it_says_so_and_still_shows_what_is_here(
    runner: Runner,
    start_runner: Callable[[Location, HandClock], Runner],
    open_window: Callable[[Runner], MainWindow],
) -> None:
    nobody = replace(runner.location, endpoint_url="http://127.0.0.1:1")
    assert nobody.home is not None
    config = nobody.home / ".config" / "rclone" / "rclone.conf"
    config.write_text(config.read_text().replace(str(runner.location.endpoint_url), "http://127.0.0.1:1"))
    window = open_window(start_runner(nobody, HandClock()))
    assert "AWS cannot be reached" in window.view.header.title.text()
    assert window.view.header.button.text() == "Try again"
    assert window.view.map.cards


def test_a_look_that_does_not_work_out_is_told_in_the_window(
    tmp_path: Path,
    runner: Runner,
    start_runner: Callable[[Location, HandClock], Runner],
    open_window: Callable[[Runner], MainWindow],
) -> None:
    gone = replace(runner.location, home=tmp_path / "not attached")
    window = open_window(start_runner(gone, HandClock()))
    assert "is not there" in window.view.note.text()
    assert not window.view.note.isHidden()


# ── Pages ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_card_opens_the_page_of_its_key_by_mouse_and_by_keyboard(window: MainWindow, qtbot: QtBot) -> None:
    card = window.view.map.cards[0]
    QTest.mouseClick(card, Qt.MouseButton.LeftButton)
    assert isinstance(_page(window), KeyPage)
    QTest.keyClick(_page(window), Qt.Key.Key_Escape)
    assert window.pages.currentWidget() is window.view
    QTest.keyClick(card, Qt.Key.Key_Return)
    assert isinstance(_page(window), KeyPage)


def test_the_page_of_a_key_tells_all_that_is_known_and_the_command_that_does_the_same(
    window: MainWindow, runner: Runner
) -> None:
    assert window.overview is not None
    key = window.overview.survey.keys[0].key.access_key_id
    window.open_key(key)
    text = _text_of(_page(window))
    assert key.value in text
    assert "arn:aws:iam::111122223333:root" in text
    assert "~/.config/rclone/rclone.conf  →  family-archive" in text
    assert "A thief could not:" in text
    assert f"keyturn plan {key.last4} --endpoint-url" in text


def test_the_page_of_a_key_names_who_used_it_as_the_history_of_aws_has_it(
    window: MainWindow, runner: Runner, ground: Ground, qtbot: QtBot
) -> None:
    record = Record(
        *(ground.clock.now(), ground.old.access_key_id, "s3:ListAllMyBuckets", "", "us-east-1"),
        *(200, "ok", "203.0.113.7", "rclone/v1.60.1"),
    )
    ground.account._door.log.add(record)

    window.open_key(ground.old.access_key_id)
    assert "event history" in _text_of(_page(window))
    qtbot.waitUntil(lambda: runner.is_idle, timeout=PATIENCE)

    text = _text_of(_page(window))
    assert "rclone/v1.60.1 from 203.0.113.7 in us-east-1: 1 request" in text
    assert "is that this computer?" in text
    assert "no reads and writes of backups" in text


def test_the_arrow_keys_lead_along_the_lines(window: MainWindow, qtbot: QtBot) -> None:
    window.activateWindow()
    key = window.view.map.cards[0]
    key.setFocus()
    assert key.hasFocus()
    QTest.keyClick(key, Qt.Key.Key_Right)
    program = window.focusWidget()
    assert program.accessibleName().startswith("Program, ")
    assert program.accessibleDescription() == window.view.facts.text()
    QTest.keyClick(program, Qt.Key.Key_Down)
    assert window.focusWidget().accessibleName() != program.accessibleName()
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_Left)
    assert window.focusWidget() is key


def test_a_new_look_still_tells_the_facts_of_the_card_that_has_the_focus(
    window: MainWindow, runner: Runner, qtbot: QtBot
) -> None:
    window.activateWindow()
    window.view.map.cards[0].setFocus()
    window.look()
    qtbot.waitUntil(lambda: runner.is_idle, timeout=PATIENCE)
    focused = window.focusWidget()
    assert focused in window.view.map.cards
    assert focused.accessibleDescription() == window.view.facts.text()


def test_the_button_opens_the_assistant_for_the_most_urgent_key(
    window: MainWindow, opened: _Opened, qtbot: QtBot
) -> None:
    assert window.overview is not None
    QTest.mouseClick(window.view.header.button, Qt.MouseButton.LeftButton)
    assert opened.errands == [NewRotation(window.overview.survey.keys[0].key.access_key_id)]
    assert window.pages.currentWidget() is opened.assistants[0]
    opened.assistants[0].left.emit()
    assert window.pages.currentWidget() is window.view


def test_a_mistake_of_ours_is_a_page_with_details_to_copy(window: MainWindow, runner: Runner, qtbot: QtBot) -> None:
    with qtbot.waitSignal(runner.mistaken, timeout=PATIENCE):
        runner.tell_mistake(ValueError("wJalrXUtnFEMI"), "the window")
    page = _page(window)
    assert isinstance(page, ProblemPage)
    assert "each should hold one complete key" in _text_of(page)
    assert "wJalrXUtnFEMI" not in _text_of(page)
    _button(page, "Copy details").click()


# ── The mail ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _mail(window: MainWindow, qtbot: QtBot) -> MailPage:
    QTest.mouseClick(window.view.mail, Qt.MouseButton.LeftButton)
    page = _page(window)
    assert isinstance(page, MailPage)
    return page


def test_the_page_of_a_key_names_another_computer_that_replaces_it(
    window: MainWindow, runner: Runner, qtbot: QtBot
) -> None:
    assert window.overview is not None
    found = window.overview.survey.keys[0]
    asked = ReplacedElsewhere("attic", "20261201-7Q2P", "backup-attic", None, in_place=False, waits_for_us=False)
    waits = replace(asked, waits_for_us=True)
    asks, releases = "Ask to leave it on", "This computer needs it no more"
    for elsewhere, offered in (((), ()), ((asked,), (asks,)), ((waits,), (releases,)), (None, ())):
        page = KeyPage(replace(found, replaced_elsewhere=elsewhere), window.overview, runner, {})
        qtbot.addWidget(page)
        assert ("attic, another computer, replaces" in _text_of(page)) is bool(offered)
        buttons = [one.text() for one in page.findChildren(QAbstractButton) if one.isVisibleTo(page)]
        assert tuple(one for one in buttons if one in {asks, releases}) == offered


def test_the_mail_is_explained_with_what_happens_if_it_is_ignored(window: MainWindow, qtbot: QtBot) -> None:
    page = _mail(window, qtbot)
    for fold in page.findChildren(Fold):
        fold.button.click()
    text = _text_of(page)
    assert "Nothing stops: the key goes on working" in text
    assert "every program that still uses it stops backing up" in text


@pytest.mark.parametrize("shape", ["{id}", "Dear customer, your key {id} (root)\nis old.", "****{last4}", "…{last4}."])
def test_the_key_of_a_pasted_mail_is_found(window: MainWindow, qtbot: QtBot, shape: str) -> None:
    assert window.overview is not None
    key = window.overview.survey.keys[0].key.access_key_id
    page = _mail(window, qtbot)
    page.field.setPlainText(shape.format(id=key.value, last4=key.last4))
    assert page.answer.text() == f"It is about {key.masked}: on this computer, used by five places"
    assert "A root key of account " in _text_of(page)
    marked = [one.cursor.selectedText() for one in page.field.extraSelections()]
    assert marked and all(key.last4 in one for one in marked)
    _button(page, f"Show {key.masked}").click()
    assert isinstance(_page(window), KeyPage)


def test_the_answer_replaces_the_key_or_holds_reminders_back(window: MainWindow, opened: _Opened, qtbot: QtBot) -> None:
    assert window.overview is not None
    key = window.overview.survey.keys[0].key.access_key_id
    page = _mail(window, qtbot)
    page.field.setPlainText(key.value)
    _button(page, "Remind me in a week").click()
    qtbot.waitUntil(lambda: window.runner.is_idle, timeout=PATIENCE)
    assert "Nothing is told before " in _text_of(page)
    _button(page, "Replace it safely…").click()
    assert opened.errands == [NewRotation(key)]


def _drop(window: MainWindow, data: QMimeData) -> None:
    how = Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    for event in (QDragEnterEvent(QPoint(40, 40), *how), QDropEvent(QPointF(40, 40), *how)):
        QApplication.sendEvent(window, event)
        assert event.isAccepted()


def test_a_text_dropped_anywhere_is_looked_at(window: MainWindow) -> None:
    assert window.overview is not None
    key = window.overview.survey.keys[0].key.access_key_id
    data = QMimeData()
    data.setText(f"Your key {key.value} is old")
    _drop(window, data)
    page = _page(window)
    assert isinstance(page, MailPage)
    assert page.answer.text().startswith(f"It is about {key.masked}")


def test_of_a_dropped_file_no_secret_is_shown_and_of_a_mail_its_text(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, ground: Ground
) -> None:
    csv, mail = tmp_path / "rootkey.csv", tmp_path / "aws.eml"
    csv.write_text(f"AWSAccessKeyId={ground.old.access_key_id}\nAWSSecretKey={ground.old.secret.reveal()}\n")
    mail.write_bytes(
        b"Subject: Time to remove or rotate\r\nContent-Transfer-Encoding: quoted-printable\r\n"
        b"Content-Type: text/plain; charset=utf-8\r\n\r\nYour root=\r\n key is old.\r\n"
    )
    shown = []
    for path in (csv, mail):
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(path))])
        _drop(window, data)
        qtbot.waitUntil(lambda: window.runner.is_idle, timeout=PATIENCE)
        page = _page(window)
        assert isinstance(page, MailPage)
        shown.append(page.field.toPlainText())
    assert shown[0] == ground.old.access_key_id.value
    assert shown[1] == "Time to remove or rotate\n\nYour root key is old."


def test_a_dropped_folder_is_looked_at_as_another_computer(window: MainWindow, opened: _Opened, tmp_path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path))])
    _drop(window, data)
    assert opened.homes == [tmp_path]


def test_a_key_that_is_elsewhere_is_told_with_where_to_look(window: MainWindow, qtbot: QtBot) -> None:
    page = _mail(window, qtbot)
    page.field.setPlainText("AKIAIOSFODNN7EXAMPLE")
    assert page.answer.text() == "AKIA…MPLE was not found on this computer"
    assert any("a NAS" in one.text() and "--" not in one.text() for one in page.findChildren(QLabel) if one.isVisible())
    wanted: list[str] = []
    window.mails.search_wanted.connect(lambda: wanted.append("search"))
    window.mails.elsewhere_wanted.connect(lambda: wanted.append("elsewhere"))
    for name in ("Search a folder…", "Look at another disk…"):
        next(one for one in page.findChildren(QAbstractButton) if one.text() == name).click()
    for dialog in window.findChildren(QFileDialog):
        dialog.reject()
    assert wanted == ["search", "elsewhere"]


def test_text_without_a_key_names_the_root_key_that_is_here(window: MainWindow, qtbot: QtBot) -> None:
    page = _mail(window, qtbot)
    page.field.setPlainText("Time to remove or rotate your AWS access keys")
    assert "There is no key ID in this text." in page.answer.text()


# ── A rotation under way, its history, and the way back ──────────────────────────────────────────────────────────────


@pytest.mark.usefixtures("small_ground")
def test_a_rotation_that_waits_is_what_the_window_speaks_of(window: MainWindow, opened: _Opened, qtbot: QtBot) -> None:
    result = _rotate(window, qtbot)
    assert result.rotation is not None
    header = window.view.header
    assert header.title.text().startswith("Your backups can reach their buckets. Nothing to do until ")
    assert header.button.isHidden()  # there is nothing to do
    states = {card.node.title: card.node.state.word for card in window.view.map.cards}
    assert states["rclone"] == "proved"
    assert "You turn the old key off" in _text_of(window.view)
    _button(window.view, "Details…").click()
    assert opened.errands == [RunningRotation(result.rotation)]


@pytest.mark.usefixtures("small_ground")
def test_asked_now_the_overview_tells_what_aws_reports_of_the_old_key(window: MainWindow, qtbot: QtBot) -> None:
    _rotate(window, qtbot)
    _button(window.view, "Look now").click()
    qtbot.waitUntil(lambda: window.runner.is_idle, timeout=PATIENCE)
    assert "Nobody else has used the old key since" in _text_of(window.view)
    window.look()
    qtbot.waitUntil(lambda: window.runner.is_idle, timeout=PATIENCE)
    assert "Nobody else has used the old key since" in _text_of(window.view)  # what was asked is not forgotten


@pytest.mark.usefixtures("small_ground")
def test_an_open_window_notices_that_the_day_has_come(window: MainWindow, qtbot: QtBot) -> None:
    _rotate(window, qtbot)
    window.runner.clock.sleep(4 * 86_400)
    window.view.tell_when()
    qtbot.waitUntil(lambda: window.runner.is_idle, timeout=PATIENCE)
    assert window.view.header.title.text() == "Today: turn the old key off"


@pytest.mark.usefixtures("small_ground")
def test_the_history_tells_each_step_and_offers_the_way_back(window: MainWindow, opened: _Opened, qtbot: QtBot) -> None:
    name = _rotate(window, qtbot).rotation
    assert name is not None
    window.view.tabs.setCurrentIndex(2)
    text = _text_of(window.view.history)
    for step in ("Make the new key", "Prove the new key", "Put the new key in place", "Prove every backup again"):
        assert step in text
    _button(window.view.history, "Put everything back…").click()
    assert opened.errands == [PutBack(name)]


@pytest.mark.usefixtures("small_ground")
def test_the_header_follows_a_rotation_to_its_end(window: MainWindow, qtbot: QtBot) -> None:
    name = _rotate(window, qtbot).rotation
    assert name is not None
    window.runner.clock.sleep(4 * 86_400)
    window.look()
    qtbot.waitUntil(lambda: window.runner.is_idle, timeout=PATIENCE)
    assert window.view.header.button.text() == "Turn it off…"

    def interrupt(desk: Desk) -> None:
        desk.workplace.journal.write(name, desk.workplace.clock.now(), Step.TURN_OFF, Mark.INTENT, {})

    window.runner.change(window, interrupt, done=lambda _none: None, failed=print, doing="turning off")
    qtbot.waitUntil(lambda: window.runner.is_idle, timeout=PATIENCE)
    assert window.view.header.title.text().endswith("was interrupted")
    assert "no program holds half a key" in window.view.header.text.text()
    assert window.view.header.button.text() == "Continue…"


def test_without_a_rotation_the_history_says_what_will_be_there(window: MainWindow) -> None:
    assert "No key was replaced here yet." in _text_of(window.view.history)


# ── Closing ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_window_stays_while_something_is_changed_and_says_why(window: MainWindow, qtbot: QtBot) -> None:
    import threading

    may_end = threading.Event()
    window.runner.change(
        window, lambda desk: may_end.wait(20), done=print, failed=print, doing="putting everything back"
    )
    assert not window.close()
    assert "Keyturn is at work: putting everything back." in _text_of(window)
    may_end.set()
    qtbot.waitUntil(lambda: window.runner.is_idle, timeout=PATIENCE)
    assert window.close()


# ── Many destinations ────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_thousand_destinations_are_listed_and_the_map_folds_them(
    runner: Runner, ground_of: Location, open_window: Callable[[Runner], MainWindow], qtbot: QtBot
) -> None:
    assert ground_of.home is not None
    config = ground_of.home / ".config" / "rclone" / "rclone.conf"
    first = config.read_text().partition("[oma]")[2].partition("[summers]")[0]
    config.write_text(config.read_text() + "".join(f"\n[box{number}]{first}" for number in range(1000)))
    window = open_window(runner)
    window.view.tabs.setCurrentIndex(1)
    listed: DestinationList = window.view.list
    assert listed.view.model().rowCount() == 1005
    assert len(window.view.map.cards) < 20
    (more,) = [card for card in window.view.map.cards if card.node.title.startswith("and 99")]
    more.click()
    assert window.view.tabs.currentIndex() == 1
    QTest.keyClicks(listed._filter, "box77")
    assert listed.view.model().rowCount() == 11
