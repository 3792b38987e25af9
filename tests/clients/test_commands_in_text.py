"""Recipes, workflows and playbooks in whatever language: a key gets the buckets and rights of its commands."""

from __future__ import annotations

from pathlib import Path

import pytest

from keyturn.clients.registry import find_everything
from keyturn.computer.computer import Computer
from keyturn.model.needs import Addition
from keyturn.model.places import Place, Target

ID, SECRET = "AKIAONE0000000000001", "oneONE/+on" * 4
PAIR = f"AWS_ACCESS_KEY_ID: {ID}\nAWS_SECRET_ACCESS_KEY: {SECRET}\n"


def place_in(home: Path, name: str, text: str) -> Place:
    file = home / "site" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text.replace("@ID@", ID).replace("@SECRET@", SECRET), encoding="utf-8")
    (place,) = find_everything(Computer.at(home, "linux")).places
    return place


@pytest.mark.parametrize(
    ("name", "command"),
    [
        *(("Makefile", f"up:\n\t{mark}aws s3 sync --acl private . s3://bkt/x\n") for mark in ("", "@", "-", "@sudo ")),
        ("Makefile", "BUCKET ?= bkt\nup:\n\taws s3 sync --acl private . s3://$(BUCKET)/x\n"),
        ("Makefile", "up:\n\taws s3 sync \\\n\t  --acl private . s3://bkt/x\n"),
        ("package.json", '{"scripts": {"up": "X=1 aws s3 sync --acl private . s3://bkt/x", "y": "ls"}}\n'),
        ("package.json", '{"scripts": {"up": "tsc && aws s3 sync --acl private \\"my dir\\" s3://bkt/x"}}\n'),
        ("Taskfile.yml", "tasks:\n  up:\n    cmds:\n      - aws s3 sync --acl private . s3://bkt/x\n"),
        ("Taskfile.yml", "vars:\n  B: bkt\ncmds:\n  - cmd: aws s3 sync --acl private . s3://{{.B}}/x\n"),
        ("backup.yml", "  shell: aws s3 sync --acl private . s3://bkt/x\n"),
        ("backup.yml", "  vars:\n    bucket: bkt\n  shell: aws s3 sync --acl private . s3://{{ bucket }}/x\n"),
        (
            "backup.yml",
            "  argv:\n    - aws\n    - s3\n    - sync\n    - --acl\n    - private\n    - .\n    - s3://bkt/x\n",
        ),
        ("main.tf", 'provisioner "local-exec" {\n  command = "aws s3 sync --acl private . s3://bkt/x"\n}\n'),
        (".github/workflows/a.yml", "  - run: |\n      aws s3 sync --acl private . s3://bkt/x\n"),
        ("cron.yaml", 'command: ["/bin/sh", "-c", "aws s3 sync --acl private . s3://bkt/x"]\n'),
        ("cron.yaml", 'command: ["aws", "s3", "sync", "--acl", "private", ".", "s3://bkt/x"]\n'),
        ("cron.yaml", "image: amazon/aws\nargs: [s3, sync, --acl, private, ., 's3://bkt/x']\n"),
        ("cron.yaml", "image: x/aws:2\nargs:\n  - s3\n  - sync\n  - --acl\n  - private\n  - .\n  - s3://bkt/x\n"),
        ("up.py", 'subprocess.run(["aws", "s3", "sync", "--acl", "private", ".", "s3://bkt/x"])\n'),
        ("up.js", "execSync(`aws s3 sync --acl private . s3://bkt/x`)\n"),
        ("app.ini", "[program:a]\ncommand=/usr/bin/aws s3 sync --acl private . s3://bkt/x\n"),
        ("run.xml", "<exec>aws s3 sync --acl private . s3://bkt/x</exec>\n"),
    ],
)
def test_a_command_gives_its_bucket_and_its_rights(name: str, command: str, tmp_path: Path) -> None:
    place = place_in(tmp_path, name, f"{command}{PAIR}")
    assert place.targets == (Target("bkt", "x"),)
    assert place.additions_for(Target("bkt", "x")) == {Addition.OBJECT_ACL}
    assert [one.program for one in place.consumers] == ["aws"]


@pytest.mark.parametrize(
    "command",
    [
        *("# aws s3 sync --acl private . s3://bkt/x", "title: we used aws s3 sync --acl private . s3://bkt/x"),
        *("  cmd: aws --profile other s3 sync --acl private . s3://bkt/x", "  cmd: rclone sync . other:bkt/x"),
        *(
            "  cmd: s3cmd sync --acl-public . s3://bkt/x",
            "  cmd: mc mirror . other/bkt/x",
            "  cmd: myaws s3 ls s3://bkt/x",
        ),
    ],
)
def test_what_takes_its_key_elsewhere_or_is_no_command_does_not(command: str, tmp_path: Path) -> None:
    place = place_in(tmp_path, "backup.yml", f"{command}\n{PAIR}")
    assert place.consumers == ()


def test_a_remote_or_an_alias_that_the_text_itself_describes_counts(tmp_path: Path) -> None:
    keys = "    access_key_id = @ID@\n    secret_access_key = @SECRET@\n"
    remote = f"stringData:\n  rclone.conf: |\n    [s3]\n    type = s3\n{keys}"
    place = place_in(tmp_path, "secret.yaml", f"{remote}---\nimage: rclone/rclone\nargs: [sync, /data, 's3:bkt/x']\n")
    assert (place.targets, [one.program for one in place.consumers]) == ((Target("bkt", "x"),), ["rclone"])


def test_a_bucket_that_only_a_run_would_tell_makes_it_incomplete(tmp_path: Path) -> None:
    place = place_in(tmp_path, "Makefile", f"up:\n\taws s3 sync . s3://$(shell name)/x\n{PAIR}")
    assert place.unclear


def test_a_store_to_which_every_command_goes_is_the_keys(tmp_path: Path) -> None:
    command = "up:\n\taws --endpoint-url https://s3.wasabisys.com s3 sync . s3://bkt/x\n"
    assert place_in(tmp_path, "Makefile", f"{command}{PAIR}").endpoint == "https://s3.wasabisys.com"


@pytest.mark.parametrize(
    "piece", ['"aws s3 ls ', "aws ", "- aws\n", "aws s3 sync . s3://a/b\n", "image: x/aws\n", "[" * 30]
)
def test_it_takes_no_longer_than_the_text_is_long(piece: str, tmp_path: Path) -> None:
    place = place_in(tmp_path, "a.yml", f"{PAIR}{piece * (200_000 // len(piece))}\n")
    assert place.secret is not None
