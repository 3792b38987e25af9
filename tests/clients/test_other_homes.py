"""Homes of unattended backups on Windows and macOS, and what shares a computer: looked at, or named with what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from keyturn.clients.listing import CLOSED_FOLDER, Listing
from keyturn.clients.other_systems import other_systems
from keyturn.clients.registry import client_named, find_everything
from keyturn.clients.unreadable import closed_ones_together
from keyturn.clients.walking import personal_folders
from keyturn.computer.computer import Computer, Platform
from keyturn.model.places import PlaceKind, Problem, Target
from keyturn.rotation.finding.blind_spots import blind_spots

ID, SECRET = "AKIAOLD0CONTRACT7Q2P", "oldOLDoldOLDoldOLDoldOLDoldOLDoldOLD/+ol"
OTHER = "AKIAOTHERCONTRACT5X4"
TASK = """<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task"><Actions Context="Author"><Exec>
<Command>{command}</Command><Arguments>{arguments}</Arguments><WorkingDirectory>{folder}</WorkingDirectory>
</Exec></Actions></Task>"""
BATCH = (
    f"set AWS_ACCESS_KEY_ID={ID}\r\nset AWS_SECRET_ACCESS_KEY={SECRET}\r\nrestic -r s3:s3.amazonaws.com/bkt backup\r\n"
)


@dataclass
class FakeRegistry:
    """Windows' registry by its keys; what is closed raises as Windows does."""

    content: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    closed: str = ""

    def values(self, key: str) -> Mapping[str, str]:
        if self.closed and key.startswith(self.closed):
            raise PermissionError(13, "Access is denied", key)
        return self.content.get(key, {})

    def keys(self, key: str) -> tuple[str, ...]:
        if self.closed and key.startswith(self.closed):
            raise PermissionError(13, "Access is denied", key)
        below = [one.removeprefix(key + "\\") for one in self.content if one.startswith(key + "\\")]
        return tuple(dict.fromkeys(one.partition("\\")[0] for one in below))


def windows(home: Path, registry: FakeRegistry | None) -> Computer:
    home.mkdir(parents=True, exist_ok=True)
    return replace(Computer.at(home, "windows"), registry=registry)


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode(encoding))
    return path


# ── Task Scheduler ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("command", "arguments", "folder"),
    [
        ("C:\\kept\\deep\\down\\in\\run.cmd", "", ""),
        ("&quot;C:\\kept\\deep\\down\\in\\run.cmd&quot;", "--quiet", ""),
        ("cmd.exe", "/c &quot;C:\\kept\\deep\\down\\in\\run.cmd&quot;", ""),
        ("C:\\Windows\\System32\\cmd.exe", "/C run.cmd", "C:\\kept\\deep\\down\\in"),
    ],
)
def test_the_script_of_a_task_is_read_wherever_it_lies(
    command: str, arguments: str, folder: str, tmp_path: Path
) -> None:
    task = TASK.format(command=command, arguments=arguments, folder=folder)
    write(tmp_path / "Windows/System32/Tasks/Backup/nightly", task, "utf-16")
    script = write(tmp_path / "kept/deep/down/in/run.cmd", BATCH)

    (place,) = find_everything(windows(tmp_path / "Users/Jo", None)).places

    assert (place.client, place.path, place.editable) == ("windows-script", script, True)
    assert place.targets == (Target("bkt"),)


def test_a_script_of_powershell_behind_its_options_is_read_too(tmp_path: Path) -> None:
    task = TASK.format(
        command="powershell.exe", arguments="-ExecutionPolicy Bypass -File C:\\a\\b\\c\\d\\x.ps1", folder=""
    )
    write(tmp_path / "Windows/System32/Tasks/nightly", task, "utf-16")
    script = write(
        tmp_path / "a/b/c/d/x.ps1", f"$env:AWS_ACCESS_KEY_ID='{ID}'\n$env:AWS_SECRET_ACCESS_KEY='{SECRET}'\n"
    )
    assert [place.path for place in find_everything(windows(tmp_path / "Users/Jo", None)).places] == [script]


def test_a_key_in_a_task_itself_is_shown_and_changed_in_windows(tmp_path: Path) -> None:
    task = TASK.format(command="aws.cmd", arguments=f"--key {ID}", folder="")
    path = write(tmp_path / "Windows/System32/Tasks/nightly", task, "utf-16")
    (place,) = find_everything(windows(tmp_path / "Users/Jo", None)).places
    assert (place.client, place.path, place.kind) == ("task-scheduler", path, PlaceKind.MENTION)
    assert "Task Scheduler" in place.note


def test_a_damaged_task_is_none_that_runs(tmp_path: Path) -> None:
    write(tmp_path / "Windows/System32/Tasks/nightly", "<Task><Exec>")
    assert client_named("task-scheduler").find(windows(tmp_path / "Users/Jo", None)).problems == ()


# ── Registry ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_variables_that_are_set_for_good_are_shown_with_their_secret(tmp_path: Path) -> None:
    registry = FakeRegistry(
        {
            "HKEY_CURRENT_USER\\Environment": {"AWS_ACCESS_KEY_ID": ID, "AWS_SECRET_ACCESS_KEY": SECRET, "PATH": "x"},
            "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\Session Manager\\Environment": {"S3_KEY": OTHER},
        }
    )
    found = find_everything(windows(tmp_path, registry))

    assert found.problems == ()
    first, second = found.places
    assert (first.client, first.name, first.editable) == ("windows-registry", "AWS_ACCESS_KEY_ID", False)
    assert first.secret is not None and first.secret.reveal() == SECRET
    assert (second.access_key_id.value, second.secret) == (OTHER, None)
    assert "Environment Variables" in first.note


def test_services_and_sites_of_winscp_are_shown(tmp_path: Path) -> None:
    services = "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services"
    registry = FakeRegistry(
        {
            f"{services}\\backup": {"ImagePath": f"C:\\rclone.exe --s3-access-key-id {ID}"},
            f"{services}\\other\\Parameters": {"AppEnvironmentExtra": f"A=1\nAWS_ACCESS_KEY_ID={OTHER}"},
            f"{services}\\harmless": {"ImagePath": "x"},
            "HKEY_CURRENT_USER\\Software\\Martin Prikryl\\WinSCP 2\\Sessions\\My%20site": {"UserName": ID},
        }
    )
    places = find_everything(windows(tmp_path, registry)).places
    assert [(place.name, place.access_key_id.value) for place in places] == [
        ("backup", ID),
        ("other", OTHER),
        ("My%20site", ID),
    ]


def test_a_part_of_the_registry_that_is_closed_is_a_blind_spot_and_the_rest_is_read(tmp_path: Path) -> None:
    registry = FakeRegistry({"HKEY_CURRENT_USER\\Environment": {"AWS_ACCESS_KEY_ID": ID}}, closed="HKEY_LOCAL_MACHINE")
    found = find_everything(windows(tmp_path, registry))

    assert {place.access_key_id.value for place in found.places} == {ID}
    spots = blind_spots(found.problems)
    assert spots and all("administrator" in spot.do for spot in spots)


def test_the_registry_of_another_disk_is_a_blind_spot_if_somebody_lived_there(tmp_path: Path) -> None:
    assert blind_spots(find_everything(windows(tmp_path, None)).problems) == ()
    write(tmp_path / "NTUSER.DAT", "regf")
    (spot,) = blind_spots(find_everything(windows(tmp_path, None)).problems)
    assert "registry" in spot.what
    assert "Windows itself" in spot.do


@pytest.mark.parametrize("registry", [None, FakeRegistry({})], ids=["another disk", "this Windows"])
def test_the_registry_of_other_accounts_is_named_and_not_read(registry: FakeRegistry | None, tmp_path: Path) -> None:
    homes = [f"Users/{name}" for name in ("Jo", "Ann", "Default")] + ["Windows/System32/config/systemprofile"]
    for home in homes:
        write(tmp_path / home / "NTUSER.DAT", "regf")

    found = find_everything(windows(tmp_path / "Users/Jo", registry))

    named = {one.path.parent.name for one in found.problems if one.code == "search.registry" and one.path is not None}
    assert named == {"Ann", "systemprofile"} | ({"Jo"} if registry is None else set())


def test_documents_that_were_moved_are_looked_for_where_the_registry_has_them(tmp_path: Path) -> None:
    key = "HKEY_CURRENT_USER\\Software\\Microsoft\\Windows\\CurrentVersion\\Explorer\\User Shell Folders"
    moved = tmp_path / "else/where/Dokumente"
    registry = FakeRegistry({key: {"Personal": str(moved), "Desktop": "%USERPROFILE%/OneDrive/Escritorio", "x": "%Y%"}})
    computer = windows(tmp_path / "Users/Jo", registry)
    script = write(moved / "Backup/run.cmd", BATCH)

    folders = personal_folders(computer, Listing())

    assert {moved, computer.home / "OneDrive/Escritorio"} <= set(folders)
    assert [place.path for place in find_everything(computer).places] == [script]


def test_settings_beside_a_program_of_chocolatey_are_found(tmp_path: Path) -> None:
    text = f"[aws]\ntype = s3\nprovider = AWS\naccess_key_id = {ID}\nsecret_access_key = {SECRET}\n"
    path = write(tmp_path / "ProgramData/chocolatey/lib/rclone/tools/rclone-v1/rclone.conf", text)
    (place,) = find_everything(windows(tmp_path / "Users/Jo", None)).places
    assert (place.client, place.path, place.editable) == ("rclone", path, True)


# ── macOS, WSL ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("platform", list(Platform))
def test_on_a_mac_a_closed_folder_says_who_has_to_be_let_in(platform: Platform, tmp_path: Path) -> None:
    this = Computer(platform, tmp_path, {}, is_this_one=True)
    closed = Problem(tmp_path / "Documents", "closed", "", code=CLOSED_FOLDER)
    (told,) = closed_ones_together([closed], this)
    (spot,) = blind_spots([told])
    assert ("Full Disk Access" in spot.do) is (platform is Platform.MACOS)


def test_the_windows_around_a_linux_of_wsl_is_named_with_the_command_that_looks_there(tmp_path: Path) -> None:
    for name in ("Jo Doe", "Default", "Public"):
        write(tmp_path / "Users" / name / "NTUSER.DAT", "regf")
    (tmp_path / "Users/empty").mkdir()
    this = Computer(Platform.LINUX, tmp_path / "home", {}, is_this_one=True)

    (problem,) = other_systems(this, tmp_path / "Users")

    (spot,) = blind_spots([problem])
    assert f"--home '{tmp_path / 'Users/Jo Doe'}' --platform windows" in spot.do
    assert list(other_systems(replace(this, is_this_one=False), tmp_path / "Users")) == []


def test_a_linux_of_wsl_is_named_on_its_windows(tmp_path: Path) -> None:
    disk = write(tmp_path / "AppData/Local/Packages/Canonical.Ubuntu/LocalState/ext4.vhdx", "x")
    this = Computer(Platform.WINDOWS, tmp_path, {}, is_this_one=True)
    (problem,) = other_systems(this)
    assert problem.path == disk
    assert "wsl.localhost" in problem.do
    disk.unlink()
    assert list(other_systems(this)) == []


@pytest.mark.parametrize(
    "path",
    [
        "Library/Scripts/backup.sh",
        "Library/LaunchDaemons/keys.env",
        "opt/homebrew/etc/backup/keys.env",
        "usr/local/etc/keys.env",
        "var/root/.config/keys.env",
        "var/root/bin/backup.sh",
        "etc/keys.env",
    ],
)
def test_the_systems_folders_of_another_macs_disk_are_looked_at(path: str, tmp_path: Path) -> None:
    home = tmp_path / "Users/zoe"
    home.mkdir(parents=True)
    file = tmp_path / path
    file.parent.mkdir(parents=True)
    file.write_text(f"AWS_ACCESS_KEY_ID={ID}\nAWS_SECRET_ACCESS_KEY={SECRET}\n")

    (place,) = find_everything(Computer.at(home, "macos")).places

    assert (place.path, place.secret is not None) == (file, True)


def test_the_timetable_of_another_macs_system_names_the_person_of_each_job(tmp_path: Path) -> None:
    (tmp_path / "Users/zoe").mkdir(parents=True)
    (tmp_path / "etc").mkdir()
    keys = tmp_path / "kept/very/deep/keys"
    keys.parent.mkdir(parents=True)
    keys.write_text(f"AWS_ACCESS_KEY_ID={ID}\nAWS_SECRET_ACCESS_KEY={SECRET}\n")
    (tmp_path / "etc/crontab").write_text("0 3 * * * root . /kept/very/deep/keys; restic backup /\n")
    assert [one.path for one in find_everything(Computer.at(tmp_path / "Users/zoe", "macos")).places] == [keys]


def test_a_macs_disk_whose_root_is_not_known_has_unseen_folders_with_a_name(tmp_path: Path) -> None:
    (problem,) = find_everything(Computer.at(tmp_path, "macos")).problems
    (spot,) = blind_spots([problem])
    assert "Homebrew" in spot.why
    assert "keyturn scan --search" in spot.do
    (tmp_path / "Users/zoe").mkdir(parents=True)
    assert find_everything(Computer.at(tmp_path / "Users/zoe", "macos")).problems == ()


@pytest.mark.parametrize("home", ["home/zoe", "root"])
@pytest.mark.parametrize("path", ["etc/cron.d/backup", "opt/backup/keys.env", "srv/kept/very/deep/keys"])
def test_the_systems_folders_of_another_linux_disk_are_looked_at(home: str, path: str, tmp_path: Path) -> None:
    for folder in (home, "etc"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "etc/passwd").write_text("root:x:0:0::/root:/bin/sh\n")
    (tmp_path / "etc/crontab").write_text("0 3 * * * root . /srv/kept/very/deep/keys; restic backup /\n")
    file = tmp_path / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"AWS_ACCESS_KEY_ID={ID}\nAWS_SECRET_ACCESS_KEY={SECRET}\n")

    (place,) = find_everything(Computer.at(tmp_path / home, "linux")).places

    assert (place.path, place.secret is not None) == (file, True)


def test_beside_a_home_without_accounts_nothing_is_taken_for_a_systems_folder(tmp_path: Path) -> None:
    (tmp_path / "home/zoe").mkdir(parents=True)
    (tmp_path / "etc/cron.d").mkdir(parents=True)
    (tmp_path / "etc/cron.d/a").write_text(f"AWS_ACCESS_KEY_ID={ID}\nAWS_SECRET_ACCESS_KEY={SECRET}\n")
    computer = Computer.at(tmp_path / "home/zoe", "linux")
    assert (computer.disk, find_everything(computer).places) == (None, ())
    assert Computer(Platform.LINUX, Path("/home/zoe"), {}, is_this_one=False).disk is None
