"""At a real terminal: questions, movement, and Ctrl-C."""

from __future__ import annotations

import gzip
import json
import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from .conftest import Desk

pty = pytest.importorskip("pty", reason="Windows has no pseudo-terminals of this kind")

_PATIENCE = 60.0


@dataclass
class Person:
    """Somebody at a terminal, who reads and types."""

    process: subprocess.Popen[bytes]
    terminal: int
    seen: str = field(default="")

    def reads(self, text: str) -> None:
        """Read until `text` is on the screen."""
        end = time.monotonic() + _PATIENCE
        while text not in self._plain():
            assert time.monotonic() < end, f"never saw {text!r} in:\n{self._plain()}"
            if not self._more():
                break
        assert text in self._plain(), f"never saw {text!r} in:\n{self._plain()}"

    def types(self, text: str) -> None:
        """Type a line."""
        os.write(self.terminal, f"{text}\n".encode())

    def ends_with(self) -> int:
        """Read all the rest, and return the exit code."""
        end = time.monotonic() + _PATIENCE
        while self._more() and time.monotonic() < end:
            pass
        return self.process.wait(timeout=_PATIENCE)

    @property
    def screen(self) -> str:
        """Everything seen, without colour."""
        return self._plain()

    def _more(self) -> bool:
        ready, _, _ = select.select([self.terminal], [], [], 1.0)
        if not ready:
            return self.process.poll() is None
        try:
            piece = os.read(self.terminal, 65536)
        except OSError:  # how Linux tells that the other side is closed
            return False
        self.seen += piece.decode(errors="replace")
        return bool(piece)

    def _plain(self) -> str:
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", self.seen).replace("\r\n", "\n")


@contextmanager
def person(desk: Desk, *words: str) -> Iterator[Person]:
    """Somebody types a command at a terminal of 80 columns."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "keyturn", *words, *desk.options],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "80", "LINES": "50"},
        start_new_session=True,
    )
    os.close(theirs)
    try:
        yield Person(process, ours)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        os.close(ours)


def test_a_no_changes_nothing_and_exits_3(small_desk: Desk) -> None:
    with person(small_desk, "rotate", small_desk.old.access_key_id.last4) as somebody:
        somebody.reads("[y/N]")
        assert "The new key goes to" in somebody.screen
        somebody.types("")
        assert somebody.ends_with() == 3
    assert "No key and no file of a program was changed." in somebody.screen
    assert small_desk.account.user_names() == ()


def test_ctrl_c_at_the_question_changes_nothing_and_exits_1(small_desk: Desk) -> None:
    with person(small_desk, "rotate", small_desk.old.access_key_id.last4) as somebody:
        somebody.reads("[y/N]")
        somebody.process.send_signal(signal.SIGINT)
        assert somebody.ends_with() == 1
    assert "Traceback" not in somebody.screen
    assert "It had changed nothing yet" in " ".join(somebody.screen.split())
    assert small_desk.account.user_names() == ()


def test_a_yes_carries_it_out_with_every_step_ticked(small_desk: Desk) -> None:
    with person(small_desk, "rotate", small_desk.old.access_key_id.last4) as somebody:
        somebody.reads("[y/N]")
        somebody.types("y")
        assert somebody.ends_with() == 3
    for step in ("Check everything", "Make the new key", "Put the new key in place", "Prove every backup again"):
        assert f"✓ {step}" in somebody.screen
    before = somebody.screen.split("Put the new key")[0].splitlines()
    # A path of the tests' own folder may be longer than the screen is wide, and is not broken.
    assert all(len(line) <= 80 for line in before if "--" not in line and "/" not in line)


def test_ctrl_c_ends_a_search_at_once_and_what_was_found_is_shown(small_desk: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "srv"
    folder.mkdir()
    # Enough to unpack for a minute.
    (folder / "1.gz").write_bytes(gzip.compress(bytes(100_000_000), 1))
    for number in range(2, 200):
        (folder / f"{number}.gz").hardlink_to(folder / "1.gz")
    with person(small_desk, "scan", "--offline", "--search", str(folder)) as somebody:
        somebody.reads("Searching: ")
        before = time.monotonic()
        somebody.process.send_signal(signal.SIGINT)
        assert somebody.ends_with() == 4
        assert time.monotonic() - before < 10
    assert "You stopped the search" in somebody.screen


def test_the_keys_of_an_account_are_shown_as_they_are_met_and_ctrl_c_ends_it_early(small_desk: Desk) -> None:
    for number in range(200):
        small_desk.account.create_user(f"user-{number:03}")
    first = small_desk.account.create_user_key("user-000", age_days=400).access_key_id.masked
    with person(small_desk, "scan", "--account") as somebody:
        somebody.reads(first)
        assert "so far; the others were not looked at" not in " ".join(somebody.screen.split()), "the walk goes on"
        somebody.process.send_signal(signal.SIGINT)
        assert somebody.ends_with() == 4
    assert "so far; the others were not looked at" in " ".join(somebody.screen.split())
    assert "Traceback" not in somebody.screen


def test_ctrl_c_stops_the_waiting_for_a_person_and_the_rotation_stands(small_desk: Desk) -> None:
    answer = small_desk.type("rotate", small_desk.old.access_key_id.value, "--yes", "--json", "--watch-days", "0")
    assert answer.code == 3
    with person(small_desk, "turn-off", "--wait", "600") as somebody:
        somebody.reads("Does any other computer")
        somebody.types("n")
        somebody.reads("off now?")
        somebody.types("y")
        somebody.reads("Ctrl-C stops the waiting only.")
        somebody.reads("Turn the old key off")
        somebody.process.send_signal(signal.SIGINT)
        assert somebody.ends_with() == 3
    assert "Stopped, as you asked" in somebody.screen
    (rotation,) = small_desk.type("status", "--json").document["rotations"]
    assert rotation["state"] == "waiting"


def test_a_yes_to_another_computer_leaves_the_key_on_and_becomes_a_thing_to_tick(small_desk: Desk) -> None:
    small_desk.type("rotate", small_desk.old.access_key_id.value, "--yes", "--json", "--watch-days", "0")
    with person(small_desk, "turn-off") as somebody:
        somebody.reads("Does any other computer")
        somebody.types("y")
        assert somebody.ends_with() == 3
    assert "Give another computer the new key" in somebody.screen
    assert small_desk.account.accepts(small_desk.old)
    assert small_desk.type("turn-off", "--yes", "--json").lines[-1]["awaiting"][0]["item"] == "guided-another-computer"
    assert small_desk.type("done", "guided-another-computer").code == 0
    assert small_desk.type("status", "--json").document["rotations"][0]["awaiting"][0]["item"] == "turn-off"


def test_json_stays_alone_on_standard_output_while_the_question_is_on_the_other_stream(small_desk: Desk) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "keyturn", "rotate", small_desk.old.access_key_id.last4, "--json"]
    with subprocess.Popen(
        [*command, *small_desk.options], stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        os.write(ours, b"y\n")
        out, err = process.communicate(timeout=_PATIENCE)
    os.close(theirs)
    os.close(ours)
    assert process.returncode == 3
    assert [json.loads(line)["event"] for line in out.splitlines()][-1] == "result"
    assert b"[y/N]" in err


def test_the_pages_fit_a_terminal_of_80_columns(desk: Desk) -> None:
    with person(desk, "scan") as somebody:
        assert somebody.ends_with() == 0
    lines = somebody.screen.splitlines()
    assert all(len(line) <= 80 for line in lines if "keyturn plan" not in line and "--" not in line)


_TWICE = """
import os, signal, sys
from pathlib import Path
from keyturn.terminal.interruption import heard
from keyturn.terminal.progress import JsonProgress

progress = JsonProgress(sys.stdout)
with heard(progress, Path(sys.argv[1]).touch) as cancel:
    os.kill(os.getpid(), signal.SIGINT)
    print(cancel.asked, flush=True)
    os.kill(os.getpid(), signal.SIGINT)
    print("went on", flush=True)
"""


def test_the_second_ctrl_c_stops_at_once_and_says_the_way_on(tmp_path: Path) -> None:
    cleaned = tmp_path / "cleaned"
    done = subprocess.run([sys.executable, "-c", _TWICE, str(cleaned)], capture_output=True, text=True, check=False)
    assert done.returncode == 4
    assert done.stdout == "True\n"
    assert "Stopping after this change" in done.stderr
    assert "`keyturn continue` carries on" in done.stderr
    assert cleaned.exists(), "what must be done before the end was done"


_LOST = """
import os, signal, sys, weakref
from keyturn.terminal.interruption import interruptible, look_for_lost_interruptions

class Connection:
    pass

connection = Connection()
weakref.finalize(connection, os.kill, os.getpid(), signal.SIGINT)
with interruptible(signal.SIGINT):
    del connection
    print("dropped", flush=True)
    try:
        look_for_lost_interruptions()
    except KeyboardInterrupt:
        print("heard", flush=True)
"""


def test_a_ctrl_c_that_python_drops_in_a_finalizer_is_heard_all_the_same() -> None:
    done = subprocess.run([sys.executable, "-c", _LOST], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == "heard"


def test_a_place_that_was_not_seen_backing_up_is_named_before_the_old_key_goes_off(desk: Desk) -> None:
    """With several of them each is asked about, and one no leaves the key on."""
    desk.type("rotate", desk.old.access_key_id.value, *desk.buckets, "--yes", "--json", "--watch-days", "0")
    for item in [one["item"] for one in _awaited(desk) if one["tickable"] and one["item"] != "turn-off"]:
        assert desk.type("done", item).code == 0
    with person(desk, "turn-off", "--wait", "0") as somebody:
        somebody.reads("Does any other computer")
        somebody.types("n")
        somebody.reads("AWS CLI default was not seen backing up with the new key")
        somebody.types("y")
        somebody.reads("AWS CLI photos was not seen backing up with the new key")
        somebody.types("n")
        assert somebody.ends_with() == 3
    assert desk.account.accepts(desk.old)


def _awaited(desk: Desk) -> list[dict[str, Any]]:
    awaiting: list[dict[str, Any]] = desk.type("status", "--json").document["rotations"][0]["awaiting"]
    return awaiting
