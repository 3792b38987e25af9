"""Made-up keys and rotations, at any stage, without an account."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeAlias

import pytest

from keyturn.model.keys import AccessKey, AccessKeyId, KeyStatus, Principal
from keyturn.model.places import Place, PlaceKind, Target
from keyturn.reminders.due import Standing
from keyturn.rotation.decision import Decision, Destination
from keyturn.rotation.events.entry import Entry
from keyturn.rotation.events.every_event import Event
from keyturn.rotation.events.key_events import DoneBy, KeyMade
from keyturn.rotation.record import Rotation
from keyturn.rotation.steps import Awaited, By, Route, Step
from keyturn.state.journal import Mark
from keyturn.state.seen_keys import SeenKey

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
OLD = AccessKeyId("AKIAOLDROOTKEYEXAMPL")
NEW = AccessKeyId("AKIANEWUSERKEYEXAMPL")
ROOT = Principal.from_arn("arn:aws:iam::123456789012:root")
USER = Principal.from_arn("arn:aws:iam::123456789012:user/backup/office")

# A step, how it stands, and how many days ago that was written.
Stage: TypeAlias = tuple[Step, Mark, float]
MakeRotation: TypeAlias = Callable[..., Standing]
MakeKey: TypeAlias = Callable[..., SeenKey]

SWITCHED: tuple[Stage, ...] = (
    (Step.CHECK, Mark.DONE, 10),
    (Step.CREATE, Mark.DONE, 10),
    (Step.PROVE, Mark.DONE, 10),
    (Step.SWITCH, Mark.DONE, 10),
    (Step.PROVE_AGAIN, Mark.DONE, 10),
)
OFF: tuple[Stage, ...] = (*SWITCHED, (Step.TURN_OFF, Mark.DONE, 5), (Step.PROVE_OFF, Mark.DONE, 5))


@pytest.fixture
def make_rotation() -> MakeRotation:
    """Make a rotation whose journal has these entries."""

    def make(
        *marks: Stage,
        route: Route = Route.SCOPED_USER,
        by_hand: tuple[str, ...] = (),
        name: str = "20261111-AMPL",
        **days: float,
    ) -> Standing:
        path, target = Path("/home/oma/rclone.conf"), Target("family-archive")
        place = Place("rclone", "oma", path, "[oma]", PlaceKind.DESTINATION, OLD, targets=(target,))
        destination = Destination(place, (target,), path)
        decision = Decision(
            rotation=name,
            key=OLD,
            owner=ROOT,
            route=route,
            destinations=(destination,) if route.makes_a_key else (),
            by_hand=(),
            computers=(),
            mentions=(),
            known_keys=(OLD,),
            regions={"family-archive": "eu-central-1"},
            user_name="keyturn-office" if route is Route.SCOPED_USER else None,
            policy=None,
            watch_days=days.get("watch_days", 3.0),
            off_days=days.get("off_days", 7.0),
        )
        entries = [entry(step, mark, NOW - timedelta(days=ago)) for step, mark, ago in marks]
        rotation = Rotation(decision, NOW - timedelta(days=10), tuple(entries))
        return Standing(rotation, tuple(Awaited(f"item-{title}", title) for title in by_hand))

    return make


def entry(step: Step, mark: Mark, at: datetime) -> Entry:
    events: Mapping[tuple[Step, Mark], Event] = {
        (Step.CREATE, Mark.DONE): KeyMade(NEW),
        (Step.TURN_OFF, Mark.DONE): DoneBy(By.CONSOLE),
    }
    return Entry(at, step, mark, (events[step, mark],) if (step, mark) in events else ())


@pytest.fixture
def make_key() -> MakeKey:
    """Make a key as it was seen an hour ago."""

    def make(
        *,
        key: AccessKeyId = OLD,
        owner: Principal | None = ROOT,
        days: float | None = 9 * 365.25 + 1,
        status: KeyStatus = KeyStatus.ACTIVE,
        used: bool = True,
        checked: datetime | None = NOW - timedelta(hours=1),
    ) -> SeenKey:
        created = None if days is None else NOW - timedelta(days=days)
        return SeenKey(AccessKey(key, owner, status, created), used, (Path("/home/oma/rclone.conf"),), checked)

    return make
