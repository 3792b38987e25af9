"""At the end of a command that leaves days to wait, it is said who reminds; where nobody does, it is offered."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from keyturn.model.search_scope import SearchScope
from keyturn.rotation import labels
from keyturn.state import settings

from .conftest import Desk
from .test_at_a_terminal import person


@dataclass
class OwnDesk(Desk):
    """The home is the one of the person who types."""

    @property
    def options(self) -> tuple[str, ...]:
        return ("--endpoint-url", self.endpoint_url, "--state-dir", str(self.state_dir), "--secrets", "file")

    @property
    def entry(self) -> Path:
        return self.home / ".config" / "autostart" / "keyturn.desktop"


@pytest.fixture
def own_desk(small_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> OwnDesk:
    monkeypatch.setenv("HOME", str(small_desk.home))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    small_desk.state_dir.mkdir(mode=0o700)
    settings.save(small_desk.state_dir, replace(settings.Settings(), search_scope=SearchScope.NONE))
    return OwnDesk(**vars(small_desk))


def day(desk: Desk, days: float) -> str:
    return labels.near_day(desk.clock.now() + timedelta(days=days))


def test_where_nobody_can_be_asked_it_is_said_that_nobody_reminds_and_how(own_desk: OwnDesk) -> None:
    said = own_desk.type("rotate", own_desk.old.access_key_id.value, "--yes").out
    assert f"Nobody will remind you on {day(own_desk, 3)}." in said
    assert "keyturn remind --at-login check" in said
    assert not own_desk.entry.exists()

    own_desk.type("remind", "--at-login", "check")
    assert f"tells you on {day(own_desk, 3)}" in own_desk.type("continue").out


def test_at_a_terminal_it_is_asked_and_enter_is_a_yes(own_desk: OwnDesk) -> None:
    with person(own_desk, "rotate", own_desk.old.access_key_id.last4) as somebody:
        somebody.reads("[y/N]")
        somebody.types("y")
        somebody.reads("[Y/n]")
        somebody.types("")
        assert somebody.ends_with() == 3
    assert "each time you sign in, and tells you on" in " ".join(somebody.screen.split())
    assert own_desk.entry.exists()


def test_a_no_leaves_the_session_as_it_is(own_desk: OwnDesk) -> None:
    with person(own_desk, "rotate", own_desk.old.access_key_id.last4) as somebody:
        somebody.reads("[y/N]")
        somebody.types("y")
        somebody.reads("[Y/n]")
        somebody.types("n")
        assert somebody.ends_with() == 3
    assert "Nobody will remind you" in somebody.screen
    assert not own_desk.entry.exists()


def test_json_and_another_computers_disk_are_asked_nothing(small_desk: Desk) -> None:
    said = small_desk.type("rotate", small_desk.old.access_key_id.value, "--yes").out
    assert "Keyturn reminds you only of what is on this computer" in said
    assert small_desk.type("continue", "--json").lines[-1]["event"] == "result"
