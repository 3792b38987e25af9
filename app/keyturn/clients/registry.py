"""All clients, and one look through the whole computer."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.clients.aws_files import AwsFiles
from keyturn.clients.client import Client
from keyturn.clients.corners import search_corners
from keyturn.clients.endpoints import is_aws_endpoint, same_server
from keyturn.clients.environment import Environment
from keyturn.clients.leftovers import Leftovers
from keyturn.clients.looking import Loan
from keyturn.clients.rclone import Rclone
from keyturn.clients.restic import Restic
from keyturn.clients.s3cmd import S3cmd
from keyturn.model.errors import UsageError
from keyturn.model.keys import AccessKeyId
from keyturn.model.places import Findings, Place
from keyturn.model.text import _

if TYPE_CHECKING:
    from keyturn.computer.computer import Computer

# In the order in which places are listed. Explicit, so that a bundle contains them all.
CLIENTS: tuple[Client, ...] = (AwsFiles(), Rclone(), S3cmd(), Restic(), Environment(), Leftovers())


def client_named(name: str) -> Client:
    """Return the client that the command line calls `name`.

    Raises:
        UsageError: `usage.client`, where no module has that name; such places are only listed.
    """
    for client in CLIENTS:
        if client.name == name:
            return client
    raise UsageError(
        _("Keyturn cannot change keys of “{name}”").format(name=name),
        _("It only lists what it found there, and changed nothing. Change the key by hand, then tick it off."),
        code="usage.client",
    )


def find_everything(
    computer: Computer,
    *,
    corners: bool = True,
    leave_out: Collection[Path] = (),
    progress: Callable[[Path], None] | None = None,
) -> Findings:
    """Return every place on the computer, those of clients first, then mentions in the usual corners.

    Args:
        corners: also search the small files of the usual corners (DESIGN, Completeness).
        leave_out: folders that are not searched for mentions, such as the one in which Keyturn keeps its own memory.
        progress: told each corner before it is searched.
    """
    findings = Findings()
    loans: list[Loan] = []
    for client in CLIENTS:
        look = client.look(computer)
        findings += look.findings()
        loans += look.loans
    findings = Findings(tuple(_with_loans(place, loans) for place in findings.places), findings.problems)
    if corners:
        findings += search_corners(computer, claims(findings.places), leave_out, progress)
    return findings


def claims(places: tuple[Place, ...]) -> frozenset[tuple[str, AccessKeyId]]:
    """Return the real paths of the places, each with the key ID that is known to stand there."""
    real = {path: os.path.realpath(path) for path in {place.path for place in places}}
    return frozenset((real[place.path], place.access_key_id) for place in places)


def _with_loans(place: Place, loans: list[Loan]) -> Place:
    """Add to an AWS profile what the programs that borrow its key need; its own files do not say it."""
    if place.client != AwsFiles.name:
        return place
    for loan in loans:
        fits = is_aws_endpoint(loan.endpoint) or same_server(loan.endpoint, place.endpoint)
        if loan.profile != place.name or loan.credentials not in (None, place.path) or not fits:
            continue
        place = replace(
            place,
            targets=tuple(dict.fromkeys((*place.targets, *loan.targets))),
            additions=place.additions | loan.additions,
            plain_http=place.plain_http or loan.plain_http,
            region=place.region or loan.region,
            note=f"{place.note} {loan.note}".strip(),
        )
    return place

