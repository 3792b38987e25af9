"""Bad input gets a clear sentence, exit 1, 2 or 4, and nothing is changed, neither in a file nor at AWS."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from keyturn.model.keys import KeyPair, Secret
from keyturn_practice import faults

from .conftest import Desk


def credentials(desk: Desk) -> Path:
    return desk.computer.aws_credentials


def a_duplicate_section(desk: Desk) -> None:
    path = credentials(desk)
    path.write_text(f"{path.read_text()}\n[default]\nregion = us-east-1\n")


def a_byte_order_mark(desk: Desk) -> None:
    path = credentials(desk)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())


def binary_rubbish_around_the_key(desk: Desk) -> None:
    path = credentials(desk)
    path.write_bytes(b"\x00\x80\xff\n[default\n" + path.read_bytes())


def a_gigabyte(desk: Desk) -> None:
    with credentials(desk).open("r+b") as file:
        file.truncate(1 << 30)


def a_pipe(desk: Desk) -> None:
    credentials(desk).unlink()
    os.mkfifo(credentials(desk))


def a_file_that_may_not_be_written(desk: Desk) -> None:
    desk.computer.restic_environment.chmod(0o400)


def two_names_for_one_file(desk: Desk) -> None:
    os.link(desk.computer.restic_environment, desk.computer.restic_environment.with_suffix(".copy"))


def an_edited_secret(desk: Desk) -> None:
    path = desk.computer.restic_environment
    path.write_text(path.read_text().replace(desk.old.secret.reveal(), "m" * 40))


def a_wrong_secret_everywhere(desk: Desk) -> None:
    for path in desk.computer.files:
        path.write_bytes(path.read_bytes().replace(desk.old.secret.reveal().encode(), b"m" * 40))


def a_secret_of_another_key(desk: Desk) -> None:
    other = desk.account.create_root_key()
    for path in desk.computer.files:
        text = path.read_bytes()
        path.write_bytes(text.replace(desk.old.secret.reveal().encode(), other.secret.reveal().encode()))


def a_temporary_key(desk: Desk) -> None:
    new = "ASIA" + desk.old.access_key_id.value[4:]
    for path in desk.computer.files:
        path.write_bytes(path.read_bytes().replace(desk.old.access_key_id.value.encode(), new.encode()))
    desk.old = KeyPair(type(desk.old.access_key_id)(new), Secret("t" * 40))


def a_key_that_is_off(desk: Desk) -> None:
    desk.account.root_turn_off(desk.old.access_key_id)


def a_bucket_that_is_gone(desk: Desk) -> None:
    path = desk.computer.restic_environment
    path.write_text(path.read_text().replace("office-backup", "was-deleted"))


def a_bucket_of_another_account(desk: Desk) -> None:
    desk.account.add_foreign_bucket("somebody-elses")
    path = desk.computer.restic_environment
    path.write_text(path.read_text().replace("office-backup", "somebody-elses"))


def no_network(desk: Desk) -> None:
    desk.account.stop()


def a_portal(desk: Desk) -> None:
    desk.account.fail("*", faults.portal(), times=1000)


def a_portal_of_well_formed_html(desk: Desk) -> None:
    desk.account.fail("*", faults.portal(well_formed=True), times=1000)


def an_empty_answer(desk: Desk) -> None:
    desk.account.fail("*", faults.empty_answer(), times=1000)


def throttling_without_end(desk: Desk) -> None:
    desk.account.fail("*", faults.throttled(), times=1000)


def a_clock_that_is_off(desk: Desk) -> None:
    refused = faults.Fault(status=403, code="RequestTimeTooSkewed", clock_offset=3600)
    desk.account.fail("s3:*", refused, times=1000)
    expired = faults.Fault(status=403, code="SignatureDoesNotMatch", clock_offset=3600)
    desk.account.fail("sts:*", expired, times=1000)
    desk.account.fail("iam:*", expired, times=1000)


CASES = [
    a_duplicate_section,
    a_byte_order_mark,
    binary_rubbish_around_the_key,
    a_gigabyte,
    a_pipe,
    a_file_that_may_not_be_written,
    two_names_for_one_file,
    an_edited_secret,
    a_wrong_secret_everywhere,
    a_secret_of_another_key,
    a_temporary_key,
    a_key_that_is_off,
    a_bucket_that_is_gone,
    a_bucket_of_another_account,
    no_network,
    a_portal,
    a_portal_of_well_formed_html,
    an_empty_answer,
    throttling_without_end,
    a_clock_that_is_off,
]


def everything_in(folder: Path) -> dict[Path, str]:
    """What every file of the computer is now; a pipe and a gigabyte of nothing by their kind alone."""
    found = {}
    for path in folder.rglob("*"):
        small = path.is_file() and path.stat().st_size < 1 << 20
        found[path] = hashlib.sha256(path.read_bytes()).hexdigest() if small else str(path.stat().st_mode)
    return found


@pytest.mark.parametrize("spoil", CASES, ids=lambda case: case.__name__)
def test_what_cannot_be_rotated_is_told_and_nothing_is_changed(spoil: Callable[[Desk], None], desk: Desk) -> None:
    spoil(desk)
    keys, before = desk.account.listed_keys(), everything_in(desk.home)

    answer = desk.rotate()

    assert answer.code in {1, 2, 4}, answer.out
    problem = answer.lines[-1]["problem"]
    assert len(problem["message"]) > 40
    assert problem["code"] not in {"unexpected", "gate"}
    assert "Traceback" not in answer.err
    assert desk.old.secret.reveal() not in answer.out + answer.err
    assert everything_in(desk.home) == before
    assert [(one.access_key_id, one.status) for one in desk.account.listed_keys()] == [
        (one.access_key_id, one.status) for one in keys
    ]
    assert desk.account.user_names() == ()


@pytest.mark.skipif(os.name == "nt", reason="a small disk is mounted the Linux way")
def test_a_full_disk_is_told_before_anything_is_made(desk: Desk, tmp_path: Path) -> None:
    restic = desk.computer.restic_environment.parent
    text = desk.computer.restic_environment.read_bytes()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8k,mode=700", "none", str(restic)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("this test needs the right to mount a small disk")
    try:
        desk.computer.restic_environment.write_bytes(text)
        (restic / "filler").write_bytes(b"x" * 4096)
        answer = desk.rotate()
        assert answer.code in {1, 4}, answer.out
        assert answer.lines[-1]["problem"]["code"] == "file.full"
        assert desk.computer.restic_environment.read_bytes() == text
        assert desk.account.user_names() == ()
    finally:
        subprocess.run(["umount", str(restic)], check=True)


def test_ambient_variables_are_named_and_never_used(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "AWS_ACCESS_KEY_ID": "AKIAAMBIENTEXAMPLE00",
        "AWS_SECRET_ACCESS_KEY": "a" * 40,
        "AWS_PROFILE": "does-not-exist",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        "AWS_CA_BUNDLE": "/nowhere",
        "RCLONE_CONFIG": "/nowhere",
    }.items():
        monkeypatch.setenv(name, value)
    answer = desk.rotate()
    assert answer.code == 3, answer.out
    assert not [record for record in desk.account.records if record.key is not None and "AMBIENT" in record.key.value]


def test_a_link_is_written_through_and_stays_a_link(desk: Desk) -> None:
    path = desk.computer.s3cmd_config
    real = desk.home / "dotfiles über" / "s3cfg"
    real.parent.mkdir()
    path.rename(real)
    path.symlink_to(real)
    answer = desk.rotate()
    assert answer.code == 3, answer.out
    assert path.is_symlink()
    assert answer.lines[-1]["new_access_key_id"] in real.read_text()


@pytest.mark.parametrize("command", [["status"], ["undo"], ["continue"], ["remind"]])
def test_a_damaged_journal_ends_every_command_alike(small_desk: Desk, command: list[str]) -> None:
    small_desk.type("rotate", small_desk.old.access_key_id.value, "--yes")
    for path in small_desk.state_dir.glob("journal.sqlite3*"):
        path.write_bytes(b"not a database at all, but long enough to be looked at" * 20)
    answer = small_desk.type(*command, "--yes")
    assert answer.code == 4, "somebody has to look at it"
    assert "damaged" in answer.err
