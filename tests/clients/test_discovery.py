"""What lies in the usual corners is found, each file read once, and read by the grammar that it is written in."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from keyturn.clients.readings import Readings
from keyturn.clients.registry import find_everything
from keyturn.clients.replacement import replace_pair
from keyturn.clients.usual_locations import is_telling
from keyturn.computer.computer import Computer
from keyturn.model.keys import AccessKeyId, KeyPair, Secret
from keyturn.model.places import Place, PlaceKind, Target

ONE = KeyPair(AccessKeyId("AKIAONE0000000000001"), Secret("oneONEoneONEoneONEoneONEoneONEoneONE/+on"))
TWO = KeyPair(AccessKeyId("AKIATWO0000000000002"), Secret("twoTWOtwoTWOtwoTWOtwoTWOtwoTWOtwoTWO/+tw"))
ID, SECRET = ONE.access_key_id.value, ONE.secret.reveal()
VARIABLES = f"AWS_ACCESS_KEY_ID={ID}\nAWS_SECRET_ACCESS_KEY={SECRET}\n"
RCLONE = f"[aws]\ntype = s3\nprovider = AWS\naccess_key_id = {ID}\nsecret_access_key = {SECRET}\n"
AWS = f"[default]\naws_access_key_id = {ID}\naws_secret_access_key = {SECRET}\n"
KOPIA = f'{{"storage": {{"type": "s3", "config": {{"accessKeyID": "{ID}", "secretAccessKey": "{SECRET}"}}}}}}'
BACKREST = (
    f'{{"modno": 1, "repos": [{{"id": "a", "uri": "s3:h/b", "env": ["AWS_ACCESS_KEY_ID={ID}", '
    f'"AWS_SECRET_ACCESS_KEY={SECRET}"]}}]}}'
)


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def find(home: Path, platform: str = "linux") -> tuple[Place, ...]:
    return find_everything(Computer.at(home, platform)).places


@pytest.mark.parametrize(
    ("path", "text", "client"),
    [
        ("backup/run.sh", "#!/bin/bash\nexport " + VARIABLES.replace("\n", "\nexport ", 1), "environment"),
        ("stacks/film/.env.production", VARIABLES, "environment"),
        ("app/stack.env", VARIABLES, "environment"),
        ("app/.env.backup", VARIABLES, "environment"),
        ("work/deep/.envrc", "export " + VARIABLES.replace("\n", "\nexport ", 1), "environment"),
        ("vw/rclone/rclone.conf", RCLONE, "rclone"),
        ("vw/rclone/backup.conf", RCLONE, "rclone"),
        ("stack/aws/credentials", AWS, "aws"),
        ("backrest/config/config.json", BACKREST, "backrest"),
        (".var/app/io.kopia.KopiaUI/config/kopia/repository.config", KOPIA, "kopia"),
        ("snap/rclone/current/.config/rclone/rclone.conf", RCLONE, "rclone"),
        ("snap/aws-cli/common/.aws/credentials", AWS, "aws"),
        (".exports", "export " + VARIABLES.replace("\n", "\nexport ", 1), "environment"),
    ],
)
def test_a_file_that_lies_in_a_corner_is_read_by_its_own_grammar_and_edited(
    path: str, text: str, client: str, tmp_path: Path
) -> None:
    file = write(tmp_path / path, text)

    (place,) = places = find(tmp_path)
    replace_pair(Computer.at(tmp_path, "linux"), places, expected=ONE.access_key_id, pair=TWO)

    assert (place.client, place.path, place.pair, place.editable) == (client, file, ONE, True)
    assert ID not in file.read_text()


@pytest.mark.parametrize(
    ("path", "platform"),
    [
        ("Library/Mobile Documents/com~apple~CloudDocs/Documents/backup.sh", "macos"),
        ("Library/Containers/org.x/Data/.config/keys.env", "macos"),
        ("Library/Group Containers/group.x/Library/Application Support/x/keys.env", "macos"),
        ("Library/Scripts/backup.sh", "macos"),
    ],
)
def test_a_script_in_a_corner_of_macos_is_edited(path: str, platform: str, tmp_path: Path) -> None:
    write(tmp_path / path, f"#!/bin/sh\n{VARIABLES}")
    (place,) = find(tmp_path, platform)
    assert place.editable


@pytest.mark.parametrize(
    "path",
    [
        "Users/Jo/scoop/apps/rclone/current/rclone.conf",
        "Users/Jo/AppData/Local/Packages/PythonSoftwareFoundation.Python_x/LocalCache/Roaming/rclone/rclone.conf",
        "Windows/System32/config/systemprofile/AppData/Roaming/rclone/rclone.conf",
        "ProgramData/rclone/rclone.conf",
        "backup/rclone/rclone.conf",
        "rclone/rclone.conf",
    ],
)
def test_a_configuration_in_a_corner_of_windows_is_edited(path: str, tmp_path: Path) -> None:
    write(tmp_path / path, RCLONE)
    (tmp_path / "Users/Jo").mkdir(parents=True, exist_ok=True)
    (place,) = find(tmp_path / "Users/Jo", "windows")
    assert (place.client, place.editable) == ("rclone", True)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("public_html/backup.php", f"<?php define('awsAccessKey', '{ID}'); define('awsSecretKey', '{SECRET}');"),
        ("infra/terraform.tfvars", f'aws_access_key = "{ID}"\naws_secret_key = "{SECRET}"\n'),
        ("Backup/config.rb", f's3.access_key_id = "{ID}"\ns3.secret_access_key = "{SECRET}"\n'),
        ("bin/backup.py", f'client("s3", aws_access_key_id="{ID}", aws_secret_access_key="{SECRET}")\n'),
        (".awssecret", f"{ID}\n{SECRET}\n"),
    ],
)
def test_a_complete_pair_in_a_file_of_nobodys_is_used_by_something_and_changed_by_hand(
    path: str, text: str, tmp_path: Path
) -> None:
    file = write(tmp_path / path, text)
    (place,) = find(tmp_path)
    assert (place.client, place.path, place.pair) == ("file", file, ONE)
    assert (place.kind, place.editable) == (PlaceKind.DESTINATION, False)


def test_the_bucket_that_stands_beside_a_pair_in_quotes_is_seen(tmp_path: Path) -> None:
    write(tmp_path / "x/config.php", f"'bucket' => 'my-bucket', 'key' => '{ID}', 'secret' => '{SECRET}',")
    (place,) = find(tmp_path)
    assert place.targets == (Target("my-bucket"),)


def test_notes_with_a_pair_are_no_program_that_uses_it(tmp_path: Path) -> None:
    write(tmp_path / "Documents/keys.txt", f"{ID}\n{SECRET}\n")
    (place,) = find(tmp_path)
    assert (place.kind, place.pair) == (PlaceKind.MENTION, ONE)


@pytest.mark.parametrize("path", [".bash_history", "Documents/run.sh.bak", ".config/rclone/rclone.conf.old"])
def test_a_copy_is_only_mentioned(path: str, tmp_path: Path) -> None:
    write(tmp_path / path, RCLONE)
    assert [(place.client, place.kind) for place in find(tmp_path)] == [("file", PlaceKind.MENTION)]


def test_the_source_of_a_file_that_chezmoi_makes_is_told(tmp_path: Path) -> None:
    write(tmp_path / ".aws/credentials", AWS)
    source = write(tmp_path / ".local/share/chezmoi/private_dot_aws/private_credentials", AWS)
    made, told = find(tmp_path)
    assert made.editable
    assert (told.path, told.editable) == (source, False)
    assert "chezmoi" in told.note


def test_notes_that_no_shell_reads_are_no_problem(tmp_path: Path) -> None:
    write(tmp_path / "Documents/notes", f"don't forget: {ID} is mine\n")
    findings = find_everything(Computer.at(tmp_path, "linux"))
    assert findings.problems == ()
    assert [place.kind for place in findings.places] == [PlaceKind.MENTION]


def test_a_further_spot_of_a_claimed_key_is_told_with_its_line(tmp_path: Path) -> None:
    text = f"{RCLONE}# until 2019: {ID}\n[old]\ntype = local\nnote = {ID}\n"
    path = write(tmp_path / ".config/rclone/rclone.conf", text)

    claimed, further = find(tmp_path)

    assert (claimed.client, claimed.editable, claimed.also_at) == ("rclone", True, (6, 9))
    assert (further.client, further.path, further.line, further.also_at) == ("file", path, 6, (9,))


def test_each_file_is_opened_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of each kind of client; the kernel's own list of what is opened would say the same."""
    files = {
        ".aws/credentials": AWS,
        ".config/rclone/rclone.conf": RCLONE,
        ".bashrc": VARIABLES,
        "backup/run.sh": f"#!/bin/sh\n{VARIABLES}restic -r s3:h/bkt backup\n",
        ".config/systemd/user/a.service": f"[Service]\nEnvironmentFile={tmp_path}/keys/env\nExecStart=/bin/x\n",
        "keys/env": VARIABLES,
        ".crontab": f"{VARIABLES}@daily x\n",
        "nas/compose.yml": f"services:\n  a:\n    environment: {{AWS_ACCESS_KEY_ID: {ID}}}\n",
        "Documents/notes": f"{ID}\n",
    }
    for name, text in files.items():
        write(tmp_path / name, text)
    opened: list[str] = []
    real_open = os.open

    def told(path: str, *how: int, **more: int) -> int:
        opened.append(os.fspath(path))
        return real_open(path, *how, **more)

    monkeypatch.setattr(os, "open", told)

    find_everything(Computer.at(tmp_path, "linux"))

    counted = {name: opened.count(str(tmp_path / name)) for name in files}
    assert counted == dict.fromkeys(files, 1)


@pytest.mark.parametrize("name", [".env", "x.env", "run.sh", "a.py", "config", "a.tfvars", "my-credentials.csv", "id"])
def test_a_name_that_tells_something_is_looked_into(name: str) -> None:
    assert is_telling(name)


@pytest.mark.parametrize("name", ["a.jpg", "package-lock.json", "a.mp4", "a.min.css", "a.pdf"])
def test_a_name_that_tells_nothing_is_passed_over(name: str) -> None:
    assert not is_telling(name)


def test_a_file_of_a_look_is_the_same_for_everybody_who_asks(tmp_path: Path) -> None:
    path = write(tmp_path / "a", "one")
    readings = Readings()
    first = readings.file(path)
    path.write_text("two")
    assert readings.file(path) is first
