"""Running a program's own check: nothing inherited, a hard limit, secrets only in private files that are gone after."""

from __future__ import annotations

import base64
import json
import sys
from pathlib import Path
from urllib.parse import quote

import pytest

from keyturn.clients.interface import OwnCheck, PrivateFile
from keyturn.clients.own_check import run_own_check
from keyturn.computer.bare_environment import bare_environment
from keyturn.computer.computer import Computer
from keyturn.model.keys import Secret

SECRET = "oneONEoneONEoneONEoneONEoneONEoneONE/+on"


def check(code: str, *, timeout: float = 30, private: tuple[PrivateFile, ...] = ()) -> OwnCheck:
    return OwnCheck("the program", (sys.executable, "-I", "-c", code), {"LANG": "C.UTF-8"}, timeout, private)


@pytest.mark.parametrize(("exit_code", "ok"), [(0, True), (1, False), (3, False), (77, False), (127, None)])
def test_the_exit_code_is_yes_or_no(exit_code: int, ok: bool | None) -> None:
    assert run_own_check(check(f"raise SystemExit({exit_code})")).ok is ok


def test_no_answer_in_time_is_unknown_and_never_no() -> None:
    result = run_own_check(check("input_ = open(0).read(); import threading; threading.Event().wait()", timeout=0.5))

    assert result.ok is None
    assert "did not answer" in result.detail


def test_a_program_that_is_not_there_is_unknown() -> None:
    assert run_own_check(OwnCheck("the program", ("/nowhere/program",), {})).ok is None


def test_the_program_sees_only_the_environment_of_the_check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_CA_BUNDLE", "RCLONE_CONFIG_AWS_ACCESS_KEY_ID"):
        monkeypatch.setenv(name, "ambient")
    environment = bare_environment(Computer.at(tmp_path, "linux"), {"RCLONE_CONFIG": "x"})
    code = "import os, sys; sys.exit(1 if 'ambient' in os.environ.values() or 'RCLONE_CONFIG' not in os.environ else 0)"

    assert environment["HOME"] == str(tmp_path)
    assert run_own_check(OwnCheck("the program", (sys.executable, "-c", code), environment)).ok


def test_private_files_are_private_and_gone_afterwards(tmp_path: Path) -> None:
    witness = tmp_path / "witness"
    code = (
        "import os, pathlib, stat\n"
        "path = pathlib.Path(os.environ['PRIVATE_FILE'])\n"
        f"assert path.read_text() == {'content'!r}\n"
        "assert stat.S_IMODE(path.stat().st_mode) == 0o600\n"
        "assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700\n"
        f"pathlib.Path({str(witness)!r}).write_text(str(path))\n"
    )

    result = run_own_check(check(code, private=(PrivateFile("PRIVATE_FILE", Secret("content")),)))

    assert result.ok, result.detail
    path = Path(witness.read_text())
    assert not path.exists()
    assert not path.parent.exists()


def test_what_a_program_prints_is_told_without_keys() -> None:
    result = run_own_check(check(f"raise SystemExit('AccessDenied for AKIAONE0000000000001 with {SECRET}')"))

    assert result.ok is False
    assert "AccessDenied" in result.detail
    assert "AKIA…0001" in result.detail
    assert SECRET not in result.detail
    assert "AKIAONE0000000000001" not in result.detail


@pytest.mark.parametrize(
    "printed",
    [
        *(
            f"secret_key={SECRET}",
            f"x={SECRET}&y",
            f"s3://AKIAONE0000000000001:{SECRET}@host/b",
            f'{{"secret": "{SECRET}"}}',
        ),
        *(quote(SECRET, safe=""), base64.b64encode(f"AKIAONE0000000000001:{SECRET}".encode()).decode()),
        *(SECRET.replace("/", "\\/"), f"Authorization: Basic {base64.b64encode(SECRET.encode()).decode()}"),
    ],
)
def test_the_secret_that_it_was_given_is_never_repeated_however_the_program_writes_it(printed: str) -> None:
    Secret(SECRET)
    result = run_own_check(check(f"raise SystemExit('it failed: ' + {printed!r})"))

    assert result.ok is False
    assert "it failed" in result.detail
    assert "••••" in result.detail
    for part in ("oneONEoneONE", printed[-30:-20], printed[len(printed) // 2 :][:8]):
        assert part not in result.detail


@pytest.mark.parametrize(
    "printed",
    [
        *(
            "password = hunter2",
            "PGPASSWORD='hunter2'",
            "proxy http://anna:hunter2@proxy:3128 refused",
            '"token":"hunter2"',
        ),
        *("encryption.passphrase: hunter2", "sas_url=hunter2", "https://nas/?access_token=hunter2"),
    ],
)
def test_a_secret_that_nobody_knows_is_hidden_by_what_stands_before_it(printed: str) -> None:
    result = run_own_check(check(f"raise SystemExit({printed!r})"))

    assert "hunter2" not in result.detail


def test_what_a_program_says_stays_readable() -> None:
    said = (
        "NOTICE: S3 bucket photos: error reading source root directory: AccessDenied: Access Denied status code: 403, "
        "request id: 4442587FB7D0A2F9, in /home/anna/.config/rclone/a/very/long/path/to/rclone.conf, line 12"
    )

    assert run_own_check(check(f"raise SystemExit({said!r})")).detail.endswith(said)


def test_half_a_secret_at_the_cut_of_a_long_output_is_not_told() -> None:
    Secret(SECRET)
    result = run_own_check(check(f"print('{SECRET}' + ' ' * (64 * 1024 - 20)); raise SystemExit(1)"))

    assert SECRET[-12:] not in result.detail


def test_a_check_runs_in_a_private_folder_that_is_its_home_and_goes_only_through_the_proxies_of_keyturn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTPS_PROXY", "http_proxy", "ALL_PROXY", "PYTHONPATH", "XDG_CONFIG_HOME", "PATH"):
        monkeypatch.setenv(name, str(tmp_path / "ambient"))
    witness = tmp_path / "witness"
    code = f"import json, os; open({str(witness)!r}, 'w').write(json.dumps([os.getcwd(), dict(os.environ)]))"
    asked = OwnCheck("it", (sys.executable, "-I", "-c", code), bare_environment(Computer.at(tmp_path, "linux")))
    none: dict[str, str] = {}

    for proxies, expected in ((none, False), ({"https": "http://proxy.example:3128"}, True)):
        assert run_own_check(asked, proxies).ok
        folder, seen = json.loads(witness.read_text())
        assert seen["HOME"] == folder != str(tmp_path)
        assert seen["XDG_CONFIG_HOME"].startswith(folder)
        assert "ambient" not in json.dumps(seen)
        assert (seen.get("https_proxy") == seen.get("HTTPS_PROXY") == "http://proxy.example:3128") is expected
        assert "http_proxy" not in seen


def test_a_program_that_a_person_installed_for_themselves_finds_its_libraries(tmp_path: Path) -> None:
    libraries = tmp_path / ".local/lib/python3.11/site-packages"
    libraries.mkdir(parents=True)
    witness = tmp_path / "witness"
    program = tmp_path / ".local/bin/program"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nprintf %s "$PYTHONUSERBASE" > "{witness}"\n')
    program.chmod(0o755)

    assert run_own_check(OwnCheck("it", (str(program),), bare_environment(Computer.at(tmp_path, "linux")))).ok
    assert witness.read_text() == str(tmp_path / ".local")
    (tmp_path / ".local/pyvenv.cfg").touch()  # it has its own then
    assert run_own_check(OwnCheck("it", (str(program),), bare_environment(Computer.at(tmp_path, "linux")))).ok
    assert witness.read_text() == ""
