"""Which running programs still hold the old key."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from keyturn.clients.running_programs import PROGRAM_NAMES, Holder, holders
from keyturn.computer.computer import Computer
from keyturn.computer.programs import RunningProgram
from keyturn.model.keys import AccessKeyId
from keyturn.model.places import Place, PlaceKind

OLD = AccessKeyId("AKIAONE0000000000001")
EDITED = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    path = tmp_path / ".config" / "rclone" / "rclone.conf"
    path.parent.mkdir(parents=True)
    path.write_text("")
    return tmp_path


def ask(
    home: Path,
    *arguments: str,
    environment: Mapping[str, str] | None = None,
    started: datetime = EDITED - timedelta(hours=1),
    edited_at: datetime | None = EDITED,
) -> tuple[Holder, ...]:
    place = Place(
        "rclone", "aws", home / ".config/rclone/rclone.conf", "aws", PlaceKind.DESTINATION, OLD, editable=True
    )
    program = RunningProgram(17, arguments[0], arguments, environment, started)
    return holders(Computer.at(home, "linux"), [place], [program], old=OLD, edited_at=edited_at)


def test_a_server_that_read_the_file_before_it_was_changed_is_named_for_a_restart(home: Path) -> None:
    (holder,) = ask(home, "rclone", "serve", "http", "aws:photos", environment={"HOME": str(home)})

    assert (holder.certain, holder.lasting) == (True, True)
    assert "17" in holder.sentence
    assert "start it again" in holder.sentence


@pytest.mark.parametrize("form", [["--config", "{}"], ["--config={}"]])
def test_the_option_says_which_file_it_read(form: list[str], home: Path) -> None:
    ours = [part.format(home / ".config/rclone/rclone.conf") for part in form]
    another = [part.format(home / "another.conf") for part in form]

    assert ask(home, "rclone", "mount", *ours, environment=None)[0].certain
    assert ask(home, "rclone", "mount", *another, environment={"HOME": str(home)}) == ()


def test_its_own_variable_says_which_file_it_read(home: Path) -> None:
    assert ask(home, "rclone", "mount", environment={"RCLONE_CONFIG": str(home / "another.conf")}) == ()
    ours = {"RCLONE_CONFIG": str(home / ".config/rclone/rclone.conf")}
    assert ask(home, "rclone", "mount", environment=ours)[0].certain


def test_what_started_after_the_change_has_the_new_key(home: Path) -> None:
    later = EDITED + timedelta(seconds=1)

    assert ask(home, "rclone", "mount", environment={"HOME": str(home)}, started=later) == ()
    assert ask(home, "rclone", "mount", environment={"HOME": str(home)}, started=later, edited_at=None) != ()


def test_the_old_key_in_its_variables_counts_whenever_it_started(home: Path) -> None:
    environment = {"RCLONE_CONFIG_AWS_ACCESS_KEY_ID": OLD.value, "HOME": "/elsewhere"}

    (holder,) = ask(home, "rclone", "serve", environment=environment, started=EDITED + timedelta(hours=1))

    assert holder.certain


def test_a_program_of_another_home_has_none_of_the_files_unless_one_is_named_to_it(home: Path) -> None:
    path = home / ".aws" / "credentials"
    place = Place("aws", "default", path, "default", PlaceKind.DESTINATION, OLD, editable=True)

    def asked(*arguments: str, **variables: str) -> tuple[Holder, ...]:
        program = RunningProgram(17, "aws", ("aws", *arguments), variables, EDITED - timedelta(hours=1))
        return holders(Computer.at(home, "linux"), [place], [program], old=OLD, edited_at=EDITED)

    assert asked("s3", "sync", HOME="/elsewhere") == ()
    assert len(asked("s3", "sync", HOME="/elsewhere", AWS_SHARED_CREDENTIALS_FILE=str(path))) == 1
    assert len(asked("s3", "sync", HOME=str(home))) == 1
    assert len(asked("s3", "sync", HOME=str(home / "snap" / "aws-cli"))) == 1
    assert len(asked("s3", "sync")) == 1


def test_what_cannot_be_seen_may_hold_the_key(home: Path) -> None:
    (holder,) = ask(home, "rclone", "serve", environment=None)

    assert (holder.certain, holder.lasting) == (False, True)
    assert "may still" in holder.sentence


def test_a_run_that_ends_by_itself_is_named_too(home: Path) -> None:
    (holder,) = ask(home, "rclone", "sync", "x", "aws:photos", environment={"HOME": str(home)})

    assert (holder.certain, holder.lasting) == (True, False)
    assert "going on" in holder.sentence


def test_a_restic_run_is_named_by_the_key_in_its_variables(home: Path) -> None:
    (holder,) = ask(home, "restic", "backup", environment={"AWS_ACCESS_KEY_ID": OLD.value})

    assert (holder.certain, holder.lasting) == (True, False)
    assert ask(home, "restic", "backup", environment={"AWS_ACCESS_KEY_ID": "AKIATWO0000000000002"}) == ()


def test_unseen_programs_of_clients_that_were_not_edited_are_left_out(home: Path) -> None:
    assert ask(home, "s3cmd", "put", environment=None) == ()


def test_the_programs_to_ask_for_are_those_of_the_clients() -> None:
    assert {"rclone", "restic", "s3cmd", "aws"} <= set(PROGRAM_NAMES)
