"""Keyturn removes what it made and nothing else; where nothing proves whose a key is, a person decides."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from keyturn.aws.scoped_user import WAITS_TAG
from keyturn.model.keys import AccessKeyId
from keyturn.rotation import rotation_service
from keyturn.rotation.context import Context, Event, Moment
from keyturn.rotation.steps import Ending, Result, Route, State, Step
from keyturn.state.secrets import FileSecrets
from keyturn_practice import faults
from keyturn_practice.timeline import HandClock

from .conftest import Office
from .test_interrupted import Countdown, Killed, fragile

LOST = [faults.dropped_answer(), faults.torn_answer(), faults.broken_after()]


def items(result: Result) -> list[str]:
    return [one.item for one in result.awaiting]


def others(office: Office) -> list[AccessKeyId]:
    """Every key but the old one."""
    return [k.access_key_id for k in office.account.listed_keys() if k.access_key_id != office.old.access_key_id]


def on_root_without_an_answer(office: Office) -> tuple[AccessKeyId, Result]:
    office.account.fail("iam:CreateAccessKey", faults.dropped_answer())
    result = office.rotate(Route.NEW_ROOT_KEY)
    (lost,) = others(office)
    return lost, result


def beside(office: Office, tmp_path: Path) -> Office:
    """A second computer with the same name, the same programs and a memory of its own."""
    home, memory = tmp_path / "second" / office.home.name, tmp_path / "second memory"
    shutil.copytree(office.home, home)
    memory.mkdir(mode=0o700)
    return replace(office, home=home, memory=memory, secrets=FileSecrets(memory / "secrets.json"), events=[])


# ── After a request for a key ────────────────────────────────────────────────────────────────────────────────────────


def test_a_key_that_a_colleague_made_since_the_plan_is_left_alone(office: Office) -> None:
    plan = office.plan(Route.NEW_ROOT_KEY)
    theirs = office.account.create_root_key()
    result = rotation_service.rotate(office.start(), plan)
    assert (result.ending, result.state) == (Ending.PUT_BACK, State.UNDONE), str(result.problem)
    assert result.problem is not None and result.problem.code == "aws.limit"
    assert others(office) == [theirs.access_key_id]


@pytest.mark.parametrize("fault", LOST)
def test_on_root_a_key_that_may_be_the_lost_one_is_named_with_its_evidence_and_waits(
    office: Office, fault: faults.Fault
) -> None:
    office.account.fail("iam:CreateAccessKey", fault)
    result = office.rotate(Route.NEW_ROOT_KEY)
    (lost,) = others(office)
    assert (result.ending, result.state, result.step) == (Ending.WAITING, State.WAITING, Step.CREATE)
    assert items(result) == [f"remove-{lost.last4}", f"keep-{lost.last4}"]
    said = result.awaiting[0].steps[0]
    assert lost.masked in said and "no answer came" in said and "no use of it" in said
    assert office.pairs_in_files() == {office.old.access_key_id.value}
    again = rotation_service.carry_on(office.start(), None)
    assert items(again) == items(result)
    assert others(office) == [lost]


def test_where_the_person_says_that_it_may_go_the_rotation_goes_on_with_another_key(office: Office) -> None:
    lost, _result = on_root_without_an_answer(office)
    rotation_service.tick(office.start(), None, f"remove-{lost.last4}")
    result = rotation_service.carry_on(office.start(), None)
    assert (result.ending, result.step) == (Ending.WAITING, Step.WATCH), str(result.problem)
    assert others(office) == [result.new_access_key_id]
    assert result.new_access_key_id != lost


def test_where_the_person_keeps_it_undo_ends_and_it_stays(office: Office) -> None:
    lost, _result = on_root_without_an_answer(office)
    asks = rotation_service.undo(office.start(), None)
    assert (asks.ending, items(asks)) == (Ending.WAITING, [f"remove-{lost.last4}", f"keep-{lost.last4}"])
    rotation_service.tick(office.start(), None, f"keep-{lost.last4}")
    result = rotation_service.undo(office.start(), None)
    assert (result.ending, result.state) == (Ending.DONE, State.UNDONE), str(result.problem)
    assert others(office) == [lost]


class WrongClock(HandClock):
    """A computer's clock that differs from AWS's; both move on together."""

    def __init__(self, right: HandClock, ahead: timedelta) -> None:
        super().__init__()
        self._right, self._ahead = right, ahead

    def now(self) -> datetime:
        return self._right.now() + self._ahead

    def monotonic(self) -> float:
        return self._right.monotonic()

    def advance(self, seconds: float) -> None:
        self._right.advance(seconds)


@pytest.mark.parametrize("minutes", [-4, 4])
def test_times_are_compared_by_aws_own_clock_whatever_this_computers_says(office: Office, minutes: int) -> None:
    wrong = replace(office, clock=WrongClock(office.clock, timedelta(minutes=minutes)))
    plan = wrong.plan(Route.SCOPED_USER)
    office.account.fail("iam:CreateAccessKey", faults.dropped_answer())
    result = rotation_service.rotate(wrong.start(), plan)
    assert (result.ending, result.step) == (Ending.WAITING, Step.WATCH), str(result.problem)
    assert others(office) == [result.new_access_key_id]


def test_a_key_that_somebody_added_to_our_user_days_after_an_interrupted_request_is_asked_about(
    office: Office,
) -> None:
    plan = office.plan(Route.SCOPED_USER)
    office.account.fail("iam:CreateAccessKey", faults.reset(), times=100)
    with pytest.raises(Killed):
        rotation_service.rotate(_killed_when_the_answer_is_lost(office), plan)
    office.account.faults.clear()
    office.clock.advance(2 * 86_400)
    theirs = office.account.create_user_key("backup-home")
    result = rotation_service.carry_on(office.start(), None)
    assert (result.ending, result.step) == (Ending.WAITING, Step.CREATE), str(result.problem)
    assert items(result) == [f"remove-{theirs.access_key_id.last4}", f"keep-{theirs.access_key_id.last4}"]
    rotation_service.tick(office.start(), None, f"keep-{theirs.access_key_id.last4}")
    assert rotation_service.carry_on(office.start(), None).step is Step.WATCH
    assert theirs.access_key_id in others(office)


def _killed_when_the_answer_is_lost(office: Office) -> Context:
    def kill(event: Event) -> None:
        if event.step is Step.CREATE and "answer" in event.detail:
            raise Killed

    return office.start(progress=kill)


# ── Users ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_key_that_somebody_added_to_keyturns_user_stays_until_a_person_decides(office: Office) -> None:
    new = office.rotate(Route.SCOPED_USER).new_access_key_id
    theirs = office.account.create_user_key("backup-home")
    asks = rotation_service.undo(office.start(), None)
    assert (asks.ending, asks.state, asks.step) == (Ending.WAITING, State.WAITING, Step.UNDO), str(asks.problem)
    last4 = theirs.access_key_id.last4
    assert items(asks) == [f"remove-{last4}", f"keep-{last4}"]
    assert office.pairs_in_files() == {office.old.access_key_id.value}
    assert others(office) == [theirs.access_key_id]
    assert new not in others(office)
    rotation_service.tick(office.start(), None, f"keep-{last4}")
    assert rotation_service.undo(office.start(), None).state is State.UNDONE
    assert others(office) == [theirs.access_key_id]
    (user,) = office.account.administrator.inventory().users.values()
    assert user.policies


def test_a_look_of_keyturns_own_is_not_held_against_the_key(office: Office) -> None:
    office.rotate(Route.SCOPED_USER)
    theirs = office.account.create_user_key("backup-home")
    office.write(
        ".aws/credentials",
        f"[theirs]\naws_access_key_id = {theirs.access_key_id}\naws_secret_access_key = {theirs.secret.reveal()}\n",
    )
    office.clock.advance(60)
    office.found(theirs.access_key_id)  # whose it is, STS tells who signs with it
    asks = rotation_service.undo(office.start(), None)
    assert items(asks) == [f"remove-{theirs.access_key_id.last4}", f"keep-{theirs.access_key_id.last4}"]
    assert "Whether anything uses it is not known" in asks.awaiting[0].steps[0]
    assert " used on" not in asks.awaiting[0].steps[0]
    office.clock.advance(3600)
    office.use(theirs, "s3", "ListObjectsV2", {"Bucket": "office-backup"}, "us-east-1")
    said = rotation_service.undo(office.start(), None).awaiting[0].steps[0]
    assert "AWS saw it used on" in said


def test_an_added_key_that_nobody_needs_goes_with_its_user(office: Office) -> None:
    office.rotate(Route.SCOPED_USER)
    theirs = office.account.create_user_key("backup-home")
    rotation_service.undo(office.start(), None)
    rotation_service.tick(office.start(), None, f"remove-{theirs.access_key_id.last4}")
    assert rotation_service.undo(office.start(), None).state is State.UNDONE
    assert (others(office), office.account.user_names()) == ([], ())


def test_a_user_that_somebody_made_again_under_the_name_is_not_ours(office: Office) -> None:
    office.rotate(Route.SCOPED_USER)
    office.account.administrator.delete_user("backup-home")
    office.account.create_user("backup-home", path="/keyturn/", policies={"own": _ALL})
    theirs = office.account.create_user_key("backup-home")
    result = rotation_service.undo(office.start(), None)
    assert (result.ending, result.state) == (Ending.DONE, State.UNDONE), str(result.problem)
    assert others(office) == [theirs.access_key_id]
    assert office.pairs_in_files() == {office.old.access_key_id.value}


_ALL = '{"Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}'


@pytest.mark.parametrize("open_plan", [True, False])
def test_two_computers_of_one_name_get_two_users_and_neither_touches_the_other(
    office: Office, tmp_path: Path, open_plan: bool
) -> None:
    other = beside(office, tmp_path)
    early = other.plan(Route.SCOPED_USER) if open_plan else None
    assert office.rotate(Route.SCOPED_USER).ending is Ending.WAITING
    before = office.account.administrator.inventory()
    theirs = rotation_service.rotate(other.start(), early or other.plan(Route.SCOPED_USER))
    assert theirs.ending is Ending.WAITING, str(theirs.problem)
    assert set(office.account.user_names()) == {"backup-home", "backup-home-2"}
    now = office.account.administrator.inventory()
    assert all(now.users[user_id] == there for user_id, there in before.users.items())
    assert rotation_service.undo(other.start(), None).state is State.UNDONE
    after = office.account.administrator.inventory()
    (known,) = [dict(one.tags) for one in before.users.values()]
    (told,) = [dict(one.tags) for one in after.users.values()]
    more = told.keys() - known.keys()
    assert all(one.startswith(WAITS_TAG) for one in more), "it says there that it needs the old key again"
    assert {name: value for name, value in told.items() if name not in more} == known
    assert (after.keys, after.users.keys()) == (before.keys, before.users.keys())
    assert rotation_service.undo(office.start(), None).state is State.UNDONE
    assert office.account.user_names() == ()


def test_a_name_that_the_person_chose_and_somebody_took_since_is_not_changed_in_silence(
    office: Office, tmp_path: Path
) -> None:
    plan = office.plan(Route.SCOPED_USER, user_name="photos")
    office.account.create_user("photos")
    result = rotation_service.rotate(office.start(), plan)
    assert (result.ending, result.state) == (Ending.PUT_BACK, State.UNDONE)
    assert result.problem is not None and result.problem.code == "aws.exists"
    assert office.account.user_names() == ("photos",)


# ── Before anything is removed ───────────────────────────────────────────────────────────────────────────────────────


def test_where_a_program_writes_the_new_key_back_it_is_not_removed(office: Office) -> None:
    office.rotate(Route.SCOPED_USER)
    path = office.home / ".config/rclone/rclone.conf"
    held = path.read_bytes()

    def write_back(event: Event) -> None:
        if event.step is Step.UNDO and "office.env" in event.detail and event.moment is Moment.GOING_ON:
            path.write_bytes(held)

    result = rotation_service.undo(office.start(progress=write_back), None)
    assert result.ending is not Ending.DONE
    assert len(others(office)) == 1
    for key in office.pairs_in_files():
        assert office.account.accepts(office.old if key == office.old.access_key_id.value else office.kept_by_id(key))
    assert rotation_service.undo(office.start(), None).state is State.UNDONE
    assert others(office) == []


def test_a_destination_that_cannot_be_read_keeps_the_new_key_alive(office: Office) -> None:
    office.rotate(Route.SCOPED_USER)
    path = office.home / ".config/rclone/rclone.conf"
    content = path.read_bytes()
    path.unlink()
    result = rotation_service.undo(office.start(), None)
    assert result.ending is Ending.STOPPED
    assert len(others(office)) == 1
    path.write_bytes(content)
    assert rotation_service.undo(office.start(), None).state is State.UNDONE


def test_the_old_key_is_tried_before_it_is_put_back(office: Office) -> None:
    office.rotate(Route.SCOPED_USER)
    root = "arn:aws:iam::111122223333:root"
    condition = {"ArnEquals": {"aws:PrincipalArn": root}}
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::office-backup*"}
    text = json.dumps({"Statement": [{**deny, "Condition": condition}]})
    office.account.administrator.set_bucket_policy("office-backup", text)
    held = office.pairs_in_files()
    result = rotation_service.undo(office.start(), None)
    assert result.ending is Ending.STOPPED
    assert result.problem is not None and "office-backup" in result.problem.title
    assert office.pairs_in_files() == held
    assert office.rotations()[0].step is Step.WATCH, "it may go on as well"
    office.account.administrator.set_bucket_policy("office-backup", None)
    assert rotation_service.undo(office.start(), None).state is State.UNDONE


def test_an_old_key_that_is_gone_is_never_put_back(office: Office) -> None:
    office.rotate(Route.NEW_ROOT_KEY)
    held = office.pairs_in_files()
    office.account.root_delete(office.old.access_key_id)
    office.clock.advance(60)
    result = rotation_service.undo(office.start(), None)
    assert result.problem is not None and result.problem.code == "key.gone"
    assert office.pairs_in_files() == held
    assert len(others(office)) == 1


# ── Rotations of the first version ───────────────────────────────────────────────────────────────────────────────────


def as_the_first_keyturn_wrote_it(office: Office) -> None:
    """Take everything out of the journal, and out of the user's tags, that the first Keyturn did not know."""
    with closing(sqlite3.connect(office.memory / "journal.sqlite3")) as journal:
        (text,) = journal.execute("SELECT decision FROM rotation").fetchone()
        decision = json.loads(text)
        for name in ("version", "rotation_id", "user_name_given"):
            decision.pop(name)
        journal.execute("UPDATE rotation SET decision = ?", (json.dumps(decision),))
        journal.execute("DELETE FROM entry WHERE step = 'create' AND mark = 'noted'")
        journal.commit()
    for user in office.account._identities.users.values():
        user.tags.pop("keyturn:rotation-id", None)


def test_a_rotation_of_the_first_version_is_undone_by_its_recorded_user_and_key(office: Office) -> None:
    office.rotate(Route.SCOPED_USER)
    as_the_first_keyturn_wrote_it(office)
    assert rotation_service.undo(office.start(), None).state is State.UNDONE
    assert (others(office), office.account.user_names()) == ([], ())
    assert office.pairs_in_files() == {office.old.access_key_id.value}


def test_of_a_user_that_two_computers_of_the_first_version_share_only_the_recorded_key_goes(office: Office) -> None:
    office.rotate(Route.SCOPED_USER)
    as_the_first_keyturn_wrote_it(office)
    theirs = office.account.create_user_key("backup-home")
    asks = rotation_service.undo(office.start(), None)
    assert items(asks) == [f"remove-{theirs.access_key_id.last4}", f"keep-{theirs.access_key_id.last4}"]
    assert others(office) == [theirs.access_key_id]


def test_a_user_of_a_newer_rotation_is_not_taken_for_the_first_versions(office: Office, tmp_path: Path) -> None:
    office.rotate(Route.SCOPED_USER)
    as_the_first_keyturn_wrote_it(office)
    office.account.administrator.delete_user("backup-home")
    other = beside(office, tmp_path)
    for path in other.home.rglob("*"):
        if path.is_file():
            path.write_text(path.read_text())
    other.write_programs()
    theirs = other.rotate(Route.SCOPED_USER)
    assert theirs.ending is Ending.WAITING, str(theirs.problem)
    before = office.account.administrator.inventory()
    assert rotation_service.undo(office.start(), None).state is State.UNDONE
    assert office.account.administrator.inventory() == before


def test_a_rotation_killed_anywhere_leaves_nothing_of_ours_behind_an_undo(new_office: Callable[[], Office]) -> None:
    for nth in range(2, 14):
        office = new_office()
        plan = office.plan(Route.SCOPED_USER)
        with pytest.raises(Killed):
            rotation_service.rotate(fragile(office, Countdown(nth)), plan)
        if office.rotations():
            assert rotation_service.undo(office.start(), None).state is State.UNDONE
            assert (others(office), office.account.user_names()) == ([], ())
