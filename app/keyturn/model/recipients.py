"""Who is told what happens to keys: a mail address, a web hook, or a command. Nobody is told whom no person named."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from keyturn.model.addresses import Server, read_server


class RecipientKind(StrEnum):
    """How somebody is told."""

    MAIL = "mail"
    WEBHOOK = "webhook"
    COMMAND = "command"


class MailSecurity(StrEnum):
    """How the way to a mail server is closed to others. There is no way that is open."""

    TLS = "tls"  # from the first byte
    STARTTLS = "starttls"  # asked for before anything is said

    @property
    def usual_port(self) -> int:
        """The port of RFC 8314 (465) or of RFC 6409 (587)."""
        return 465 if self is MailSecurity.TLS else 587


class HookShape(StrEnum):
    """What a hook expects (facts/hooks.md)."""

    JSON = "json"
    SLACK = "slack"
    TEAMS = "teams"
    NTFY = "ntfy"
    HEALTHCHECKS = "healthchecks"


@dataclass(frozen=True, slots=True)
class MailServer:
    """The server that takes mail.

    Attributes:
        user: who signs in there; None where nobody has to.
    """

    host: str
    port: int
    security: MailSecurity
    user: str | None = None


@dataclass(frozen=True, slots=True)
class MailRecipient:
    """Somebody with a mail address.

    Attributes:
        name: its ID, such as `mail-1`.
        since: when the person named it; of what was before, it is not told.
    """

    name: str
    since: datetime
    address: str
    server: MailServer

    @property
    def kind(self) -> RecipientKind:
        """What it is."""
        return RecipientKind.MAIL

    @property
    def keeps_secret(self) -> bool:
        """True where a password is kept for it."""
        return self.server.user is not None

    @property
    def shown(self) -> str:
        """For people."""
        return f"{self.address} ({self.server.host}:{self.server.port})"


@dataclass(frozen=True, slots=True)
class HookRecipient:
    """A web hook. Its address is a secret, since anyone who has it may post there; the host alone is known here.

    Attributes:
        host: with the port where it is not the usual one.
    """

    name: str
    since: datetime
    shape: HookShape
    host: str

    @property
    def kind(self) -> RecipientKind:
        """What it is."""
        return RecipientKind.WEBHOOK

    @property
    def keeps_secret(self) -> bool:
        """Its address is one."""
        return True

    @property
    def shown(self) -> str:
        """For people."""
        return f"{self.host} ({self.shape.value})"


@dataclass(frozen=True, slots=True)
class CommandRecipient:
    """A program of the person's own, which gets the facts on its standard input."""

    name: str
    since: datetime
    path: Path

    @property
    def kind(self) -> RecipientKind:
        """What it is."""
        return RecipientKind.COMMAND

    @property
    def keeps_secret(self) -> bool:
        """Nothing is kept for it."""
        return False

    @property
    def shown(self) -> str:
        """For people."""
        return str(self.path)


Recipient = MailRecipient | HookRecipient | CommandRecipient


@dataclass(frozen=True, slots=True)
class HookAddress:
    """Where a hook is: all of it but the server is secret.

    Attributes:
        path: with a slash at its begin.
        query: without `?`; may be empty.
    """

    server: Server
    path: str
    query: str

    def url(self, below: str = "") -> str:
        """The whole address.

        Args:
            below: what follows the path, such as `/fail`.
        """
        path = f"{self.path.rstrip('/')}{below}" if below else self.path
        query = f"?{self.query}" if self.query else ""
        return f"{'https' if self.server.secure else 'http'}://{self.server.name}{path}{query}"

    def __repr__(self) -> str:
        return f"HookAddress({self.server.name}/…)"


def read_hook_address(text: str) -> HookAddress:
    """Read the address of a hook.

    Raises:
        ValueError: where it is none, or leads without TLS to another computer. The text is not in the error.
    """
    scheme, separator, rest = text.strip(" \t\r\n").partition("://")
    if not separator or not rest.isascii() or not rest.isprintable() or set(rest) & set(' \\"<>#{}|^`'):
        raise ValueError("not the address of a hook")
    before_query, _mark, query = rest.partition("?")
    authority, _slash, path = before_query.partition("/")
    server = read_server(f"{scheme}://{authority}")
    if not server.secure and not server.is_this_computer:
        raise ValueError("no TLS")
    return HookAddress(server, f"/{path}", query)


def read_mail_address(text: str) -> str:
    """Read the mail address of one person.

    Raises:
        ValueError: where it is none.
    """
    written = text.strip()
    local, _at, domain = written.rpartition("@")
    plain = written.isascii() and written.isprintable() and not set(written) & set(' "(),:;<>[\\]')
    if not local or "@" in local or not plain or len(written) > 254 or read_server(domain).path:
        raise ValueError("not a mail address")
    return written


def read_mail_server(text: str, security: MailSecurity, user: str | None) -> MailServer:
    """Read `HOST:PORT`, or `HOST` with the usual port.

    Raises:
        ValueError: where it is no server.
    """
    if "://" in text or "/" in text:
        raise ValueError("not a host and a port")
    server = read_server(text)
    host, _colon, port = text.strip().rpartition(":")
    given = bool(host) and port.isdecimal() and not text.strip().endswith("]")
    return MailServer(server.host, server.port if given else security.usual_port, security, user or None)
