"""The whole account as the window asks about it, and what it does with one key: as `scan --account` and `--key` do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.aws.account_keys import AccountKeys
from keyturn.desktop.account_rows import AccountRow, row_of
from keyturn.desktop.report_file import is_table, write_report
from keyturn.desktop.window_words import in_window
from keyturn.model.errors import AwsError, AwsFault
from keyturn.model.keys import KeyStatus, Principal, PrincipalKind
from keyturn.model.text import _, capitalized, plural
from keyturn.rotation import labels
from keyturn.rotation.advice import advice_for
from keyturn.rotation.all_rotations import find_rotation
from keyturn.rotation.finding import whole_account
from keyturn.rotation.key_life import handing_over, key_elsewhere
from keyturn.rotation.steps import Ending, Step

if TYPE_CHECKING:
    from keyturn.desktop.runner import Desk
    from keyturn.desktop.signing import Signing
    from keyturn.model.places import Problem
    from keyturn.rotation.context import Context
    from keyturn.rotation.finding.survey import Survey
    from keyturn.rotation.finding.whole_account import AccountKey
    from keyturn.rotation.record import Rotation
    from keyturn.rotation.steps import Result


@dataclass(frozen=True, slots=True)
class Walked:
    """How far a walk is: users that were looked at, and the rows of the newest of them."""

    users: int
    rows: tuple[AccountRow, ...]


@dataclass(frozen=True, slots=True)
class AccountsSeen:
    """What a walk saw, and in which words.

    Attributes:
        survey: with the accounts, for the report.
        summary: how many users and keys; empty where no account could be asked.
        facts: what is known of root.
        unseen: what the one who looked may not see, or did not, each with its title and what to do.
    """

    survey: Survey
    summary: str
    rows: tuple[AccountRow, ...]
    facts: tuple[str, ...]
    unseen: tuple[Problem, ...]


def look_at_accounts(desk: Desk, signing: Signing, survey: Survey) -> AccountsSeen:
    """Ask about every user; rows are given as they are met, and all there are if it is ended early.

    Raises:
        AppError: where the one who is to look is not to be had.
    """
    context = signing.context(desk)
    now = context.clock.now()

    def met(users: int, keys: Sequence[AccountKey]) -> None:
        desk.give(Walked(users, tuple(row_of(one, now) for one in keys)))

    told = whole_account.with_accounts(context, survey, met)
    unseen = told.problems[len(survey.problems) :]
    keys = [one for account in told.accounts for one in account.keys]
    facts = [text for account in told.accounts for text in labels.root_in_report(account.root, now)]
    summary = " · ".join(_summary(account) for account in told.accounts)
    return AccountsSeen(told, summary, tuple(row_of(one, now) for one in keys), tuple(facts), unseen)


def _summary(account: whole_account.Account) -> str:
    users = plural("{count} user", "{count} users", account.users).format(count=account.users)
    keys = plural("{count} key", "{count} keys", len(account.keys)).format(count=len(account.keys))
    text = _("Account {account}: {users}, {keys}, as {who} sees it")
    if not account.finished:
        text = _("Account {account}: {users}, {keys} so far, as {who} sees it; the others were not looked at")
    return text.format(account=account.number, users=users, keys=keys, who=_who(account.seen_by))


def _who(arn: str) -> str:
    """Who asked, without the account's number, which stands before it."""
    owner = Principal.from_arn(arn)
    if owner.kind is PrincipalKind.ROOT:
        return _("the root user")
    return arn if owner.user_name is None else _("user {name}").format(name=owner.user_name)


def save(desk: Desk, survey: Survey, path: Path) -> Path:
    """Write the keys of the accounts as a table, or everything as a report, as the file's name ends; return the file.

    Raises:
        FileError: where the disk or the folder does not let it.
    """
    if not is_table(path):
        return write_report(desk, survey, path)
    from keyturn.computer import named_file
    from keyturn.rotation.reporting import account_table, spreadsheet

    named_file.write(path, spreadsheet.BYTE_ORDER_MARK + account_table.as_table(survey, desk.workplace.clock.now()))
    return path


# ── One key ──────────────────────────────────────────────────────────────────────────────────────────────────────────


class KeyAct(Enum):
    """What can be done with a key that is not on this computer."""

    TURN_OFF = "turn-off"
    TURN_ON = "turn-on"
    DELETE = "delete"
    REPLACE = "replace"


_ACTS = {
    KeyAct.TURN_OFF: key_elsewhere.turn_off,
    KeyAct.TURN_ON: key_elsewhere.turn_on,
    KeyAct.DELETE: key_elsewhere.delete,
}


@dataclass(frozen=True, slots=True)
class KeyStanding:
    """What Keyturn remembers of a key that is not here, and what the settings propose.

    Attributes:
        rotation: the one that is under way for it; empty where none is.
    """

    rotation: str
    watch_days: float
    off_days: float


@dataclass(frozen=True, slots=True)
class Changed:
    """What came of it.

    Attributes:
        well: it was done.
        after: the key as AWS lists it now; None where it is gone.
        rotation: the one that is under way for it; empty where none is.
    """

    text: str
    well: bool
    after: AccountKey | None
    rotation: str


def standing_of(desk: Desk, one: AccountKey) -> KeyStanding:
    """Read it from Keyturn's memory; AWS is not asked.

    Raises:
        StoreError: where that cannot be read.
    """
    mine = [
        rotation.name
        for rotation in desk.workplace.rotations()
        if rotation.decision.key == one.key.access_key_id and not rotation.is_over
    ]
    settings = desk.workplace.settings
    return KeyStanding(mine[-1] if mine else "", settings.watch_days, settings.off_days)


def change_key(
    desk: Desk,
    signing: Signing,
    one: AccountKey,
    act: KeyAct,
    wanted: key_elsewhere.Wanted,
    also: tuple[str, ...] = (),
) -> Changed:
    """Turn it off or on, delete it, or make a new key that is handed over, as far as every gate lets it.

    Args:
        also: who gets the new key, as `--also` names them.

    Raises:
        AppError: where it was not even begun: nobody signs, the confirmation is another key's, AWS was not reached.
    """
    context = signing.context(desk)
    found = key_elsewhere.find(context, wanted, lambda users: None)
    if act is KeyAct.REPLACE:
        result = handing_over.hand_over(context, found, wanted, handing_over.Receiver(also))
    else:
        result = _ACTS[act](context, found, wanted)
    rotation = None if result.rotation is None else find_rotation(context.journal, result.rotation)
    under_way = "" if rotation is None or rotation.is_over else rotation.name
    made = rotation is not None and act is KeyAct.REPLACE and _is_to_be_handed_over(rotation)
    well = result.ending is Ending.DONE or (made and result.problem is None)
    return Changed(_told(rotation, result, made=made), well, _listed_now(context, one), under_way)


def _is_to_be_handed_over(rotation: Rotation) -> bool:
    return rotation.step in {Step.WATCH, Step.TURN_OFF} and not rotation.is_over


def _told(rotation: Rotation | None, result: Result, *, made: bool) -> str:
    told = [] if rotation is None else [f"{capitalized(labels.standing(rotation, result))}."]
    if made:
        text = _(
            "The new key works, and its secret is in Keyturn's keychain. “Continue…” shows it to you, with what to do "
            "where it goes; the old key stays on until you say that the new one is in place there."
        )
        told.append(text)
    if result.problem is not None:
        told.append(str(result.problem))
    return in_window(" ".join(dict.fromkeys(told)))


def _listed_now(context: Context, one: AccountKey) -> AccountKey | None:
    """The key as AWS lists it after a change; its state is unknown if AWS does not say."""
    identity, owner = context.signer.identity, one.key.owner
    status: KeyStatus | None = KeyStatus.UNKNOWN
    if identity is not None and owner is not None:
        try:
            listed = AccountKeys(context.aws, identity[0], context.clock).listed(owner)
            status = next((key.status for key in listed if key.access_key_id == one.key.access_key_id), None)
        except AwsError as error:
            status = None if error.fault is AwsFault.NOT_FOUND else KeyStatus.UNKNOWN
    if status is None:
        return None
    key = replace(one.key, status=status)
    return replace(one, key=key, advice=advice_for(key, (), context.clock.now()))
