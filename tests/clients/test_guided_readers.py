"""What the readers of guided programs make of the forms that their files have besides the usual one."""

from __future__ import annotations

import errno
import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from keyturn.clients.described.guide import guide_named
from keyturn.clients.described.guided import blind_spot, running_unseen
from keyturn.clients.described.visible_ids import read_visible_ids
from keyturn.clients.findings import Discovery
from keyturn.clients.registry import client_named, find_everything, guided_clients
from keyturn.computer.computer import Computer, Platform
from keyturn.model.needs import Addition
from keyturn.model.places import Findings, PlaceKind, Target

KEY, OTHER = "AKIAONE0000000000001", "AKIATWO0000000000002"
SECRET = "oneONEoneONEoneONEoneONEoneONEoneONE/+on"


@pytest.fixture
def computer(tmp_path: Path) -> Computer:
    return Computer(Platform.LINUX, tmp_path, {}, is_this_one=False)


@pytest.fixture
def mac(tmp_path: Path) -> Computer:
    return Computer(Platform.MACOS, tmp_path, {}, is_this_one=False)


# ── Duplicati ────────────────────────────────────────────────────────────────────────────────────────────────────────


def duplicati(computer: Computer, *statements: str) -> Findings:
    path = computer.home / ".config/Duplicati/Duplicati-server.sqlite"
    path.parent.mkdir(parents=True)
    with closing(sqlite3.connect(path)) as database:
        database.executescript(";".join(statements))
    return client_named("duplicati").find(computer)


BACKUPS = 'CREATE TABLE "Backup" ("ID" INTEGER PRIMARY KEY, "Name" TEXT, "TargetURL" TEXT)'
OPTIONS = 'CREATE TABLE "Option" ("BackupID" INTEGER, "Filter" TEXT, "Name" TEXT, "Value" TEXT)'


def backup(url: str, name: str = "Photos") -> str:
    return f'INSERT INTO "Backup" ("Name", "TargetURL") VALUES (\'{name}\', \'{url}\')'  # noqa: S608


def option(number: int, name: str, value: str) -> str:
    return f"INSERT INTO \"Option\" VALUES ({number}, '', '{name}', '{value}')"  # noqa: S608


def keys(findings: Findings) -> list[tuple[str, str]]:
    return [(place.name, place.access_key_id.value) for place in findings.places]


def test_the_older_name_of_an_option_wins_over_the_general_one(computer: Computer) -> None:
    found = duplicati(computer, BACKUPS, backup(f"s3://photos?auth-username={OTHER}&aws-access-key-id={KEY}"))
    assert keys(found) == [("Photos", KEY)]


def test_a_key_in_the_options_of_a_backup_belongs_to_its_bucket(computer: Computer) -> None:
    found = duplicati(
        computer,
        BACKUPS,
        OPTIONS,
        backup("s3://Photos.2015/a"),
        option(1, "--auth-username", KEY),
        option(1, "auth-password", SECRET),
    )
    (place,) = found.places
    assert (place.targets, place.secret is not None) == ((Target("Photos.2015", "a"),), True)


def test_a_key_in_the_options_of_all_backups_is_a_place_of_its_own(computer: Computer) -> None:
    found = duplicati(computer, BACKUPS, OPTIONS, option(-1, "--aws-access-key-id", KEY))
    assert keys(found) == [("the options of all backups", KEY)]


def test_connection_strings_and_further_addresses_of_newer_schemas_are_read(computer: Computer) -> None:
    found = duplicati(
        computer,
        BACKUPS,
        'CREATE TABLE "ConnectionString" ("ID" INTEGER PRIMARY KEY, "Name" TEXT, "BaseUrl" TEXT)',
        'CREATE TABLE "BackupTargetUrl" ("ID" INTEGER PRIMARY KEY, "BackupID" INTEGER, "TargetURL" TEXT)',
        backup("file:///nas"),
        f"INSERT INTO \"ConnectionString\" VALUES (1, 'Amazon', 's3://photos?auth-username={KEY}')",  # noqa: S608
        f"INSERT INTO \"BackupTargetUrl\" VALUES (1, 1, 's3://copies?auth-username={OTHER}')",  # noqa: S608
    )
    assert sorted(keys(found)) == [("Amazon", KEY), ("Photos", OTHER)]


@pytest.mark.parametrize(
    "url",
    [
        f"b2://photos?auth-username={KEY}",
        f"file:///s3://photos?auth-username={KEY}",
        "s3://photos",
        "s3://[photos?auth-username=x",
        "",
    ],
)
def test_what_is_no_backup_to_s3_with_a_key_is_no_place(computer: Computer, url: str) -> None:
    assert duplicati(computer, BACKUPS, backup(url)) == Findings()


def test_another_server_is_named_as_the_endpoint(computer: Computer) -> None:
    found = duplicati(computer, BACKUPS, backup(f"s3://photos?auth-username={KEY}&s3-server-name=s3.example.org"))
    assert [place.endpoint for place in found.places] == ["s3.example.org"]


@pytest.mark.parametrize("table", [backup("enc-v1:00ff"), option(1, "--auth-password", "enc-v1:00ff")])
def test_fields_that_are_encrypted_are_said_to_be(computer: Computer, table: str) -> None:
    found = duplicati(computer, BACKUPS, OPTIONS, backup("s3://photos"), table)
    (problem,) = found.problems
    assert (problem.code, found.places) == ("client.blind-spot", ())
    assert "encrypted, field by field" in problem.message


def test_a_database_that_is_encrypted_as_a_whole_is_said_to_be(computer: Computer) -> None:
    path = computer.home / ".config/Duplicati/Duplicati-server.sqlite"
    path.parent.mkdir(parents=True)
    path.write_bytes(bytes(range(256)) * 16)
    (problem,) = client_named("duplicati").find(computer).problems
    assert "encrypted as a whole" in problem.message


def test_a_database_of_an_unknown_form_is_a_blind_spot(computer: Computer) -> None:
    (problem,) = duplicati(computer, 'CREATE TABLE "Later" ("URL" TEXT)').problems
    assert "a form that Keyturn does not know" in problem.message


# ── Cyberduck ────────────────────────────────────────────────────────────────────────────────────────────────────────


def bookmark(computer: Computer, **values: str) -> None:
    folder = computer.home / "Library/Group Containers/G69SCX94XU.duck/Library/Application Support/duck/Bookmarks"
    folder.mkdir(parents=True, exist_ok=True)
    lines = "".join(f"<key>{name}</key><string>{value}</string>" for name, value in values.items())
    (folder / f"{len(list(folder.iterdir()))}.duck").write_text(f"<plist version='1.0'><dict>{lines}</dict></plist>")


def test_a_bookmark_without_a_folder_begins_with_the_list_of_all_buckets(mac: Computer) -> None:
    bookmark(mac, Protocol="s3", Hostname="s3.amazonaws.com", Username=KEY)
    (place,) = client_named("cyberduck").find(mac).places
    assert (place.targets, Addition.LIST_ALL_BUCKETS in place.additions) == ((), True)
    assert place.name == "s3.amazonaws.com"


def test_a_bookmark_that_names_a_profile_lends_its_key_from_the_aws_files(mac: Computer) -> None:
    (mac.home / ".aws").mkdir()
    (mac.home / ".aws/credentials").write_text(
        f"[photos]\naws_access_key_id = {KEY}\naws_secret_access_key = {SECRET}\n"
    )
    bookmark(mac, Protocol="s3", Hostname="s3.amazonaws.com", Username="photos", Path="/family/2015", Nickname="Oma")
    (place,) = find_everything(mac).places
    assert (place.client, place.targets) == ("aws", (Target("family", "2015"),))
    assert "Oma" in place.note


@pytest.mark.parametrize("protocol", ["sftp", "davs", "googlestorage", "", "s3x"])
def test_a_bookmark_of_another_protocol_is_none_of_ours(mac: Computer, protocol: str) -> None:
    bookmark(mac, Protocol=protocol, Hostname="example.org", Username=KEY)
    assert client_named("cyberduck").find(mac).places == ()


def test_bookmarks_of_another_store_keep_its_address(mac: Computer) -> None:
    bookmark(mac, Protocol="s3-https", Hostname="s3.example.org", Username=KEY, Path="/b")
    assert [place.endpoint for place in client_named("cyberduck").find(mac).places] == ["s3.example.org"]


def test_many_bookmarks_that_cannot_be_read_are_one_blind_spot(mac: Computer) -> None:
    bookmark(mac, Protocol="s3", Username=KEY, Hostname="s3.amazonaws.com")
    folder = next(mac.home.rglob("Bookmarks"))
    for number in range(3):
        (folder / f"damaged-{number}.duck").write_bytes(b"<plist")
    found = client_named("cyberduck").find(mac)
    assert [problem.code for problem in found.problems] == ["client.blind-spot"]
    assert len(found.places) == 1


# ── FileZilla Pro ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "password", ['<Pass encoding="crypt" pubkey="x">AAAA</Pass>', '<Pass encoding="base64">%%</Pass>', "<Pass/>", ""]
)
def test_a_password_that_is_hidden_or_missing_leaves_the_id(computer: Computer, password: str) -> None:
    path = computer.home / ".config/filezilla/sitemanager.xml"
    path.parent.mkdir(parents=True)
    server = f"<Server><Protocol>7</Protocol><User>{KEY}</User>{password}</Server>"
    path.write_text(f"<FileZilla3><Servers>{server}</Servers></FileZilla3>")
    (place,) = client_named("filezilla-pro").find(computer).places
    assert (place.access_key_id.value, place.secret, place.kind) == (KEY, None, PlaceKind.DESTINATION)
    assert "not readable here" in place.note


# ── Those of which only the ID is looked for ─────────────────────────────────────────────────────────────────────────


def visible(computer: Computer, name: str, *paths: Path) -> Findings:
    guide, look = guide_named(name), Discovery(name)
    assert guide is not None
    read_visible_ids(computer, guide, paths, look)
    return look.findings()


def test_proxmox_shows_the_id_of_each_endpoint(computer: Computer) -> None:
    path = computer.home / "s3.cfg"
    path.write_text(
        f"s3-endpoint: amazon\n\taccess-key {KEY}\n\tendpoint {{{{bucket}}}}.s3.{{{{region}}}}.amazonaws.com\n"
    )
    (place,) = visible(computer, "proxmox-backup-server", path).places
    assert (place.access_key_id.value, place.locator) == (KEY, "line 2, AKIA…0001")


def test_a_file_without_any_id_stays_a_blind_spot(computer: Computer) -> None:
    path = computer.home / "accounts"
    path.write_bytes(b"\x01\x02hidden")
    guide = guide_named("s3-browser")
    assert guide is not None
    assert visible(computer, "s3-browser", path) == Findings((), (blind_spot(guide, path),))


# ── Running, without a file ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.skipif(os.name != "posix", reason="a program under another name, as POSIX has it")
def test_a_program_that_runs_and_left_no_file_is_a_blind_spot_of_this_computer_alone(tmp_path: Path) -> None:
    program = tmp_path / "duplicati-server"
    shutil.copy(shutil.which("sleep") or "", program)
    with subprocess.Popen([program, "60"]) as running:
        try:
            this = Computer(Platform.LINUX, tmp_path, {}, is_this_one=True)
            told = {problem.client: problem.path for problem in running_unseen(this, guided_clients())}
            assert told["duplicati"] is None
            other = Computer(Platform.LINUX, tmp_path, {}, is_this_one=False)
            assert list(running_unseen(other, guided_clients())) == []
        finally:
            running.kill()


def test_where_the_system_does_not_tell_what_runs_that_is_said_and_the_look_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unseen(*_: object) -> Iterator[psutil.Process]:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    monkeypatch.setattr(psutil, "process_iter", unseen)
    this = Computer(Platform.LINUX, tmp_path, {}, is_this_one=True)
    assert [problem.code for problem in running_unseen(this, guided_clients())] == ["program.unseen"]


def test_a_vault_that_obsidian_lists_is_found_wherever_it_lies(tmp_path: Path) -> None:
    vault = tmp_path / "kept/far/away"
    settings = vault / ".obsidian/plugins/remotely-save/data.json"
    settings.parent.mkdir(parents=True)
    settings.write_text('{"s3": {"s3AccessKeyID": "AKIAOLD0CONTRACT7Q2P", "s3BucketName": "notes"}}')
    listed = tmp_path / ".config/obsidian/obsidian.json"
    listed.parent.mkdir(parents=True)
    listed.write_text(json.dumps({"vaults": {"a1": {"path": str(vault)}, "b2": {"path": "/another/disk"}}}))

    (place,) = client_named("obsidian-remotely-save").find(Computer.at(tmp_path, "linux")).places

    assert (place.path, place.name, place.targets) == (settings, "away", (Target("notes"),))


def test_obsidian_without_the_plug_in_is_no_blind_spot(tmp_path: Path) -> None:
    listed = tmp_path / ".config/obsidian/obsidian.json"
    listed.parent.mkdir(parents=True)
    listed.write_text('{"vaults": {}}')
    assert client_named("obsidian-remotely-save").find(Computer.at(tmp_path, "linux")) == Findings()
