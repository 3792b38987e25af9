"""Keys and buckets on command lines, in scripts, timetables, units, jobs and compose files."""

from __future__ import annotations

from pathlib import Path

import pytest

from keyturn.clients.interface import Client
from keyturn.clients.replacement import replace_pair
from keyturn.clients.variables.command_goals import Goal, goals_of
from keyturn.clients.variables.compose import Compose
from keyturn.clients.variables.cron import Cron
from keyturn.clients.variables.environment import Environment
from keyturn.clients.variables.launchd import Launchd
from keyturn.clients.variables.systemd import Systemd
from keyturn.clients.variables.windows_script_files import WindowsScripts
from keyturn.computer.computer import Computer
from keyturn.edits import shell
from keyturn.edits.expansion import resolved
from keyturn.model.keys import AccessKeyId, KeyPair, Secret
from keyturn.model.places import Findings, Place, PlaceKind, Target

ONE = KeyPair(AccessKeyId("AKIAONE0000000000001"), Secret("oneONEoneONEoneONEoneONEoneONEoneONE/+on"))
TWO = KeyPair(AccessKeyId("AKIATWO0000000000002"), Secret("twoTWOtwoTWOtwoTWOtwoTWOtwoTWOtwoTWO/+tw"))
ID, SECRET = ONE.access_key_id.value, ONE.secret.reveal()


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def find(client: Client, home: Path, platform: str = "linux") -> tuple[Place, ...]:
    findings: Findings = client.find(Computer.at(home, platform))
    assert findings.problems == ()
    return findings.places


def swap(home: Path, places: tuple[Place, ...], platform: str = "linux") -> None:
    replace_pair(Computer.at(home, platform), list(places), expected=ONE.access_key_id, pair=TWO)


@pytest.mark.parametrize(
    "line",
    [
        f"rclone sync ~ :s3:bkt/p --s3-access-key-id {ID} --s3-secret-access-key '{SECRET}'",
        f'sudo -u me s3cmd --access_key={ID} --secret_key="{SECRET}" sync ~ s3://bkt/p',
        f"kopia repository connect s3 --bucket=bkt --prefix p --access-key={ID} --secret-access-key={SECRET}",
        f'docker run --rm -e AWS_ACCESS_KEY_ID={ID} -e "AWS_SECRET_ACCESS_KEY={SECRET}" x -r s3:h.example/bkt/p',
        f"/usr/bin/env S3_KEY={ID} S3_SECRET={SECRET} aws s3 sync ~ s3://bkt/p",
        f"sh -c 'export AWS_ACCESS_KEY_ID={ID} AWS_SECRET_ACCESS_KEY={SECRET}; restic -r s3:h.example/bkt/p ls'",
        f'k={ID}; s={SECRET}\nexport AWS_ACCESS_KEY_ID=$k AWS_SECRET_ACCESS_KEY="${{s}}"\naws s3 cp x s3://bkt/p',
        f'export AWS_ACCESS_KEY_ID="${{AWS_ACCESS_KEY_ID:-{ID}}}"\n'
        f"export AWS_SECRET_ACCESS_KEY=${{AWS_SECRET_ACCESS_KEY-{SECRET}}}\naws s3 cp x s3://bkt/p",
        f': "${{AWS_ACCESS_KEY_ID:={ID}}}" ${{AWS_SECRET_ACCESS_KEY={SECRET}}} "${{B:=bkt}}"\n'
        'export AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY\naws s3 cp x "s3://$B/p"',
        f"export ACCOUNT={ID} WORD={SECRET}\naws s3 cp x s3://bkt/p",
    ],
)
def test_a_pair_on_a_command_line_is_replaced_there_and_its_bucket_is_seen(line: str, tmp_path: Path) -> None:
    path = write(tmp_path / "bin/job", f"#!/bin/sh\n{line}\n")

    (place,) = places = find(Environment(), tmp_path) or find(_restic(), tmp_path)
    swap(tmp_path, places)

    assert (place.pair, place.editable, place.targets) == (ONE, True, (Target("bkt", "p"),))
    changed = f"#!/bin/sh\n{line}\n".replace(ID, TWO.access_key_id.value).replace(SECRET, TWO.secret.reveal())
    assert path.read_text() == changed


def _restic() -> Client:
    from keyturn.clients.programs.restic import Restic

    return Restic()


def test_a_script_for_two_programs_is_two_places_each_with_the_bucket_of_its_program(tmp_path: Path) -> None:
    text = (
        f"export AWS_ACCESS_KEY_ID={ID}\nexport AWS_SECRET_ACCESS_KEY={SECRET}\nrestic -r s3:h.example/abc/r backup ~\n"
        f"rclone ls :s3:bkt/c --s3-endpoint http://nas:9000 --s3-access-key-id {ID} --s3-secret-access-key {SECRET}\n"
    )
    path = write(tmp_path / "bin/backup.sh", text)

    variables, options = places = find(_restic(), tmp_path)
    swap(tmp_path, places)

    assert (variables.targets, variables.endpoint) == ((Target("abc", "r"),), "h.example")
    assert (options.locator, options.targets, options.endpoint) == (
        "--s3-access-key-id",
        (Target("bkt", "c"),),
        "http://nas:9000",
    )
    assert ID not in path.read_text()


def test_three_names_for_one_pair_are_three_places(tmp_path: Path) -> None:
    text = "".join(
        f"export {one}={ID} {other}={SECRET}\n"
        for one, other in (
            ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"),
            ("S3_KEY", "S3_SECRET"),
            ("AWSACCESSKEYID", "AWSSECRETACCESSKEY"),
        )
    )
    write(tmp_path / ".bashrc", text)
    assert [place.locator for place in find(Environment(), tmp_path)] == [
        "AWS_ACCESS_KEY_ID",
        "S3_KEY",
        "AWSACCESSKEYID",
    ]


def test_a_timetable_with_variables_and_options_is_two_places(tmp_path: Path) -> None:
    text = (
        f"0 3 * * * AWS_ACCESS_KEY_ID={ID} AWS_SECRET_ACCESS_KEY={SECRET} restic -r s3:h.example/abc backup ~ >x 2>&1\n"
        f"5 4 * * * s3cmd --access_key={ID} --secret_key={SECRET} sync ~ s3://bkt/ # at %H\n"
    )
    path = write(tmp_path / ".crontab", text)

    first, second = places = find(Cron(), tmp_path)
    swap(tmp_path, places)

    assert (first.targets, second.targets) == ((Target("abc"),), (Target("bkt"),))
    assert ID not in path.read_text()


def test_a_unit_that_hands_a_pair_to_a_shell_is_a_place(tmp_path: Path) -> None:
    text = (
        "[Service]\nExecStart=-/bin/sh -c "
        f"'AWS_ACCESS_KEY_ID={ID} AWS_SECRET_ACCESS_KEY={SECRET} exec aws s3 sync /srv s3://bkt/p'\n"
    )
    path = write(tmp_path / ".config/systemd/user/a.service", text)
    (place,) = places = find(Systemd(), tmp_path)
    swap(tmp_path, places)
    assert (place.targets, ID in path.read_text()) == ((Target("bkt", "p"),), False)


def test_a_job_of_launchd_that_exports_a_pair_in_a_shell_is_a_place(tmp_path: Path) -> None:
    command = f"export AWS_ACCESS_KEY_ID={ID}; export AWS_SECRET_ACCESS_KEY={SECRET}; restic -r s3:h.example/bkt ls"
    text = (
        "<plist><dict><key>ProgramArguments</key><array><string>/bin/bash</string><string>-c</string>"
        f"<string>{command}</string></array></dict></plist>"
    )
    path = write(tmp_path / "Library/LaunchAgents/a.plist", text)
    (place,) = places = find(Launchd(), tmp_path, "macos")
    swap(tmp_path, places, "macos")
    assert (place.targets, ID in path.read_text()) == ((Target("bkt"),), False)


@pytest.mark.parametrize("name", ["sync.cmd", "sync.ps1"])
def test_a_windows_script_with_a_pair_as_options_is_a_place(name: str, tmp_path: Path) -> None:
    text = f'rclone sync C:\\x :s3:bkt/p --s3-access-key-id={ID} --s3-secret-access-key="{SECRET}"\r\n'
    path = write(tmp_path / "scripts" / name, text)
    (place,) = places = find(WindowsScripts(), tmp_path, "windows")
    swap(tmp_path, places, "windows")
    assert (place.targets, ID in path.read_text()) == ((Target("bkt", "p"),), False)


@pytest.mark.parametrize(
    ("service", "target", "endpoint"),
    [
        ("image: amazon/aws-cli\n    command: s3 sync /data s3://bkt/p", Target("bkt", "p"), None),
        (
            "image: amazon/aws-cli\n    command: [s3, sync, /data, 's3://bkt/p', --endpoint-url, 'http://nas']",
            Target("bkt", "p"),
            "http://nas",
        ),
        ("image: restic/restic:0.18\n    command: -r s3:h.example/bkt/p backup /data", Target("bkt", "p"), "h.example"),
        (
            "image: x\n    entrypoint: [sh, -c, 'restic -r s3:h.example/bkt/p ls']",
            Target("bkt", "p"),
            "h.example",
        ),
        ("image: litestream/litestream\n    command: replicate /db s3://bkt/p", Target("bkt", "p"), None),
    ],
)
def test_a_command_of_compose_belongs_to_the_program_of_its_image(
    service: str, target: Target, endpoint: str | None, tmp_path: Path
) -> None:
    variables = f"AWS_ACCESS_KEY_ID: {ID}\n      AWS_SECRET_ACCESS_KEY: {SECRET}"
    write(tmp_path / "compose.yaml", f"services:\n  a:\n    {service}\n    environment:\n      {variables}\n")
    (place,) = find(Compose(), tmp_path)
    assert (place.targets, place.endpoint) == ((target,), endpoint)


@pytest.mark.parametrize(
    ("variables", "targets", "endpoint"),
    [
        ("OBJECTSTORE_S3_{key} OBJECTSTORE_S3_BUCKET: bkt", (Target("bkt"),), None),
        (
            "S3_{key} S3_BUCKET: bkt, S3_PREFIX: p, S3_ENDPOINT: 'https://s.example'",
            (Target("bkt", "p"),),
            "https://s.example",
        ),
        ("PGBACKREST_REPO1_S3_{key} PGBACKREST_REPO1_S3_BUCKET: bkt", (Target("bkt"),), None),
        ("RCLONE_CONFIG_X_ACCESS_{key} RCLONE_CONFIG_X_TYPE: s3, RCLONE_CONFIG_X_ENDPOINT: s.example", (), "s.example"),
        ("AWS_ACCESS_{key} AWS_S3_BUCKET_NAME: bkt, AWS_ENDPOINT: s.example", (Target("bkt"),), "s.example"),
        ("AWS_ACCESS_{key} S3_URL: 's3://bkt/p'", (Target("bkt", "p"),), None),
        ("AWS_ACCESS_{key} BACKUP_BUCKET: bkt, GCS_BUCKET: else", (Target("bkt"),), None),
    ],
)
def test_what_stands_beside_a_key_in_a_compose_file_is_found_by_the_words_of_its_name(
    variables: str, targets: tuple[Target, ...], endpoint: str | None, tmp_path: Path
) -> None:
    stem = variables.partition("{")[0]
    key = "KEY_ID" if stem.endswith("ACCESS_") else "KEY"
    secret = f"{stem.removesuffix('ACCESS_')}SECRET" + ("_ACCESS_KEY" if stem.endswith("ACCESS_") else "")
    text = variables.replace("{key}", f"{key}: {ID}, {secret}: {SECRET},")
    write(tmp_path / "compose.yaml", f"services:\n  a:\n    environment: {{{text}}}\n")
    (place,) = find(Compose(), tmp_path)
    assert (place.pair, place.targets, place.endpoint) == (ONE, targets, endpoint)


def test_a_pair_behind_an_anchor_is_known_and_left_to_a_person(tmp_path: Path) -> None:
    text = f"x-aws: &aws\n  AWS_ACCESS_KEY_ID: {ID}\n  AWS_SECRET_ACCESS_KEY: {SECRET}\n"
    write(tmp_path / "compose.yaml", f"{text}services:\n  a:\n    environment:\n      <<: *aws\n")
    (place,) = find(Compose(), tmp_path)
    assert (place.kind, place.pair, place.editable) == (PlaceKind.DESTINATION, ONE, False)
    assert "anchor" in place.note


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("restic -r s3:https://h.example/bkt/p backup x", Goal(Target("bkt", "p"), "h.example")),
        ("nice rclone copy x :s3,endpoint=nas,region=r:bkt/p", Goal(Target("bkt", "p"), "nas", "r")),
        ("rclone copy x mine:bkt/p", Goal(Target("bkt", "p"), "nas")),
        ("aws s3 sync x s3://bkt/p/ --region eu-west-1", Goal(Target("bkt", "p"), None, "eu-west-1")),
        ("aws s3api head-object --bucket bkt --key x", Goal(Target("bkt"))),
        ("s3fs bkt:/p /mnt -o url=http://nas,allow_other", Goal(Target("bkt", "p"), "http://nas")),
        ("goofys --profile work -o allow_other bkt:p /mnt", Goal(Target("bkt", "p"))),
        ("goofys --dir-mode 0755 --endpoint=http://nas bkt:/p/q ~/mnt", Goal(Target("bkt", "p/q"), "http://nas")),
        ("mount-s3 --region eu-west-1 bkt mnt --cache /var/cache", Goal(Target("bkt"), None, "eu-west-1")),
        ("mount-s3 s3://bkt/p /mnt --allow-delete", Goal(Target("bkt", "p"))),
        ("mount-s3 --prefix p/ bkt $MOUNTPOINT", Goal(Target("bkt", "p"))),
        ("duplicity ~ s3://s3.eu-west-1.amazonaws.com/bkt/p", Goal(Target("bkt", "p"), "s3.eu-west-1.amazonaws.com")),
        ("duplicity ~ boto3+s3://bkt/p --s3-endpoint-url=http://nas", Goal(Target("bkt", "p"), "http://nas")),
        ("duplicacy init x s3://eu-west-1@amazon.com/bkt/p", Goal(Target("bkt", "p"))),
        ("docker run image -r s3:h.example/bkt backup", Goal(Target("bkt"), "h.example")),
        (
            "juicefs sync x s3://bkt.s3.eu-west-1.amazonaws.com/p",
            Goal(Target("bkt", "p"), "s3.eu-west-1.amazonaws.com"),
        ),
        ("juicefs format --bucket https://b.kt.s3.amazonaws.com x", Goal(Target("b.kt"), "s3.amazonaws.com")),
        ("aws s3 sync x s3://My_Bucket/p", Goal(None, unclear="s3://My_Bucket/p")),
        (
            "aws s3 sync x s3://arn:aws:s3:eu-west-1:1:accesspoint/a",
            Goal(None, unclear="s3://arn:aws:s3:eu-west-1:1:accesspoint/a"),
        ),
        (
            "aws s3api head-object --bucket arn:aws:s3:eu-west-1:1:accesspoint/a",
            Goal(None, unclear="arn:aws:s3:eu-west-1:1:accesspoint/a"),
        ),
    ],
)
def test_an_address_is_read_as_its_program_reads_it(line: str, expected: Goal) -> None:
    (command,) = shell.read(line.encode()).commands
    assert list(goals_of(command, {"mine": "nas"})) == [expected]


@pytest.mark.parametrize(
    "line",
    [
        *("restic -r s3:h.example/$B/p backup", "rclone copy other:bkt x", "aws s3 ls", "echo s3"),
        *("aws s3 ls s3://", "echo s3://BUCKET/path", "goofys --profile work $B /mnt", "mount-s3 --profile work"),
    ],
)
def test_what_names_no_bucket_for_certain_names_none(line: str) -> None:
    (command,) = shell.read(line.encode()).commands
    assert not [goal for goal in goals_of(resolved(command, {})) if not goal.unclear]
