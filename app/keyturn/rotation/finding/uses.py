"""Who used a key last: Keyturn itself, or somebody else.

AWS records one last use for each key, and Keyturn's own requests are uses too (facts/aws.md A3), so every reading is
compared with what Keyturn itself signed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from keyturn.model.errors import AwsError, AwsFault
from keyturn.model.keys import AccessKeyId, KeyPair, LastUse, Principal
from keyturn.state.journal import Journal

if TYPE_CHECKING:
    from keyturn.rotation.context import Context

# AWS records the first of several uses within 15 minutes, so a use of ours may be dated up to that much earlier.
_WINDOW = timedelta(minutes=15)
# Two clocks, and own uses noted at most once a minute.
_SLACK = timedelta(minutes=2)
# Why nobody is told the last use; what else goes wrong would go wrong with the next question, too.
_NOT_TOLD = frozenset({AwsFault.DENIED, AwsFault.NOT_FOUND, AwsFault.UNKNOWN_KEY, AwsFault.THROTTLED})


def is_own(use: LastUse, own_uses: Iterable[tuple[datetime, str]]) -> bool:
    """True where `use` is explained by a request that Keyturn itself signed."""
    if use.date is None:
        return False
    return any(
        service == use.service and use.date - _SLACK <= at <= use.date + _WINDOW + _SLACK for at, service in own_uses
    )


def without_own(journal: Journal, key: AccessKeyId, read: LastUse) -> LastUse | None:
    """Return the last use of `key` by somebody else, as far as it is known, and remember it.

    Args:
        read: what AWS told just now.

    Returns:
        `read` itself where it is not Keyturn's own; else the newest use by somebody else that was read earlier; None
        where there was never one to be read.
    """
    if is_own(read, journal.own_uses(key)):
        return journal.foreign_use(key)
    journal.note_foreign_use(key, read)
    return read


def last_use_before_ours(
    context: Context, pair: KeyPair, whose: Callable[[], Principal]
) -> tuple[Principal, LastUse | None]:
    """Ask when the key was used last, and only then whose it is, which is signed with it and so a use.

    The one who makes the changes is asked first, since a key may seldom ask about itself. Somebody else's use is
    remembered, so that it is known also when Keyturn's own has taken its place at AWS.

    Returns:
        Whose it is, and its last use by somebody else; None where that is not known.

    Raises:
        AwsError: as `whose` does, or where AWS could not be asked.
    """
    read = _last_use(context, pair)
    owner = whose()
    if isinstance(read, AwsError) and read.fault is AwsFault.UNKNOWN_KEY:
        read = _last_use(context, pair)  # now its partition is known
    if isinstance(read, AwsError):
        return owner, None
    return owner, without_own(context.journal, pair.access_key_id, read)


def _last_use(context: Context, pair: KeyPair) -> LastUse | AwsError:
    another = context.signer.identity
    if another is not None and another[0].access_key_id != pair.access_key_id:
        told = _asked(context, another[0], pair.access_key_id)
        if isinstance(told, LastUse):
            return told
    return _asked(context, pair, pair.access_key_id)


def _asked(context: Context, signer: KeyPair, key: AccessKeyId) -> LastUse | AwsError:
    from keyturn.aws import access_keys  # an offline scan does without

    try:
        return access_keys.last_use(context.aws, signer, key)
    except AwsError as error:
        if error.fault in _NOT_TOLD:
            return error
        raise
