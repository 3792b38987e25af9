"""A link that leads nowhere in the place of a configuration is told: what it leads to may be on a disk elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from keyturn.clients.registry import find_everything
from keyturn.computer.computer import Computer
from keyturn.model.places import Problem
from keyturn.rotation.finding.blind_spots import blind_spots
from keyturn.rotation.finding.unread_places import unread_places


def link(path: Path, target: Path | str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(target)
    return path


def problems(home: Path) -> tuple[Problem, ...]:
    return find_everything(Computer.at(home, "linux")).problems


@pytest.mark.parametrize("target", ["/nowhere/mounted/x", "ITSELF"])
@pytest.mark.parametrize(
    ("path", "client"),
    [
        (".aws/credentials", "aws"),
        (".config/rclone/rclone.conf", "rclone"),
        (".s3cfg", "s3cmd"),
        (".mc/config.json", "mc"),
        (".passwd-s3fs", "s3fs"),
        (".bashrc", "environment"),
        ("backup.env", "environment"),
        (".config/systemd/user/a.service", "systemd"),
        (".crontab", "cron"),
    ],
)
def test_a_link_to_nowhere_is_unread_and_has_a_name(path: str, client: str, target: str, tmp_path: Path) -> None:
    there = link(tmp_path / path, Path(path).name if target == "ITSELF" else target)

    (problem,) = unread_places(problems(tmp_path))

    assert (problem.code, problem.path) == ("file.link", there)
    assert client in problem.clients
    (spot,) = blind_spots([problem])
    assert str(there) in spot.what
    assert "Attach" in spot.do


@pytest.mark.parametrize("folder", [".mc", ".aws", ".config/rclone"])
def test_a_folder_that_is_such_a_link_is_told_once(folder: str, tmp_path: Path) -> None:
    there = link(tmp_path / folder, "/nowhere/mounted")
    assert [(one.code, one.path) for one in problems(tmp_path)] == [("file.link", there)]


def test_what_a_script_reads_through_such_a_link_is_named(tmp_path: Path) -> None:
    link(tmp_path / "kept/keys", "/nowhere/mounted")
    script = tmp_path / "bin/a.sh"
    script.parent.mkdir()
    script.write_text("#!/bin/sh\n. ~/kept/keys\nrestic ls\n")
    (problem,) = problems(tmp_path)
    assert (problem.code, problem.path) == ("reference.unfollowed", script)
    assert "leads nowhere" in problem.message


def test_no_link_is_no_problem_and_neither_is_one_to_a_unit_of_a_package_that_is_gone(tmp_path: Path) -> None:
    link(tmp_path / ".config/systemd/user/dbus-org.x.service", "/usr/lib/systemd/user/gone.service")
    assert problems(tmp_path) == ()


@pytest.mark.parametrize("path", ["bin/nightly.sh", "Documents/keys/aws-secret.txt", "projects/one/.env.production"])
def test_one_that_only_the_walk_through_the_usual_folders_meets_is_named(path: str, tmp_path: Path) -> None:
    there = link(tmp_path / path, "/nowhere/mounted/x")
    assert [(one.code, one.path) for one in problems(tmp_path)] == [("file.link", there)]


@pytest.mark.parametrize("path", [".config/browser/SingletonLock", ".config/app/theme.css", "bin/tool"])
def test_one_that_programs_leave_behind_is_not(path: str, tmp_path: Path) -> None:
    link(tmp_path / path, "host-1234")
    assert problems(tmp_path) == ()
