"""Who makes the changes of one assistant, and who is asked for the code of their MFA device."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyturn.rotation.signers.who import THE_KEY, Who

if TYPE_CHECKING:
    from keyturn.desktop.runner import Desk
    from keyturn.rotation.context import Context
    from keyturn.rotation.signers.signer import Signer


class Signing:
    """The choice, and the one who was opened for it: a role's session lasts, so its code is asked for once.

    Attributes:
        who: as `--as` takes it.
    """

    def __init__(self) -> None:
        self.who: Who = THE_KEY
        self._opened: tuple[Who, Signer] | None = None

    def context(self, desk: Desk) -> Context:
        """Everything a change touches, with the one who was chosen to make it. Runs in a worker.

        Raises:
            AppError: where they are not to be had, or no code was given.
        """
        who, workplace = self.who, desk.workplace
        workplace.who = who
        if self._opened is not None and self._opened[0] == who:
            workplace.sign_with(self._opened[1])
        made = desk.context()
        self._opened = who, made.signer
        if (identity := made.signer.identity) is not None:
            pair, principal = identity
            made.aws.remember_partition(pair.access_key_id, principal.partition)  # each piece of work asks AWS anew
        return made

    def forget(self) -> None:
        """Open them anew the next time: their session ended, or nothing is left to do."""
        self._opened = None
