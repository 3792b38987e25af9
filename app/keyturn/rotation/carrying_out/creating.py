"""The step *create*: one new access key, whose secret is durable before anything uses it.

AWS shows a secret once, and CreateAccessKey is not idempotent (facts/aws.md 0.3), so the request is sent once. Where
the answer was lost, or Keyturn was killed before the secret was kept, the key that nobody holds is found by listing. It
is removed where it is this rotation's for sure, see `ownership`; else a person decides.
"""

from __future__ import annotations

from collections.abc import Collection

from keyturn.aws import access_keys, scoped_user
from keyturn.aws.scoped_user import IamUser
from keyturn.model.errors import AwsError, AwsFault, StoreError
from keyturn.model.keys import AccessKeyId, KeyPair
from keyturn.model.text import _
from keyturn.rotation import asked
from keyturn.rotation.carrying_out.deciding import PersonDecides
from keyturn.rotation.context import Context, Moment
from keyturn.rotation.events.key_events import KeyMade
from keyturn.rotation.events.rotation_events import KeysToRemove
from keyturn.rotation.ownership import Made, is_ours, made_at_aws, pair_held, pair_kept, tags_of
from keyturn.rotation.pairs import held_now, maker
from keyturn.rotation.record import Rotation
from keyturn.rotation.shared_key import claiming
from keyturn.rotation.signers.signer import Hand
from keyturn.rotation.steps import Route, Step
from keyturn.rotation.taking_steps import note, taking


def create(context: Context, rotation: Rotation, old: KeyPair | None) -> Rotation:
    """Make the new key, and keep it where it outlives this program.

    Raises:
        PersonDecides: where a key appeared that may be this rotation's, and nothing proves it.
        SecretGone: where only the old key may make it, and its secret is not at hand.
        AwsError, StoreError: as AWS and the keychain fail; no key is then left that nobody holds, except where AWS
            cannot be reached to remove it, which the next `continue` or `undo` does.
    """
    interrupted = rotation.began(Step.CREATE)
    hand = maker(context, rotation, old)
    with taking(context, rotation, Step.CREATE) as outcome:
        new, user, found = None, None, False
        if rotation.decision.given is not None:
            new = _given_pair(context, rotation.decision.given)
        elif interrupted:
            made = made_at_aws(context, rotation, hand)
            user = made.user
            new = pair_kept(context, rotation, made)
            if new is None and (new := pair_held(context, rotation, made)) is not None:
                found = True
            if new is None:
                _remove_orphans(context, rotation, hand, made)
        for key in rotation.noted_keys:
            if new is None or key != new.access_key_id:
                context.secrets.forget(key)
        if new is None:
            if rotation.decision.route is Route.SCOPED_USER:
                user = _make_user(context, rotation, hand.pair, user)
            context.cancel.check()
            new = _create_key_once(context, rotation, hand, user)
            _keep(context, rotation, hand, new, user)
        outcome.note(KeyMade(new.access_key_id, found=found))
        outcome.detail = new.access_key_id.masked
    return outcome.rotation


def _given_pair(context: Context, given: AccessKeyId) -> KeyPair:
    """The pair that the person made, which was kept before the rotation began."""
    kept = context.secrets.get(given)
    if kept is None:
        raise StoreError(
            _("The secret of the new key is not kept here"),
            _(
                "Keyturn does not find the secret of {key} in its keychain. Begin again, and give the pair once more."
            ).format(key=given.masked),
            code="secret.gone",
        )
    return kept


def _make_user(context: Context, rotation: Rotation, signer: KeyPair, there: IamUser | None) -> IamUser:
    """Make the user, or take the one that this rotation made before, and give it its policy."""
    decision = rotation.decision
    if decision.user_name is None or decision.policy is None:
        raise ValueError("a scoped user needs a name and a policy")
    user = there or _user_of_a_free_name(context, rotation, signer, decision.user_name)
    asked.note_user(context, rotation, user)
    scoped_user.put_policy(context.aws, signer, user, decision.policy)
    return user


def _user_of_a_free_name(context: Context, rotation: Rotation, signer: KeyPair, wanted: str) -> IamUser:
    """Make the user under the name that was planned, or, where somebody took that since, under the next one."""
    # From its first moment on, other computers with the old key see in it that this one needs that still.
    tags = {**tags_of(context, rotation.decision), **claiming.tags_of_this_computer(context)}
    names = (wanted,) if rotation.decision.user_name_given else scoped_user.names_after(wanted)
    for name in names:
        context.tell(Step.CREATE, Moment.GOING_ON, _("IAM user {name}").format(name=name))
        asked.note_user_request(context, rotation, name)
        try:
            return scoped_user.create_user(context.aws, signer, name, tags, lambda user: is_ours(rotation, user))
        except AwsError as error:
            if error.fault is not AwsFault.EXISTS or name == names[-1]:
                raise
    raise ValueError("there is always a name to try")


def _create_key_once(context: Context, rotation: Rotation, hand: Hand, user: IamUser | None) -> KeyPair:
    name = hand.user_name if user is None else user.name
    known = () if user is not None else _known(context, rotation, hand)
    rotation = asked.note_key_request(context, rotation, known)
    try:
        return access_keys.create_key(context.aws, hand.pair, name).pair
    except AwsError as error:
        if not error.outcome_unknown:
            raise
        context.tell(Step.CREATE, Moment.GOING_ON, _("The answer of AWS was lost; looking what it did"))
    _remove_orphans(context, rotation, hand, made_at_aws(context, rotation, hand))
    asked.note_key_request(context, rotation, known)
    return access_keys.create_key(context.aws, hand.pair, name).pair


def _known(context: Context, rotation: Rotation, hand: Hand) -> Collection[AccessKeyId]:
    """The keys that the old key's owner has now: a colleague may have made one since the plan."""
    try:
        return [one.access_key_id for one in access_keys.list_keys(context.aws, hand.pair, hand.user_name)]
    except AwsError as error:
        if error.fault is not AwsFault.DENIED:
            raise
        return rotation.decision.known_keys


def _keep(context: Context, rotation: Rotation, hand: Hand, new: KeyPair, user: IamUser | None) -> None:
    try:
        context.secrets.keep(new)
    except StoreError:
        # Nobody will ever hold this secret again, so its key must not live on.
        owner = hand.user_name if user is None else user.name
        access_keys.delete_key(context.aws, hand.pair, new.access_key_id, user_name=owner)
        # A keychain may keep a secret and report that it did not: an undo has to know what to wipe.
        note(context, rotation, Step.CREATE, KeysToRemove((new.access_key_id,)))
        raise


def _remove_orphans(context: Context, rotation: Rotation, hand: Hand, made: Made) -> None:
    """Remove the keys of ours whose secrets nobody holds.

    Raises:
        PersonDecides: where a key may be ours.
        FileError, ClientError: where a destination cannot be read: it may hold the key.
    """
    if made.undecided:
        raise PersonDecides(made.undecided)
    if made.listed:
        held_now(context, rotation.decision).expect_all_read()
    for key in made.listed:
        name = hand.user_name if made.user is None else made.user.name
        access_keys.delete_key(context.aws, hand.pair, key, user_name=name)
        text = _("Removed {key}, whose secret was lost on the way")
        context.tell(Step.CREATE, Moment.GOING_ON, text.format(key=key.masked))
