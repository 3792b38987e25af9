"""Whom the person wants told: never a password, nor the address of a hook (`recipient_secrets`)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from keyturn.model.recipients import (
    CommandRecipient,
    HookRecipient,
    HookShape,
    MailRecipient,
    MailSecurity,
    MailServer,
    Recipient,
    RecipientKind,
)
from keyturn.model.text import _
from keyturn.state.stored import Sentences, Stored
from keyturn.state.written import Fields, Format, choice, listed, maybe, moment, number, path, text, whole_object

FILE_NAME = "recipients.json"


def load(folder: Path) -> tuple[Recipient, ...]:
    """Read them, in the order in which they were named.

    Raises:
        StateError: where a newer Keyturn wrote it, or it is damaged.
    """
    return STORED.load(folder) or ()


def save(folder: Path, recipients: Sequence[Recipient]) -> None:
    """Write them.

    Raises:
        StateError: as `load`.
        StateError: `state.unwritable`, where the disk does not let it.
    """
    STORED.save(folder, tuple(recipients))


def _read(fields: Fields) -> tuple[Recipient, ...]:
    return fields.get("recipients", listed(whole_object(_recipient)))


def _written(recipients: tuple[Recipient, ...]) -> dict[str, Any]:
    return {"recipients": [_recipient_written(one) for one in recipients]}


def _recipient(fields: Fields) -> Recipient:
    name, since = fields.get("id", text), fields.get("since", moment)
    match fields.get("kind", choice(RecipientKind)):
        case RecipientKind.MAIL:
            return MailRecipient(name, since, fields.get("address", text), fields.get("server", whole_object(_server)))
        case RecipientKind.WEBHOOK:
            return HookRecipient(name, since, fields.get("shape", choice(HookShape)), fields.get("host", text))
        case RecipientKind.COMMAND:
            return CommandRecipient(name, since, fields.get("path", path))


def _server(fields: Fields) -> MailServer:
    return MailServer(
        fields.get("host", text),
        int(fields.get("port", number(1, 65_535))),
        fields.get("security", choice(MailSecurity)),
        fields.get("user", maybe(text)),
    )


def _recipient_written(one: Recipient) -> dict[str, Any]:
    written: dict[str, Any] = {"id": one.name, "since": one.since.isoformat(), "kind": one.kind.value}
    match one:
        case MailRecipient():
            server = one.server
            written["address"] = one.address
            written["server"] = {
                "host": server.host,
                "port": server.port,
                "security": server.security.value,
                "user": server.user,
            }
        case HookRecipient():
            written |= {"shape": one.shape.value, "host": one.host}
        case CommandRecipient():
            written["path"] = str(one.path)
    return written


def _sentences() -> Sentences:
    return Sentences(
        unreadable=_("Who is told cannot be read"),
        mend=_("Nobody is told until then. Move the file away, and name them again: `keyturn tell add`."),
        unwritable=_("Who is told could not be remembered"),
        unwritten=_("Your backups are not touched, and who is told is as before."),
    )


STORED = Stored(FILE_NAME, Format(1, _read, _written), _sentences)
