"""A mail, by the server that the person named, and never without TLS."""

from __future__ import annotations

import hashlib
import smtplib
import ssl
from email.message import EmailMessage
from email.utils import format_datetime

from keyturn.messengers.deadline import within
from keyturn.messengers.reaching import Way
from keyturn.messengers.untold import cut_off, unreached
from keyturn.model.errors import UntoldError
from keyturn.model.keys import Secret
from keyturn.model.news import News
from keyturn.model.recipients import MailRecipient, MailSecurity
from keyturn.model.text import _


def send_mail(recipient: MailRecipient, password: Secret | None, news: News, way: Way) -> None:
    """Hand one mail over to the server.

    Raises:
        UntoldError: where the server did not take it.
    """
    context = way.tls()
    try:
        within(way.patience, lambda: _deliver(recipient, password, mail(recipient, news), context, way.patience))
    except (OSError, smtplib.SMTPException) as error:
        raise _told(recipient, error) from None


def mail(recipient: MailRecipient, news: News) -> EmailMessage:
    """The mail. Its `Message-ID` is that of the news, so that a mail that comes twice is known as one."""
    sender = recipient.server.user or ""
    sender = sender if "@" in sender else recipient.address
    letter = EmailMessage()
    letter["Subject"] = f"Keyturn: {news.title}".replace("\n", " ")
    letter["From"] = sender
    letter["To"] = recipient.address
    letter["Date"] = format_datetime(news.at)
    digest = hashlib.sha256(f"{news.name} {recipient.address}".encode()).hexdigest()[:32]
    letter["Message-ID"] = f"<keyturn.{digest}@{sender.rpartition('@')[2]}>"
    letter["X-Keyturn-Event"] = news.name
    letter["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday notice answers it
    parts = [f"{news.title}.", news.message, *_facts(news)]
    letter.set_content("\n\n".join(part for part in parts if part) + "\n")
    return letter


def _facts(news: News) -> list[str]:
    facts = [
        (_("key"), news.key),
        (_("rotation"), news.rotation),
        (_("computer"), news.computer),
        (_("event"), news.kind.value),
    ]
    return ["\n".join(f"{label}: {fact}" for label, fact in facts if fact)]


def _deliver(
    recipient: MailRecipient, password: Secret | None, letter: EmailMessage, context: ssl.SSLContext, patience: float
) -> None:
    server = recipient.server
    connection: smtplib.SMTP
    if server.security is MailSecurity.TLS:
        connection = smtplib.SMTP_SSL(server.host, server.port, timeout=patience, context=context)
    else:
        connection = smtplib.SMTP(server.host, server.port, timeout=patience)
    with connection:
        connection.ehlo_or_helo_if_needed()
        if server.security is MailSecurity.STARTTLS:
            connection.starttls(context=context)
            connection.ehlo()
        if server.user is not None and password is not None:
            connection.login(server.user, password.reveal())
        connection.send_message(letter)


def _told(recipient: MailRecipient, error: OSError | smtplib.SMTPException) -> UntoldError:
    host = recipient.server.host
    match error:
        case smtplib.SMTPAuthenticationError():
            return UntoldError(
                _("{host} refused the sign-in ({code})").format(host=host, code=error.smtp_code),
                _("Is the password that of this user? Many want one that is made for programs."),
                code="tell.sign-in",
            )
        case smtplib.SMTPRecipientsRefused():
            return UntoldError(
                _("{host} takes no mail for {address}").format(host=host, address=recipient.address),
                _("Is the address right, and may this user send to it?"),
                code="tell.recipient",
            )
        case smtplib.SMTPSenderRefused():
            return UntoldError(
                _("{host} takes no mail from {address} ({code})").format(
                    host=host, address=error.sender, code=error.smtp_code
                ),
                _("Some servers want a sign-in first: --user NAME, where NAME is the mail address that sends."),
                code="tell.sender",
            )
        case smtplib.SMTPNotSupportedError():
            return UntoldError(
                _("{host} does not offer what a safe mail needs: STARTTLS, or a sign-in").format(host=host),
                _("Nothing was sent. Is it the right port, and --tls or --starttls as the server wants it?"),
                code="tell.not-offered",
            )
        case smtplib.SMTPServerDisconnected():
            return cut_off(host)
        case smtplib.SMTPResponseException():
            return UntoldError(
                _("{host} did not take the mail ({code})").format(host=host, code=error.smtp_code),
                _(
                    "A code that begins with 4 passes by itself; one that begins with 5 is for the people who "
                    "run the server."
                ),
                code="tell.answer",
            )
        case smtplib.SMTPException():
            return UntoldError(
                _("{host} did not take the mail").format(host=host),
                _("It does not speak as a mail server does. Is the port the right one?"),
                code="tell.answer",
            )
    return unreached(host, error)
