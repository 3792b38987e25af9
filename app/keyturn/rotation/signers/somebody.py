"""Another identity of the key's account: the keys of its IAM users are changed with it, and never root's."""

from __future__ import annotations

from dataclasses import dataclass

from keyturn.model.errors import UsageError
from keyturn.model.keys import AccessKeyId, KeyPair, Principal, PrincipalKind
from keyturn.model.text import _
from keyturn.rotation.signers.signer import Concerned, Hand
from keyturn.rotation.signers.the_key import TheKey
from keyturn.rotation.signers.who import IdentityKind


@dataclass(frozen=True, slots=True)
class Somebody:
    """An identity that signs in place of the rotation's own keys.

    Attributes:
        name: as `--as` takes it.
        pair: its key, lasting or of a session.
        principal: who it is, as STS said.
    """

    name: str
    pair: KeyPair
    principal: Principal

    @property
    def identity(self) -> tuple[KeyPair, Principal]:
        """This identity."""
        return self.pair, self.principal

    @property
    def is_keeper(self) -> bool:
        """True for this computer's keeper."""
        return self.name == IdentityKind.KEEPER.value

    def makes(self, subject: Concerned, old: KeyPair | None) -> Hand | None:
        """This identity; but a key of root is made by root alone."""
        if subject.route.same_owner and not self.ends(subject):
            return TheKey().makes(subject, old)
        return Hand(self.pair, _user(subject))

    def asks(self, subject: Concerned, old: KeyPair | None, new: KeyPair | None) -> Hand | None:
        """This identity about a user's key, which so is not used; about root's key only root is told."""
        return self._hand(subject) or TheKey().asks(subject, old, new)

    def changes(self, subject: Concerned, new: KeyPair | None) -> Hand | None:
        """This identity a user's key; root's as without it."""
        return self._hand(subject) or TheKey().changes(subject, new)

    def ends(self, subject: Concerned) -> bool:
        """True for a user's key."""
        return self._hand(subject) is not None

    def expect_fits(self, key: AccessKeyId, owner: Principal | None) -> None:
        """See that it is another key, of the same account."""
        if self.pair.access_key_id == key:
            raise UsageError(
                _("{name} is the key that is to be replaced").format(name=self.name),
                _(
                    "{key} would sign its own end, and nothing could turn it on again. Leave --as out, or name another "
                    "identity."
                ).format(key=key.masked),
                code="signer.same-key",
            )
        if owner is None:
            raise UsageError(
                _("--as is for keys of AWS"),
                _(
                    "Whose key {key} is, AWS did not say, or it is a store's own, which knows no other identities. "
                    "Leave --as out."
                ).format(key=key.masked),
                code="signer.store",
            )
        if (self.principal.account, self.principal.partition) != (owner.account, owner.partition):
            raise UsageError(
                _("{name} belongs to another AWS account").format(name=self.name),
                _(
                    "It is of account {account}, and {key} is of account {own}: it can change nothing there. Name an "
                    "identity of the same account."
                ).format(account=self.principal.account, key=key.masked, own=owner.account),
                code="signer.account",
            )

    def _hand(self, subject: Concerned) -> Hand | None:
        user = _user(subject)
        return None if user is None else Hand(self.pair, user)


def _user(subject: Concerned) -> str | None:
    """The IAM user whose key it is; None for root's, whom IAM takes from the signature alone (facts/aws.md A2)."""
    owner = subject.owner
    return owner.user_name if owner is not None and owner.kind is PrincipalKind.USER else None
