"""The short check: it remembers what AWS told, and shows one notification a day at most."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from keyturn.computer.lock import OneAtATime
from keyturn.model.keys import KeyPair, KeyStatus
from keyturn.reminders.checking import check, notify, snooze
from keyturn.reminders.due import DueKind
from keyturn.reminders.outlook import Outlook, Overall, look_ahead
from keyturn.rotation.location import Location
from keyturn.rotation.workplace import Workplace
from keyturn.state import seen_keys
from keyturn.state.secrets_kind import SecretsKind
from keyturn_practice.account import PracticeAccount
from keyturn_practice.timeline import HandClock, Lag

# So that a day is a day in every time zone that a test may run in.
NOON = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)


@dataclass
class Shown:
    """A notifier that keeps what it was to show."""

    works: bool = True
    titles: list[str] = field(default_factory=list)

    def show(self, title: str, message: str) -> bool:
        self.titles.append(title)
        return self.works


@dataclass
class Room:
    """A computer with an old root key, and an account; each start is a new workplace."""

    account: PracticeAccount
    old: KeyPair
    clock: HandClock
    location: Location
    home: Path

    def start(self) -> Workplace:
        return Workplace(self.location, self.clock)

    def check(self) -> str | None:
        with self.start() as workplace:
            problem = check(workplace)
        return None if problem is None else problem.code

    def outlook(self) -> Outlook:
        with self.start() as workplace:
            return look_ahead(workplace)

    def notify(self, notifier: Shown) -> bool:
        with self.start() as workplace:
            return notify(workplace, look_ahead(workplace), notifier)

    def put(self, pair: KeyPair, name: str = "oma", endpoint: str | None = None) -> Path:
        path = self.home / ".config/rclone/rclone.conf"
        path.parent.mkdir(parents=True, exist_ok=True)
        text = (
            f"[{name}]\ntype = s3\nprovider = Other\naccess_key_id = {pair.access_key_id}\n"
            f"secret_access_key = {pair.secret.reveal()}\nendpoint = {endpoint or self.account.url}\n\n"
        )
        path.write_text((path.read_text() if path.exists() else "") + text)
        return path

    def seen(self) -> dict[str, seen_keys.SeenKey]:
        sighting = seen_keys.load(self.start().folder, self.home)
        return {one.key.access_key_id.value: one for one in sighting.keys}


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    clock = HandClock(NOON)
    account = PracticeAccount(clock=clock, lag=Lag())
    old = account.create_root_key(age_days=800)
    home = tmp_path / "home"
    home.mkdir()
    with account.serving() as url:
        location = Location(url, home, "linux", tmp_path / "state", SecretsKind.FILE)
        room = Room(account, old, clock, location, home)
        room.put(old)
        yield room


# ── Looking ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_aws_tells_is_remembered_without_the_secret(room: Room, tmp_path: Path) -> None:
    assert room.outlook().state is Overall.UNKNOWN
    assert room.check() is None
    found = room.outlook()
    assert (found.state, found.checked) == (Overall.ATTENTION, room.clock.now())
    assert [(one.kind, one.key) for one in found.due] == [(DueKind.OLD_KEY, room.old.access_key_id)]
    for path in (tmp_path / "state").rglob("*"):
        assert not path.is_file() or room.old.secret.reveal().encode() not in path.read_bytes(), path


def test_a_check_changes_nothing_at_aws_and_in_the_programs(room: Room) -> None:
    before = (room.home / ".config/rclone/rclone.conf").read_bytes()
    room.check()
    asked = {record.action for record in room.account.records}
    # ListUsers: whether another computer replaces the key, which stands in its user's tags.
    assert asked <= {"sts:GetCallerIdentity", "iam:GetAccessKeyLastUsed", "iam:ListAccessKeys", "iam:ListUsers"}
    assert (room.home / ".config/rclone/rclone.conf").read_bytes() == before


def test_reminders_answer_without_network(room: Room) -> None:
    room.check()
    asked = len(room.account.records)
    room.account.stop()
    assert room.outlook().state is Overall.ATTENTION
    assert len(room.account.records) == asked


def test_without_network_the_reason_is_told_and_what_was_known_stays_known(room: Room) -> None:
    room.check()
    known = room.outlook()
    room.account.stop()
    room.clock.advance(86_400)
    assert room.check() == "aws.no-network"
    later = room.outlook()
    assert (later.due, later.checked) == (known.due, known.checked)


def test_a_first_check_without_network_leaves_everything_unknown(room: Room) -> None:
    room.account.stop()
    room.check()
    found = room.outlook()
    assert (found.state, found.due, found.checked) == (Overall.UNKNOWN, (), None)


def test_a_key_that_aws_refuses_is_known_to_be_refused(room: Room) -> None:
    room.account.root_turn_off(room.old.access_key_id)
    assert room.check() is None
    assert room.seen()[room.old.access_key_id.value].key.status is KeyStatus.REJECTED
    assert room.outlook().state is Overall.OK


def test_keys_of_other_stores_are_none_of_aws_business(room: Room) -> None:
    other = room.account.create_root_key(age_days=900)
    room.put(other, "minio", "http://minio.example:9000")
    room.check()
    assert set(room.seen()) == {room.old.access_key_id.value}


def test_a_file_that_cannot_be_read_this_time_takes_no_key_away(room: Room) -> None:
    room.check()
    path = room.home / ".config/rclone/rclone.conf"
    path.unlink()
    path.mkdir()
    room.check()
    assert set(room.seen()) == {room.old.access_key_id.value}
    path.rmdir()
    room.check()
    assert room.seen() == {}


def test_while_a_keyturn_works_nothing_is_asked(room: Room) -> None:
    with OneAtATime(room.start().folder):
        assert room.check() is None
        assert room.account.records == ()
        assert room.outlook().state is Overall.WORKING


# ── Showing ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_notification_is_shown_once_and_again_after_a_week(room: Room) -> None:
    room.check()
    notifier = Shown()
    shown = []
    for _day in range(9):
        shown.append(room.notify(notifier))
        assert not room.notify(notifier), "twice on one day"
        room.clock.advance(86_400)
    assert shown == [True, *[False] * 6, True, False]
    assert notifier.titles[0] == f"Your AWS root key {room.old.access_key_id.masked} is 2 years old"
    assert room.old.access_key_id.value not in "".join(notifier.titles)


def test_something_new_is_shown_on_the_next_day(room: Room) -> None:
    room.check()
    notifier = Shown()
    assert room.notify(notifier)
    room.put(room.account.create_root_key(age_days=700), "second")
    room.check()
    assert not room.notify(notifier)
    room.clock.advance(86_400)
    assert room.notify(notifier)
    assert notifier.titles[-1].endswith("and one thing more")


def test_while_reminders_are_snoozed_nothing_is_shown(room: Room) -> None:
    room.check()
    notifier = Shown()
    with room.start() as workplace:
        snooze(workplace, 2)
    assert room.outlook().snoozed_until == room.clock.now() + timedelta(days=2)
    assert not room.notify(notifier)
    room.clock.advance(2 * 86_400)
    assert room.outlook().snoozed_until is None
    assert room.notify(notifier)


def test_the_wish_to_snooze_can_be_taken_back(room: Room) -> None:
    room.check()
    with room.start() as workplace:
        snooze(workplace, 30)
        snooze(workplace, 0)
    assert room.outlook().snoozed_until is None
    assert room.notify(Shown())


def test_what_the_system_did_not_show_does_not_count_as_shown(room: Room) -> None:
    room.check()
    assert not room.notify(Shown(works=False))
    assert room.notify(Shown())


def test_a_clock_that_was_set_back_does_not_silence_reminders(room: Room) -> None:
    room.check()
    room.clock.advance(400 * 86_400)
    assert room.notify(Shown())
    room.clock = HandClock(NOON)
    assert room.notify(Shown())


def test_where_nothing_is_due_nothing_is_shown(room: Room) -> None:
    notifier = Shown()
    assert not room.notify(notifier)
    assert notifier.titles == []
