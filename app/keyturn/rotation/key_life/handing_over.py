"""A new key for a user of the account whose old one is not on this computer: made, kept, and handed over by a person.

It is a rotation on the route `same-user` like any other, with the same journal, steps, gates and ways back; its
`Decision.elsewhere` says that the old secret is not here, so its signer makes the key, too. No file here has either
key. Who gives the new one to a program somewhere else is a person, so what is awaited are the places that they named,
as `--also` names them, and the old key stays on until they say that the new one is in place.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from keyturn.aws import buckets as aws_buckets
from keyturn.clients.described.guide import ANOTHER_COMPUTER
from keyturn.model.errors import AwsError, AwsFault, UsageError
from keyturn.model.keys import KeyStatus
from keyturn.model.text import _
from keyturn.rotation import labels, rotation_service
from keyturn.rotation.context import Context
from keyturn.rotation.key_life.key_elsewhere import KeyElsewhere, Wanted, decision_for, plan_for
from keyturn.rotation.planning.guided_programs import programs_by_hand
from keyturn.rotation.planning.key_gates import KEY_LIMIT
from keyturn.rotation.planning.plan import Gate, Options, Plan
from keyturn.rotation.planning.plan_precautions import keychain
from keyturn.rotation.planning.plan_question import closed, closed_for
from keyturn.rotation.record import Rotation
from keyturn.rotation.steps import Result, Route


@dataclass(frozen=True, slots=True)
class Receiver:
    """Who gets the new key.

    Attributes:
        also: guides by their names, as `--also` takes them; if there is none, it is another computer.
        buckets: in which the new key is to be proved.
    """

    also: tuple[str, ...] = ()
    buckets: tuple[str, ...] = ()


def plan(context: Context, found: KeyElsewhere, wanted: Wanted, receiver: Receiver) -> Plan:
    """What would be done; nothing is changed.

    Raises:
        UsageError: where there is no guide of a name.
        AwsError: where AWS could not be asked.
    """
    options = Options(also=receiver.also or (ANOTHER_COMPUTER,), buckets=receiver.buckets)
    programs = programs_by_hand((), (), options, Route.SAME_USER)
    regions, missing = _buckets(context, receiver)
    decision = decision_for(found, wanted, Route.SAME_USER, programs=tuple(programs), regions=regions)
    kept = keychain(context)
    notes = kept.notes
    if not receiver.buckets:
        text = _(
            "No bucket was named, so it is proved that AWS knows the new key and whose it is, and not what it reaches. "
            "--bucket NAME has it proved there as well."
        )
        notes = (*notes, text)
    return plan_for(context, decision, gates=(*_gates(found), *missing, *kept.gates), notes=notes)


def hand_over(context: Context, found: KeyElsewhere | Rotation, wanted: Wanted, receiver: Receiver) -> Result:
    """Make the new key, prove it and wait for the person; the same again carries on what began.

    Raises:
        UsageError: where the key is being turned off for good.
    """
    if isinstance(found, KeyElsewhere):
        return rotation_service.rotate(context, plan(context, found, wanted, receiver))
    if not found.decision.route.makes_a_key:
        text = _(
            "Rotation {name} turns it off without a new key. `keyturn undo {name}` puts that back first. Nothing was "
            "changed."
        )
        raise UsageError(
            _("{key} is being retired").format(key=found.decision.key.masked),
            text.format(name=found.name),
            code="usage.key",
        )
    return rotation_service.carry_on(context, found.name)


def _buckets(context: Context, receiver: Receiver) -> tuple[dict[str, str | None], tuple[Gate, ...]]:
    """The region of each bucket, as far as the signer is told, and those that are nowhere."""
    identity = context.signer.identity
    regions: dict[str, str | None] = dict.fromkeys(receiver.buckets)
    gates: list[Gate] = []
    if identity is not None and receiver.buckets:
        pair, who = identity
        for bucket, told in aws_buckets.facts_of_all(context.aws, pair, receiver.buckets, who.account).items():
            if not isinstance(told, AwsError):
                regions[bucket] = told.region
            elif told.fault is AwsFault.NO_SUCH_BUCKET:
                gates.append(closed_for(told))
    return regions, tuple(gates)


def _gates(found: KeyElsewhere) -> Iterator[Gate]:
    key, owner = found.key.access_key_id, found.key.owner
    if found.key.status is KeyStatus.INACTIVE:
        text = _(
            "{key} is inactive, so no program works with it. If one misses it, turn it on first: `keyturn turn-on "
            "--key`; if not, delete it: `keyturn delete --key`."
        )
        yield closed("key.inactive", text.format(key=key.masked), waits=True)
    if len(found.siblings) + 1 >= KEY_LIMIT:
        others = ", ".join(f"{one.access_key_id.masked} ({labels.status(one.status)})" for one in found.siblings)
        text = _(
            "AWS allows two access keys for each user, inactive ones included, and {user} has two: besides {key} there "
            "is {others}. If nothing uses that one, turn it off and, days later, delete it (`keyturn turn-off --key`, "
            "`keyturn delete --key`); then run this command again. Keyturn does not choose for you."
        )
        user = "" if owner is None else owner.user_name
        yield closed("key.limit", text.format(user=user, key=key.masked, others=others), waits=True)
