"""What a rotation costs beyond the waiting that it promises: its requests to AWS, and its time over that floor."""

from __future__ import annotations

import base64
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from keyturn.aws.session import Aws, AwsSettings
from keyturn.computer.clock import SystemClock
from keyturn.computer.computer import Computer, Platform
from keyturn.model.keys import KeyPair
from keyturn.rotation import rotation_service
from keyturn.rotation.context import Context, Event, Moment, OwnUses
from keyturn.rotation.finding.survey import take_survey
from keyturn.rotation.planning.plan import Options
from keyturn.rotation.planning.planning import make_plan
from keyturn.rotation.steps import Ending, Route, Step
from keyturn.state.journal import Journal
from keyturn.state.secrets import MemorySecrets
from keyturn_practice.account import PracticeAccount
from keyturn_practice.faults import hang_after
from keyturn_practice.sample_repository import REPOSITORY, REPOSITORY_PASSWORD

ROUND_TRIP = 0.08  # seconds, as from a home to a region on the same continent
# Three good answers in a row over five seconds: no rotation can be faster (ARCHITECTURE.md, "The rotation").
FLOOR = 5.0


@dataclass(frozen=True)
class Measured:
    """One rotation up to *watch*.

    Attributes:
        seconds: of the whole rotation.
        calls: requests to AWS in each step.
    """

    seconds: float
    calls: Counter[str]


@dataclass(frozen=True)
class Fleet:
    """So many destinations of restic, rclone and s3cmd over a few buckets, as an office's backup server has them.

    Half are restic's files, a third remotes of rclone whose bucket a script names, the others s3cmd's files with a
    script each; the programs are those of this computer, so their own checks are run.
    """

    destinations: int
    buckets: int

    def furnish(self, account: PracticeAccount, old: KeyPair, home: Path, url: str) -> None:
        """Write the files, and make the buckets with a repository in each."""
        for number in range(self.buckets):
            account.create_bucket(f"bucket-{number:02}")
            for name, content in REPOSITORY.items():
                account.put_object(f"bucket-{number:02}", f"data/{name}", base64.b64decode(content))
        restic, remotes, s3cmd = home / ".config/restic", home / ".config/rclone/rclone.conf", home / "s3cmd"
        for folder in (restic, remotes.parent, s3cmd, home / "bin"):
            folder.mkdir(parents=True)
        sections, commands = [], ["#!/bin/sh"]
        for number in range(self.destinations):
            bucket = f"bucket-{number % self.buckets:02}"
            match number % 6:
                case 0 | 2 | 4:
                    (restic / f"{number:04}.env").write_text(
                        f"AWS_ACCESS_KEY_ID={old.access_key_id}\nAWS_SECRET_ACCESS_KEY={old.secret.reveal()}\n"
                        f"RESTIC_REPOSITORY=s3:{url}/{bucket}/data\nRESTIC_PASSWORD={REPOSITORY_PASSWORD}\n"
                    )
                case 1 | 3:
                    sections.append(
                        f"[remote-{number}]\ntype = s3\nprovider = AWS\naccess_key_id = {old.access_key_id}\n"
                        f"secret_access_key = {old.secret.reveal()}\n"
                    )
                    commands.append(f"rclone copy /srv/files remote-{number}:{bucket}/data")
                case _:
                    (s3cmd / f"{number:04}.s3cfg").write_text(
                        f"[default]\naccess_key = {old.access_key_id}\nsecret_key = {old.secret.reveal()}\n"
                    )
                    commands.append(f"s3cmd -c {s3cmd}/{number:04}.s3cfg sync /srv/files s3://{bucket}/data/")
        remotes.write_text("\n".join(sections))
        (home / "bin/backup.sh").write_text("\n".join(commands) + "\n")


def rotate(destinations: int) -> Measured:
    """Rotate a root key that stands in so many restic files, each with a bucket of its own."""
    with _prepared() as (account, old, home, memory, url):
        furnish_home(account, old, home, destinations, url)
        account.fail("*", hang_after(ROUND_TRIP), times=1_000_000)
        return _measured(account, Computer(Platform.LINUX, home, {}, is_this_one=False), memory, url)


def rotate_fleet(fleet: Fleet) -> Measured:
    """Rotate a root key that stands in all files of a fleet, the programs' own checks included."""
    with _prepared() as (account, old, home, memory, url):
        fleet.furnish(account, old, home, url)
        account.fail("*", hang_after(ROUND_TRIP), times=1_000_000)
        computer = Computer(Platform.LINUX, home, {"PATH": "/usr/bin:/bin"}, is_this_one=True)
        return _measured(account, computer, memory, url)


@contextmanager
def _prepared() -> Iterator[tuple[PracticeAccount, KeyPair, Path, Path, str]]:
    """An account with a root key, a home, a folder for Keyturn's memory, and where the account answers."""
    account = PracticeAccount()
    old = account.create_root_key(age_days=3000)
    with tempfile.TemporaryDirectory(prefix="keyturn-bench-") as folder, account.serving() as url:
        home, memory = Path(folder) / "home", Path(folder) / "memory"
        home.mkdir()
        memory.mkdir()
        yield account, old, home, memory, url


def furnish_home(account: PracticeAccount, old: KeyPair, home: Path, destinations: int, url: str) -> None:
    """Write so many restic files with the key, each with a bucket of its own."""
    restic = home / ".config" / "restic"
    restic.mkdir(parents=True)
    for number in range(destinations):
        account.create_bucket(f"bucket-{number:02}")
        account.put_object(f"bucket-{number:02}", "data/one", b"x")
        (restic / f"{number:02}.env").write_text(
            f"AWS_ACCESS_KEY_ID={old.access_key_id}\nAWS_SECRET_ACCESS_KEY={old.secret.reveal()}\n"
            f"RESTIC_REPOSITORY=s3:{url}/bucket-{number:02}/data\n"
        )


def _measured(account: PracticeAccount, computer: Computer, memory: Path, url: str) -> Measured:
    calls: Counter[str] = Counter()
    seen = [0]

    def count(event: Event) -> None:
        if event.moment in {Moment.DONE, Moment.FAILED}:
            calls[event.step.value] += len(account.records) - seen[0]
            seen[0] = len(account.records)

    journal = Journal(memory)
    aws = Aws(AwsSettings(endpoint_url=url), OwnUses(journal))
    context = Context(computer, aws, journal, MemorySecrets(), SystemClock(), count, endpoint_url=url)
    survey = take_survey(context)
    calls["scan"], seen[0] = len(account.records), len(account.records)
    options = Options(Route.SCOPED_USER, watch_days=0, off_days=0)
    plan = make_plan(context, survey, survey.keys[0], options)
    calls["plan"], seen[0] = len(account.records) - seen[0], len(account.records)
    before = time.perf_counter()
    result = rotation_service.rotate(context, plan)
    seconds = time.perf_counter() - before
    if result.ending is not Ending.WAITING or result.step is not Step.WATCH:
        raise RuntimeError(f"the rotation ended at {result.step.value}: {result.problem}")
    aws.close()
    journal.close()
    return Measured(seconds, calls)
