"""Arq 5's target files, made from the vendor's own reader of them (github arqbackup/arq_restore: Target.m)."""

from __future__ import annotations

import plistlib
from pathlib import Path

import pytest

from keyturn.clients.programs.arq_targets import ArqTarget, read_target
from keyturn.edits.files import read_file
from keyturn.model.errors import FileError
from keyturn.model.keys import AccessKeyId
from keyturn.model.places import Target

KEY = "AKIAOLD0EXAMPLE07Q2P"
UUID = "5E7D9CE7-04DA-42E3-B55E-B35D76F29D03"


def target(tmp_path: Path, address: str, **members: object) -> ArqTarget | None:
    path = tmp_path / f"{UUID}.target"
    told = {"targetType": "s3", "nickname": "Photos", "uuid": UUID, "endpointDescription": address} | members
    path.write_bytes(plistlib.dumps(told))
    return read_target(read_file(path))


def test_key_bucket_and_region_stand_in_the_address(tmp_path: Path) -> None:
    one = target(tmp_path, f"https://{KEY}@s3-eu-west-1.amazonaws.com/family-archive", awsRequestSignatureVersion=4)

    assert one == ArqTarget(
        UUID, "Photos", AccessKeyId(KEY), Target("family-archive"), "eu-west-1", endpoint=None, plain_http=False
    )


@pytest.mark.parametrize("path", ["/family-archive", "//family-archive", "/family-archive/"])
def test_the_bucket_is_found_however_the_slashes_stand(path: str, tmp_path: Path) -> None:
    one = target(tmp_path, f"https://{KEY}@s3.amazonaws.com{path}")

    assert one is not None
    assert one.target == Target("family-archive")


def test_a_store_like_s3_keeps_its_own_host(tmp_path: Path) -> None:
    one = target(tmp_path, f"http://{KEY}@nas.local:9000/backups")

    assert one is not None
    assert (one.endpoint, one.plain_http, one.region) == ("nas.local:9000", True, None)


def test_an_address_without_a_key_is_a_destination_whose_key_is_not_known(tmp_path: Path) -> None:
    one = target(tmp_path, "https://s3.amazonaws.com/family-archive")

    assert one is not None
    assert one.access_key_id is None


@pytest.mark.parametrize("address", [f"sftp://{KEY}@nas/x", "", "https://nas/x", "http://[", f"https://{KEY}@s3:x/y"])
def test_other_addresses_are_no_destination_of_s3(address: str, tmp_path: Path) -> None:
    assert target(tmp_path, address) is None


def test_another_kind_of_destination_is_passed_over(tmp_path: Path) -> None:
    assert target(tmp_path, f"https://{KEY}@s3.amazonaws.com/x", targetType="sftp") is None


def test_apples_binary_form_is_read_as_well(tmp_path: Path) -> None:
    path = tmp_path / "x.target"
    members = {"targetType": "s3", "endpointDescription": f"https://{KEY}@s3.amazonaws.com/photos"}
    path.write_bytes(plistlib.dumps(members, fmt=plistlib.FMT_BINARY))

    one = read_target(read_file(path))

    assert one is not None
    assert (one.name, one.access_key_id) == ("s3.amazonaws.com", AccessKeyId(KEY))


@pytest.mark.parametrize("content", [b"", b"\xff" * 50, b"<plist>", b"bplist00" + b"\xd1" * 60])
def test_what_is_no_list_is_said_to_be_none(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x.target"
    path.write_bytes(content)

    with pytest.raises(FileError) as raised:
        read_target(read_file(path))

    assert raised.value.code == "file.unparsable"
