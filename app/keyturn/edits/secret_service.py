"""Another program's items in the Secret Service, the keychain of Linux desktops: read, never opened, never changed.

Source: the Secret Service API 0.2 of freedesktop.org. `Unlock` is what asks a person for a password; it is not called.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Any, TypeAlias

from keyturn.model.errors import ClientError
from keyturn.model.keys import Secret
from keyturn.model.text import _

if TYPE_CHECKING:
    from secretstorage import Item

# The D-Bus library's own connections and messages, which pass through here; its names are secretstorage's matter.
_Connection: TypeAlias = Any
_Message: TypeAlias = Any

_SECONDS = 3.0  # for all questions together
# The one refusal to which secretstorage has an answer of its own: it asks again without encryption.
_NOT_SUPPORTED = "org.freedesktop.DBus.Error.NotSupported"


def read_items(attributes: Mapping[str, str], name: str) -> Mapping[str, tuple[Secret, ...]]:
    """Return the secrets of all items that have the given attributes, by their attribute `name`.

    There can be several of a name, for instance in several keychains.

    Raises:
        ClientError: `keychain.locked`, where it would have to be opened first; `keychain.unreachable`, where this
            session has none, or it does not answer in time.
    """
    from secretstorage import dbus_init  # takes longer to import than a scan may take
    from secretstorage.exceptions import SecretStorageException

    try:
        with closing(dbus_init()) as connection:
            return _read(_Impatient(connection), attributes, name)
    except (SecretStorageException, OSError) as error:
        raise ClientError(
            _("The system's keychain does not answer"),
            _(
                "What programs keep there is not known. Sign in to the desktop in which the backups run, and look "
                "again from there."
            ),
            code="keychain.unreachable",
        ) from error


def _read(connection: _Connection, attributes: Mapping[str, str], name: str) -> Mapping[str, tuple[Secret, ...]]:
    from secretstorage import get_all_collections, search_items

    items: Sequence[Item] = list(search_items(connection, dict(attributes)))
    if any(item.is_locked() for item in items):
        raise _locked()
    # Some keychains do not tell of what is in them while they are locked.
    if not items and any(collection.is_locked() for collection in get_all_collections(connection)):
        raise _locked()
    found: dict[str, tuple[Secret, ...]] = {}
    for item in items:
        called = item.get_attributes().get(name, "")
        found[called] = (*found.get(called, ()), Secret(item.get_secret().decode(errors="replace")))
    return found


def _locked() -> ClientError:
    return ClientError(
        _("The system's keychain is locked"),
        _("What programs keep there is not known. Open it, for instance by signing in to the desktop, and look again."),
        code="keychain.locked",
    )


class _Impatient:
    """A connection on which all answers together have a few seconds; secretstorage would wait for ever."""

    def __init__(self, connection: _Connection) -> None:
        self._connection = connection
        self._until = time.monotonic() + _SECONDS

    def send_and_get_reply(self, message: _Message) -> _Message:
        """Return the answer; raises TimeoutError, and SecretStorageException where the keychain refuses."""
        from secretstorage.exceptions import SecretStorageException

        left = max(self._until - time.monotonic(), 0.0)
        reply = self._connection.send_and_get_reply(message, timeout=left)
        if reply.header.message_type.name == "error":
            refusal = next((value for key, value in reply.header.fields.items() if key.name == "error_name"), "")
            if refusal != _NOT_SUPPORTED:
                raise SecretStorageException(refusal)
        return reply
