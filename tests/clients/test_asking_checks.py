"""A program's own check of a place that asks Keyturn: the program asks too, and by no command that a file names."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from keyturn.clients.own_profiles import write_profile
from keyturn.clients.registry import find_everything
from keyturn.computer.computer import Computer, Platform
from keyturn.model.keys import AccessKeyId, KeyPair, Secret
from keyturn.model.places import Place, Target
from keyturn.rotation.carrying_out.own_checks import Check, OwnCheckRequest, own_checks
from keyturn.rotation.context import Context

PAIR = KeyPair(AccessKeyId("AKIAMADEUPFORCHECKS5"), Secret("madeUp/Secret+Of40Characters/ForTheTests0"))
NAMED = "/elsewhere/keyturn credentials /office/nas"
OURS = "/ours/keyturn credentials /office/nas --state-dir /memory --secrets keyring"


@pytest.fixture
def here(tmp_path: Path) -> Computer:
    """This computer, with stand-ins for programs that write down what they are handed."""
    folder = tmp_path / "programs"
    folder.mkdir(mode=0o755)
    for name in ("aws", "rclone"):
        program = folder / name
        program.write_text(
            f'#!/bin/sh\ncat "$AWS_SHARED_CREDENTIALS_FILE" "${{RCLONE_CONFIG:-/dev/null}}" >>{tmp_path}/handed\n'
            f'echo "bus $DBUS_SESSION_BUS_ADDRESS" >>{tmp_path}/handed\n'
        )
        program.chmod(0o755)
    (tmp_path / ".aws").mkdir()
    return Computer(
        Platform.LINUX,
        tmp_path,
        {"PATH": str(folder), "DBUS_SESSION_BUS_ADDRESS": "unix:path=/made-up"},
        is_this_one=True,
        served=lambda _name, _folder: PAIR,
        asked_by=lambda name: OURS.replace("/office/nas", name),
    )


def asks(computer: Computer) -> Context:
    aws = SimpleNamespace(settings=SimpleNamespace(proxies={}), is_new=lambda _key: False)
    return cast(Context, SimpleNamespace(computer=computer, aws=aws, endpoint_url=None))


def served_place(computer: Computer) -> Place:
    (place,) = (one for one in find_everything(computer, corners=False).places if one.client == "served")
    return place


def checked(computer: Computer) -> tuple[list[Check], str]:
    """What the programs said, and what they were handed."""
    (checks,) = own_checks(asks(computer), [OwnCheckRequest(served_place(computer), Target("photos"))])
    handed = computer.home / "handed"
    return checks, handed.read_text() if handed.exists() else ""


def test_the_aws_cli_asks_by_keyturns_own_command_in_the_persons_session(here: Computer) -> None:
    (here.home / ".aws/credentials").write_text(f"[nas]\ncredential_process = {NAMED}\n")
    checks, handed = checked(here)
    assert [(one.check, one.ok) for one in checks] == [("served", True)]
    assert f"credential_process = {OURS}\n" in handed
    assert "bus unix:path=/made-up" in handed
    assert NAMED not in handed.splitlines()
    assert PAIR.secret.reveal() not in handed


def test_rclone_asks_for_a_remote_that_takes_a_profile_of_keyturns_own(here: Computer) -> None:
    write_profile(here, "office-nas", NAMED)
    (here.home / ".config/rclone").mkdir(parents=True)
    (here.home / ".config/rclone/rclone.conf").write_text(
        "[nas]\ntype = s3\nprovider = AWS\nenv_auth = true\nprofile = office-nas\n"
        f"shared_credentials_file = {here.home}/.aws/keyturn-profiles\nregion = eu-central-1\n"
    )
    checks, handed = checked(here)
    assert [(one.check, one.ok) for one in checks if one.ok is not None] == [("served", True)]
    assert f"credential_process = {OURS}\n" in handed
    for line in ("env_auth = true", "region = eu-central-1"):
        assert line in handed
    assert PAIR.secret.reveal() not in handed


@pytest.fixture
def with_restic(here: Computer) -> Iterator[Computer]:
    """A script has restic take the profile, too."""
    (here.home / ".aws/credentials").write_text(f"[nas]\ncredential_process = {NAMED}\n")
    script = here.home / "bin/nightly.sh"
    script.parent.mkdir()
    script.write_text("#!/bin/sh\nexport AWS_PROFILE=nas\nrestic -r s3:s3.amazonaws.com/photos backup /home\n")
    yield here


@pytest.mark.parametrize("spoil", [lambda _home: None, lambda home: (home / "programs/aws").unlink()])
def test_a_program_that_no_check_speaks_for_is_named(with_restic: Computer, spoil: Callable[[Path], None]) -> None:
    spoil(with_restic.home)
    checks, _handed = checked(with_restic)
    (named,) = (one for one in checks if one.check == "program")
    assert (named.ok, "restic" in named.detail) == (None, True)
