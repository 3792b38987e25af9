"""A file that had the new key holds the old one again: a person says which it is to be, and either way works."""

from __future__ import annotations

import pytest

from keyturn.model.keys import AccessKeyId, KeyStatus
from keyturn.rotation import rotation_service
from keyturn.rotation.context import Event
from keyturn.rotation.steps import PUT_IN_AGAIN, By, Ending, Result, Route, State, Step

from .conftest import Office
from .test_interrupted import Killed

RCLONE = ".config/rclone/rclone.conf"
LONG_AGO = 1200.0  # seconds, after which no key counts as new


def rotated_and_restored(office: Office, *, off: bool = False) -> AccessKeyId:
    """A rotation up to *watch*, or with the old key off; then a person restores one file of before."""
    before = (office.home / RCLONE).read_bytes()
    new = office.rotate(Route.SAME_USER if off else Route.SCOPED_USER).new_access_key_id
    assert new is not None
    if off:
        turned_off = rotation_service.turn_off(office.start(), None, By.KEY)
        assert turned_off.ending is Ending.DONE, turned_off.problem
    (office.home / RCLONE).write_bytes(before)
    office.clock.advance(LONG_AGO)
    return new


def half_undone(office: Office, route: Route) -> AccessKeyId:
    """Killed where the files have the old key again; then a person deletes that one in the console."""
    new = office.rotate(route).new_access_key_id
    assert new is not None

    def die_before_removal(event: Event) -> None:
        if event.step is Step.UNDO and office.pairs_in_files() == {office.old.access_key_id.value}:
            raise Killed

    with pytest.raises(Killed):
        rotation_service.undo(office.start(progress=die_before_removal), None)
    office.account.root_delete(office.old.access_key_id)
    office.clock.advance(LONG_AGO)
    return new


def awaited(result: Result) -> list[str]:
    return [one.item for one in result.awaiting]


def say_again(office: Office) -> Result:
    return rotation_service.tick(office.start(), None, PUT_IN_AGAIN)


def test_a_restored_file_is_left_as_it_is_until_a_person_says_which_key_it_is_to_have(office: Office) -> None:
    rotated_and_restored(office)
    restored = (office.home / RCLONE).read_bytes()
    for result in (
        rotation_service.carry_on(office.start(), None),
        rotation_service.turn_off(office.start(), None, By.CONSOLE),
    ):
        assert result.problem is not None
        assert (result.ending, result.problem.code) == (Ending.STOPPED, "place.other-key")
        assert awaited(result) == [PUT_IN_AGAIN, "undo"]
    assert awaited(rotation_service.standing(office.start(), office.rotations()[0])) == [PUT_IN_AGAIN, "undo"]
    assert (office.home / RCLONE).read_bytes() == restored
    assert office.status_of(office.old.access_key_id) is KeyStatus.ACTIVE


def test_put_in_again_it_goes_on_as_before(office: Office) -> None:
    new = rotated_and_restored(office)
    rotation_service.carry_on(office.start(), None)
    result = say_again(office)
    assert (result.ending, result.state, result.step, result.problem) == (Ending.DONE, State.WAITING, Step.WATCH, None)
    assert office.pairs_in_files() == {new.value}
    office.account.root_turn_off(office.old.access_key_id)
    office.clock.advance(LONG_AGO)
    off = rotation_service.turn_off(office.start(), None, By.CONSOLE)
    assert (off.ending, off.step, off.problem) == (Ending.DONE, Step.DELETE, None)


def test_put_back_instead_everything_is_as_before(office: Office) -> None:
    rotated_and_restored(office)
    rotation_service.carry_on(office.start(), None)
    result = rotation_service.undo(office.start(), None)
    assert (result.ending, result.state) == (Ending.DONE, State.UNDONE)
    assert office.pairs_in_files() == {office.old.access_key_id.value}


def test_after_it_was_put_in_again_everything_can_still_be_undone(office: Office) -> None:
    rotated_and_restored(office)
    rotation_service.carry_on(office.start(), None)
    say_again(office)
    result = rotation_service.undo(office.start(), None)
    assert (result.ending, result.state) == (Ending.DONE, State.UNDONE)
    assert office.pairs_in_files() == {office.old.access_key_id.value}


def test_a_person_who_mends_the_file_is_not_asked_any_more(office: Office) -> None:
    new = office.rotate(Route.SCOPED_USER).new_access_key_id
    with_new = (office.home / RCLONE).read_bytes()
    text = with_new.decode().replace(new.value, office.old.access_key_id.value)  # type: ignore[union-attr]
    text = text.replace(office.kept(new).secret.reveal(), office.old.secret.reveal())  # type: ignore[arg-type]
    (office.home / RCLONE).write_text(text)
    assert PUT_IN_AGAIN in awaited(rotation_service.carry_on(office.start(), None))
    (office.home / RCLONE).write_bytes(with_new)
    result = rotation_service.carry_on(office.start(), None)
    assert (result.ending, result.problem) == (Ending.WAITING, None)
    assert PUT_IN_AGAIN not in awaited(result)


def test_a_new_key_that_does_not_work_is_put_nowhere(office: Office) -> None:
    new = rotated_and_restored(office)
    restored = (office.home / RCLONE).read_bytes()
    rotation_service.carry_on(office.start(), None)
    office.account.root_turn_off(new)
    office.clock.advance(LONG_AGO)
    result = say_again(office)
    assert result.ending is Ending.STOPPED
    assert (office.home / RCLONE).read_bytes() == restored
    assert PUT_IN_AGAIN in awaited(result)


def test_with_the_old_key_off_it_is_put_in_again_and_stays_off(office: Office) -> None:
    office.use_key_of_user("office", age_days=800)
    new = rotated_and_restored(office, off=True)
    stopped = rotation_service.carry_on(office.start(), None)
    assert PUT_IN_AGAIN in awaited(stopped)
    result = say_again(office)
    assert (result.ending, result.step, result.problem) == (Ending.DONE, Step.DELETE, None)
    assert office.pairs_in_files() == {new.value}
    assert office.status_of(office.old.access_key_id) is KeyStatus.INACTIVE


@pytest.mark.parametrize("command", [rotation_service.carry_on, rotation_service.undo])
def test_an_undo_that_cannot_end_as_its_key_was_deleted_turns_round(office: Office, command: object) -> None:
    new = half_undone(office, Route.SCOPED_USER)
    stopped = command(office.start(), None)  # type: ignore[operator]
    assert stopped.problem.code == "undo.old-key-off"  # of a root key AWS tells nobody whether it is off or gone
    assert awaited(stopped) == ["turn-on", PUT_IN_AGAIN]
    result = say_again(office)
    assert (result.ending, result.step, result.problem) == (Ending.DONE, Step.WATCH, None)
    assert office.pairs_in_files() == {new.value}
    gone = rotation_service.carry_on(office.start(), None)
    assert (gone.ending, gone.step, gone.problem) == (Ending.DONE, Step.DELETE, None)


def test_of_a_user_s_key_that_was_deleted_in_the_middle_of_an_undo_it_is_said_that_it_is_gone(office: Office) -> None:
    office.use_key_of_user("office", age_days=800)
    new = half_undone(office, Route.SAME_USER)
    stopped = rotation_service.undo(office.start(), None)
    assert stopped.problem is not None
    assert stopped.problem.code == "key.gone"
    assert "keyturn done put-in-again" in stopped.problem.message
    assert awaited(stopped) == [PUT_IN_AGAIN]
    assert say_again(office).step is Step.WATCH
    assert office.pairs_in_files() == {new.value}


def test_a_journal_from_before_an_undo_that_ended_is_told_that_everything_is_back(office: Office) -> None:
    office.use_key_of_user("office", age_days=800)
    office.rotate(Route.SAME_USER)
    rotation_service.turn_off(office.start(), None, By.KEY)
    kept = {path: path.read_bytes() for path in office.memory.iterdir() if path.is_file()}
    undone = rotation_service.undo(office.start(), None)
    assert (undone.ending, undone.state) == (Ending.DONE, State.UNDONE)
    for path in set(office.memory.iterdir()) - set(kept):
        if path.is_file():
            path.unlink()  # such as the journal's own log of the newest changes
    for path, content in kept.items():
        path.write_bytes(content)
    office.clock.advance(LONG_AGO)
    result = rotation_service.carry_on(office.start(), None)
    assert (result.ending, result.state, result.problem) == (Ending.DONE, State.UNDONE, None)
    assert office.pairs_in_files() == {office.old.access_key_id.value}
    assert office.status_of(office.old.access_key_id) is KeyStatus.ACTIVE


def test_nothing_is_put_in_again_where_nothing_slipped_back(office: Office) -> None:
    from keyturn.model.errors import UsageError

    office.rotate(Route.SCOPED_USER)
    with pytest.raises(UsageError):
        say_again(office)
