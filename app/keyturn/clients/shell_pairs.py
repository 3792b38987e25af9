"""Keys in variables: environment files, shell start files and scripts (research/clients.md sections 3 and 5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from keyturn.clients.client import PairSpot, ValueSpot
from keyturn.clients.endpoints import speaks_plain_http
from keyturn.clients.looking import key_id
from keyturn.edits.encodings import Encoding
from keyturn.edits.files import FileContent
from keyturn.edits.shell import Assignment, assignments
from keyturn.edits.trees import Writing
from keyturn.model.keys import KEY_ID_IN_TEXT, AccessKeyId, KeyPair, Secret
from keyturn.model.places import Place, PlaceKind, Target
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


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What a file says for all keys in its variables."""

    session_token: bool
    region: str | None
    endpoint: str | None
    targets: tuple[Target, ...] = ()


def place_of(client: str, path: Path, pair: ShellPair, facts: FileFacts, within: str = "") -> Place:
    """Return the place of a key in variables; a mention where its secret cannot be told from the file.

    Args:
        within: what the variables belong to, such as a service in a compose file.
    """
    secret = None if pair.secret is None or not pair.secret.value else Secret(pair.secret.value)
    session = pair.access_key_id.is_temporary or facts.session_token
    notes = [pair.note]
    if session:
        notes.append(_("These are temporary credentials, which expire by themselves."))
    return Place(
        client=client,
        name=f"{path.name}: {within}" if within else path.name,
        path=path,
        locator=locator_of(pair, within),
        kind=PlaceKind.MENTION if secret is None else PlaceKind.DESTINATION,
        access_key_id=pair.access_key_id,
        secret=secret,
        editable=secret is not None and not session,
        targets=facts.targets,
        region=facts.region,
        endpoint=facts.endpoint,
        plain_http=speaks_plain_http(facts.endpoint),
        session=session,
        note=" ".join(note for note in notes if note),
    )


def locator_of(pair: ShellPair, within: str = "") -> str:
    """Return where in the file the pair stands; `within` as for `place_of`."""
    return f"{within}: {pair.locator}" if within else pair.locator


def spots_of_pairs(
    path: Path, pairs: Iterable[tuple[str, ShellPair]], form: Writing | Encoding | None = None
) -> dict[str, PairSpot]:
    """Return each complete one of these pairs by its locator.

    Args:
        form: how a new value is written there; None where it is a matter of each value's own quotes.
    """
    return {
        locator: PairSpot(
            _spot(path, pair.assignment, form),
            _spot(path, pair.secret, form),
            KeyPair(pair.access_key_id, Secret(pair.secret.value)),
        )
        for locator, pair in pairs
        if pair.secret is not None and pair.secret.value
    }


def shell_spots(content: FileContent) -> Mapping[str, PairSpot]:
    """Return each complete pair of a file of assignments by its locator; raises as `Client.spots` does."""
    pairs = pairs_in(assignments(content.content, path=content.path))
    return spots_of_pairs(content.path, ((locator_of(pair), pair) for pair in pairs))


def _spot(path: Path, one: Assignment, form: Writing | Encoding | None) -> ValueSpot:
    return ValueSpot(path, one.value_span, one.quoting if form is None else form)


def _literal(found: Iterable[Assignment]) -> list[Assignment]:
    return [assignment for assignment in found if assignment.value and not assignment.is_reference]


def _why_no_secret(secrets: Sequence[Assignment], matched: bool) -> str:
    if matched or not secrets:
        return _("The secret key does not stand beside it in this file.")
    return _("It cannot be told from the file which secret key belongs to it.")
