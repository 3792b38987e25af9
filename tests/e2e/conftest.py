"""The real `keyturn`, as a process of its own, on a sample computer whose programs are the real ones."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from keyturn.model.keys import AccessKeyId, KeyPair, Secret
from keyturn_practice.account import PracticeAccount
from keyturn_practice.sample_buckets import OLD_KEY_DAYS, furnish_account
from keyturn_practice.sample_computer import SampleComputer, build_sample_computer

APP = Path(__file__).parents[2] / "app"


@dataclass
class Finished:
    """What a command printed and how it ended."""

    exit_code: int
    output: str
    errors: str

    @property
    def document(self) -> Any:  # noqa: ANN401  (JSON)
        return json.loads(self.output)

    @property
    def result(self) -> dict[str, Any]:
        """The last of the JSON lines."""
        last: dict[str, Any] = json.loads(self.output.splitlines()[-1])
        assert last["event"] == "result"
        return last


@dataclass
class Person:
    """Somebody at the sample computer, who types commands."""

    account: PracticeAccount
    computer: SampleComputer
    old: KeyPair
    memory: Path
    more_environment: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        path = os.pathsep.join(["/usr/bin", "/bin", os.environ["PATH"]])
        home = str(self.computer.home)
        python = {"PYTHONPATH": str(APP), "PYTHONDONTWRITEBYTECODE": "1"}
        return {"HOME": home, "PATH": path, "LANG": "C.UTF-8", **python, **self.more_environment}

    def arguments(self, *typed: str) -> list[str]:
        where = ["--endpoint-url", self.account.url, "--state-dir", str(self.memory)]
        # The search of this very computer has tests of its own (tests/rotation); here it would take minutes.
        where += ["--search-scope", "none"] if typed[0] in {"plan", "rotate", "continue", "turn-off"} else []
        return [sys.executable, "-m", "keyturn", *typed, *where]

    def keyturn(self, *typed: str, secrets: str = "keyring") -> Finished:
        done = subprocess.run(
            [*self.arguments(*typed), "--secrets", secrets],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=150,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        return Finished(done.returncode, done.stdout, done.stderr)

    def run(self, *typed: str | Path, more: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        """Run a backup program as the person's scripts do."""
        return subprocess.run(
            [str(word) for word in typed],
            env={"HOME": str(self.computer.home), "PATH": os.defpath, "LANG": "C.UTF-8", **(more or {})},
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )

    def kept_pairs(self) -> list[KeyPair]:
        """What `--secrets file` keeps now."""
        kept = json.loads((self.memory / "secrets.json").read_text())
        return [KeyPair(AccessKeyId(key), Secret(secret)) for key, secret in kept.items() if key != "version"]

    def secrets_of_files(self) -> set[str]:
        """Every file of the sample computer in which the old secret stands."""
        secret = self.old.secret.reveal().encode()
        home = self.computer.home
        return {str(p.relative_to(home)) for p in home.rglob("*") if p.is_file() and secret in p.read_bytes()}


@pytest.fixture
def person(tmp_path: Path) -> Iterator[Person]:
    account = PracticeAccount()
    furnish_account(account)
    old = account.create_root_key(age_days=OLD_KEY_DAYS)
    with account.serving() as url:
        # A space and an umlaut, as in real homes.
        computer = build_sample_computer(tmp_path / "Jörg Müller", url, old)
        memory = tmp_path / "memory"
        yield Person(account, computer, old, memory)


@pytest.fixture
def four_programs(required_program: Callable[[str], Path]) -> dict[str, Path]:
    """The real programs."""
    return {name: required_program(name) for name in ("rclone", "restic", "s3cmd", "aws")}
