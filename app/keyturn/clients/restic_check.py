"""restic's own look at a repository, for restic itself and for the programs that run it (research/clients.md 5)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.clients.client import OwnCheck, PrivateFile
from keyturn.model.keys import KeyPair, Secret

if TYPE_CHECKING:
    from keyturn.computer.computer import Computer


def restic_check(
    computer: Computer, program: Path, address: str, *, pair: KeyPair, password: Secret | Path, region: str | None
) -> OwnCheck:
    """Return `restic cat config --no-lock`; without that option it writes a lock (research/clients.md 0.3).

    Args:
        address: the repository as restic takes it.
        password: the repository's, or the file that holds it.
    """
    from keyturn.clients.own_check import bare_environment

    # restic gets the pair from a file, because the environment of a program can be read by others of this person
    credentials = (
        f"[default]\naws_access_key_id = {pair.access_key_id}\naws_secret_access_key = {pair.secret.reveal()}\n"
    )
    private = [PrivateFile("AWS_SHARED_CREDENTIALS_FILE", Secret(credentials))]
    environment = {"RESTIC_REPOSITORY": address, "AWS_EC2_METADATA_DISABLED": "true"}
    if isinstance(password, Secret):
        private.append(PrivateFile("RESTIC_PASSWORD_FILE", password))
    else:
        environment["RESTIC_PASSWORD_FILE"] = str(password)
    if region is not None:
        environment["AWS_DEFAULT_REGION"] = region
    return OwnCheck(
        title="restic",
        arguments=(str(program), "cat", "config", "--no-lock", "--no-cache"),
        environment=bare_environment(computer, environment),
        private_files=tuple(private),
    )
