"""What is due follows from what is known and from the time, and from nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from keyturn.model.keys import AccessKeyId, KeyStatus
from keyturn.reminders.due import Due, DueKind, Standing, foreseen
from keyturn.rotation import labels
from keyturn.rotation.events.every_event import Event
from keyturn.rotation.events.rotation_events import Failed, NewKeyFails
from keyturn.rotation.steps import Route, Step
from keyturn.state.journal import Mark
from keyturn.state.settings import Settings

from .conftest import NEW, NOW, OFF, OLD, SWITCHED, USER, MakeKey, MakeRotation, Stage


def of(*rotations: Standing) -> tuple[Due, ...]:
    return foreseen((), rotations, Settings(), NOW)


# ── Keys ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_root_key_is_due_a_year_after_aws_made_it(make_key: MakeKey) -> None:
    (due,) = foreseen([make_key()], (), Settings(), NOW)
    assert due.kind is DueKind.OLD_KEY
    assert due.title == f"Your AWS root key {OLD.masked} is 9 years old"
    assert due.since == NOW - timedelta(days=9 * 365.25 + 1) + timedelta(days=365)
    assert due.command == ("plan", OLD.last4)
    assert due.rotation is None
    assert OLD.value not in due.title + due.message


def test_a_users_key_is_due_after_ninety_days(make_key: MakeKey) -> None:
    (due,) = foreseen([make_key(owner=USER, days=100)], (), Settings(), NOW)
    assert due.title == f"Access key {OLD.masked} of office is 3 months old"
    assert due.since == NOW - timedelta(days=10)


def test_a_limit_is_the_persons_to_choose_or_to_leave_out(make_key: MakeKey) -> None:
    keys = [make_key(days=100), make_key(key=NEW, owner=USER, days=100)]
    (root, user) = foreseen(keys, (), Settings(root_limit_days=50, user_limit_days=100), NOW)
    assert (root.since, user.since) == (NOW - timedelta(days=50), NOW)
    assert foreseen(keys, (), Settings(root_limit_days=None, user_limit_days=None), NOW) == ()


def test_a_younger_key_is_foreseen(make_key: MakeKey) -> None:
    (due,) = foreseen([make_key(days=300)], (), Settings(), NOW)
    assert due.since == NOW + timedelta(days=65)


@pytest.mark.parametrize(
    "unknown",
    [
        {"days": None},
        {"owner": None},
        {"status": KeyStatus.UNKNOWN},
        {"status": KeyStatus.REJECTED},
        {"status": KeyStatus.INACTIVE},
    ],
)
def test_a_key_that_is_off_or_of_which_aws_did_not_tell_is_not_said_to_be_old(
    make_key: MakeKey, unknown: dict[str, object]
) -> None:
    assert foreseen([make_key(**unknown)], (), Settings(), NOW) == ()


def test_a_key_that_is_being_replaced_is_due_in_its_rotation_alone(
    make_key: MakeKey, make_rotation: MakeRotation
) -> None:
    (due,) = foreseen([make_key()], [make_rotation(*SWITCHED)], Settings(), NOW)
    assert due.kind is DueKind.TURNING_OFF
    undone = make_rotation(*SWITCHED, (Step.UNDO, Mark.INTENT, 1), (Step.UNDO, Mark.DONE, 1))
    (due,) = foreseen([make_key()], [undone], Settings(), NOW)
    assert due.kind is DueKind.OLD_KEY


def test_two_keys_that_end_alike_are_named_in_full_in_the_command(make_key: MakeKey) -> None:
    other = AccessKeyId("AKIAOTHERKEYXXXXAMPL")
    commands = {due.command for due in foreseen([make_key(), make_key(key=other)], (), Settings(), NOW)}
    assert commands == {("plan", OLD.value), ("plan", other.value)}


# ── Rotations ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("step", [Step.CREATE, Step.SWITCH, Step.TURN_OFF, Step.DELETE, Step.UNDO])
def test_an_interrupted_rotation_is_due_at_once(make_rotation: MakeRotation, step: Step) -> None:
    marks: tuple[Stage, ...] = OFF if step is Step.DELETE else SWITCHED if step is not Step.CREATE else ()
    interrupted = make_rotation(*marks, (step, Mark.INTENT, 2))
    if step is Step.SWITCH:
        interrupted = make_rotation(*SWITCHED[:3], (step, Mark.INTENT, 2))
    (due,) = of(interrupted)
    assert due.kind is DueKind.INTERRUPTED
    assert due.command == ("continue", "20261111-AMPL")
    assert due.since == NOW - timedelta(days=2)
    assert "No program holds half a key" in due.message


def test_a_rotation_that_stopped_needs_a_person(make_rotation: MakeRotation) -> None:
    (due,) = of(make_rotation(*SWITCHED, (Step.TURN_OFF, Mark.INTENT, 2), (Step.TURN_OFF, Mark.FAILED, 1)))
    assert due.kind is DueKind.STOPPED
    assert due.kind.is_urgent
    assert "Turn the old key off" in due.message


def with_event(standing: Standing, event: Event) -> Standing:
    """The same, with this in its newest entry."""
    *before, newest = standing.rotation.entries
    entries = (*before, replace(newest, events=(*newest.events, event)))
    return replace(standing, rotation=replace(standing.rotation, entries=entries))


@pytest.mark.parametrize("marks", [SWITCHED, OFF], ids=["on", "off"])
def test_where_the_new_key_failed_nobody_is_told_to_end_the_old_one(
    make_rotation: MakeRotation, marks: tuple[Stage, ...]
) -> None:
    rotation = make_rotation(*marks, (Step.WATCH, Mark.NOTED, 1), watch_days=1, off_days=1)
    (due,) = of(with_event(rotation, NewKeyFails("unknown-key")))
    assert (due.kind, due.command) == (DueKind.STOPPED, ("status",))
    assert due.since == NOW - timedelta(days=1)
    assert "can be" not in due.title and "keyturn undo" in due.message
    (again,) = of(with_event(rotation, NewKeyFails("")))
    assert again.kind in {DueKind.TURNING_OFF, DueKind.DELETION}


@pytest.mark.parametrize(
    ("marks", "step"),
    [
        ((), Step.CREATE),
        (SWITCHED[:4], Step.PROVE_AGAIN),
        (OFF[:-1], Step.PROVE_OFF),
        (SWITCHED, Step.UNDO),
        (OFF, Step.UNDO),
    ],
)
def test_a_step_that_waits_for_a_person_is_due_as_that_and_as_nothing_else(
    make_rotation: MakeRotation, marks: tuple[Stage, ...], step: Step
) -> None:
    rotation = make_rotation(*marks, (step, Mark.INTENT, 2), (step, Mark.FAILED, 1), watch_days=1)
    (due,) = of(with_event(rotation, Failed(waits=True)))
    assert (due.kind, due.command, due.since) == (DueKind.STOPPED, ("status",), NOW - timedelta(days=1))
    assert labels.step(step) in due.message


@pytest.mark.parametrize("route", [Route.SCOPED_USER, Route.RETIRE])
def test_turning_off_is_due_when_it_was_watched_for_long_enough(make_rotation: MakeRotation, route: Route) -> None:
    marks = SWITCHED if route.makes_a_key else SWITCHED[:1]
    (due,) = of(make_rotation(*marks, route=route, watch_days=3))
    assert due.kind is DueKind.TURNING_OFF
    assert due.since == NOW - timedelta(days=7)
    assert due.command == ("turn-off", "20261111-AMPL")
    (due,) = of(make_rotation(*marks, route=route, watch_days=11))
    assert due.since == NOW + timedelta(days=1)


def test_what_a_person_has_to_do_comes_before_turning_off(make_rotation: MakeRotation) -> None:
    (due,) = of(make_rotation(*SWITCHED, by_hand=("Look at deploy.sh", "Restart rclone"), watch_days=30))
    assert due.kind is DueKind.BY_HAND
    assert due.since == NOW - timedelta(days=10)
    assert "Look at deploy.sh" in due.message
    assert due.command == ("status",)


@pytest.mark.parametrize(
    ("route", "command"),
    [(Route.SCOPED_USER, ("status",)), (Route.SAME_USER, ("delete", "20261111-AMPL"))],
)
def test_deleting_is_due_after_the_waiting_period(
    make_rotation: MakeRotation, route: Route, command: tuple[str, ...]
) -> None:
    (due,) = of(make_rotation(*OFF, route=route, off_days=5))
    assert due.kind is DueKind.DELETION
    assert due.since == NOW
    assert due.command == command
    (later,) = of(make_rotation(*OFF, route=route, off_days=7))
    assert later.since == NOW + timedelta(days=2)


def test_a_rotation_that_is_over_is_not_due(make_rotation: MakeRotation) -> None:
    assert of(make_rotation(*OFF, (Step.DELETE, Mark.INTENT, 1), (Step.DELETE, Mark.DONE, 1))) == ()


def test_the_most_urgent_comes_first_and_within_a_kind_the_longest_due(
    make_key: MakeKey, make_rotation: MakeRotation
) -> None:
    rotations = [
        make_rotation(*OFF, name="delete-me", off_days=1),
        make_rotation((Step.CREATE, Mark.INTENT, 1), name="interrupted"),
        make_rotation(*OFF, name="delete-me-first", off_days=0),
    ]
    keys = [make_key(key=NEW, days=500), make_key(key=AccessKeyId("AKIATHIRDKEYXXXXXXXX"), days=600)]
    found = foreseen(keys, rotations, Settings(), NOW)
    assert [one.rotation or one.key.last4 for one in found] == [
        *("interrupted", "delete-me-first", "delete-me"),
        *("XXXX", "AMPL"),
    ]


def test_a_thing_keeps_its_identity_while_time_passes(make_key: MakeKey) -> None:
    (today,) = foreseen([make_key()], (), Settings(), NOW)
    (later,) = foreseen([make_key()], (), Settings(), NOW + timedelta(days=400))
    assert today.identity == later.identity
    assert replace(today, kind=DueKind.DELETION).identity != today.identity
