"""After a move each profile is proved as its program asks: the real AWS CLI, through Keyturn, from a real keychain."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from .conftest import Desk
from .test_move import BUCKET, NAME, PROGRAM, environment, helper, write_pair


def test_verify_has_the_program_ask_as_its_backups_do_and_names_those_that_were_not_tried(
    small_desk: Desk, keychain: Mapping[str, str], required_program: Callable[[str], Path]
) -> None:
    desk, aws = small_desk, required_program("aws")
    write_pair(desk)
    script = desk.home / "bin" / "nightly.sh"
    script.parent.mkdir()
    script.write_text(f"#!/bin/sh\nexport AWS_PROFILE=nas\nrestic -r s3:{desk.endpoint_url}/{BUCKET} backup /home\n")
    session = {**environment(desk), **keychain, "HOME": str(desk.home), "PATH": f"{aws.parent}:/usr/bin:/bin"}

    def typed(*words: str) -> dict[str, Any]:
        where = ("--endpoint-url", desk.endpoint_url, "--state-dir", str(desk.state_dir), "--json")
        done = subprocess.run([str(PROGRAM), *words, *where], env=session, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return dict(json.loads(done.stdout))

    into = ("--into", "keychain", "--program", str(helper(desk)), "--by-me", "--yes")
    assert typed("move", desk.old.access_key_id.value, *into)["name"] == NAME
    (proved,) = typed("verify", "--bucket", BUCKET)["destinations"]
    checks = {one["check"]: (one["ok"], one["detail"]) for one in proved["checks"]}
    assert (proved["ok"], checks["served"][0], checks["list"][0]) == (True, True, True)
    assert "AWS" in checks["served"][1]
    assert (checks["program"][0], "restic" in checks["program"][1]) == (None, True)
