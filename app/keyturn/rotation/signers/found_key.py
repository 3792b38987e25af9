"""`--as key:ID`: another key that was found on this computer, or that Keyturn keeps."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from keyturn.aws import identity
from keyturn.clients.registry import find_everything
from keyturn.model.errors import AwsError, AwsFault, UsageError
from keyturn.model.keys import KeyPair, as_typed, keys_meant
from keyturn.model.text import _
from keyturn.rotation.all_rotations import all_rotations
from keyturn.rotation.finding.uses import last_use_before_ours
from keyturn.rotation.signers.somebody import Somebody
from keyturn.rotation.signers.who import Who

if TYPE_CHECKING:
    from keyturn.rotation.context import Context

# What AWS says of one of several secrets of a key; another one may be right.
_NOT_THIS_ONE = frozenset({AwsFault.UNKNOWN_KEY, AwsFault.WRONG_SECRET})


def found_key(context: Context, who: Who) -> Somebody:
    """Return the key, with the secret that AWS accepts.

    Args:
        who: names its ID, or the last four characters of it.

    Raises:
        UsageError: where no key of that ID has its secret here, or more than one is meant.
        AwsError: where AWS accepts none of its secrets, or could not be asked.
    """
    known = tuple(all_pairs(context))
    keys = keys_meant(who.which, (pair.access_key_id for pair in known))
    pairs = [pair for pair in known if pair.access_key_id in keys]
    if not pairs:
        raise UsageError(
            _("No key {which} has its secret here").format(which=as_typed(who.which)),
            _("`keyturn scan` shows the keys that are here."),
            code="signer.no-key",
        )
    if len(keys) > 1:
        raise UsageError(
            _("More than one key ends with “{text}”").format(text=who.which),
            _("Give all of it: {keys}.").format(keys=", ".join(key.masked for key in keys)),
            code="signer.no-key",
        )
    refusal: AwsError | None = None
    for pair in pairs:
        try:
            principal, _used = last_use_before_ours(context, pair, partial(identity.whose, context.aws, pair))
        except AwsError as error:
            if error.fault not in _NOT_THIS_ONE:
                raise
            refusal = error
        else:
            return Somebody(f"key:{pair.access_key_id}", pair, principal)
    raise refusal or ValueError("a key without a secret")


def all_pairs(context: Context) -> Iterator[KeyPair]:
    """Every lasting pair of this computer: those of files, then those of rotations that Keyturn keeps."""
    known: list[KeyPair] = []
    for place in find_everything(context.computer, leave_out=(context.folder,)).places:
        if place.pair is not None and not place.session and not place.access_key_id.is_temporary:
            known.append(place.pair)
    for rotation in all_rotations(context.journal):
        for key in (rotation.decision.key, rotation.new_key):
            kept = None if key is None else context.secrets.get(key)
            if kept is not None:
                known.append(kept)
    for number, pair in enumerate(known):
        if pair not in known[:number]:
            yield pair
