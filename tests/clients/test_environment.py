"""Variables: start files, `.env` files, and the session in which Keyturn was started."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from keyturn.clients.variables.environment import NO_FILE, Environment
from keyturn.computer.computer import Computer, Platform
from keyturn.model.keys import AccessKeyId, KeyPair, Secret
from keyturn.model.places import Findings, PlaceKind

ONE = KeyPair(AccessKeyId("AKIAONE0000000000001"), Secret("oneONEoneONEoneONEoneONEoneONEoneONE/+on"))
TWO = KeyPair(AccessKeyId("AKIATWO0000000000002"), Secret("twoTWOtwoTWOtwoTWOtwoTWOtwoTWOtwoTWO/+tw"))


def lines(pair: KeyPair, prefix: str = "AWS_") -> str:
    return f"{prefix}ACCESS_KEY_ID={pair.access_key_id}\n{prefix}SECRET_ACCESS_KEY={pair.secret.reveal()}\n"


def find(home: Path, environment: Mapping[str, str] | None = None) -> Findings:
    return Environment().find(Computer(Platform.LINUX, home, environment or {}, is_this_one=False))


@pytest.mark.parametrize(
    "path",
    [
        *(".bashrc", ".zshrc", ".profile", ".env", ".envrc", "projects/site/.env", "bin/sync"),
        ".config/environment.d/10-aws.conf",
    ],
)
def test_start_files_and_env_files_are_places(path: str, tmp_path: Path) -> None:
    file = tmp_path / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"{lines(ONE)}AWS_DEFAULT_REGION=eu-west-1\n")

    (place,) = find(tmp_path).places

    assert (place.path, place.pair, place.editable, place.region) == (file, ONE, True, "eu-west-1")
    assert place.kind is PlaceKind.DESTINATION


def test_keys_of_rclone_in_variables_are_places(tmp_path: Path) -> None:
    (tmp_path / ".profile").write_text(lines(ONE, "RCLONE_S3_") + lines(TWO, "RCLONE_CONFIG_AWS_"))

    assert [place.locator for place in find(tmp_path).places] == [
        "RCLONE_S3_ACCESS_KEY_ID",
        "RCLONE_CONFIG_AWS_ACCESS_KEY_ID",
    ]


def test_keys_of_other_makers_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("ALIYUN_ACCESS_KEY_ID=LTAI0123456789ABCDEF\nALIYUN_SECRET_ACCESS_KEY=x\n")

    assert find(tmp_path) == Findings()


def test_the_session_itself_is_mentioned_with_what_it_means(tmp_path: Path) -> None:
    session = {
        "AWS_ACCESS_KEY_ID": ONE.access_key_id.value,
        "AWS_SECRET_ACCESS_KEY": ONE.secret.reveal(),
        "RCLONE_CONFIG_AWS_ACCESS_KEY_ID": TWO.access_key_id.value,
        "PATH": "/bin",
    }

    aws, rclone = find(tmp_path, session).places

    assert (aws.path, aws.kind, aws.editable, aws.pair) == (NO_FILE, PlaceKind.MENTION, False, ONE)
    assert (rclone.name, rclone.pair) == ("RCLONE_CONFIG_AWS_ACCESS_KEY_ID", None)
    assert "instead of the key in their files" in aws.note


def test_a_start_file_without_keys_is_left_alone_whatever_its_grammar(tmp_path: Path) -> None:
    (tmp_path / ".bashrc").write_text("# AWS_ACCESS_KEY_ID is in the keychain\necho 'never closed\n")

    assert find(tmp_path) == Findings()


def test_a_start_file_that_cannot_be_understood_is_a_problem_and_its_key_is_known(tmp_path: Path) -> None:
    (tmp_path / ".bashrc").write_text(f"{lines(ONE)}echo 'never closed\n")

    findings = find(tmp_path)

    assert [problem.code for problem in findings.problems] == ["file.unparsable"]
    assert [(place.access_key_id, place.editable) for place in findings.places] == [(ONE.access_key_id, False)]


def test_a_file_under_two_names_is_one_place(tmp_path: Path) -> None:
    (tmp_path / ".profile").write_text(lines(ONE))
    (tmp_path / ".zprofile").symlink_to(tmp_path / ".profile")

    assert len(find(tmp_path).places) == 1
