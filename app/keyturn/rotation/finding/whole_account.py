"""The whole account: every user's keys and root's, also those that are not on this computer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from keyturn.aws.account_keys import AccountKeys, ListedUser
from keyturn.aws.credential_report import RootInReport, root_in_report
from keyturn.model.errors import AwsError, AwsFault
from keyturn.model.keys import AccessKey, KeyPair, KeyStatus, Principal
from keyturn.model.places import Problem
from keyturn.model.text import _, plural
from keyturn.rotation.advice import Advice, advice_for
from keyturn.rotation.context import Context
from keyturn.rotation.finding import key_users
from keyturn.rotation.finding.survey import FoundKey, Survey
from keyturn.rotation.finding.uses import without_own

if TYPE_CHECKING:
    from keyturn.aws.event_history import History


@dataclass(frozen=True, slots=True)
class AccountKey:
    """One key of the account.

    Attributes:
        tags: those of its user; None if they may not be read.
        found: what stands on this computer of it; None if it is not here.
        kept: its pair is in Keyturn's keychain, as the keeper's is.
        history: who used a key that is not here; None if that was not asked for, or is not known.
    """

    key: AccessKey
    advice: Advice
    tags: Mapping[str, str] | None
    found: FoundKey | None
    kept: bool = False
    history: History | None = None

    @property
    def on_this_computer(self) -> bool:
        """True if it stands somewhere here, or in Keyturn's keychain."""
        return self.found is not None or self.kept


# Is told how many users were looked at, and the keys of the newest of them.
Progress = Callable[[int, Sequence[AccountKey]], None]


@dataclass(frozen=True, slots=True)
class Account:
    """One account, as one identity sees it.

    Attributes:
        seen_by: the ARN of the one who asked.
        users: how many users were looked at.
        keys: theirs, and those of root that were found; what should be done first comes first.
        root: what the credential report says of root; None if it may not be read.
        finished: False if the person ended it early, or AWS stopped answering.
        not_seen: what the identity may not see, each in a sentence.
    """

    number: str
    seen_by: str
    users: int
    keys: tuple[AccountKey, ...]
    root: RootInReport | None
    finished: bool
    not_seen: tuple[Problem, ...]


def with_accounts(context: Context, survey: Survey, progress: Progress, days: int | None = None) -> Survey:
    """Return the survey with every account whose users an identity at hand may list, and what is not to be seen.

    The identity is the one of `--as`, else in each account the keys that were found here and that AWS accepts, a root
    key before others. What the account tells of a key that was found, such as one that is off, is added to it.

    Args:
        days: ask as well who used each key that is not here in so many days. Keys that were used earlier for the last
            time, or never, are not asked about: nobody did.
    """
    alone = context.signer.identity
    askers = _of_found(survey) if alone is None else {alone[1].account: [alone]}
    if not askers:
        nobody = Problem(
            None,
            _("No key on this computer can ask about its account"),
            _("AWS accepts none of the keys that were found. Name who may: keyturn scan --account --as profile:NAME"),
        )
        return replace(survey, problems=(*survey.problems, nobody))
    accounts, problems = [], []
    for number, identities in askers.items():
        seen = _account(context, survey, number, identities, progress)
        if isinstance(seen, Problem):
            problems.append(seen)
            continue
        problems += seen.not_seen
        if days is not None:
            seen, unknown = _with_histories(context, survey, seen, identities, days)
            problems += unknown
        accounts.append(seen)
    told = {one.key.access_key_id: one for account in accounts for one in account.keys if one.found is not None}
    keys = tuple(
        replace(found, key=told[found.key.access_key_id].key, advice=told[found.key.access_key_id].advice)
        if found.key.access_key_id in told
        else found
        for found in survey.keys
    )
    return replace(survey, keys=keys, accounts=tuple(accounts), problems=(*survey.problems, *problems))


def _with_histories(
    context: Context,
    survey: Survey,
    account: Account,
    identities: Sequence[tuple[KeyPair, Principal]],
    days: int,
) -> tuple[Account, tuple[Problem, ...]]:
    """The account, with who used each key that is not here, and whose history could not be read."""
    since = context.clock.now() - timedelta(days=days)
    elsewhere = [one for one in account.keys if one.found is None and _may_have_been_used(one.key, since)]
    askers = [
        FoundKey(AccessKey(pair.access_key_id, who, KeyStatus.ACTIVE), (), Advice.UNKNOWN, pair)
        for pair, who in identities
    ]
    asked = [FoundKey(one.key, (), one.advice) for one in elsewhere]
    histories, unknown = key_users.of_keys(context, asked, days, beside=(*askers, *survey.keys))
    keys = tuple(replace(one, history=histories.get(one.key.access_key_id)) for one in account.keys)
    return replace(account, keys=keys), unknown


def _may_have_been_used(key: AccessKey, since: datetime) -> bool:
    used = key.last_use
    return used is None or (used.date is not None and used.date >= since)


def _of_found(survey: Survey) -> dict[str, list[tuple[KeyPair, Principal]]]:
    return {
        account: [(one.pair, one.key.owner) for one in found if one.pair is not None and one.key.owner is not None]
        for account, found in survey.askers().items()
    }


def _account(
    context: Context,
    survey: Survey,
    number: str,
    identities: Sequence[tuple[KeyPair, Principal]],
    progress: Progress,
) -> Account | Problem:
    refusal: AwsError | None = None
    for pair, principal in identities:
        try:
            return _Walk(context, survey, pair, principal, progress).account()
        except AwsError as error:
            refusal = error
            if error.fault is not AwsFault.DENIED:
                break
    return Problem(
        None,
        _("The users of account {account} could not be listed").format(account=number),
        "" if refusal is None else str(refusal),
    )


class _Walk:
    """One identity's walk through its account."""

    def __init__(
        self, context: Context, survey: Survey, pair: KeyPair, principal: Principal, progress: Progress
    ) -> None:
        self._context = context
        self._here = {one.key.access_key_id: one for one in survey.keys}
        self._pair = pair
        self._principal = principal
        self._progress = progress
        self._asked = AccountKeys(context.aws, pair, context.clock)
        self._keys: list[AccountKey] = []
        self._denied: list[str] = []
        self._problems: list[Problem] = []

    def account(self) -> Account:
        """Walk.

        Raises:
            AwsError: if not even the first page of users is told.
        """
        users, finished = 0, True
        listed = self._asked.users()
        user = next(listed, None)
        while user is not None:
            if self._context.cancel.asked:
                finished = False
                self._problems.append(self._ended_early(users))
                break
            try:
                keys = self._keys_of(user)
                users += 1
                self._keys += keys
                self._progress(users, keys)
                user = next(listed, None)
            except AwsError as error:
                finished = False
                said = plural(
                    "AWS stopped answering after {count} user", "AWS stopped answering after {count} users", users
                )
                self._problems.append(Problem(None, said.format(count=users), str(error)))
                break
        number = self._principal.account
        root = self._root() if finished else None
        self._keys += [
            AccountKey(found.key, found.advice, None, found)
            for found in self._here.values()
            if found.is_of_root and found.key.owner is not None and found.key.owner.account == number
        ]
        if self._denied:
            self._problems.append(self._not_listed())
        self._keys.sort(key=urgency)
        return Account(number, self._principal.arn, users, tuple(self._keys), root, finished, tuple(self._problems))

    def _ended_early(self, users: int) -> Problem:
        title = plural(
            "Only {count} user of account {account} was looked at",
            "Only {count} users of account {account} were looked at",
            users,
        )
        message = _("You ended it early. The keys of the others are in no count here.")
        return Problem(None, title.format(count=users, account=self._principal.account), message)

    def _keys_of(self, user: ListedUser) -> Sequence[AccountKey]:
        try:
            keys = self._asked.keys_of(user.principal)
        except AwsError as error:
            if error.fault is AwsFault.NOT_FOUND:
                return ()  # deleted since it was listed
            if error.fault is not AwsFault.DENIED:
                raise
            self._denied.append(user.principal.user_name or "")
            return ()
        now = self._context.clock.now()
        told = []
        for listed in keys:
            found = self._here.get(listed.access_key_id)
            key = self._net_of_own(listed, found)
            advice = advice_for(key, () if found is None else found.places, now)
            # A keychain is slow, and holds only keys of Keyturn's own users besides those that were found.
            ours = user.principal.is_ours and self._context.secrets.get(key.access_key_id) is not None
            told.append(AccountKey(key, advice, user.tags, found, kept=ours))
        return told

    def _net_of_own(self, listed: AccessKey, found: FoundKey | None) -> AccessKey:
        """The key with its last use by somebody else: what Keyturn signed itself with it, now or earlier, is none."""
        if found is not None and found.key.last_use is not None:
            return replace(listed, last_use=found.key.last_use)  # read before anything was signed with it
        journal, key = self._context.journal, listed.access_key_id
        if listed.last_use is None or not journal.own_uses(key):
            return listed
        return replace(listed, last_use=without_own(journal, key, listed.last_use))

    def _root(self) -> RootInReport | None:
        try:
            return root_in_report(self._context.aws, self._pair, self._context.clock)
        except AwsError as error:
            text = _(
                "Its credential report could not be read: {reason} Only root itself can list root's keys; sign in as "
                "root, and look at “My security credentials”."
            )
            what = _("Whether the root user of account {account} has more keys is not known")
            title = what.format(account=self._principal.account)
            self._problems.append(Problem(None, title, text.format(reason=error)))
            return None

    def _not_listed(self) -> Problem:
        count = len(self._denied)
        names = ", ".join(self._denied[:_MOST_NAMES]) + ("…" if count > _MOST_NAMES else "")
        return Problem(
            None,
            plural(
                "The keys of {count} user may not be listed", "The keys of {count} users may not be listed", count
            ).format(count=count),
            _("{who} may not list those of {names}. They are in no count here.").format(
                who=self._principal.arn, names=names
            ),
        )


_MOST_NAMES = 5
_ORDER = (Advice.REPLACE, Advice.RENEW, Advice.RETIRE, Advice.UNKNOWN, Advice.OK)


def urgency(one: AccountKey) -> tuple[int, float, str]:
    """The order in which keys are shown: what should be done first, and then the oldest."""
    created = one.key.created
    age = float("inf") if created is None else created.timestamp()
    return _ORDER.index(one.advice), age, one.key.access_key_id.value
