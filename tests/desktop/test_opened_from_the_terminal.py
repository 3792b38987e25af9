"""What the command line hands to the window."""

from __future__ import annotations

from pathlib import Path

import pytest

from keyturn.computer.clock import Clock
from keyturn.desktop.application import NoWindowError
from keyturn.rotation.location import Location
from keyturn.state.secrets_kind import SecretsKind
from keyturn.terminal.start import run


class _Window:
    """A window that only notes where it was opened."""

    def __init__(self, error: NoWindowError | None = None) -> None:
        self.opened: list[Location | str] = []
        self._error = error

    def run(self, location: Location, clock: Clock) -> int:
        if self._error is not None:
            raise self._error
        self.opened.append(location)
        return 0

    def rehearse(self) -> int:
        self.opened.append("rehearsal")
        return 0

    def tray(self, location: Location) -> int:
        if self._error is not None:
            raise self._error
        self.opened.append(f"tray {location.state_dir}")
        return 0


def test_without_a_command_the_window_opens_where_the_options_lead(tmp_path: Path) -> None:
    window = _Window()
    options = ["--home", str(tmp_path), "--endpoint-url", "http://127.0.0.1:1", "--secrets", "memory"]
    assert run([*options, "--state-dir", str(tmp_path / "state")], window=window) == 0
    (location,) = window.opened
    assert isinstance(location, Location)
    assert (location.home, location.endpoint_url) == (tmp_path, "http://127.0.0.1:1")
    assert location.secrets is SecretsKind.MEMORY


def test_practice_with_window_opens_a_rehearsal(tmp_path: Path) -> None:
    window = _Window()
    assert run(["practice", "--window", "--state-dir", str(tmp_path / "state")], window=window) == 0
    assert window.opened == ["rehearsal"]


def test_tray_shows_the_icon_for_the_computer_that_the_options_name(tmp_path: Path) -> None:
    window = _Window()
    assert run(["tray", "--state-dir", str(tmp_path / "state")], window=window) == 0
    assert window.opened == [f"tray {tmp_path / 'state'}"]


def test_where_no_window_opens_the_exit_code_is_4(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    window = _Window(NoWindowError("no screen"))
    assert run(["--state-dir", str(tmp_path / "state")], window=window) == 4
    assert "The window cannot be opened here." in capsys.readouterr().err
