"""Real rclone, restic, s3cmd and aws back up before, during and after a rotation; the keychain is a real one."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from .conftest import Person

BUCKETS = ("--bucket", "office-backup", "--bucket", "photos-vault")


def every_program_backs_up(person: Person, programs: Mapping[str, Path], stage: str) -> None:
    """Each program writes something new and reads it back, with the files as they are now."""
    computer = person.computer
    letter = computer.home / f"{stage}.txt"
    letter.write_text(f"written {stage}")

    rclone: list[str | Path] = [programs["rclone"], "--config", computer.rclone_config, "--retries", "1"]
    for remote in ("oma:family-archive", "oma-secret:"):  # in clear, and through rclone's crypt
        done = person.run(*rclone, "copyto", letter, f"{remote}/{stage}.txt")
        assert done.returncode == 0, done.stderr
        assert person.run(*rclone, "cat", f"{remote}/{stage}.txt").stdout == f"written {stage}"

    script = f'. "{computer.restic_environment}"; "{programs["restic"]}" --no-cache -q'
    done = person.run("/bin/sh", "-c", f'{script} backup "{letter}" && {script} check')
    assert done.returncode == 0, done.stderr

    s3cmd: list[str | Path] = [programs["s3cmd"], "--config", computer.s3cmd_config]
    done = person.run(*s3cmd, "put", letter, f"s3://office-backup/{stage}.txt")
    assert done.returncode == 0, done.stderr
    assert f"{stage}.txt" in person.run(*s3cmd, "ls", "s3://office-backup/").stdout

    for profile, bucket in (("default", "office-backup"), ("photos", "photos-vault")):
        aws: list[str | Path] = [programs["aws"], "--profile", profile, "--endpoint-url", person.account.url, "s3"]
        done = person.run(*aws, "cp", letter, f"s3://{bucket}/aws-{stage}.txt")
        assert done.returncode == 0, done.stderr
        assert f"aws-{stage}.txt" in person.run(*aws, "ls", f"s3://{bucket}/").stdout


@pytest.fixture
def at_a_desk(person: Person, keychain: Mapping[str, str]) -> Person:
    """The person's desktop session has a real, open keychain."""
    person.more_environment["DBUS_SESSION_BUS_ADDRESS"] = keychain["DBUS_SESSION_BUS_ADDRESS"]
    return person


@pytest.mark.timeout(400)
def test_four_real_programs_back_up_before_during_and_after(at_a_desk: Person, four_programs: dict[str, Path]) -> None:
    person, key = at_a_desk, at_a_desk.old.access_key_id
    every_program_backs_up(person, four_programs, "before")

    rotated = person.keyturn("rotate", key.last4, *BUCKETS, "--yes", "--json", "--watch-days", "0", "--off-days", "0")
    assert rotated.exit_code == 3, rotated.errors + rotated.output
    assert rotated.result["problem"] is None
    every_program_backs_up(person, four_programs, "switched")
    assert person.secrets_of_files() == {"Downloads/rootkey.csv"}

    person.account.root_turn_off(key)
    off = person.keyturn("turn-off", "--yes", "--json")
    assert off.exit_code == 0, off.errors + off.output
    every_program_backs_up(person, four_programs, "off")

    asked = person.keyturn("delete", "--confirm", key.last4, "--json")
    assert (asked.exit_code, [one["item"] for one in asked.result["awaiting"]]) == (3, ["delete"])
    person.account.root_delete(key)
    assert person.keyturn("done", "delete", "--confirm", key.last4).exit_code == 0
    (rotation,) = person.keyturn("status", "--json").document["rotations"]
    assert rotation["state"] == "done"
    every_program_backs_up(person, four_programs, "deleted")


@pytest.mark.timeout(300)
def test_undo_gives_the_old_key_back_to_every_program(at_a_desk: Person, four_programs: dict[str, Path]) -> None:
    person = at_a_desk
    before = {path: path.read_bytes() for path in person.computer.files}
    assert person.keyturn("rotate", person.old.access_key_id.value, *BUCKETS, "--yes").exit_code == 3
    undone = person.keyturn("undo", "--yes", "--json")
    assert undone.exit_code == 0, undone.errors + undone.output
    assert {path: path.read_bytes() for path in person.computer.files} == before
    assert person.account.user_names() == ()
    every_program_backs_up(person, four_programs, "undone")


@pytest.mark.timeout(300)
def test_a_running_rclone_serve_is_named_as_needing_a_restart(
    at_a_desk: Person, four_programs: dict[str, Path]
) -> None:
    person = at_a_desk
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    serve: list[str | Path] = [four_programs["rclone"], "--config", person.computer.rclone_config, "serve", "http"]
    with subprocess.Popen(
        [*serve, "oma:family-archive", "--addr", f"127.0.0.1:{port}"],
        env=person.environment,
        stderr=subprocess.DEVNULL,
    ) as server:
        try:
            until_listening(port)
            typed = ("rotate", person.old.access_key_id.last4, *BUCKETS, "--yes", "--json", "--watch-days", "0")
            rotated = person.keyturn(*typed)
            item = f"restart-rclone-{server.pid}"
            assert item in [one["item"] for one in rotated.result["awaiting"]]
            held = person.keyturn("turn-off", "--yes", "--json")
            assert (held.exit_code, held.result["problem"]["code"]) == (3, "gate")
        finally:
            server.kill()
    (rotation,) = person.keyturn("status", "--json").document["rotations"]
    assert [one["item"] for one in rotation["awaiting"]] == ["turn-off"]


def until_listening(port: int) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with socket.socket() as attempt:
            if attempt.connect_ex(("127.0.0.1", port)) == 0:
                return
    raise AssertionError("rclone serve did not start")


def test_without_a_keychain_nothing_is_made_and_a_way_is_named(person: Person) -> None:
    person.more_environment["DBUS_SESSION_BUS_ADDRESS"] = "unix:path=/nowhere"
    rotated = person.keyturn("rotate", person.old.access_key_id.last4, *BUCKETS, "--yes", "--json")
    assert rotated.exit_code == 4
    assert rotated.result["problem"]["code"] == "keychain.missing"
    assert "--secrets file" in rotated.result["problem"]["message"]
    assert person.account.user_names() == ()


def test_with_a_locked_keychain_nothing_is_made(person: Person, locked_keychain: Mapping[str, str]) -> None:
    person.more_environment["DBUS_SESSION_BUS_ADDRESS"] = locked_keychain["DBUS_SESSION_BUS_ADDRESS"]
    rotated = person.keyturn("rotate", person.old.access_key_id.last4, *BUCKETS, "--yes", "--json")
    assert rotated.exit_code == 4
    assert rotated.result["problem"]["code"] == "keychain.locked"
    assert person.account.user_names() == ()
