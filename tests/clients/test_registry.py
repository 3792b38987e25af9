"""One look through the whole computer."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from keyturn.clients.registry import client_named, every_client, find_everything
from keyturn.computer.computer import Computer
from keyturn.model.errors import UsageError
from keyturn.model.needs import Addition
from keyturn.model.places import Target

KEY, SECRET = "AKIAONE0000000000001", "oneONEoneONEoneONEoneONEoneONEoneONE/+on"


def test_the_clients_have_the_names_of_the_command_line() -> None:
    names = [client.name for client in every_client()]

    assert len(set(names)) == len(names)
    assert (names[0], names[-1]) == ("aws", "leftover")
    known = {"rclone", "s3cmd", "restic", "environment", "backrest", "resticprofile", "autorestic", "crestic"}
    assert known | {"runrestic", "kopia", "mc", "git-annex", "pgbackrest", "litestream"} <= set(names)


def test_a_name_that_no_client_has_is_refused() -> None:
    with pytest.raises(UsageError):
        client_named("nobody")


def test_one_unreadable_file_does_not_end_the_search(tmp_path: Path) -> None:
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "credentials").write_text("[twice]\n[twice]\n")
    (tmp_path / ".s3cfg").write_text(f"access_key = {KEY}\nsecret_key = {SECRET}\n")

    findings = find_everything(Computer.at(tmp_path, "linux"))

    assert [place.client for place in findings.places] == ["s3cmd"]
    assert [problem.code for problem in findings.problems] == ["file.unparsable"]


def test_a_profile_learns_its_buckets_and_needs_from_the_programs_that_borrow_its_key(tmp_path: Path) -> None:
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "credentials").write_text(
        f"[photos]\naws_access_key_id = {KEY}\naws_secret_access_key = {SECRET}\n"
        f"[unused]\naws_access_key_id = {KEY}\naws_secret_access_key = {SECRET}\n"
    )
    (tmp_path / ".rclone.conf").write_text(
        "[aws]\ntype = s3\nenv_auth = true\nprofile = photos\nregion = eu-west-1\n"
        "[other]\ntype = s3\nenv_auth = true\nprofile = photos\nendpoint = nas:9000\n"
        "[a]\ntype = crypt\nremote = aws:one/x\n[b]\ntype = crypt\nremote = other:not-this\n"
    )
    (tmp_path / ".restic.env").write_text("RESTIC_REPOSITORY=s3:s3.amazonaws.com/two\nAWS_PROFILE=photos\n")

    place, unused = find_everything(Computer.at(tmp_path, "linux")).places

    assert (unused.targets, unused.note) == ((), "")
    assert place.targets == (Target("one", "x"), Target("two"))
    assert place.additions_for(Target("one", "x")) == {Addition.OBJECT_ACL, Addition.CREATE_BUCKET}
    assert place.additions_for(Target("two")) == frozenset()
    assert place.region == "eu-west-1"
    assert "“aws”" in place.note


def test_looking_imports_nothing_heavy() -> None:
    heavy = ("boto3", "botocore", "keyring", "moto", "psutil", "rich", "subprocess", "tempfile", "asyncio")
    code = f"import sys, keyturn.clients.registry; print(*[name for name in {heavy!r} if name in sys.modules])"

    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert printed.split() == []


def test_keyturns_own_folder_is_left_out(tmp_path: Path) -> None:
    for name in (".keyturn", "Documents"):
        (tmp_path / name / "inner").mkdir(parents=True)
        (tmp_path / name / "inner" / "journal").write_text(f"about {KEY}\n")
    computer = Computer.at(tmp_path, "linux")

    assert len(find_everything(computer).places) == 2
    assert find_everything(computer, leave_out=[tmp_path / ".keyturn", tmp_path / "Documents" / "inner"]).places == ()
