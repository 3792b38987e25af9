"""The part of the scan's page that shows a whole account."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from keyturn.model.text import _, plural
from keyturn.rotation import labels
from keyturn.terminal.key_lines import TONES, users_of_key
from keyturn.terminal.screen import BLANK, Line, Piece, Tone, columns, line

if TYPE_CHECKING:
    from keyturn.rotation.finding.whole_account import Account, AccountKey


def account_lines(account: Account, now: datetime, days: int | None) -> list[Line]:
    """Every key of the account, those first about which something should be done, and what is known of root."""
    users = plural("{count} user", "{count} users", account.users).format(count=account.users)
    keys = plural("{count} key", "{count} keys", len(account.keys)).format(count=len(account.keys))
    heading = (
        _("Account {account}: {users}, {keys}")
        if account.finished
        else _("Account {account}: {users}, {keys} so far; the others were not looked at")
    )
    page = [BLANK, line(heading.format(account=account.number, users=users, keys=keys), Tone.HEADING)]
    page += [line(text, Tone.QUIET) for text in labels.root_in_report(account.root, now)]
    if account.keys:
        header, *lines = key_lines(account.keys, now)
        page.append(header)
        for one, row in zip(account.keys, lines, strict=True):
            page += [row, *users_of_key(one.history, days)]
    return page


def key_lines(keys: Sequence[AccountKey], now: datetime) -> list[Line]:
    """A heading, and a line for each key; nothing if there is none."""
    if not keys:
        return []
    headings = (_("KEY"), _("USER"), _("STATUS"), _("AGE"), _("LAST USED"), _("HERE"), _("ADVICE"))
    rows = [[Piece(heading, Tone.QUIET) for heading in headings]]
    return columns([*rows, *(_row(one, now) for one in keys)])


def _row(one: AccountKey, now: datetime) -> list[Piece]:
    key = one.key
    name = None if key.owner is None else key.owner.user_name
    return [
        Piece(key.access_key_id.masked, Tone.HEADING),
        Piece(name or labels.kind(key)),
        Piece(labels.status(key.status)),
        Piece(labels.age(key, now)),
        Piece(labels.last_used(key.last_use, now)),
        Piece(_("yes") if one.on_this_computer else _("no")),
        Piece(labels.advice(one.advice), TONES[one.advice]),
    ]
