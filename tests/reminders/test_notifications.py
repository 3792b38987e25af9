"""A notification reaches the session's own service, says no more than it should, and nobody's absence is an error."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from keyturn.computer.search_path import fixed_path
from keyturn.reminders.notifications import NoNotifier, ProgramNotifier

# The session's notification service: it takes one notification, and prints its title, text and what it was told.
_SERVICE = """
import json, sys
from jeepney import MessageType, new_method_return
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import open_dbus_connection

bus = open_dbus_connection(bus="SESSION")
bus.send_and_get_reply(message_bus.RequestName("org.freedesktop.Notifications"))
script = "from keyturn.reminders.notifications import system_notifier; " + sys.argv[1]
import subprocess
asking = subprocess.Popen([sys.executable, "-c", script])
while True:
    message = bus.receive()
    member = message.header.fields.get(3)
    if message.header.message_type is not MessageType.method_call:
        continue
    if member == "GetServerInformation":
        bus.send(new_method_return(message, "ssss", ("made up", "nobody", "1", "1.2")))
    elif member == "GetCapabilities":
        bus.send(new_method_return(message, "as", (["body", "body-markup"],)))
    elif member == "Notify":
        bus.send(new_method_return(message, "u", (1,)))
        break
sys.exit(asking.wait() or print(json.dumps([message.body[0], message.body[3], message.body[4]])))
"""


def test_notify_send_shows_the_words_as_they_are(required_program: Callable[[str], Path]) -> None:
    required_program("notify-send")
    session = required_program("dbus-run-session")
    script = "raise SystemExit(not system_notifier().show('--help AKIA…AMPL', 'a <b>&amp; more'))"
    said = subprocess.run(
        [session, "--", sys.executable, "-c", _SERVICE, script],
        env={**os.environ, "AWS_SECRET_ACCESS_KEY": "madeUpSecret"},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert said.stdout == '["Keyturn", "--help AKIA\\u2026AMPL", "a &lt;b&gt;&amp;amp; more"]\n'


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a shell script")
def test_the_program_sees_the_session_and_nothing_else_of_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = tmp_path / "heard"
    program = tmp_path / "listen"
    program.write_text(f'#!/bin/sh\n{{ printf "%s|" "$@"; env; }} > "{heard}"\n')
    program.chmod(0o755)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "madeUpSecret")
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
    monkeypatch.setenv("PATH", f".:{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert ProgramNotifier([str(program), "-t"], takes_markup=False).show("title", "a <b>")
    text = heard.read_text()
    assert text.startswith("-t|title|a <b>|")
    assert "DBUS_SESSION_BUS_ADDRESS=unix:path=/nowhere" in text
    assert "madeUpSecret" not in text
    assert f"HOME={tmp_path}" not in text
    assert fixed_path() in text
    assert f":{tmp_path}:" not in text


@pytest.mark.parametrize("program", ["false", "/nowhere/notify"])
def test_a_program_that_fails_or_is_gone_shows_nothing(program: str, required_program: Callable[[str], Path]) -> None:
    path = program if program.startswith("/") else str(required_program(program))
    assert not ProgramNotifier([path], takes_markup=False).show("title", "message")


def test_without_a_service_nothing_is_shown() -> None:
    assert not NoNotifier().show("title", "message")
