"""What has to be kept secret of those who are told: the password for a mail server, the address of a hook.

It is kept where the secrets of keys are: in the system's keychain, or in a private file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from keyturn.computer.private_files import keeps_permissions
from keyturn.model.errors import StoreError
from keyturn.model.keys import Secret
from keyturn.model.text import _
from keyturn.state.items import items_of
from keyturn.state.secrets_kind import SecretsKind
from keyturn.state.stored import Sentences, Stored
from keyturn.state.written import Fields, Format, mapped, text

SERVICE = "Keyturn tells"
FILE_NAME = "recipient-secrets.json"


@dataclass(frozen=True, slots=True)
class RecipientSecrets:
    """The secrets of one Keyturn's recipients. Every method raises `StoreError` where the store fails."""

    kind: SecretsKind
    folder: Path

    def get(self, name: str) -> Secret | None:
        """The secret of the recipient with this ID; None where none is kept."""
        items = items_of(self.kind, self.folder)
        if items is not None:
            written = items.read(SERVICE, name)
            return None if written is None else Secret(written)
        return self._file().get(name) if self.kind is SecretsKind.FILE else None

    def keep(self, name: str, secret: Secret) -> None:
        """Keep it, in the place of an earlier one, and read it back."""
        items = items_of(self.kind, self.folder)
        if items is not None:
            items.write(SERVICE, name, secret.reveal())
        elif self.kind is SecretsKind.FILE:
            self._expect_private_folder()
            _STORED.save(self.folder, {**self._file(), name: secret})
        if self.get(name) != secret:
            raise StoreError(
                _("This Keyturn keeps no secrets, or did not keep this one"),
                _(
                    "A person who is told later needs a password or an address then, so nobody was added. Leave "
                    "secrets in the system's keychain, or in a private file with --secrets file."
                ),
                code="tell.not-kept",
            )

    def forget(self, name: str) -> None:
        """Remove it; nothing happens where none is kept."""
        if self.get(name) is None:
            return
        items = items_of(self.kind, self.folder)
        if items is not None:
            items.remove(SERVICE, name)
        elif self.kind is SecretsKind.FILE:
            _STORED.save(self.folder, {one: kept for one, kept in self._file().items() if one != name})

    def _file(self) -> Mapping[str, Secret]:
        return _STORED.load(self.folder) or {}

    def _expect_private_folder(self) -> None:
        try:
            private = keeps_permissions(self.folder)
        except OSError as error:
            raise _STORED.unwritten(self.folder / FILE_NAME, error) from error
        if not private:
            raise StoreError(
                _("The disk keeps no permissions"),
                _(
                    "Everybody who uses this computer may read each file in {folder}, so no secret was written there. "
                    "Leave secrets in the system's keychain, or name a folder on another disk with --state-dir."
                ).format(folder=self.folder),
                code="secrets.no-permissions",
            )


def _secret(value: object) -> Secret:
    return Secret(text(value))


def _read(fields: Fields) -> Mapping[str, Secret]:
    return fields.get("secrets", mapped(_secret))


def _written(kept: Mapping[str, Secret]) -> dict[str, Any]:
    return {"secrets": {name: secret.reveal() for name, secret in kept.items()}}


def _sentences() -> Sentences:
    return Sentences(
        unreadable=_("The passwords and addresses of those who are told cannot be read"),
        mend=_("Move the file away, and name those who are told again: `keyturn tell remove`, `keyturn tell add`."),
        unwritable=_("A password or an address could not be kept"),
        unwritten=_("Nobody was added, and your backups are not touched."),
    )


_STORED: Stored[Mapping[str, Secret]] = Stored(FILE_NAME, Format(1, _read, _written), _sentences)
