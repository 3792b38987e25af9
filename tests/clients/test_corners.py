"""Everything else: key IDs in small files that no client knows."""

from __future__ import annotations

import os
from base64 import b64encode
from pathlib import Path
from textwrap import wrap

import pytest

from keyturn.clients.listing import Listing
from keyturn.clients.registry import find_everything
from keyturn.clients.usual_locations import corners
from keyturn.computer.computer import Computer, Platform
from keyturn.model.keys import AccessKeyId
from keyturn.model.places import Findings, PlaceKind

KEY = AccessKeyId("AKIAONE0000000000001")
OTHER = AccessKeyId("AKIATWO0000000000002")


def find(home: Path, platform: str = "linux") -> Findings:
    return find_everything(Computer.at(home, platform))


def write(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize(
    ("path", "platform", "said"),
    [
        (".config/systemd/user/backup.service", "linux", "systemd"),
        (".config/unknown/deep/er/settings.json", "linux", "configuration file"),
        (".bash_history", "linux", "history"),
        (".duplicity/old.bak", "linux", "old copy"),
        ("Documents/passwords.txt", "linux", "cannot say"),
        ("Downloads/docker/docker-compose.yml", "linux", "Docker Compose"),
        ("Library/LaunchAgents/notes.txt", "macos", "launchd"),
        ("Library/Application Support/Some Tool/settings.plist", "macos", "configuration file"),
        ("AppData/Roaming/Some Tool/settings.ini", "windows", "configuration file"),
        ("Desktop/backup.bat", "windows", "script for Windows"),
    ],
)
def test_an_id_in_an_unknown_file_is_a_mention_that_says_what_the_file_is(
    path: str, platform: str, said: str, tmp_path: Path
) -> None:
    file = write(tmp_path / path, f"first line\nkey={KEY}\n")

    (place,) = find(tmp_path, platform).places

    assert (place.path, place.kind, place.editable) == (file, PlaceKind.MENTION, False)
    assert place.access_key_id == KEY
    assert place.locator.startswith("line 2")
    assert said in place.note


@pytest.mark.parametrize(
    "text", ["{key}", "AWS={key}", "s3://{key}:secret@host/", "\t'{key}',", "Credential={key}/2024"]
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
def test_it_is_found_in_each_encoding_and_between_anything(text: str, encoding: str, tmp_path: Path) -> None:
    end = "" if text == "{key}" else "\n"
    write(tmp_path / "Documents" / "notes", f"é\n{text.format(key=KEY)}{end}".encode(encoding))

    assert [place.access_key_id for place in find(tmp_path).places] == [KEY]


@pytest.mark.parametrize("text", [f"X{KEY}", f"{KEY}0", "akiaone0000000000001", "AKIASHORT", "AKIAone0000000000001"])
def test_what_is_not_shaped_like_an_id_is_none(text: str, tmp_path: Path) -> None:
    write(tmp_path / "Documents" / "notes", f"some more text around {text} to be long enough\n")

    assert find(tmp_path) == Findings()


def test_what_a_client_found_is_not_mentioned_again_but_another_id_beside_it_is(tmp_path: Path) -> None:
    write(
        tmp_path / ".aws" / "credentials",
        f"# before: {OTHER}\n[default]\naws_access_key_id = {KEY}\naws_secret_access_key = {'x' * 40}\n",
    )
    (tmp_path / ".aws" / "link").symlink_to("credentials")

    assert [(place.client, place.access_key_id) for place in find(tmp_path).places] == [("aws", KEY), ("file", OTHER)]


def test_links_to_folders_pipes_and_large_files_are_not_read(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    home = tmp_path / "home"
    (home / "Documents").mkdir(parents=True)
    write(elsewhere / "notes", f"{KEY}\n")
    (home / "Documents" / "link").symlink_to(elsewhere)
    (home / "Documents" / "ring").symlink_to(home / "Documents")
    write(home / "Documents" / "large", f"{KEY}\n".encode() + b" " * (1 << 20))
    os.mkfifo(home / "Documents" / "pipe")

    assert find(home) == Findings()


def test_a_folder_that_is_too_deep_is_named(tmp_path: Path) -> None:
    deep = tmp_path / "Documents" / "a" / "b" / "c"
    write(deep / "d" / "e" / "f" / "notes", f"{KEY}\n")

    findings = find(tmp_path)

    assert findings.places == ()
    (problem,) = findings.problems
    assert (problem.code, problem.path) == ("search.bounded", deep)


@pytest.mark.parametrize("platform", Platform)
def test_another_disks_system_folders_are_not_looked_at(platform: Platform, tmp_path: Path) -> None:
    computer = Computer(platform, tmp_path, {}, is_this_one=False)
    looked = [corner.folder for corner in corners(computer, Listing())]
    assert looked
    assert all(folder.is_relative_to(tmp_path) for folder in looked)


@pytest.mark.parametrize("width", [76, 64, 40, 10_000])
@pytest.mark.parametrize("before", ["", ":", "k=", "[default]\naws_access_key_id="])
def test_an_id_within_base64_is_a_mention_that_says_so(before: str, width: int, tmp_path: Path) -> None:
    coded = b64encode(f"{before}{KEY}\nmore and more of a file\n".encode()).decode()
    lines = "\n".join(wrap(coded, width))
    file = write(tmp_path / "Documents" / "notes.txt", f"kind: Secret\ndata: {lines}\n")
    (place,) = find(tmp_path).places
    assert (place.path, place.access_key_id, place.kind) == (file, KEY, PlaceKind.MENTION)
    at = file.read_text().find(coded[-(-len(before) * 8 // 6) :][:8])
    assert at < 0 or place.line == file.read_text().count("\n", 0, at) + 1
    assert "Base64" in place.note


@pytest.mark.parametrize(
    "path",
    [
        *("{}/.github/workflows/backup.yml", "{}/.forgejo/workflows/a.yaml", "{}/.circleci/config.yml"),
        *("{}/.git/hooks/post-commit", "{}/.husky/pre-push", "{}/package.json", "{}/group_vars/all.yml"),
        *("{}/k8s/secret.yaml", "{}/scripts/up.sh", "{}/.vscode/launch.json", "{}/Makefile", "{}/infra/prod.tfvars"),
    ],
)
@pytest.mark.parametrize("project", ["site", "projects/site"])
def test_what_belongs_to_a_project_is_looked_into(path: str, project: str, tmp_path: Path) -> None:
    file = write(tmp_path / path.format(project), f"x = '{KEY}'\n  y = '{'oneONE/+on' * 4}'\n")
    assert [(place.path, place.secret is not None) for place in find(tmp_path).places] == [(file, True)]


def test_a_hook_is_run_and_no_copy(tmp_path: Path) -> None:
    text = f"#!/bin/sh\nexport AWS_ACCESS_KEY_ID={KEY} AWS_SECRET_ACCESS_KEY={'oneONE/+on' * 4}\naws s3 ls s3://bkt\n"
    write(tmp_path / "site/.git/hooks/post-commit", text)
    (place,) = find(tmp_path).places
    assert (place.editable, [target.bucket for target in place.targets]) == (True, ["bkt"])


@pytest.mark.parametrize(
    "path",
    [
        *("etc/sv/backup/run", "etc/s6-overlay/s6-rc.d/backup/run", "etc/init.d/backup", "var/spool/at/a0001"),
        *("etc/supervisor/conf.d/a.conf", "etc/monit/conf.d/backup", "etc/cont-init.d/10-backup"),
        *("var/spool/incron/u", "var/spool/fcron/u.orig", "usr/share/hassio/addons/data/x/options.json"),
        *("volume1/@appconf/HyperBackup/synobackup.conf",),
    ],
)
def test_what_starts_jobs_on_a_server_is_looked_into(path: str, tmp_path: Path) -> None:
    write(tmp_path / "etc/passwd", "u:x:1000:1000::/home/u:/bin/sh\n")
    home = tmp_path / "home/u"
    home.mkdir(parents=True)
    file = write(tmp_path / path, f"AWS_ACCESS_KEY_ID={KEY}\nAWS_SECRET_ACCESS_KEY={'oneONE/+on' * 4}\n")
    assert [place.path for place in find(home).places] == [file]


def test_what_an_editor_keeps_of_a_script_is_run_by_nobody(tmp_path: Path) -> None:
    text = f"#!/bin/sh\nexport AWS_ACCESS_KEY_ID={KEY} AWS_SECRET_ACCESS_KEY={'oneONE/+on' * 4}\naws s3 ls s3://bkt\n"
    for name in ("a.sh~", "a.sh.bak", "a.sh.orig"):
        write(tmp_path / "bin" / name, text)
    assert {(place.kind, place.editable) for place in find(tmp_path).places} == {(PlaceKind.MENTION, False)}


def test_a_pair_in_a_comment_is_read_by_nobody(tmp_path: Path) -> None:
    lines = f"key: {KEY}\n# secret: {'oneONE/+on' * 4}\n"
    write(tmp_path / "site/a.yml", f"bucket: my-bucket\n# {lines}")
    write(tmp_path / "site/b.yml", f"bucket: my-bucket\n{lines}")
    places = {place.path.name: place for place in find(tmp_path).places}
    assert (places["a.yml"].kind, places["a.yml"].targets) == (PlaceKind.MENTION, ())
    assert places["a.yml"].secret is not None
    assert (places["b.yml"].kind, len(places["b.yml"].targets)) == (PlaceKind.DESTINATION, 1)


PAIR = f"AWS_ACCESS_KEY_ID={KEY}\nAWS_SECRET_ACCESS_KEY={'oneONE/+on' * 4}\n"


@pytest.mark.parametrize(
    "path",
    [
        *("site/src/prod.env", "work/client/site/.env", "src/github.com/me/app/deploy/prod.env"),
        *("site/.idea/runConfigurations/Backup.xml", "site/.github/act.secrets", "work/site/web/.run/backup.xml"),
        *("work/client/keys.envrc", "site/cloud/user-data", ".config/elvish/rc.elv"),
        *("site/src/main/resources/application.properties", "site/.git/config", "work/a/b/c/.git/config"),
    ],
)
def test_what_lies_some_folders_down_in_a_project_is_looked_into(path: str, tmp_path: Path) -> None:
    file = write(tmp_path / path, PAIR)
    (place,) = find(tmp_path).places
    assert (place.path, place.kind, place.secret is not None) == (file, PlaceKind.DESTINATION, True)


@pytest.mark.parametrize("name", ["vendor", "node_modules", "Pictures", "target", "repo/data/0a"])
def test_what_others_wrote_into_a_project_is_not(name: str, tmp_path: Path) -> None:
    write(tmp_path / "site" / name / "x" / "y" / "prod.env", PAIR)
    assert find(tmp_path).places == ()


def test_a_folder_of_a_project_that_is_left_out_is_named(tmp_path: Path) -> None:
    for number in range(2100):
        (tmp_path / "site" / "src" / f"{number:04}").mkdir(parents=True)
    (problem,) = find(tmp_path).problems
    assert problem.code == "search.bounded"
    assert problem.path is not None
    assert problem.path.parent == tmp_path / "site" / "src"


def test_the_homes_of_other_accounts_of_a_disk_are_looked_into(tmp_path: Path) -> None:
    write(tmp_path / "etc/passwd", "u:x:1000:1000::/home/u:/bin/sh\n")
    home = tmp_path / "home/u"
    home.mkdir(parents=True)
    profile = f"[default]\naws_access_key_id = {KEY}\naws_secret_access_key = {'oneONE/+on' * 4}\n"
    remote = f"[s3]\ntype = s3\naccess_key_id = {KEY}\nsecret_access_key = {'oneONE/+on' * 4}\n"
    write(tmp_path / "home/other/.aws/credentials", profile)
    write(tmp_path / "home/other/.config/rclone/rclone.conf", remote)
    write(tmp_path / "home/third/bin/backup.sh", f"#!/bin/sh\n{PAIR}restic -r s3:s3.amazonaws.com/bkt backup /home\n")

    found = find(home).places

    assert {(place.client, place.editable) for place in found} == {("aws", True), ("rclone", True), ("restic", True)}
