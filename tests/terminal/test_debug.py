"""`--debug FILE` tells what was done to somebody who looks for a fault, and holds no secret, path or name."""

from __future__ import annotations

import re
import stat
from pathlib import Path

from .conftest import Desk


def test_a_whole_rotation_leaves_its_steps_and_requests_and_no_secret(small_desk: Desk, tmp_path: Path) -> None:
    desk, file = small_desk, tmp_path / "diary.txt"
    debug = ("--debug", str(file))
    assert desk.type("rotate", desk.old.access_key_id.value, *desk.buckets, "--yes", "--json", *debug).code == 3
    written = " ".join(path.read_text(errors="replace") for path in desk.home.rglob("*") if path.is_file())
    secrets = {desk.old.secret.reveal(), *re.findall(r"[A-Za-z0-9/+]{40}", written)}
    assert len(secrets) > 1, "the new one as well"
    assert desk.type("undo", "--yes", "--json", *debug).code == 0
    text = file.read_text()
    assert "began command=rotate version=" in text
    assert "request service=iam operation=CreateAccessKey" in text
    assert "step step=switch mark=done" in text
    assert text.endswith("ended code=0\n")
    for secret in secrets:
        assert secret not in text
    for private in (str(desk.home), desk.old.access_key_id.value, "family-archive", *desk.buckets[1:]):
        assert private not in text, private
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_file_that_cannot_be_written_ends_the_command_before_anything(desk: Desk, tmp_path: Path) -> None:
    for path in (tmp_path / "no" / "folder" / "diary", tmp_path):
        answer = desk.type("scan", "--offline", "--json", "--debug", str(path))
        assert answer.code == 2
        assert answer.document["problem"]["code"] == "usage.debug"


def test_a_link_is_not_followed(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "target")
    assert desk.type("scan", "--offline", "--debug", str(tmp_path / "link")).code == 2
    assert not (tmp_path / "target").exists()
