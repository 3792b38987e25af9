"""The step *create*: one new access key, whose secret is durable before anything uses it.

AWS shows a secret once, and CreateAccessKey is not idempotent (research/aws.md 0.3), so the request is sent once. Where
the answer was lost, or Keyturn was killed before the secret was kept, the key that nobody holds is found by listing and
removed.
"""

from __future__ import annotations

from datetime import timedelta

from keyturn.aws import access_keys, scoped_user
from keyturn.aws.access_keys import ListedKey
from keyturn.model.errors import AppError, AwsError, AwsFault, StoreError
from keyturn.model.keys import AccessKeyId, KeyPair
from keyturn.model.text import _
from keyturn.rotation.decision import Decision
from keyturn.rotation.record import Rotation, taking, write
from keyturn.rotation.steps import Route, Step
from keyturn.rotation.surroundings import Moment, Surroundings
from keyturn.state.journal import Mark

# A key that was made, and whose answer was lost, may take a moment to show in the list (research/aws.md A4).
_LISTING_PAUSES = (0.0, 2.0, 4.0)
_LISTING_LAG = timedelta(minutes=1)


def create(surroundings: Surroundings, rotation: Rotation, old: KeyPair) -> None:
    """Make the new key, and keep it where it outlives this program.

    Raises:
        AwsError, StoreError: as AWS and the keychain fail; no key is then left that nobody holds, except where AWS
            cannot be reached to remove it, which the next `continue` or `undo` does.
    """
    decision = rotation.decision
    interrupted = rotation.latest(Step.CREATE, Mark.INTENT) is not None
    with taking(surroundings, rotation, Step.CREATE) as outcome:
        new = _settled(surroundings, rotation, old) if interrupted and decision.given is None else None
        for key in rotation.noted_keys:
            surroundings.secrets.forget(key)
        if new is None and decision.given is not None:
            new = _given_pair(surroundings, decision.given)
        if new is None:
            if decision.route is Route.SCOPED_USER:
                _make_user(surroundings, rotation, old)
            surroundings.cancel.check()
            new = _create_key_once(surroundings, decision, old)
            _keep(surroundings, rotation, old, new)
        outcome.facts["new_key"] = new.access_key_id.value
        outcome.detail = new.access_key_id.masked


def _given_pair(surroundings: Surroundings, given: AccessKeyId) -> KeyPair:
    """The pair that the person made, which was kept before the rotation began."""
    kept = surroundings.secrets.get(given)
    if kept is None:
        raise StoreError(
            _("The secret of the new key is not kept here"),
            _(
                "Keyturn does not find the secret of {key} in its keychain. Your programs keep the old key. Begin "
                "again, and give the pair once more."
            ).format(key=given.masked),
            code="secret.gone",
        )
    return kept


def strangers(surroundings: Surroundings, decision: Decision, signer: KeyPair) -> tuple[ListedKey, ...]:
    """The keys of the new key's owner that were not there before this rotation; none where the user does not exist."""
    try:
        listed = access_keys.list_keys(surroundings.aws, signer, decision.new_owner)
    except AwsError as error:
        if error.fault is AwsFault.NOT_FOUND:
            return ()
        raise
    return tuple(one for one in listed if one.access_key_id not in decision.known_keys)


def _make_user(surroundings: Surroundings, rotation: Rotation, signer: KeyPair) -> None:
    decision = rotation.decision
    name = decision.new_owner
    if name is None or decision.policy is None:
        raise ValueError("a scoped user needs a name and a policy")
    surroundings.tell(Step.CREATE, Moment.GOING_ON, _("IAM user {name}").format(name=name))
    user = scoped_user.create_user(surroundings.aws, signer, name, tags_of(surroundings, decision))
    scoped_user.put_policy(surroundings.aws, signer, user, decision.policy)


def tags_of(surroundings: Surroundings, decision: Decision) -> dict[str, str]:
    """The tags by which a user is known to be this rotation's own."""
    clients = sorted({one.place.client for one in decision.destinations})
    return {
        "keyturn:rotation": decision.rotation,
        "keyturn:replaces": decision.key.value,
        scoped_user.COMPUTER_TAG: scoped_user.tag_value_from(surroundings.computer.name),
        "keyturn:clients": " ".join(clients),
    }


def _create_key_once(surroundings: Surroundings, decision: Decision, signer: KeyPair) -> KeyPair:
    try:
        return access_keys.create_key(surroundings.aws, signer, decision.new_owner).pair
    except AwsError as error:
        if not error.outcome_unknown:
            raise
        surroundings.tell(Step.CREATE, Moment.GOING_ON, _("The answer of AWS was lost; looking what it did"))
    for pause in _LISTING_PAUSES:
        surroundings.clock.sleep(pause)
        orphans = strangers(surroundings, decision, signer)
        if orphans:
            _remove_orphans(surroundings, decision, signer, orphans)
            break
    return access_keys.create_key(surroundings.aws, signer, decision.new_owner).pair


def _keep(surroundings: Surroundings, rotation: Rotation, signer: KeyPair, new: KeyPair) -> None:
    try:
        surroundings.secrets.keep(new)
    except StoreError:
        # Nobody will ever hold this secret again, so its key must not live on.
        owner = rotation.decision.new_owner
        access_keys.delete_key(surroundings.aws, signer, new.access_key_id, user_name=owner)
        # A keychain may keep a secret and report that it did not: an undo has to know what to wipe.
        write(surroundings, rotation, Step.CREATE, Mark.NOTED, {"made": [new.access_key_id.value]})
        raise


def strangers_after_all(surroundings: Surroundings, rotation: Rotation, signer: KeyPair) -> tuple[ListedKey, ...]:
    """The same as `strangers`, after an interruption: a key made a moment before it may not be listed yet."""
    listed = strangers(surroundings, rotation.decision, signer)
    asked = rotation.latest(Step.CREATE, Mark.INTENT)
    for pause in _LISTING_PAUSES:
        if (
            listed
            or rotation.new_key is not None
            or rotation.refused_at_create
            or asked is None
            or surroundings.clock.now() - asked.at > _LISTING_LAG
        ):
            break
        surroundings.clock.sleep(pause)
        listed = strangers(surroundings, rotation.decision, signer)
    return listed


def _settled(surroundings: Surroundings, rotation: Rotation, signer: KeyPair) -> KeyPair | None:
    """After an interruption: the key that was made and kept; or None, with every key removed that nobody holds."""
    decision = rotation.decision
    orphans: list[ListedKey] = []
    for one in strangers_after_all(surroundings, rotation, signer):
        kept = surroundings.secrets.get(one.access_key_id)
        if kept is not None:
            return kept
        orphans.append(one)
    _remove_orphans(surroundings, decision, signer, tuple(orphans))
    return None


def _remove_orphans(
    surroundings: Surroundings, decision: Decision, signer: KeyPair, orphans: tuple[ListedKey, ...]
) -> None:
    if decision.route.same_owner and len(orphans) > 1:
        # One of them may be somebody else's, made in the console at the same time.
        raise AppError(
            _("More than one new access key appeared"),
            _(
                "Besides the old key, AWS lists {keys}, and Keyturn cannot tell which of them is its own. Your "
                "programs keep the old key. Delete in the AWS console the ones that nobody uses, then go on with "
                "`keyturn continue`."
            ).format(keys=", ".join(one.access_key_id.masked for one in orphans)),
            code="key.ambiguous",
        )
    for one in orphans:
        used = access_keys.last_use(surroundings.aws, signer, one.access_key_id)
        if used.date is not None:
            raise AppError(
                _("An access key that nobody here knows is in use"),
                _(
                    "{key} appeared while Keyturn made a key, and something has used it already. It is left alone, and "
                    "your programs keep the old key. Find out in the AWS console what it is for."
                ).format(key=one.access_key_id.masked),
                code="key.ambiguous",
            )
        access_keys.delete_key(surroundings.aws, signer, one.access_key_id, user_name=decision.new_owner)
        surroundings.tell(
            Step.CREATE,
            Moment.GOING_ON,
            _("Removed {key}, whose secret was lost on the way").format(key=one.access_key_id.masked),
        )
