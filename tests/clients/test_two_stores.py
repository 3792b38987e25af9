"""Scripts that go to AWS and to another store: whose a key is, and which of the buckets are its."""

from __future__ import annotations

from pathlib import Path

import pytest

from keyturn.clients.registry import find_everything
from keyturn.computer.computer import Computer
from keyturn.model.needs import Addition
from keyturn.model.places import Place, Target

ID, SECRET = "AKIAONE0000000000001", "oneONE/+on" * 4
OTHER_ID, OTHER_SECRET = "AKIATWO0000000000002", "twoTWO/+tw" * 4
KEY = f"export AWS_ACCESS_KEY_ID={ID} AWS_SECRET_ACCESS_KEY={SECRET}\n"
OTHER = f"export AWS_ACCESS_KEY_ID={OTHER_ID} AWS_SECRET_ACCESS_KEY={OTHER_SECRET}\n"
AWS = {
    "aws": "aws s3 sync /a s3://ours\n",
    "restic": "restic -r s3:s3.amazonaws.com/ours backup /a\n",
    "rclone": "rclone sync /a :s3:ours\n",
}
STORE = {
    "aws": "aws --endpoint-url https://s3.wasabisys.com s3 sync /a s3://theirs\n",
    "restic": "restic -r s3:s3.wasabisys.com/theirs backup /a\n",
    "rclone": "rclone sync /a :s3,endpoint=s3.wasabisys.com:theirs\n",
}


def places_in(home: Path, text: str) -> dict[str, Place]:
    (home / "bin").mkdir()
    (home / "bin" / "backup.sh").write_text(f"#!/bin/sh\n{text}", encoding="utf-8")
    return {place.access_key_id.value: place for place in find_everything(Computer.at(home, "linux")).places}


@pytest.mark.parametrize("program", AWS)
@pytest.mark.parametrize("first", ["aws", "store"])
def test_one_that_goes_to_both_is_awss(program: str, first: str, tmp_path: Path) -> None:
    commands = AWS[program] + STORE[program] if first == "aws" else STORE[program] + AWS[program]
    place = places_in(tmp_path, KEY + commands)[ID]
    assert place.endpoint in (None, "s3.amazonaws.com")
    assert [target.bucket for target in place.targets] == ["ours"]
    assert "wasabisys" in place.note
    assert [target.bucket for one in place.consumers for target in one.targets] in ([], ["ours"])


@pytest.mark.parametrize("program", AWS)
@pytest.mark.parametrize("first", ["aws", "store"])
def test_of_two_under_one_name_each_is_for_what_follows_it(program: str, first: str, tmp_path: Path) -> None:
    ours, theirs = KEY + AWS[program], OTHER + STORE[program]
    found = places_in(tmp_path, ours + theirs if first == "aws" else theirs + ours)
    assert (found[ID].endpoint in (None, "s3.amazonaws.com"), found[ID].note) == (True, "")
    assert [target.bucket for target in found[ID].targets] == ["ours"]
    assert "wasabisys" in (found[OTHER_ID].endpoint or "")
    assert [target.bucket for target in found[OTHER_ID].targets] == ["theirs"]


def test_where_all_goes_to_the_store_the_key_is_its(tmp_path: Path) -> None:
    place = places_in(tmp_path, KEY + STORE["aws"] + STORE["restic"])[ID]
    assert "wasabisys" in (place.endpoint or "")


@pytest.mark.parametrize(
    "options",
    ["access_key_id {id} secret_access_key {secret}", "provider=AWS access_key_id={id} secret_access_key={secret}"],
)
def test_a_remote_that_a_script_makes_has_the_bucket_of_its_commands(options: str, tmp_path: Path) -> None:
    made = f"rclone config create far s3 {options.format(id=ID, secret=SECRET)}\n"
    place = places_in(tmp_path, f"{made}rclone sync /a far:ours/b\naws s3 ls s3://other\n")[ID]
    assert place.targets == (Target("ours", "b"),)
    assert Addition.CREATE_BUCKET in place.additions
