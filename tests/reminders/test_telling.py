"""Telling people: each thing once, again after a failure, nothing lost by a kill or a full queue, no whole key ID."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.messengers.sinks import Fault, HookSink, closed_port, hook_sink

from keyturn.model.errors import UntoldError
from keyturn.model.keys import Secret
from keyturn.model.news import News, NewsKind
from keyturn.model.recipients import HookRecipient, HookShape, Recipient
from keyturn.reminders import naming_recipients as people
from keyturn.reminders.telling import after, queued, rests, tell_people
from keyturn.rotation.location import Location
from keyturn.rotation.workplace import Workplace
from keyturn.state import stored_recipients, telling_queue
from keyturn.state.recipient_secrets import RecipientSecrets
from keyturn.state.secrets_kind import SecretsKind
from keyturn.state.telling_queue import MOST_WAITING, Queue, read_told
from keyturn_practice.timeline import HandClock

FROZEN = Path(__file__).parents[1] / "frozen"
NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
TOKEN = "veryMadeUpToken4711"
KEYS = ("AKIAIT2JM32CYOQZC7NK",)


class Office:
    """A state folder with a journal of rotations, and people who are told."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.home = folder / "state", folder / "home"
        self.folder.mkdir(mode=0o700)
        self.home.mkdir()
        self.clock = HandClock(NOON)
        with closing(sqlite3.connect(self.folder / "journal.sqlite3")) as database:
            text = (FROZEN / "journal-4.sql").read_text(encoding="utf-8")
            database.executescript(text.replace("@HOME@", str(self.home)).replace("@URL@", "https://aws.example"))
        (self.folder / "journal.sqlite3").chmod(0o600)

    @property
    def location(self) -> Location:
        return Location(home=self.home, state_dir=self.folder, secrets=SecretsKind.FILE)

    def name(self, *shapes: HookShape, base: str) -> None:
        """Tell a hook of each shape."""
        everyone: list[Recipient] = []
        for number, shape in enumerate(shapes, start=1):
            one = HookRecipient(f"hook-{number}", LONG_AGO, shape, "127.0.0.1")
            RecipientSecrets(SecretsKind.FILE, self.folder).keep(one.name, Secret(f"{base}/{TOKEN}/{one.name}"))
            everyone.append(one)
        stored_recipients.save(self.folder, everyone)

    def look(self) -> list[str]:
        """Tell people, and return why somebody was not told."""
        with Workplace(self.location, self.clock, offline=True) as workplace:
            return [one.problem.code for one in tell_people(workplace) if one.problem is not None]

    def queue(self, name: str = "hook-1") -> Queue:
        return telling_queue.load(self.folder)[name]


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def ids(sink: HookSink) -> list[str]:
    return [one.headers["Keyturn-Event"] for one in sink.posted]


def test_everything_that_happened_is_told_once(office: Office) -> None:
    with hook_sink() as sink:
        office.name(HookShape.JSON, base=sink.base)
        assert office.look() == []
        first = ids(sink)
        assert len(first) > 1
        assert len(set(first)) == len(first)
        events = {json.loads(one.body)["event"] for one in sink.posted}
        assert "made" in events
        office.clock.sleep(600)
        assert office.look() == []
        assert ids(sink) == first, "and not once more"
    assert not office.queue().waiting
    assert office.queue().last is not None


def test_what_was_before_somebody_was_named_is_not_told_to_them(office: Office) -> None:
    with hook_sink() as sink:
        office.name(HookShape.JSON, base=sink.base)
        (one,) = stored_recipients.load(office.folder)
        assert isinstance(one, HookRecipient)
        stored_recipients.save(office.folder, [replace(one, since=NOON)])
        assert office.look() == []
    assert "made" not in {json.loads(one.body)["event"] for one in sink.posted}


def test_what_was_not_taken_is_tried_again_later_and_then_told_once(office: Office) -> None:
    with hook_sink() as sink:
        office.name(HookShape.JSON, base=sink.base)
        sink.status = 503
        assert office.look() == ["tell.answer"]
        assert len(sink.posted) == 1, "who failed is not asked once more in the same look"
        waiting = [one.name for one in office.queue().waiting]
        assert office.queue().problem is not None
        sink.status = 200
        assert office.look() == []
        assert len(sink.posted) == 1, "not before its time"
        office.clock.sleep(301)
        assert office.look() == []
        assert ids(sink)[1:] == waiting
    assert (office.queue().problem, office.queue().tries, office.queue().waiting) == (None, 0, ())


def test_the_pauses_grow_and_have_an_end() -> None:
    queue, pauses = Queue(), []
    for _again in range(12):
        queue = after(queue, piece(1), UntoldError("Nobody answers", "Look.", code="tell.refused"), NOON)
        assert queue.next_try is not None
        pauses.append(queue.next_try - NOON)
    assert pauses[0] == timedelta(minutes=5)
    assert pauses == sorted(pauses)
    assert pauses[-1] == timedelta(hours=6)


def test_a_clock_that_was_years_ahead_makes_nobody_wait_for_years() -> None:
    ahead = after(
        Queue(), piece(1), UntoldError("Nobody answers", "Look.", code="tell.refused"), datetime(2036, 1, 1, tzinfo=UTC)
    )
    assert not rests(ahead, NOON)
    failed = after(Queue(), piece(1), UntoldError("Nobody answers", "Look.", code="tell.refused"), NOON)
    assert rests(failed, NOON)
    assert not rests(failed, NOON + timedelta(minutes=5))


def test_one_who_never_answers_takes_nobody_elses_turn(office: Office) -> None:
    with hook_sink() as sink:
        office.name(HookShape.JSON, HookShape.SLACK, base=sink.base)
        secrets = RecipientSecrets(SecretsKind.FILE, office.folder)
        secrets.keep("hook-1", Secret(f"http://127.0.0.1:{closed_port()}/{TOKEN}"))
        assert office.look() == ["tell.refused"]
        assert {one.path for one in sink.posted} == {f"/{TOKEN}/hook-2"}
        assert office.queue("hook-1").waiting
        assert not office.queue("hook-2").waiting


def test_one_who_takes_the_id_of_another_is_not_told_what_waited_for_that_one(office: Office) -> None:
    with hook_sink(fault=Fault.RESETS) as broken, hook_sink() as sink:
        office.name(HookShape.JSON, base=broken.base)
        office.look()
        assert office.queue().waiting
        with Workplace(office.location, office.clock, offline=True) as workplace:
            people.remove(workplace, "hook-1")
            address = Secret(f"{sink.base}/{TOKEN}")
            added = people.add(workplace, people.hook_recipient(workplace, HookShape.JSON, address), address)
            assert added.name == "hook-1"
        office.clock.sleep(301)
        assert office.look() == []
    assert "made" not in {json.loads(one.body)["event"] for one in sink.posted}


def test_whose_secret_is_gone_is_told_as_that_and_loses_nothing(office: Office) -> None:
    with hook_sink() as sink:
        office.name(HookShape.JSON, base=sink.base)
        RecipientSecrets(SecretsKind.FILE, office.folder).forget("hook-1")
        assert office.look() == ["tell.secret"]
    assert office.queue().waiting


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize(("at", "answered"), [(1, False), (2, False), (2, True)])
def test_killed_while_telling_it_is_told_again_with_the_same_id_and_nothing_is_lost(
    office: Office, at: int, answered: bool
) -> None:
    command = [sys.executable, "-m", "keyturn", "renew", "--due", "--home", str(office.home), "--secrets", "file"]
    command += ["--state-dir", str(office.folder), "--endpoint-url", f"http://127.0.0.1:{closed_port()}"]
    with hook_sink() as sink:
        office.name(HookShape.JSON, base=sink.base)
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        # One message is where it is cut: it was taken, and nobody noted that, or nobody took it.
        sink.at_post = lambda count: os.kill(process.pid, signal.SIGKILL) if count == at and not answered else None
        sink.after_post = lambda count: os.kill(process.pid, signal.SIGKILL) if count == at and answered else None
        process.communicate(timeout=120)
        assert process.returncode == -signal.SIGKILL
        cut = ids(sink)
        assert len(cut) == at
        # Where it was answered, whether that was noted before the kill is a matter of microseconds.
        assert answered or cut[-1] in [one.name for one in office.queue().waiting], "also what is over tomorrow is kept"
        sink.at_post = sink.after_post = None
        assert office.look() == []
        told = ids(sink)
    again = told[at:]
    assert not set(cut[:-1]) & set(again), "what was noted is not told again"
    assert answered or cut[-1] in again, "at least once"
    assert all(told.count(one) <= 2 for one in told)
    assert not office.queue().waiting
    assert set(told) == set(office.queue().told)


def piece(number: int) -> News:
    return News(f"news-{number}", NewsKind.OFF, NOON + timedelta(seconds=number), "It is off", "Nothing to do.")


def test_a_full_queue_loses_nothing_since_the_rest_waits_in_the_journal() -> None:
    someone = HookRecipient("hook-1", LONG_AGO, HookShape.JSON, "127.0.0.1")
    everything = [piece(number) for number in range(MOST_WAITING + 50)]
    queue = queued(Queue(), someone, everything, NOON)
    assert len(queue.waiting) == MOST_WAITING
    assert len(queued(queue, someone, everything, NOON).waiting) == MOST_WAITING
    told = []
    while queue.waiting:
        told.append(queue.waiting[0].name)
        queue = queued(after(queue, queue.waiting[0], None, NOON), someone, everything, NOON)
    assert told == [one.name for one in everything]


def test_a_monitor_is_pinged_at_each_look_so_that_one_that_does_not_come_is_missed(office: Office) -> None:
    with hook_sink() as sink:
        office.name(HookShape.HEALTHCHECKS, base=sink.base)
        office.look()
        first = [one.path for one in sink.posted]
        assert first[-1] == f"/{TOKEN}/hook-1", "nothing stands still now, so the last word is success"
        assert set(first[:-1]) == {f"/{TOKEN}/hook-1/log", f"/{TOKEN}/hook-1/fail"}
        office.clock.sleep(600)
        office.look()
        assert len(sink.posted) == len(first) + 1, "at each look, and nothing else twice"
        office.clock.sleep(600)
        sink.status = 500
        assert office.look() == ["tell.answer"]
        assert not office.queue().waiting, "that Keyturn looked then is no news later"


def test_nothing_that_is_sent_or_queued_has_a_whole_key_id_or_the_hooks_address(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("DEBUG"), hook_sink() as sink:
        office.name(*HookShape, base=sink.base)
        assert office.look() == []
        sent = [one.body.decode() + json.dumps(one.headers) for one in sink.posted]
        office.clock.sleep(86_400 * 8)
        sink.status = 500
        office.look()
    queue = (office.folder / telling_queue.FILE_NAME).read_text(encoding="utf-8")
    assert len(sent) > len(HookShape)
    with closing(sqlite3.connect(office.folder / "journal.sqlite3")) as database:
        journal = "\n".join(database.iterdump())
    for key in KEYS:
        assert key in journal, "or the test looks for the wrong thing"
        for text in (*sent, queue, caplog.text):
            assert key not in text
    for text in (queue, caplog.text):
        assert TOKEN not in text


def test_a_memory_that_cannot_be_read_does_not_keep_what_waits(office: Office) -> None:
    with hook_sink(fault=Fault.RESETS) as sink:
        office.name(HookShape.JSON, base=sink.base)
        office.look()
    waiting = [one.name for one in office.queue().waiting]
    (office.folder / "seen-keys.json").write_text("{")
    office.clock.sleep(301)
    with hook_sink() as sink:
        RecipientSecrets(SecretsKind.FILE, office.folder).keep("hook-1", Secret(f"{sink.base}/{TOKEN}"))
        assert office.look() == []
    assert ids(sink) == waiting


def test_how_it_stands_is_read_from_memory_alone(office: Office) -> None:
    with hook_sink(fault=Fault.RESETS) as sink:
        office.name(HookShape.JSON, base=sink.base)
        office.look()
    (one,) = read_told(office.folder)
    assert one.queue.problem is not None
    assert one.queue.problem.code == "tell.reset"
    assert not one.is_full
