"""`tell`: somebody is named, listed, tried and taken away, and nothing secret of them is ever shown."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.messengers.sinks import Fault, closed_port, hook_sink, mail_sink

from keyturn.model.keys import Secret
from keyturn.model.recipients import MailRecipient, MailSecurity, MailServer
from keyturn.state import stored_recipients as memory
from keyturn.state.recipient_secrets import RecipientSecrets
from keyturn.state.secrets_kind import SecretsKind
from keyturn.terminal.start import run
from keyturn_practice.timeline import HandClock

from .conftest import Answer

TOKEN = "veryMadeUpToken4711"
PASSWORD = "made-up password 4711"


@dataclass
class Office:
    """Where `tell` is typed: a state folder of its own, and no AWS."""

    folder: Path
    capsys: pytest.CaptureFixture[str]
    monkeypatch: pytest.MonkeyPatch
    clock: HandClock

    def type(self, *words: str, given: str = "") -> Answer:
        self.monkeypatch.setattr(sys, "stdin", io.StringIO(given))
        self.capsys.readouterr()
        code = run([*words, "--state-dir", str(self.folder), "--secrets", "file"], self.clock)
        said = self.capsys.readouterr()
        return Answer(code, said.out, said.err)

    def trust(self, certificate: Path) -> None:
        self.folder.mkdir(mode=0o700, exist_ok=True)
        text = f'{{"version": 1, "trust": "file", "trust_file": "{certificate}"}}'
        (self.folder / "settings.json").write_text(text)
        (self.folder / "settings.json").chmod(0o600)

    def add_hook(self, base: str, shape: str = "json") -> Answer:
        return self.type("tell", "add", "webhook", "--shape", shape, "--json", given=f"{base}/{TOKEN}\n")


@pytest.fixture
def office(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Office:
    return Office(tmp_path / "state", capsys, monkeypatch, HandClock(datetime(2026, 11, 30, 12, tzinfo=UTC)))


def test_nobody_is_told_unless_somebody_was_named(office: Office) -> None:
    answer = office.type("tell", "list", "--json")
    assert (answer.code, answer.document) == (0, {"told": []})
    assert "Nobody is told" in office.type("tell").out
    assert office.type("tell", "test").code == 0


def test_a_hook_is_named_listed_tried_and_taken_away(office: Office) -> None:
    with hook_sink() as sink:
        added = office.add_hook(sink.base)
        assert added.code == 0
        assert added.document["told"]["id"] == "hook-1"
        listed = office.type("tell", "list", "--json").document["told"]
        assert [(one["id"], one["kind"], one["shape"]) for one in listed] == [("hook-1", "webhook", "json")]
        tried = office.type("tell", "test", "--json")
        assert (tried.code, tried.document) == (0, {"tests": [{"id": "hook-1", "ok": True, "problem": None}]})
        assert sink.posted[0].path == f"/{TOKEN}"
        removed = office.type("tell", "remove", "hook-1", "--json")
        assert (removed.code, removed.document) == (0, {"id": "hook-1", "removed": True})
        assert office.type("tell", "test").code == 0
        assert len(sink.posted) == 1
    assert TOKEN not in "".join(file.read_text() for file in office.folder.glob("*.json"))


def test_who_names_somebody_learns_that_nothing_looks_by_itself(office: Office) -> None:
    office.monkeypatch.setenv("XDG_CONFIG_HOME", str(office.folder.parent / "config"))
    words = ("tell", "add", "webhook", "--shape", "json")
    added = office.type(*words, given=f"https://hooks.example.com/{TOKEN}\n")
    assert "keyturn remind --at-login check" in added.out
    document = office.type(*words, "--json", given=f"https://hooks.example.com/{TOKEN}\n").document
    assert document["called_back"] == "nobody"
    assert office.type("remind", "--at-login", "check").code == 0
    assert "--at-login" not in office.type(*words, given=f"https://hooks.example.com/{TOKEN}\n").out


def codes(answer: Answer) -> list[str | None]:
    return [one["problem"] and one["problem"]["code"] for one in answer.document["tests"]]


def test_certificates_that_cannot_be_read_are_told_and_the_others_are_told(office: Office) -> None:
    certificate = office.folder.parent / "trusted.pem"
    certificate.write_text("none")
    office.trust(certificate)
    with hook_sink() as sink:
        server = ("--smtp", f"127.0.0.1:{closed_port()}", "--tls")
        assert office.type("tell", "add", "mail:ops@example.com", *server).code == 0
        office.add_hook(sink.base)
        answer = office.type("tell", "test", "--json")
        assert (answer.code, codes(answer)) == (1, ["tell.certificates", None])
        assert len(sink.posted) == 1


def test_a_failure_that_no_messenger_foresaw_is_told_as_a_mistake_and_the_others_are_told(
    office: Office, certificate_for: Callable[..., Path]
) -> None:
    certificate = certificate_for("127.0.0.1")
    office.trust(certificate)
    with mail_sink("tls", certificate) as mail, hook_sink() as sink:
        server = MailServer("127.0.0.1", mail.port, MailSecurity.TLS, "öps")  # which Python's library cannot send
        memory.save(office.folder, [MailRecipient("mail-1", office.clock.now(), "ops@example.com", server)])
        RecipientSecrets(SecretsKind.FILE, office.folder).keep("mail-1", Secret(PASSWORD))
        office.add_hook(sink.base)
        answer = office.type("tell", "test", "--json")
        assert (answer.code, codes(answer)) == (1, ["tell.mistake", None])
        assert len(sink.posted) == 1


def test_a_mail_address_is_named_with_a_password_that_is_asked_for(
    office: Office, certificate_for: Callable[..., Path]
) -> None:
    certificate = certificate_for("127.0.0.1")
    office.trust(certificate)
    with mail_sink("starttls", certificate) as sink:
        server = ("--smtp", f"127.0.0.1:{sink.port}", "--starttls", "--user", "ops")
        added = office.type("tell", "add", "mail:ops@example.com", *server, given=f"{PASSWORD}\n")
        assert added.code == 0
        assert office.type("tell", "test", "mail-1").code == 0
    assert len(sink.mails) == 1


def test_each_that_is_not_reached_is_told_and_the_others_are_told_all_the_same(office: Office) -> None:
    with hook_sink() as sink, hook_sink(fault=Fault.RESETS) as broken:
        office.add_hook(f"http://127.0.0.1:{closed_port()}")
        office.add_hook(sink.base)
        office.add_hook(broken.base)
        answer = office.type("tell", "test", "--json")
        page = office.type("tell", "test")
    assert answer.code == page.code == 1
    codes = {one["id"]: one["problem"] and one["problem"]["code"] for one in answer.document["tests"]}
    assert codes == {"hook-1": "tell.refused", "hook-2": None, "hook-3": "tell.reset"}
    assert "hook-1: Nobody answers at 127.0.0.1" in page.out


def test_nothing_secret_is_shown_or_kept_where_it_does_not_belong(office: Office, tmp_path: Path) -> None:
    said = []
    with hook_sink() as sink:
        said.append(office.add_hook(sink.base, "slack"))
        server = ("--smtp", "127.0.0.1:465", "--tls", "--user", "ops")
        said.append(office.type("tell", "add", "mail:a@example.com", *server, given=f"{PASSWORD}\n"))
        for words in (("list",), ("list", "--json"), ("test", "hook-1", "--debug", str(tmp_path / "diary"))):
            said.append(office.type("tell", *words))
        sink.status = 500
        said += [office.type("tell", "test", "hook-1", "--json"), office.type("tell", "test", "hook-1")]
    files = {file.name: file.read_text() for file in office.folder.glob("*.json")} | {
        "diary": (tmp_path / "diary").read_text()
    }
    for text in (*(answer.out + answer.err for answer in said), *files.values()):
        if text is not files["recipient-secrets.json"]:
            assert TOKEN not in text
            assert PASSWORD not in text
    assert TOKEN in files["recipient-secrets.json"], "or the test looks for the wrong thing"


@pytest.mark.parametrize(
    ("words", "given"),
    [
        (("add",), ""),
        (("add", "pigeon:coo"), ""),
        (("add", "mail:ops@example.com"), ""),
        (("add", "mail:ops@example.com", "--smtp", "smtp.example.com"), ""),
        (("add", "mail:nobody", "--smtp", "smtp.example.com", "--tls"), ""),
        (("add", "mail:a@example.com,b@example.com", "--smtp", "smtp.example.com", "--tls"), ""),
        (("add", "mail:a@example.com\nBcc: b@example.com", "--smtp", "smtp.example.com", "--tls"), ""),
        (("add", "mail:a@example.com", "--smtp", "smtp.example.com:port", "--tls"), ""),
        (("add", "mail:a@example.com", "--smtp", "smtp.example.com:465", "--tls", "--user", "a"), ""),
        (("add", "mail:a@example.com", "--smtp", "smtp.example.com:465", "--tls", "--user", "a"), "pässword\n"),
        (("add", "mail:a@example.com", "--smtp", "smtp.example.com:465", "--tls", "--user", "öps"), "x\n"),
        (("add", "webhook"), "https://hooks.example.com/x\n"),
        (("add", "webhook", "--shape", "slack"), ""),
        (("add", "webhook", "--shape", "slack"), f"http://hooks.example.com/{TOKEN}\n"),
        (("add", "webhook", "--shape", "slack"), f"https://a:b@hooks.example.com/{TOKEN}\n"),
        (("remove",), ""),
        (("remove", "hook-9"), ""),
        (("test", "hook-9"), ""),
        (("pay",), ""),
    ],
)
def test_what_makes_no_sense_adds_nobody(words: tuple[str, ...], given: str, office: Office) -> None:
    answer = office.type("tell", *words, given=given)
    assert answer.code == 2
    assert "Traceback" not in answer.err
    assert TOKEN not in answer.err
    assert office.type("tell", "list", "--json").document == {"told": []}


def test_a_command_that_others_may_write_is_not_added(office: Office, tmp_path: Path) -> None:
    program = tmp_path / "page-me"
    program.write_text("#!/bin/sh\ncat > /dev/null\n")
    program.chmod(0o757)
    assert office.type("tell", "add", f"command:{program}").code == 1
    assert office.type("tell", "add", "command:page-me").code == 1
    assert office.type("tell", "add", f"command:/{'n' * 300}").code == 1
    program.chmod(0o755)
    assert office.type("tell", "add", f"command:{program}").code == 0
    assert office.type("tell", "test").code == 0
    program.chmod(0o757)
    assert office.type("tell", "test").code == 1, "it is looked at each time"


def test_where_secrets_are_not_kept_nobody_is_added(office: Office) -> None:
    office.monkeypatch.setattr(sys, "stdin", io.StringIO(f"https://hooks.example.com/{TOKEN}\n"))
    words = ("tell", "add", "webhook", "--shape", "json", "--json")
    assert run([*words, "--state-dir", str(office.folder), "--secrets", "memory"], office.clock) == 1
    assert "tell.not-kept" in office.capsys.readouterr().out
    assert office.type("tell", "list", "--json").document == {"told": []}
