"""`arqc`, the command line of Arq 6 and 7: which plans there are, start one, and how the last run went.

It has no word for keys or storage locations (facts/arq.md 3). Whatever it says that has not the known form is taken
as "not known".
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.clients.own_runs import BackupRun
from keyturn.clients.programs.arq_agent import run_from
from keyturn.clients.programs.arq_buckets import UUID
from keyturn.computer.bare_environment import bare_environment
from keyturn.computer.computer import Platform
from keyturn.computer.programs import find_program, run_check
from keyturn.model.errors import ClientError

if TYPE_CHECKING:
    from keyturn.computer.computer import Computer

_IN_THE_APP = ("Applications", "Arq.app", "Contents", "Resources", "arqc")
_PLAN = re.compile(r'UUID=(?P<uuid>[0-9A-Fa-f-]{36})\tname="(?P<name>[^"]*)"\tstorage location="(?P<location>[^"]*)"')


@dataclass(frozen=True, slots=True)
class Arqc:
    """The program.

    Attributes:
        computer: the one that it runs on.
        seconds: how long one answer is waited for; after that nothing is known.
    """

    program: Path
    computer: Computer
    seconds: float = 10.0

    def plans(self) -> tuple[str, ...] | None:
        """Return the UUIDs of the backup plans; None where it did not say.

        A line in which a name contains quotation marks could be read in two ways, and then nothing is believed
        (github lgarron/arqc.ts: globalCommands.ts).
        """
        lines = [line.strip() for line in (self._ask("listBackupPlans") or "").splitlines()]
        about_plans = [line for line in lines if line.startswith("UUID=")]
        found = [_PLAN.fullmatch(line) for line in about_plans]
        if not any(line == f"total backup plans: {len(about_plans)}" for line in lines) or None in found:
            return None
        return tuple(match["uuid"] for match in found if match is not None)

    def start(self, plan: str) -> bool:
        """Start a plan; True where `arqc` took it on. Whether it waits for the end is not known, so it may go on."""
        return self._ask_about("startBackupPlan", plan) is not None

    def latest_run(self, plan: str) -> BackupRun | None:
        """Return the plan's newest run; None where `arqc` did not tell."""
        said = self._ask_about("latestBackupActivityJSON", plan) or ""
        # Without a password of Arq's own, it writes a warning beside the answer.
        try:
            told = json.loads(said[said.index("{") : said.rindex("}") + 1])
        except (ValueError, RecursionError):
            return None
        if not isinstance(told, dict) or told.get("type") != "backup" or not isinstance(told.get("message"), str):
            return None
        named = {"created": "createdTime", "finished": "finishedTime", "errors": "errorCount"}
        run = run_from(told | {ours: told.get(theirs) for ours, theirs in named.items()})
        # Only the message tells that it has ended: the rest may be filled in while it is still running.
        return run if told["message"] == "Idle" else BackupRun(run.began, None, True, run.aborted, run.errors)

    def pause(self, minutes: int) -> bool:
        """Hold all backups for some minutes; they go on by themselves afterwards. True where `arqc` took it on."""
        return self._ask("pauseBackups", str(minutes)) is not None

    def resume(self) -> bool:
        """Let backups go on at once. True where `arqc` took it on."""
        return self._ask("resumeBackups") is not None

    def _ask_about(self, verb: str, plan: str) -> str | None:
        # Nothing that a database holds becomes an option.
        return self._ask(verb, plan) if UUID.fullmatch(plan) else None

    def _ask(self, *words: str) -> str | None:
        environment = bare_environment(self.computer)
        try:
            result = run_check((str(self.program), *words), environment=environment, timeout=self.seconds)
        except ClientError:
            return None
        return result.output if result.exit_code == 0 else None


def find_arqc(computer: Computer) -> Arqc | None:
    """Return this computer's `arqc`; None where there is none, and for another computer's disk."""
    if not computer.is_this_one or computer.platform is Platform.LINUX:
        return None
    found = find_program("arqc", computer)
    in_the_app = Path(computer.home.anchor, *_IN_THE_APP)
    if found is None and in_the_app.is_file():
        found = in_the_app
    return None if found is None else Arqc(found, computer)
