"""Programs that get a key for a person who named them in this very command: nothing else starts them."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import PurePath

from keyturn.computer.computer import Computer, Platform
from keyturn.computer.programs import NO_CONSOLE
from keyturn.model.errors import ClientError
from keyturn.model.text import _, shown

# It may ask its person for a password or a code, or open a browser, meanwhile.
_PATIENCE = 600.0
_MOST_SAID = 300  # characters of what a program said


def run_named(command: str, computer: Computer) -> bytes:
    """Run a command line to its end, and return what it wrote on standard output, which may hold a secret.

    No shell reads it. What it says on standard error goes where Keyturn's own goes, and it may ask at the terminal.

    Raises:
        ClientError: `program.not-started`, `program.failed`, with nothing of what it wrote.
    """
    return answer_of(_words(command, computer), person_environment(computer))


def answer_of(argv: Sequence[str], environment: Mapping[str, str]) -> bytes:
    """Run a program to its end, as `run_named` does.

    Raises:
        ClientError: `program.not-started`, `program.failed`, with nothing of what it wrote.
    """
    return _run(argv, environment, subprocess.PIPE).stdout or b""


def answer_of_our_own(argv: Sequence[str], environment: Mapping[str, str]) -> bytes:
    """As `answer_of`, of a program that says on standard error why it gives no key, and never a secret: a Keyturn.

    Raises:
        ClientError: as `answer_of`, with what it said there.
    """
    return _run(argv, environment, subprocess.PIPE, stderr=subprocess.PIPE).stdout or b""


def attend(argv: Sequence[str], environment: Mapping[str, str]) -> None:
    """Run a program that talks to the person; all that it says goes to standard error.

    Raises:
        ClientError: as `answer_of`.
    """
    sys.stderr.flush()
    _run(argv, environment, 2, stdin=None)


def person_environment(computer: Computer) -> Mapping[str, str]:
    """The variables that the person's programs see; for another home, this process's, with that home in them."""
    if computer.is_this_one:
        return computer.environment
    home = str(computer.home)
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith("AWS_")}
    return {**kept, "HOME": home, "USERPROFILE": home}


def _run(
    argv: Sequence[str],
    environment: Mapping[str, str],
    stdout: int,
    stdin: int | None = subprocess.DEVNULL,
    stderr: int | None = None,
) -> subprocess.CompletedProcess[bytes]:
    name = PurePath(argv[0]).name if argv else "?"
    try:
        done = subprocess.run(
            argv,
            env=dict(environment),
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            timeout=_PATIENCE,
            creationflags=NO_CONSOLE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _failed(name, _("it did not end within ten minutes")) from None
    except (OSError, ValueError, IndexError) as error:
        raise ClientError(
            _("{program} could not be started").format(program=name),
            _("{reason}.").format(reason=getattr(error, "strerror", None) or _("It is not there")),
            code="program.not-started",
        ) from None
    if done.returncode != 0:
        raise _failed(name, _("it ended with code {code}").format(code=done.returncode), done.stderr or b"")
    return done


def _words(command: str, computer: Computer) -> list[str]:
    """As SDKs split it: by the shell's quotes; on Windows a backslash is no escape."""
    try:
        if computer.platform is Platform.WINDOWS:
            return [word.strip('"') for word in shlex.split(command, posix=False)]
        return shlex.split(command)
    except ValueError:
        return []


def _failed(name: str, why: str, said: bytes = b"") -> ClientError:
    message = _("Keyturn asked this program for a key, and {why}.").format(why=why)
    text = " ".join(said.decode(errors="replace").split())
    if text:
        # An error's text is shown and written down as it is, whoever wrote it.
        message = _("{message} It said: “{text}”").format(message=message, text=shown(text)[:_MOST_SAID])
    return ClientError(_("{program} gave no key").format(program=name), message, code="program.failed")
