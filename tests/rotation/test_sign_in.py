"""The browser's sign-in, by an AWS CLI that is made up: it writes what the real one does. It was never tried on AWS."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from keyturn.model.errors import AppError, AwsError, UsageError
from keyturn.rotation import rotation_service
from keyturn.rotation.steps import Ending, Route, Step

from .colleague import Colleague, changes, policy, with_colleague
from .conftest import Office
from .test_signer_sessions import write_login

# What it was asked stands in `asked`; `login` puts in place what a sign-in would leave.
FAKE = """#!/bin/sh
here=$(dirname "$0")
echo "$*" >> "$here/asked"
case "$1 $2" in
  "--version "*) echo "aws-cli/{version} Python/3.13 Linux/6 exe/x86_64"; exit 0 ;;
  "login --profile") echo "Opening your browser…"; [ -d "$here/signed-in" ] || exit 9
    mkdir -p "$HOME/.aws"; cp -R "$here/signed-in/." "$HOME/.aws/" ;;
  "configure export-credentials") cat "$here/renewed" 2>/dev/null || exit 253 ;;
  *) exit 252 ;;
esac
"""


class Cli:
    """The made-up CLI, first on the search path."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def install(self, version: str = "2.32.4") -> None:
        self.folder.mkdir(exist_ok=True)
        program = self.folder / "aws"
        program.write_text(FAKE.replace("{version}", version))
        program.chmod(0o700)

    def asked(self) -> list[str]:
        path = self.folder / "asked"
        return path.read_text().splitlines() if path.exists() else []

    def will_sign_in(self, office: Office, user: str | None) -> str:
        """The next `login` signs in as this user; returns the session's key."""
        key = write_login(office, user, profile="keyturn")
        (office.home / ".aws" / "credentials").rename(office.home / "credentials")
        (office.home / ".aws").rename(self.folder / "signed-in")
        (office.home / ".aws").mkdir()
        (office.home / "credentials").rename(office.home / ".aws" / "credentials")
        return key


@pytest.fixture
def colleague(office: Office) -> Colleague:
    return with_colleague(office)


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    folder = tmp_path / "bin"
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    made = Cli(folder)
    made.install()
    return made


def test_a_sign_in_in_the_browser_signs(colleague: Colleague, cli: Cli) -> None:
    office = colleague.office
    key = cli.will_sign_in(office, "admin")
    made = colleague.rotate(Route.SAME_USER, "sign-in")
    assert (made.ending, made.problem) == (Ending.WAITING, None), str(made.problem)
    assert rotation_service.turn_off(colleague.start("sign-in"), None).step is Step.DELETE
    assert changes(office, "iam:CreateAccessKey", "iam:UpdateAccessKey") == {key}
    assert cli.asked() == ["--version", "login --profile keyturn"]  # a session that lasts is not asked for again


def test_a_session_that_is_over_is_renewed_by_the_cli_without_the_browser(colleague: Colleague, cli: Cli) -> None:
    office = colleague.office
    cli.will_sign_in(office, "admin")
    colleague.start("sign-in")
    office.clock.advance(15 * 60 + 1)
    write_login(office, "admin", profile="keyturn")
    (kept,) = (office.home / ".aws" / "login" / "cache").glob("*.json")
    given = json.loads(kept.read_text())["accessToken"]
    answer = {f"{name[:1].upper()}{name[1:]}": value for name, value in given.items()}
    (cli.folder / "renewed").write_text(json.dumps({"Version": 1, **answer, "Expiration": given["expiresAt"]}))
    kept.unlink()
    signer = colleague.start("sign-in").signer
    assert signer.identity is not None
    assert signer.identity[0].access_key_id.value == given["accessKeyId"]
    assert not [one for one in cli.asked()[2:] if one.startswith("login")]


def test_root_is_signed_in_for_the_keys_of_users_and_its_own_stay_with_the_console(
    colleague: Colleague, cli: Cli
) -> None:
    key = cli.will_sign_in(colleague.office, None)
    assert colleague.rotate(Route.SAME_USER, "sign-in").problem is None
    assert changes(colleague.office, "iam:CreateAccessKey") == {key}


def test_who_is_listed_no_keys_is_told_before_anything_is_promised(colleague: Colleague, cli: Cli) -> None:
    office = colleague.office
    office.account.create_user("guest", policies={"s3": policy("s3:*")})
    cli.will_sign_in(office, "guest")
    with pytest.raises(AwsError) as refusal:
        colleague.start("sign-in")
    assert "AWS console" in refusal.value.message


@pytest.mark.parametrize("version", ["1.45.0", "2.31.9", "nonsense"])
def test_a_cli_without_a_sign_in_is_told(colleague: Colleague, cli: Cli, version: str) -> None:
    cli.install(version)
    with pytest.raises(UsageError) as refusal:
        colleague.start("sign-in")
    assert (refusal.value.code, cli.asked()) == ("signer.no-cli", ["--version"])
    assert "console" in refusal.value.message


def test_a_sign_in_that_does_not_come_about_changes_nothing(colleague: Colleague, cli: Cli) -> None:
    with pytest.raises(AppError) as refusal:
        colleague.start("sign-in")
    assert refusal.value.code == "program.failed"
    assert cli.asked()[-1] == "login --profile keyturn"
