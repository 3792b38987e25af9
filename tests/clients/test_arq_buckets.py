"""Names and layouts of Arq's buckets, of every era (facts/arq.md 1.7 and 4.4)."""

from __future__ import annotations

import json
import plistlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyturn.clients.programs.arq_buckets import BackupSet, is_set_folder, key_in_bucket_name, read_description
from keyturn.model.keys import AccessKeyId

KEY = "AKIAOLD0EXAMPLE07Q2P"
LOW = KEY.lower()


@pytest.mark.parametrize(
    "name",
    [
        f"{LOW}.com.haystacksoftware.arq",
        f"{LOW}.com.haystacksoftware.arq.eu",
        f"{LOW}-com-haystacksoftware-arq",
        f"{LOW}comhaystacksoftwarearq",
        f"{LOW}comhaystacksoftwarearq-ap-southeast-2",
    ],
)
def test_names_that_arq_computes_from_the_key_are_known(name: str) -> None:
    assert key_in_bucket_name(name) == AccessKeyId(KEY)


@pytest.mark.parametrize("name", [f"arq-{LOW}-eu-west-1", f"{LOW}-arq-1", f"arq-{LOW}-us-gov-west-1"])
def test_names_that_only_show_the_key_are_known_too(name: str) -> None:
    assert key_in_bucket_name(name) == AccessKeyId(KEY)


@pytest.mark.parametrize("name", ["family-archive", "arq", "arq-backups", f"{LOW}", f"{LOW}-photos", "my-arq-1", ""])
def test_a_name_that_a_person_chose_tells_nothing(name: str) -> None:
    assert key_in_bucket_name(name) is None


def test_a_very_old_key_does_not_begin_with_akia() -> None:
    told = key_in_bucket_name("0a1b2c3d4e5f6g7h8j9kcomhaystacksoftwarearq")

    assert told == AccessKeyId("0A1B2C3D4E5F6G7H8J9K")


def test_arq_5_names_the_computer_in_clear_text() -> None:
    content = plistlib.dumps({"userName": "anna", "computerName": "Anna’s iMac"})

    assert read_description("computerinfo", content) == BackupSet("Anna’s iMac", "", "Arq 5")


def test_arq_7_names_the_computer_and_the_plan_in_clear_text() -> None:
    content = json.dumps({"computerName": "clack", "backupName": "Home folder", "isEncrypted": True}).encode()

    assert read_description("backupconfig.json", content) == BackupSet("clack", "Home folder", "Arq 7")


@pytest.mark.parametrize("name", ["computerinfo", "backupconfig.json"])
@given(content=st.binary(max_size=200))
def test_whatever_stands_there_is_read_or_left_unnamed(name: str, content: bytes) -> None:
    assert len(read_description(name, content).computer) <= 80


@pytest.mark.parametrize(
    "content",
    [
        b'{"computerName": 5, "backupName": ["x"]}',
        b"[" * 100_000,
        b'["a list"]',
        json.dumps({"computerName": "x" * 10_000}).encode(),
        b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "cc"><!ENTITY d "&b;&b;">]><plist><string>&d;</string></plist>',
    ],
)
def test_hostile_content_gives_at_most_a_short_name(content: bytes) -> None:
    for name in ("computerinfo", "backupconfig.json"):
        assert len(read_description(name, content).computer) <= 80


def test_only_folders_named_by_a_uuid_may_be_arqs() -> None:
    assert is_set_folder("5E7D9CE7-04DA-42E3-B55E-B35D76F29D03/")
    assert not is_set_folder("photos/")
    assert not is_set_folder("5E7D9CE7/")
