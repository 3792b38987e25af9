"""A program that a person starts with a key in its environment: it takes this one's place, if a system can do so."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import NoReturn

from keyturn.model.errors import UsageError
from keyturn.model.keys import KeyPair
from keyturn.model.text import _
from keyturn.rotation.key_life.handing_out import variables_of

# All that AWS's tools, and those made after them, take a key or the way to one from before or beside the two variables
# (AWS SDKs and Tools Reference Guide, "Environment variables"; boto 2; minio-go, `credentials.NewEnvMinio`).
_OTHER_KEYS = frozenset(
    {
        *("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN"),
        *("AWS_ACCESS_KEY", "AWS_SECRET_KEY", "AWS_CREDENTIAL_FILE", "AWS_CREDENTIAL_EXPIRATION"),
        *("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_ROLE_ARN", "AWS_ROLE_SESSION_NAME"),
        *("AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"),
        *("AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN"),
        *("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "MINIO_ACCESS_KEY", "MINIO_SECRET_KEY"),
        *("MINIO_ROOT_USER", "MINIO_ROOT_PASSWORD"),
    }
)
# Python lets a broken pipe be an error of its own; programs expect to end with the signal.
_CHANGED_BY_PYTHON = ("SIGPIPE", "SIGXFSZ")


def start(words: Sequence[str], pair: KeyPair) -> NoReturn:
    """Start the program in this process's place; where a system cannot do that, end as the program ends.

    No shell reads the words. The program keeps everything else of the environment, its standard streams, its folder and
    the one who started it, and gets each signal.

    Raises:
        UsageError: where it is not there, or may not be started.
    """
    environment = environment_with(pair, os.environ)
    try:
        if sys.platform != "win32":
            _become(words, environment)
        _end_like(words, environment)
    except FileNotFoundError:
        raise UsageError(
            _("There is no program {name}").format(name=words[0]), _("Nothing was started."), code="run.not-found"
        ) from None
    except OSError as error:
        raise UsageError(
            _("{name} cannot be started").format(name=words[0]),
            _("The system says: {reason}. Nothing was started.").format(reason=error.strerror or type(error).__name__),
            code="run.failed",
        ) from None


def environment_with(pair: KeyPair, before: Mapping[str, str]) -> dict[str, str]:
    """The environment with this key and no other one, nor a way to another one."""
    kept = {name: value for name, value in before.items() if name.upper() not in _OTHER_KEYS}
    return {**kept, **variables_of(pair)}


def _become(words: Sequence[str], environment: Mapping[str, str]) -> NoReturn:
    for name in _CHANGED_BY_PYTHON:
        signal.signal(getattr(signal, name), signal.SIG_DFL)
    sys.stdout.flush()
    sys.stderr.flush()
    os.execvpe(words[0], list(words), dict(environment))  # noqa: S606  (what the person typed, and no shell)


def _end_like(words: Sequence[str], environment: Mapping[str, str]) -> NoReturn:
    """Windows cannot put a program in this one's place. Ctrl-C reaches both there; this one waits on."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with subprocess.Popen(list(words), env=dict(environment)) as program:
        os._exit(program.wait())
