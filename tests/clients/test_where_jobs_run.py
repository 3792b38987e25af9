"""What is relative in a job is meant from the folder in which it runs: after `cd`, and where what starts it says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from keyturn.clients.registry import find_everything
from keyturn.computer.computer import Computer
from keyturn.model.places import Target

ID, SECRET = "AKIAOLD0CONTRACT7Q2P", "oldOLDoldOLDoldOLDoldOLDoldOLDoldOLD/+ol"
VARIABLES = f"AWS_ACCESS_KEY_ID={ID}\nAWS_SECRET_ACCESS_KEY={SECRET}\n"
RCLONE = f"[aws]\ntype = s3\nprovider = AWS\naccess_key_id = {ID}\nsecret_access_key = {SECRET}\n"
# Deeper than any corner, and named by nothing that tells.
DEEP = "kept/very/deep"
UNIT = ".config/systemd/user/a.service"
SYNCS = "restic -r s3:s3.amazonaws.com/bkt/a backup /"
SOURCES = f"#!/bin/sh\n. ./keys\n{SYNCS}\n"
PLIST = (
    "<plist><dict><key>WorkingDirectory</key><string>{home}/kept/very/deep</string>"
    "<key>ProgramArguments</key><array><string>/bin/sh</string><string>in/a.sh</string></array></dict></plist>"
)


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("by", "text", "script", "kept", "platform"),
    [
        ("bin/a.sh", f"cd ~/{DEEP} || exit 1\n. ./keys\n{SYNCS}", "", VARIABLES, "linux"),
        ("bin/a.sh", f'D=~/{DEEP}\ncd "$D" && rclone --config ./keys sync / aws:bkt/a', "", RCLONE, "linux"),
        ("bin/a.sh", f"cd kept\ncd -- very/deep\ndocker run --env-file keys restic/restic {SYNCS[7:]}", "", VARIABLES,
         "linux"),
        (".crontab", f"@daily cd $HOME/{DEEP}/in && ./a.sh", f"#!/bin/sh\ncd ..\n. ./keys\n{SYNCS}\n", VARIABLES,
         "linux"),
        (UNIT, f"[Service]\nWorkingDirectory=%h/{DEEP}\nExecStart=/bin/sh in/a.sh", SOURCES, VARIABLES, "linux"),
        (UNIT, f"[Service]\nWorkingDirectory=-%h/{DEEP}\nExecStart=%h/{DEEP}/in/a.sh", SOURCES, VARIABLES, "linux"),
        ("Library/LaunchAgents/a.plist", PLIST, SOURCES, VARIABLES, "macos"),
        ("n/compose.yml", "services: {{a: {{image: restic/restic, env_file: '{home}/kept/very/deep/keys', "
         f"command: '{SYNCS[7:]}'" "}}}}", "", VARIABLES, "linux"),
    ],
)  # fmt: skip
def test_a_relative_name_is_looked_up_where_the_job_runs(
    by: str, text: str, script: str, kept: str, platform: str, tmp_path: Path
) -> None:
    keys = write(tmp_path / DEEP / "keys", kept)
    write(tmp_path / by, text.format(home=tmp_path) if "{home}" in text else f"{text}\n")
    if script:
        write(tmp_path / DEEP / "in/a.sh", script)

    (place,) = find_everything(Computer.at(tmp_path, platform)).places

    assert (place.path, place.editable, place.targets) == (keys, True, (Target("bkt", "a"),))


def test_a_folder_that_only_a_run_would_tell_is_named(tmp_path: Path) -> None:
    write(tmp_path / "bin/a.sh", f'cd "$(find / -name deep)"\n. ./keys\n{SYNCS}\n')
    (problem,) = find_everything(Computer.at(tmp_path, "linux")).problems
    assert problem.code == "reference.unfollowed"
    assert "./keys" in problem.message
