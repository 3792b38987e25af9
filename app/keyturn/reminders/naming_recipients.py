"""Naming somebody who is told, no longer telling them, and trying whether they are reached."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from keyturn.computer.lock import one_after_the_other
from keyturn.messengers.reaching import Way
from keyturn.messengers.sending import send
from keyturn.model import diary
from keyturn.model.errors import AppError, UntoldError, UsageError
from keyturn.model.keys import Secret
from keyturn.model.news import News, NewsKind
from keyturn.model.recipients import (
    CommandRecipient,
    HookRecipient,
    HookShape,
    MailRecipient,
    MailServer,
    Recipient,
    read_hook_address,
    read_mail_address,
)
from keyturn.model.text import _
from keyturn.rotation.workplace import Workplace
from keyturn.state import stored_recipients, telling_queue
from keyturn.state.recipient_secrets import RecipientSecrets

MOST = 20  # who are told; each may take seconds of a look
_TELLING_TAKES = 60.0  # seconds to wait for another Keyturn that is telling


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of telling one recipient something.

    Attributes:
        problem: None where it was taken.
    """

    recipient: Recipient
    problem: AppError | None


def mail_recipient(workplace: Workplace, address: str, server: MailServer) -> MailRecipient:
    """Somebody who gets mail; not kept yet.

    Raises:
        UsageError: where that is no mail address.
    """
    try:
        meant = read_mail_address(address)
    except ValueError:
        raise UsageError(
            _("That is not a mail address"),
            _("Nobody was added. One person's address belongs there, such as mail:ops@example.com."),
            code="usage.mail-address",
        ) from None
    return MailRecipient("", workplace.clock.now(), meant, server)


def expect_sendable(user: str, password: Secret) -> None:
    """See that a mail server can be told who signs in.

    Raises:
        UsageError: where a character is no ASCII, which not every server takes.
    """
    if not (password.reveal() + user).isascii():
        raise UsageError(
            _("The user or the password has a character that not every mail server takes"),
            _("Nobody was added or removed. Letters, digits and signs of ASCII are what Keyturn can send."),
            code="usage.arguments",
        )


def hook_recipient(workplace: Workplace, shape: HookShape, address: Secret) -> HookRecipient:
    """A web hook; not kept yet.

    Raises:
        UsageError: where that is no address, or the way to it would be open. It is not repeated: it is secret.
    """
    try:
        host = read_hook_address(address.reveal()).server.name
    except ValueError:
        raise UsageError(
            _("That is not the address of a web hook"),
            _(
                "Nobody was added. It begins with https:// and has no user, password or fragment; http:// may only "
                "lead to this very computer."
            ),
            code="usage.hook-address",
        ) from None
    return HookRecipient("", workplace.clock.now(), shape, host)


def command_recipient(workplace: Workplace, path: Path) -> CommandRecipient:
    """A program of the person's own; not kept yet.

    Raises:
        UntoldError: where it is no program, or others may write it.
    """
    from keyturn.messengers.program import expect_own_program

    expect_own_program(path)
    return CommandRecipient("", workplace.clock.now(), path)


def add(workplace: Workplace, recipient: Recipient, secret: Secret | None) -> Recipient:
    """Tell this one from now on, and return it with its ID.

    Raises:
        UsageError: where there are too many.
        StoreError: where it, or its secret, could not be kept; nobody was added then.
    """
    known = stored_recipients.load(workplace.folder)
    if len(known) >= MOST:
        raise UsageError(
            _("{count} are told already, and there can be no more").format(count=MOST),
            _("Nobody was added. `keyturn tell remove` takes one away."),
            code="tell.too-many",
        )
    word = "hook" if isinstance(recipient, HookRecipient) else recipient.kind.value
    numbers = [int(one.name.rpartition("-")[2]) for one in known if one.name.startswith(f"{word}-")]
    named = replace(recipient, name=f"{word}-{max(numbers, default=0) + 1}")
    if secret is not None:
        secrets_of(workplace).keep(named.name, secret)
    _forget_queue(workplace, named.name)  # of one that was removed and had the same ID
    stored_recipients.save(workplace.folder, [*known, named])
    return named


def remove(workplace: Workplace, name: str) -> Recipient:
    """Tell this one nothing any more, and forget what was kept secret of it.

    Raises:
        UsageError: where there is none of that ID.
        StoreError: where it could not be forgotten.
    """
    known = stored_recipients.load(workplace.folder)
    (meant,) = _meant(known, name)
    if meant.keeps_secret:
        secrets_of(workplace).forget(meant.name)
    stored_recipients.save(workplace.folder, [one for one in known if one != meant])
    return meant


def try_all(workplace: Workplace, name: str | None) -> tuple[Tried, ...]:
    """Send each of them, or the one with this ID, a message that says that it is a test.

    Raises:
        UsageError: where there is none of that ID.
        StateError: where who is told cannot be read.
    """
    now = workplace.clock.now()
    news = News(
        f"test:{now:%Y%m%dT%H%M%S}",
        NewsKind.TEST,
        now,
        _("This is a test of Keyturn's"),
        _("Anyone who reads this is told from now on what happens to access keys here. Nothing has to be done."),
        computer=workplace.computer.name,
    )
    known = stored_recipients.load(workplace.folder)
    return tuple(tell(workplace, one, news) for one in (known if name is None else _meant(known, name)))


def tell(workplace: Workplace, recipient: Recipient, news: News) -> Tried:
    """Tell one of them one thing, and say what came of it."""
    try:
        secret = secrets_of(workplace).get(recipient.name) if recipient.keeps_secret else None
        send(recipient, secret, news, way_of(workplace))
    except AppError as error:
        return Tried(recipient, error)
    except Exception as error:  # one that no messenger foresaw keeps nobody else from being told
        diary.note_mistake(error)
        return Tried(recipient, _mistake(recipient))
    return Tried(recipient, None)


def secrets_of(workplace: Workplace) -> RecipientSecrets:
    """Where passwords and addresses are kept."""
    return RecipientSecrets(workplace.location.secrets, workplace.folder)


def way_of(workplace: Workplace) -> Way:
    """How others are reached, as the settings say."""
    return Way(workplace.trusted_certificates, workplace.proxies_to)


def _mistake(recipient: Recipient) -> UntoldError:
    return UntoldError(
        _("Keyturn made a mistake when it told {name}").format(name=recipient.name),
        _("Your backups are not touched. `keyturn tell test {name} --debug FILE` writes down where it was.").format(
            name=recipient.name
        ),
        code="tell.mistake",
    )


def _forget_queue(workplace: Workplace, name: str) -> None:
    with one_after_the_other(workplace.folder / telling_queue.LOCK_NAME, _TELLING_TAKES):
        queues = telling_queue.load(workplace.folder)
        if queues.pop(name, None) is not None:
            telling_queue.save(workplace.folder, queues)


def _meant(known: Sequence[Recipient], name: str) -> tuple[Recipient]:
    for one in known:
        if one.name == name:
            return (one,)
    names = ", ".join(one.name for one in known)
    raise UsageError(
        _("Nobody is told under the ID {name}").format(name=name),
        _("The IDs are: {names}. Nothing was changed.").format(names=names or _("none")),
        code="usage.recipient",
    )
