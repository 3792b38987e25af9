"""A real manager of systemd takes Keyturn's timer, starts it at its time, and makes up a run that was missed.

The manager is the tests' own, in a mount namespace in which nothing of this computer's `/run` is seen.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

_MANAGER = Path("/lib/systemd/systemd")
# systemd looks whether the computer was booted with it (sd_booted(3)); in here it was.
_IN_A_NAMESPACE = """
set -e
mount -t tmpfs tmpfs /run
mkdir -p /run/systemd/system /run/user/own
chmod 700 /run/user/own
export XDG_RUNTIME_DIR=/run/user/own
"$1" --user --log-target=null &
manager=$!
until systemctl --user is-system-running >/dev/null 2>&1; do kill -0 $manager; sleep 0.1; done
"$2" -I -c "$3" "$4"
kill $manager
wait
"""
_SETS_A_TIMER = """
import json, os, subprocess, sys, time
from datetime import time as time_of_day
from pathlib import Path
from keyturn.computer.computer import Computer
from keyturn.reminders.schedulers.scheduler_choice import scheduler_of
from keyturn.reminders.schedulers.scheduler import ScheduledJob, job_name

asked = json.loads(sys.argv[1])
home, name = Path(os.environ["HOME"]), job_name(())
scheduler = scheduler_of(Computer.this(), home)
if asked["missed"]:
    # As it is where the timer last ran some days ago.
    stamp = home / ".local/share/systemd/timers" / f"stamp-{name}.timer"
    stamp.parent.mkdir(parents=True)
    stamp.touch()
    os.utime(stamp, (time.time() - 3 * 86400,) * 2)
scheduler.set(ScheduledJob(name, tuple(asked["command"]), (time_of_day(3, 17),)))
timers = subprocess.run(["systemctl", "--user", "list-timers", "--no-pager"], capture_output=True, text=True).stdout
enabled = subprocess.run(["systemctl", "--user", "is-enabled", f"{name}.timer"], capture_output=True, text=True).stdout
if not asked["missed"]:
    subprocess.run(["systemctl", "--user", "start", f"{name}.service"], check=True)
written = Path(asked["written"])
for _attempt in range(600):
    if written.exists():
        break
    time.sleep(0.1)
said = {"scheduler": type(scheduler).__name__, "timers": timers, "enabled": enabled.strip()}
said["advice"] = scheduler.advice(name)
said["words"] = written.read_text().split("\\0")[:-1]
scheduler.remove(name)
left = subprocess.run(["systemctl", "--user", "list-timers", "--all", "--no-pager"], capture_output=True, text=True)
said["left"] = left.stdout
said["files"] = [str(path) for path in home.rglob("*") if not path.is_dir() and "keyturn-renew" in path.name]
print(json.dumps(said))
"""
ODD_WORDS = ["two words", 'a "quote"', "$HOME `id`", "${PATH}", "back\\slash", "100%", "%h", "it's; & more", "ü"]


def under_a_manager(home: Path, command: list[str], written: Path, *, missed: bool) -> dict[str, object]:
    asked = json.dumps({"command": command, "written": str(written), "missed": missed})
    words = ["sh", "-c", _IN_A_NAMESPACE, "sh", str(_MANAGER), sys.executable, _SETS_A_TIMER, asked]
    environment = {"PATH": os.environ["PATH"], "HOME": str(home)}
    ran = subprocess.run(["unshare", "-m", *words], capture_output=True, text=True, env=environment, timeout=120)
    assert ran.returncode == 0, ran.stderr
    said = json.loads(ran.stdout.splitlines()[-1])
    assert isinstance(said, dict)
    return said


@pytest.mark.parametrize("missed", [False, True])
def test_a_manager_starts_it_and_makes_up_a_run_that_was_missed(
    tmp_path: Path, required_program: Callable[[str], Path], missed: bool
) -> None:
    required_program("unshare")
    if not _MANAGER.exists() or os.geteuid() != 0:
        pytest.skip("a manager of systemd of one's own takes systemd, and root for its mount namespace")
    home = tmp_path / "home"
    home.mkdir()
    written = tmp_path / "written"
    program = tmp_path / "key turn 100% $HOME" / "program"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nprintf "%s\\0" "$@" >{written}.new\nmv {written}.new {written}\n')
    program.chmod(0o755)
    said = under_a_manager(home, [str(program), *ODD_WORDS], written, missed=missed)
    assert said["scheduler"] == "SystemdTimer"
    assert said["enabled"] == "enabled"
    assert "keyturn-renew.timer" in str(said["timers"])
    assert said["words"] == ODD_WORDS
    assert "while you are signed in" in str(said["advice"])
    assert "keyturn-renew" not in str(said["left"])
    assert said["files"] == []
