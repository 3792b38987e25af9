"""A desk whose rclone uses the key of an IAM user, and the days that go by there with a run on each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from keyturn.model.keys import KeyPair, KeyStatus
from keyturn_practice.sample_buckets import furnish_archive
from keyturn_practice.sample_computer import build_sample_computer

from .conftest import Answer, Desk, opened_desk

EVERYTHING = '{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'
USER = "backup-office"


@dataclass
class Office:
    """The desk, and what is seen of the user's keys."""

    desk: Desk
    user_key: KeyPair

    @property
    def key(self) -> str:
        return self.user_key.access_key_id.value

    def renew(self, *words: str) -> Answer:
        return self.desk.type("renew", *words, "--json")

    def set(self, *words: str) -> Answer:
        return self.renew(self.key, "--every", "90", "--at", "03:00", *words)

    def run(self) -> Answer:
        """What the system's scheduler starts."""
        return self.renew("--due")

    def listed(self) -> dict[str, Any]:
        """The only renewal, as `renew --list` shows it."""
        answer = self.renew("--list")
        assert answer.code == 0
        (renewal,) = answer.document["renewals"]
        assert isinstance(renewal, dict)
        return renewal

    def keys(self) -> dict[str, KeyStatus]:
        """The user's keys at AWS."""
        return {
            one.access_key_id.value: one.status
            for one in self.desk.account.listed_keys()
            if one.owner_arn.endswith(f"/{USER}")
        }

    def in_file(self) -> str:
        """The key that rclone's file holds."""
        text = self.desk.computer.rclone_config.read_text()
        (line,) = [line for line in text.splitlines() if line.replace(" ", "").startswith("access_key_id=")]
        return line.partition("=")[2].strip()

    def wait_for_noon(self) -> None:
        """So that each day's run is behind the hour at which keys are renewed here, whenever the tests are run."""
        now = self.desk.clock.now().astimezone()
        noon = now.replace(hour=12, minute=0) + timedelta(days=1)
        self.desk.clock.sleep((noon - now).total_seconds())

    def pass_days(self, days: int, *, asleep: Callable[[int], bool] = lambda day: False) -> list[str]:
        """Let so many days pass, with a run on each on which the computer is not asleep.

        Returns:
            What the runs did, where that was anything.
        """
        did = []
        for day in range(days):
            self.desk.advance(1)
            if asleep(day):
                continue
            answer = self.run()
            assert answer.code in {0, 3}, answer.out + answer.err
            did += [one["did"] for one in answer.document["ran"] if one["did"] != "nothing"]
            assert len(self.keys()) <= 2
            assert self.keys()[self.in_file()] is KeyStatus.ACTIVE
        return did


@contextmanager
def opened_renewing_office(folder: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Office]:
    """Nothing was set yet; the user may manage its own keys."""
    with opened_desk(folder, capsys, furnish_archive) as desk:
        desk.account.create_user(USER, policies={"all": EVERYTHING})
        key = desk.account.create_user_key(USER, age_days=1)
        computer = build_sample_computer(folder / "user", desk.endpoint_url, key)
        for path in (
            computer.aws_credentials,
            computer.s3cmd_config,
            computer.restic_environment,
            computer.root_key_csv,
        ):
            path.unlink()
        yield Office(replace(desk, computer=computer, home=computer.home), key)
