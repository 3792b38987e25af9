"""A practice account and a sample computer for the command line, on a clock that is moved by hand."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from keyturn.computer.clock import Clock
from keyturn.model.keys import KeyPair
from keyturn.terminal.start import run
from keyturn_practice.account import PracticeAccount
from keyturn_practice.sample_buckets import OLD_KEY_DAYS, furnish_account, furnish_archive
from keyturn_practice.sample_computer import SampleComputer, build_sample_computer
from keyturn_practice.timeline import HandClock, Lag


@dataclass
class Answer:
    """What a command wrote, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:  # noqa: ANN401  (JSON)
        """The one JSON document on standard output."""
        return json.loads(self.out)

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The JSON lines on standard output."""
        return [json.loads(text) for text in self.out.splitlines()]


@dataclass
class Desk:
    """Where commands are typed."""

    account: PracticeAccount
    computer: SampleComputer
    old: KeyPair
    clock: Clock
    state_dir: Path
    capsys: pytest.CaptureFixture[str]
    home: Path
    endpoint_url: str
    buckets: tuple[str, ...] = ()  # the options for programs that name no bucket

    @property
    def options(self) -> tuple[str, ...]:
        """What leads a command here."""
        where = ("--endpoint-url", self.endpoint_url, "--home", str(self.home))
        return (*where, "--state-dir", str(self.state_dir), "--secrets", "file")

    def advance(self, days: float) -> None:
        """Let days pass."""
        self.clock.sleep(days * 86_400)

    def type(self, *words: str) -> Answer:
        """Type a command, and return what it wrote."""
        self.capsys.readouterr()
        code = run([*words, *self.options], self.clock)
        said = self.capsys.readouterr()
        return Answer(code, said.out, said.err)

    def forget_programs(self) -> None:
        """Take away all programs' files: a look at them takes its time."""
        for path in self.computer.files:
            (self.home / path).unlink(missing_ok=True)

    def rotate(self) -> Answer:
        """Carry a whole rotation out up to *watch*."""
        return self.type("rotate", self.old.access_key_id.value, *self.buckets, "--yes", "--json")


@contextmanager
def opened_desk(
    folder: Path, capsys: pytest.CaptureFixture[str], furnish: Callable[[PracticeAccount], None]
) -> Iterator[Desk]:
    """A desk at which nothing was typed yet."""
    # Behind the real time, so that another process, which has that, finds nothing that lies ahead.
    clock = HandClock(datetime.now(UTC) - timedelta(hours=1))
    account = PracticeAccount(clock=clock, lag=Lag(last_use=900))
    furnish(account)
    old = account.create_root_key(age_days=OLD_KEY_DAYS)
    with account.serving() as url:
        computer = build_sample_computer(folder / "home", url, old)
        yield Desk(account, computer, old, clock, folder / "state", capsys, computer.home, url)


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Desk]:
    """A desk at which nothing was typed yet, with the whole sample computer."""
    with opened_desk(tmp_path, capsys, furnish_account) as desk:
        desk.buckets = desk.computer.bucket_options()
        yield desk


@pytest.fixture
def small_desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Desk]:
    """A desk with rclone's configuration and its bucket alone, because asking every program takes its time."""
    with opened_desk(tmp_path, capsys, furnish_archive) as desk:
        computer = desk.computer
        for path in (computer.aws_credentials, computer.s3cmd_config, computer.restic_environment):
            path.unlink()
        yield desk


@pytest.fixture
def typed(capsys: pytest.CaptureFixture[str]) -> Callable[..., Answer]:
    """Type a command that needs no account."""

    def type_words(*words: str) -> Answer:
        code = run(list(words))
        said = capsys.readouterr()
        return Answer(code, said.out, said.err)

    return type_words
