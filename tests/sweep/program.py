"""Starting the program under test through its driver, with a tracer where one is wanted."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import keyturn

from .driver import Order

ROOT = Path(__file__).parents[2]
_APP = Path(keyturn.__file__).parents[1]


@dataclass(frozen=True)
class Finished:
    """How a command ended, and what it wrote.

    Attributes:
        code: the exit code; negative, the signal that ended it.
    """

    words: tuple[str, ...]
    code: int
    output: str
    errors: str

    @property
    def killed(self) -> bool:
        """True where SIGKILL ended it."""
        return self.code == -signal.SIGKILL

    @property
    def document(self) -> dict[str, Any]:
        """The last JSON on standard output; empty where there is none."""
        for line in reversed(self.output.splitlines()):
            with suppress(ValueError):
                found = json.loads(line)
                return found if isinstance(found, dict) else {}
        return {}

    @property
    def problem(self) -> str:
        """The code of the problem that the command told of."""
        return str((self.document.get("problem") or {}).get("code", ""))


class Driver:
    """The loaded program; one command at a time.

    It ends with the process that started it, whose worlds take turns with it: loading the program takes longer than
    most of its commands.
    """

    def __init__(self) -> None:
        path = os.pathsep.join([str(_APP), str(ROOT)])
        self._process = subprocess.Popen(
            [sys.executable, "-B", "-m", "tests.sweep.driver"],
            cwd=ROOT,
            env={"PATH": os.defpath, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1", "LANG": "C.UTF-8"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def loaded(self) -> None:
        """Wait until it has loaded the program."""
        assert self.imports

    @cached_property
    def imports(self) -> dict[str, Any]:
        """What it loaded, see `imports_noted`; waited for at the first call."""
        assert self._process.stdout is not None
        table: dict[str, Any] = json.loads(self._process.stdout.readline())
        return table

    def start(self, order: Order) -> int:
        """Start a command, and return its process."""
        assert self._process.stdin is not None
        self.loaded()
        self._process.stdin.write(order.as_line())
        self._process.stdin.flush()
        return self._answer("process")

    def ended(self) -> int:
        """Wait for its end, and return the exit code."""
        return self._answer("ended")

    def _answer(self, name: str) -> int:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the driver of the program under test has ended; its reason stands above")
        return int(json.loads(line)[name])


@cache
def driver_of(computer: int) -> Driver:
    """The driver of this process's first or second computer."""
    return Driver()


def trace(process: int, arguments: Sequence[str], log: Path) -> subprocess.Popen[bytes]:
    """Attach strace to a paused process, and let the process go on."""
    _await(process, "State:\tT")
    tracer = subprocess.Popen(
        ["strace", "-qq", "-yy", "-o", str(log), *arguments, "-p", str(process)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    _await(process, "TracerPid:\t", but_not="TracerPid:\t0\n", tracer=tracer)
    os.kill(process, signal.SIGCONT)
    return tracer


def _await(process: int, text: str, but_not: str = "\0", tracer: subprocess.Popen[bytes] | None = None) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        status = Path(f"/proc/{process}/status").read_text()
        if text in status and but_not not in status:
            return
        if tracer is not None and tracer.poll() is not None:
            assert tracer.stderr is not None
            raise RuntimeError(f"strace did not attach: {tracer.stderr.read().decode()}")
        time.sleep(0.001)
    raise TimeoutError(f"process {process} never got to {text.strip()}")
