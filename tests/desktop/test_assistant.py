"""The assistant's pages as a person uses them: by the names of what is on them, against a practice account."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QFrame,
    QLabel,
    QLineEdit,
    QTextEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from keyturn.clients.described.guide import guide_named
from keyturn.desktop.assistant import AssistantPages
from keyturn.desktop.assistant_work import Page, Work
from keyturn.desktop.flow import Flow
from keyturn.desktop.look import DARK, LIGHT, Colours, wear
from keyturn.desktop.navigation import Errand, NewRotation, RunningRotation
from keyturn.desktop.pages.fields import Tick
from keyturn.desktop.pages.moment_line import MomentLine
from keyturn.desktop.pages.parts import Fold, StateRow
from keyturn.desktop.pages.running_page import ProgressPage
from keyturn.desktop.pages.stopped import details
from keyturn.desktop.runner import Runner
from keyturn.desktop.step_list import StepList
from keyturn.desktop.widgets import PrimaryButton
from keyturn.model.errors import AppError
from keyturn.rotation import labels
from keyturn.rotation.finding.situation import of_rotation
from keyturn.rotation.location import Location
from keyturn.state import settings
from keyturn_practice.timeline import HandClock

from .conftest import PATIENCE, SmallHome

ALL_THE_SAME = ": turn the old key off all the same"


@dataclass
class Person:
    """Somebody who looks at the assistant and presses what is named so."""

    bot: QtBot
    home: SmallHome
    runner: Runner
    browsed: list[str] = field(default_factory=list)
    left: list[bool] = field(default_factory=list)
    assistant: AssistantPages = field(init=False)

    def __post_init__(self) -> None:
        self.open()

    def open(self, rotation: str | None = None) -> None:
        self.open_errand(RunningRotation(rotation) if rotation else NewRotation(self.home.old.access_key_id))

    def open_errand(self, errand: Errand) -> None:
        self.assistant = AssistantPages(self.runner, errand, browse=self.browsed.append)
        self.assistant.left.connect(lambda: self.left.append(True))
        self.bot.addWidget(self.assistant)
        self.assistant.resize(860, 580)
        self.assistant.show()
        self.settle()

    def settle(self) -> None:
        """Wait until nothing is being done."""
        self.bot.waitUntil(lambda: self.assistant.flow.job is None, timeout=PATIENCE)
        QApplication.processEvents()  # what was put on the page a moment ago becomes visible

    def page(self) -> Page:
        return self.assistant.flow.shown

    def seen(self) -> list[QWidget]:
        return [one for one in self.assistant.findChildren(QWidget) if one.isVisible()]

    def find(self, name: str) -> QWidget:
        found = [one for one in self.seen() if not isinstance(one, QLabel) and _name(one) == name]
        assert len(found) == 1, f"{len(found)} called {name!r} on {self.page()}: {sorted(map(_name, self.seen()))}"
        return found[0]

    def press(self, name: str) -> None:
        button = self.find(name)
        assert isinstance(button, QAbstractButton)
        assert button.isEnabled(), f"{name} is disabled: {button.accessibleDescription()}"
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        self.settle()

    def read(self) -> str:
        return "\n".join(one.text() for one in self.seen() if isinstance(one, QLabel))

    def to_the_plan(self, *options: str) -> None:
        self.press("Choose the way out")
        for name in options:
            self.press(name)
        self.press("Show the plan")
        self.press(SmallHome.BUCKET)
        self.press("Go on with these buckets")

    def leaves_out(self, bucket: str) -> None:
        """Say that nothing uses the one bucket that is open."""
        self.press(f"{bucket}: Nothing uses it with this key: leave it out")
        self.press("Go on with these buckets")

    def to_the_proof(self, *options: str) -> None:
        self.to_the_plan(*options)
        self.press("Create new key and update two programs")

    def to_the_question(self) -> None:
        """Whether something else uses the key, asked before it goes off."""
        self.to_the_proof()
        self.press("Continue")
        self.home.advance(4)
        self.press("Look now")

    def says_no(self) -> None:
        """Nothing else uses the key; and yes to each place that was not seen backing up with the new one."""
        self.press("No, nothing else uses it")
        boxes = [one for one in self.seen() if isinstance(one, Tick) and _name(one).endswith(ALL_THE_SAME)]
        for box in boxes:
            if not box.isChecked():
                self.press(_name(box))

    def forget_programs(self) -> None:
        """Nothing here uses the key any more; a file that was downloaded has it still."""
        old = self.home.old
        self.home.duck.unlink()
        self.home.s3ql.unlink()
        text = f"AWSAccessKeyId={old.access_key_id.value}\nAWSSecretKey={old.secret.reveal()}\n"
        (self.home.home / "rootkey.csv").write_text(text)
        self.open()


def _name(widget: QWidget) -> str:
    interface = QAccessible.queryAccessibleInterface(widget)
    return interface.text(QAccessible.Text.Name) if interface is not None else ""


@pytest.fixture
def person(qtbot: QtBot, small_home: SmallHome, start_runner: Callable[[Location, HandClock], Runner]) -> Person:
    return Person(qtbot, small_home, start_runner(small_home.location, small_home.clock))


def test_the_whole_way_by_what_is_named_on_the_pages(person: Person) -> None:
    assert person.page() is Page.FOUND
    assert "Your AWS root key is 9 years old" in person.read()
    person.to_the_proof()
    assert person.page() is Page.PROOF
    assert "list, read, write proved" in person.read()

    person.press("Continue")
    assert person.page() is Page.WATCH
    person.home.advance(4)
    person.press("Look now")
    assert person.page() is Page.TURN_OFF

    person.says_no()
    person.home.account.root_turn_off(person.home.old.access_key_id)
    person.press("Open the AWS console")
    assert person.browsed == [f"{person.home.account.url}/keyturn-practice/"]
    assert person.page() is Page.OFF
    assert "Turn it back on" in person.read()

    person.home.advance(8)
    assert person.assistant.flow.standing is not None
    person.open(person.assistant.flow.standing.rotation.name)
    assert person.page() is Page.DELETE
    assert "Welcome back" in person.read()
    key = person.home.old.access_key_id
    person.home.account.root_delete(key)
    typed = person.find(f"Last four characters of {key.masked}")
    QTest.keyClicks(typed, key.last4)
    person.press(f"I deleted {key.masked}")
    assert person.page() is Page.DELETED


def test_a_key_that_nothing_uses_is_retired_and_no_page_speaks_of_a_new_one(person: Person) -> None:
    old = person.home.old
    person.forget_programs()
    pages: list[str] = []

    def seen(page: Page) -> None:
        assert person.page() is page
        pages.append(person.read())

    for button in ("Choose the way out", "Show the plan", "Begin to retire the old key"):
        person.press(button)
    seen(Page.WATCH)
    person.home.advance(4)
    person.press("Look now")
    person.says_no()
    person.home.account.root_turn_off(old.access_key_id)
    person.press("Open the AWS console")
    seen(Page.OFF)
    person.home.advance(8)
    assert person.assistant.flow.standing is not None
    person.open(person.assistant.flow.standing.rotation.name)
    seen(Page.DELETE)
    person.home.account.root_delete(old.access_key_id)
    QTest.keyClicks(person.find(f"Last four characters of {old.access_key_id.masked}"), old.access_key_id.last4)
    person.press(f"I deleted {old.access_key_id.masked}")
    seen(Page.DELETED)
    assert "new key" not in " ".join(pages).lower()


def test_what_a_person_says_uses_the_key_gets_a_new_one_by_hand(person: Person) -> None:
    person.forget_programs()
    person.press("Something else uses it")
    person.press(_title("qnap-hbs"))
    for button in ("Choose the way out", "A user of its own", "Show the plan", SmallHome.BUCKET):
        person.press(button)
    person.press("Go on with these buckets")
    person.leaves_out("family-archive")
    assert "--also qnap-hbs" in person.assistant.flow.plan.command  # type: ignore[union-attr]
    person.press("Create new key")
    assert person.page() is Page.BY_HAND
    assert [one.item for one in person.assistant.flow.by_hand] == ["guided-qnap-hbs"]


def test_an_undo_waits_until_what_was_done_by_hand_is_undone_by_hand(person: Person) -> None:
    hidden = person.home.home / ".config" / "Duplicati" / "Duplicati-server.sqlite"
    hidden.parent.mkdir(parents=True)
    hidden.write_text("no database that anybody can read")
    person.open()
    person.to_the_proof()
    person.press("Continue")
    (item,) = person.assistant.flow.by_hand
    person.press(f"I did this: {item.title}")
    assert person.page() is Page.WATCH

    person.press("Put everything back…")
    assert person.page() is Page.BACK
    assert person.assistant.flow.way_back is not None
    (back,) = person.assistant.flow.way_back.first
    assert back.title.startswith("Put AKIA")
    assert not person.find("Put everything back").isEnabled()
    person.press(f"I did this: {back.title}")
    assert person.page() is Page.BACK
    assert person.assistant.flow.way_back.first == ()
    person.press("Put everything back")
    assert person.page() is Page.UNDONE
    assert person.home.account.accepts(person.home.old)


def test_the_button_that_looks_stands_beside_the_places_that_it_looks_at(person: Person) -> None:
    person.to_the_proof()
    person.press("Continue")
    look = person.find("Look now")
    heading = next(one for one in person.seen() if isinstance(one, QLabel) and one.text().startswith("Which places"))
    middles = [one.mapTo(person.assistant, one.rect().center()).y() for one in (look, heading)]
    assert abs(middles[0] - middles[1]) <= heading.height() / 2


def test_what_comes_to_mind_before_the_key_goes_off_is_waited_for(person: Person) -> None:
    person.to_the_question()
    person.press("Yes, or I am not sure")
    person.press("Let Keyturn wait for it")
    assert not person.find("Wait for what is ticked").isEnabled()
    person.press(_title("another-computer"))
    person.press("Wait for what is ticked")
    assert person.page() is Page.BY_HAND
    (item,) = person.assistant.flow.by_hand
    person.press(f"I did this: {item.title}")
    assert person.page() is Page.TURN_OFF
    no = person.find("No, nothing else uses it")
    assert isinstance(no, QAbstractButton)
    assert not no.isChecked()


def _title(name: str) -> str:
    guide = guide_named(name)
    assert guide is not None
    return guide.title[:1].upper() + guide.title[1:]


def test_a_key_that_was_turned_on_again_is_asked_about_again(person: Person) -> None:
    key = person.home.old.access_key_id
    person.to_the_question()
    person.says_no()
    person.home.account.root_turn_off(key)
    person.press("Open the AWS console")
    assert person.page() is Page.OFF
    person.home.account.root_turn_on(key)
    person.press("How to turn it on again")
    person.press("I turned it on")
    assert person.page() is Page.TURN_OFF
    no = person.find("No, nothing else uses it")
    assert isinstance(no, QAbstractButton)
    assert not no.isChecked()
    assert not person.find("Open the AWS console").isEnabled()
    person.says_no()
    assert person.find("Open the AWS console").isEnabled()


def test_an_ampersand_in_the_name_of_a_program_is_read_as_one(person: Person) -> None:
    person.press("Something else uses it")
    assert "&" in _title("veeam")
    person.press(_title("veeam"))
    assert person.assistant.flow.options.also == ("veeam",)


def test_who_lets_go_beside_a_box_has_not_ticked_it(qtbot: QtBot) -> None:
    tick = Tick("I understand")
    qtbot.addWidget(tick)
    tick.show()
    QTest.mousePress(tick, Qt.MouseButton.LeftButton)
    QTest.mouseRelease(tick, Qt.MouseButton.LeftButton, pos=QPoint(-20, -20))
    assert not tick.isChecked()
    QTest.mouseClick(tick, Qt.MouseButton.LeftButton, pos=QPoint(tick.width() - 2, 2))
    assert tick.isChecked()


def test_the_plan_shows_changes_calls_policy_and_the_command_and_no_secret(person: Person) -> None:
    person.to_the_plan()
    details = "Details: every file and every call"
    person.press(details)
    for fold in person.assistant.findChildren(Fold):
        if fold.isVisible() and fold.button.text() != details:
            QTest.mouseClick(fold.button, Qt.MouseButton.LeftButton)
    person.settle()
    fixed = "\n".join(one.toPlainText() for one in person.assistant.findChildren(QTextEdit))
    for expected in ("backend-password", "IAM CreateUser", "s3:ListBucket", "CreateAccessKey"):
        assert expected in fixed
    assert "--bucket office-backup" in person.read()
    everything = fixed + person.read()
    assert person.home.old.secret.reveal() not in everything
    assert person.home.old.access_key_id.value not in everything

    person.press("Copy: Command")
    assert QApplication.clipboard().text().startswith("keyturn rotate ")
    QApplication.clipboard().clear()


# ── Buckets that nothing names ───────────────────────────────────────────────────────────────────────────────────────


def test_each_bucket_that_nothing_names_is_answered_by_itself(person: Person) -> None:
    for name in ("attic", "cellar"):
        person.home.account.create_bucket(name)
    person.to_the_plan()
    assert "nothing found here names them" in person.read()
    go_on = "Go on with these buckets"
    assert not person.find(go_on).isEnabled()
    person.press("attic: Something uses it with this key")
    assert person.find(go_on).accessibleDescription() == "Answer for each bucket."
    person.press("cellar: Nothing uses it with this key: leave it out")
    person.press(go_on)
    assert "attic" in person.read()
    assert "will not reach cellar, as you said" in person.read()
    person.press("Details: every file and every call")
    person.press("What you said of other buckets")
    person.press("Ask me again")
    assert "us-east-1, empty, 0 B" in person.read()
    assert "nothing found here names them" in person.read()
    assert not person.find(go_on).isEnabled()


def test_what_was_said_of_buckets_is_not_asked_again_when_the_window_is_opened_again(person: Person) -> None:
    person.home.account.create_bucket("attic")
    person.to_the_plan()
    person.press("attic: I don't know: the new key lists, reads and writes there, and deletes nothing")
    person.press("Go on with these buckets")
    person.open()
    person.press("Choose the way out")
    person.press("Show the plan")
    assert "1 of them only because nobody knows" in person.read()
    assert person.find("Create new key and update two programs").isEnabled()


def test_a_file_that_cannot_be_read_is_tried_again_or_left_out(person: Person) -> None:
    path = person.home.home / ".s3cfg"
    path.mkdir()
    person.open()
    assert "At least this uses it on this computer; one more place could not be read" in person.read()
    person.press("Choose the way out")
    person.press("Show the plan")
    assert "Not every file could be read" in person.read()
    path.rmdir()
    person.press("Try again")
    assert "Which buckets?" in person.read()

    path.mkdir()
    person.press("Back")
    person.press("Show the plan")
    person.press("~/.s3cfg: leave it out")
    person.press("Go on without them")
    person.press(SmallHome.BUCKET)
    person.press("Go on with these buckets")

    plan = person.assistant.flow.plan
    assert plan is not None
    assert not plan.closed
    assert f"--leave-out {path}" in plan.command
    assert any("~/.s3cfg" in one.title or str(path) in one.title for one in plan.by_hand)
    person.press("Details: every file and every call")
    person.press("Files that are left out")
    person.press("Try to read them again")
    assert "Not every file could be read" in person.read()


def test_a_file_that_no_program_knows_is_edited_as_text_where_it_is_ticked(person: Person) -> None:
    old = person.home.old
    script = person.home.home / "bin" / "offsite.py"
    script.parent.mkdir()
    script.write_text(f'ID = "{old.access_key_id}"\nSECRET = "{old.secret.reveal()}"\n')
    person.open()
    person.to_the_plan()
    plan = person.assistant.flow.plan
    assert plan is not None
    (text,) = plan.texts
    assert old.secret.reveal() not in text.diff
    assert not text.edited
    assert "--edit-text" not in plan.command

    box = "~/bin/offsite.py: put the new key into it as text"
    person.press(box)
    assert person.assistant.flow.plan is plan
    assert isinstance(person.find("Show the plan with these files"), QAbstractButton)
    person.press("Show the plan with these files")

    plan = person.assistant.flow.plan
    assert plan is not None
    assert plan.edited_as_text == {script}
    assert f"--edit-text {script}" in plan.command
    tick = person.find(box)
    assert isinstance(tick, Tick)
    assert tick.isChecked()
    person.press("Create new key and update three programs")
    assert old.access_key_id.value not in script.read_text()


def test_what_was_left_out_before_the_assistant_opened_is_left_out_of_the_plan(person: Person) -> None:
    path = person.home.home / ".s3cfg"
    path.mkdir()
    person.open_errand(NewRotation(person.home.old.access_key_id, leave_out=(path,)))
    assert "~/.s3cfg is left out: you look there before the old key is turned off." in person.read()
    person.to_the_plan()
    plan = person.assistant.flow.plan
    assert plan is not None
    assert not plan.closed
    assert f"--leave-out {path}" in plan.command
    assert any("~/.s3cfg" in one.title or str(path) in one.title for one in plan.by_hand)


def test_a_file_that_was_left_out_and_can_be_read_by_now_does_not_stop_the_plan(person: Person) -> None:
    path = person.home.home / ".s3cfg"
    path.mkdir()
    person.open_errand(NewRotation(person.home.old.access_key_id, leave_out=(path,)))
    path.rmdir()
    person.to_the_plan()
    plan = person.assistant.flow.plan
    assert plan is not None
    assert not plan.closed
    assert "--leave-out" not in plan.command


def test_trying_to_read_left_out_files_again_keeps_what_was_ticked_beside_the_plan(person: Person) -> None:
    old = person.home.old
    (person.home.home / "offsite.py").write_text(f'ID = "{old.access_key_id}"\nSECRET = "{old.secret.reveal()}"\n')
    unread = person.home.home / ".s3cfg"
    unread.mkdir()
    person.open()
    for button in ("Choose the way out", "Show the plan", "~/.s3cfg: leave it out", "Go on without them"):
        person.press(button)
    for button in (SmallHome.BUCKET, "Go on with these buckets", "Details: every file and every call"):
        person.press(button)
    box = "~/offsite.py: put the new key into it as text"
    for button in (box, "Files that are left out"):
        person.press(button)
    unread.rmdir()
    person.press("Try to read them again")
    tick = person.find(box)
    assert isinstance(tick, Tick)
    assert tick.isChecked()


def test_the_plan_is_a_line_of_moments_with_who_acts_in_each(person: Person) -> None:
    person.to_the_plan()
    moments = [one for one in person.assistant.findChildren(MomentLine) if one.isVisible()]
    assert len(moments) == 1
    said = [one.text() for one in moments[0].findChildren(QLabel)]
    later = labels.near_day(person.home.clock.now() + timedelta(days=3))
    assert said.index("Now") < said.index("In 3 days") < said.index("In 10 days")
    assert said[said.index("Now") + 1] == "Keyturn"
    assert said[said.index("In 3 days") + 1 : said.index("In 3 days") + 3] == ["you", later]
    assert "family-archive, office-backup" in said
    assert any(one.startswith("Puts it into 2 places: ") for one in said)
    assert not any(isinstance(one, StepList) and one.isVisible() for one in person.assistant.findChildren(QFrame))


def test_a_day_without_work_has_no_primary_button_and_looking_now_is_answered(person: Person) -> None:
    person.to_the_proof()
    person.press("Continue")
    assert person.page() is Page.WATCH
    until = labels.near_day(person.home.clock.now() + timedelta(days=3))
    assert f"Nothing to do until {until}" in person.read()
    assert not [one for one in person.seen() if isinstance(one, PrimaryButton)]
    person.press("Look now")
    assert re.search(
        r"Looked \d\d:\d\d: nobody else has used the old key since .+ AWS can be a few hours", person.read()
    )

    person.home.advance(1)
    person.home.use_old_key()
    person.home.advance(0.5)
    person.press("Look now")
    assert "The old key is still in use" in person.read()
    assert "Something used the old key on" in person.read()
    assert "Once nothing uses it any more" in person.read()


def test_a_tick_that_is_held_down_while_the_plan_comes_anew_is_not_lost(person: Person) -> None:
    old = person.home.old
    script = person.home.home / "offsite.py"
    script.write_text(f'ID = "{old.access_key_id}"\nSECRET = "{old.secret.reveal()}"\n')
    person.open()
    person.to_the_plan()
    box = "~/offsite.py: put the new key into it as text"
    person.press(box)

    again = person.find("Show the plan with these files")
    tick = person.find(box)
    QTest.mouseClick(again, Qt.MouseButton.LeftButton)
    QTest.mousePress(tick, Qt.MouseButton.LeftButton)
    person.bot.waitUntil(lambda: person.runner.is_idle, timeout=PATIENCE)
    QTest.mouseRelease(tick, Qt.MouseButton.LeftButton)  # taken back
    person.settle()

    plan = person.assistant.flow.plan
    assert plan is not None
    assert plan.edited_as_text == {script}
    shown = person.find(box)
    assert isinstance(shown, Tick)
    assert not shown.isChecked()
    assert person.find("Show the plan with these files").isEnabled()


def test_where_aws_lists_no_buckets_the_person_says_that_they_looked(person: Person) -> None:
    person.home.let_a_user_own_the_key(
        '{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"},'
        ' {"Effect": "Deny", "Action": "s3:ListAllMyBuckets", "Resource": "*"}]}'
    )
    person.open()
    person.press("Choose the way out")
    person.press("A user of its own")
    person.press("Show the plan")
    field = person.find("Names of the buckets, with commas between them")
    assert isinstance(field, QLineEdit)
    field.setText(SmallHome.BUCKET)
    go_on = "Go on with these buckets"
    person.press(go_on)
    assert "AWS does not tell this key which buckets the account has" in person.read()
    assert person.find(go_on).accessibleDescription() == "Say that you looked."
    person.press("I looked in the AWS console: nothing uses any other bucket with this key")
    person.press(go_on)
    assert person.find("Create new key and update two programs").isEnabled()


def test_a_closed_gate_disables_the_button_and_says_why(person: Person) -> None:
    person.press("Choose the way out")
    person.press("Show the plan")
    button = person.find("Go on with these buckets")
    assert not button.isEnabled()
    assert button.accessibleDescription() == "Tick one bucket at least."
    assert "Tick one bucket at least." in person.read()


def test_the_settings_count_for_a_plan_that_is_shown_already(person: Person) -> None:
    state = person.home.location.state_dir
    assert state is not None
    settings.save(state, settings.Settings(watch_days=5, off_days=6))
    person.open()
    person.to_the_plan()
    assert (person.assistant.flow.options.watch_days, person.assistant.flow.options.off_days) == (5, 6)
    settings.save(state, settings.Settings(watch_days=20, off_days=6))
    person.assistant.take_settings()
    person.bot.waitUntil(lambda: person.assistant.flow.options.watch_days == 20, timeout=PATIENCE)
    person.settle()
    assert "--watch-days 20" in person.assistant.flow.plan.command  # type: ignore[union-attr]


def test_back_goes_back_before_the_commit_and_is_gone_behind_it(person: Person) -> None:
    person.to_the_plan()
    person.press("Back")
    assert person.page() is Page.CHOOSE
    person.press("Back")
    assert person.page() is Page.FOUND
    person.press("Choose the way out")
    person.press("Show the plan")
    # The buckets were picked already.
    person.press("Create new key and update two programs")
    assert not any(_name(one) == "Back" for one in person.seen())


def test_one_program_may_be_left_out(person: Person) -> None:
    assert "can be left out on the next page, under “More choices”" in person.read()
    person.press("Choose the way out")
    person.press("More choices")
    person.press("duck (Cyberduck CLI)")
    person.press("Show the plan")
    person.leaves_out("office-backup")
    person.press("Create new key and update one program")
    assert person.home.old.access_key_id.value in person.home.duck.read_text()
    assert person.home.old.access_key_id.value not in person.home.s3ql.read_text()
    # What was left out is the person's own business now, and asked for by name.
    person.press("Continue")
    assert person.page() is Page.BY_HAND
    assert str(person.home.duck) in person.read()
    # And the overview says that first, before the days that only pass.
    standing = person.assistant.flow.standing
    assert standing is not None
    first, *_others = of_rotation(standing.rotation, standing.result).sentences
    assert not first.startswith("Watch until")


def test_who_wants_to_close_hears_in_words_what_is_going_on(person: Person) -> None:
    person.to_the_plan()
    begin = person.find("Create new key and update two programs")
    assert isinstance(begin, QAbstractButton)
    begin.click()
    assert person.runner.change_under_way == "replacing the key"
    person.settle()
    assert all(" " in work.doing for work in Work)


def test_work_begins_once_all_rows_of_its_page_are_there_and_drawn(person: Person, qtbot: QtBot) -> None:
    facts = person.assistant.flow.facts
    assert facts is not None
    (one, *_others), told = facts.programs, list[int]()
    many = tuple(replace(one, identity=f"rclone:{number}", name=f"program {number}") for number in range(50))
    page = ProgressPage(person.assistant)
    qtbot.addWidget(page)
    page.present(replace(person.assistant.flow, facts=replace(facts, programs=many)))
    page.when_drawn(lambda: told.append(len(page.findChildren(StateRow))))
    page.show()
    qtbot.waitUntil(lambda: bool(told))
    assert told == [50]


def test_undo_puts_everything_back(person: Person) -> None:
    person.to_the_proof()
    person.press("Put everything back…")
    assert person.page() is Page.BACK
    new = person.assistant.flow.standing.rotation.new_key  # type: ignore[union-attr]
    assert new is not None
    assert f"gets {person.home.old.access_key_id.masked} back" in person.read()
    assert f"{new.masked} and its user backup-home are removed" in person.read()
    assert person.home.account.user_names() != ()
    person.press("Put everything back")
    assert person.page() is Page.UNDONE
    assert "Everything is as it was" in person.read()
    assert person.home.old.access_key_id.value in person.home.s3ql.read_text()
    person.press("Back to overview")
    assert person.left == [True]


def test_each_thing_by_hand_is_ticked_by_its_name(person: Person) -> None:
    person.home.write_notes()
    person.open()
    person.to_the_proof()
    person.press("Continue")
    assert person.page() is Page.BY_HAND
    (item,) = person.assistant.flow.by_hand
    person.press(f"I did this: {item.title}")
    assert person.page() is Page.WATCH


def test_while_the_console_is_waited_for_the_key_is_looked_at_until_somebody_stops(person: Person) -> None:
    person.to_the_question()
    person.says_no()
    # The clock of the practice stands still unless it is waited with, so ten minutes are over at once.
    person.press("Open the AWS console")
    assert person.page() is Page.TURN_OFF
    assert person.home.account.accepts(person.home.old)


def test_while_the_console_is_waited_for_what_to_do_there_is_all_and_it_can_be_opened_again(person: Person) -> None:
    person.to_the_question()
    person.says_no()
    go = person.find("Open the AWS console")
    assert isinstance(go, QAbstractButton)
    go.setFocus()
    go.click()
    assert person.assistant.flow.waits_for_person
    shown = person.read()
    assert "Looking every few seconds" in shown and "Actions, then Deactivate" in shown
    assert "Waiting until you turned it off" in shown and "Something is being done" not in shown
    assert "Does any other computer" not in shown and "were not seen backing up" not in shown
    assert go.isEnabled() and go.hasFocus()
    go.click()
    assert len(person.browsed) == 2
    person.settle()
    assert "Does any other computer" in person.read()


def test_the_one_way_door_has_a_warning_and_wants_to_be_understood(person: Person) -> None:
    person.to_the_question()
    person.says_no()
    person.press("I cannot use the console")
    key = person.home.old.access_key_id
    itself = person.find(f"Turn {key.masked} off with itself")
    assert not itself.isEnabled()
    assert "one-way door" in person.read()
    person.press("I understand that Keyturn cannot turn it on again")
    person.press(f"Turn {key.masked} off with itself")
    assert person.page() is Page.OFF
    assert not person.home.account.accepts(person.home.old)


def test_what_changed_since_the_plan_is_said_on_the_plan_and_it_can_be_made_again(person: Person) -> None:
    person.to_the_plan()
    person.home.s3ql.write_text(person.home.s3ql.read_text() + "# somebody was here\n")
    person.press("Create new key and update two programs")
    assert person.page() is Page.PLAN
    assert "was changed since the plan" in person.read()
    person.press("Make the plan again")
    person.press("Create new key and update two programs")
    assert person.page() is Page.PROOF


def test_a_proof_that_fails_puts_everything_back_and_the_details_can_be_copied(person: Person) -> None:
    person.to_the_plan()
    person.home.let_only_root_write("family-archive")
    person.press("Create new key and update two programs")
    assert person.page() is Page.STOPPED
    assert "Everything is as it was: every program holds" in person.read()
    person.press("Details")
    person.press("Copy details")
    copied = QApplication.clipboard().text()
    QApplication.clipboard().clear()
    assert "code: aws.denied" in copied
    assert str(person.home.home) not in copied
    assert person.home.old.access_key_id.value not in copied


def test_a_restored_file_gets_the_new_key_again_where_a_person_says_so(person: Person) -> None:
    before = person.home.s3ql.read_bytes()
    person.to_the_question()
    with_new = person.home.s3ql.read_bytes()
    person.home.s3ql.write_bytes(before)
    person.says_no()
    person.press("Open the AWS console")
    assert person.page() is Page.STOPPED
    assert "holds the old key again" in person.read()
    assert person.home.s3ql.read_bytes() == before
    person.press("Put the new key in again")
    assert person.home.s3ql.read_bytes() == with_new
    assert person.page() is Page.PROOF


def test_what_is_copied_for_a_report_has_no_whole_key_id() -> None:
    problem = AppError("It broke", "AKIAIOSFODNN7EXAMPLE was refused.", code="x")
    assert "AKIA…MPLE was refused." in details(Flow(), problem)


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
def test_all_that_can_be_used_has_a_name_on_every_page(person: Person, qapp: QApplication, scheme: Colours) -> None:
    wear(qapp, scheme)
    try:
        person.home.write_notes()
        person.open()
        _all_named(person)
        person.press("Choose the way out")
        person.press("More choices")
        _all_named(person)
        person.press("Show the plan")
        _all_named(person)
        person.press(SmallHome.BUCKET)
        person.press("Go on with these buckets")
        _all_named(person)
        person.press("Create new key and update two programs")
        _all_named(person)
        person.press("Continue")
        _all_named(person)
        person.press(f"I did this: {person.assistant.flow.by_hand[0].title}")
        _all_named(person)
        person.home.advance(4)
        person.press("Look now")
        person.says_no()
        _all_named(person)
    finally:
        wear(qapp, LIGHT)


def _all_named(person: Person) -> None:
    kinds = (QAbstractButton, QLineEdit, QTextEdit, QAbstractSpinBox)
    nameless = [
        one
        for one in person.seen()
        if isinstance(one, kinds) and not _name(one) and not isinstance(one.parent(), QAbstractSpinBox)
    ]
    assert nameless == [], f"on {person.page()}"


def test_the_whole_way_by_keyboard_alone(person: Person) -> None:
    """Tab reaches each thing in the order in which it is read, and Enter presses the page's own button."""
    person.press("Choose the way out")
    reached = []
    for _step in range(12):
        QTest.keyClick(QApplication.focusWidget() or person.assistant, Qt.Key.Key_Tab)
        focused = QApplication.focusWidget()
        assert focused is not None
        reached.append(_name(focused))
    expected = ["A user of its own", "More choices", "Not now"]
    positions = [reached.index(name) for name in expected]
    assert positions == sorted(positions)
