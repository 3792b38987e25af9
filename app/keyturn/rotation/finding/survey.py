"""What keys are on this computer, whose they are, how old, and where: the answer to `scan`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from keyturn.clients.endpoints import is_aws
from keyturn.clients.registry import find_everything
from keyturn.model.errors import AwsError, AwsFault
from keyturn.model.keys import AccessKey, AccessKeyId, KeyPair, KeyStatus, Principal, PrincipalKind, keys_meant
from keyturn.model.places import BlindSpot, Place, PlaceKind, Problem
from keyturn.model.text import _
from keyturn.rotation.advice import Advice, advice_for
from keyturn.rotation.all_rotations import all_rotations
from keyturn.rotation.context import Context
from keyturn.rotation.finding.blind_spots import blind_spots, not_listed
from keyturn.rotation.finding.kept_answers import kept_answers, with_answers
from keyturn.rotation.finding.known_buckets import Reach, ReachedBucket, named_by
from keyturn.rotation.finding.unread_places import unread_places
from keyturn.rotation.finding.uses import last_use_before_ours

if TYPE_CHECKING:
    # Only who searches, or asks who used a key, waits for their import.
    from keyturn.aws.event_history import History
    from keyturn.clients.search.folder_search import Searched
    from keyturn.rotation.finding.whole_account import Account
    from keyturn.rotation.finding.whole_search import Searches
    from keyturn.rotation.record import Rotation
    from keyturn.rotation.shared_key.replaced_elsewhere import ReplacedElsewhere

_MOST_LIKELY = 3  # pairs that may be one, of which AWS is asked for each key
# After one of these, asking about the next key would only fail, and wait, in the same way.
_NOBODY_ANSWERS = {AwsFault.NO_NETWORK, AwsFault.NOT_AWS, AwsFault.UNTRUSTED, AwsFault.NO_ANSWER, AwsFault.CLOCK}


@dataclass(frozen=True, slots=True)
class FoundKey:
    """One key, what AWS tells about it, and every place where it stands.

    Attributes:
        pair: the complete key that AWS accepts, or None where none of the places holds one.
        siblings: the other keys of the same owner, where AWS told; None where it did not.
        conflicting: places hold different secrets for this one ID.
        at_store: it is the key of an S3-compatible store: some destination says so, and none says that it is AWS's.
        failure: why AWS could not be asked about this key, or refused it.
        history: who used it, as AWS's event history has it; None where that was not asked for, or is not known.
        replaced_elsewhere: the rotations of it on other computers; None where that is not known.
    """

    key: AccessKey
    places: tuple[Place, ...]
    advice: Advice
    pair: KeyPair | None = None
    siblings: tuple[AccessKey, ...] | None = None
    conflicting: bool = False
    failure: AwsError | None = None
    at_store: bool = False
    history: History | None = None
    replaced_elsewhere: tuple[ReplacedElsewhere, ...] | None = None

    @property
    def destinations(self) -> tuple[Place, ...]:
        """The places that programs read."""
        return tuple(place for place in self.places if place.kind is PlaceKind.DESTINATION)

    @property
    def is_of_root(self) -> bool:
        """True for a key of an account's root user."""
        return self.key.owner is not None and self.key.owner.kind is PrincipalKind.ROOT


@dataclass(frozen=True, slots=True)
class Survey:
    """All keys that were found, and what went wrong while looking.

    Attributes:
        searched: what the search of whole folders gave; None where none was asked for.
        days: for how many days AWS was asked who used each key; None where it was not.
        accounts: the whole accounts, if they were asked for (`whole_account.with_accounts`).
        reaches: the buckets of each account whose keys were found, where AWS was asked for them (`reach.with_reaches`).
    """

    keys: tuple[FoundKey, ...]
    problems: tuple[Problem, ...]
    searched: Searched | None = None
    days: int | None = None
    reaches: tuple[Reach, ...] = ()
    accounts: tuple[Account, ...] = ()

    @property
    def blind_spots(self) -> tuple[BlindSpot, ...]:
        """What may hold a key and was not looked into."""
        unlisted = [not_listed(one.account, one.refusal) for one in self.reaches if one.refusal is not None]
        return (*blind_spots(self.problems), *unlisted)

    @property
    def unread(self) -> tuple[Problem, ...]:
        """What is said of each program's file that could not be read or understood."""
        return unread_places(self.problems)

    @property
    def buckets(self) -> tuple[ReachedBucket, ...]:
        """Every bucket that is known: those that AWS listed, and those of places about whose account it was not asked.

        Those of different accounts and stores are told apart, in the order of their names.
        """
        asked = {one.account for one in self.reaches}
        elsewhere: dict[str, list[Place]] = {}
        for one in self.keys:
            account = "" if one.key.owner is None else one.key.owner.account
            if account not in asked:
                elsewhere.setdefault(account, []).extend(one.destinations)
        listed = [bucket for one in self.reaches for bucket in one.buckets]
        named = [bucket for account, places in elsewhere.items() for bucket in named_by(places, account)]
        return tuple(sorted([*listed, *named], key=lambda one: (one.name, one.account)))

    def askers(self) -> Mapping[str, Sequence[FoundKey]]:
        """By account, the keys found here that may ask about it, a root key before others.

        The users that Keyturn made are none of them: they may list nothing, as is known.
        """
        found: dict[str, list[FoundKey]] = {}
        for one in sorted(self.keys, key=lambda one: not one.is_of_root):
            owner = one.key.owner
            if one.pair is not None and owner is not None and not owner.is_ours:
                found.setdefault(owner.account, []).append(one)
        return found

    def find(self, text: str) -> tuple[FoundKey, ...]:
        """The keys that `text` may mean: the whole ID, its last characters, or the masked form."""
        meant = keys_meant(text, (found.key.access_key_id for found in self.keys))
        return tuple(found for found in self.keys if found.key.access_key_id in meant)


def take_survey(
    context: Context, *, offline: bool = False, search: Searches | None = None, days: int | None = None
) -> Survey:
    """Look through the computer, and ask AWS whose the keys are.

    Args:
        offline: ask AWS nothing.
        days: ask AWS as well who used each key in so many days; `offline` is not.
        search: also look into every file of an area. Where that was stopped by the context's `cancel`, AWS is not
            asked.
    """
    own_memory = context.folder
    findings = find_everything(context.computer, leave_out=(own_memory,))
    searched = None
    if search is not None:
        keys = tuple(dict.fromkeys(place.access_key_id for place in findings.places))
        searched = search.for_keys(keys, findings, own_memory)
        findings += searched.findings
    problems = list(findings.problems)
    by_key: dict[AccessKeyId, list[Place]] = {}
    for place in with_answers(findings.places, kept_answers(context)):
        by_key.setdefault(place.access_key_id, []).append(place)
    inquiry = _Inquiry(context, offline=offline or context.cancel.asked)
    found = [inquiry.about(key, tuple(places)) for key, places in by_key.items()]
    found = [inquiry.completed(one) for one in found]
    now = context.clock.now()
    found = [replace(one, advice=advice_for(one.key, one.places, now)) for one in found]
    for one in found:
        problems += _conflicts(one)
    problems += inquiry.problems
    found.sort(key=_urgency)
    if any(one.siblings is not None for one in found):
        from keyturn.rotation.shared_key.holding import with_rotations_elsewhere  # an offline scan does without

        found = with_rotations_elsewhere(context, found)
    if days is not None:
        from keyturn.rotation.finding import key_users

        histories, unknown = key_users.of_keys(context, found, days)
        found = [replace(one, history=histories.get(one.key.access_key_id)) for one in found]
        problems += unknown
    return Survey(tuple(found), tuple(problems), searched, days)


def text_pairs(place: Place, key: AccessKeyId) -> tuple[KeyPair, ...]:
    """What seems to be a complete pair of this key in a file that only mentions it."""
    from keyturn.clients.text_files import pairs_with  # most scans meet none

    return tuple(pairs_with(place.path, key).values()) if place.kind is PlaceKind.MENTION else ()


def _urgency(found: FoundKey) -> tuple[int, str]:
    order = [Advice.REPLACE, Advice.RENEW, Advice.RETIRE, Advice.UNKNOWN, Advice.OK]
    return order.index(found.advice), found.key.access_key_id.value


class _Inquiry:
    """Asks AWS about one key after the other, and stops asking when nobody answers."""

    def __init__(self, context: Context, *, offline: bool) -> None:
        self._context = context
        self._silent = offline
        self._listed: dict[AccessKeyId, AccessKey] = {}
        self.problems: list[Problem] = []
        # A scoped user may not ask IAM about its own key, but the journal knows when it was made.
        self._rotations = all_rotations(context.journal)
        self._made_by_us = {one.new_key: one.created_at for one in self._rotations if one.new_key is not None}

    def about(self, key: AccessKeyId, places: tuple[Place, ...]) -> FoundKey:
        """Ask about `key` with each different secret that its places hold, until AWS accepts one."""
        endpoint_url = self._context.endpoint_url
        unknown = AccessKey(key, None, KeyStatus.UNKNOWN)
        destinations = [place for place in places if place.kind is PlaceKind.DESTINATION]
        at_store = bool(destinations) and not any(is_aws(place, endpoint_url) for place in destinations)
        candidates = _different_pairs(place for place in places if not place.session)
        found = FoundKey(unknown, places, Advice.UNKNOWN, conflicting=len(candidates) > 1, at_store=at_store)
        if self._silent or at_store or key.is_temporary:
            return found
        for pair in candidates:
            answer = self._ask(pair, _regions_of(places))
            if isinstance(answer, AwsError):
                found = replace(found, failure=answer)
                if answer.fault is AwsFault.UNKNOWN_KEY:
                    found = replace(found, key=replace(unknown, status=KeyStatus.REJECTED))
                if answer.fault in _NOBODY_ANSWERS:
                    self._silent = True
                    break
                continue
            accepted, siblings = answer
            return replace(found, key=accepted, pair=pair, siblings=siblings, failure=None)
        if not self._silent:
            found = self._as_text(found, candidates)
        if found.failure is not None:
            failure = self._explained(found, found.failure)
            found = replace(found, failure=failure)
            self._tell(found, failure)
        return found

    def _explained(self, found: FoundKey, error: AwsError) -> AwsError:
        """The refusal of a key, with what the journal and the places say of why that may be."""
        why = _why_refused(found, self._rotations)
        if error.fault is not AwsFault.UNKNOWN_KEY or not why:
            return error
        return AwsError(error.title, f"{error.message} {why}", fault=error.fault, aws_code=error.aws_code)

    def _as_text(self, found: FoundKey, asked: Sequence[KeyPair]) -> FoundKey:
        """Ask with what seems to be the secret in files that no program's module reads.

        What looks like a secret there need not be one, so a refusal says nothing of the key.
        """
        likely: list[KeyPair] = []
        for place in found.places:
            pairs = text_pairs(place, found.key.access_key_id)
            likely += [pair for pair in pairs if pair not in asked and pair not in likely]
        for pair in likely[:_MOST_LIKELY]:
            answer = self._ask(pair, _regions_of(found.places))
            if not isinstance(answer, AwsError):
                accepted, siblings = answer
                return replace(found, key=accepted, pair=pair, siblings=siblings, failure=None)
        return found

    def _ask(self, pair: KeyPair, regions: frozenset[str]) -> tuple[AccessKey, tuple[AccessKey, ...] | None] | AwsError:
        from keyturn.aws import access_keys  # an offline scan does without

        aws, key = self._context.aws, pair.access_key_id
        try:
            owner, last_use = last_use_before_ours(self._context, pair, lambda: self._whose(pair, regions))
        except AwsError as error:
            return error
        # STS accepted the signature, so the key is active, whatever else cannot be read.
        accepted = AccessKey(key, owner, KeyStatus.ACTIVE, self._made_by_us.get(key), last_use)
        try:
            listed = access_keys.list_keys(aws, pair, None)
        except AwsError:
            return accepted, None
        siblings = tuple(
            AccessKey(one.access_key_id, owner, one.status, one.created) for one in listed if one.access_key_id != key
        )
        for sibling in siblings:
            self._listed[sibling.access_key_id] = sibling
        mine = next((one for one in listed if one.access_key_id == key), None)
        if mine is not None:
            accepted = replace(accepted, created=mine.created)
        return accepted, siblings

    def _whose(self, pair: KeyPair, regions: frozenset[str]) -> Principal:
        from keyturn.aws import identity

        aws, key = self._context.aws, pair.access_key_id
        made = self._made_by_us.get(key)
        try:
            return identity.whose(aws, pair, regions)
        except AwsError as error:
            if error.fault is not AwsFault.UNKNOWN_KEY or made is None:
                raise
        # A key that an earlier start made: AWS may not have heard of it everywhere (facts/peers.md C1).
        aws.remember_new(key, made)
        try:
            return identity.whose(aws, pair)
        finally:
            # The other questions are IAM's, which denies them to a scoped user for good.
            aws.forget_new(key)

    def completed(self, found: FoundKey) -> FoundKey:
        """Add what another key of the same owner told about this one."""
        listed = self._listed.get(found.key.access_key_id)
        if listed is None or found.pair is not None:
            return found
        return replace(found, key=listed)

    def _tell(self, found: FoundKey, error: AwsError) -> None:
        path = found.places[0].path if len(found.places) == 1 else None
        message = _("{message} (Access key {key}.)").format(message=error.message, key=found.key.access_key_id.masked)
        self.problems.append(Problem(path, error.title, message))


def _why_refused(found: FoundKey, rotations: Sequence[Rotation]) -> str:
    """Why AWS may refuse a key, in a sentence; empty where nothing is known that would tell."""
    key = found.key.access_key_id
    for rotation in rotations:
        if rotation.decision.key == key and rotation.off_at is not None:
            from keyturn.rotation import labels  # most computers had no rotation

            text = _("Rotation {name} on this computer turned it off on {date}.")
            return text.format(name=rotation.name, date=labels.day(rotation.off_at))
    users = sorted({f"{place.client} {place.name}" for place in found.places if place.kind is PlaceKind.DESTINATION})
    if not users or key in {rotation.new_key for rotation in rotations}:
        return ""
    return _(
        "If it was replaced on another computer, it was probably turned off there after that. Then turn it on again in "
        "the AWS console, and `keyturn rotate {last4}` gives this computer a key of its own; or make a key for this "
        "computer in the console, and put it into {programs} by hand."
    ).format(last4=key.last4, programs=", ".join(users))


def _regions_of(places: Iterable[Place]) -> frozenset[str]:
    return frozenset(place.region for place in places if place.region is not None)


def _different_pairs(places: Iterable[Place]) -> list[KeyPair]:
    pairs: list[KeyPair] = []
    for place in places:
        if place.pair is not None and all(place.secret != known.secret for known in pairs):
            pairs.append(place.pair)
    return pairs


def _conflicts(found: FoundKey) -> list[Problem]:
    if not found.conflicting:
        return []
    accepted: Sequence[Place] = [] if found.pair is None else [p for p in found.places if p.secret == found.pair.secret]
    title = _("Two different secrets for one access key")
    problems = []
    for place in found.places:
        if place.secret is None or place in accepted:
            continue
        if accepted:
            message = _(
                "{place} holds another secret for {key} than {other}, and AWS accepts only that one. This program "
                "cannot reach its backups with it. Correct it there, or leave the program out with --only."
            ).format(place=place.name, key=place.access_key_id.masked, other=accepted[0].name)
        else:
            message = _(
                "{place} holds another secret for {key} than other places do, and Keyturn does not know which is "
                "right. Find out which program still backs up, and correct the others."
            ).format(place=place.name, key=place.access_key_id.masked)
        problems.append(Problem(place.path, title, message))
    return problems
