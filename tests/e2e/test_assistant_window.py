"""The whole rotation in a real window, through the accessibility tree alone: by mouse, and by keyboard.

A real X server and window manager, a real keychain, and a practice account. What has no name cannot be found, so it
fails the test.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from keyturn.model.keys import KeyPair, KeyStatus
from keyturn_practice.account import PracticeAccount
from keyturn_practice.sample_buckets import OLD_KEY_DAYS, furnish_archive

from .conftest import APP

HERE = Path(__file__).parent
SYSTEM_PYTHON = "/usr/bin/python3"  # Debian's, for which python3-pyatspi is


@dataclass
class Screen:
    """A display with a window manager, and what programs on it need to know."""

    environment: dict[str, str]


@pytest.fixture
def screen(keychain: Mapping[str, str], required_program: Callable[[str], Path]) -> Iterator[Screen]:
    for name in ("Xvfb", "openbox", "xdotool"):
        required_program(name)
    if subprocess.run([SYSTEM_PYTHON, "-c", "import pyatspi"], capture_output=True, check=False).returncode:
        pytest.skip("Debian's python3-pyatspi is not on this computer")
    reading, writing = os.pipe()
    with subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1280x900x24", "-nolisten", "tcp", "-noreset"],
        pass_fds=[writing],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as server:
        os.close(writing)
        with os.fdopen(reading) as told:
            display = f":{told.readline().strip()}"
        environment = {**os.environ, **keychain, "DISPLAY": display, "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1"}
        environment |= {"QT_QPA_PLATFORM": "xcb", "LANG": "C.UTF-8", "GDK_BACKEND": "x11"}
        with subprocess.Popen(
            ["openbox"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as manager:
            yield Screen(environment)
            manager.terminate()
        server.terminate()


NOT_SEEN = "Yes, for S3QL attic: turn the old key off all the same"


@dataclass
class Driver:
    """Presses, types and reads by name."""

    process: subprocess.Popen[str]

    def ask(self, **order: Any) -> Any:  # noqa: ANN401  (JSON)
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def sees(self, text: str) -> None:
        assert self.ask(do="sees", text=text), f"{text!r} is not read; what is: {self.ask(do='read')}"
        assert self.ask(do="nameless") == []

    def press(self, name: str, by: str) -> None:
        assert self.ask(do=by, name=name), f"{name!r} cannot be pressed by {by}: {self.ask(do='read')}"


@dataclass
class Office:
    """Two programs with the old key, the account, and the process that shows the assistant."""

    account: PracticeAccount
    home: Path
    old: KeyPair
    state: Path
    screen: Screen
    browser: Path

    @property
    def browsed(self) -> list[str]:
        """The addresses that were opened in the browser."""
        said = self.browser.with_name("addresses")
        return said.read_text().split() if said.exists() else []

    @contextmanager
    def window(self) -> Iterator[tuple[subprocess.Popen[str], Driver]]:
        """The window of `keyturn`, and what drives it."""
        arguments = ["--endpoint-url", self.account.url, "--home", str(self.home), "--state-dir", str(self.state)]
        environment = {
            **self.screen.environment,
            "PYTHONPATH": str(APP),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONFAULTHANDLER": "1",
        }
        environment["PATH"] = f"{self.browser.parent}{os.pathsep}{environment['PATH']}"
        with (
            subprocess.Popen(
                [sys.executable, "-m", "keyturn", *arguments],
                env=environment,
                stdout=subprocess.PIPE,
                text=True,
            ) as shown,
            subprocess.Popen(
                [SYSTEM_PYTHON, str(HERE / "accessibility_driver.py"), "keyturn"],
                env=self.screen.environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            ) as driver,
        ):
            try:
                assert driver.stdout is not None
                assert json.loads(driver.stdout.readline()), "the window is not in the accessibility tree"
                yield shown, Driver(driver)
            finally:
                shown.kill()
                driver.kill()


@pytest.fixture
def office(tmp_path: Path, screen: Screen) -> Iterator[Office]:
    account = PracticeAccount()
    furnish_archive(account)
    old = account.create_root_key(age_days=OLD_KEY_DAYS)
    home = tmp_path / "home"
    (home / ".s3ql").mkdir(parents=True)
    key, secret = old.access_key_id.value, old.secret.reveal()
    authinfo = home / ".s3ql" / "authinfo2"
    authinfo.write_text(
        f"[attic]\nstorage-url: s3://eu-central-1/family-archive/attic\nbackend-login: {key}\n"
        f"backend-password: {secret}\n"
    )
    authinfo.chmod(0o600)
    # No browser is started: what Qt would open one with writes the address down.
    browser = tmp_path / "programs" / "xdg-open"
    browser.parent.mkdir()
    browser.write_text(f"#!/bin/sh\necho \"$1\" >>'{browser.with_name('addresses')}'\n")
    browser.chmod(0o755)
    with account.serving():
        yield Office(account, home, old, tmp_path / "state", screen, browser)


@pytest.mark.timeout(120)
def test_the_whole_rotation_by_mouse(office: Office) -> None:
    key = office.old.access_key_id
    with office.window() as (shown, driver):
        driver.press("Replace it safely…", "mouse")
        driver.press("Choose the way out", "mouse")
        driver.sees("Which way out?")
        driver.press("More choices", "action")
        for days in ("Watch the old key for", "Keep it off before deleting for"):
            assert driver.ask(do="value", name=days, value=0)
        driver.press("Show the plan", "mouse")
        driver.sees("What will happen")
        driver.press("Create new key and update one program", "mouse")
        driver.sees("Your backups can reach their buckets with the new key")
        driver.press("Continue", "mouse")
        driver.press("No, nothing else uses it", "mouse")
        driver.press(NOT_SEEN, "mouse")
        driver.press("Open the AWS console", "mouse")
        office.account.root_turn_off(key)
        driver.sees("This cannot be taken back")
        office.account.root_delete(key)
        assert driver.ask(do="write", name=f"Last four characters of {key.masked}", text=key.last4)
        driver.press(f"I deleted {key.masked}", "mouse")
        driver.sees(f"{key.masked} is deleted")
        driver.press("Back to overview", "mouse")
        driver.sees("Check now")
        assert shown.poll() is None
    assert office.browsed == [f"{office.account.url}/keyturn-practice/"]
    _expect_one_new_key(office)


@pytest.mark.timeout(120)
def test_the_whole_rotation_by_keyboard(office: Office) -> None:
    key = office.old.access_key_id
    with office.window() as (shown, driver):
        driver.press("Replace it safely…", "keyboard")
        driver.press("Choose the way out", "keyboard")
        driver.sees("Which way out?")
        driver.press("More choices", "keyboard")
        for days in ("Watch the old key for", "Keep it off before deleting for"):
            assert driver.ask(do="tab", name=days)
            assert driver.ask(do="type", text="0")
        driver.press("Show the plan", "keyboard")
        driver.sees("What will happen")
        driver.press("Create new key and update one program", "keyboard")
        driver.sees("Your backups can reach their buckets with the new key")
        driver.press("Continue", "keyboard")
        driver.press("No, nothing else uses it", "keyboard")
        driver.press(NOT_SEEN, "keyboard")
        office.account.root_turn_off(key)
        driver.press("Open the AWS console", "keyboard")
        driver.sees("This cannot be taken back")
        office.account.root_delete(key)
        assert driver.ask(do="tab", name=f"Last four characters of {key.masked}")
        assert driver.ask(do="type", text=key.last4)
        driver.press(f"I deleted {key.masked}", "keyboard")
        driver.sees(f"{key.masked} is deleted")
        driver.press("Back to overview", "keyboard")
        driver.sees("Check now")
        assert shown.poll() is None
    _expect_one_new_key(office)


def _expect_one_new_key(office: Office) -> None:
    (new,) = office.account.listed_keys()
    assert new.status is KeyStatus.ACTIVE
    assert not new.of_root
    assert new.access_key_id.value in (office.home / ".s3ql" / "authinfo2").read_text()


@pytest.mark.timeout(150)
def test_killed_while_it_is_proved_and_turned_off_it_goes_on_from_there(office: Office) -> None:
    """SIGKILL, each time: nothing is carried over but what is on the disk and in the keychain."""
    key = office.old.access_key_id
    with office.window() as (_shown, driver):
        driver.press("Replace it safely…", "action")
        driver.press("Choose the way out", "action")
        driver.press("More choices", "action")
        assert driver.ask(do="value", name="Watch the old key for", value=0)
        driver.press("Show the plan", "action")
        driver.sees("What will happen")
    with office.window() as (_shown, driver):  # nothing had begun
        driver.press("Replace it safely…", "action")
        driver.press("Choose the way out", "action")
        driver.press("More choices", "action")
        assert driver.ask(do="value", name="Watch the old key for", value=0)
        driver.press("Show the plan", "action")
        driver.press("Create new key and update one program", "action")
        driver.sees("Prove the new key")
    assert office.account.accepts(office.old)
    with office.window() as (_shown, driver):
        driver.press("Continue…", "action")
        driver.sees("Welcome back")
        driver.sees("holds the old key")
        driver.press("Carry on", "action")
        driver.sees("Your backups can reach their buckets with the new key")
    with office.window() as (_shown, driver):
        driver.press("Turn it off…", "action")
        driver.sees("Turn the old key off")
        driver.press("No, nothing else uses it", "action")
        driver.press(NOT_SEEN, "action")
        driver.press("Open the AWS console", "action")
        driver.sees("Looking every few seconds")
    office.account.root_turn_off(key)
    with office.window() as (_shown, driver):
        driver.press("Turn it off…", "action")
        driver.press("No, nothing else uses it", "action")
        # What was said to the other question counts, if it was written down before the kill.
        if not driver.ask(do="action", name="Open the AWS console"):
            driver.press(NOT_SEEN, "action")
            driver.press("Open the AWS console", "action")
        driver.sees("Done: the old key is off")
    with office.window() as (_shown, driver):
        driver.press("Details…", "action")
        driver.sees("Done: the old key is off")
        office.account.root_turn_on(key)
        driver.press("How to turn it on again", "action")
        driver.press("I turned it on", "action")
        driver.sees(f"{key.masked} is on again.")
        driver.press("Put everything back…", "action")
        driver.press("Put everything back", "action")
        driver.sees("Everything is as it was")
    assert key.value in (office.home / ".s3ql" / "authinfo2").read_text()
    assert [one.access_key_id for one in office.account.listed_keys()] == [key]


@pytest.mark.timeout(150)
def test_killed_where_a_person_chooses_looks_waits_or_deletes_it_goes_on_from_there(office: Office) -> None:
    """The other pages: at each of them the window is killed, and the next one is on the same page."""
    key = office.old.access_key_id
    notes = office.home / "Documents" / "notes.txt"
    notes.parent.mkdir()
    notes.write_text(f"our key is {key}\n")
    untouched = (office.home / ".s3ql" / "authinfo2").read_text()
    with office.window() as (_shown, driver):
        driver.press("Replace it safely…", "action")
        driver.sees("What uses it on this computer")
    with office.window() as (_shown, driver):  # nothing had begun, nor was anything chosen
        driver.press("Replace it safely…", "action")
        driver.press("Choose the way out", "action")
        driver.sees("Which way out?")
    assert (office.home / ".s3ql" / "authinfo2").read_text() == untouched
    with office.window() as (_shown, driver):
        driver.press("Replace it safely…", "action")
        driver.press("Choose the way out", "action")
        driver.press("Show the plan", "action")
        driver.press("Create new key and update one program", "action")
        driver.press("Continue", "action")
        driver.sees("Now you")
    ticked = f"I did this: Look at {notes}: it holds the old key, and Keyturn does not edit it"
    with office.window() as (_shown, driver):
        driver.press("Continue…", "action")
        driver.sees("Now you")
        driver.press(ticked, "action")
        driver.sees("Nothing to do until")
    notes.unlink()
    with office.window() as (_shown, driver):
        driver.press("Details…", "action")
        driver.sees("Nothing to do until")  # and what was ticked stays ticked
        driver.press("Put everything back…", "keyboard")
        driver.press("Put everything back", "keyboard")
        driver.sees("Everything is as it was")
        driver.press("Back to overview", "action")
        _to_the_deletion(office, driver)
    with office.window() as (_shown, driver):
        driver.press("Delete it…", "action")
        driver.sees("This cannot be taken back")
        office.account.root_delete(key)
        assert driver.ask(do="write", name=f"Last four characters of {key.masked}", text=key.last4)
        driver.press(f"I deleted {key.masked}", "action")
        driver.sees(f"{key.masked} is deleted")
    _expect_one_new_key(office)


def _to_the_deletion(office: Office, driver: Driver) -> None:
    """A whole rotation that waits for no day to pass."""
    driver.press("Replace it safely…", "action")
    driver.press("Choose the way out", "action")
    driver.press("More choices", "action")
    for days in ("Watch the old key for", "Keep it off before deleting for"):
        assert driver.ask(do="value", name=days, value=0)
    driver.press("Show the plan", "action")
    driver.press("Create new key and update one program", "action")
    driver.press("Continue", "action")
    driver.press("No, nothing else uses it", "action")
    driver.press(NOT_SEEN, "action")
    office.account.root_turn_off(office.old.access_key_id)
    driver.press("Open the AWS console", "action")
    driver.sees("This cannot be taken back")
