"""Items that systemd seals with this computer's own key, which root alone may read: `systemd-creds`, systemd 250.

They open without any session, so what root's units and timetables start gets a key, and no file has it in clear text.
Always with the computer's own key and never with its TPM: what a TPM sealed may be lost with the next firmware, and a
secret that AWS shows once may not be lost. Only root may choose that (facts/credential-helper.md 4.7).
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from keyturn.computer.computer import Computer
from keyturn.computer.private_files import read_private_file, replace_private_file
from keyturn.computer.programs import find_program, run_check
from keyturn.model.errors import ClientError, StoreError
from keyturn.model.text import _

PROGRAM = "systemd-creds"
_ENDING = ".sealed"
_PATIENCE = 30.0  # seconds
_TRIAL, _TRIAL_TEXT = ("Keyturn trial", "0"), "Keyturn looks here"


@dataclass(frozen=True, slots=True)
class SealedItems:
    """The items of one Keyturn, each a file in its folder. Every method raises `StoreError` where it fails."""

    folder: Path

    def find(self) -> None:
        """See that they can be sealed here; nobody is asked for anything."""
        _program()

    def check(self) -> None:
        """Keep something that is no secret, read it back, and remove it."""
        self.write(*_TRIAL, _TRIAL_TEXT)
        read_back = self.read(*_TRIAL)
        self.remove(*_TRIAL)
        if read_back != _TRIAL_TEXT:
            raise _failed(_("What was kept was read back as something else"))

    def read(self, service: str, name: str) -> str | None:
        """What is kept under this name; None where nothing is."""
        path = self._path(service, name)
        try:
            sealed = read_private_file(path)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _failed(_reason(path, error)) from error
        return _run("decrypt", path.stem, sealed)

    def write(self, service: str, name: str, text: str) -> None:
        """Keep a text, in the place of an earlier one."""
        path = self._path(service, name)
        sealed = _run("encrypt", path.stem, text.encode(), "--with-key=host")
        try:
            replace_private_file(path, sealed)
        except OSError as error:
            raise _failed(_reason(path, error)) from error

    def remove(self, service: str, name: str) -> None:
        """Remove what is there."""
        path = self._path(service, name)
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise _failed(_reason(path, error)) from error

    def whereabouts(self, service: str) -> str:
        """Say where a person finds an item."""
        path = self._path(service, "ID")
        return _("in {path}, which root opens with “{program} decrypt {path} -”").format(path=path, program=PROGRAM)

    def _path(self, service: str, name: str) -> Path:
        # systemd binds an item to its name, so one that is put into another's place does not open.
        return self.folder / f"{service.lower().replace(' ', '-')}.{quote(name, safe='')}{_ENDING}"


def _run(verb: str, name: str, content: bytes, *options: str) -> str:
    try:
        # Nothing is inherited: a variable may name another key to seal with (systemd's ENVIRONMENT.md).
        done = run_check(
            (str(_program()), *options, f"--name={name}", verb, "-", "-"),
            environment={"LC_ALL": "C"},
            timeout=_PATIENCE,
            stdin=content,
            with_errors=False,
        )
    except ClientError as error:
        raise _failed(error.title) from None
    if done.exit_code is None:
        raise _failed(_("It did not end within {seconds} seconds").format(seconds=round(_PATIENCE)))
    if done.exit_code != 0:
        text = _("“{program} {verb}” ended with code {code}")
        raise _failed(text.format(program=PROGRAM, verb=verb, code=done.exit_code))
    return done.output


def _program() -> Path:
    program = find_program(PROGRAM, Computer.this())
    if program is None:
        raise StoreError(
            _("There is no {program} here").format(program=PROGRAM),
            _("It is a part of systemd from 250 on. Choose another place with --secrets."),
            code="systemd.missing",
        )
    if sys.platform == "linux" and os.geteuid() != 0:
        raise StoreError(
            _("Only root can have systemd keep secrets as Keyturn needs it"),
            _(
                "For anyone else systemd chooses what seals them, such as a TPM, and they may be lost with its next "
                "firmware. Start Keyturn as root for what root's units and timetables run, or choose --secrets file."
            ),
            code="systemd.not-root",
        )
    return program


def _reason(path: Path, error: OSError) -> str:
    return f"{path}: {error.strerror or type(error).__name__}"


def _failed(reason: str) -> StoreError:
    text = _("{reason}. A secret that cannot be kept and read is not used. The key that opens it is {path}.")
    return StoreError(
        _("systemd did not keep or give a secret"),
        text.format(reason=reason, path="/var/lib/systemd/credential.secret"),
        code="systemd.failed",
    )
