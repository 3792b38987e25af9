"""The two key pairs of a rotation: where their secrets are found."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from keyturn.aws import identity
from keyturn.clients.registry import find_everything
from keyturn.clients.replacement import read_pair
from keyturn.model.errors import AppError, AwsError, AwsFault, StoreError
from keyturn.model.keys import AccessKeyId, KeyPair
from keyturn.model.text import _
from keyturn.rotation.context import Context
from keyturn.rotation.decision import Decision, Destination
from keyturn.rotation.record import Rotation
from keyturn.rotation.signers.signer import Hand


@dataclass(frozen=True, slots=True)
class Held:
    """What the destinations hold at this moment.

    Attributes:
        pairs: the pair in each destination that could be read.
        unread: why the others could not; what they hold is not known.
    """

    pairs: tuple[tuple[Destination, KeyPair], ...]
    unread: tuple[tuple[Destination, AppError], ...]

    def by(self, key: AccessKeyId) -> tuple[Destination, ...]:
        """The destinations that hold this key."""
        return tuple(one for one, pair in self.pairs if pair.access_key_id == key)

    @property
    def keys(self) -> tuple[AccessKeyId, ...]:
        """Every key that stands in one of them, once."""
        return tuple(dict.fromkeys(pair.access_key_id for _one, pair in self.pairs))

    def expect_all_read(self) -> None:
        """Raise the first reason why a destination could not be read: what it holds is not known then."""
        for _one, error in self.unread:
            raise error


class SecretGone(StoreError):
    """The secret of one of the two keys is nowhere to be found. The person may give it."""

    waits = True

    def __init__(self, key: AccessKeyId) -> None:
        super().__init__(
            _("The secret of {key} is not kept here").format(key=key.masked),
            _(
                "Keyturn does not find it, neither in its keychain nor in a file. Start Keyturn with the same "
                "--secrets and --state-dir as before, or give the pair with --pair."
            ),
            code="secret.gone",
        )
        self.key = key


def held_now(context: Context, decision: Decision) -> Held:
    """Read every destination."""
    pairs: list[tuple[Destination, KeyPair]] = []
    unread: list[tuple[Destination, AppError]] = []
    for one in decision.destinations:
        try:
            pairs.append((one, read_pair(context.computer, one.place)))
        except AppError as error:
            unread.append((one, error))
    return Held(tuple(pairs), tuple(unread))


def old_pair(context: Context, rotation: Rotation) -> KeyPair | None:
    """The old key as it was kept, or as it still stands somewhere on this computer; None where it never was here.

    Raises:
        SecretGone: where it was here, and is nowhere.
    """
    found = pair_of(context, rotation, rotation.decision.key)
    if found is None and not rotation.decision.elsewhere:
        raise SecretGone(rotation.decision.key)
    return found


def maker(context: Context, rotation: Rotation, old: KeyPair | None) -> Hand:
    """Who makes and removes what is the rotation's at AWS.

    Raises:
        SecretGone: where only the old key may, and its secret is not at hand.
    """
    hand = context.signer.makes(rotation.decision, old)
    if hand is None:
        raise SecretGone(rotation.decision.key)
    return hand


def new_pair(context: Context, rotation: Rotation) -> KeyPair | None:
    """The new key as it was kept, or as it stands somewhere; None where it is nowhere, or where there is none."""
    key = rotation.new_key
    return None if key is None else pair_of(context, rotation, key)


def pair_of(context: Context, rotation: Rotation, key: AccessKeyId) -> KeyPair | None:
    """The pair as it was kept; else as a destination holds it, or a leftover such as `rootkey.csv`.

    One that AWS accepts is kept again. A wrong secret is passed over; of a key that is off AWS does not tell.
    """
    kept = context.secrets.get(key)
    if kept is not None:
        return kept
    unsure = None
    for pair in _lying_about(context, rotation, key):
        match _accepted(context, rotation, pair):
            case True:
                with suppress(StoreError):  # it stands where it was found, too
                    context.secrets.keep(pair)
                return pair
            case None:
                unsure = unsure or pair
    return unsure


def _lying_about(context: Context, rotation: Rotation, key: AccessKeyId) -> Iterator[KeyPair]:
    """Every different secret of this key that stands on this computer, those of the destinations first."""
    yielded: list[KeyPair] = []
    for _one, pair in held_now(context, rotation.decision).pairs:
        if pair.access_key_id == key and pair not in yielded:
            yielded.append(pair)
            yield pair
    places = find_everything(context.computer, leave_out=(context.folder,)).places
    for place in places:
        if place.access_key_id == key and place.pair is not None and place.pair not in yielded:
            yielded.append(place.pair)
            yield place.pair


def _accepted(context: Context, rotation: Rotation, pair: KeyPair) -> bool | None:
    """False where the secret is wrong; None where AWS, or a store, does not tell."""
    if rotation.decision.store is not None:
        return None
    try:
        identity.whose(context.aws, pair)
    except AwsError as error:
        return False if error.fault is AwsFault.WRONG_SECRET else None
    return True
