"""As whom a timetable or a unit starts a program, and what of the disk that sees: what is not known is a reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from keyturn.clients.variables.job_reach import why_not_reached
from keyturn.computer.computer import Computer, Platform

SERVICE = "[Service]\nType=oneshot\nExecStart=/usr/bin/restic backup /srv\n"
UNIT = "etc/systemd/system/backup-nightly.service"


@pytest.fixture
def computer(tmp_path: Path) -> Computer:
    """Root's own, on a disk of its own."""
    write(tmp_path, "etc/passwd", "root:x:0:0::/root:/bin/sh\n")
    (tmp_path / "root").mkdir()
    return Computer(Platform.LINUX, tmp_path / "root", {}, is_this_one=False)


def write(disk: Path, name: str, text: str) -> Path:
    path = disk / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_a_plain_unit_of_the_system_runs_as_root_and_sees_what_root_sees(computer: Computer, tmp_path: Path) -> None:
    unit = write(tmp_path, UNIT, SERVICE + "Environment=AWS_PROFILE=nas\nNice=10\n[Install]\nWantedBy=timers.target\n")
    assert why_not_reached(computer, unit, "root") == ""
    assert "as root" in why_not_reached(computer, unit, "oma")
    assert str(unit) in why_not_reached(computer, unit, None)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("User=backup", "as backup"),
        ("User=%i", "as %i"),
        ("DynamicUser=yes", "DynamicUser="),
        ("ProtectHome=yes", "ProtectHome="),
        ("RootDirectory=/srv", "RootDirectory="),
        ("PrivateTmp=yes", "PrivateTmp="),
        ("SystemCallFilter=@system-service", "SystemCallFilter="),
        ("ANewSetting=of-a-later-systemd", "ANewSetting="),
        ("Environment=HOME=/srv", "HOME"),
        ("Environment=A=1 XDG_STATE_HOME=/srv", "XDG_STATE_HOME"),
        ("Environment=PYTHONPATH=/srv", "PYTHONPATH"),
        ("EnvironmentFile=/etc/backup.env", "HOME"),
        ("EnvironmentFile=-/etc/backup.d/*.env", "EnvironmentFile="),
    ],
)
def test_what_a_unit_or_a_drop_in_says_that_may_hide_the_key_is_a_reason(
    computer: Computer, tmp_path: Path, line: str, said: str
) -> None:
    write(tmp_path, "etc/backup.env", "RESTIC_PASSWORD_FILE=/root/p\nHOME=/srv\n")
    unit = write(tmp_path, UNIT, f"{SERVICE}{line}\n")
    assert said in why_not_reached(computer, unit, "root")
    unit.write_text(SERVICE)
    for folder in ("etc/systemd/system/service.d", "run/systemd/system/backup-.service.d", f"usr/lib/{UNIT[4:]}.d"):
        drop_in = write(tmp_path, f"{folder}/10-own.conf", f"[Service]\n{line}\n")
        assert said in why_not_reached(computer, unit, "root"), folder
        drop_in.unlink()
    assert why_not_reached(computer, unit, "root") == ""


def test_a_unit_that_runs_as_the_person_reaches_it_unless_a_command_has_more_rights(
    computer: Computer, tmp_path: Path
) -> None:
    unit = write(tmp_path, UNIT, f"{SERVICE}User=oma\nEnvironmentFile=-/etc/not-there.env\n")
    assert why_not_reached(computer, unit, "oma") == ""
    assert "as oma" in why_not_reached(computer, unit, "root")
    unit.write_text(f"{SERVICE}User=oma\nExecStartPost=-+/usr/bin/aws s3 ls\n")
    assert "as root" in why_not_reached(computer, unit, "oma")


def test_a_timetable_counts_for_those_as_whom_it_runs(computer: Computer, tmp_path: Path) -> None:
    table = write(tmp_path, "etc/cron.d/backup", "MAILTO=oma\n0 3 * * * root restic backup /srv\n")
    assert why_not_reached(computer, table, "root") == ""
    assert "as root" in why_not_reached(computer, table, "oma")
    table.write_text("0 3 * * * root restic backup /srv\n0 4 * * * oma restic check\n")
    assert "as oma" in why_not_reached(computer, table, "root")
    table.write_text("HOME=/srv\n0 3 * * * root restic backup /srv\n")
    assert "HOME" in why_not_reached(computer, table, "root")
    spool = write(tmp_path, "var/spool/cron/crontabs/oma", "0 3 * * * restic backup /srv\n")
    assert why_not_reached(computer, spool, "oma") == ""
    assert "as oma" in why_not_reached(computer, spool, "root")
    daily = write(tmp_path, "etc/cron.daily/backup", "#!/bin/sh\nrestic backup /srv\n")
    assert (why_not_reached(computer, daily, "root"), why_not_reached(computer, daily, "oma") == "") == ("", False)


@pytest.mark.parametrize("name", ["etc/init.d/backup", "etc/systemd/system/srv.mount", "etc/network/if-up.d/backup"])
def test_of_what_else_the_system_starts_nothing_is_taken_for_granted(
    computer: Computer, tmp_path: Path, name: str
) -> None:
    assert "somebody else" in why_not_reached(computer, write(tmp_path, name, "#!/bin/sh\n"), "root")


def test_a_person_s_own_timetable_and_unit_run_as_that_person(computer: Computer) -> None:
    table = write(computer.home, ".crontab", "0 3 * * * restic backup /srv\n")
    unit = write(computer.home, ".config/systemd/user/backup.service", SERVICE)
    timer = write(computer.home, ".config/systemd/user/backup.timer", "[Timer]\nOnCalendar=daily\n")
    assert [why_not_reached(computer, one, None) for one in (table, unit, timer)] == ["", "", ""]
    unit.write_text(f"{SERVICE}ProtectHome=tmpfs\n")
    assert "ProtectHome=" in why_not_reached(computer, unit, None)


def test_a_file_that_cannot_be_read_is_a_reason(computer: Computer, tmp_path: Path) -> None:
    assert "is not known" in why_not_reached(computer, tmp_path / UNIT, "root")
