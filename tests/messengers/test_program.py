"""A command of the person's own: it gets the facts, no variable of Keyturn's, and is no file that others may write."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from keyturn.messengers.reaching import Way
from keyturn.messengers.sending import send
from keyturn.model.errors import UntoldError
from keyturn.model.recipients import CommandRecipient

from .conftest import NEWS

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the made-up commands are shell scripts")


def command(folder: Path, script: str) -> CommandRecipient:
    path = folder / "page-me"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return CommandRecipient("command-1", datetime(2026, 11, 1, tzinfo=UTC), path)


def test_it_gets_the_facts_and_no_variable_of_keyturns(
    tmp_path: Path, way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "made-up-secret-of-keyturns-caller")
    send(
        command(tmp_path, f"cat > {tmp_path}/facts; env > {tmp_path}/seen; echo $# > {tmp_path}/count"), None, NEWS, way
    )
    assert json.loads((tmp_path / "facts").read_text()) == NEWS.as_json()
    assert "AWS_" not in (tmp_path / "seen").read_text()
    assert (tmp_path / "count").read_text() == "0\n"


@pytest.mark.parametrize(("script", "code"), [("exit 3", "tell.program-failed"), ("sleep 60", "tell.timeout")])
def test_one_that_fails_or_hangs_is_told(script: str, code: str, tmp_path: Path, way: Way) -> None:
    with pytest.raises(UntoldError) as raised:
        send(command(tmp_path, script), None, NEWS, replace(way, patience=0.5))
    assert raised.value.code == code


def test_one_that_others_may_write_is_not_started(tmp_path: Path, way: Way) -> None:
    meant = command(tmp_path, f"touch {tmp_path}/ran")
    meant.path.chmod(0o757)
    with pytest.raises(UntoldError) as raised:
        send(meant, None, NEWS, way)
    assert raised.value.code == "tell.program-open"
    meant.path.chmod(0o755)
    tmp_path.chmod(0o777)
    with pytest.raises(UntoldError):
        send(meant, None, NEWS, way)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("name", ["page-me", "/nowhere/page-me", "/"])
def test_what_is_no_program_is_not_started(name: str, way: Way) -> None:
    with pytest.raises(UntoldError) as raised:
        send(CommandRecipient("command-1", NEWS.at, Path(name)), None, NEWS, way)
    assert raised.value.code == "tell.no-program"
