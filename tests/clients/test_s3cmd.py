"""s3cmd: sections mean nothing, the last assignment counts."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from keyturn.clients.programs.s3cmd import S3cmd
from keyturn.clients.replacement import replace_pair
from keyturn.computer.computer import Computer, Platform
from keyturn.model.keys import AccessKeyId, KeyPair, Secret
from keyturn.model.needs import Addition
from keyturn.model.places import Findings, PlaceKind, Target

ONE = KeyPair(AccessKeyId("AKIAONE0000000000001"), Secret("oneONEoneONEoneONEoneONEoneONEoneONE/+on"))
TWO = KeyPair(AccessKeyId("AKIATWO0000000000002"), Secret("twoTWOtwoTWOtwoTWOtwoTWOtwoTWOtwoTWO/+tw"))


def lines(pair: KeyPair) -> str:
    return f"access_key = {pair.access_key_id}\nsecret_key = {pair.secret.reveal()}\n"


def find(home: Path, environment: Mapping[str, str] | None = None) -> Findings:
    return S3cmd().find(Computer(Platform.LINUX, home, environment or {}, is_this_one=False))


def test_the_last_key_in_the_file_counts_whatever_the_section(tmp_path: Path) -> None:
    (tmp_path / ".s3cfg").write_text(f"[default]\n{lines(ONE)}[work]\n{lines(TWO)}")

    earlier, counting = find(tmp_path).places

    assert (counting.pair, counting.kind) == (TWO, PlaceKind.DESTINATION)
    assert (earlier.access_key_id, earlier.kind) == (ONE.access_key_id, PlaceKind.MENTION)
    assert "line 5" in earlier.note


def test_the_settings_are_what_s3cmd_makes_of_them(tmp_path: Path) -> None:
    (tmp_path / ".s3cfg").write_text(
        f"[default]\n{lines(ONE)}bucket_location = EU\nhost_base = http://127.0.0.1:5000\nuse_https = no\n"
        "acl_public = True\n"
    )

    (place,) = find(tmp_path).places

    assert (place.region, place.endpoint, place.plain_http) == ("eu-west-1", "127.0.0.1:5000", True)
    assert place.additions == {Addition.OBJECT_ACL}
    assert place.targets == ()


def test_the_variable_names_another_file(tmp_path: Path) -> None:
    named = tmp_path / "named"
    named.write_text(lines(ONE))
    (tmp_path / ".s3cfg").write_text(lines(TWO))

    places = find(tmp_path, {"S3CMD_CONFIG": str(named)}).places

    assert [(place.path, place.access_key_id) for place in places] == [
        (named, ONE.access_key_id),
        (tmp_path / ".s3cfg", TWO.access_key_id),
    ]


def test_a_variable_in_the_place_of_the_key_is_no_place(tmp_path: Path) -> None:
    (tmp_path / ".s3cfg").write_text("access_key = $MY_KEY\nsecret_key = $MY_SECRET\n")

    assert find(tmp_path) == Findings()


def test_the_check_never_lists_all_buckets(tmp_path: Path, required_program: Callable[[str], Path]) -> None:
    required_program("s3cmd")
    (tmp_path / ".s3cfg").write_text(lines(ONE))
    computer = Computer.at(tmp_path, "linux")
    (place,) = find(tmp_path).places

    check = S3cmd().check(computer, place, Target("bucket", "films"))

    assert check is not None
    assert check.arguments[1:] == ("-c", "s3cfg", "ls", "s3://bucket/films")
    assert S3cmd().check(computer, place, None) is None


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(f"[default]\n{lines(ONE)}", id="plain"),
        pytest.param(f"[default]\n{lines(TWO)}[later]\n{lines(ONE)}".replace("\n", "\r\n"), id="two, CRLF"),
        pytest.param(re.sub(r"= (\S+)", r'="\1"', lines(ONE)), id="quoted, first lines"),
    ],
)
def test_the_real_s3cmd_reads_what_keyturn_reads_before_and_after(
    content: str, tmp_path: Path, required_program: Callable[[str], Path]
) -> None:
    s3cmd = required_program("s3cmd")
    config = tmp_path / ".s3cfg"
    config.write_bytes(content.encode())
    computer = Computer.at(tmp_path, "linux")
    place = next(place for place in find(tmp_path).places if place.editable)

    for pair in (ONE, TWO):
        if pair is TWO:
            replace_pair(computer, [place], expected=ONE.access_key_id, pair=TWO)
        dumped = subprocess.run(
            [s3cmd, "-c", config, "--dump-config"],
            env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        assert f"access_key = {pair.access_key_id}\n" in dumped
        assert f"secret_key = {pair.secret.reveal()}\n" in dumped
