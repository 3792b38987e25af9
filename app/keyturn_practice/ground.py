"""A simulated account and a sample computer in a temporary folder, made and cleaned away."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from keyturn.computer.computer import Computer
from keyturn.computer.programs import NO_CONSOLE
from keyturn.model.errors import AppError
from keyturn.model.keys import KeyPair
from keyturn.model.text import _
from keyturn_practice import console
from keyturn_practice.timeline import AS_AT_AWS, TimeOfDay

if TYPE_CHECKING:
    from keyturn_practice.account import PracticeAccount
    from keyturn_practice.sample_computer import SampleComputer

# A program that has read the old key and keeps it, as `rclone mount` does. It only waits.
_STAND_IN = "import time\nwhile True:\n    time.sleep(60)\n"


@dataclass(frozen=True, slots=True)
class Ground:
    """Where a rehearsal takes place.

    Attributes:
        folder: everything is in it, and it is removed at the end.
        old: the root key to be replaced.
        options: what leads any command here.
    """

    folder: Path
    account: PracticeAccount
    computer: SampleComputer
    old: KeyPair

    @property
    def state_dir(self) -> Path:
        """Keyturn's own folder for this rehearsal."""
        return self.folder / "keyturn"

    @property
    def options(self) -> tuple[str, ...]:
        """The options with which any command reaches the rehearsal."""
        where = ("--endpoint-url", self.account.url, "--home", str(self.computer.home))
        return (*where, "--state-dir", str(self.state_dir), "--secrets", "file")

    @property
    def console_url(self) -> str:
        """The page that stands in for the AWS console."""
        return f"{self.account.url}{console.PATH}/"

    def remove(self) -> None:
        """Clean everything away."""
        shutil.rmtree(self.folder, ignore_errors=True)


@contextmanager
def practice_ground(clock: TimeOfDay | None = None, lot: Random | None = None) -> Iterator[Ground]:
    """Make it, and clean it away at the end.

    Args:
        clock: the account's time; None for the real one.
        lot: draws the account's key IDs and secrets; None for the system's own.

    Raises:
        AppError: `practice.missing`, where the practice account's libraries are not installed.
    """
    folder = Path(tempfile.mkdtemp(prefix="keyturn-practice-"))
    try:
        yield from _made(folder, clock, lot)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _made(folder: Path, clock: TimeOfDay | None, lot: Random | None) -> Iterator[Ground]:
    from keyturn_practice.account import PracticeAccount
    from keyturn_practice.sample_buckets import OLD_KEY_DAYS, add_other_computer, furnish_account
    from keyturn_practice.sample_computer import build_sample_computer

    account = PracticeAccount(clock=clock, lag=AS_AT_AWS, lot=lot)
    try:
        furnish_account(account)
        add_other_computer(account)
    except ModuleNotFoundError as error:
        raise AppError(
            _("The practice account is not installed"),
            _(
                "It needs {module}, which this installation leaves out. Nothing was touched. In the folder that "
                "Keyturn was installed from, `pip install '.[practice]'` adds it."
            ).format(module=error.name),
            code="practice.missing",
        ) from error
    old = account.create_root_key(age_days=OLD_KEY_DAYS)
    with account.serving() as url:
        computer = build_sample_computer(folder / "home", url, old, platform=Computer.this().platform)
        yield Ground(folder, account, computer, old)


@contextmanager
def running_program(ground: Ground) -> Iterator[None]:
    """Let a stand-in for `rclone mount` run, which has read the old key and keeps it."""
    if getattr(sys, "frozen", False):
        # A bundle has no Python of its own to run the stand-in with.
        yield
        return
    script = ground.folder / "programs" / "rclone"
    script.parent.mkdir()
    script.write_text(_STAND_IN, encoding="utf-8")
    arguments = ["mount", "oma:", str(ground.folder / "mounted"), "--config", str(ground.computer.rclone_config)]
    with subprocess.Popen(
        [sys.executable, "-I", str(script), *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        creationflags=NO_CONSOLE,
    ) as program:
        try:
            yield
        finally:
            with suppress(OSError):
                program.kill()
