"""`--rclone-password`: a whole rotation with an encrypted configuration, its password typed or piped."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from keyturn.edits import rclone_encryption
from keyturn.model.keys import Secret

from .conftest import Desk
from .test_at_a_terminal import person

PASSWORD = Secret("sesame for the family")


@pytest.fixture
def locked(small_desk: Desk) -> Desk:
    config = small_desk.computer.rclone_config
    head = b"# Encrypted rclone configuration File\n\nRCLONE_ENCRYPT_V0:\n"
    config.write_bytes(rclone_encryption.encrypt(head, config.read_bytes(), PASSWORD))
    return small_desk


def plain(desk: Desk) -> str:
    config: Path = desk.computer.rclone_config
    return rclone_encryption.decrypt(config.read_bytes(), PASSWORD, path=config).decode()


def test_from_a_pipe_it_is_the_first_line_and_undo_brings_the_old_pair_back(
    locked: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = plain(locked)
    for command, code in (("rotate", 3), ("undo", 0)):
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD.reveal()}\n"))
        key = (locked.old.access_key_id.last4,) if command == "rotate" else ()
        answer = locked.type(command, *key, "--rclone-password", "--yes", "--json")
        assert answer.code == code, answer.out + answer.err
        assert (locked.old.secret.reveal() in plain(locked)) is (command == "undo")
        assert PASSWORD.reveal() not in answer.out + answer.err
    assert plain(locked) == before


def test_at_a_terminal_it_is_asked_for_and_not_shown(locked: Desk) -> None:
    with person(locked, "scan", "--rclone-password", "--offline") as somebody:
        somebody.reads("(not shown)")
        somebody.types(PASSWORD.reveal())
        assert somebody.ends_with() == 0
    assert PASSWORD.reveal() not in somebody.screen
    assert locked.old.access_key_id.last4 in somebody.screen


def test_without_it_the_scan_says_what_to_add(locked: Desk) -> None:
    answer = locked.type("scan", "--offline")
    assert "--rclone-password" in answer.out


def test_an_empty_line_is_no_password(locked: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("\n"))
    answer = locked.type("scan", "--offline", "--rclone-password", "--json")
    assert (answer.code, answer.document["problem"]["code"]) == (2, "usage.password")
