"""A key's pair leaves the file for Keyturn's own memory, every program goes on, and the way back is byte for byte."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from keyturn.terminal.start import run
from keyturn_practice.sample_buckets import OFFICE, REPOSITORY_PREFIX, furnish_office
from keyturn_practice.sample_repository import REPOSITORY_PASSWORD

from .conftest import Answer, Desk

PROGRAM = Path(sys.executable).with_name("keyturn")
BUCKET = "family-archive"
NAME = "/aws/nas"


def write_pair(desk: Desk, *, before: str = "", between: str = "", after: str = "\noutput = json\n") -> Path:
    """Let a profile of the credentials file hold the old key, and nothing else hold it."""
    desk.forget_programs()
    credentials = desk.home / ".aws" / "credentials"
    credentials.parent.mkdir(exist_ok=True)
    pair = desk.old
    credentials.write_text(
        f"; kept by hand\n[nas]\nregion = eu-central-1\n{before}aws_access_key_id={pair.access_key_id}\n{between}"
        f"aws_secret_access_key = {pair.secret.reveal()}{after}"
    )
    credentials.chmod(0o640)
    return credentials


def helper(desk: Desk) -> Path:
    """Keyturn under a path without blanks, wherever this checkout lies."""
    program = desk.home.parent / "keyturn"
    program.write_text(f'#!/bin/sh\nexec "{PROGRAM}" "$@"\n')
    program.chmod(0o755)
    return program


def move(desk: Desk, *more: str) -> Answer:
    options = ("--program", str(helper(desk)), "--by-me", "--yes", "--json")
    return desk.type("move", desk.old.access_key_id.value, "--into", "keychain", *options, *more)


def back(desk: Desk, key: str = NAME) -> Answer:
    return desk.type("move", key, "--into", "files", "--yes", "--json")


def environment(desk: Desk) -> Mapping[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return {**clean, "HOME": str(desk.home), "AWS_EC2_METADATA_DISABLED": "true"}


def test_the_pair_goes_and_comes_back_and_nothing_else_changes(small_desk: Desk) -> None:
    desk, credentials = small_desk, write_pair(small_desk)
    before, secret = credentials.read_bytes(), small_desk.old.secret.reveal()
    moved = move(desk)
    assert moved.code == 0, moved.out + moved.err
    (place,) = moved.document["places"]
    assert (moved.document["name"], place["fate"], place["changed"], place["name"]) == (NAME, "keychain", True, "nas")
    command = f"{helper(desk)} credentials {NAME} --state-dir {desk.state_dir} --secrets file"
    assert credentials.read_text() == (
        f"; kept by hand\n[nas]\nregion = eu-central-1\ncredential_process = {command}\noutput = json\n"
    )
    assert credentials.stat().st_mode & 0o777 == 0o640
    assert f"+credential_process = {command}" in place["diff"].splitlines()
    assert secret not in moved.out + moved.err
    again = move(desk)
    assert (again.code, [one["fate"] for one in again.document["places"]]) == (0, ["as-it-is"])
    returned = back(desk)
    assert returned.code == 0, returned.out + returned.err
    assert secret not in returned.out + returned.err
    assert credentials.read_bytes() == before
    assert json.loads((desk.state_dir / "moves.json").read_text())["moves"] == []


@pytest.mark.timeout(420)  # three programs, three times
def test_real_programs_work_after_it_after_a_rotation_and_back(
    small_desk: Desk, required_program: Callable[[str], Path]
) -> None:
    desk, _credentials = small_desk, write_pair(small_desk)
    furnish_office(desk.account)
    config = desk.home / ".config" / "rclone" / "rclone.conf"
    config.write_text(
        "[nas]\ntype = s3\nprovider = Other\nenv_auth = true\nprofile = nas\nregion = eu-central-1\n"
        f"endpoint = {desk.endpoint_url}\n"
    )
    aws, rclone, restic = (str(required_program(name)) for name in ("aws", "rclone", "restic"))
    repository = f"s3:{desk.endpoint_url}/{OFFICE}/{REPOSITORY_PREFIX}"
    commands: Mapping[tuple[str, ...], Mapping[str, str]] = {
        (aws, "--profile", "nas", "--endpoint-url", desk.endpoint_url, "s3", "ls", f"s3://{BUCKET}"): {},
        (rclone, "lsf", f"nas:{BUCKET}"): {},
        (restic, "-r", repository, "--no-cache", "--no-lock", "snapshots"): {
            "AWS_PROFILE": "nas",
            "RESTIC_PASSWORD": REPOSITORY_PASSWORD,
        },
    }

    def works() -> None:
        for command, own in commands.items():
            done = subprocess.run(
                command, env={**environment(desk), **own}, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, done.stderr

    moved = move(desk)
    assert moved.code == 0, moved.out
    works()
    options = ("--other-buckets", "leave-out", "--search-scope", "none", "--yes", "--json")
    assert desk.type("rotate", NAME, "--bucket", BUCKET, "--bucket", OFFICE, *options).code == 3
    works()
    refused = back(desk)
    assert (refused.code, refused.document["problem"]["code"]) == (2, "rotation.under-way")
    assert desk.type("undo").code == 0
    assert back(desk).code == 0
    works()


def test_the_pair_that_comes_back_is_the_one_of_now(small_desk: Desk) -> None:
    desk, credentials = small_desk, write_pair(small_desk)
    before = credentials.read_text()
    assert move(desk).code == 0
    options = ("--bucket", BUCKET, "--other-buckets", "leave-out", "--search-scope", "none", "--yes", "--json")
    rotated = desk.type("rotate", NAME, *options)
    new = rotated.lines[-1]["new_access_key_id"]
    last4 = desk.old.access_key_id.last4
    assert desk.type("end", "--confirm", last4).code == 0
    assert back(desk).code == 0
    kept = json.loads((desk.state_dir / "secrets.json").read_text())
    old = desk.old
    assert credentials.read_text() == before.replace(old.access_key_id.value, new).replace(
        old.secret.reveal(), kept[new]
    )


def test_a_remote_of_rclone_takes_a_profile_and_its_own_lines_come_back(
    small_desk: Desk, required_program: Callable[[str], Path]
) -> None:
    desk, rclone = small_desk, str(required_program("rclone"))
    desk.forget_programs()
    config = desk.home / ".config" / "rclone" / "rclone.conf"
    config.write_text(
        f"# kept by hand\n[own]\ntype = s3\nprovider = Other\nsecret_access_key={desk.old.secret.reveal()}\n"
        f"# the ID\naccess_key_id = {desk.old.access_key_id}\nregion = eu-central-1\nendpoint = {desk.endpoint_url}\n"
    )
    before = config.read_bytes()
    moved = move(desk)
    assert moved.code == 0, moved.out + moved.err
    (place,) = moved.document["places"]
    assert (place["client"], place["fate"], place["changed"]) == ("rclone", "keychain", True)
    assert desk.old.secret.reveal() not in moved.out + moved.err + config.read_text()
    # Neither another key nor another profile in the variables leads it elsewhere.
    strange = {"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "x" * 40, "AWS_PROFILE": "other"}
    listed = subprocess.run(
        [rclone, "lsf", f"own:{BUCKET}"],
        env={**environment(desk), **strange},
        capture_output=True,
        text=True,
        check=False,
    )
    assert listed.returncode == 0, listed.stderr
    assert listed.stdout
    returned = back(desk, moved.document["name"])
    assert returned.code == 0, returned.out + returned.err
    assert config.read_bytes() == before
    assert not (desk.home / ".aws" / "keyturn-profiles").exists()


def test_a_helper_that_hands_out_nothing_changes_no_file(small_desk: Desk) -> None:
    credentials = write_pair(small_desk)
    before = credentials.read_bytes()
    broken = small_desk.home.parent / "broken" / "keyturn"
    broken.parent.mkdir()
    secret = small_desk.old.secret.reveal()
    broken.write_text(f"#!/bin/sh\necho 'keyturn: no key for nas: the folder is locked. {secret}' >&2\nexit 1\n")
    broken.chmod(0o755)
    failed = move(small_desk, "--program", str(broken))
    assert (failed.code, failed.document["problem"]["code"]) == (1, "program.failed")
    said = failed.document["problem"]["message"]
    assert "ended with code 1" in said
    assert "It said: “keyturn: no key for nas: the folder is locked." in said, "why, in the program's own words"
    assert f"{broken} credentials " in said and "as it is started from your session" in said
    assert "No file was changed." in said
    assert secret not in failed.out + failed.err
    assert credentials.read_bytes() == before


def test_where_only_a_session_opens_the_keychain_a_timetable_keeps_its_pair_and_what_nobody_saw_needs_a_word(
    small_desk: Desk,
) -> None:
    desk, credentials = small_desk, write_pair(small_desk)
    pair = desk.old
    credentials.write_text(credentials.read_text().replace("[nas]", "[nas2]") + credentials.read_text())
    (desk.home / ".crontab").write_text("0 3 * * * AWS_PROFILE=nas restic -r s3:s3.amazonaws.com/b backup /home\n")
    (desk.home / ".config" / "rclone" / "rclone.conf").write_text(
        f"[own]\ntype = s3\nprovider = AWS\naccess_key_id = {pair.access_key_id}\n"
        f"secret_access_key = {pair.secret.reveal()}\n"
    )
    (desk.home / ".s3cfg").write_text(
        f"[default]\naccess_key = {pair.access_key_id}\nsecret_key = {pair.secret.reveal()}\n"
    )
    before = credentials.read_bytes()

    def planned(*more: str) -> Answer:
        desk.capsys.readouterr()
        words = ("move", pair.access_key_id.value, "--into", "keychain", "--program", str(helper(desk)), "--json")
        where = ("--endpoint-url", desk.endpoint_url, "--home", str(desk.home), "--state-dir", str(desk.state_dir))
        code = run([*words, *where, *more], desk.clock)
        said = desk.capsys.readouterr()
        return Answer(code, said.out, said.err)

    closed = planned()
    said = {one["name"]: (one["fate"], one["by_me"], one["why"]) for one in closed.document["places"]}
    assert closed.code == 3
    assert {name: one[:2] for name, one in said.items()} == {
        "nas": ("stays", False),
        "nas2": ("stays", True),
        "own": ("stays", True),
        ".s3cfg": ("stays", False),
    }
    assert str(desk.home / ".crontab") in said["nas"][2]
    assert "--by-me" in said["nas2"][2]
    assert "keyturn run" in said[".s3cfg"][2]
    open_now = planned("--by-me")
    assert (open_now.code, open_now.document["problem"]["code"]) == (2, "usage.not-confirmed")
    assert "nas2" in open_now.err[: open_now.err.index("Stays in its file")]
    assert "SSH" in open_now.err
    assert credentials.read_bytes() == before
    assert not (desk.state_dir / "key-names.json").exists()


@pytest.mark.parametrize(
    ("name", "options", "code"),
    [
        ("with blank/keyturn", (), "helper.path"),
        ("plain/other", (), "helper.path"),
        ("missing/keyturn", (), "helper.path"),
        ("keyturn", ("--secrets", "memory"), "helper.memory"),
    ],
)
def test_a_program_that_no_profile_could_ask_is_refused(
    typed: Callable[..., Answer], tmp_path: Path, name: str, options: tuple[str, ...], code: str
) -> None:
    program = tmp_path / name
    if "missing" not in name:
        program.parent.mkdir(exist_ok=True)
        program.write_text("#!/bin/sh\n")
        program.chmod(0o755)
    where = ("--home", str(tmp_path), "--state-dir", str(tmp_path / "state"), "--json", "--yes")
    refused = typed("move", "7Q2P", "--into", "keychain", "--program", str(program), *where, *options)
    assert (refused.code, refused.document["problem"]["code"]) == (2, code)
    assert ("ln -s" in refused.document["problem"]["message"]) is (code == "helper.path")


def test_from_a_real_keychain_a_session_gets_the_key_and_a_bare_job_a_sentence(
    small_desk: Desk, keychain: Mapping[str, str]
) -> None:
    desk, credentials = small_desk, write_pair(small_desk)
    before = credentials.read_bytes()
    where = ("--endpoint-url", desk.endpoint_url, "--home", str(desk.home), "--state-dir", str(desk.state_dir))
    session = {**environment(desk), **keychain, "HOME": str(desk.home)}

    def typed_there(*words: str) -> subprocess.CompletedProcess[str]:
        typed = [str(PROGRAM), *words, *where, "--yes", "--json"]
        return subprocess.run(typed, env=session, capture_output=True, text=True, check=False)

    key, program = desk.old.access_key_id.value, str(helper(desk))
    moved = typed_there("move", key, "--into", "keychain", "--program", program, "--by-me")
    assert moved.returncode == 0, moved.stdout + moved.stderr
    files = [path for folder in (desk.home, desk.state_dir) for path in folder.rglob("*") if path.is_file()]
    assert not any(desk.old.secret.reveal().encode() in path.read_bytes() for path in files)
    (command,) = (
        line.partition(" = ")[2].split()
        for line in credentials.read_text().splitlines()
        if "credential_process" in line
    )
    asked = subprocess.run(command, env=session, capture_output=True, text=True, check=True)
    assert json.loads(asked.stdout)["SecretAccessKey"] == desk.old.secret.reveal()
    bare = {"HOME": str(desk.home), "PATH": "/usr/bin:/bin", "SHELL": "/bin/sh"}
    refused = subprocess.run(command, env=bare, capture_output=True, text=True, check=False)
    assert (refused.returncode != 0, refused.stdout) == (True, "")
    returned = typed_there("move", NAME, "--into", "files")
    assert returned.returncode == 0, returned.stdout + returned.stderr
    assert credentials.read_bytes() == before
