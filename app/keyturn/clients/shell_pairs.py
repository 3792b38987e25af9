"""Keys in variables: environment files, shell start files and scripts (research/clients.md sections 3 and 5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from keyturn.clients.client import PairSpot, ValueSpot
from keyturn.clients.looking import key_id
from keyturn.edits.files import FileContent
from keyturn.edits.shell import Assignment, assignments
from keyturn.model.keys import KEY_ID_IN_TEXT, AccessKeyId, KeyPair, Secret
from keyturn.model.text import _

# AWS_ACCESS_KEY_ID, RCLONE_S3_ACCESS_KEY_ID, AWS_ACCESS_KEY, MINIO_ACCESS_KEY … each with its secret's name
_ENDINGS = (("ACCESS_KEY_ID", "SECRET_ACCESS_KEY"), ("ACCESS_KEY", "SECRET_KEY"))
# duply's, for any kind of store
_NAMES = {"TARGET_USER": "TARGET_PASS"}


@dataclass(frozen=True, slots=True)
class ShellPair:
    """A key in variables.

    Attributes:
        locator: the variable; from its second assignment in the file on with a number.
        secret: the assignment of the secret that belongs to it, or None where that cannot be told from this file.
        note: why there is no secret, in a sentence; empty where there is one.
    """

    locator: str
    access_key_id: AccessKeyId
    assignment: Assignment
    secret: Assignment | None
    note: str


def secret_name(name: str) -> str | None:
    """Return the variable that holds the secret beside the ID in `name`; None where `name` is no such variable."""
    for ending, paired in _ENDINGS:
        if name.endswith(ending) and not name.endswith(f"SECRET_{ending}"):
            return name.removesuffix(ending) + paired
    return _NAMES.get(name)


def pairs_in(found: Sequence[Assignment]) -> list[ShellPair]:
    """Return the keys among the assignments of one file.

    The first ID belongs to the first secret, the second to the second. Where their numbers differ, which secret
    belongs to which ID depends on how the script runs; then none is given.
    """
    by_name: dict[str, list[Assignment]] = {}
    for assignment in found:
        by_name.setdefault(assignment.name, []).append(assignment)
    pairs = []
    for name, ids in by_name.items():
        other = secret_name(name)
        if other is None:
            continue
        secrets = by_name.get(other, [])
        if len(ids) != len(secrets):
            ids, secrets = _literal(ids), _literal(secrets)
        matched = len(ids) == len(secrets)
        for number, (assignment, secret) in enumerate(zip_longest(ids, secrets if matched else ()), start=1):
            identifier = variable_key_id(name, assignment.value)
            if identifier is None:
                continue
            complete = secret is not None and bool(secret.value) and not secret.is_reference
            pairs.append(
                ShellPair(
                    locator=name if number == 1 else f"{name} ({number})",
                    access_key_id=identifier,
                    assignment=assignment,
                    secret=secret if complete else None,
                    note="" if complete else _why_no_secret(secrets, matched),
                )
            )
    return pairs


def variable_key_id(name: str, value: str | None) -> AccessKeyId | None:
    """Return the key ID in a variable. Outside of AWS_*, other makers' keys have like names: Amazon's shape decides."""
    if value is None or (not name.startswith("AWS_") and KEY_ID_IN_TEXT.fullmatch(value) is None):
        return None
    return key_id(value)


def has_session_token(found: Iterable[Assignment]) -> bool:
    """Return whether a session token stands beside the keys: they are temporary then."""
    return any(
        assignment.name in ("AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN") and assignment.value for assignment in found
    )


def last_value(found: Sequence[Assignment], *names: str) -> str | None:
    """Return what the last assignment to one of `names` says, the earlier name first; None for a reference."""
    for name in names:
        values = [assignment.value for assignment in found if assignment.name == name]
        if values and values[-1]:
            return values[-1]
    return None


def shell_spots(content: FileContent) -> Mapping[str, PairSpot]:
    """Return each complete pair of a file of assignments by its locator; raises as `Client.spots` does."""
    spots = {}
    for pair in pairs_in(assignments(content.content, path=content.path)):
        if pair.secret is not None and pair.secret.value:
            spots[pair.locator] = PairSpot(
                ValueSpot(content.path, pair.assignment.value_span, pair.assignment.quoting),
                ValueSpot(content.path, pair.secret.value_span, pair.secret.quoting),
                KeyPair(pair.access_key_id, Secret(pair.secret.value)),
            )
    return spots


def _literal(found: Iterable[Assignment]) -> list[Assignment]:
    return [assignment for assignment in found if assignment.value and not assignment.is_reference]


def _why_no_secret(secrets: Sequence[Assignment], matched: bool) -> str:
    if matched or not secrets:
        return _("The secret key does not stand beside it in this file.")
    return _("It cannot be told from the file which secret key belongs to it.")
