"""Units, timetables, launchd jobs, compose files, Windows' scripts: what is found, and what a person has to do."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from keyturn.clients.interface import Client
from keyturn.clients.programs.duplicity import Duplicity
from keyturn.clients.programs.duplicity_targets import destinations_in
from keyturn.clients.programs.duply import Duply
from keyturn.clients.programs.restic import Restic
from keyturn.clients.registry import find_everything
from keyturn.clients.replacement import replace_pair
from keyturn.clients.variables.compose import Compose
from keyturn.clients.variables.cron import Cron
from keyturn.clients.variables.environment import Environment
from keyturn.clients.variables.launchd import Launchd
from keyturn.clients.variables.systemd import Systemd
from keyturn.clients.variables.windows_script_files import WindowsScripts
from keyturn.computer.computer import Computer
from keyturn.model.keys import AccessKeyId, KeyPair, Secret
from keyturn.model.places import Findings, Place, PlaceKind, Target

ONE = KeyPair(AccessKeyId("AKIAONE0000000000001"), Secret("oneONEoneONEoneONEoneONEoneONEoneONE/+on"))
TWO = KeyPair(AccessKeyId("AKIATWO0000000000002"), Secret("twoTWOtwoTWOtwoTWOtwoTWOtwoTWOtwoTWO/+tw"))
ID, SECRET = f"AWS_ACCESS_KEY_ID={ONE.access_key_id}", f"AWS_SECRET_ACCESS_KEY={ONE.secret.reveal()}"
UNITS = ".config/systemd/user"


def write(path: Path, text: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def find(client: Client, home: Path, platform: str = "linux") -> Sequence[Place]:
    findings: Findings = client.find(Computer.at(home, platform))
    assert findings.problems == ()
    return findings.places


def asked_for(client: Client, home: Path, platform: str = "linux") -> str:
    """What a person is asked to do after the only place of the client was changed."""
    computer = Computer.at(home, platform)
    (place,) = client.find(computer).places
    after = client.after_change(computer, place)
    return "" if after is None else "\n".join([after.title, *after.steps])


def test_a_unit_says_its_bucket_and_what_makes_systemd_read_it(tmp_path: Path) -> None:
    write(
        tmp_path / UNITS / "a.service",
        f"[Service]\nEnvironment={ID} {SECRET}\nEnvironment=RESTIC_REPOSITORY=s3:s3.eu-west-1.amazonaws.com/b/p\n",
    )
    (place,) = find(Systemd(), tmp_path)
    assert (place.targets, place.region) == ((Target("b", "p"),), "eu-west-1")
    asked = asked_for(Systemd(), tmp_path)
    assert "systemctl --user daemon-reload" in asked
    assert "systemctl --user restart a.service" in asked


@pytest.mark.parametrize("name", ["my\\x2dbackup.service", "a b;reboot.service"])
def test_a_unit_whose_name_a_shell_would_read_otherwise_is_quoted(tmp_path: Path, name: str) -> None:
    write(tmp_path / UNITS / name, f"[Service]\nEnvironment={ID} {SECRET}\n")
    assert f"systemctl --user restart '{name}'" in asked_for(Systemd(), tmp_path)


def test_a_drop_in_asks_for_the_service_that_it_belongs_to(tmp_path: Path) -> None:
    write(tmp_path / UNITS / "a.service.d/key.conf", f"[Service]\nEnvironment={ID} {SECRET}\n")
    assert "systemctl --user restart a.service" in asked_for(Systemd(), tmp_path)


def test_every_instance_of_a_template_is_restarted(tmp_path: Path) -> None:
    write(tmp_path / UNITS / "a@.service", f"[Service]\nEnvironment={ID} {SECRET}\n")
    assert "systemctl --user restart 'a@*.service'" in asked_for(Systemd(), tmp_path)


@pytest.mark.parametrize(
    ("unit", "beside", "asked"),
    [
        ("[Service]\nType=simple\n", "b.timer", "systemctl --user restart a.service"),
        ("[Service]\nType=oneshot\n", "b.timer", ""),
        ("[Service]\n", "a.timer", ""),
    ],
    ids=["runs for days", "ends by itself", "started by a timer"],
)
def test_only_a_service_that_runs_for_days_keeps_the_variables_of_its_file(
    tmp_path: Path, unit: str, beside: str, asked: str
) -> None:
    write(tmp_path / UNITS / "a.service", f"{unit}EnvironmentFile=%h/kept/keys\n")
    write(tmp_path / UNITS / beside, "[Timer]\n")
    write(tmp_path / "kept/keys", f"{ID}\n{SECRET}\n")
    assert (asked in asked_for(Environment(), tmp_path)) if asked else asked_for(Environment(), tmp_path) == ""


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        (".bashrc", "terminals"),
        (".config/fish/conf.d/aws.fish", "terminals"),
        (".config/environment.d/aws.conf", "Sign out"),
        ("projects/films/.env", "docker compose up -d"),
    ],
)
def test_what_keeps_variables_in_memory_is_named(tmp_path: Path, name: str, asked: str) -> None:
    write(tmp_path / "projects/films/compose.yaml", "services: {}\n")
    fish = name.endswith(".fish")
    lines = [f"set -gx {one.replace('=', ' ')}" if fish else f"export {one}" for one in (ID, SECRET)]
    text = "\n".join([ID, SECRET] if name.endswith((".conf", ".env")) else lines)
    write(tmp_path / name, f"{text}\n")
    assert asked in asked_for(Environment(), tmp_path)


def test_a_script_of_ones_own_takes_the_new_key_at_its_next_run(tmp_path: Path) -> None:
    write(tmp_path / "bin/backup.sh", f"export {ID}\nexport {SECRET}\n")
    assert asked_for(Environment(), tmp_path) == ""


def test_the_last_line_of_a_unit_counts_and_the_one_before_is_mentioned(tmp_path: Path) -> None:
    later = f"Environment=AWS_ACCESS_KEY_ID={TWO.access_key_id} AWS_SECRET_ACCESS_KEY={TWO.secret.reveal()}\n"
    path = write(tmp_path / UNITS / "a.service", f"[Service]\nEnvironment={ID} {SECRET}\n{later}")

    counting, earlier = find(Systemd(), tmp_path)
    replace_pair(Computer.at(tmp_path, "linux"), [counting], expected=TWO.access_key_id, pair=ONE)

    assert (counting.pair, earlier.access_key_id, earlier.kind) == (TWO, ONE.access_key_id, PlaceKind.MENTION)
    assert path.read_text().count(ONE.secret.reveal()) == 2


def test_the_file_that_a_unit_names_is_a_place_wherever_it_stands(tmp_path: Path) -> None:
    write(tmp_path / UNITS / "a.service", "[Service]\nEnvironmentFile=-%h/kept/here/keys\nEnvironmentFile=/etc/%i\n")
    write(tmp_path / UNITS / "b.service.d/more.conf", f"[Service]\nEnvironmentFile={tmp_path}/kept/for-restic\n")
    path = write(tmp_path / "kept/here/keys", f"{ID}\n{SECRET}\n")
    write(tmp_path / "kept/for-restic", f"{ID}\n{SECRET}\nRESTIC_REPOSITORY=s3:s3.amazonaws.com/b\n")

    (plain,) = find(Environment(), tmp_path)
    (restic,) = find(Restic(), tmp_path)

    assert (plain.path, plain.pair, plain.editable) == (path, ONE, True)
    assert restic.targets == (Target("b"),)


def test_a_pair_over_a_unit_and_its_file_is_mentioned_in_both_words(tmp_path: Path) -> None:
    """One atomic step cannot write two files, so it is a person's to change."""
    write(tmp_path / UNITS / "a.service", f"[Service]\nEnvironment={ID}\nEnvironmentFile=%h/secret\n")
    write(tmp_path / "secret", f"{SECRET}\n")
    (place,) = find(Systemd(), tmp_path)
    assert (place.kind, place.editable, place.secret) == (PlaceKind.MENTION, False, None)
    assert "does not stand beside it" in place.note


def test_a_kept_timetable_has_to_be_handed_to_cron_again(tmp_path: Path) -> None:
    path = write(tmp_path / ".crontab", f"{ID}\n{SECRET}\n@daily restic -r s3:s3.amazonaws.com/photos backup ~\n")
    (place,) = find(Cron(), tmp_path)
    assert place.targets == (Target("photos"),)
    assert f"“crontab {path}”" in asked_for(Cron(), tmp_path)


def test_a_job_of_launchd_says_its_bucket_and_how_it_is_loaded_again(tmp_path: Path) -> None:
    text = (
        f"<plist><dict><key>EnvironmentVariables</key><dict><key>AWS_ACCESS_KEY_ID</key><string>{ONE.access_key_id}"
        f"</string><key>AWS_SECRET_ACCESS_KEY</key><string>{ONE.secret.reveal()}</string></dict>"
        "<key>ProgramArguments</key><array><string>restic</string><string>-r</string>"
        "<string>s3:s3.amazonaws.com/photos</string></array></dict></plist>"
    )
    write(tmp_path / "Library/LaunchAgents/a.plist", text)
    (place,) = find(Launchd(), tmp_path, "macos")
    assert place.targets == (Target("photos"),)
    assert "launchctl load" in asked_for(Launchd(), tmp_path, "macos")


def test_a_service_whose_values_stand_elsewhere_is_mentioned_and_half_a_pair_never_replaced(tmp_path: Path) -> None:
    text = (
        f"x-keys: &keys\n  AWS_ACCESS_KEY_ID: {ONE.access_key_id}\n  AWS_SECRET_ACCESS_KEY: {ONE.secret.reveal()}\n"
        "services:\n  anchored:\n    environment:\n      <<: *keys\n  apart:\n    environment:\n"
        f"      AWS_ACCESS_KEY_ID: &id {ONE.access_key_id}\n      OLD: *id\n"
        f"      AWS_SECRET_ACCESS_KEY: {ONE.secret.reveal()}\n  half:\n    environment:\n"
        f"      - {ID}\n      - AWS_SECRET_ACCESS_KEY=${{SECRET}}\n  none:\n    environment: [TZ]\n"
    )
    write(tmp_path / "compose.yaml", text)
    places = find(Compose(), tmp_path)
    assert all(not place.editable for place in places)
    assert "half: AWS_ACCESS_KEY_ID" in [place.locator for place in places]


def test_two_services_of_a_compose_file_are_two_places(tmp_path: Path) -> None:
    service = (
        f"    environment:\n      - {ID}\n      - '{SECRET}'\n    command: [-r, 's3:s3.amazonaws.com/b', backup]\n"
    )
    path = write(tmp_path / "nas/compose.yml", f"services:\n  a:\n{service}  b:\n{service}")

    first, second = find(Compose(), tmp_path)
    replace_pair(Computer.at(tmp_path, "linux"), [first, second], expected=ONE.access_key_id, pair=TWO)

    assert first.targets == (Target("b"),)
    assert path.read_text().count(TWO.secret.reveal()) == 2


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_a_script_of_powershell_in_utf_16_is_replaced_in_its_own_encoding(encoding: str, tmp_path: Path) -> None:
    def script(pair: KeyPair) -> bytes:
        first = f"\ufeff# Ü 😀\r\n$env:AWS_ACCESS_KEY_ID='{pair.access_key_id}'\r\n"
        return f'{first}$env:AWS_SECRET_ACCESS_KEY="{pair.secret.reveal()}"\r\n'.encode(encoding)

    path = write(tmp_path / "Desktop/backup.ps1", script(ONE))

    (place,) = find(WindowsScripts(), tmp_path, "windows")
    replace_pair(Computer.at(tmp_path, "windows"), [place], expected=ONE.access_key_id, pair=TWO)

    assert path.read_bytes() == script(TWO)


def test_a_script_that_sets_a_variable_for_good_has_to_run_once(tmp_path: Path) -> None:
    text = f"setx AWS_ACCESS_KEY_ID {ONE.access_key_id}\r\nsetx AWS_SECRET_ACCESS_KEY {ONE.secret.reveal()}\r\n"
    write(tmp_path / "keys.bat", text)
    assert f"Run {tmp_path / 'keys.bat'} once" in asked_for(WindowsScripts(), tmp_path, "windows")

    write(
        tmp_path / "keys.bat",
        text.replace("setx AWS_", "set AWS_").replace("_ID AKIA", "_ID=AKIA").replace("KEY ", "KEY="),
    )
    assert asked_for(WindowsScripts(), tmp_path, "windows") == ""


@pytest.mark.parametrize(
    ("text", "target", "region", "endpoint"),
    [
        ("duplicity ~ boto3+s3://b/p/q", Target("b", "p/q"), None, None),
        ("duplicity ~ s3+http://b", Target("b"), None, None),
        ("duplicity ~ boto3+s3://my.s3.photos/p", Target("my.s3.photos", "p"), None, None),
        (
            "duplicity ~ s3://s3.eu-west-1.amazonaws.com/b/p",
            Target("b", "p"),
            "eu-west-1",
            "s3.eu-west-1.amazonaws.com",
        ),
        ("duplicity ~ s3://nas:9000/b", Target("b"), None, "nas:9000"),
        ("duplicity --s3-region-name eu-west-3 ~ s3://b/p", Target("b", "p"), "eu-west-3", None),
        ("TARGET='s3://user:word@s3.amazonaws.com/b'", Target("b"), None, "s3.amazonaws.com"),
        ("duplicity --s3-endpoint-url=http://nas ~ boto3+s3://b", Target("b"), None, "http://nas"),
    ],
)
def test_each_form_of_duplicitys_addresses(text: str, target: Target, region: str | None, endpoint: str | None) -> None:
    found = destinations_in(f"# not s3://commented/out\n{text}\n")
    assert (found.targets, found.region, found.endpoint) == ((target,), region, endpoint)


def test_a_script_belongs_to_duplicity_where_it_names_its_destination(tmp_path: Path) -> None:
    write(tmp_path / "bin/nightly", f"export {ID} {SECRET}\nduplicity ~ boto3+s3://b/p\n")
    write(tmp_path / "bin/other", f"export {ID} {SECRET}\n# duplicity s3://b\naws s3 ls\n")
    (place,) = find(Duplicity(), tmp_path)
    assert (place.path.name, place.targets) == ("nightly", (Target("b", "p"),))
    assert [other.path.name for other in find(Environment(), tmp_path)] == ["other"]


def test_the_last_line_of_a_duply_profile_counts(tmp_path: Path) -> None:
    write(
        tmp_path / ".duply/a/conf",
        f"export {ID}\nexport {SECRET}\nTARGET=s3://b\nexport AWS_ACCESS_KEY_ID=$ELSEWHERE\n",
    )
    (mentioned,) = find(Duply(), tmp_path)
    assert (mentioned.kind, mentioned.access_key_id) == (PlaceKind.MENTION, ONE.access_key_id)


def test_no_file_is_claimed_twice(tmp_path: Path) -> None:
    """The same key in one file of each kind gives as many places as there are files."""
    files = {
        f"{UNITS}/a.service": f"[Service]\nEnvironment={ID} {SECRET}\n",
        ".crontab": f"{ID}\n{SECRET}\n",
        "compose.yml": f"services:\n  a:\n    environment:\n    - {ID}\n    - {SECRET}\n",
        ".duply/a/conf": f"export {ID} {SECRET}\n",
        "bin/nightly": f"export {ID} {SECRET}\nduplicity ~ boto3+s3://b/p\n",
        ".passwd-s3fs": f"{ONE.access_key_id}:{ONE.secret.reveal()}\n",
        ".config/environment.d/keys.conf": f"{ID}\n{SECRET}\n",
    }
    for name, text in files.items():
        write(tmp_path / name, text)
    places = find_everything(Computer.at(tmp_path, "linux")).places
    assert sorted(str(place.path.relative_to(tmp_path)) for place in places) == sorted(files)
    assert all(place.editable for place in places)
