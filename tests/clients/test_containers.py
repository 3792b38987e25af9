"""Containers and mounts that go on with the old content of a file are named before the old key goes off."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from keyturn.clients.interface import AfterChange
from keyturn.clients.variables.containers import Containers
from keyturn.clients.variables.environment import Environment
from keyturn.computer.computer import Computer

PAIR = "AWS_ACCESS_KEY_ID=AKIAONE0000000000001\nAWS_SECRET_ACCESS_KEY=oneONEoneONEoneONEoneONEoneONEoneONE/+on\n"


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def asked_for(home: Path, path: Path) -> str:
    found: tuple[AfterChange, ...] = Containers(Computer.at(home, "linux")).after_change(path)
    return "\n".join([one.title + "".join(one.steps) for one in found])


@pytest.mark.parametrize(
    ("service", "name"),
    [
        ("volumes: ['./rclone.conf:/config/rclone/rclone.conf:ro']", "rclone.conf"),
        ("volumes: ['./rclone:/config/rclone']", "rclone/rclone.conf"),
        ("volumes: [{type: bind, source: ./keys, target: /k}]", "keys/deep/x"),
        ("env_file: ../shared/backup.env", "../shared/backup.env"),
        ("env_file: [{path: backup.env}]", "backup.env"),
    ],
)
def test_the_containers_that_see_a_file_are_made_anew(service: str, name: str, tmp_path: Path) -> None:
    path = write(tmp_path / "stack" / name, PAIR)
    write(tmp_path / "stack/compose.yaml", f"services:\n  a:\n    image: x\n    {service}\n")
    asked = asked_for(tmp_path, path)
    assert f"In {tmp_path / 'stack'}, run “docker compose up -d --force-recreate”" in asked


@pytest.mark.parametrize(
    ("include", "name"),
    [
        ("[parts/deep/er/b.yaml]", "parts/deep/er/.env"),
        ("[parts/deep/er/b.yaml]", "parts/deep/er/keys.list"),
        ("[{path: parts/deep/er/b.yaml, env_file: parts/k}]", "parts/k"),
    ],
)
def test_containers_of_an_included_file_are_made_anew_where_compose_is_run(
    include: str, name: str, tmp_path: Path
) -> None:
    write(tmp_path / "stack/compose.yaml", f"include: {include}\n")
    write(tmp_path / "stack/parts/deep/er/b.yaml", "include: [../../../compose.yaml]\n"
          "services: {a: {image: x, env_file: keys.list, environment: {A: '${A}'}}}\n")  # fmt: skip
    asked = asked_for(tmp_path, write(tmp_path / "stack" / name, PAIR))
    assert f"In {tmp_path / 'stack'}, run “docker compose up -d --force-recreate”" in asked


def test_docker_secrets_are_handed_over_anew(tmp_path: Path) -> None:
    path = write(tmp_path / "stack/secrets/id", "x")
    text = "services: {a: {image: x, secrets: [id]}}\nsecrets: {id: {file: ./secrets/id}}\n"
    write(tmp_path / "stack/compose.yaml", text)
    assert "--force-recreate" in asked_for(tmp_path, path)


@pytest.mark.parametrize("service", ["volumes: ['data:/data', './other:/x']", "volumes: ['./rclone.conf.old:/x']", ""])
def test_containers_that_do_not_see_it_stay_as_they_are(service: str, tmp_path: Path) -> None:
    path = write(tmp_path / "stack/rclone.conf", PAIR)
    write(tmp_path / "stack/compose.yaml", f"services:\n  a:\n    image: x\n    {service}\n")
    assert asked_for(tmp_path, path) == ""


def test_direnv_is_to_allow_its_file_again(tmp_path: Path) -> None:
    write(tmp_path / "work/.envrc", "export " + PAIR.replace("\n", "\nexport ", 1))
    computer = Computer.at(tmp_path, "linux")
    (place,) = Environment().find(computer).places
    after = Environment().after_change(computer, place)
    assert after is not None
    assert "direnv allow" in after.steps[0]


def test_a_file_that_is_mounted_by_itself_is_named_with_its_mount(tmp_path: Path) -> None:
    if shutil.which("unshare") is None:
        pytest.skip("unshare is not installed")
    file, point = write(tmp_path / "real/keys", PAIR), write(tmp_path / "seen/keys", "")
    program = (
        "import sys; from pathlib import Path; from keyturn.clients.variables.containers import Containers; "
        "from keyturn.computer.computer import Computer, Platform; "
        f"computer = Computer(Platform.LINUX, Path({str(tmp_path)!r}), {{}}, is_this_one=True); "
        f"print([one.steps for one in Containers(computer).after_change(Path({str(file)!r}))])"
    )
    command = ["unshare", "--map-root-user", "--mount", "sh", "-c"]
    script = f'mount --bind "{file}" "{point}" || exit 77; exec "$@"'
    ended = subprocess.run([*command, script, "x", sys.executable, "-c", program], capture_output=True, text=True)
    if ended.returncode == 77 or "unshare" in ended.stderr:
        pytest.skip("this computer allows no mounts of its own")
    assert f"umount {point}" in ended.stdout, ended.stderr


@pytest.mark.parametrize(
    ("beginning", "maker"),
    [("# Ansible managed\n", "Ansible"), ("# This file is managed by Chef\n", "Chef"), ("# by hand\n", "")],
)
def test_a_file_that_a_program_makes_is_changed_at_its_source_too(beginning: str, maker: str, tmp_path: Path) -> None:
    file = write(tmp_path / "srv/backup.env", beginning + PAIR)
    told = asked_for(tmp_path, file)
    assert (f"Change the key at {maker}, too" in told) == bool(maker)
    assert maker or not told
