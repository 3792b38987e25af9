"""The database of Arq 6 and 7, made as Arq 7.44 makes it; S3's rows are inferred (facts/arq.md 1.2)."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from keyturn.clients.own_runs import BackupRun
from keyturn.clients.programs.arq_agent import AgentState, BackupPlan, read_agent
from keyturn.model.errors import FileError
from keyturn.model.keys import AccessKeyId
from keyturn.model.places import Target

KEY = "AKIAOLD0EXAMPLE07Q2P"
PLAN = "5E7D9CE7-04DA-42E3-B55E-B35D76F29D03"
SCHEMA = """
CREATE TABLE storage_locations (id INTEGER PRIMARY KEY, active INTEGER, name TEXT, plan_type TEXT, provider_type TEXT,
  username TEXT, password TEXT, hostname TEXT, use_ssl INTEGER, path TEXT, region_name TEXT, json TEXT);
CREATE TABLE backup_plans (id INTEGER PRIMARY KEY, active INTEGER, name TEXT, plan_uuid TEXT,
  storage_location_id INTEGER, encryption_password TEXT, json TEXT);
CREATE TABLE activities (id INTEGER PRIMARY KEY, type TEXT, sub_type TEXT, message TEXT, created_time REAL,
  finished_time REAL, aborted INTEGER, abort_reason TEXT, error_count INTEGER, plan_uuid TEXT);
CREATE TABLE legacy_backups (id INTEGER PRIMARY KEY, computer_uuid TEXT);
"""


def agent(tmp_path: Path, *statements: tuple[str, tuple[object, ...]], schema: str = SCHEMA) -> AgentState:
    path = tmp_path / "server.db"
    with closing(sqlite3.connect(path)) as database:
        database.executescript(schema)
        for statement, values in statements:
            database.execute(statement, values)
        database.commit()
    return read_agent(path)


def location(**members: object) -> tuple[str, tuple[object, ...]]:
    told = {"id": 1, "name": "Amazon S3", "providerType": "s3", "username": KEY, "path": "/family-archive"} | members
    return "INSERT INTO storage_locations (id, active, json) VALUES (1, 1, ?)", (json.dumps(told),)


def activity(
    created: float, finished: float | None, aborted: int, errors: int | None, message: str = "Idle"
) -> tuple[str, tuple[object, ...]]:
    columns = "type, sub_type, plan_uuid, created_time, finished_time, aborted, error_count, message"
    values = ("backup", "backup", PLAN, created, finished, aborted, errors, message)
    return f"INSERT INTO activities ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values  # noqa: S608


def test_a_storage_location_of_s3_tells_key_bucket_and_region(tmp_path: Path) -> None:
    state = agent(tmp_path, location(regionName="eu-central-1", active=True, hasPassword=True))

    (one,) = state.locations
    assert (one.name, one.access_key_id, one.target) == ("Amazon S3", AccessKeyId(KEY), Target("family-archive"))
    assert (one.region, one.endpoint, one.active, one.plain_http) == ("eu-central-1", None, True, False)


def test_the_plain_columns_count_where_there_is_no_json(tmp_path: Path) -> None:
    row = "INSERT INTO storage_locations (id, name, provider_type, username, path, hostname) VALUES (4, ?, ?, ?, ?, ?)"
    state = agent(tmp_path, (row, ("Old", "s3", KEY, "family-archive/arq", "s3.eu-west-1.amazonaws.com")))

    (one,) = state.locations
    assert (one.row, one.target, one.region) == (4, Target("family-archive", "arq"), "eu-west-1")


@pytest.mark.parametrize("path", ["/family-archive", "family-archive", "family-archive:/", "/family-archive/"])
def test_the_bucket_is_the_first_part_of_the_path(path: str, tmp_path: Path) -> None:
    (one,) = agent(tmp_path, location(path=path)).locations

    assert one.target == Target("family-archive")


@pytest.mark.parametrize("provider", ["folder", "sftp", "arqpremium", "dropbox"])
def test_other_kinds_of_storage_are_not_s3(provider: str, tmp_path: Path) -> None:
    assert agent(tmp_path, location(providerType=provider, username="me", hostname="")).locations == ()


@pytest.mark.parametrize("provider", ["s3", "aws", "AmazonS3", "amazonGlacierSomething", ""])
def test_a_key_without_a_host_is_amazons_whatever_arq_calls_it(provider: str, tmp_path: Path) -> None:
    (one,) = agent(tmp_path, location(providerType=provider)).locations

    assert one.endpoint is None


@pytest.mark.parametrize("provider", ["arqpremium", "ArqCloud"])
def test_a_key_of_the_vendors_own_storage_is_not_the_persons(provider: str, tmp_path: Path) -> None:
    assert agent(tmp_path, location(providerType=provider)).locations == ()


def test_amazon_without_a_readable_key_is_still_a_storage_location(tmp_path: Path) -> None:
    (one,) = agent(tmp_path, location(providerType="amazonGlacierSomething", username="")).locations

    assert (one.access_key_id, one.target) == (None, Target("family-archive"))


def test_sftp_on_a_host_of_amazons_is_not_s3(tmp_path: Path) -> None:
    host = "s-1234.server.transfer.eu-west-1.amazonaws.com"
    assert agent(tmp_path, location(providerType="sftp", hostname=host, username="anna")).locations == ()


def test_a_store_that_arq_knows_by_name_is_not_amazons(tmp_path: Path) -> None:
    (one,) = agent(tmp_path, location(providerType="wasabi")).locations

    assert one.endpoint == "wasabi"


def test_a_store_like_s3_keeps_its_own_host(tmp_path: Path) -> None:
    (one,) = agent(tmp_path, location(providerType="wasabi", hostname="s3.wasabisys.com")).locations
    assert one.endpoint == "s3.wasabisys.com"
    (tmp_path / "other").mkdir()
    (one,) = agent(
        tmp_path / "other", location(providerType="s3compatible", hostname="nas:9000", useSSL=False)
    ).locations
    assert (one.endpoint, one.plain_http) == ("nas:9000", True)


@pytest.mark.parametrize("user", ["", "me@example.com", "AKIA", KEY.lower()])
def test_what_is_not_shaped_like_a_key_is_taken_for_none(user: str, tmp_path: Path) -> None:
    (one,) = agent(tmp_path, location(username=user)).locations

    assert one.access_key_id is None


def test_of_two_different_keys_in_one_row_neither_is_chosen(tmp_path: Path) -> None:
    (one,) = agent(tmp_path, location(username="", first=KEY, second="AKIAOTHEREXAMPLE5X4Y")).locations

    assert one.access_key_id is None


def test_plans_point_at_their_storage_location(tmp_path: Path) -> None:
    row = "INSERT INTO backup_plans (active, plan_uuid, storage_location_id, json) VALUES (1, ?, 1, ?)"

    state = agent(tmp_path, location(), (row, (PLAN, json.dumps({"name": "Home folder"}))), (row, ("--evil", "{}")))

    assert state.plans == (BackupPlan(PLAN, "Home folder", 1),)


def test_the_newest_run_of_a_plan_is_told_with_its_outcome(tmp_path: Path) -> None:
    state = agent(tmp_path, activity(1.77e9, 1.77e9 + 60, 1, 3), activity(1.78e9, 1.78e9 + 60, 0, 0))

    run = state.runs[PLAN]
    assert (run.ended_well, run.going_on) == (True, False)
    assert run.began == datetime.fromtimestamp(1.78e9, UTC)


@pytest.mark.parametrize(
    ("row", "ended_well", "going_on"),
    [
        (activity(1.78e9, 1.78e9 + 60, 1, 0), False, False),
        (activity(1.78e9, 1.78e9 + 60, 0, 2), None, False),
        (activity(1.78e9, None, 0, 0, "Backing up"), None, True),
        (activity(1.78e9, 1.78e9 + 60, 0, None), None, False),
        (activity(8e8, 8e8 + 60, 0, 0), None, False),
    ],
    ids=["aborted", "errors of files", "going on", "errors not told", "a time that cannot be"],
)
def test_a_run_that_proves_nothing_is_no_success(
    row: tuple[str, tuple[object, ...]], ended_well: bool | None, going_on: bool, tmp_path: Path
) -> None:
    run = agent(tmp_path, row).runs[PLAN]

    assert (run.ended_well, run.going_on) == (ended_well, going_on)


def test_a_database_of_another_form_is_known_to_be_unknown(tmp_path: Path) -> None:
    state = agent(tmp_path, schema="CREATE TABLE destinations (id INTEGER PRIMARY KEY);")

    assert (state.known, state.locations) == (False, ())


def test_members_of_any_type_are_borne(tmp_path: Path) -> None:
    odd: object
    for odd in (None, 7, [], {}, "", "x" * 9999, True, 1e300):
        names = ("name", "providerType", "username", "path", "hostname", "regionName", "active", "useSSL")
        members: dict[str, object] = dict.fromkeys(names, odd)
        folder = tmp_path / str(id(odd))
        folder.mkdir()
        state = agent(folder, location(**members))
        assert all(one.target is None for one in state.locations)
    for written in ("[", "[" * 50_000, "5", '"text"', '{"id": 1e999}'):
        folder = tmp_path / str(len(written))
        folder.mkdir(exist_ok=True)
        (folder / "server.db").unlink(missing_ok=True)
        row = "INSERT INTO storage_locations (id, active, json) VALUES (1, 1, ?)"
        assert agent(folder, (row, (written,))).locations == ()


def test_a_run_with_errors_of_single_files_is_neither_good_nor_bad() -> None:
    now = datetime(2026, 11, 21, tzinfo=UTC)

    assert BackupRun(now, now, False, False, 2).ended_well is None


def test_what_is_no_database_is_an_error_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "server.db").write_text("nothing")

    with pytest.raises(FileError) as raised:
        read_agent(tmp_path / "server.db")

    assert raised.value.code == "file.unparsable"
