"""Two computers with one old key, as commands show them: seen, asked to wait, waited for by name, and done."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from .conftest import Desk


@pytest.fixture
def attic(small_desk: Desk, tmp_path: Path) -> Desk:
    """Another computer, whose rclone uses the same old key."""
    home = tmp_path / "beside" / "attic"
    remote = home / ".config" / "rclone" / "rclone.conf"
    remote.parent.mkdir(parents=True)
    here = small_desk.home / ".config" / "rclone" / "rclone.conf"
    remote.write_text(here.read_text())
    return replace(small_desk, home=home, state_dir=tmp_path / "beside" / "state")


def test_a_second_computer_is_told_asks_to_wait_and_is_waited_for(small_desk: Desk, attic: Desk) -> None:
    key, last4 = attic.old.access_key_id.value, attic.old.access_key_id.last4
    nobody = attic.type("hold", key, "--yes", "--json")
    assert (nobody.code, nobody.document["problem"]["code"]) == (2, "hold.nobody")
    assert small_desk.type("rotate", key, "--yes", "--watch-days", "0", *small_desk.buckets).code == 3

    seen = attic.type("scan")
    assert "replaces AKIA…" in seen.out
    assert f"keyturn hold {last4}" in " ".join(seen.out.split())
    assert attic.type("hold", key).code == 2, "nobody is there to say yes"
    asked = attic.type("hold", key, "--yes", "--json")
    assert asked.code == 0
    assert asked.document["waits"]
    (rotation,) = asked.document["replaced_elsewhere"]
    assert rotation["waits_for_us"]
    assert rotation["in_place"]
    (found,) = [one for one in attic.type("scan", "--json").document["keys"] if one["access_key_id"] == key]
    assert found["replaced_elsewhere"] == [rotation]
    assert attic.type("status", "--json").document["holds"] == [{"key": key}]
    assert "--release" in attic.type("status").out

    held = small_desk.type("turn-off", "--by", "key", "--yes", "--json")
    assert held.code == 3
    item = f"waits-{asked.document['id']}"
    (awaited,) = [one for one in held.lines[-1]["awaiting"] if one["item"] == item]
    assert "attic" in awaited["title"]
    assert "attic" in small_desk.type("status").out

    refused = attic.type("hold", key, "--release", "--yes", "--json")
    assert (refused.code, refused.document["problem"]["code"]) == (3, "hold.in-use")
    (attic.home / ".config" / "rclone" / "rclone.conf").unlink()
    assert attic.type("hold", last4, "--release", "--yes", "--json").document["waits"] is False
    assert attic.type("status", "--json").document["holds"] == []
    answer = small_desk.type("turn-off", "--by", "key", "--yes", "--json")
    assert answer.code == 0, answer.out[-3000:]


def test_a_persons_word_ends_the_wait_and_is_told_as_theirs(small_desk: Desk, attic: Desk) -> None:
    key = attic.old.access_key_id.value
    small_desk.type("rotate", key, "--yes", "--watch-days", "0", *small_desk.buckets)
    item = f"waits-{attic.type('hold', key, '--yes', '--json').document['id']}"
    assert small_desk.type("turn-off", "--by", "key", "--yes").code == 3

    assert small_desk.type("done", item, "--json").code == 0

    (shown,) = small_desk.type("status", "--json").document["rotations"]
    (said,) = [one for one in shown["awaiting"] if one["item"] == item]
    assert (said["by"], said["seen"]) == ("person", False)
    assert "attic" in said["title"]
    assert small_desk.type("turn-off", "--by", "key", "--yes", "--json").code == 0
