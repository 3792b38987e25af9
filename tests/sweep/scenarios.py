"""The ways through Keyturn that the sweep disturbs: a route, what was done before, and the command under test."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Goal(StrEnum):
    """Where the rotation stands when the command under test has ended well."""

    WATCH = "watch"  # the new key is in place, the old one is on
    OFF = "off"
    DELETED = "deleted"
    UNDONE = "undone"


class Person(StrEnum):
    """What only a person can do, in the AWS console, at the screen, or at the mains switch."""

    TICK_EVERYTHING = "tick everything"
    TURN_OFF = "turn the old key off"
    TURN_ON = "turn the old key on"
    DELETE = "delete the old key"
    KILL_NEXT = "kill the next command when AWS has made the new key, and nobody has heard of it"


Act = tuple[str, ...] | Person


@dataclass(frozen=True)
class Scenario:
    """One way.

    Attributes:
        before: what was done, undisturbed, before the command under test.
        command: what is typed; `LAST4` stands for the end of the old key.
    """

    route: str
    name: str
    before: tuple[Act, ...]
    command: tuple[str, ...]
    goal: Goal

    @property
    def title(self) -> str:
        """Its name in the table and in repeat commands."""
        return f"{self.route}/{self.name}"

    @property
    def makes_a_key(self) -> bool:
        """False where nothing uses the old key."""
        return self.route != "retire"

    @property
    def same_owner(self) -> bool:
        """True where the new key may turn the old key on and off, and delete it."""
        return self.route in {"new-root-key", "same-user"}


BUCKETS = ("--bucket", "office-backup", "--bucket", "photos-vault")
ROUTES = ("scoped-user", "new-root-key", "same-user", "retire")


def scenarios() -> tuple[Scenario, ...]:
    """All of them."""
    return tuple(one for route in ROUTES for one in _of_route(route))


def scenario_named(title: str) -> Scenario:
    """The scenario of that title."""
    return next(one for one in scenarios() if one.title == title)


def _of_route(route: str) -> Iterator[Scenario]:
    rotate = ("rotate", "LAST4", *BUCKETS, "--route", route, "--watch-days", "0", "--off-days", "0")
    same_owner = route in {"new-root-key", "same-user"}
    by_key, by_console = ("turn-off", "--by", "key"), ("turn-off", "--by", "console")
    watching: tuple[Act, ...] = (rotate, Person.TICK_EVERYTHING)
    off = (*watching, by_key)
    yield Scenario(route, "rotate", (), rotate, Goal.WATCH)
    yield Scenario(route, "undo", (rotate,), ("undo",), Goal.UNDONE)
    if route != "retire":
        yield Scenario(route, "continue", (Person.KILL_NEXT, rotate), ("continue",), Goal.WATCH)
    if route == "same-user":
        # The route that a renewal goes; the plan keeps the person's answers, and the renewal asks nothing new.
        days: Act = ("renew", "LAST4", "--every", "90", "--at", "03:00", "--watch-days", "0")
        yield Scenario(route, "renew", (("plan", "LAST4", *BUCKETS), days), ("renew", "LAST4", "--now"), Goal.WATCH)
    yield Scenario(route, "turn-off-key", watching, by_key, Goal.OFF)
    yield Scenario(route, "turn-off-console", (*watching, Person.TURN_OFF), by_console, Goal.OFF)
    if same_owner:
        yield Scenario(route, "turn-on", off, ("turn-on",), Goal.WATCH)
        yield Scenario(route, "undo-when-off", off, ("undo",), Goal.UNDONE)
        yield Scenario(route, "delete", off, ("delete", "--confirm", "LAST4"), Goal.DELETED)
    else:
        yield Scenario(route, "turn-on", (*off, Person.TURN_ON), ("turn-on",), Goal.WATCH)
        yield Scenario(route, "delete", (*off, Person.DELETE), ("done", "delete", "--confirm", "LAST4"), Goal.DELETED)
