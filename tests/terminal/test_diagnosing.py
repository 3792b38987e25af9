"""`report --diagnose` tells what a computer is like and what was found there, and nothing about who uses it."""

from __future__ import annotations

import json
import platform
import socket
from pathlib import Path

import pytest

from keyturn import __version__
from keyturn.computer.computer import Computer, Platform
from keyturn.model.keys import KEY_ID_IN_TEXT
from keyturn.rotation.reporting.diagnosis import kind_of

from .conftest import Desk


def test_it_counts_what_was_found_by_program_and_names_nothing(small_desk: Desk) -> None:
    desk = small_desk
    canary = "Annegret Mustermann"
    notes = desk.home / canary / f"{canary}.conf"
    notes.parent.mkdir()
    notes.write_text(f"aws_access_key_id = {desk.old.access_key_id}\n")
    (desk.home / "Documents").mkdir(exist_ok=True)
    (desk.home / "Documents" / f"{canary}.txt").write_text(f"{desk.old.access_key_id}\n")
    said = desk.type("report", "--diagnose")
    document = desk.type("report", "--diagnose", "--json")
    assert (said.code, document.code) == (0, 0)
    made = document.document["diagnosis"]
    (rclone,) = (one for one in made["programs"] if one["client"] == "rclone")
    assert rclone["places"]["destination"] >= 1
    assert sum(rclone["files"].values()) == sum(rclone["places"].values())
    assert all(kind.endswith("/…/….conf") for kind in rclone["files"])
    assert made["keys"] >= 1
    assert (made["keyturn"], made["python"]) == (__version__, platform.python_version())
    assert made["home"].keys() == {"has_blanks", "has_letters_beyond_ascii", "is_short_name", "is_a_link"}
    assert made["secrets"] == {"kept_in": "file", "problem": None}
    assert "programs, rclone: places: destination: " in said.out
    names = {one["name"] for key in desk.type("scan", "--offline", "--json").document["keys"] for one in key["places"]}
    private = {
        *(canary, "Mustermann", "family-archive", desk.old.secret.reveal(), desk.old.access_key_id.last4),
        *(str(desk.home), str(desk.state_dir), socket.gethostname(), desk.endpoint_url),
        *(name for name in names if len(name) > 6),
    }
    for text in (said.out, document.out):
        assert not KEY_ID_IN_TEXT.search(text)
        assert [one for one in private if one in text] == []


def test_what_cannot_be_read_is_counted_by_its_code(small_desk: Desk) -> None:
    config = small_desk.computer.rclone_config
    config.write_bytes(b"\0" + config.read_bytes())
    made = small_desk.type("report", "--diagnose", "--json").document["diagnosis"]
    (rclone,) = (one for one in made["programs"] if one["client"] == "rclone")
    assert rclone["troubles"] == {"file.unparsable": 1}


def test_it_goes_into_a_file_and_with_nothing_that_tells_more(small_desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "d.json"
    assert small_desk.type("report", "--diagnose", "--output", str(path)).code == 0
    assert json.loads(path.read_text(encoding="utf-8"))["diagnosis"]["keyturn"] == __version__
    assert small_desk.type("report", "--diagnose", "--output", str(path)).code == 2
    assert small_desk.type("report", "--diagnose", "--output", str(path.with_suffix(".txt"))).code == 0
    assert path.with_suffix(".txt").read_text(encoding="utf-8").startswith(f"keyturn: {__version__}\n")
    for more in (["--account"], ["--format", "csv"], [small_desk.old.access_key_id.value]):
        assert small_desk.type("report", "--diagnose", *more).code == 2, more


@pytest.mark.parametrize(
    ("system", "path", "kind"),
    [
        (Platform.WINDOWS, "AppData/Roaming/rclone/rclone.conf", "%APPDATA%/…/….conf"),
        (Platform.WINDOWS, "AppData/Local/Anna/x.json", "%LOCALAPPDATA%/…/….json"),
        (Platform.WINDOWS, "OneDrive/Desktop/key.csv", "~/OneDrive/…/….csv"),
        (Platform.MACOS, "Library/Application Support/Arq/config", "~/Library/Application Support/…/…"),
        (Platform.MACOS, "Library/LaunchAgents/anna.plist", "~/Library/…/….plist"),
        (Platform.LINUX, ".config/x", "~/.config/…"),
        (Platform.LINUX, ".aws/credentials", "~/.…/…"),
        (Platform.LINUX, "letter to Anna.anna", "~/…"),
        (Platform.LINUX, "Documents/rootkey.csv", "~/Documents/….csv"),
        (Platform.LINUX, "/mnt/anna/x.env", "something else/….env"),
    ],
)
def test_a_path_is_told_by_its_kind_alone(system: Platform, path: str, kind: str) -> None:
    home = Path("/Users/anna")
    assert kind_of(home / path, Computer(system, home, {}, is_this_one=False)) == kind
