"""`--as key`, and what counts unless something else is said: the keys of the rotation itself sign."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keyturn.model.keys import AccessKeyId, KeyPair, Principal
    from keyturn.rotation.signers.signer import Concerned, Hand


class TheKey:
    """The old key makes the new one, and a new one of the same owner turns the old one off and deletes it.

    Args:
        said: somebody named it; False where nobody was named.
    """

    name = "key"

    def __init__(self, *, said: bool = False) -> None:
        self.is_said = said

    identity = None

    def makes(self, subject: Concerned, old: KeyPair | None) -> Hand | None:
        """The old key."""
        return None if old is None else _hand(old)

    def asks(self, subject: Concerned, old: KeyPair | None, new: KeyPair | None) -> Hand | None:
        """The new key where it has the same owner, else the old one."""
        pair = new if new is not None and subject.route.same_owner else old
        return None if pair is None else _hand(pair)

    def changes(self, subject: Concerned, new: KeyPair | None) -> Hand | None:
        """The new key where it has the same owner."""
        return _hand(new) if new is not None and subject.route.same_owner else None

    def ends(self, subject: Concerned) -> bool:
        """It depends on the route, see `turning_off.default_way`."""
        return False

    def expect_fits(self, key: AccessKeyId, owner: Principal | None) -> None:
        """It always does."""


def _hand(pair: KeyPair) -> Hand:
    from keyturn.rotation.signers.signer import Hand  # a look changes nothing at AWS

    return Hand(pair)
