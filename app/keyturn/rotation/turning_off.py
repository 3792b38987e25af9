"""The step *turn off*, and back on: inactive, never deleted.

A root key that turns itself off cannot be turned on by any key that Keyturn holds (research/aws.md 0.1), so the default
for root is the console: it proves that the person can sign in, and Keyturn sees the key die at STS.
"""

from __future__ import annotations

from keyturn.aws import access_keys, identity, spreading
from keyturn.model.errors import AppError, AwsError, AwsFault
from keyturn.model.keys import KeyPair, PrincipalKind
from keyturn.model.text import _
from keyturn.rotation.decision import Decision
from keyturn.rotation.record import Rotation, taking
from keyturn.rotation.steps import By, Step
from keyturn.rotation.surroundings import Moment, Surroundings

_LOOK_EVERY = 3.0  # seconds between two looks whether the person turned the key off


def default_way(decision: Decision) -> By:
    """How the old key is turned off unless the person says otherwise."""
    return By.CONSOLE if decision.owner.kind is PrincipalKind.ROOT else By.KEY


def is_one_way(decision: Decision, by: By) -> bool:
    """True where no key that Keyturn holds can turn the old key on again."""
    return by is By.KEY and not decision.route.same_owner


def turn_off_by_key(surroundings: Surroundings, rotation: Rotation, old: KeyPair, new: KeyPair | None) -> None:
    """Turn the old key off with the new key where it has the same owner, else with itself.

    Raises:
        AppError: `turn-off.no-way-back` in GovCloud, which has no root console (research/aws.md A2).
        AwsError: as AWS fails; UNKNOWN_KEY means that the key is off already.
    """
    decision = rotation.decision
    if decision.owner.partition == "aws-us-gov" and is_one_way(decision, By.KEY):
        raise AppError(
            _("In GovCloud a root key that is off stays off"),
            _(
                "GovCloud has no console for the root user, so nobody could turn {key} on again. It stays on, and your "
                "backups are not touched. Take the route new-root-key instead."
            ).format(key=decision.key.masked),
            code="turn-off.no-way-back",
        )
    signer = new if new is not None and decision.route.same_owner else old
    with taking(surroundings, rotation, Step.TURN_OFF) as outcome:
        try:
            access_keys.set_status(surroundings.aws, signer, decision.key, active=False, user_name=None)
        except AwsError as error:
            if error.fault is not AwsFault.UNKNOWN_KEY or signer is not old:
                raise
        spreading.wait_until_refused(surroundings.aws, old, surroundings.clock)
        outcome.facts["by"] = By.KEY.value
        outcome.detail = decision.key.masked


def turned_off_in_console(surroundings: Surroundings, rotation: Rotation, old: KeyPair, wait: float) -> bool:
    """Look, for `wait` seconds, whether the person turned the key off; when AWS refuses it, that is in the journal.

    Raises:
        AwsError: where AWS could not be asked.
        Cancelled: where the person asked to stop waiting.
    """
    clock = surroundings.clock
    end = clock.monotonic() + wait
    while not is_refused(surroundings, old):
        if clock.monotonic() >= end:
            return False
        surroundings.tell(Step.TURN_OFF, Moment.WAITING, rotation.decision.key.masked)
        surroundings.cancel.check()
        clock.sleep(_LOOK_EVERY)
    with taking(surroundings, rotation, Step.TURN_OFF) as outcome:
        spreading.wait_until_refused(surroundings.aws, old, clock)
        outcome.facts["by"] = By.CONSOLE.value
        outcome.detail = rotation.decision.key.masked
    return True


def turn_on_by_key(surroundings: Surroundings, rotation: Rotation, old: KeyPair, new: KeyPair) -> None:
    """Turn the old key on again with the new key, which has the same owner."""
    with taking(surroundings, rotation, Step.TURN_ON) as outcome:
        access_keys.set_status(surroundings.aws, new, rotation.decision.key, active=True, user_name=None)
        spreading.wait_until_known(surroundings.aws, old, surroundings.clock)
        outcome.detail = rotation.decision.key.masked


def turned_on_in_console(surroundings: Surroundings, rotation: Rotation, old: KeyPair, wait: float) -> bool:
    """Look, for `wait` seconds, whether the person turned the key on; when AWS accepts it, that is in the journal."""
    clock = surroundings.clock
    end = clock.monotonic() + wait
    while is_refused(surroundings, old):
        if clock.monotonic() >= end:
            return False
        surroundings.tell(Step.TURN_ON, Moment.WAITING, rotation.decision.key.masked)
        surroundings.cancel.check()
        clock.sleep(_LOOK_EVERY)
    with taking(surroundings, rotation, Step.TURN_ON) as outcome:
        spreading.wait_until_known(surroundings.aws, old, clock)
        outcome.detail = rotation.decision.key.masked
    return True


def is_refused(surroundings: Surroundings, pair: KeyPair) -> bool:
    """True where AWS refuses the key: inactive or gone.

    Raises:
        AwsError: where AWS could not be asked.
    """
    try:
        identity.whose(surroundings.aws, pair)
    except AwsError as error:
        if error.fault is AwsFault.UNKNOWN_KEY:
            return True
        raise
    return False
