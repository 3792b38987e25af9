"""Which remotes of rclone's can take a profile that asks Keyturn, and Keyturn's own file of those profiles."""

from __future__ import annotations

from pathlib import Path

import pytest

from keyturn.clients.own_profiles import own_profiles_file, profile_for, remove_profile, write_profile
from keyturn.clients.programs.rclone import Rclone
from keyturn.clients.remote_edits import why_no_profile
from keyturn.clients.variables.starters import what_starts
from keyturn.computer.computer import Computer, Platform
from keyturn.model.errors import FileError
from keyturn.model.key_names import KeyName

PAIR = "access_key_id = AKIAIOSFODNN7EXAMPLE\nsecret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n"


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ("", ""),
        ("v2_auth = true\n", "v2_auth"),
        ("role_arn = arn:aws:iam::1:role/x\n", "role_arn"),
        ("env_auth = false\nenv_auth = false\n", "more than once"),
        ("profile = mine\n", "profile"),
        (f"[own.photos]\ntype = s3\n{PAIR}", "own.photos"),
    ],
)
def test_what_says_more_than_a_pair_keeps_it(tmp_path: Path, more: str, why: str) -> None:
    config = tmp_path / ".config" / "rclone" / "rclone.conf"
    config.parent.mkdir(parents=True)
    config.write_text(f"[own]\ntype = s3\nprovider = AWS\n{PAIR}{more}")
    computer = Computer(Platform.LINUX, tmp_path, {}, is_this_one=False)
    (place,) = (one for one in Rclone().find(computer).places if one.name == "own")
    said = why_no_profile(computer, place)
    assert (said == "") is (why == "")
    assert why in said


def test_its_own_file_holds_each_profile_for_both_readers_and_nothing_else_is_touched(tmp_path: Path) -> None:
    computer = Computer(Platform.LINUX, tmp_path, {}, is_this_one=False)
    path, command = own_profiles_file(computer), "/usr/bin/keyturn credentials"
    first, alike = KeyName("/office/nas"), KeyName("/office-nas")
    assert profile_for(computer, first) == "office-nas"
    write_profile(computer, "office-nas", f"{command} /office/nas")
    assert profile_for(computer, first) == "office-nas"
    assert profile_for(computer, alike) == "office-nas-2"
    write_profile(computer, "office-nas-2", f"{command} /office-nas")
    assert path.read_text().count(f"credential_process = {command} /office/nas\n") == 2
    assert "[profile office-nas-2]" in path.read_text()
    remove_profile(computer, "office-nas")
    assert "/office/nas" not in path.read_text()
    path.write_text(path.read_text() + "[mine]\n")
    changed = path.read_bytes()
    with pytest.raises(FileError):
        remove_profile(computer, "office-nas-2")
    with pytest.raises(FileError):
        write_profile(computer, "x", command)
    assert path.read_bytes() == changed
    path.write_bytes(changed.removesuffix(b"[mine]\n"))
    remove_profile(computer, "office-nas-2")
    assert not path.exists()


def test_a_timetable_that_names_a_remote_around_it_may_start_it(tmp_path: Path) -> None:
    config = tmp_path / ".config" / "rclone" / "rclone.conf"
    config.parent.mkdir(parents=True)
    config.write_text(f"[own]\ntype = s3\nprovider = AWS\n{PAIR}\n[photos]\ntype = alias\nremote = own:family\n")
    timetable = tmp_path / ".crontab"
    timetable.write_text("0 3 * * * rclone sync /home/oma photos:\n")
    computer = Computer(Platform.LINUX, tmp_path, {}, is_this_one=False)
    (place,) = (one for one in Rclone().find(computer).places if one.name == "own")
    starts = what_starts(computer, [place])[place.identity]
    assert timetable in starts.timetables or any(str(timetable) in text for text in starts.unsure)
