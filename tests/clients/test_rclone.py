"""rclone: the remotes that count, the buckets they are used for, and what they ask of S3."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from keyturn.clients.programs.rclone import Rclone
from keyturn.clients.replacement import replace_pair
from keyturn.computer.computer import Computer, Platform
from keyturn.model.keys import AccessKeyId, KeyPair, Secret
from keyturn.model.manners import Manner
from keyturn.model.needs import Addition
from keyturn.model.places import Findings, Place, PlaceKind, Target

ONE = KeyPair(AccessKeyId("AKIAONE0000000000001"), Secret("oneONEoneONEoneONEoneONEoneONEoneONE/+on"))
TWO = KeyPair(AccessKeyId("AKIATWO0000000000002"), Secret("twoTWOtwoTWOtwoTWOtwoTWOtwoTWOtwoTWO/+tw"))


def remote(name: str, pair: KeyPair = ONE, more: str = "") -> str:
    keys = f"access_key_id = {pair.access_key_id}\nsecret_access_key = {pair.secret.reveal()}\n"
    return f"[{name}]\ntype = s3\n{keys}{more}"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / ".config" / "rclone" / "rclone.conf"
    path.parent.mkdir(parents=True)
    return path


def find(home: Path, environment: Mapping[str, str] | None = None, platform: str = "linux") -> Findings:
    return Rclone().find(Computer(Platform(platform), home, environment or {}, is_this_one=False))


def only(findings: Findings) -> Place:
    (place,) = findings.places
    return place


def test_wrapping_remotes_name_the_buckets(config: Path, tmp_path: Path) -> None:
    config.write_text(
        remote("aws")
        + "[crypt]\ntype = crypt\nremote = aws,region=eu-west-1:photos/2019/\n"
        + "[alias]\ntype = alias\nremote = aws:\n"
        + "[through]\ntype = chunker\nremote = alias:films\n"
        + '[joined]\ntype = combine\nupstreams = "a=aws:music" b=aws:books/new other=drive:x\n'
        + "[union]\ntype = union\nupstreams = aws:union/a:ro /local:ro aws:photos/2019:nc\n"
        + "[elsewhere]\ntype = crypt\nremote = /mnt/disk\n"
    )

    assert only(find(tmp_path)).targets == (
        Target("photos", "2019"),
        Target("films"),
        Target("music"),
        Target("books", "new"),
        Target("union", "a"),
    )


def test_remotes_that_wrap_each_other_in_a_ring_name_nothing(config: Path, tmp_path: Path) -> None:
    config.write_text(
        remote("aws") + "[a]\ntype = alias\nremote = b:x\n[b]\ntype = alias\nremote = a:y\n[c]\ntype=alias\nremote=c:\n"
    )

    assert only(find(tmp_path)).targets == ()


@pytest.mark.parametrize(
    ("more", "additions"),
    [
        ("", {Addition.OBJECT_ACL, Addition.CREATE_BUCKET}),
        ("no_check_bucket = false\n", {Addition.OBJECT_ACL, Addition.CREATE_BUCKET}),
        ("no_check_bucket = true\n", {Addition.OBJECT_ACL}),
        ("no_check_bucket = true\nacl = private\n", {Addition.OBJECT_ACL}),
        ("no_check_bucket = true\nversions = true\n", {Addition.OBJECT_ACL, Addition.READ_VERSIONS}),
    ],
)
def test_the_options_say_which_rights_are_needed(
    more: str, additions: set[Addition], config: Path, tmp_path: Path
) -> None:
    config.write_text(remote("aws", more=more))

    assert only(find(tmp_path)).additions == additions


def test_region_endpoint_and_plain_http_are_what_the_file_says(config: Path, tmp_path: Path) -> None:
    config.write_text(
        remote("here", more="region = us-east-1\nendpoint = http://127.0.0.1:5000\n")
        + remote("there", more="endpoint = s3.eu-central-1.amazonaws.com\n")
    )

    here, there = find(tmp_path).places

    assert (here.region, here.endpoint, here.plain_http) == ("us-east-1", "http://127.0.0.1:5000", True)
    assert (there.region, there.endpoint, there.plain_http) == (None, "s3.eu-central-1.amazonaws.com", False)


def test_sections_of_one_name_are_merged_and_the_last_value_counts(config: Path, tmp_path: Path) -> None:
    config.write_text(
        remote("aws", ONE)
        + "[other]\ntype = local\n"
        + f"[aws]\naccess_key_id = {TWO.access_key_id}\nsecret_access_key = {TWO.secret.reveal()}\n"
    )

    earlier, counting = find(tmp_path).places

    assert (counting.kind, counting.pair) == (PlaceKind.DESTINATION, TWO)
    assert (earlier.kind, earlier.access_key_id, earlier.editable) == (PlaceKind.MENTION, ONE.access_key_id, False)
    assert "the last one counts" in earlier.note


def test_an_encrypted_configuration_is_named_as_a_blind_spot(config: Path, tmp_path: Path) -> None:
    config.write_text("# Encrypted rclone configuration File\n\nRCLONE_ENCRYPT_V0:\nAAAA\n")

    findings = find(tmp_path)

    assert findings.places == ()
    assert [(problem.code, problem.client) for problem in findings.problems] == [("client.encrypted", "rclone")]


def test_the_first_file_in_rclones_order_counts_and_the_others_are_told(config: Path, tmp_path: Path) -> None:
    named = tmp_path / "my rclone.conf"
    named.write_text(remote("named"))
    config.write_text(remote("usual"))
    (tmp_path / ".rclone.conf").write_text(remote("old"))

    places = find(tmp_path, {"RCLONE_CONFIG": str(named)}).places

    assert [(place.name, str(named) in place.note) for place in places] == [
        ("named", False),
        ("usual", True),
        ("old", True),
    ]


def test_windows_keeps_it_in_appdata_also_on_another_disk(tmp_path: Path) -> None:
    path = tmp_path / "AppData" / "Roaming" / "rclone" / "rclone.conf"
    path.parent.mkdir(parents=True)
    path.write_text(remote("aws"))

    assert only(find(tmp_path, platform="windows")).path == path


def test_macos_keeps_it_in_the_dot_folder(config: Path, tmp_path: Path) -> None:
    config.write_text(remote("aws"))

    assert only(find(tmp_path, platform="macos")).path == config


def test_keys_beat_env_auth_and_a_remote_without_keys_is_no_place_but_a_loan(config: Path, tmp_path: Path) -> None:
    config.write_text(
        remote("keys", more="env_auth = true\n")
        + "[borrows]\ntype = s3\nenv_auth = true\nprofile = photos\nacl = private\n"
        + "[crypt]\ntype = crypt\nremote = borrows:bucket/x\n"
    )

    look = Rclone().look(Computer(Platform.LINUX, tmp_path, {}, is_this_one=False))

    assert [place.name for place in look.places] == ["keys"]
    (loan,) = look.loans
    assert (loan.profile, loan.targets) == ("photos", (Target("bucket", "x"),))
    assert Addition.OBJECT_ACL in loan.additions


def test_another_makers_key_may_have_any_shape(config: Path, tmp_path: Path) -> None:
    config.write_text(
        "[minio]\ntype = s3\nprovider = Minio\nendpoint = http://nas:9000\n"
        "access_key_id = minioadmin\nsecret_access_key = minioadmin\n"
    )

    place = only(find(tmp_path))
    assert (place.access_key_id.value, place.endpoint, place.editable) == ("minioadmin", "http://nas:9000", True)


def test_the_check_lists_the_bucket_and_nothing_else(
    config: Path, tmp_path: Path, required_program: Callable[[str], Path]
) -> None:
    required_program("rclone")
    config.write_text(remote("aws"))
    computer = Computer.at(tmp_path, "linux")
    place = only(find(tmp_path))

    check = Rclone().check(computer, place, Target("bucket", "a/b"))

    assert check is not None
    assert check.arguments[1:5] == ("lsf", "backup:bucket/a/b", "--max-depth", "1")
    assert set(check.environment) <= {"PATH", "LANG", "HOME"}
    assert ONE.secret.reveal() not in json.dumps(check.arguments)
    assert Rclone().check(computer, place, None) is None


def test_no_check_is_made_where_rclone_would_ask_another_server_than_keyturn(
    config: Path, tmp_path: Path, required_program: Callable[[str], Path]
) -> None:
    required_program("rclone")
    config.write_text(remote("amazon") + remote("here", more="endpoint = http://127.0.0.1:5000\n"))
    computer = Computer.at(tmp_path, "linux")
    amazon, here = find(tmp_path).places
    asked = "http://127.0.0.1:5000/"

    assert Rclone().check(computer, amazon, Target("bucket"), endpoint_url=asked) is None
    assert Rclone().check(computer, here, Target("bucket"), endpoint_url=asked) is not None


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(remote("aws", ONE), id="plain"),
        pytest.param("\ufeff" + remote("aws", ONE).replace("\n", "\r\n"), id="BOM and CRLF"),
        pytest.param(remote("aws", TWO) + remote("aws", ONE), id="merged sections"),
        pytest.param(remote("aws", ONE).replace(" = ", ":"), id="colons"),
    ],
)
def test_the_real_rclone_reads_what_keyturn_reads_before_and_after(
    content: str, config: Path, tmp_path: Path, required_program: Callable[[str], Path]
) -> None:
    rclone = required_program("rclone")
    config.write_bytes(content.encode())
    computer = Computer.at(tmp_path, "linux")
    place = next(place for place in find(tmp_path).places if place.editable)

    for pair in (ONE, TWO):
        if pair is TWO:
            replace_pair(computer, [place], expected=ONE.access_key_id, pair=TWO)
        dumped = subprocess.run(
            [rclone, "config", "dump", "--config", config],
            env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
            capture_output=True,
            check=True,
        ).stdout
        read = json.loads(dumped)["aws"]
        assert read["access_key_id"] == pair.access_key_id.value
        assert read["secret_access_key"] == pair.secret.reveal()


def test_what_a_remote_says_with_each_object_is_seen(config: Path, tmp_path: Path) -> None:
    said = {
        "server_side_encryption": "aws:kms",
        "sse_kms_key_id": "alias/backups",
        "storage_class": "DEEP_ARCHIVE",
        "acl": "bucket-owner-full-control",
        "requester_pays": "true",
    }
    config.write_text(remote("aws", more="".join(f"{name} = {value}\n" for name, value in said.items())))
    assert only(find(tmp_path)).manner == Manner(
        "aws:kms", "alias/backups", "DEEP_ARCHIVE", "bucket-owner-full-control", requester_pays=True
    )
