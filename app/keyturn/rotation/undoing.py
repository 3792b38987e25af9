"""The way back: the old key in every destination again, proved, and the new one and its user removed.

Possible until the old key is deleted. Each part may be repeated: an undo that was interrupted is simply done again.
"""

from __future__ import annotations

from keyturn.aws import access_keys, scoped_user
from keyturn.model.errors import AppError
from keyturn.model.keys import AccessKeyId, KeyPair
from keyturn.model.text import _
from keyturn.rotation.creating import strangers_after_all
from keyturn.rotation.proving import prove_or_raise, take_back_uploads
from keyturn.rotation.record import Rotation, taking, write
from keyturn.rotation.steps import Route, Step
from keyturn.rotation.surroundings import Moment, Surroundings
from keyturn.rotation.switching import switch_back
from keyturn.state.journal import Mark


def undo(surroundings: Surroundings, rotation: Rotation, old: KeyPair) -> None:
    """Put everything back. The old key has to be on.

    Raises:
        AppError: what could not be put back; the new key stays as long as a destination may hold it.
    """
    with taking(surroundings, rotation, Step.UNDO):
        made = _made_keys(surroundings, rotation, old)
        # Once they are removed AWS does not list them any more, and their secrets have to be wiped all the same.
        write(surroundings, rotation, Step.UNDO, Mark.NOTED, {"made": [key.value for key in made]})
        if rotation.began(Step.SWITCH):
            for key in made:
                switch_back(surroundings, rotation, old, key)
            prove_or_raise(surroundings, rotation, Step.UNDO, expected=old.access_key_id)
        take_back_uploads(surroundings, rotation, old)
        _remove(surroundings, rotation, old, made)
        _wipe_copies(surroundings, rotation, made)


def lacks_only_its_end(surroundings: Surroundings, rotation: Rotation) -> bool:
    """True where an undo was interrupted after its last act, and so has no secret any more to begin anew with.

    Only where no new key was made: else the old secret is back in its destinations.
    """
    began = rotation.is_undoing and not rotation.decision.route.makes_a_key
    return began and surroundings.secrets.get(rotation.decision.key) is None


def end(surroundings: Surroundings, rotation: Rotation) -> None:
    """Write down that an undo is done, see `lacks_only_its_end`."""
    with taking(surroundings, rotation, Step.UNDO):
        pass


def _wipe_copies(surroundings: Surroundings, rotation: Rotation, made: tuple[AccessKeyId, ...]) -> None:
    """The old secret is where it always was, and the new ones open nothing any more. The old one goes last."""
    known = [one for one in (rotation.new_key, rotation.decision.given) if one is not None]
    new = dict.fromkeys([*rotation.noted_keys, *made, *known])
    for key in (*new, rotation.decision.key):
        surroundings.secrets.forget(key)


def _made_keys(surroundings: Surroundings, rotation: Rotation, old: KeyPair) -> tuple[AccessKeyId, ...]:
    """Every key that this rotation made, whether or not its answer ever arrived."""
    if not rotation.decision.route.makes_a_key or not rotation.began(Step.CREATE):
        return ()
    if rotation.decision.given is not None:
        return (rotation.decision.given,)
    listed = strangers_after_all(surroundings, rotation, old)
    known = rotation.new_key
    if rotation.decision.route is Route.SCOPED_USER:
        return tuple(one.access_key_id for one in listed)
    ours = [one.access_key_id for one in listed if one.access_key_id == known]
    if known is None:
        # Keys of the same owner that appeared meanwhile are ours only where their secret was kept.
        ours = [one.access_key_id for one in listed if surroundings.secrets.get(one.access_key_id) is not None]
        if not ours and len(listed) == 1:
            ours = [listed[0].access_key_id]
        elif not ours and listed:
            raise AppError(
                _("More than one new access key appeared"),
                _(
                    "AWS lists {keys}, and Keyturn cannot tell which of them is its own. Your programs have the old "
                    "key. Delete in the AWS console the ones that nobody uses, then run `keyturn undo` again."
                ).format(keys=", ".join(one.access_key_id.masked for one in listed)),
                code="key.ambiguous",
            )
    return tuple(ours)


def _remove(surroundings: Surroundings, rotation: Rotation, signer: KeyPair, made: tuple[AccessKeyId, ...]) -> None:
    decision = rotation.decision
    if not rotation.began(Step.CREATE) or decision.given is not None:
        return  # whoever made the key removes it
    if decision.user_name is not None:
        if decision.policy is not None and decision.policy.is_managed:
            scoped_user.remove_managed_policy(surroundings.aws, signer, decision.user_name)
        scoped_user.delete_user(surroundings.aws, signer, decision.user_name)
        surroundings.tell(Step.UNDO, Moment.GOING_ON, _("removed IAM user {name}").format(name=decision.user_name))
        return
    for key in made:
        access_keys.delete_key(surroundings.aws, signer, key, user_name=None)
        surroundings.tell(Step.UNDO, Moment.GOING_ON, _("removed {key}").format(key=key.masked))
