"""Mail to a real server on this computer: by TLS or STARTTLS, never without, and each refusal in one sentence."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from keyturn.messengers.reaching import Way
from keyturn.messengers.sending import send
from keyturn.model.errors import UntoldError
from keyturn.model.keys import Secret
from keyturn.model.recipients import MailRecipient, MailSecurity, MailServer

from .conftest import NEWS
from .sinks import Fault, MailSink, closed_port, mail_sink, signed_in_as

PASSWORD = "made-up password 4711"


def recipient_at(port: int, security: str, user: str | None = "ops@example.com") -> MailRecipient:
    server = MailServer("127.0.0.1", port, MailSecurity(security), user)
    return MailRecipient("mail-1", datetime(2026, 11, 1, tzinfo=UTC), "second.line@example.com", server)


def tell(sink: MailSink, way: Way, user: str | None = "ops@example.com") -> None:
    send(recipient_at(sink.port, sink.security, user), None if user is None else Secret(PASSWORD), NEWS, way)


@pytest.mark.parametrize("security", list(MailSecurity))
def test_a_mail_arrives_and_says_what_happened(security: str, certificate: Path, way: Way) -> None:
    with mail_sink(security, certificate) as sink:
        tell(sink, way)
        assert signed_in_as(sink) == f"\0ops@example.com\0{PASSWORD}"
    (raw,) = sink.mails
    mail = email.message_from_string(raw, policy=email.policy.default)
    assert mail["Subject"] == "Keyturn: AKIA…7Q2P is off"
    assert (mail["From"], mail["To"]) == ("ops@example.com", "second.line@example.com")
    assert mail["Auto-Submitted"] == "auto-generated"
    text = mail.get_content()
    assert NEWS.message in text
    assert "büro" in text


def test_what_is_told_twice_has_the_same_id_both_times(certificate: Path, way: Way) -> None:
    with mail_sink("tls", certificate) as sink:
        tell(sink, way)
        tell(sink, way)
    first, second = (email.message_from_string(raw)["Message-ID"] for raw in sink.mails)
    assert first == second
    with mail_sink("tls", certificate) as sink:
        send(recipient_at(sink.port, "tls", None), None, replace(NEWS, name="20261130-7Q2P:made"), way)
    assert email.message_from_string(sink.mails[0])["Message-ID"] != first


def test_where_starttls_is_not_offered_nothing_is_said(certificate: Path, way: Way) -> None:
    with mail_sink("starttls", certificate, Fault.NO_STARTTLS) as sink, pytest.raises(UntoldError) as raised:
        tell(sink, way)
    assert raised.value.code == "tell.not-offered"
    assert {line.partition(" ")[0] for line in sink.heard} <= {"ehlo", "quit", "QUIT", "EHLO", "rset"}
    assert not sink.mails


@pytest.mark.parametrize("security", list(MailSecurity))
def test_a_certificate_that_nobody_trusts_ends_it(
    security: str, certificate: Path, certificate_for: Callable[..., Path], way: Way
) -> None:
    stranger = certificate_for("127.0.0.1")
    with mail_sink(security, stranger) as sink, pytest.raises(UntoldError) as raised:
        tell(sink, way)
    assert raised.value.code == "tell.certificate"
    assert not [line for line in sink.heard if line.startswith(("AUTH", "MAIL"))]


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (Fault.SIGN_IN, "tell.sign-in"),
        (Fault.RECIPIENT, "tell.recipient"),
        (Fault.SENDER, "tell.sender"),
        (Fault.LATER, "tell.answer"),
        (Fault.RESETS, "tell.reset"),
        (Fault.GIBBERISH, "tell.answer"),
    ],
)
def test_each_refusal_is_told_in_a_sentence_without_what_the_server_repeats(
    fault: Fault, code: str, certificate: Path, way: Way
) -> None:
    with mail_sink("tls", certificate, fault) as sink, pytest.raises(UntoldError) as raised:
        tell(sink, way)
    assert raised.value.code == code
    assert raised.value.title
    assert not raised.value.title.endswith(".")
    assert PASSWORD not in str(raised.value)
    assert "OgBvcHM" not in str(raised.value), "what AUTH sent, as the server repeated it"
    assert not sink.mails


@pytest.mark.parametrize("fault", [Fault.HANGS, Fault.DRIPS])
def test_a_server_that_never_ends_is_waited_for_no_longer_than_the_limit(
    fault: Fault, certificate: Path, way: Way
) -> None:
    with mail_sink("tls", certificate, fault) as sink, pytest.raises(UntoldError) as raised:
        tell(sink, replace(way, patience=0.4))
    assert raised.value.code == "tell.timeout"


def test_a_closed_port_is_told(way: Way) -> None:
    with pytest.raises(UntoldError) as raised:
        send(recipient_at(closed_port(), "tls"), Secret(PASSWORD), NEWS, way)
    assert raised.value.code == "tell.refused"


def test_without_its_password_nothing_is_tried(certificate: Path, way: Way) -> None:
    with mail_sink("tls", certificate) as sink, pytest.raises(UntoldError) as raised:
        send(recipient_at(sink.port, "tls"), None, NEWS, way)
    assert raised.value.code == "tell.secret"
    assert not sink.heard
