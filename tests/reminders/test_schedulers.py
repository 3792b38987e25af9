"""The system's own scheduler starts Keyturn, by an entry that is Keyturn's own, and never somebody else's."""

from __future__ import annotations

import os
import plistlib
import shlex
import subprocess
from collections.abc import Callable
from datetime import time
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from keyturn.computer.computer import Computer, Platform
from keyturn.computer.programs import OUTPUT_LIMIT, ProgramResult
from keyturn.model.errors import StoreError
from keyturn.reminders.schedulers.cron_lines import CronLines
from keyturn.reminders.schedulers.launchd_agent import CalendarAgent
from keyturn.reminders.schedulers.scheduled_task import ScheduledTask, task_text
from keyturn.reminders.schedulers.scheduler import Commands, ScheduledJob, Scheduler, job_name
from keyturn.reminders.schedulers.scheduler_choice import scheduler_of
from keyturn.reminders.schedulers.systemd_timer import SystemdTimer

ODD_WORDS = (
    "/opt/key turn/python",
    "two words",
    'a "quote"',
    "$HOME `id`",
    "back\\slash",
    "100%",
    "%h",
    "it's; & more",
)
USUAL = job_name(())
JOB = ScheduledJob(USUAL, ("/usr/bin/python3", "-I", "-m", "keyturn", "renew", "--due"), (time(3, 17), time(14)))


class MadeUpSystem:
    """launchctl, systemctl, schtasks and crontab, each with a memory, and nothing of this computer's."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, ...]] = []
        self.tasks: dict[str, bytes] = {}
        self.timetable: bytes | None = None
        self.running = True

    def run(self, program: str, *arguments: str, stdin: bytes = b"", with_errors: bool = True) -> ProgramResult | None:
        self.asked.append((program, *arguments))
        match program, arguments:
            case "crontab", ("-l",):
                if self.timetable is None:
                    return ProgramResult(1, "no crontab for oma\n" if with_errors else "")
                text = self.timetable.decode(errors="replace")
                return ProgramResult(0, f"warning: odd locale\n{text}" if with_errors else text)
            case "crontab", ("-",):
                self.timetable = stdin
            case "schtasks", ("/Query", "/TN", name, "/XML"):
                if name not in self.tasks:
                    return ProgramResult(1, "ERROR: The system cannot find the file specified.")
                return ProgramResult(0, self.tasks[name].decode("utf-16").replace("", "\0"))
            case "schtasks", ("/Create", "/TN", name, "/XML", path, *again):
                if name in self.tasks and again != ["/F"]:
                    return ProgramResult(1, "it asks whether to replace it")
                self.tasks[name] = Path(path).read_bytes()
            case "schtasks", ("/Delete", "/TN", name, "/F"):
                del self.tasks[name]
            case _:
                return ProgramResult(0 if self.running else 1, "")
        return ProgramResult(0, "")


def a_computer(home: Path, platform: Platform) -> Computer:
    return Computer(platform, home, {}, is_this_one=False)


def systemd(home: Path, system: Commands) -> Scheduler:
    return SystemdTimer(a_computer(home, Platform.LINUX), system)


def launchd(home: Path, system: Commands) -> Scheduler:
    return CalendarAgent(a_computer(home, Platform.MACOS), system)


def task_scheduler(home: Path, system: Commands) -> Scheduler:
    return ScheduledTask(home, system)


def cron(home: Path, system: Commands) -> Scheduler:
    return CronLines(system)


EVERY_ONE = pytest.mark.parametrize("make", [systemd, launchd, task_scheduler, cron])
Make = Callable[[Path, Commands], Scheduler]
CHANGES: tuple[Callable[[Scheduler], None], ...] = (lambda one: one.set(JOB), lambda one: one.remove(USUAL))


def everything(home: Path, system: MadeUpSystem) -> object:
    """All that schedulers of this computer know."""
    files = {path: path.read_bytes() for path in sorted(home.rglob("*")) if path.is_file()}
    return files, dict(system.tasks), system.timetable


@pytest.fixture
def system() -> MadeUpSystem:
    return MadeUpSystem()


# ── Every scheduler ──────────────────────────────────────────────────────────────────────────────────────────────────


@EVERY_ONE
def test_an_entry_is_made_replaced_and_removed_without_a_trace(
    make: Make, tmp_path: Path, system: MadeUpSystem
) -> None:
    system.timetable = b"# oma's own\n0 4 * * * backup\n" if make is cron else None
    scheduler, nothing = make(tmp_path, system), everything(tmp_path, system)
    scheduler.remove(USUAL)
    assert everything(tmp_path, system) == nothing
    scheduler.set(JOB)
    first = everything(tmp_path, system)
    assert first != nothing
    scheduler.set(JOB)
    assert everything(tmp_path, system) == first, "the same is set once"
    scheduler.set(ScheduledJob(USUAL, JOB.command, (time(5, 5),)))
    assert everything(tmp_path, system) != first
    assert all(scheduler.advice(USUAL))
    scheduler.remove(USUAL)
    scheduler.remove(USUAL)
    assert everything(tmp_path, system) == nothing


@EVERY_ONE
def test_two_memories_have_an_entry_each(make: Make, tmp_path: Path, system: MadeUpSystem) -> None:
    scheduler, other = make(tmp_path, system), job_name(("--state-dir", "/mnt/other"))
    assert other not in {USUAL, job_name(("--state-dir", "/mnt/third"))}
    scheduler.set(ScheduledJob(other, (*JOB.command, "--state-dir", "/mnt/other"), JOB.times))
    alone = everything(tmp_path, system)
    scheduler.set(JOB)
    scheduler.remove(USUAL)
    assert everything(tmp_path, system) == alone


@pytest.mark.parametrize(
    ("make", "entry"),
    [
        (systemd, ".config/systemd/user/keyturn-renew.service"),
        (systemd, ".config/systemd/user/keyturn-renew.timer"),
        (systemd, ".config/systemd/user/timers.target.wants/keyturn-renew.timer"),
        (launchd, "Library/LaunchAgents/keyturn.renew.plist"),
    ],
)
@pytest.mark.parametrize("kind", ["file", "link", "folder"])
def test_what_keyturn_did_not_write_is_neither_replaced_nor_removed(
    make: Make, entry: str, kind: str, tmp_path: Path, system: MadeUpSystem
) -> None:
    path = tmp_path / entry
    path.parent.mkdir(parents=True)
    if kind == "file":
        path.write_text("[Unit]\nDescription=somebody's own keyturn-renew\n")
    elif kind == "link":
        path.symlink_to("/dev/null")  # how a person masks a unit
    else:
        path.mkdir()
    before, scheduler = path.lstat(), make(tmp_path, system)
    with pytest.raises(StoreError) as raised:
        scheduler.set(JOB)
    assert raised.value.code == "schedule.failed"
    assert str(path) in raised.value.message
    if "wants" not in entry:
        with pytest.raises(StoreError):
            scheduler.remove(USUAL)
    else:
        scheduler.remove(USUAL)
    assert (path.lstat().st_ino, path.lstat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert [one for one in tmp_path.rglob("*") if not one.is_dir()] in ([path], [])


def test_a_task_of_somebody_else_stays(tmp_path: Path, system: MadeUpSystem) -> None:
    theirs = system.tasks[USUAL] = "<Task><RegistrationInfo><Source>Oma</Source></RegistrationInfo></Task>".encode(
        "utf-16"
    )
    for change in CHANGES:
        with pytest.raises(StoreError):
            change(task_scheduler(tmp_path, system))
    assert system.tasks == {USUAL: theirs}


@pytest.mark.parametrize(("make", "folder"), [(systemd, ".config"), (launchd, "Library")])
def test_a_folder_that_may_not_be_written_is_told(
    make: Make, folder: str, tmp_path: Path, system: MadeUpSystem
) -> None:
    (tmp_path / folder).touch()
    with pytest.raises(StoreError) as raised:
        make(tmp_path, system).set(JOB)
    assert raised.value.code == "schedule.failed"


@pytest.mark.parametrize("make", [systemd, launchd])
def test_whoever_is_not_signed_in_is_told_when_it_begins(make: Make, tmp_path: Path, system: MadeUpSystem) -> None:
    system.running = False
    scheduler = make(tmp_path, system)
    scheduler.set(JOB)
    assert "sign in" in scheduler.advice(USUAL)[0]
    assert scheduler.advice(USUAL) != make(tmp_path, MadeUpSystem()).advice(USUAL)


def test_another_computers_disk_has_no_scheduler_here(tmp_path: Path) -> None:
    assert [scheduler_of(a_computer(tmp_path, one), tmp_path) for one in Platform] == [None, None, None]
    of_others = {
        one: type(scheduler_of(Computer(one, tmp_path, {}, is_this_one=True), tmp_path))
        for one in (Platform.MACOS, Platform.WINDOWS)
    }
    assert of_others == {Platform.MACOS: CalendarAgent, Platform.WINDOWS: ScheduledTask}


# ── systemd ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("words", [JOB.command[1:], ODD_WORDS])
def test_systemd_itself_finds_nothing_wrong_with_what_is_written(
    tmp_path: Path, required_program: Callable[[str], Path], system: MadeUpSystem, words: tuple[str, ...]
) -> None:
    analyze = required_program("systemd-analyze")
    program = tmp_path / "key turn 100%$HOME" / "python"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    systemd(tmp_path, system).set(ScheduledJob(USUAL, (str(program), *words), JOB.times))
    folder = tmp_path / ".config/systemd/user"
    units = [str(folder / f"{USUAL}.{kind}") for kind in ("service", "timer")]
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path)}
    checked = subprocess.run(
        [analyze, "--user", "--recursive-errors=no", "verify", *units], capture_output=True, text=True, env=environment
    )
    assert (checked.returncode, checked.stderr) == (0, "")
    broken = folder / "broken.timer"
    broken.write_text((folder / f"{USUAL}.timer").read_text().replace("03:17", "25:17"))
    refused = subprocess.run(
        [analyze, "--user", "--recursive-errors=no", "verify", str(broken)],
        capture_output=True,
        text=True,
        env=environment,
    )
    assert "25:17" in refused.stderr, "it looks at what it is given"


def test_systemd_begins_at_each_time_of_day(tmp_path: Path, required_program: Callable[[str], Path]) -> None:
    systemd(tmp_path, MadeUpSystem()).set(JOB)
    timer = (tmp_path / ".config/systemd/user/keyturn-renew.timer").read_text()
    moments = [line.partition("=")[2] for line in timer.splitlines() if line.startswith("OnCalendar=")]
    said = subprocess.run(
        [required_program("systemd-analyze"), "calendar", "--base-time=2027-01-01 12:00:00 UTC", *moments],
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": os.environ["PATH"], "TZ": "UTC"},
    ).stdout
    assert [line for line in said.splitlines() if "Next elapse" in line] == [
        "    Next elapse: Sat 2027-01-02 03:17:00 UTC",
        "    Next elapse: Fri 2027-01-01 14:00:00 UTC",
    ]
    assert "Persistent=true" in timer


def test_the_timer_is_enabled_and_started_at_once_where_a_manager_runs(tmp_path: Path, system: MadeUpSystem) -> None:
    systemd(tmp_path, system).set(JOB)
    link = tmp_path / ".config/systemd/user/timers.target.wants/keyturn-renew.timer"
    assert link.resolve() == tmp_path / ".config/systemd/user/keyturn-renew.timer"
    assert system.asked[-2:] == [
        ("systemctl", "--user", "daemon-reload"),
        ("systemctl", "--user", "restart", "keyturn-renew.timer"),
    ]
    assert {path.stat().st_mode & 0o777 for path in link.parent.parent.glob("keyturn*")} == {0o600}


# ── macOS, Windows, cron ─────────────────────────────────────────────────────────────────────────────────────────────


def test_launchd_is_given_words_and_times(tmp_path: Path, system: MadeUpSystem) -> None:
    launchd(tmp_path, system).set(ScheduledJob(USUAL, ODD_WORDS, JOB.times))
    agent = plistlib.loads((tmp_path / "Library/LaunchAgents/keyturn.renew.plist").read_bytes())
    assert agent["ProgramArguments"] == list(ODD_WORDS)
    assert agent["StartCalendarInterval"] == [{"Hour": 3, "Minute": 17}, {"Hour": 14, "Minute": 0}]
    assert (agent["Label"], agent["RunAtLoad"]) == ("keyturn.renew", True)


def test_the_task_of_windows_is_xml_that_says_all_of_it(tmp_path: Path, system: MadeUpSystem) -> None:
    task_scheduler(tmp_path, system).set(ScheduledJob(USUAL, ODD_WORDS, JOB.times))
    assert list(tmp_path.iterdir()) == [], "its form is not left behind"
    task = ET.fromstring(system.tasks[USUAL])  # noqa: S314  (our own)
    names = {"t": "http://schemas.microsoft.com/windows/2004/02/mit/task"}
    assert [one.text for one in task.iterfind(".//t:StartBoundary", names)] == [
        "2020-01-01T03:17:00",
        "2020-01-01T14:00:00",
    ]
    assert task.findtext(".//t:StartWhenAvailable", namespaces=names) == "true"
    assert task.findtext(".//t:Command", namespaces=names) == ODD_WORDS[0]
    assert task.findtext(".//t:Arguments", namespaces=names) == subprocess.list2cmdline(ODD_WORDS[1:])
    assert ET.fromstring(task_text(JOB)).tag.endswith("Task")  # noqa: S314  (our own)


def test_cron_starts_what_was_meant_and_keeps_all_other_lines(tmp_path: Path, system: MadeUpSystem) -> None:
    system.timetable = "MAILTO=oma\n# Grüße\n0 4 * * * backup\n".encode()
    cron(tmp_path, system).set(ScheduledJob(USUAL, ODD_WORDS, JOB.times))
    lines = system.timetable.decode().splitlines()
    assert lines[:3] == ["MAILTO=oma", "# Grüße", "0 4 * * * backup"]
    (line,) = [line for line in lines[3:] if not line.startswith("#")]
    minutes, *_rest, command = line.split(" ", 5)
    assert minutes == "0,17"
    # cron takes a percent sign for the end of the command unless a backslash stands before it.
    assert "%" not in command.replace(r"\%", "")
    shown = f"set -- {command.replace(chr(92) + '%', '%').removesuffix(' >/dev/null 2>&1')}; printf '%s\\n' \"$@\""
    said = subprocess.run(["sh", "-c", shown], capture_output=True, text=True, check=True).stdout
    assert said.splitlines() == list(ODD_WORDS)
    assert shlex.split(command.replace(r"\%", "%"))[: len(ODD_WORDS)] == list(ODD_WORDS)


@pytest.mark.parametrize("timetable", [b"caf\xe9\n", b"# long\n" * (OUTPUT_LIMIT // 7 + 1)])
def test_a_timetable_that_would_not_come_back_as_it_was_is_left_alone(
    tmp_path: Path, system: MadeUpSystem, timetable: bytes
) -> None:
    system.timetable = timetable
    with pytest.raises(StoreError):
        cron(tmp_path, system).set(JOB)
    assert system.timetable == timetable


def test_a_timetable_that_cannot_be_read_is_not_taken_for_none(tmp_path: Path) -> None:
    class Refuses(MadeUpSystem):
        def run(
            self, program: str, *arguments: str, stdin: bytes = b"", with_errors: bool = True
        ) -> ProgramResult | None:
            if arguments == ("-",):
                raise AssertionError("it would be written over")
            return ProgramResult(1, "You (oma) are not allowed to use this program (crontab)" if with_errors else "")

    for change in CHANGES:
        with pytest.raises(StoreError, match="not allowed"):
            change(cron(tmp_path, Refuses()))
