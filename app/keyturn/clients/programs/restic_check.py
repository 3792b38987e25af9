"""restic's own look at a repository, for restic itself and for the programs that run it (facts/clients.md 5)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.clients.endpoints import is_aws_endpoint, same_server
from keyturn.clients.interface import OwnCheck, PrivateFile
from keyturn.clients.minimal_settings import credentials_file
from keyturn.clients.programs.restic_addresses import Repository
from keyturn.model.addresses import server_or_none
from keyturn.model.keys import KeyPair, Secret

if TYPE_CHECKING:
    from keyturn.computer.computer import Computer


def is_reached_at(repository: Repository, endpoint_url: str | None) -> bool:
    """Return whether the repository is on the server that Keyturn speaks to: a file may name several."""
    if endpoint_url is None:
        return is_aws_endpoint(repository.endpoint)
    return same_server(repository.endpoint, endpoint_url)


def restic_check(
    computer: Computer,
    program: Path,
    repository: Repository,
    *,
    pair: KeyPair,
    password: Secret | Path,
    region: str | None,
) -> OwnCheck | None:
    """Return `restic cat config --no-lock`; without that option it writes a lock (facts/clients.md 0.3).

    None where the address is none that every program reads in the same way.

    Args:
        password: the repository's, or the file that holds it.
    """
    from keyturn.computer.bare_environment import bare_environment

    server, target = server_or_none(repository.endpoint), repository.target
    if server is None:
        return None
    address = f"s3:{server.url}/{target.bucket}/{target.prefix}".rstrip("/")
    # restic gets the pair from a file, because the environment of a program can be read by others of this person
    private = [PrivateFile("AWS_SHARED_CREDENTIALS_FILE", credentials_file(pair))]
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
