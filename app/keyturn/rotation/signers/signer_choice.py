"""The one place where `--as WHO` becomes somebody who signs."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from keyturn.aws import identity
from keyturn.model.keys import SessionPair
from keyturn.rotation.finding.uses import last_use_before_ours
from keyturn.rotation.signers.found_key import found_key
from keyturn.rotation.signers.keeper_signer import key_of_keeper
from keyturn.rotation.signers.profile import AskCode, key_of_profile_named
from keyturn.rotation.signers.sign_in import signed_in
from keyturn.rotation.signers.somebody import Somebody
from keyturn.rotation.signers.the_key import TheKey
from keyturn.rotation.signers.who import IdentityKind, Who

if TYPE_CHECKING:
    from keyturn.rotation.context import Context
    from keyturn.rotation.signers.signer import Signer


def opened_signer(context: Context, who: Who, ask_code: AskCode) -> Signer:
    """Return the one who was named, once AWS said who that is.

    Args:
        ask_code: asks the person for the six digits of an MFA device, where a role wants them.

    Raises:
        UsageError: where nobody of that name is here.
        AppError: `signer.session-ended`, which waits, where a person has to sign in first.
        AwsError: where AWS refused it, or could not be asked.
    """
    match who.kind:
        case IdentityKind.KEY:
            return TheKey(said=who.said)
        case IdentityKind.OTHER_KEY:
            return found_key(context, who)
        case IdentityKind.PROFILE:
            pair = key_of_profile_named(context, who.which, ask_code)
        case IdentityKind.KEEPER:
            pair = key_of_keeper(context)
        case IdentityKind.SIGN_IN:
            return signed_in(context, who)
    whose = partial(identity.whose, context.aws, pair)
    # A session has no last use of its own.
    is_lasting = not isinstance(pair, SessionPair)
    principal = last_use_before_ours(context, pair, whose)[0] if is_lasting else whose()
    return Somebody(str(who), pair, principal)
