"""A profile that holds no key but asks Keyturn is a destination as any other, and its file never changes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from keyturn.clients.served_commands import asked_of_keyturn
from keyturn_practice.sample_buckets import OFFICE, REPOSITORY_PREFIX, furnish_office
from keyturn_practice.sample_repository import REPOSITORY_PASSWORD

from .conftest import Desk

NAS = "/office/nas"
PROGRAM = Path(sys.executable).with_name("keyturn")
BUCKET = "family-archive"


@pytest.mark.parametrize(
    ("command", "name", "state_dir"),
    [
        ("/usr/bin/keyturn credentials /office/nas", NAS, None),
        ("'/Applications/My Keyturn/keyturn' credentials --session 60 /office/nas", NAS, None),
        ("/usr/bin/keyturn credentials /office/nas --state-dir /srv/state --secrets file", NAS, Path("/srv/state")),
        ('"C:\\\\Program Files\\\\Keyturn\\\\keyturn.exe" credentials /office/nas', NAS, None),
        ("/usr/bin/keyturn credentials", None, None),
        ("/usr/bin/keyturn credentials /a /b", None, None),
        ("/usr/bin/keyturn run /office/nas", None, None),
        ("/usr/bin/aws-vault credentials /office/nas", None, None),
        ("/usr/bin/keyturn 'credentials /office/nas", None, None),
        ("", None, None),
    ],
)
def test_only_what_asks_keyturn_for_one_name_is_known(command: str, name: str | None, state_dir: Path | None) -> None:
    asked = asked_of_keyturn(command)
    assert (None if asked is None else (asked.name, asked.state_dir)) == (None if name is None else (name, state_dir))


def write_served(desk: Desk) -> tuple[Path, Path]:
    """Let rclone take its key from a profile that asks Keyturn; no file has a key any more."""
    old = desk.old.access_key_id
    assert desk.type("name", old.value, NAS).code == 0
    desk.forget_programs()
    config = desk.home / ".config" / "rclone" / "rclone.conf"
    config.write_text(
        f"# kept by hand\n[nas]\ntype = s3\nprovider = Other\nenv_auth = true\nprofile = nas\nregion = eu-central-1\n"
        f"endpoint = {desk.endpoint_url}\n\n[photos]\ntype = alias\nremote = nas:{BUCKET}\n"
    )
    credentials = desk.home / ".aws" / "credentials"
    credentials.parent.mkdir(exist_ok=True)
    # restic splits the line at blanks and knows no quotes (facts/credential-helper.md), so no blank may be in the path.
    program = desk.home.parent / "keyturn"
    program.write_text(f'#!/bin/sh\nexec "{PROGRAM}" "$@"\n')
    program.chmod(0o755)
    command = f"{program} credentials {NAS} --state-dir {desk.state_dir} --secrets file"
    credentials.write_text(f"; no key in here\n[nas]\nregion = eu-central-1\ncredential_process = {command}\n")
    return config, credentials


def environment(desk: Desk) -> dict[str, str]:
    return {**os.environ, "HOME": str(desk.home), "AWS_EC2_METADATA_DISABLED": "true"}


def test_it_is_found_proved_rotated_and_put_back_without_a_change_of_any_file(
    small_desk: Desk, required_program: Callable[[str], Path]
) -> None:
    desk, old = small_desk, small_desk.old.access_key_id
    files = write_served(desk)
    before = [path.read_bytes() for path in files]
    aws, rclone = (str(required_program(name)) for name in ("aws", "rclone"))

    def works() -> None:
        listed = [aws, "--profile", "nas", "--endpoint-url", desk.endpoint_url, "s3", "ls", f"s3://{BUCKET}"]
        for command in (listed, [rclone, "lsf", f"nas:{BUCKET}"]):
            done = subprocess.run(command, env=environment(desk), capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stderr

    works()
    (key,) = desk.type("scan", "--json").document["keys"]
    (place,) = (one for one in key["places"] if one["kind"] == "destination")
    assert (key["access_key_id"], key["status"]) == (old.value, "active")
    assert (place["client"], place["path"], place["has_secret"], place["edit"]) == (
        "served",
        str(files[1]),
        False,
        "none",
    )
    options = ("--bucket", BUCKET, "--other-buckets", "leave-out", "--search-scope", "none", "--yes", "--json")
    rotated = desk.type("rotate", NAS, *options)
    assert rotated.code == 3, rotated.out
    new = rotated.lines[-1]["new_access_key_id"]
    proved = desk.type("verify", NAS, "--bucket", BUCKET, "--json").document["destinations"]
    assert {(one["client"], one["access_key_id"], one["ok"]) for one in proved} == {("served", new, True)}
    assert desk.type("undo").code == 0
    again = desk.type("rotate", NAS, *options)
    assert again.code == 3, again.out
    desk.advance(4)
    desk.account.root_turn_off(old)
    assert desk.type("turn-off", NAS, "--yes", "--search-scope", "none").code == 0
    works()
    assert [path.read_bytes() for path in files] == before


def test_restic_takes_its_key_from_the_profile(small_desk: Desk, required_program: Callable[[str], Path]) -> None:
    restic = str(required_program("restic"))
    furnish_office(small_desk.account)
    write_served(small_desk)
    repository = f"s3:{small_desk.endpoint_url}/{OFFICE}/{REPOSITORY_PREFIX}"
    done = subprocess.run(
        [restic, "-r", repository, "--no-cache", "--no-lock", "snapshots"],
        env={**environment(small_desk), "AWS_PROFILE": "nas", "RESTIC_PASSWORD": REPOSITORY_PASSWORD},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    used = small_desk.account.log.signed_with(small_desk.old.access_key_id)
    assert any(one.resource.startswith(OFFICE) for one in used)


def test_a_profile_that_gets_no_key_is_told(small_desk: Desk) -> None:
    write_served(small_desk)
    (small_desk.state_dir / "key-names.json").unlink()
    document = small_desk.type("scan", "--offline", "--json").document
    assert document["keys"] == []
    (problem,) = (one for one in document["problems"] if one["code"] == "served.no-key")
    assert "No key is called" in problem["message"]
    verified = small_desk.type("verify", "--json")
    assert (verified.code, verified.document["destinations"]) == (1, [])
    assert "One backup does not reach its bucket." in small_desk.type("verify").out


def test_a_name_that_a_profile_asks_for_is_not_taken_away(small_desk: Desk) -> None:
    _config, credentials = write_served(small_desk)
    refused = small_desk.type("name", "--off", NAS, "--json")
    assert (refused.code, refused.document["problem"]["code"]) == (2, "name.asked-for")
    assert str(credentials) in refused.document["problem"]["message"]
    credentials.unlink()
    assert small_desk.type("name", "--off", NAS).code == 0
