"""A backup program's own check: run with nothing inherited, a hard time limit, and secrets only in private files."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from keyturn.clients.client import CheckResult, OwnCheck
from keyturn.computer.computer import Computer, Platform
from keyturn.computer.programs import find_program, run_check
from keyturn.edits.masking import said
from keyturn.edits.temporary_folders import temporary_folder
from keyturn.model.addresses import without_password
from keyturn.model.errors import ClientError
from keyturn.model.text import _

# Without these a program finds neither its libraries nor the way out of the network. Everything else, the ambient
# AWS_*, RCLONE_* and MC_* above all, would override the file that is to be proved (research/clients.md 0.8).
_NEEDED = ("PATH", "LANG", "SYSTEMROOT", "TEMP", "TMP")
_PROXIES = ("HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "https_proxy", "http_proxy", "no_proxy")
_CANNOT_START = frozenset({126, 127})
_DETAIL_LENGTH = 300


def bare_environment(computer: Computer, added: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return an environment built from nothing: the search path, the home folder, the language, and `added`."""
    environment = {name: os.environ[name] for name in (*_NEEDED, *_PROXIES) if os.environ.get(name)}
    for name in _PROXIES:
        without_password(environment.get(name, ""))  # a program that repeats it gives nothing away
    environment.setdefault("PATH", os.defpath)
    environment["HOME"] = str(computer.home)
    if computer.platform is Platform.WINDOWS:
        environment["USERPROFILE"] = str(computer.home)
    return environment | dict(added or {})


def installed(name: str, computer: Computer) -> Path | None:
    """Return the program, or None. It runs on this computer, also where another one's disk is looked at."""
    return find_program(name, computer if computer.is_this_one else Computer.this())


def run_own_check(check: OwnCheck) -> CheckResult:
    """Run the check. A program that does not end in time, or does not start, leaves the outcome unknown."""
    try:
        with temporary_folder() as folder:
            environment = dict(check.environment)
            for private in check.private_files:
                path = folder / private.variable.lower()
                handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
                    file.write(private.content.reveal())
                environment[private.variable] = private.value.replace("{path}", str(path))
            result = run_check(check.arguments, environment=environment, timeout=check.timeout)
    except (ClientError, OSError) as error:
        reason = error.title if isinstance(error, ClientError) else (error.strerror or "")
        detail = _("{program} could not be asked: {reason}.").format(program=check.title, reason=reason)
        return CheckResult(None, detail)
    if result.exit_code is None:
        detail = _("{program} did not answer within {seconds} seconds.")
        return CheckResult(None, detail.format(program=check.title, seconds=round(check.timeout)))
    if result.exit_code == 0:
        return CheckResult(True, _("{program} reached it.").format(program=check.title))
    told = said(result.output)[-_DETAIL_LENGTH:]
    if result.exit_code in _CANNOT_START:
        return CheckResult(None, _("{program} did not start: {said}").format(program=check.title, said=told))
    detail = _("{program} could not reach it: {said}").format(program=check.title, said=told)
    return CheckResult(False, detail)
