"""Arq on an attached disk: whose the database is, what is only mentioned, and what cannot be seen of it."""

from __future__ import annotations

import plistlib
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from keyturn.clients.described.guided import BLIND_SPOT
from keyturn.clients.programs.arq import own_sets
from keyturn.clients.registry import find_everything
from keyturn.computer.computer import Computer, Platform
from keyturn.model.keys import AccessKeyId
from keyturn.model.needs import Addition
from keyturn.model.places import Findings, Place, PlaceKind, Target

KEY = AccessKeyId("AKIAOLD0CONTRACT7Q2P")
SAMPLES = Path(__file__).parent / "guided_samples"
DATABASE = "Library/Application Support/ArqAgent/server.db"
TARGETS = "Users/anna/Library/Arq/config/targets"
ROWS = (SAMPLES / "arq-7" / "server.sql").read_text(encoding="utf-8").replace("{id}", KEY.value)
TARGET = (SAMPLES / "arq-5" / "destination.target").read_text(encoding="utf-8").replace("{id}", KEY.value)


@dataclass
class Disk:
    """A disk with homes in `Users`, as macOS and Windows have them."""

    root: Path

    def computer(self, platform: Platform = Platform.MACOS) -> Computer:
        return Computer.at(self.root / "Users" / "anna", platform)

    def write(self, name: str, content: bytes) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def put_database(self, *changes: str, name: str = DATABASE) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(path)) as database:
            database.executescript("; ".join((ROWS, *changes)))
        return path

    def put_target(self, text: str = TARGET) -> Path:
        return self.write(f"{TARGETS}/x.target", text.encode())

    def install(self, version: str) -> None:
        content = plistlib.dumps({"CFBundleShortVersionString": version}, fmt=plistlib.FMT_BINARY)
        self.write("Applications/Arq.app/Contents/Info.plist", content)

    def found(self, platform: Platform = Platform.MACOS) -> Findings:
        findings = find_everything(self.computer(platform), corners=False)
        places = tuple(place for place in findings.places if place.client.startswith("arq-"))
        return Findings(places, tuple(one for one in findings.problems if one.client.startswith("arq-")))


@pytest.fixture
def disk(tmp_path: Path) -> Disk:
    (tmp_path / "Users" / "anna").mkdir(parents=True)
    return Disk(tmp_path)


def the_place(findings: Findings) -> Place:
    (place,) = findings.places
    return place


@pytest.mark.parametrize(("version", "client"), [("6.2.57", "arq-6"), ("7.44.1", "arq-7"), ("8.0", "arq-7")])
def test_the_application_that_is_there_tells_whose_the_database_is(version: str, client: str, disk: Disk) -> None:
    disk.put_database()
    disk.install(version)

    place = the_place(disk.found())

    assert (place.client, place.region, place.endpoint) == (client, "eu-west-1", None)


def test_arq_asks_of_s3_what_the_vendor_says_and_no_power_over_the_bucket(disk: Disk) -> None:
    disk.put_database()
    disk.put_target()

    for place in disk.found().places:
        assert place.additions >= {
            Addition.LIST_ALL_BUCKETS,
            Addition.RESTORE,
            Addition.READ_VERSIONS,
            Addition.DELETE_VERSIONS,
            Addition.SETTINGS,
        }
        assert not place.additions & {Addition.CREATE_BUCKET, Addition.OBJECT_ACL}


def test_a_damaged_database_is_a_blind_spot_and_every_other_program_is_still_found(disk: Disk) -> None:
    disk.write(DATABASE, b"SQLite format 3\0" + b"\xff" * 9000)
    disk.write("Users/anna/.s3cfg", f"access_key = {KEY}\nsecret_key = {'x' * 40}\n".encode())

    findings = find_everything(disk.computer(), corners=False)

    assert [problem.client for problem in findings.problems] == ["arq-7"]
    assert [place.client for place in findings.places] == ["s3cmd"]


def test_a_key_that_cannot_be_read_is_a_blind_spot_that_names_the_storage_location(disk: Disk) -> None:
    forgotten = "UPDATE storage_locations SET json = replace(json, 'AKIAOLD0CONTRACT7Q2P', '')"
    path = disk.put_database(forgotten)

    findings = disk.found()

    assert findings.places == ()
    (problem,) = findings.problems
    assert (problem.code, problem.path) == (BLIND_SPOT, path)
    assert "Family (plan “Home folder”)" in problem.message


def test_a_database_without_the_known_list_is_a_blind_spot(disk: Disk) -> None:
    path = disk.root / DATABASE
    path.parent.mkdir(parents=True)
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE destinations (id INTEGER PRIMARY KEY)")

    (problem,) = disk.found().problems

    assert (problem.client, problem.code) == ("arq-7", BLIND_SPOT)


def test_an_application_without_a_database_is_a_blind_spot(disk: Disk) -> None:
    disk.install("7.44.1")

    (problem,) = disk.found().problems

    assert (problem.client, problem.code) == ("arq-7", BLIND_SPOT)


def test_a_storage_location_that_arq_put_aside_is_only_mentioned(disk: Disk) -> None:
    disk.put_database("UPDATE storage_locations SET json = replace(json, '\"active\":true', '\"active\":false')")

    place = the_place(disk.found())

    assert (place.kind, "put this storage location aside" in place.note) == (PlaceKind.MENTION, True)


def test_what_arq_5_left_behind_beside_a_newer_arq_is_only_mentioned(disk: Disk) -> None:
    disk.put_target()
    disk.put_database()
    disk.install("7.44.1")

    kinds = {place.client: place.kind for place in disk.found().places}

    assert kinds == {"arq-5": PlaceKind.MENTION, "arq-7": PlaceKind.DESTINATION}


def test_the_copy_of_arq_restore_is_only_mentioned(disk: Disk) -> None:
    disk.write("Users/anna/Library/arq_restore/config/targets/x.target", TARGET.encode())

    place = the_place(disk.found())

    assert (place.kind, "arq_restore" in place.note) == (PlaceKind.MENTION, True)


def test_arq_3_and_older_is_told_to_be_updated_first(disk: Disk) -> None:
    content = plistlib.dumps(
        {"localS3BucketName": f"{KEY.value.lower()}comhaystacksoftwarearq", "localComputerUUID": "U"}
    )
    disk.write("Users/anna/Library/Arq/config/app_config.plist", content)

    (problem,) = disk.found().problems

    assert problem.client == "arq-5"
    assert "Update Arq first" in problem.message


def test_a_bucket_named_after_the_key_is_explained_and_kept(disk: Disk) -> None:
    disk.put_target(TARGET.replace("family-archive", f"{KEY.value.lower()}-arq-1"))

    place = the_place(disk.found())

    assert place.targets == (Target(f"{KEY.value.lower()}-arq-1"),)
    assert "never make a new bucket" in place.note


def test_there_is_no_arq_on_linux(disk: Disk) -> None:
    disk.put_target()
    disk.put_database()

    assert disk.found(Platform.LINUX) == Findings()


def test_the_computers_own_backup_sets_are_known_by_their_names_in_the_bucket(disk: Disk) -> None:
    disk.put_database()
    content = plistlib.dumps({"localComputerUUID": "0a1b2c3d-04da-42e3-b55e-b35d76f29d03"})
    disk.write("Users/anna/Library/Arq/config/app_config.plist", content)

    assert own_sets(disk.computer(Platform.MACOS)) == {
        "5E7D9CE7-04DA-42E3-B55E-B35D76F29D03",
        "0A1B2C3D-04DA-42E3-B55E-B35D76F29D03",
    }
    assert own_sets(Computer.at(disk.root, "linux")) == frozenset()
