"""What at AWS is a rotation's own: the only things that it may remove, and those about which a person has to decide.

A user is ours by the ID that IAM gave it (`AIDA…`), or, where that answer was lost or an older journal was put back, by
the rotation's own ID in its tags. A key is ours where AWS named it in its answer, or its secret is kept here. Where the
answer was lost, a key is ours for sure only on a user of ours: root and users that existed before have keys of others.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from keyturn.aws import access_keys, scoped_user
from keyturn.aws.access_keys import ListedKey
from keyturn.aws.scoped_user import IamUser
from keyturn.model.errors import AwsError, AwsFault
from keyturn.model.keys import AccessKeyId, KeyPair, LastUse
from keyturn.rotation.asked import made_nothing, unanswered, user_name, user_of
from keyturn.rotation.carrying_out.deciding import OwnershipAnswer, answer_for
from keyturn.rotation.context import Context
from keyturn.rotation.decision import Decision
from keyturn.rotation.events.rotation_events import KeyRequest
from keyturn.rotation.finding.uses import is_own
from keyturn.rotation.key_life.key_versions import names_of_keys
from keyturn.rotation.pairs import held_now, pair_of
from keyturn.rotation.record import Rotation
from keyturn.rotation.signers.signer import Hand
from keyturn.rotation.steps import Route, Why
from keyturn.rotation.undecided import Undecided

# A key whose making was not answered may take a moment to show in the list (facts/aws.md A4).
_PAUSES = (0.0, 2.0, 4.0)
_LAG = timedelta(minutes=1)
# AWS carries a request out within the time that anybody waits for its answer; its dates have no fractions of seconds.
_CARRIED_OUT_WITHIN = timedelta(minutes=2)
_FRACTIONS = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class Made:
    """What a rotation made at AWS, as far as it is there now.

    Attributes:
        user: ours; None on a route that makes none, and where it is not there.
        keys: ours, listed or not: the rotation knows them by name.
        listed: those of ours that AWS lists.
        others: keys of our user that are not ours, whatever was decided about them.
        undecided: what a person has to decide first.
        can_list: False where AWS does not let the signer list the owner's keys.
    """

    user: IamUser | None
    keys: tuple[AccessKeyId, ...]
    listed: tuple[AccessKeyId, ...]
    others: tuple[AccessKeyId, ...] = ()
    undecided: tuple[Undecided, ...] = ()
    can_list: bool = True


def is_ours(rotation: Rotation, user: IamUser) -> bool:
    """True for the user that this rotation made, and for no other of its name."""
    made, decision = user_of(rotation), rotation.decision
    if made is not None and made.id:
        return user.user_id == made.id
    if decision.rotation_id is not None:
        return user.is_keyturns and user.tags.get(scoped_user.ROTATION_TAG) == decision.rotation_id
    by_the_first = user.is_keyturns and scoped_user.ROTATION_TAG not in user.tags
    known = user.tags.get(scoped_user.ROTATION_NAME_TAG), user.tags.get(scoped_user.REPLACES_TAG)
    return by_the_first and known == (decision.rotation, decision.key.value)


def tags_of(context: Context, decision: Decision) -> dict[str, str]:
    """The tags by which a user is known to be a rotation's own, and by which people know what it is for."""
    clients = sorted({one.place.client for one in decision.destinations})
    own = {} if decision.rotation_id is None else {scoped_user.ROTATION_TAG: decision.rotation_id}
    name = names_of_keys(context.folder, context.journal).get(decision.key)
    called = {} if name is None else {scoped_user.NAME_TAG: name.value}
    return {
        **own,
        **called,
        scoped_user.ROTATION_NAME_TAG: decision.rotation,
        scoped_user.REPLACES_TAG: decision.key.value,
        scoped_user.COMPUTER_TAG: scoped_user.tag_value_from(context.computer.name),
        "keyturn:clients": " ".join(clients),
    }


def made_at_aws(context: Context, rotation: Rotation, hand: Hand) -> Made:
    """Look what this rotation made.

    Args:
        hand: one that may ask for the owner of the new key.

    Raises:
        AwsError: where AWS could not be asked.
    """
    if made_nothing(rotation):
        return Made(None, _known_by_name(rotation), ())
    looking = _Looking(context, rotation, hand)
    made = looking.look()
    for pause in _PAUSES:
        # Only a request of a moment ago may have made what is not listed yet.
        if made.listed or made.undecided or not looking.may_come:
            break
        context.clock.sleep(pause)
        made = looking.look()
    return made


def find_user(context: Context, rotation: Rotation, signer: KeyPair) -> IamUser | None:
    """The user that this rotation made, under whatever name; None where it is not there.

    Raises:
        AwsError: where AWS could not be asked.
    """
    name = user_name(rotation)
    if rotation.decision.route is not Route.SCOPED_USER or name is None:
        return None
    aws = context.aws
    found = scoped_user.find_user(aws, signer, name)
    if found is not None and is_ours(rotation, found):
        return found
    if rotation.decision.rotation_id is None:
        return None
    try:
        found_ones = scoped_user.find_users(aws, signer, lambda user: is_ours(rotation, user))
    except AwsError as error:
        if error.fault is not AwsFault.DENIED:
            raise
        named = (scoped_user.find_user(aws, signer, one) for one in scoped_user.names_after(name))
        found_ones = tuple(user for user in named if user is not None and is_ours(rotation, user))
    return next(iter(found_ones), None)


def _known_by_name(rotation: Rotation) -> tuple[AccessKeyId, ...]:
    """The keys that the journal names as made by this rotation."""
    new = () if rotation.new_key is None or rotation.new_key_was_found else (rotation.new_key,)
    given = () if rotation.decision.given is None else (rotation.decision.given,)
    # The first Keyturn noted there every key of its user, also one that somebody had added.
    noted = () if rotation.decision.rotation_id is None else rotation.noted_keys
    return tuple(dict.fromkeys([*noted, *new, *given]))


class _Looking:
    def __init__(self, context: Context, rotation: Rotation, hand: Hand) -> None:
        self._context, self._rotation, self._hand = context, rotation, hand
        self._requests = unanswered(rotation)
        self._user = find_user(context, rotation, hand.pair)
        self._held = held_now(context, rotation.decision)

    @property
    def may_come(self) -> bool:
        """True where a request for a key was sent so shortly ago that its key may not be listed yet."""
        now, new = self._context.aws.time(), self._rotation.new_key
        owned = self._user is not None or self._rotation.decision.route is not Route.SCOPED_USER
        recent = (now is not None and one.at is not None and now - one.at < _LAG for one in self._requests)
        return new is None and owned and any(recent)

    def look(self) -> Made:
        known = _known_by_name(self._rotation)
        if self._rotation.decision.route is Route.SCOPED_USER and self._user is None:
            return Made(None, known, ())
        try:
            owner = self._hand.user_name if self._user is None else self._user.name
            listed = access_keys.list_keys(self._context.aws, self._hand.pair, owner)
        except AwsError as error:
            if error.fault is AwsFault.NOT_FOUND:
                return Made(None, known, ())
            if error.fault is AwsFault.DENIED:
                return Made(self._user, known, (), can_list=False)
            raise
        return self._judged([one for one in listed if one.access_key_id != self._rotation.decision.key], known)

    def _judged(self, listed: list[ListedKey], known: tuple[AccessKeyId, ...]) -> Made:
        unknown = [one for one in listed if one.access_key_id not in known]
        ours = [one.access_key_id for one in listed if one.access_key_id in known]
        others: list[AccessKeyId] = []
        undecided: list[Undecided] = []
        lost = [one for one in unknown if self._answers_a_request(one)]
        for one in unknown:
            match self._whose(one, lost):
                case True:
                    ours.append(one.access_key_id)
                case False:
                    others.append(one.access_key_id)
                case _ as open_question:
                    others.append(one.access_key_id)
                    undecided.append(open_question)
        keys = tuple(dict.fromkeys([*known, *ours]))
        return Made(self._user, keys, tuple(ours), tuple(others), tuple(undecided))

    def _whose(self, one: ListedKey, lost: list[ListedKey]) -> bool | Undecided:
        """True where the key is ours, False where it is somebody's, and else what a person has to decide."""
        key = one.access_key_id
        if self._was_there_before(key):
            return False
        said = answer_for(self._rotation, key)
        if said is not None:
            return said is OwnershipAnswer.REMOVE
        if self._context.secrets.get(key) is not None:
            return True
        if self._user is None:
            return self._of_the_old_owner(one)
        if self._held.by(key):
            return True  # on our own user, and in our own destinations
        if one in lost and len(lost) <= len(self._requests) and self._unused(key) and self._in_time(one):
            return True
        return self._open(one, Why.NO_ANSWER if one in lost else Why.ADDED)

    def _of_the_old_owner(self, one: ListedKey) -> bool | Undecided:
        if self._held.by(one.access_key_id):
            return self._open(one, Why.IN_PLACE)
        return self._open(one, Why.NO_ANSWER) if self._answers_a_request(one) else False

    def _was_there_before(self, key: AccessKeyId) -> bool:
        return key in self._rotation.decision.known_keys

    def _answers_a_request(self, one: ListedKey) -> bool:
        """True where the key may be what a request made that nobody heard the answer of."""
        return any(one.access_key_id not in request.known and fits(one, request) for request in self._requests)

    def _in_time(self, one: ListedKey) -> bool:
        """True where AWS's clock says so, and not only that nothing speaks against it."""
        return one.created is not None and any(request.at is not None for request in self._requests)

    def _unused(self, key: AccessKeyId) -> bool:
        used = self._last_use(key)
        return used is not None and used.date is None

    def _last_use(self, key: AccessKeyId) -> LastUse | None:
        try:
            return access_keys.last_use(self._context.aws, self._hand.pair, key)
        except AwsError as error:
            if error.fault in {AwsFault.DENIED, AwsFault.NOT_FOUND}:
                return None
            raise

    def _use_of_others(self, key: AccessKeyId) -> LastUse | None:
        """None where that is not known: AWS tells the last use alone, which may be Keyturn's own look."""
        used = self._last_use(key)
        return None if used is not None and is_own(used, self._context.journal.own_uses(key)) else used

    def _open(self, one: ListedKey, why: Why) -> Undecided:
        used = self._use_of_others(one.access_key_id)
        asked = [request.at for request in self._requests if request.at is not None]
        return Undecided(
            one.access_key_id,
            why,
            user=None if self._user is None else self._user.name,
            created=one.created,
            asked=asked[-1] if asked else None,
            used=None if used is None else used.date,
            use_known=used is not None,
            paths=tuple(str(place.place.path) for place in self._held.by(one.access_key_id)),
            removable=True,
        )


def fits(one: ListedKey, request: KeyRequest) -> bool:
    """True where nothing of AWS's clock speaks against the key being what the request made."""
    if one.created is None or request.at is None:
        return True
    return request.at - _FRACTIONS <= one.created <= request.at + _CARRIED_OUT_WITHIN


def pair_kept(context: Context, rotation: Rotation, made: Made) -> KeyPair | None:
    """The pair of a key that AWS lists as this rotation's, where its secret is kept here or stands on this computer."""
    wanted = (key for key in made.listed if answer_for(rotation, key) is not OwnershipAnswer.REMOVE)
    pairs = (pair_of(context, rotation, key) for key in wanted)
    return next((pair for pair in pairs if pair is not None), None)


def pair_held(context: Context, rotation: Rotation, made: Made) -> KeyPair | None:
    """The pair of a key that stands in the destinations as the new one would, though nothing proves whose it is."""
    held = held_now(context, rotation.decision)
    keys = [one.key for one in made.undecided if one.key is not None and held.by(one.key)]
    pairs = (pair_of(context, rotation, key) for key in keys)
    return next((pair for pair in pairs if pair is not None), None)
