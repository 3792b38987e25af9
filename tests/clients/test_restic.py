"""restic: environment files and scripts, the repository they name, and a check that never writes."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from keyturn.clients.programs.restic import Restic
from keyturn.clients.programs.restic_addresses import repository
from keyturn.clients.replacement import replace_pair
from keyturn.computer.computer import Computer
from keyturn.model.keys import AccessKeyId, KeyPair, Secret
from keyturn.model.places import Findings, PlaceKind, Target

ONE = KeyPair(AccessKeyId("AKIAONE0000000000001"), Secret("oneONEoneONEoneONEoneONEoneONEoneONE/+on"))
TWO = KeyPair(AccessKeyId("AKIATWO0000000000002"), Secret("twoTWOtwoTWOtwoTWOtwoTWOtwoTWOtwoTWO/+tw"))
PASSWORD = "a password of the repository"


def lines(pair: KeyPair) -> str:
    return f"AWS_ACCESS_KEY_ID={pair.access_key_id}\nAWS_SECRET_ACCESS_KEY={pair.secret.reveal()}\n"


def find(home: Path) -> Findings:
    return Restic().find(Computer.at(home, "linux"))


@pytest.mark.parametrize(
    ("address", "endpoint", "target"),
    [
        ("s3:s3.amazonaws.com/bucket", "s3.amazonaws.com", Target("bucket")),
        ("s3:s3.eu-west-1.amazonaws.com/bucket/a/b/", "s3.eu-west-1.amazonaws.com", Target("bucket", "a/b")),
        ("s3:https://s3.amazonaws.com/bucket/a", "s3.amazonaws.com", Target("bucket", "a")),
        ("s3://s3.amazonaws.com/bucket", "s3.amazonaws.com", Target("bucket")),
        ("s3:http://127.0.0.1:5000/bucket/a", "http://127.0.0.1:5000", Target("bucket", "a")),
    ],
)
def test_a_repository_names_host_bucket_and_prefix(address: str, endpoint: str, target: Target) -> None:
    read = repository(address)

    assert read is not None
    assert (read.endpoint, read.target) == (endpoint, target)


@pytest.mark.parametrize("address", ["sftp:host:/srv", "/srv/restic", "s3:s3.amazonaws.com", "s3:$HOST/bucket", ""])
def test_what_names_no_bucket_is_no_repository(address: str) -> None:
    assert repository(address) is None


@pytest.mark.parametrize(
    "path", [".restic-env", ".restic/env", ".config/restic/a/b.sh", "photos.env", "bin/backup", "scripts/x/nightly.sh"]
)
def test_the_usual_files_and_scripts_are_found(path: str, tmp_path: Path) -> None:
    file = tmp_path / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"{lines(ONE)}RESTIC_REPOSITORY=s3:s3.eu-central-1.amazonaws.com/photos/restic\n")

    (place,) = find(tmp_path).places

    assert (place.path, place.pair, place.editable) == (file, ONE, True)
    assert (place.targets, place.region) == ((Target("photos", "restic"),), "eu-central-1")


def test_a_repository_after_an_option_and_in_a_file_are_found(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "repository").write_text("s3:http://127.0.0.1:5000/films\n")
    (tmp_path / "bin" / "backup.sh").write_text(
        f"{lines(ONE)}# restic -r s3:s3.amazonaws.com/not-this-one backup\n"
        "restic -v --repo 's3:http://127.0.0.1:5000/photos/x' backup ~\nRESTIC_REPOSITORY_FILE=~/repository\n"
    )

    (place,) = find(tmp_path).places

    assert set(place.targets) == {Target("films"), Target("photos", "x")}
    assert (place.endpoint, place.plain_http) == ("http://127.0.0.1:5000", True)


def test_several_keys_in_one_script_are_several_places(tmp_path: Path) -> None:
    path = tmp_path / "restic.sh"
    path.write_text(f"RESTIC_PASSWORD_FILE=x\n{lines(ONE)}restic backup a\n{lines(TWO)}restic backup b\n")

    first, second = find(tmp_path).places

    assert (first.pair, second.pair) == (ONE, TWO)
    replace_pair(Computer.at(tmp_path, "linux"), [second], expected=TWO.access_key_id, pair=ONE)
    assert path.read_text().count(ONE.secret.reveal()) == 2


def test_which_secret_belongs_to_an_id_is_never_guessed(tmp_path: Path) -> None:
    (tmp_path / "restic.sh").write_text(f"RESTIC_PASSWORD_FILE=x\nAWS_ACCESS_KEY_ID={ONE.access_key_id}\n{lines(TWO)}")

    places = find(tmp_path).places

    assert {place.access_key_id for place in places} == {ONE.access_key_id, TWO.access_key_id}
    assert not any(place.editable or place.secret for place in places)
    assert all("cannot be told" in place.note for place in places)


def test_a_secret_from_a_command_leaves_only_a_mention(tmp_path: Path) -> None:
    (tmp_path / ".restic.env").write_text(
        f"RESTIC_PASSWORD_FILE=x\nAWS_ACCESS_KEY_ID={ONE.access_key_id}\nAWS_SECRET_ACCESS_KEY=$(pass show aws)\n"
    )

    (place,) = find(tmp_path).places

    assert (place.kind, place.editable, place.secret) == (PlaceKind.MENTION, False, None)


def test_references_are_no_places(tmp_path: Path) -> None:
    (tmp_path / ".restic.env").write_text(
        'RESTIC_PASSWORD_FILE=x\nAWS_ACCESS_KEY_ID="${KEY}"\nAWS_SECRET_ACCESS_KEY="${SECRET}"\n'
    )

    assert find(tmp_path) == Findings()


def test_a_profile_in_the_place_of_a_key_is_a_loan(tmp_path: Path) -> None:
    (tmp_path / ".restic.env").write_text("RESTIC_REPOSITORY=s3:s3.amazonaws.com/photos\nAWS_PROFILE=backup\n")

    (loan,) = Restic().look(Computer.at(tmp_path, "linux")).loans

    assert (loan.profile, loan.targets) == ("backup", (Target("photos"),))


@pytest.mark.parametrize(
    ("password", "variable"),
    [(f"RESTIC_PASSWORD='{PASSWORD}'\n", None), ("RESTIC_PASSWORD_FILE=~/pass word\n", "RESTIC_PASSWORD_FILE")],
)
def test_the_check_only_reads_and_gets_its_secrets_from_private_files(
    password: str, variable: str | None, tmp_path: Path, required_program: Callable[[str], Path]
) -> None:
    required_program("restic")
    (tmp_path / ".restic.env").write_text(f"{lines(ONE)}RESTIC_REPOSITORY=s3:http://127.0.0.1:5000/photos\n{password}")
    (place,) = find(tmp_path).places

    check = Restic().check(
        Computer.at(tmp_path, "linux"), place, Target("photos"), endpoint_url="http://127.0.0.1:5000"
    )

    assert check is not None
    assert check.arguments[1:] == ("cat", "config", "--no-lock", "--no-cache")
    shown = json.dumps([*check.arguments, *check.environment.values()]) + repr(check)
    assert ONE.secret.reveal() not in shown
    assert PASSWORD not in shown
    assert not {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "RESTIC_PASSWORD"} & set(check.environment)
    files = {private.variable: private.content.reveal() for private in check.private_files}
    assert ONE.secret.reveal() in files["AWS_SHARED_CREDENTIALS_FILE"]
    assert (files.get("RESTIC_PASSWORD_FILE") == PASSWORD) is (variable is None)


@pytest.mark.parametrize("password", ["", "RESTIC_PASSWORD_COMMAND='touch witness'\n"])
def test_without_a_password_there_is_no_check_and_no_command_is_run(
    password: str, tmp_path: Path, required_program: Callable[[str], Path]
) -> None:
    required_program("restic")
    (tmp_path / ".restic.env").write_text(f"{lines(ONE)}RESTIC_REPOSITORY=s3:s3.amazonaws.com/photos\n{password}")
    (place,) = find(tmp_path).places

    assert Restic().check(Computer.at(tmp_path, "linux"), place, Target("photos")) is None


@pytest.mark.parametrize(
    "text",
    [
        f"export AWS_ACCESS_KEY_ID={ONE.access_key_id}\nexport AWS_SECRET_ACCESS_KEY='{ONE.secret.reveal()}'\n",
        f'AWS_ACCESS_KEY_ID="{ONE.access_key_id}" ; AWS_SECRET_ACCESS_KEY="{ONE.secret.reveal()}"',
        f"{lines(TWO)}{lines(ONE)}",
    ],
)
def test_a_real_shell_reads_what_keyturn_reads_before_and_after(text: str, tmp_path: Path) -> None:
    path = tmp_path / ".restic.env"
    path.write_text(f"RESTIC_PASSWORD_FILE=x\n{text}")
    place = find(tmp_path).places[-1]

    for pair in (ONE, TWO):
        if pair is TWO:
            replace_pair(Computer.at(tmp_path, "linux"), [place], expected=ONE.access_key_id, pair=TWO)
        read = subprocess.run(
            ["sh", "-c", '. "$1"; printf "%s %s" "$AWS_ACCESS_KEY_ID" "$AWS_SECRET_ACCESS_KEY"', "sh", path],
            env={"PATH": os.environ["PATH"]},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        assert read == f"{pair.access_key_id} {pair.secret.reveal()}"


def test_the_program_and_a_repository_on_this_disk_are_not_taken_for_scripts(tmp_path: Path) -> None:
    (tmp_path / "restic" / "data" / "00").mkdir(parents=True)
    for path in ("restic_0.18_linux_amd64", "restic/data/00/pack", "restic/pack"):
        with (tmp_path / path).open("wb") as file:
            file.write(f"RESTIC_PASSWORD=x\n{lines(ONE)}".encode())
            file.truncate(8 << 20)
    (tmp_path / "restic" / "data" / "00" / "small").write_text(f"RESTIC_PASSWORD=x\n{lines(ONE)}")

    assert find(tmp_path) == Findings()
