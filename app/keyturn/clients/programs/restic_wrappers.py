"""Programs that run restic: they keep its variables in files of their own (facts/clients.md section 6)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from keyturn.clients.endpoints import reaches_the_same
from keyturn.clients.interface import OwnCheck
from keyturn.clients.own_files import OwnFiles, StoredKey
from keyturn.clients.programs.restic_addresses import Repository, repository
from keyturn.clients.programs.restic_check import is_reached_at, restic_check
from keyturn.clients.variables.command_asks import restic_options
from keyturn.edits.files import FileContent, read_file
from keyturn.edits.trees import Scalar
from keyturn.model.keys import Secret
from keyturn.model.places import Place, PlaceKind, Target

if TYPE_CHECKING:
    from keyturn.computer.computer import Computer

_ID, _SECRET = "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"


@dataclass(frozen=True, slots=True)
class Opening:
    """A repository, and how its password is had: in clear, in a file, or (both None) in a way that is not followed.

    Attributes:
        options: the extended options that restic is given there, as behind its `-o`.
    """

    repository: Repository
    password: Secret | None = None
    password_file: str | None = None
    options: tuple[str, ...] = ()


def opening(
    address: str, password: str | None = None, password_file: str | None = None, options: Iterable[str] = ()
) -> Opening | None:
    """Return the repository that `address` names, or None where it is none on S3."""
    found = repository(address)
    secret = None if password is None else Secret(password)
    return None if found is None else Opening(found, secret, password_file, tuple(options))


class ResticWrapper(OwnFiles, Protocol):
    """A program that runs restic, whose own check is restic's."""

    def openings(self, content: FileContent) -> Mapping[str, Sequence[Opening]]:
        """Return the repositories that each key of the file is used for, by the key's locator; raises as `keys`."""
        ...

    def stays_below(self, place: Place, target: Target) -> bool:
        """Return True, as of restic itself."""
        return True

    def check(
        self, computer: Computer, place: Place, target: Target | None, *, endpoint_url: str | None = None
    ) -> OwnCheck | None:
        """Return restic's check. None where the file does not say how the password is had: no command is run for it."""
        from keyturn.clients.own_check import installed

        program = installed("restic", computer)
        if program is None or place.kind is not PlaceKind.DESTINATION or not reaches_the_same(place, endpoint_url):
            return None
        content = read_file(place.path)
        for one in self.openings(content).get(place.locator, ()):
            password = one.password or _file(computer, content.path, one.password_file)
            if target not in (None, one.repository.target) or password is None:
                continue
            if not is_reached_at(one.repository, endpoint_url):
                continue
            return restic_check(
                computer,
                program,
                one.repository,
                pair=self.spot_in(content, place).pair,
                password=password,
                region=place.region,
            )
        return None


def _file(computer: Computer, beside: Path, named: str | None) -> Path | None:
    if named is None:
        return None
    path = computer.expanded(named) if named.startswith("~") else Path(named)
    return path if path.is_absolute() else beside.parent / path


def key_in_variables(
    locator: str, name: str, variables: Mapping[str, Scalar], openings: Iterable[Opening]
) -> StoredKey | None:
    """Return the key among variables that restic is given, or None.

    Args:
        variables: by their names in capitals.
    """
    access_key_id = variables.get(_ID)
    if access_key_id is None or not access_key_id.is_text or not access_key_id.value:
        return None
    openings = tuple(openings)
    repositories = [one.repository for one in openings]
    manner, additions = restic_options(option for one in openings for option in one.options)
    region = next((variables[key].value for key in ("AWS_DEFAULT_REGION", "AWS_REGION") if key in variables), None)
    token = variables.get("AWS_SESSION_TOKEN")
    return StoredKey(
        locator=locator,
        name=name,
        access_key_id=access_key_id,
        secret=variables.get(_SECRET),
        targets=tuple(one.target for one in repositories),
        region=region or None,
        endpoint=repositories[0].endpoint if repositories else None,
        additions=additions,
        manner=manner,
        token="AWS_SESSION_TOKEN" if token is not None and token.value else None,
    )


def distinct(found: Iterable[Opening | None]) -> tuple[Opening, ...]:
    """Return each repository once, in order."""
    by_address = {one.repository.address: one for one in reversed([one for one in found if one is not None])}
    return tuple(reversed(by_address.values()))
