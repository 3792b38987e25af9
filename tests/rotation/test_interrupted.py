"""Killed at every journal entry and at every request to AWS, a rotation goes on or goes back, and loses nothing."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from itertools import count
from pathlib import Path

import pytest

from keyturn.aws.session import Aws, AwsSettings, OwnUse
from keyturn.rotation import rotation_service
from keyturn.rotation.context import Context, OwnUses
from keyturn.rotation.planning.plan import Plan
from keyturn.rotation.steps import By, Ending, Result, Route, State, Step
from keyturn.state.journal import Journal, Mark

from .conftest import Office

# The whole sweep (`packaging/dev.py sweep`) kills at each moment; an odd number meets those before and after an entry.
_EVERY = 15


class Killed(BaseException):
    """The program ends here: nothing catches this, as nothing catches SIGKILL."""


class Countdown:
    """Kills at the nth moment, and counts how many there are."""

    def __init__(self, nth: int) -> None:
        self._nth = nth
        self.moments = 0

    def __call__(self) -> None:
        self.moments += 1
        if self.moments == self._nth:
            raise Killed


class FragileJournal(Journal):
    """A journal whose program is killed before or after an entry."""

    countdown: Countdown

    def write(self, rotation: str, at: datetime, step: str, mark: Mark, facts: Mapping[str, object]) -> None:
        self.countdown()
        super().write(rotation, at, step, mark, facts)
        self.countdown()


class JournalOfKilled(Journal):
    """A journal whose program is killed once a step has begun."""

    step: Step

    def write(self, rotation: str, at: datetime, step: str, mark: Mark, facts: Mapping[str, object]) -> None:
        super().write(rotation, at, step, mark, facts)
        if (step, mark) == (self.step.value, Mark.INTENT):
            raise Killed


def fragile(office: Office, countdown: Countdown) -> Context:
    """A start of Keyturn that is killed at some journal entry or request to AWS."""
    sound = office.start()
    journal = FragileJournal(office.memory)
    journal.countdown = countdown
    note = OwnUses(journal)

    def use(one: OwnUse) -> None:
        countdown()
        note(one)

    aws = Aws(AwsSettings(endpoint_url=office.url), use, now=office.clock.now, sleep=office.clock.sleep)
    return replace(sound, journal=journal, aws=aws)


def killed_at(office: Office, nth: int, work: Callable[[Context], Result]) -> bool:
    """True where the work was killed at its nth moment, False where it had fewer."""
    try:
        work(fragile(office, Countdown(nth)))
    except Killed:
        return True
    return False


def expect_sound(office: Office) -> None:
    """At this instant every destination holds one complete pair that AWS accepts, and no live key is unknown."""
    for key in office.pairs_in_files():
        pair = office.old if key == office.old.access_key_id.value else office.kept_by_id(key)
        assert office.account.accepts(pair)


def expect_over(office: Office, *, new_keys: int) -> None:
    """Nothing is left lying about: no orphan key, no trace in a bucket, no temporary file."""
    others = [k for k in office.account.listed_keys() if k.access_key_id != office.old.access_key_id]
    assert len(others) == new_keys
    for bucket in office.account.buckets:
        assert not office.account.trace_of(bucket).uploads
    assert not list(office.home.rglob(".keyturn-*"))


ROUTES = [Route.SCOPED_USER, Route.NEW_ROOT_KEY]


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("back", [False, True], ids=["continue", "undo"])
def test_a_rotation_killed_anywhere_is_finished_or_undone(
    new_office: Callable[[], Office], route: Route, back: bool
) -> None:
    for nth in count(1 + back, step=_EVERY):
        office = new_office()
        plan: Plan = office.plan(route)
        if not killed_at(office, nth, lambda s, plan=plan: rotation_service.rotate(s, plan)):  # type: ignore[misc]
            break
        expect_sound(office)
        if not office.rotations():
            continue  # killed before anything was begun
        result = (rotation_service.undo if back else rotation_service.carry_on)(office.start(), None)
        expect_sound(office)
        assert result.problem is None, (nth, str(result.problem))
        if back:
            assert (result.ending, result.state) == (Ending.DONE, State.UNDONE), nth
            assert office.pairs_in_files() == {office.old.access_key_id.value}
        else:
            assert (result.ending, result.state) == (Ending.WAITING, State.WAITING), nth
            assert office.pairs_in_files() == {str(result.new_access_key_id)}
        expect_over(office, new_keys=0 if back else 1)
    assert nth > 15, "the harness never killed anything"


def test_an_undo_killed_anywhere_is_undone_by_the_next_one(new_office: Callable[[], Office]) -> None:
    for nth in count(1, step=_EVERY):
        office = new_office()
        office.rotate(Route.SCOPED_USER)
        if not killed_at(office, nth, lambda s: rotation_service.undo(s, None)):
            break
        expect_sound(office)
        if office.rotations()[-1].state is State.UNDONE:
            continue
        result = rotation_service.carry_on(office.start(), None)
        if result.state is not State.UNDONE:
            result = rotation_service.undo(office.start(), None)  # killed before the undo was in the journal
        assert result.state is State.UNDONE, (nth, str(result.problem))
        assert office.pairs_in_files() == {office.old.access_key_id.value}
        expect_over(office, new_keys=0)
    assert nth > 10


def test_turning_off_and_deleting_killed_anywhere_end_well(new_office: Callable[[], Office]) -> None:
    for nth in count(1, step=_EVERY):
        office = new_office()
        office.rotate(Route.NEW_ROOT_KEY)

        def off_and_delete(context: Context, office: Office = office) -> Result:
            rotation_service.turn_off(context, None, By.KEY)
            return rotation_service.delete(context, None, office.old.access_key_id.last4)

        if not killed_at(office, nth, off_and_delete):
            break
        expect_sound(office)
        if not office.rotations()[-1].is_over:
            rotation_service.carry_on(office.start(), None)
        if not office.rotations()[-1].is_over:
            result = off_and_delete(office.start())
            assert result.state is State.DONE, (nth, str(result.problem))
        expect_sound(office)
        assert office.status_of(office.old.access_key_id) is None
    assert nth > 10


@pytest.mark.parametrize("route", [Route.SCOPED_USER, Route.NEW_ROOT_KEY])
def test_turning_off_that_was_interrupted_before_aws_heard_of_it_waits_as_before(office: Office, route: Route) -> None:
    office.rotate(route)
    journal = JournalOfKilled(office.memory)
    journal.step = Step.TURN_OFF
    with pytest.raises(Killed):
        rotation_service.turn_off(replace(office.start(), journal=journal), None, By.KEY)
    assert office.rotations()[-1].state is State.INTERRUPTED
    assert "iam:UpdateAccessKey" not in office.account.log.actions()
    result = rotation_service.carry_on(office.start(), None)
    assert (result.ending, result.state, result.step) == (Ending.WAITING, State.WAITING, Step.WATCH)
    assert rotation_service.turn_off(office.start(), None, By.KEY).step is Step.DELETE


def test_an_undo_clears_away_what_a_killed_keyturn_left_of_a_key(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = office.plan(Route.SCOPED_USER)
    assert killed_at(office, 9, lambda s: rotation_service.rotate(s, plan))  # before any file was changed
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with subprocess.Popen(["/bin/true"]) as ended:
        ended.wait()
    of_a_check = tmp_path / f"keyturn-check-{ended.pid}-x"
    of_a_check.mkdir()
    of_a_replacement = office.write(".config/rclone/.keyturn-0123456789abcdef.tmp", "half of a file with a key")
    result = rotation_service.undo(office.start(), None)
    assert (result.ending, result.problem) == (Ending.DONE, None), str(result.problem)
    assert not of_a_check.exists()
    assert not of_a_replacement.exists()
