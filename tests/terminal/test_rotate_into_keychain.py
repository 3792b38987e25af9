"""A new key whose pair stands in no file where programs can ask for it, and in its file where they cannot."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

from .conftest import Answer, Desk
from .test_move import BUCKET, NAME, environment, helper, write_pair

_SHORT = ("--bucket", BUCKET, "--other-buckets", "leave-out", "--search-scope", "none", "--json")


def write_all(desk: Desk) -> tuple[Path, Path, Path]:
    """Let a profile, a remote of rclone's and s3cmd hold the old key."""
    credentials = write_pair(desk)
    host = desk.endpoint_url.removeprefix("http://")
    s3cmd = desk.home / ".s3cfg"
    s3cmd.write_text(
        f"[default]\naccess_key = {desk.old.access_key_id}\nsecret_key = {desk.old.secret.reveal()}\n"
        f"host_base = {host}\nhost_bucket = {host}\nuse_https = False\n"
    )
    config = desk.home / ".config" / "rclone" / "rclone.conf"
    config.write_text(
        "# kept by hand\n[own]\ntype = s3\nprovider = Other\nenv_auth = false\n"
        f"access_key_id = {desk.old.access_key_id}\n\nsecret_access_key ={desk.old.secret.reveal()}\n"
        f"region = eu-central-1\nendpoint = {desk.endpoint_url}\n\n"
        f"[photos]\ntype = alias\nremote = own:{BUCKET}\n"
    )
    return credentials, config, s3cmd


def typed_into(desk: Desk) -> tuple[str, ...]:
    asked = ("--into", "keychain", "--program", str(helper(desk)), "--by-me")
    return (desk.old.access_key_id.value, *asked)


def into(desk: Desk, command: str, *more: str) -> Answer:
    return desk.type(command, *typed_into(desk), *_SHORT, *more)


def own_profiles(desk: Desk) -> Path:
    return desk.home / ".aws" / "keyturn-profiles"


def secrets_of(desk: Desk) -> dict[str, str]:
    kept: dict[str, str] = json.loads((desk.state_dir / "secrets.json").read_text())
    return {name: value for name, value in kept.items() if name.startswith("AKIA")}


def test_the_plan_says_which_asks_and_why_the_rest_does_not_and_changes_nothing(small_desk: Desk) -> None:
    desk, files = small_desk, write_all(small_desk)
    before = [path.read_bytes() for path in files]
    planned = into(desk, "plan")
    assert planned.code == 0, planned.out + planned.err
    document = planned.document
    said = {one["name"]: one for one in document["places"]}
    fates = {name: one["fate"] for name, one in said.items()}
    assert fates == {"nas": "keychain", "own": "keychain", ".s3cfg": "stays"}
    assert "keyturn run" in said[".s3cfg"]["why"]
    assert document["name"] == NAME
    assert [one["path"] for one in document["edits"]] == [str(files[2]), str(files[0]), str(files[1])]
    diffs = {one["path"]: one["diff"] for one in document["edits"]}
    assert f"+credential_process = {helper(desk)} credentials {NAME}" in diffs[str(files[0])]
    assert "+secret_key = ••••" in diffs[str(files[2])]
    assert "+profile = aws-nas" in diffs[str(files[1])].splitlines()
    assert desk.old.secret.reveal() not in planned.out + planned.err
    page = desk.type("plan", *typed_into(desk), *_SHORT[:-1])
    asks, stays = page.out.index(f"Asks Keyturn for {NAME}"), page.out.index("Stays in its file")
    assert asks < stays
    assert f"--into keychain --program {helper(desk)} --by-me" in " ".join(page.out.split())
    assert [path.read_bytes() for path in files] == before
    assert not (desk.state_dir / "key-names.json").exists()


def test_it_leaves_the_file_is_proved_and_comes_back_byte_for_byte(
    small_desk: Desk, required_program: Callable[[str], Path]
) -> None:
    desk, files = small_desk, write_all(small_desk)
    before = [path.read_bytes() for path in files]
    aws, rclone = (str(required_program(name)) for name in ("aws", "rclone"))
    listed = (aws, "--profile", "nas", "--endpoint-url", desk.endpoint_url, "s3", "ls", f"s3://{BUCKET}")

    def works() -> None:
        for command in (listed, (rclone, "lsf", f"own:{BUCKET}")):
            done = subprocess.run(command, env=environment(desk), capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stderr

    rotated = into(desk, "rotate", "--yes")
    assert rotated.code == 3, rotated.out + rotated.err
    new = rotated.lines[-1]["new_access_key_id"]
    command = f"{helper(desk)} credentials {NAME} --state-dir {desk.state_dir} --secrets file"
    assert files[0].read_text() == (
        f"; kept by hand\n[nas]\nregion = eu-central-1\ncredential_process = {command}\noutput = json\n"
    )
    old = desk.old
    expected = before[2].decode().replace(old.access_key_id.value, new)
    assert files[2].read_text() == expected.replace(old.secret.reveal(), secrets_of(desk)[new])
    assert files[1].read_text() == (
        "# kept by hand\n[own]\ntype = s3\nprovider = Other\nenv_auth = true\nprofile = aws-nas\n\n"
        f"shared_credentials_file = {own_profiles(desk)}\nregion = eu-central-1\nendpoint = {desk.endpoint_url}\n\n"
        f"[photos]\ntype = alias\nremote = own:{BUCKET}\n"
    )
    assert own_profiles(desk).stat().st_mode & 0o777 == 0o600
    works()
    proved = desk.type("verify", NAME, "--json").document["destinations"]
    assert {(one["client"], one["name"], one["access_key_id"], one["ok"]) for one in proved} == {
        ("served", "nas", new, True),
        ("served", "aws-nas", new, True),
        ("s3cmd", ".s3cfg", new, True),
    }
    assert {one["bucket"] for one in proved} == {BUCKET}
    undone = desk.type("undo")
    assert undone.code == 0, undone.out + undone.err
    assert [path.read_bytes() for path in files] == before
    assert f"{NAME} stays the key's name" in undone.out + undone.err
    assert json.loads((desk.state_dir / "moves.json").read_text())["moves"] == []
    assert not own_profiles(desk).exists()
    again = into(desk, "rotate", "--yes")
    assert again.code == 3, again.out + again.err
    desk.advance(4)
    desk.account.root_turn_off(old.access_key_id)
    assert desk.type("turn-off", NAME, "--yes", "--search-scope", "none").code == 0
    works()
