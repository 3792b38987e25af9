"""When a program's own check is run, and when never."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import cast

from keyturn.clients.registry import client_named
from keyturn.computer.computer import Computer
from keyturn.model.places import Target
from keyturn.rotation.proving import own_check
from keyturn.rotation.surroundings import Surroundings


def test_no_program_is_asked_with_the_configuration_of_another_computer(tmp_path: Path) -> None:
    (tmp_path / ".rclone.conf").write_text(
        f"[r]\ntype = s3\naccess_key_id = AKIAOTHERCOMPUTER5X4\nsecret_access_key = {'madeUP/+' * 5}\n"
    )
    elsewhere = Computer.at(tmp_path, "linux")
    (place,) = client_named("rclone").find(elsewhere).places

    assert own_check(cast(Surroundings, SimpleNamespace(computer=elsewhere)), place, Target("photos")) == []
