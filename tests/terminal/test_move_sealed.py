"""A key that systemd seals: root's timetables and units reach it, and no file has it in clear text."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from keyturn.state.sealed_items import PROGRAM
from keyturn.terminal.start import run

from .conftest import Answer, Desk
from .test_move import BUCKET, NAME, helper, write_pair

# What a real systemd 252 gave a unit without `User=` (facts/credential-helper.md 4.8).
OF_SYSTEM_UNIT = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"}
OF_CRON = {"PATH": "/usr/bin:/bin", "SHELL": "/bin/sh"}


def type_sealed(desk: Desk, *words: str) -> Answer:
    desk.capsys.readouterr()
    where = ("--endpoint-url", desk.endpoint_url, "--home", str(desk.home), "--state-dir", str(desk.state_dir))
    code = run([*words, *where, "--secrets", "systemd", "--yes", "--json"], desk.clock)
    said = desk.capsys.readouterr()
    return Answer(code, said.out, said.err)


def test_what_a_timetable_starts_reaches_it_without_a_session_and_the_pair_comes_back(
    small_desk: Desk, required_program: Callable[[str], Path]
) -> None:
    required_program(PROGRAM)
    if sys.platform == "linux" and os.geteuid() != 0:
        pytest.skip("only root may choose with which key systemd seals")
    desk, credentials = small_desk, write_pair(small_desk)
    (desk.home / ".crontab").write_text(f"0 3 * * * aws --profile nas s3 ls s3://{BUCKET}\n")
    before = credentials.read_bytes()
    into = ("--into", "keychain", "--program", str(helper(desk)), "--by-me")
    moved = type_sealed(desk, "move", desk.old.access_key_id.value, *into)
    assert moved.code == 0, moved.out + moved.err
    assert [one["fate"] for one in moved.document["places"]] == ["keychain"]
    files = [path for folder in (desk.home, desk.state_dir) for path in folder.rglob("*") if path.is_file()]
    assert not any(desk.old.secret.reveal().encode() in path.read_bytes() for path in files)
    (line,) = (one for one in credentials.read_text().splitlines() if "credential_process" in one)
    command = line.partition(" = ")[2].split()

    def handed() -> str:
        answers = [
            subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
            for environment in (OF_SYSTEM_UNIT, OF_CRON)
        ]
        (key,) = {json.loads(answer)["AccessKeyId"] for answer in answers}
        return str(key)

    assert handed() == desk.old.access_key_id.value
    job = (str(required_program("aws")), "--profile", "nas", "--endpoint-url", desk.endpoint_url, "s3", "ls")
    listed = subprocess.run(
        (*job, f"s3://{BUCKET}"), env={**OF_CRON, "HOME": str(desk.home)}, capture_output=True, text=True, check=False
    )
    assert listed.returncode == 0, listed.stderr
    asking = credentials.read_bytes()
    options = ("--bucket", BUCKET, "--other-buckets", "leave-out", "--search-scope", "none")
    rotated = type_sealed(desk, "rotate", NAME, *options)
    assert rotated.code == 3, rotated.err
    assert (handed(), credentials.read_bytes()) == (rotated.lines[-1]["new_access_key_id"], asking)
    assert type_sealed(desk, "undo").code == 0
    assert handed() == desk.old.access_key_id.value
    assert type_sealed(desk, "move", NAME, "--into", "files").code == 0
    assert credentials.read_bytes() == before
