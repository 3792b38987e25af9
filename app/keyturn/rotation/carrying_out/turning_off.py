"""The step *turn off*, and back on: inactive, never deleted.

A root key that turns itself off cannot be turned on by any key that Keyturn holds (facts/aws.md 0.1), so the default
for root is the console: it proves that the person can sign in, and Keyturn sees the key die at STS.
"""

from __future__ import annotations

from keyturn.aws import access_keys, propagation
from keyturn.model.errors import AppError, AwsError, AwsFault, UsageError
from keyturn.model.keys import KeyPair
from keyturn.model.text import _
from keyturn.rotation.carrying_out import old_key
from keyturn.rotation.carrying_out.proof_targets import store_target, targets_of
from keyturn.rotation.context import Context, Moment
from keyturn.rotation.decision import Decision
from keyturn.rotation.events.key_events import DoneBy, SeenOrSaid
from keyturn.rotation.pairs import SecretGone
from keyturn.rotation.planning import way_to_keys
from keyturn.rotation.record import Rotation
from keyturn.rotation.signers.signer import Hand, Signer
from keyturn.rotation.steps import By, Step
from keyturn.rotation.taking_steps import note, taking

_LOOK_EVERY = 3.0  # seconds between two looks whether the person turned the key off


def default_way(decision: Decision, signer: Signer | None = None) -> By:
    """How the old key is turned off unless the person says otherwise.

    Args:
        signer: who makes the change; None where only the rotation's own keys do.
    """
    if decision.store is not None:
        return By.CONSOLE
    if decision.elsewhere or (signer is not None and signer.ends(decision)):
        return By.SIGNER
    return By.CONSOLE if decision.of_root and way_to_keys.has_console(decision.owner) else By.KEY


def is_one_way(decision: Decision, by: By) -> bool:
    """True where no key that Keyturn holds can turn the old key on again."""
    return by is By.KEY and not decision.route.same_owner


def turn_off_by_key(context: Context, rotation: Rotation, old: KeyPair | None, new: KeyPair | None) -> Rotation:
    """Turn the old key off with another key that may, such as a new key of the same owner; else with itself.

    Raises:
        SecretGone: where neither is at hand.
        AppError: `turn-off.no-way-back` in GovCloud, which has no root console (facts/aws.md A2).
        AwsError: as AWS fails; UNKNOWN_KEY means that the key is off already.
    """
    decision = rotation.decision
    if decision.store is not None:
        raise UsageError(
            _("A key of {store} cannot turn itself off").format(store=decision.store),
            _("Only the store's own web page can. Use --by console."),
            code="usage.by",
        )
    way = By.SIGNER if context.signer.ends(decision) else By.KEY
    if is_one_way(decision, way):
        _expect_a_console(decision)
    hand = context.signer.changes(decision, new) or (None if old is None else Hand(old))
    if hand is None:
        raise SecretGone(decision.key)
    with taking(context, rotation, Step.TURN_OFF) as outcome:
        # A person who finds the key off after an interruption finds here who was about to do it.
        note(context, rotation, Step.TURN_OFF, DoneBy(way))
        try:
            access_keys.set_status(context.aws, hand.pair, decision.key, active=False, user_name=hand.user_name)
        except AwsError as error:
            if error.fault is not AwsFault.UNKNOWN_KEY or hand.pair is not old:
                raise
        if old is not None:
            propagation.wait_until_refused(context.aws, old, context.clock)
        outcome.note(DoneBy(way))
        outcome.detail = decision.key.masked
    return outcome.rotation


def turned_off_in_console(context: Context, rotation: Rotation, old: KeyPair | None, wait: float) -> Rotation | None:
    """Look, for `wait` seconds, whether the person turned the key off; when AWS refuses it, that is in the journal.

    Returns:
        None where it is on still.

    Raises:
        AppError: `turn-off.no-way-back` in GovCloud, where there is nothing to wait for.
        AwsError: where AWS could not be asked.
        Cancelled: where the person asked to stop waiting.
    """
    if old is None:
        return None  # nobody here can see it
    clock = context.clock
    end = clock.monotonic() + wait
    while not old_key.is_refused(context, rotation.decision, old):
        if not rotation.decision.route.same_owner:
            _expect_a_console(rotation.decision)
        if clock.monotonic() >= end:
            return None
        context.tell(Step.TURN_OFF, Moment.WAITING, rotation.decision.key.masked)
        context.cancel.check()
        clock.sleep(_LOOK_EVERY)
    return seen_off(context, rotation, old)


def _expect_a_console(decision: Decision) -> None:
    if not way_to_keys.has_console(decision.owner):
        raise AppError(
            _("In GovCloud a root key that is off stays off"),
            _(
                "GovCloud has no console for the root user, so nobody could turn {key} on again, and Keyturn does not "
                "turn it off. To replace it, run `keyturn undo`, then rotate with --route new-root-key."
            ).format(key=decision.key.masked),
            code="turn-off.no-way-back",
        )


def seen_off(context: Context, rotation: Rotation, old: KeyPair | None) -> Rotation:
    """Write down that the old key is off, as somebody turned it off, once AWS refuses it for sure.

    Args:
        old: None where its secret is gone, and IAM lists it as off.

    Raises:
        AwsError: where AWS still accepts it after two minutes, or could not be asked.
    """
    with taking(context, rotation, Step.TURN_OFF) as outcome:
        context.aws.forget_new(rotation.decision.key)
        if old is not None:
            store = store_target(rotation.decision)
            propagation.wait_until_refused(context.aws, old, context.clock, store=store)
        outcome.note(DoneBy(rotation.began_off_by or By.CONSOLE))
        outcome.detail = rotation.decision.key.masked
    return outcome.rotation


def said_off(context: Context, rotation: Rotation) -> Rotation:
    """Write down that a person says that the old key is off, where nobody here can see it: its secret is gone."""
    with taking(context, rotation, Step.TURN_OFF) as outcome:
        outcome.note(DoneBy(By.CONSOLE), SeenOrSaid(False))
        outcome.detail = rotation.decision.key.masked
    return outcome.rotation


def turn_on_by_key(context: Context, rotation: Rotation, old: KeyPair | None, hand: Hand) -> Rotation:
    """Turn the old key on again with a key that may."""
    with taking(context, rotation, Step.TURN_ON) as outcome:
        access_keys.set_status(context.aws, hand.pair, rotation.decision.key, active=True, user_name=hand.user_name)
        _wait_until_known(context, rotation, old)
        outcome.detail = rotation.decision.key.masked
    return outcome.rotation


def turned_on_in_console(context: Context, rotation: Rotation, old: KeyPair, wait: float) -> bool:
    """Look, for `wait` seconds, whether the person turned the key on; when AWS accepts it, that is in the journal."""
    clock = context.clock
    end = clock.monotonic() + wait
    while old_key.look(context, rotation, old, None).is_off and not old_key.is_coming(context, rotation, old):
        if clock.monotonic() >= end:
            return False
        context.tell(Step.TURN_ON, Moment.WAITING, rotation.decision.key.masked)
        context.cancel.check()
        clock.sleep(_LOOK_EVERY)
    seen_on(context, rotation, old)
    return True


def seen_on(context: Context, rotation: Rotation, old: KeyPair | None) -> Rotation:
    """Write down that the old key is on again, once AWS accepts it for sure.

    Raises:
        AwsError: where AWS does not accept it within two minutes, or could not be asked.
    """
    with taking(context, rotation, Step.TURN_ON) as outcome:
        context.aws.remember_new(rotation.decision.key)
        _wait_until_known(context, rotation, old)
        outcome.detail = rotation.decision.key.masked
    return outcome.rotation


def _wait_until_known(context: Context, rotation: Rotation, old: KeyPair | None) -> None:
    if old is None:
        return  # IAM lists it as active, and nobody here can try it
    propagation.wait_until_known(context.aws, old, targets_of(rotation.decision), context.clock)
