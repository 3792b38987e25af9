"""`rotate --pair`: the new pair comes from standard input, and its secret is seen nowhere."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from keyturn.model.keys import KeyPair
from keyturn_practice.account import PracticeAccount

from .conftest import Desk
from .test_at_a_terminal import person


@dataclass
class Cellar:
    """A computer whose rclone has a store of its own, and the store's old key and new one."""

    desk: Desk
    old: KeyPair
    new: KeyPair
    inside: PracticeAccount

    @property
    def file_holds(self) -> str:
        return self.desk.computer.rclone_config.read_text()


@pytest.fixture
def cellar(small_desk: Desk) -> Iterator[Cellar]:
    inside = PracticeAccount("444455556666")
    inside.create_bucket("attic")
    old, new = inside.create_root_key(age_days=900), inside.create_root_key()
    with inside.serving() as url:
        small_desk.computer.rclone_config.write_text(
            f"[cellar]\ntype = s3\nprovider = Other\naccess_key_id = {old.access_key_id}\n"
            f"secret_access_key = {old.secret.reveal()}\nendpoint = {url}\nforce_path_style = true\n"
            "[films]\ntype = alias\nremote = cellar:attic/films\n"
        )
        yield Cellar(small_desk, old, new, inside)


def test_two_lines_from_a_pipe(cellar: Cellar, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{cellar.new.access_key_id}\n{cellar.new.secret.reveal()}\n"))
    answer = cellar.desk.type("rotate", cellar.old.access_key_id.last4, "--pair", "--yes", "--json")
    assert answer.code == 3, answer.out + answer.err
    assert (answer.lines[-1]["new_access_key_id"], answer.lines[-1]["problem"]) == (
        cellar.new.access_key_id.value,
        None,
    )
    assert cellar.new.secret.reveal() in cellar.file_holds
    assert cellar.new.secret.reveal() not in answer.out + answer.err
    (rotation,) = cellar.desk.type("status", "--json").document["rotations"]
    assert rotation["route"] == "given-pair"


def test_at_a_terminal_the_secret_is_not_shown(cellar: Cellar) -> None:
    with person(cellar.desk, "rotate", cellar.old.access_key_id.last4, "--pair") as somebody:
        somebody.reads("Access key ID of the new key")
        somebody.types(cellar.new.access_key_id.value)
        somebody.reads("(not shown)")
        somebody.types(cellar.new.secret.reveal())
        somebody.reads("[y/N]")
        somebody.types("y")
        assert somebody.ends_with() == 3
    assert cellar.new.secret.reveal() not in somebody.screen
    assert cellar.new.secret.reveal() in cellar.file_holds


@pytest.mark.parametrize("lines", ["", "{secret}\n{id}\n", "{id}\n", "{id}\nwith a space\n", "{id}\nUmlaut-ü\n"])
def test_anything_else_is_refused_and_never_repeated(
    cellar: Cellar, lines: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = cellar.new.secret.reveal()
    before = cellar.file_holds
    monkeypatch.setattr("sys.stdin", io.StringIO(lines.format(id=cellar.new.access_key_id, secret=secret)))
    answer = cellar.desk.type("rotate", cellar.old.access_key_id.last4, "--pair", "--yes", "--json")
    assert (answer.code, answer.lines[-1]["problem"]["code"]) == (2, "usage.pair")
    assert secret not in answer.out + answer.err
    assert cellar.file_holds == before


def test_without_a_pair_the_plan_waits_for_one_and_says_how(cellar: Cellar) -> None:
    planned = cellar.desk.type("plan", cellar.old.access_key_id.last4)
    assert planned.code == 3
    assert f"rotate {cellar.old.access_key_id.last4} --pair" in " ".join(planned.out.split())
