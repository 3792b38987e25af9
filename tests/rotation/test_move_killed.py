"""Killed before any write, a move leaves each profile with its whole pair or with a helper that hands it out."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from keyturn.clients.registry import find_everything
from keyturn.computer.clock import SystemClock
from keyturn.computer.leftover_copies import clear_temporaries
from keyturn.computer.private_files import replace_private_file
from keyturn.edits import ini
from keyturn.edits.filesystem import RealFileSystem
from keyturn.model.keys import AccessKey, KeyStatus
from keyturn.model.temporaries import temporary_name
from keyturn.rotation.advice import Advice
from keyturn.rotation.context import Context
from keyturn.rotation.finding.survey import FoundKey
from keyturn.rotation.key_life.handing_out import current_pair
from keyturn.rotation.key_life.helper import Helper
from keyturn.rotation.key_life.moving import (
    move_into_files,
    move_into_keychain,
    plan_into_files,
    plan_into_keychain,
)
from keyturn.rotation.location import Location
from keyturn.rotation.workplace import Workplace
from keyturn.state.secrets import FileSecrets
from keyturn.state.secrets_kind import SecretsKind

from .conftest import Office

_KILLED = 99
# Every call by which Python writes, makes, renames or removes.
_WRITING = ("write", "replace", "rename", "unlink", "remove", "fsync", "mkdir", "fchmod", "chmod", "link")
NAME = "/aws/nas"
Planned = Callable[[Office], Callable[[], object]]


def start(office: Office) -> Context:
    """A start of Keyturn that knows what it would hand out."""
    started = office.start()
    computer = replace(started.computer, served=lambda name, _folder: current_pair(office.memory, office.secrets, name))
    return replace(started, computer=computer)


def found(context: Context, office: Office) -> FoundKey:
    places = find_everything(context.computer, corners=False).places
    own = tuple(one for one in places if one.access_key_id == office.old.access_key_id)
    return FoundKey(AccessKey(office.old.access_key_id, None, KeyStatus.ACTIVE), own, Advice.OK, office.old)


def helper(office: Office) -> Helper:
    """What hands the pair out as `keyturn credentials` does, without the start of a program."""
    program = office.home.parent / "keyturn"
    given = {"AccessKeyId": office.old.access_key_id.value, "SecretAccessKey": office.old.secret.reveal()}
    program.write_text(f"#!/bin/sh\necho '{json.dumps({'Version': 1, **given})}'\n")
    program.chmod(0o700)
    return Helper(program, (), needs_session=False)


def planned_in(office: Office) -> Callable[[], object]:
    """What carries the move into the keychain out."""
    started, program = start(office), helper(office)
    one = found(started, office)
    plan = plan_into_keychain(started, one, program, by_me=True)
    return lambda: list(move_into_keychain(started, one, plan, program))


def planned_out(office: Office) -> Callable[[], object]:
    """What carries the move into the files out."""
    started = start(office)
    plan = plan_into_files(started, found(started, office))
    return lambda: list(move_into_files(started, plan))


def killed_at(number: int, carry_out: Callable[[], object]) -> bool:
    """Do it in a process that ends without a word before its write of this number; False: it came to its end."""
    child = os.fork()
    if not child:
        code = 98
        try:
            _kill_before(number)
            carry_out()
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    assert code in {0, _KILLED}, f"it failed before write {number}"
    return code == _KILLED


def _kill_before(number: int) -> None:
    count = 0

    def counted(call: Callable[..., Any]) -> Callable[..., Any]:
        def asked(*words: Any, **named: Any) -> Any:  # noqa: ANN401  (whatever the call takes)
            nonlocal count
            count += 1
            if count == number:
                os._exit(_KILLED)
            return call(*words, **named)

        return asked

    for name in _WRITING:
        setattr(os, name, counted(getattr(os, name)))
    setattr(RealFileSystem, "exchange", counted(RealFileSystem.exchange))  # noqa: B010


def expect_all_work(office: Office, credentials: Path) -> set[str]:
    """See that each profile comes to the whole pair, and return in which ways."""
    entries = ini.entries(credentials.read_bytes(), ini.Dialect.AWS)
    ways = set()
    for section in ("nas", "photos"):
        own = {one.key: one.value for one in entries if one.section == section}
        if "credential_process" in own:
            command = f"{office.home.parent / 'keyturn'} credentials {NAME}"
            assert own == {"region": "eu-central-1", "credential_process": command}
            assert current_pair(office.memory, FileSecrets(office.memory / "secrets.json"), NAME) == office.old
            ways.add("asks")
        else:
            assert (own["aws_access_key_id"], own["aws_secret_access_key"]) == (
                office.old.access_key_id.value,
                office.old.secret.reveal(),
            )
            ways.add("holds")
    return ways


@pytest.fixture
def credentials(office: Office) -> Path:
    office.forget_programs()
    pair = f"aws_access_key_id={office.old.access_key_id}\naws_secret_access_key = {office.old.secret.reveal()}\n"
    return office.write(
        ".aws/credentials", f"; mine\n[nas]\nregion = eu-central-1\n{pair}\n[photos]\n{pair}region = eu-central-1\n"
    )


@pytest.mark.parametrize(("planned", "back"), [(planned_in, planned_out), (planned_out, planned_in)])
def test_killed_before_any_write_everything_works_and_the_same_command_goes_on(
    office: Office, credentials: Path, planned: Planned, back: Planned
) -> None:
    first = credentials.read_bytes()
    if planned is planned_out:
        planned_in(office)()
    before, kept = credentials.read_bytes(), office.memory.with_name("kept")
    shutil.copytree(office.memory, kept)
    carry_out = planned(office)
    ways: dict[frozenset[str], int] = {}
    at, killed = 1, True
    while killed:
        killed = killed_at(at, carry_out)
        way = frozenset(expect_all_work(office, credentials))
        for folder in (office.memory, credentials.parent):
            clear_temporaries(folder)
        assert [path.name for path in credentials.parent.iterdir()] == ["credentials"], at
        if way not in ways:
            planned(office)()
            assert len(expect_all_work(office, credentials)) == 1
            back(office)()
            assert credentials.read_bytes() == before
            if planned is planned_in:
                assert before == first
        ways.setdefault(way, at)
        credentials.write_bytes(before)
        shutil.rmtree(office.memory)
        shutil.copytree(kept, office.memory)
        at += 1
    assert at > 12  # writes
    assert set(ways) == {frozenset({"holds"}), frozenset({"asks"}), frozenset({"holds", "asks"})}


def test_a_temporary_file_that_a_kill_left_is_cleared_away_by_the_next_command(
    office: Office, credentials: Path
) -> None:
    planned_in(office)()
    ended = subprocess.Popen(["true"])
    ended.wait()
    left = credentials.with_name(temporary_name(ended.pid))
    replace_private_file(left, "a secret")
    location = Location(home=office.home, state_dir=office.memory, secrets=SecretsKind.FILE)
    with Workplace(location, SystemClock()) as place:
        place.clear_away()
    assert not left.exists()
