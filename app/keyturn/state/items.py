"""Texts that are kept one by one, by a service and a name, in the system's keychain or sealed by systemd."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Protocol

from keyturn.model.errors import StoreError
from keyturn.model.text import _
from keyturn.state.secrets_kind import SecretsKind

_NEVER_KEPT = ("Keyturn trial", "0")


class Items(Protocol):
    """Keeps texts by a service and a name. Every method raises `StoreError` where the store fails."""

    def find(self) -> None:
        """Raise where this computer has no such store; nobody is asked to unlock anything."""

    def check(self) -> None:
        """Raise where nothing could be kept here now."""

    def read(self, service: str, name: str) -> str | None:
        """What is kept under this name; None where nothing is."""

    def write(self, service: str, name: str, text: str) -> None:
        """Keep a text."""

    def remove(self, service: str, name: str) -> None:
        """Remove an item that is there."""

    def whereabouts(self, service: str) -> str:
        """Say where a person finds the items of a service."""


def items_of(kind: SecretsKind, folder: Path) -> Items | None:
    """What keeps items of other kinds beside the pairs; None where the chosen store has none."""
    match kind:
        case SecretsKind.KEYRING:
            return KeychainItems()
        case SecretsKind.SYSTEMD:
            return sealed_items(folder)
        case SecretsKind.FILE | SecretsKind.MEMORY:
            return None


def sealed_items(folder: Path) -> Items:
    """The items that systemd seals for one Keyturn."""
    from keyturn.state.sealed_items import SealedItems  # starts programs, which most who ask for a key never need

    return SealedItems(folder)


class KeychainItems:
    """Items of the system's keychain: Keychain on macOS, Credential Manager on Windows, Secret Service on Linux."""

    def find(self) -> None:
        """See that the system has a keychain."""
        _backend()

    def check(self) -> None:
        """Look for an item that does not exist: that needs an unlocked keychain, and changes nothing."""
        self.read(*_NEVER_KEPT)

    def read(self, service: str, name: str) -> str | None:
        """What the keychain keeps under this name."""
        with _KeychainTold():
            found = _read_at_once(service, name)
            return _backend().get_password(service, name) if found is None else found

    def write(self, service: str, name: str, text: str) -> None:
        """Keep a text in the keychain."""
        with _KeychainTold():
            _backend().set_password(service, name, text)

    def remove(self, service: str, name: str) -> None:
        """Remove it from the keychain."""
        with _KeychainTold():
            _backend().delete_password(service, name)

    def whereabouts(self, service: str) -> str:
        """Name the item."""
        return _("in the system's keychain, in the item “{service}” of this ID").format(service=service)


def _read_at_once(service: str, name: str) -> str | None:
    """What the Secret Service keeps under this name; None where another keychain may have it.

    keyring looks at every keychain that there could be before it asks the one that there is, which takes as long as all
    the rest of `keyturn credentials`. An item of ours has its secret for good, so wherever it is found, that is it.
    """
    if sys.platform != "linux" or "PYTHON_KEYRING_BACKEND" in os.environ:
        return None
    from keyring.errors import KeyringLocked
    from keyring.util.platform_ import config_root

    if (Path(config_root()) / "keyringrc.cfg").exists():
        return None  # the person chose a keychain
    try:
        from keyring.backends.SecretService import Keyring

        found: str | None = Keyring().get_password(service, name)  # type: ignore[no-untyped-call]
    except KeyringLocked:
        raise
    except Exception:  # it is not there, or not as keyring would take it: keyring looks, and says so
        return None
    return found


def _backend() -> _Backend:
    import keyring
    from keyring.backends import fail, null

    with _KeychainTold():
        backend = keyring.get_keyring()
    # keyrings.alt keeps secrets in plain text; anyone who wants that says `--secrets file`.
    unsafe = type(backend).__module__.startswith("keyrings.alt")
    if unsafe or isinstance(backend, fail.Keyring | null.Keyring):
        raise _no_keychain("")
    return backend


class _Backend(Protocol):
    def get_password(self, service: str, username: str) -> str | None: ...
    def set_password(self, service: str, username: str, password: str) -> None: ...
    def delete_password(self, service: str, username: str) -> None: ...


class _KeychainTold:
    """Turns whatever a keychain raises into a `StoreError`, without the keychain's own text: it may quote a secret."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: object) -> None:
        if error is None or isinstance(error, StoreError) or not isinstance(error, Exception):
            return
        from keyring.errors import InitError, KeyringLocked, NoKeyringError

        name = type(error).__name__
        if isinstance(error, NoKeyringError):
            raise _no_keychain(name) from None
        if isinstance(error, KeyringLocked | InitError):
            raise StoreError(
                _("The keychain is locked"),
                _(
                    "Keyturn keeps the new secret in the system's keychain before it is used, and the keychain did not "
                    "open. Unlock it and try again."
                ),
                code="keychain.locked",
            ) from None
        raise StoreError(
            _("The keychain did not do what it was asked"),
            _(
                "Without it a new secret could be lost, so Keyturn stops here. Unlock the keychain, or see whether it "
                "denies Keyturn access. ({reason})"
            ).format(reason=name),
            code="keychain.failed",
        ) from None


def _no_keychain(reason: str) -> StoreError:
    return StoreError(
        _("No keychain was found"),
        _(
            "This session has no system keychain, where Keyturn would keep the new secret. Start Keyturn in your "
            "desktop session, or choose a private file instead with --secrets file. {reason}"
        )
        .format(reason=reason and f"({reason})")
        .strip(),
        code="keychain.missing",
    )
