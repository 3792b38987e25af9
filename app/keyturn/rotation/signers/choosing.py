"""The one place where `--as WHO` becomes somebody who signs."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from keyturn.aws import identity
from keyturn.model.keys import SessionPair
from keyturn.rotation.signers.found_key import found_key
from keyturn.rotation.signers.keeper import key_of_keeper
from keyturn.rotation.signers.profile import AskCode, key_of_profile_named
from keyturn.rotation.signers.sign_in import signed_in
from keyturn.rotation.signers.somebody import Somebody
from keyturn.rotation.signers.the_key import TheKey
from keyturn.rotation.signers.who import Kind, Who
from keyturn.rotation.uses import last_use_before_ours

if TYPE_CHECKING:
    from keyturn.rotation.signers.signer import Signer
    from keyturn.rotation.surroundings import Surroundings


def opened_signer(surroundings: Surroundings, who: Who, ask_code: AskCode) -> Signer:
    """Return whoever was named, once AWS said who that is.

    Args:
        ask_code: asks the person for the six digits of an MFA device, where a role wants them.

    Raises:
        UsageError: where nobody of that name is here.
        AppError: `signer.session-ended`, which waits, where a person has to sign in first.
        AwsError: where AWS refused it, or could not be asked.
    """
    match who.kind:
        case Kind.KEY:
            return TheKey(said=who.said)
        case Kind.OTHER_KEY:
            return found_key(surroundings, who)
        case Kind.PROFILE:
            pair = key_of_profile_named(surroundings, who.which, ask_code)
        case Kind.KEEPER:
            pair = key_of_keeper(surroundings)
        case Kind.SIGN_IN:
            return signed_in(surroundings, who)
    whose = partial(identity.whose, surroundings.aws, pair)
    # A session has no last use of its own.
    is_lasting = not isinstance(pair, SessionPair)
    principal = last_use_before_ours(surroundings, pair, whose)[0] if is_lasting else whose()
    return Somebody(str(who), pair, principal)
