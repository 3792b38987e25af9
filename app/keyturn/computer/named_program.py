"""A program that stands in a person's file, and that the person named in this very command: nothing else starts it."""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import PurePath

from keyturn.computer.computer import Computer, Platform
from keyturn.computer.programs import NO_CONSOLE
from keyturn.model.errors import ClientError
from keyturn.model.text import _

# It may ask its person for a password or a code meanwhile.
_PATIENCE = 300.0


def run_named(command: str, computer: Computer) -> bytes:
    """Run a command line to its end, and return what it wrote on standard output, which may hold a secret.

    No shell reads it. What it says on standard error goes where Keyturn's own goes, and it may ask at the terminal.

    Raises:
        ClientError: `program.not-started`, `program.failed`, with nothing of what it wrote.
    """
    argv = _words(command, computer)
    name = PurePath(argv[0]).name if argv else "?"
    environment = dict(computer.environment) or {"HOME": str(computer.home), "PATH": os.defpath}
    try:
        done = subprocess.run(
            argv,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            timeout=_PATIENCE,
            creationflags=NO_CONSOLE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _failed(name, _("it did not end within five minutes")) from None
    except (OSError, ValueError, IndexError) as error:
        raise ClientError(
            _("{program} could not be started").format(program=name),
            _("{reason}. Nothing was changed.").format(reason=getattr(error, "strerror", None) or _("It is not there")),
            code="program.not-started",
        ) from None
    if done.returncode != 0:
        raise _failed(name, _("it ended with code {code}").format(code=done.returncode))
    return done.stdout


def _words(command: str, computer: Computer) -> list[str]:
    """As SDKs split it: by the shell's quotes; on Windows a backslash is no escape."""
    try:
        if computer.platform is Platform.WINDOWS:
            return [word.strip('"') for word in shlex.split(command, posix=False)]
        return shlex.split(command)
    except ValueError:
        return []


def _failed(name: str, why: str) -> ClientError:
    return ClientError(
        _("{program} gave no key").format(program=name),
        _("The profile asks this program for its key, and {why}. Nothing was changed.").format(why=why),
        code="program.failed",
    )
