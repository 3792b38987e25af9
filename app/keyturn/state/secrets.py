"""Where Keyturn keeps secrets: the system's keychain, a private file, systemd, or memory, as the person chose.

Each access key is an item of its own, named after its ID and never overwritten: on macOS an overwrite is a deletion and
an addition, and a crash between them would lose the secret (facts/anchors.md 2.6).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from keyturn.computer.private_files import keeps_permissions
from keyturn.model.errors import StoreError
from keyturn.model.keys import AccessKeyId, KeyPair, Secret, is_key_id, may_be_key_id
from keyturn.model.text import _
from keyturn.state.secrets_kind import SecretsKind
from keyturn.state.stored import Sentences, Stored
from keyturn.state.written import Fields, Format, NotUnderstood, text

if TYPE_CHECKING:
    from keyturn.state.items import Items

SERVICE = "Keyturn access key"
FILE_NAME = "secrets.json"
# Before an ID that has not the shape of one, so that it is no name of a member that a newer Keyturn may add.
_OF_A_STORE = "store:"


class SecretStore(Protocol):
    """Keeps key pairs by access key ID. Every method raises `StoreError` where the store fails."""

    @property
    def outlives_the_program(self) -> bool:
        """False where the secrets are gone when the program ends."""

    def find(self) -> None:
        """Raise `StoreError` where this computer has no such store; nobody is asked to unlock anything."""

    def check(self) -> None:
        """Raise `StoreError` where nothing could be kept here now."""

    def keep(self, pair: KeyPair) -> None:
        """Keep `pair` for good: when this returns, it was read back. Keeping the same pair again changes nothing."""

    def get(self, key: AccessKeyId) -> KeyPair | None:
        """Return the pair, or None where it is not kept."""

    def forget(self, key: AccessKeyId) -> None:
        """Remove the pair; nothing happens where it is not kept."""

    def whereabouts(self) -> str:
        """Say where a person finds the secrets, for the program into which they have to be typed."""


def open_store(kind: SecretsKind, folder: Path) -> SecretStore:
    """Return the chosen store; there is never a silent fall-back to another one."""
    match kind:
        case SecretsKind.KEYRING:
            from keyturn.state.items import KeychainItems

            return ItemSecrets(KeychainItems())
        case SecretsKind.SYSTEMD:
            from keyturn.state.items import sealed_items

            return ItemSecrets(sealed_items(folder))
        case SecretsKind.FILE:
            return FileSecrets(folder / FILE_NAME)
        case SecretsKind.MEMORY:
            return MemorySecrets()


def expect_readable(folder: Path) -> None:
    """See that the file of secrets in Keyturn's folder can be read, where there is one.

    Raises:
        StateError: where it is damaged, or a newer Keyturn's.
    """
    _STORED.load(folder)


class MemorySecrets:
    """Secrets that are gone when the program ends."""

    outlives_the_program = False

    def __init__(self) -> None:
        self._pairs: dict[AccessKeyId, KeyPair] = {}

    def find(self) -> None:
        """Memory is always there."""

    def check(self) -> None:
        """Memory is always there."""

    def keep(self, pair: KeyPair) -> None:
        """Keep `pair` until the program ends."""
        self._pairs.setdefault(pair.access_key_id, pair)

    def get(self, key: AccessKeyId) -> KeyPair | None:
        """Return the pair, or None."""
        return self._pairs.get(key)

    def forget(self, key: AccessKeyId) -> None:
        """Drop the pair."""
        self._pairs.pop(key, None)

    def whereabouts(self) -> str:
        """Say that there is no place to look."""
        return _("only in this run of Keyturn, and gone when it ends")


class FileSecrets:
    """Secrets in a file that only its owner may read (0600), replaced whole and synced to the disk."""

    outlives_the_program = True

    def __init__(self, path: Path) -> None:
        self._path = path

    def find(self) -> None:
        """A file can be made anywhere; whether it can be written is for `check`."""

    def check(self) -> None:
        """Write the file once as it is."""
        self._write(self._read())

    def keep(self, pair: KeyPair) -> None:
        """Add `pair`, and read it back."""
        kept = self._read()
        if pair.access_key_id in kept:
            _expect_same(self.get(pair.access_key_id), pair)
            return
        self._write({**kept, pair.access_key_id: pair.secret})
        _expect_same(self.get(pair.access_key_id), pair)

    def get(self, key: AccessKeyId) -> KeyPair | None:
        """Return the pair, or None."""
        secret = self._read().get(key)
        return None if secret is None else KeyPair(key, secret)

    def forget(self, key: AccessKeyId) -> None:
        """Write the file without the pair."""
        kept = self._read()
        if kept.pop(key, None) is not None:
            _STORED.save(self._path.parent, kept)

    def whereabouts(self) -> str:
        """Name the file."""
        return _("in the file {path}").format(path=self._path)

    def _read(self) -> dict[AccessKeyId, Secret]:
        return _STORED.load(self._path.parent) or {}

    def _write(self, kept: dict[AccessKeyId, Secret]) -> None:
        try:
            private = keeps_permissions(self._path.parent)
        except OSError as error:
            raise _STORED.unwritten(self._path, error) from error
        if not private:
            raise StoreError(
                _("The disk keeps no permissions"),
                _(
                    "Everybody who uses this computer may read each file in {folder}, so no secret was written there. "
                    "Leave secrets in the system's keychain, "
                    "or name a folder on another disk with --state-dir."
                ).format(folder=self._path.parent),
                code="secrets.no-permissions",
            )
        _STORED.save(self._path.parent, kept)


class ItemSecrets:
    """Secrets of which each is an item of its own."""

    outlives_the_program = True

    def __init__(self, items: Items) -> None:
        self._items = items

    def find(self) -> None:
        """See that there is such a store."""
        self._items.find()

    def check(self) -> None:
        """See that an item could be kept now."""
        self._items.check()

    def keep(self, pair: KeyPair) -> None:
        """Add `pair` as a new item, and read it back."""
        already = self.get(pair.access_key_id)
        if already is None:
            text = json.dumps({"access_key_id": pair.access_key_id.value, "secret": pair.secret.reveal()})
            self._items.write(SERVICE, pair.access_key_id.value, text)
            already = self.get(pair.access_key_id)
        _expect_same(already, pair)

    def get(self, key: AccessKeyId) -> KeyPair | None:
        """Return the pair, or None."""
        text = self._items.read(SERVICE, key.value)
        if text is None:
            return None
        try:
            return KeyPair(key, Secret(str(json.loads(text)["secret"])))
        except (ValueError, KeyError, TypeError):
            raise StoreError(
                _("An item of Keyturn's is not as it was written"),
                _("What is kept of {key} cannot be read. It is {where}.").format(
                    key=key.masked, where=self.whereabouts()
                ),
                code="keychain.broken-item",
            ) from None

    def forget(self, key: AccessKeyId) -> None:
        """Remove the item."""
        if self.get(key) is not None:
            self._items.remove(SERVICE, key.value)

    def whereabouts(self) -> str:
        """Name the item."""
        return self._items.whereabouts(SERVICE)


def _expect_same(read_back: KeyPair | None, pair: KeyPair) -> None:
    if read_back is None or read_back.secret != pair.secret:
        raise StoreError(
            _("The keychain did not keep a secret"),
            _(
                "The secret of {key} was stored, and reading it back gave something else. A secret that cannot be "
                "kept is not used."
            ).format(key=pair.access_key_id.masked),
            code="keychain.not-kept",
        )


def _file_read(fields: Fields) -> dict[AccessKeyId, Secret]:
    found = {name: name.removeprefix(_OF_A_STORE) for name in fields.names}
    keys = {name: key for name, key in found.items() if is_key_id(name) or (key != name and may_be_key_id(key))}
    return {AccessKeyId.of_any_shape(key): fields.get(name, _secret) for name, key in keys.items()}


def _of_first_version(written: dict[str, Any]) -> dict[str, Any]:
    if not all(is_key_id(name) for name in written):
        raise NotUnderstood
    return written


def _secret(value: object) -> Secret:
    return Secret(text(value))


def _file_written(kept: dict[AccessKeyId, Secret]) -> dict[str, Any]:
    return {f"{'' if is_key_id(key.value) else _OF_A_STORE}{key}": secret.reveal() for key, secret in kept.items()}


def _sentences() -> Sentences:
    title = _("The file with Keyturn's secrets cannot be used")
    return Sentences(
        unreadable=title,
        mend=_("Put back a copy of the file, or move it away: what it kept of rotations under way is lost then."),
        unwritable=title,
        unwritten=_("A secret that cannot be kept is not used."),
    )


_STORED = Stored(
    FILE_NAME,
    # The first version had no number, and otherwise looked like this one.
    Format(1, _file_read, _file_written, {0: _of_first_version}),
    _sentences,
    code="secrets.file",
    unwritable_code="secrets.file",
)
