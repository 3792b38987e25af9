"""What a person can do where the new key does not work any more, or a secret is not to be found."""

from __future__ import annotations

from keyturn.aws.error_codes import SESSION_ENDED
from keyturn.model.errors import AwsFault
from keyturn.model.keys import AccessKeyId
from keyturn.model.text import _, plural
from keyturn.rotation.asked import user_name
from keyturn.rotation.planning import way_to_keys
from keyturn.rotation.record import Rotation
from keyturn.rotation.signers.signer import Signer
from keyturn.rotation.signers.the_key import TheKey
from keyturn.rotation.steps import PUT_IN_AGAIN, Awaited, Step

NEW_KEY = "new-key"


def from_a_dead_new_key(rotation: Rotation) -> tuple[Awaited, ...]:
    """The three ways out: let it work again, undo, make another."""
    new = "" if rotation.new_key is None else rotation.new_key.masked
    if rotation.new_key_fails == AwsFault.UNKNOWN_KEY:
        title = _("Turn {new}, the new key, on again: AWS does not accept it")
        step = _("Where it is listed as inactive: Actions, then Activate. Where it is not listed, it was deleted.")
    else:
        title = _("Let {new}, the new key, reach its buckets again: AWS refuses it there")
        step = _("See what was changed: the rights of its user, or the permissions of the bucket.")
    old, decision = rotation.decision.key, rotation.decision
    way = way_to_keys.way_to_new_key(decision, user_name(rotation))
    again = _("Then run `keyturn continue {name}`, which tries every backup again.").format(name=rotation.name)
    undo = f"keyturn undo {rotation.name}"
    return (
        Awaited(NEW_KEY, title.format(new=new), (*way, step, again), tickable=False),
        Awaited("undo", _("Or put {old} back").format(old=old.masked), (undo,), tickable=False),
        Awaited("another", _("Or make another new key"), (undo, f"keyturn rotate {old.last4}"), tickable=False),
    )


def from_an_old_key_again(rotation: Rotation) -> tuple[Awaited, ...]:
    """The ways on where places that had the new key hold the old one again: either of the two keys, everywhere."""
    new, old = "" if rotation.new_key is None else rotation.new_key.masked, rotation.decision.key.masked
    again = set(rotation.old_again)
    places = [one for one in rotation.decision.destinations if one.place.identity in again]
    paths = ", ".join(str(one.file) for one in places)
    title = plural(
        "Put the new key {new} in again: {paths} holds {old}",
        "Put the new key {new} in again: {paths} hold {old}",
        len(places),
    )
    put_in = Awaited(
        PUT_IN_AGAIN,
        title.format(new=new, old=old, paths=paths),
        (_("Say so: the new key is tried first, then put in wherever the old one stands, and proved there."),),
    )
    if rotation.is_undoing:
        return (put_in,)
    undo = Awaited("undo", _("Or put {old} back").format(old=old), (f"keyturn undo {rotation.name}",), tickable=False)
    return (put_in, undo)


def session_item(rotation: Rotation) -> Awaited | None:
    """What leads on where the step stopped because a session had ended; None where it did not."""
    failed = rotation.failure_of(rotation.step)
    if failed is None or failed.code != SESSION_ENDED:
        return None
    signer = rotation.began_as(rotation.step) or "WHO"
    title = _("Sign in again: the session of {signer} has ended").format(signer=signer)
    return Awaited("session", title, (_go_on(rotation, signer),), tickable=False)


def begun_by_another(rotation: Rotation, signer: Signer) -> Awaited | None:
    """What leads on where another identity began to make the new key, and now nobody was named.

    The key itself may not be allowed to, and a refusal would put everything back.
    """
    began = rotation.began_as(rotation.step) if rotation.step is Step.CREATE else None
    if began is None or not isinstance(signer, TheKey) or signer.is_said:
        return None
    title = _("Say who goes on: {signer} began to make the new key").format(signer=began)
    return Awaited("signer", title, (_go_on(rotation, began), _go_on(rotation, TheKey.name)), tickable=False)


def _go_on(rotation: Rotation, signer: str) -> str:
    command = "undo" if rotation.step is Step.UNDO else "continue"
    return f"keyturn {command} {rotation.name} --as {signer}"


def to_a_secret(rotation: Rotation, key: AccessKeyId) -> Awaited:
    """How Keyturn gets a secret that is not kept any more."""
    name, last4 = rotation.name, rotation.decision.key.last4
    return Awaited(
        f"secret-{key.last4}",
        _("Give the secret of {key}, which stands neither in Keyturn's keychain nor in any file here").format(
            key=key.masked
        ),
        (
            _("If you used other options before, such as --secrets or --state-dir, use them again."),
            _("If you have the key's file, such as rootkey.csv, put it into Downloads and run the command again."),
            _("If you know it: `keyturn continue {name} --pair` asks for it.").format(name=name),
            _("If nobody has it: `keyturn end {name} --confirm {last4}` closes this rotation as it stands.").format(
                name=name, last4=last4
            ),
        ),
        tickable=False,
    )
