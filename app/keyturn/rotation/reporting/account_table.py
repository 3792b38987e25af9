"""A whole account as a table: a line for each key, those first about which something should be done.

The columns have the names and the words of `scan --json`, which are the same in every language.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from keyturn.rotation.finding.survey import Survey
from keyturn.rotation.reporting import spreadsheet

if TYPE_CHECKING:
    from keyturn.rotation.finding.whole_account import Account, AccountKey  # and with it the way to AWS

COLUMNS = (
    *("advice", "access_key_id", "account", "kind", "user_name", "status", "created", "age_days"),
    *("last_used", "last_used_service", "last_used_region", "on_this_computer", "tags", "note"),
)
_NOT_KNOWN = "unknown"


def as_table(survey: Survey, now: datetime) -> str:
    """The whole table; what the one who asked may not see is a line without a key, and its note says why."""
    return spreadsheet.written(COLUMNS, _rows(survey, now))


def _rows(survey: Survey, now: datetime) -> Iterator[Sequence[str]]:
    for account in survey.accounts:
        for one in account.keys:
            yield _row(account, one, now)
    for problem in survey.problems:
        yield (*[""] * (len(COLUMNS) - 1), str(problem))


def _row(account: Account, one: AccountKey, now: datetime) -> Sequence[str]:
    key = one.key
    owner, created = key.owner, key.created
    return (
        one.advice.value,
        key.access_key_id.value,
        account.number,
        _NOT_KNOWN if owner is None else owner.kind.value,
        "" if owner is None else owner.user_name or "",
        key.status.value,
        _NOT_KNOWN if created is None else created.isoformat(timespec="seconds"),
        "" if created is None else str((now - created).days),
        *_last_use(one),
        "yes" if one.on_this_computer else "no",
        _NOT_KNOWN if one.tags is None else "; ".join(f"{name}={value}" for name, value in sorted(one.tags.items())),
        "",
    )


def _last_use(one: AccountKey) -> tuple[str, str, str]:
    use = one.key.last_use
    if use is None:
        return _NOT_KNOWN, "", ""
    if use.date is None:
        return "never", "", ""
    return use.date.isoformat(timespec="seconds"), use.service, use.region
