"""Files that are named in passing are read all the same: asked about before, called, picked from, run by the folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from keyturn.clients.registry import find_everything
from keyturn.computer.computer import Computer
from keyturn.model.places import Findings, Place, Target

ID, SECRET = "AKIAOLD0CONTRACT7Q2P", "oldOLDoldOLDoldOLDoldOLDoldOLDoldOLD/+ol"
PAIR = f"export AWS_ACCESS_KEY_ID={ID}\nexport AWS_SECRET_ACCESS_KEY={SECRET}\n"
BATCH = f"set AWS_ACCESS_KEY_ID={ID}\r\nset AWS_SECRET_ACCESS_KEY={SECRET}\r\n"
RCLONE = f"[aws]\ntype = s3\nprovider = AWS\naccess_key_id = {ID}\nsecret_access_key = {SECRET}\n"
# Deeper than any corner, and named by nothing that tells.
DEEP = "kept/very/deep"
RUN = "restic -r s3:s3.amazonaws.com/bkt/a backup /"


def found_with(home: Path, files: dict[str, str], platform: str = "linux") -> Findings:
    for name, text in files.items():
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return find_everything(Computer.at(home, platform))


def the_place(home: Path, files: dict[str, str], platform: str = "linux") -> Place:
    (place,) = found_with(home, files, platform).places
    return place


@pytest.mark.parametrize(
    ("by", "text", "kept", "platform"),
    [
        ("bin/a.sh", f"#!/bin/sh\n[ -f ~/{DEEP}/x.sec ] && . ~/{DEEP}/x.sec\n{RUN}\n", PAIR, "linux"),
        (".crontab", f"@daily run-parts --report ~/{DEEP}\n", f"#!/bin/sh\n{PAIR}{RUN}\n", "linux"),
        ("Desktop/a.bat", f"pushd %USERPROFILE%\\{DEEP}\r\ncall x.cmd\r\n{RUN}\r\n".replace("/very/", "\\very\\"),
         BATCH, "windows"),
    ],
)  # fmt: skip
def test_it_is_edited(by: str, text: str, kept: str, platform: str, tmp_path: Path) -> None:
    name = {"bin/a.sh": "x.sec", ".crontab": "10-x", "Desktop/a.bat": "x.cmd"}[by]
    place = the_place(tmp_path, {f"{DEEP}/{name}": kept, by: text}, platform)
    assert (place.path, place.editable) == (tmp_path / DEEP / name, True)


@pytest.mark.parametrize("pick", ["awk '/id/{{print $2}}' {file}", "sed -n 1p {file}", "jq -r .id {file} | tr a a"])
def test_a_file_of_several_values_is_told_with_its_pair(pick: str, tmp_path: Path) -> None:
    picked = f'#!/bin/sh\nexport AWS_ACCESS_KEY_ID="$({pick.format(file=f"~/{DEEP}/k.json")})"\n'
    place = the_place(
        tmp_path, {f"{DEEP}/k.json": f'{{"id": "{ID}", "key": "{SECRET}"}}\n', "bin/a.sh": f"{picked}{RUN}\n"}
    )
    assert (place.path, place.pair is not None, place.editable) == (tmp_path / DEEP / "k.json", True, False)


def test_what_powershell_gets_from_files_is_a_key_in_two_files(tmp_path: Path) -> None:
    script = (
        "$env:AWS_ACCESS_KEY_ID = Get-Content $PSScriptRoot\\one.txt\r\n"
        '$env:AWS_SECRET_ACCESS_KEY = (Get-Content -Raw "$PSScriptRoot\\two.txt")\r\n'
    )
    found = found_with(tmp_path, {"scripts/a.ps1": script, "scripts/one.txt": ID, "scripts/two.txt": SECRET}, "windows")
    assert {(place.path.name, place.pair is not None) for place in found.places} == {
        ("one.txt", True),
        ("two.txt", True),
    }


@pytest.mark.parametrize(
    "command", ["restic -r rclone:aws:bkt/a forget", "export RESTIC_REPOSITORY=rclone:aws:bkt/a\nrestic forget"]
)
def test_what_restic_reaches_by_rclone_is_the_remotes(command: str, tmp_path: Path) -> None:
    place = the_place(tmp_path, {".config/rclone/rclone.conf": RCLONE, "bin/a.sh": f"#!/bin/sh\n{command}\n"})
    assert place.targets == (Target("bkt", "a"),)
    assert [consumer.removes for consumer in place.consumers] == [True]
