"""What a rotation asks of the one who makes its changes at AWS (`--as WHO`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from keyturn.model.keys import AccessKeyId, KeyPair, Principal
    from keyturn.rotation.steps import Route


@dataclass(frozen=True, slots=True)
class Hand:
    """The hand that signs requests about the keys of one owner.

    Attributes:
        user_name: how IAM is told whose keys are meant; None where it takes the owner from the signature, which is the
            only way for root's keys (facts/aws.md A2).
    """

    pair: KeyPair
    user_name: str | None = None


class Concerned(Protocol):
    """What a change is about: the old key's owner, and the way out. A `Decision` is one."""

    @property
    def owner(self) -> Principal | None:
        """Whose key the old one is; None at a store that is not AWS."""

    @property
    def route(self) -> Route:
        """Which way out."""


@dataclass(frozen=True, slots=True)
class Subject:
    """The same before anything is decided."""

    owner: Principal | None
    route: Route


class Signer(Protocol):
    """Who makes the change. Its secret is nowhere but in memory and where it was found.

    A session that ends in the middle is an error that waits (`AppError.waits`): the step is taken again, with a new
    session, by `keyturn continue --as …`.
    """

    @property
    def name(self) -> str:
        """As `--as` takes it, and as the journal names it."""

    @property
    def identity(self) -> tuple[KeyPair, Principal] | None:
        """Who signs if it is about no rotation; None if only a rotation's own keys do."""

    def makes(self, subject: Concerned, old: KeyPair | None) -> Hand | None:
        """Who makes and removes users and keys, and sees which there are.

        None where nobody can whose secret is at hand.
        """

    def asks(self, subject: Concerned, old: KeyPair | None, new: KeyPair | None) -> Hand | None:
        """Who asks IAM about the old key, if possible another one than the old key: its asking is a use.

        None where nobody can whose secret is at hand.
        """

    def changes(self, subject: Concerned, new: KeyPair | None) -> Hand | None:
        """Who turns the old key off and on and deletes it, besides the old key itself; None where a person does."""

    def ends(self, subject: Concerned) -> bool:
        """True where it turns the old key off, on, and deletes it on every route, without a person in the console."""

    def expect_fits(self, key: AccessKeyId, owner: Principal | None) -> None:
        """See that it may sign for a rotation of `key` at all.

        Args:
            owner: None where nobody told.

        Raises:
            UsageError: `signer.account`, `signer.same-key`, `signer.store`.
        """
