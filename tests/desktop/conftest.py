"""A window without a screen, a practice account, and a runner that is waited for at the end of each test."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from keyturn.aws.session import Aws, AwsSettings
from keyturn.computer.own_program import own_program
from keyturn.computer.stable_link import link_place
from keyturn.desktop.font_sizes import enlarge_small_font
from keyturn.desktop.look import LIGHT, wear
from keyturn.desktop.runner import Runner
from keyturn.model.keys import KeyPair
from keyturn.rotation.location import Location
from keyturn.state.secrets_kind import SecretsKind
from keyturn_practice.account import PracticeAccount
from keyturn_practice.sample_buckets import OLD_KEY_DAYS, furnish_account, furnish_archive, furnish_office
from keyturn_practice.sample_computer import SampleComputer, build_sample_computer
from keyturn_practice.timeline import HandClock, Lag

PATIENCE = 20_000  # milliseconds; asking an account in this process takes some hundred

# Before pytest-qt makes the application: tests open no window on anybody's screen.
os.environ["QT_QPA_PLATFORM"] = "offscreen"


@pytest.fixture(scope="session")
def qapp(qapp: QApplication) -> QApplication:
    """Qt's application, always light and in the same size, whatever the system prefers."""
    qapp.setStyle("fusion")
    enlarge_small_font(qapp)
    wear(qapp, LIGHT)
    return qapp


@dataclass
class Ground:
    """A computer with one old root key, and the account that it belongs to."""

    account: PracticeAccount
    computer: SampleComputer
    old: KeyPair
    clock: HandClock
    location: Location

    def advance(self, days: float) -> None:
        """Let days pass."""
        self.clock.sleep(days * 86_400)


@contextmanager
def ground_in(folder: Path) -> Iterator[Ground]:
    """The whole sample computer, in this folder."""
    clock = HandClock(datetime.now(UTC) - timedelta(hours=1))
    account = PracticeAccount(clock=clock, lag=Lag(last_use=900))
    furnish_account(account)
    old = account.create_root_key(age_days=OLD_KEY_DAYS)
    with account.serving() as url:
        computer = build_sample_computer(folder / "home", url, old)
        location = Location(endpoint_url=url, home=computer.home, state_dir=folder / "state", secrets=SecretsKind.FILE)
        yield Ground(account, computer, old, clock, location)


@pytest.fixture
def ground(tmp_path: Path) -> Iterator[Ground]:
    """The whole sample computer."""
    with ground_in(tmp_path) as ground:
        yield ground


@pytest.fixture
def small_ground(ground: Ground) -> Ground:
    """A sample computer with rclone's configuration alone, because asking every program takes its time."""
    computer = ground.computer
    for path in (computer.aws_credentials, computer.s3cmd_config, computer.restic_environment):
        path.unlink()
    return ground


@pytest.fixture
def start_runner(qtbot: QtBot) -> Iterator[Callable[[Location, HandClock], Runner]]:
    """Start a runner; at the end of the test nothing of it is at work any more."""
    started: list[Runner] = []

    def start(location: Location, clock: HandClock) -> Runner:
        runner = Runner(location, clock)
        started.append(runner)
        return runner

    yield start
    for runner in started:
        assert runner.leave(30)
        qtbot.waitUntil(lambda one=runner: one.is_idle, timeout=PATIENCE)  # type: ignore[misc]


@pytest.fixture
def runner(ground: Ground, start_runner: Callable[[Location, HandClock], Runner]) -> Runner:
    """A runner on the sample computer."""
    return start_runner(ground.location, ground.clock)


@dataclass
class SmallHome:
    """Two programs that have no check of their own to run, one of which names no bucket; and time moved by hand."""

    account: PracticeAccount
    home: Path
    old: KeyPair
    clock: HandClock
    location: Location

    BUCKET = "office-backup"  # for the program that names none

    @property
    def s3ql(self) -> Path:
        return self.home / ".s3ql" / "authinfo2"

    @property
    def duck(self) -> Path:
        return self.home / ".duck" / "credentials"

    @property
    def notes(self) -> Path:
        """Once it is written: a file that holds the key's ID and that Keyturn does not edit."""
        return self.home / "Documents" / "notes.txt"

    def write_programs(self) -> None:
        key, secret = self.old.access_key_id.value, self.old.secret.reveal()
        self.s3ql.write_text(
            f"[attic]\nstorage-url: s3://eu-central-1/family-archive/attic\nbackend-login: {key}\n"
            f"backend-password: {secret}\n"
        )
        self.duck.write_text(f"https\\://{key}@s3.amazonaws.com\\:443={secret}\n")
        for path in (self.s3ql, self.duck):
            path.chmod(0o600)

    def let_a_user_own_the_key(self, policy: str) -> None:
        """The programs use an IAM user's key instead of the root key."""
        self.account.create_user("backup", policies={"some": policy})
        self.old = self.account.create_user_key("backup", age_days=400)
        self.write_programs()

    def write_notes(self) -> None:
        self.notes.parent.mkdir()
        self.notes.write_text(f"our key is {self.old.access_key_id.value}\n")

    def advance(self, days: float) -> None:
        """Let days pass."""
        self.clock.sleep(days * 86_400)

    def use_old_key(self) -> None:
        """Somebody else, on another computer, uses the old key."""
        self._ask("ListObjectsV2", {"Bucket": "family-archive"})

    def let_only_root_write(self, bucket: str) -> None:
        """Give a bucket a policy under which a scoped user's key lacks a right."""
        only_root = (
            '{"Statement": [{"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject",'
            f' "Resource": "arn:aws:s3:::{bucket}/*",'
            ' "Condition": {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:root"}}}]}'
        )
        self._ask("PutBucketPolicy", {"Bucket": bucket, "Policy": only_root})

    def _ask(self, operation: str, parameters: dict[str, str]) -> None:
        aws = Aws(AwsSettings(endpoint_url=self.account.url), lambda use: None)
        aws.ask(self.old, "s3", operation, parameters, region="eu-central-1")
        aws.close()


@pytest.fixture
def small_home(tmp_path: Path) -> Iterator[SmallHome]:
    clock = HandClock(datetime.now(UTC) - timedelta(hours=1))
    account = PracticeAccount(clock=clock, lag=Lag(last_use=900))
    furnish_archive(account)
    furnish_office(account)
    old = account.create_root_key(age_days=OLD_KEY_DAYS)
    with account.serving() as url:
        folder, state = tmp_path / "home", tmp_path / "state"
        location = Location(endpoint_url=url, home=folder, state_dir=state, secrets=SecretsKind.FILE)
        home = SmallHome(account, folder, old, clock, location)
        home.s3ql.parent.mkdir(parents=True)
        home.duck.parent.mkdir()
        home.write_programs()
        yield home


def link_program(home: SmallHome) -> None:
    """Give this checkout's program a path without a blank, as `keyturn setup` does where its own has one."""
    link = link_place(home.home)
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(own_program())
