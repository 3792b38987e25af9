"""The sample computer is a home as people have them, and real programs work with it until the key is turned off."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from keyturn.computer.computer import Platform
from keyturn.model.keys import KeyPair
from keyturn_practice.account import PracticeAccount
from keyturn_practice.sample_buckets import ARCHIVE, OFFICE, OLD_KEY_DAYS, PHOTOS, furnish_account
from keyturn_practice.sample_computer import SampleComputer, build_sample_computer

Required = Callable[[str], Path]


@pytest.fixture
def old_pair(account: PracticeAccount) -> KeyPair:
    return account.create_root_key(age_days=OLD_KEY_DAYS)


@pytest.fixture
def sample(account: PracticeAccount, old_pair: KeyPair, tmp_path: Path) -> SampleComputer:
    furnish_account(account)
    return build_sample_computer(tmp_path / "home", account.url, old_pair)


def _run(sample: SampleComputer, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    environment = {"HOME": str(sample.home), "PATH": os.defpath}
    argv = [str(argument) for argument in arguments]
    return subprocess.run(argv, env=environment, capture_output=True, text=True, timeout=90, check=False)


def test_the_old_key_stands_in_five_files(sample: SampleComputer, old_pair: KeyPair) -> None:
    assert len(sample.files) == 5
    for path in sample.files:
        content = path.read_text()
        assert old_pair.access_key_id.value in content
        assert old_pair.secret.reveal() in content
        assert path.stat().st_mode & 0o077 == 0
    profiles = sample.aws_credentials.read_text()
    assert profiles.count(old_pair.access_key_id.value) == 2


def test_everything_a_person_reads_says_practice(sample: SampleComputer) -> None:
    read = [path for path in sample.home.rglob("*") if path.is_file()]
    silent = {path.name for path in read if "PRACTICE" not in path.read_text()}
    assert silent == {"office.password", "rootkey.csv"}


def test_one_file_has_windows_line_ends_and_the_others_have_not(sample: SampleComputer) -> None:
    assert b"\r\n" in sample.s3cmd_config.read_bytes()
    assert b"\r" not in sample.rclone_config.read_bytes() + sample.aws_credentials.read_bytes()


def test_a_folder_with_something_in_it_is_left_alone(old_pair: KeyPair, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    with pytest.raises(FileExistsError):
        build_sample_computer(tmp_path, "http://127.0.0.1:1", old_pair)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_windows_programs_keep_their_files_elsewhere(old_pair: KeyPair, tmp_path: Path) -> None:
    sample = build_sample_computer(tmp_path / "home", "http://127.0.0.1:1", old_pair, platform=Platform.WINDOWS)
    roaming = sample.home / "AppData" / "Roaming"
    assert (roaming / "rclone" / "rclone.conf").is_file()
    assert (roaming / "s3cmd.ini").is_file()


def test_the_buckets_have_each_a_difficulty(account: PracticeAccount, sample: SampleComputer) -> None:
    assert set(account.buckets) == {ARCHIVE, OFFICE, PHOTOS}
    assert sample.bucket_options() == ("--bucket", OFFICE, "--bucket", PHOTOS)
    assert any(key == "summers/2011.tar" for key, _ in account.trace_of(ARCHIVE).objects)


def test_rclone_reads_the_sample(sample: SampleComputer, required_program: Required) -> None:
    rclone: list[str | Path] = [required_program("rclone"), "--config", sample.rclone_config, "lsf", "--max-depth", "1"]
    assert _run(sample, *rclone, "summers:2016").stdout == "lake.txt\n"
    assert _run(sample, *rclone, "oma-secret:").returncode == 0


def test_s3cmd_reads_the_sample(sample: SampleComputer, required_program: Required) -> None:
    for bucket in (OFFICE, PHOTOS):
        listed = _run(sample, required_program("s3cmd"), "ls", f"s3://{bucket}")
        assert (listed.returncode, "DIR" in listed.stdout) == (0, True), listed.stderr


def test_aws_reads_the_sample(sample: SampleComputer, required_program: Required) -> None:
    aws: list[str | Path] = [required_program("aws"), "--endpoint-url", sample.endpoint_url, "--profile", "photos"]
    assert "2018/" in _run(sample, *aws, "s3", "ls", f"s3://{PHOTOS}").stdout


def test_restic_reads_the_sample_until_the_key_is_turned_off(
    account: PracticeAccount, sample: SampleComputer, old_pair: KeyPair, required_program: Required
) -> None:
    command = f". {sample.restic_environment}; exec {required_program('restic')} --no-cache snapshots --no-lock"
    seen = _run(sample, "sh", "-c", command)
    assert "/home/practice/Office" in seen.stdout, seen.stderr
    account.root_turn_off(old_pair.access_key_id)
    refused = _run(sample, "sh", "-c", command)
    assert refused.returncode != 0
