"""The account's credential report: what it says of the root user, whose keys no other identity may list.

AWS makes a new one at most every four hours, so what it says may be that old; it names no key IDs, and its columns are
found by their names, since AWS adds to them (resources/facts/aws.md A3).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from keyturn.aws.access_keys import in_utc
from keyturn.aws.propagation import WaitingClock
from keyturn.aws.session import Aws
from keyturn.model.errors import AwsError
from keyturn.model.keys import KeyPair, LastUse

_ROOT = "<root_account>"
_SLOTS = (1, 2)
_PAUSE, _ATTEMPTS = 2.0, 15  # seconds between two looks whether the report is made; half a minute together
_NOT_YET = "ReportInProgress"


@dataclass(frozen=True, slots=True)
class ReportedKey:
    """One of root's keys. The report tells no ID, and the day of the last change, which may be that of its making.

    Attributes:
        last_use: None if the report does not tell.
    """

    active: bool
    changed: datetime | None
    last_use: LastUse | None


@dataclass(frozen=True, slots=True)
class RootInReport:
    """What the report says of root.

    Attributes:
        made: when the report was made, in UTC.
        mfa: whether root signs in with a second factor; None if the report does not tell.
        keys: its access keys; inactive ones that were never used are not told apart from none.
    """

    made: datetime | None
    mfa: bool | None
    keys: tuple[ReportedKey, ...]


def root_in_report(aws: Aws, signer: KeyPair, clock: WaitingClock) -> RootInReport | None:
    """Have the report made, unless there is one, and return what it says of root; None if it has no such row.

    Raises:
        AwsError: DENIED if the signer may not read it; `ReportInProgress` if it is not made within half a minute.
    """
    aws.ask(signer, "iam", "GenerateCredentialReport", {})
    answer: Mapping[str, object] = {}
    for attempt in range(_ATTEMPTS):
        try:
            answer = aws.ask(signer, "iam", "GetCredentialReport", {})
            break
        except AwsError as error:
            if error.aws_code != _NOT_YET or attempt == _ATTEMPTS - 1:
                raise
            clock.sleep(_PAUSE)
    content, made = answer.get("Content"), answer.get("GeneratedTime")
    text = content.decode(errors="replace") if isinstance(content, bytes) else ""
    row = next((row for row in csv.DictReader(io.StringIO(text)) if row.get("user") == _ROOT), None)
    if row is None:
        return None
    keys = [_key(row, slot) for slot in _SLOTS]
    told = {"true": True, "false": False}.get(row.get("mfa_active") or "")
    return RootInReport(
        in_utc(made) if isinstance(made, datetime) else None, told, tuple(key for key in keys if key is not None)
    )


def _key(row: Mapping[str, str | None], slot: int) -> ReportedKey | None:
    said = {name: row.get(f"access_key_{slot}_{name}") or "N/A" for name in _TOLD}
    changed, used = _moment(said["last_rotated"]), _moment(said["last_used_date"])
    if said["active"] != "true" and changed is None and used is None:
        return None
    # N/A is "never" as well as "not since AWS began to count": the same as GetAccessKeyLastUsed tells.
    return ReportedKey(
        said["active"] == "true", changed, LastUse(used, said["last_used_service"], said["last_used_region"])
    )


_TOLD = ("active", "last_rotated", "last_used_date", "last_used_service", "last_used_region")


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        return None  # N/A, no_information, not_supported
