"""The way back: the old key in every destination again, proved, and what the rotation made removed.

Possible until the old key is deleted. Each part may be repeated: an undo that was interrupted is simply done again. It
needs the journal and the old key alone: the new one may be off or gone, and the journal an older copy, so what is to be
put back is read from the destinations, and what is to be removed is looked for at AWS.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from keyturn.aws import access_keys, proof, scoped_user
from keyturn.aws.scoped_user import IamUser
from keyturn.model.errors import AppError, AwsError, AwsFault
from keyturn.model.keys import AccessKeyId, KeyPair
from keyturn.model.text import _
from keyturn.rotation import ownership
from keyturn.rotation.asked import made_nothing, unanswered, user_name
from keyturn.rotation.carrying_out.deciding import OwnershipAnswer, PersonDecides, answer_for, asked_about
from keyturn.rotation.carrying_out.gone_buckets import without
from keyturn.rotation.carrying_out.proof_targets import targets_of_destinations
from keyturn.rotation.carrying_out.proving import may_hold_uploads, prove_or_raise, prove_pair, proving_meanwhile
from keyturn.rotation.carrying_out.switching import switch_back
from keyturn.rotation.context import Context, Moment
from keyturn.rotation.decision import Decision, Destination
from keyturn.rotation.events.rotation_events import AllBack, KeysToRemove, LetBe
from keyturn.rotation.key_life.key_versions import names_of_keys
from keyturn.rotation.ownership import Made, made_at_aws
from keyturn.rotation.pairs import Held, held_now, maker, new_pair
from keyturn.rotation.planning.into_keychain import take_name_back
from keyturn.rotation.record import Rotation
from keyturn.rotation.shared_key import claiming
from keyturn.rotation.signers.signer import Hand
from keyturn.rotation.steps import Route, Step, Why
from keyturn.rotation.taking_steps import note, taking
from keyturn.rotation.undecided import Undecided
from keyturn.state.journal import Mark


def not_old(rotation: Rotation, held: Held) -> tuple[Destination, ...]:
    """The destinations in which another key than the old one stands, and is not to stay by a person's decision."""
    old = rotation.decision.key
    found = (one for one, pair in held.pairs if pair.access_key_id != old and not _stays(rotation, pair.access_key_id))
    return tuple(found)


def expect_old_key_works(
    context: Context, rotation: Rotation, old: KeyPair | None, held: Held, gone: Collection[str]
) -> None:
    """Prove the old key at STS and at S3 for every destination that is to get it back.

    Args:
        gone: buckets that were deleted meanwhile.

    Raises:
        AppError: where it does not reach a bucket; nothing was changed then.
    """
    waiting = not_old(rotation, held)
    if not waiting or old is None:
        return
    try:
        with proving_meanwhile(context, rotation, Step.UNDO, old):
            targets = targets_of_destinations(rotation.decision, waiting)
            prove_pair(context, old, [one for one in targets if one.bucket not in gone])
    except AwsError as error:
        message = _(
            "The old key {key} is tried before it is put back, and it does not work there, so it was put back nowhere. "
            "{message} Once it works, undo again; or go on with the new key, with `keyturn continue`."
        ).format(key=rotation.decision.key.masked, message=error.message)
        raise AwsError(error.title, message, fault=error.fault, aws_code=error.aws_code) from None


def undo(context: Context, rotation: Rotation, old: KeyPair | None, gone: Collection[str]) -> Rotation:
    """Put everything back. The old key has to be on, and proved.

    Args:
        old: None where it never was on this computer: then no file has it.
        gone: buckets that were deleted meanwhile: nothing can be proved there.

    Raises:
        PersonDecides: where all is back, and something is left about which only a person can decide.
        AppError: what could not be put back; the new key stays as long as a destination may hold it.
    """
    hand = maker(context, rotation, old)
    with taking(context, rotation, Step.UNDO) as outcome:
        made = made_at_aws(context, rotation, hand)
        if old is not None and (made.user is not None or rotation.told_done):
            claiming.wait_again(context, rotation, old)
        if old is not None and made.user is not None:
            claiming.note_those_on(context, rotation, made.user, old)
        held = held_now(context, rotation.decision)
        ours = _ours(context, rotation, made, held)
        # Once they are removed AWS does not list them any more, and their secrets have to be wiped all the same.
        note(context, rotation, Step.UNDO, KeysToRemove(tuple(ours)))
        if old is not None:
            switch_back(context, rotation, old, ours)
        others = (key for key in held.keys if key not in ours and key != rotation.decision.key)
        strange = tuple(key for key in others if not _stays(rotation, key))
        if not_old(rotation, held) or rotation.began(Step.SWITCH):
            kept = [one for one, pair in held.pairs if _stays(rotation, pair.access_key_id)]
            kept += [one for key in strange for one in held.by(key)]
            _prove(context, _without(rotation, gone), kept)
        for name in sorted(gone):
            text = _("there is no bucket {name} any more, so nothing was proved there")
            context.tell(Step.UNDO, Moment.GOING_ON, text.format(name=name))
        # The new key is on still, and the uploads of its proofs are its own.
        _take_back_uploads(context, _without(rotation, gone), old or new_pair(context, rotation))
        undecided = [*made.undecided, *_remove(context, rotation, hand, made)]
        known = {one.key for one in undecided}
        undecided += [_in_place(held, key) for key in strange if key not in known]
        if undecided:
            raise PersonDecides(undecided)
        note(context, rotation, Step.UNDO, AllBack(True), _let_be(rotation, made))
        _wipe_copies(context, rotation, ours)
    return outcome.rotation


def lacks_only_its_end(rotation: Rotation) -> bool:
    """True where an undo was interrupted after its last act, and may have no secret any more to begin anew with."""
    noted = rotation.said(AllBack, Step.UNDO, Mark.NOTED)
    return rotation.is_undoing and noted is not None and noted.all_back


def end(context: Context, rotation: Rotation) -> Rotation:
    """Write down that an undo is done, see `lacks_only_its_end`."""
    with taking(context, rotation, Step.UNDO) as outcome:
        _wipe_copies(context, rotation, ())
    return outcome.rotation


def _without(rotation: Rotation, gone: Collection[str]) -> Rotation:
    return replace(rotation, decision=without(rotation.decision, gone))


def _stays(rotation: Rotation, key: AccessKeyId | None) -> bool:
    return answer_for(rotation, key) is OwnershipAnswer.KEEP


def _ours(context: Context, rotation: Rotation, made: Made, held: Held) -> tuple[AccessKeyId, ...]:
    """The keys whose place in the destinations the old one takes."""
    before = (rotation.decision.key, *rotation.decision.known_keys)
    # What is kept here is Keyturn's, also where the journal is an older copy and AWS has no such key any more.
    kept = (key for key in held.keys if key not in before and context.secrets.get(key) is not None)
    said = (key for key in held.keys if answer_for(rotation, key) is OwnershipAnswer.REMOVE)
    return tuple(dict.fromkeys([*made.keys, *kept, *said]))


def _let_be(rotation: Rotation, made: Made) -> LetBe:
    """The keys that are left alone because nothing says whose they are."""
    seen = made.others if made.can_list else asked_about(rotation)
    before = rotation.decision.known_keys
    appeared = tuple(key for key in seen if key not in before and answer_for(rotation, key) is None)
    return LetBe(appeared, not made.can_list and bool(unanswered(rotation)))


def _take_back_uploads(context: Context, rotation: Rotation, signer: KeyPair | None) -> None:
    """A bucket that refuses the key does not bar the way back; that nobody looked there is said."""
    if signer is None:
        return
    for target in may_hold_uploads(rotation):
        try:
            proof.remove_stray_uploads(context.aws, signer, target)
        except AwsError as error:
            if error.fault is not AwsFault.DENIED:
                raise
            text = _("whether an unfinished upload is left in {bucket} is not known: AWS refused to tell")
            context.tell(Step.UNDO, Moment.GOING_ON, text.format(bucket=target.bucket))


def _in_place(held: Held, key: AccessKeyId) -> Undecided:
    return Undecided(key, Why.IN_PLACE, paths=tuple(str(one.place.path) for one in held.by(key)))


def _prove(context: Context, rotation: Rotation, left_out: Collection[Destination]) -> None:
    """Prove every destination as read back, without those that hold somebody else's key."""
    stay = {one.place.identity for one in left_out}
    put_back = tuple(one for one in rotation.decision.destinations if one.place.identity not in stay)
    decision: Decision = replace(rotation.decision, destinations=put_back)
    prove_or_raise(context, replace(rotation, decision=decision), Step.UNDO, expected=decision.key)


def _wipe_copies(context: Context, rotation: Rotation, made: Collection[AccessKeyId]) -> None:
    """The old secret is where it always was, and the new ones open nothing any more. The old one goes last.

    That of a key with a name stays: it may stand nowhere else, and programs ask for it by the name.
    """
    take_name_back(context, rotation)
    known = [one for one in (rotation.new_key, rotation.decision.given) if one is not None]
    new = dict.fromkeys([*rotation.noted_keys, *made, *known])
    named = names_of_keys(context.folder, context.journal)
    old = () if rotation.decision.key in named else (rotation.decision.key,)
    for key in (*new, *old):
        context.secrets.forget(key)


def _remove(context: Context, rotation: Rotation, hand: Hand, made: Made) -> list[Undecided]:
    """Remove what is ours, and return what the hand may not remove.

    Raises:
        AppError: where a destination holds one of the keys again, or cannot be read: then none is removed.
    """
    if made_nothing(rotation):
        return []  # where a person made the key, that person removes it
    held = held_now(context, rotation.decision)
    held.expect_all_read()
    for key in made.keys:
        for one in held.by(key):
            raise AppError(
                _("{name} holds the new key again").format(name=one.title),
                _(
                    "Another program or person wrote {path} meanwhile. The new key stays, so that its backups go on. "
                    "Look there, then undo again."
                ).format(path=one.place.path),
                code="place.other-key",
            )
    name = hand.user_name if made.user is None else made.user.name
    left: list[Undecided] = []
    remain = bool(made.others) or not made.can_list
    # Where AWS does not let the old key list them, they may be there still.
    for key in made.listed if made.can_list else made.keys:
        try:
            access_keys.delete_key(context.aws, hand.pair, key, user_name=name)
        except AwsError as error:
            if error.fault is not AwsFault.DENIED:
                raise
            remain = True
            if not _stays(rotation, key):
                left.append(Undecided(key, Why.MAY_NOT, user=name))
        else:
            context.tell(Step.UNDO, Moment.GOING_ON, _("removed {key}").format(key=key.masked))
    if made.user is not None and not made.can_list and not left and not _stays(rotation, None):
        left.append(Undecided(None, Why.MAY_NOT, user=name))
    if rotation.decision.route is Route.SCOPED_USER and not remain:
        left += _remove_user(context, rotation, hand.pair, made.user)
    return left


def _remove_user(context: Context, rotation: Rotation, signer: KeyPair, user: IamUser | None) -> list[Undecided]:
    """Remove the user, which has no key any more, and its policy; the policy also where somebody deleted the user."""
    decision = rotation.decision
    try:
        if decision.policy is not None and decision.policy.is_managed and decision.owner is not None:
            arn = decision.owner.arn_of_user(user_name(rotation) or "") if user is None else user.arn
            tags = scoped_user.policy_tags(ownership.tags_of(context, decision))
            scoped_user.remove_managed_policy(context.aws, signer, scoped_user.managed_policy(arn), tags)
        if user is not None:
            scoped_user.delete_user(context.aws, signer, user)
            context.tell(Step.UNDO, Moment.GOING_ON, _("removed IAM user {name}").format(name=user.name))
    except AwsError as error:
        if error.fault not in {AwsFault.DENIED, AwsFault.CONFLICT}:
            raise
        name = user_name(rotation) if user is None else user.name
        return [] if _stays(rotation, None) else [Undecided(None, Why.MAY_NOT, user=name)]
    return []
