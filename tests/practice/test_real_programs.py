"""Real rclone, restic, s3cmd and aws read and write through the practice account, with signatures checked.

As root, and as a user with the policy that Keyturn writes (facts/clients.md 2, 19).
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from keyturn.model.keys import KeyPair
from keyturn.model.needs import Addition, BucketNeeds, policy_for
from keyturn_practice.account import PracticeAccount

Required = Callable[[str], Path]


@dataclass(frozen=True)
class Runner:
    """Starts a program with a made-up home and nothing else in its environment."""

    home: Path
    pair: KeyPair

    def __call__(
        self, *arguments: str | Path, more: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        environment = {"HOME": str(self.home), "PATH": os.defpath, **(more or {})}
        return subprocess.run(
            [str(argument) for argument in arguments],
            env=environment,
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )


@pytest.fixture(params=["root", "scoped user"])
def run(request: pytest.FixtureRequest, account: PracticeAccount, tmp_path: Path) -> Runner:
    account.create_bucket("family-archive", region="eu-central-1")
    account.create_bucket("office-backup", versioned=True)
    account.create_bucket("photos-vault", region="eu-west-1", lock_mode="COMPLIANCE")
    if request.param == "root":
        return Runner(tmp_path, account.create_root_key(age_days=3300))
    # Debian's rclone sends `x-amz-acl: private` with every object, whatever its configuration says.
    needs = [
        BucketNeeds("family-archive", frozenset({Addition.CREATE_BUCKET, Addition.OBJECT_ACL})),
        BucketNeeds("office-backup"),
        BucketNeeds("photos-vault"),
    ]
    policy = policy_for(needs, partition="aws", account=account.account_id, require_tls=False)
    account.create_user("keyturn-attic", path="/keyturn/", policies={"keyturn": policy.text()})
    return Runner(tmp_path, account.create_user_key("keyturn-attic"))


def _keys(account: PracticeAccount, bucket: str) -> set[str]:
    return {key for key, _ in account.trace_of(bucket).objects}


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    path = tmp_path / "a letter.txt"
    path.write_text("Dear aunt Erna")
    return path


def _rclone_config(run: Runner, account: PracticeAccount) -> Path:
    path = run.home / "rclone.conf"
    path.write_text(
        f"[oma]\ntype = s3\nprovider = Other\naccess_key_id = {run.pair.access_key_id}\n"
        f"secret_access_key = {run.pair.secret.reveal()}\nregion = eu-central-1\nendpoint = {account.url}\n"
        "force_path_style = true\n"
    )
    return path


def test_rclone_copies_lists_reads_and_deletes(
    run: Runner, account: PracticeAccount, letter: Path, required_program: Required
) -> None:
    rclone: list[str | Path] = [required_program("rclone"), "--config", _rclone_config(run, account), "--retries", "1"]
    big = letter.parent / "big.bin"
    big.write_bytes(b"x" * 6 * 1024 * 1024)
    copied = run(*rclone, "copyto", letter, "oma:family-archive/letters/ä +1.txt")
    assert (copied.returncode, copied.stderr) == (0, "")
    in_parts = run(*rclone, "copyto", big, "oma:family-archive/big.bin", "--s3-upload-cutoff", "5M")
    assert (in_parts.returncode, in_parts.stderr) == (0, "")
    listed = run(*rclone, "lsf", "-R", "oma:family-archive").stdout
    assert set(listed.splitlines()) == {"big.bin", "letters/", "letters/ä +1.txt"}
    assert run(*rclone, "cat", "oma:family-archive/letters/ä +1.txt").stdout == "Dear aunt Erna"
    assert run(*rclone, "delete", "oma:family-archive").returncode == 0
    assert _keys(account, "family-archive") == set()


def test_restic_backs_up_and_prunes(
    run: Runner, account: PracticeAccount, letter: Path, required_program: Required
) -> None:
    restic = required_program("restic")
    environment = {
        "AWS_ACCESS_KEY_ID": run.pair.access_key_id.value,
        "AWS_SECRET_ACCESS_KEY": run.pair.secret.reveal(),
        "RESTIC_REPOSITORY": f"s3:{account.url}/office-backup/attic",
        "RESTIC_PASSWORD": "made-up",
    }
    for command in (
        ["init"],
        ["backup", str(letter)],
        ["cat", "config", "--no-lock"],
        ["forget", "--keep-last", "1", "--prune"],
    ):
        done = run(restic, "--no-cache", *command, more=environment)
        assert done.returncode == 0, done.stderr
    assert "attic/config" in _keys(account, "office-backup")


def test_s3cmd_puts_lists_gets_and_deletes(
    run: Runner, account: PracticeAccount, letter: Path, required_program: Required
) -> None:
    host = account.url.removeprefix("http://")
    config = run.home / ".s3cfg"
    config.write_text(
        f"[default]\naccess_key = {run.pair.access_key_id}\nsecret_key = {run.pair.secret.reveal()}\n"
        f"host_base = {host}\nhost_bucket = {host}\nuse_https = False\nbucket_location = us-east-1\n"
    )
    s3cmd: list[str | Path] = [required_program("s3cmd"), "--config", config]
    put = run(*s3cmd, "put", letter, "s3://office-backup/letters/ä.txt")
    assert put.returncode == 0, put.stderr
    assert "s3://office-backup/letters/ä.txt" in run(*s3cmd, "ls", "s3://office-backup/letters/").stdout
    assert run(*s3cmd, "ls", "s3://family-archive").returncode == 0
    got = run.home / "got.txt"
    assert run(*s3cmd, "get", "s3://office-backup/letters/ä.txt", got).returncode == 0
    assert got.read_text() == "Dear aunt Erna"
    assert run(*s3cmd, "del", "s3://office-backup/letters/ä.txt").returncode == 0
    assert _keys(account, "office-backup") == set()


def test_aws_copies_into_a_locked_bucket_and_lists(
    run: Runner, account: PracticeAccount, letter: Path, required_program: Required
) -> None:
    (run.home / ".aws").mkdir()
    (run.home / ".aws" / "credentials").write_text(
        f"[photos]\naws_access_key_id = {run.pair.access_key_id}\naws_secret_access_key = {run.pair.secret.reveal()}\n"
    )
    (run.home / ".aws" / "config").write_text("[profile photos]\nregion = eu-west-1\n")
    aws: list[str | Path] = [required_program("aws"), "--profile", "photos", "--endpoint-url", account.url]
    copied = run(*aws, "s3", "cp", letter, "s3://photos-vault/2018/ä.txt")
    assert copied.returncode == 0, copied.stderr
    assert "ä.txt" in run(*aws, "s3", "ls", "s3://photos-vault/2018/").stdout
    said = run(*aws, "sts", "get-caller-identity", "--query", "Arn", "--output", "text")
    assert said.stdout.strip().endswith((":root", ":user/keyturn/keyturn-attic"))


@pytest.mark.parametrize("state", ["wrong secret", "inactive"])
def test_each_program_is_refused_with_a_key_that_does_not_work(
    state: str, account: PracticeAccount, root: KeyPair, tmp_path: Path, required_program: Required
) -> None:
    account.create_bucket("family-archive", region="eu-central-1")
    run = Runner(tmp_path, root)
    rclone: list[str | Path] = [required_program("rclone"), "--config", _rclone_config(run, account), "--retries", "1"]
    rclone += ["--low-level-retries", "1", "lsf", "oma:family-archive"]
    assert run(*rclone).returncode == 0
    if state == "inactive":
        account.root_turn_off(root.access_key_id)
    else:
        config = run.home / "rclone.conf"
        config.write_text(config.read_text().replace(root.secret.reveal(), "x" * 40))
    refused = run(*rclone)
    assert refused.returncode == 1
    assert ("InvalidAccessKeyId" if state == "inactive" else "SignatureDoesNotMatch") in refused.stderr
