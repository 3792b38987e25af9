"""Units of systemd, Podman's containers and Compose's projects: what they hand over, extend and keep elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from keyturn.clients.registry import find_everything
from keyturn.clients.variables.containers import Containers
from keyturn.computer.computer import Computer
from keyturn.model.places import Target

ID, SECRET = "AKIAOLD0CONTRACT7Q2P", "oldOLDoldOLDoldOLDoldOLDoldOLDoldOLD/+ol"
VARIABLES = f"AWS_ACCESS_KEY_ID={ID}\nAWS_SECRET_ACCESS_KEY={SECRET}\n"
RCLONE = f"[aws]\ntype = s3\nprovider = AWS\naccess_key_id = {ID}\nsecret_access_key = {SECRET}\n"
ENVIRONMENT = f"{{AWS_ACCESS_KEY_ID: {ID}, AWS_SECRET_ACCESS_KEY: '{SECRET}'}}"
DEEP = "kept/very/deep/down.x"
UNIT = ".config/systemd/user/a.service"
PODMAN = ".config/containers/systemd/a.container"
RUN = "-r s3:s3.amazonaws.com/bkt/a backup /"


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("by", "text", "kept", "at"),
    [
        (UNIT, f"[Service]\nExecStart=/bin/sh -c '. %h/{DEEP} && exec restic {RUN} --host $HOSTNAME'", VARIABLES, DEEP),
        (PODMAN, f"[Container]\nImage=ghcr.io/restic/restic:0.18\nExec={RUN}\nEnvironmentFile=%h/{DEEP}", VARIABLES,
         DEEP),
        (PODMAN, f"[Container]\nImage=restic/restic\nExec={RUN}\nEnvironment=AWS_ACCESS_KEY_ID={ID} "
         f"AWS_SECRET_ACCESS_KEY={SECRET}", "", PODMAN),
        (PODMAN, f"[Container]\nImage=rclone/rclone\nExec=sync /d aws:bkt/a\nVolume=%h/{DEEP}:/c/rclone.conf",
         RCLONE, DEEP),
        ("n/compose.yml", f"services: {{a: {{extends: {{file: ../{DEEP}, service: b}}}}}}",
         f"services: {{b: {{image: restic/restic, command: '{RUN}', environment: {ENVIRONMENT}}}}}", DEEP),
        ("n/.env", f"COMPOSE_FILE=compose.yml:../{DEEP}",
         f"services: {{b: {{image: restic/restic, command: '{RUN}', environment: {ENVIRONMENT}}}}}", DEEP),
        ("bin/a.sh", f"#!/bin/sh\nexport COMPOSE_PATH_SEPARATOR=,\nexport COMPOSE_FILE=a.yml,$HOME/{DEEP}",
         f"services: {{b: {{image: restic/restic, command: '{RUN}', environment: {ENVIRONMENT}}}}}", DEEP),
    ],
)  # fmt: skip
def test_what_they_name_is_read_with_its_bucket(by: str, text: str, kept: str, at: str, tmp_path: Path) -> None:
    write(tmp_path / DEEP, kept)
    write(tmp_path / by, f"{text}\n")
    (place,) = find_everything(Computer.at(tmp_path, "linux")).places
    assert (place.path, place.editable, place.targets) == (tmp_path / at, True, (Target("bkt", "a"),))


@pytest.mark.parametrize(
    ("by", "text", "named"),
    [
        ("n/compose.yml", "include: ['https://git.example/a.git#main']", "https://git.example/a.git#main"),
        ("n/compose.yml", "include: [{path: 'oci://registry.example/a:1'}]", "oci://registry.example/a:1"),
        ("n/compose.yml", "services: {a: {extends: {file: 'git@git.example:a.git', service: b}}}", "git@git.example"),
        ("n/.env", "COMPOSE_FILE=https://git.example/a.git", "https://git.example/a.git"),
        (UNIT, "[Service]\nLoadCredentialEncrypted=aws:%h/x.cred", "x.cred"),
        (UNIT, "[Service]\nImportCredential=restic.*", "restic.*"),
        (UNIT, f"[Service]\nSetCredentialEncrypted=x: k6iUC\nExecStart=restic {RUN}", "k6iUC"),
    ],
)
def test_what_lies_where_nobody_can_look_is_a_blind_spot_with_its_name(
    by: str, text: str, named: str, tmp_path: Path
) -> None:
    write(tmp_path / by, f"{text}\n")
    (problem,) = find_everything(Computer.at(tmp_path, "linux")).problems
    assert problem.code == "reference.unfollowed"
    assert named in problem.message


def test_what_systemd_decrypts_for_another_program_is_not_told(tmp_path: Path) -> None:
    write(tmp_path / UNIT, "[Service]\nLoadCredentialEncrypted=wg:%h/wg.cred\nExecStart=/usr/bin/wg-quick up wg0\n")
    assert find_everything(Computer.at(tmp_path, "linux")).problems == ()


@pytest.mark.parametrize(("options", "waits"), [("-d --env-file ~/a.list", True), ("--rm --env-file=~/a.list", False)])
def test_a_container_that_lasts_is_made_anew(options: str, waits: bool, tmp_path: Path) -> None:
    file = write(tmp_path / "a.list", VARIABLES)
    write(tmp_path / "bin/up.sh", f"#!/bin/sh\ndocker run {options} restic/restic {RUN}\n")
    after = Containers(Computer.at(tmp_path, "linux")).after_change(file)
    assert [str(tmp_path / "bin/up.sh") in one.title for one in after] == [True] * waits


@pytest.mark.parametrize("image", ["ghcr.io/nicotsx/zerobyte:v0.30", "lscr.io/linuxserver/duplicati"])
def test_a_container_whose_key_only_a_person_can_change_is_a_blind_spot_wherever_it_lies(
    image: str, tmp_path: Path
) -> None:
    compose = write(
        tmp_path / "stacks/backup/compose.yml", f"services: {{a: {{image: '{image}', volumes: ['./d:/d']}}}}"
    )
    (problem,) = find_everything(Computer.at(tmp_path, "linux")).problems
    assert (problem.code, problem.path) == ("client.blind-spot", compose)
    assert problem.client in image


def test_a_guided_product_that_is_only_spoken_of_is_none(tmp_path: Path) -> None:
    write(tmp_path / "stacks/backup/compose.yml", "services: {a: {image: nginx}}  # as for duplicati\n")
    assert find_everything(Computer.at(tmp_path, "linux")).problems == ()
