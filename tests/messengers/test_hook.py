"""Web hooks on this computer: the body that each kind expects, and an address of which nothing but the host is told."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from email.header import decode_header
from pathlib import Path

import pytest

from keyturn.messengers.reaching import Way
from keyturn.messengers.sending import send
from keyturn.model.errors import UntoldError
from keyturn.model.keys import Secret
from keyturn.model.news import News, NewsKind
from keyturn.model.recipients import HookRecipient, HookShape

from .conftest import NEWS
from .sinks import Fault, HookSink, Posted, closed_port, hook_sink

PATH = "/services/T0MADEUP/B0MADEUP/veryMadeUpToken4711?sig=madeUpSignature42"


def recipient(shape: HookShape = HookShape.JSON, host: str = "127.0.0.1") -> HookRecipient:
    return HookRecipient("hook-1", datetime(2026, 11, 1, tzinfo=UTC), shape, host)


def posted(way: Way, shape: HookShape, news: News = NEWS, path: str = PATH) -> Posted:
    with hook_sink() as sink:
        send(recipient(shape), Secret(f"{sink.base}{path}"), news, way)
    (one,) = sink.posted
    return one


def test_json_has_the_facts_and_an_id(way: Way) -> None:
    one = posted(way, HookShape.JSON)
    assert (one.method, one.path) == ("POST", PATH)
    assert one.headers["Keyturn-Event"] == NEWS.name
    assert json.loads(one.body) == {
        "id": "20261130-7Q2P:off",
        "event": "off",
        "at": "2026-11-30T03:00:00+00:00",
        "title": NEWS.title,
        "message": NEWS.message,
        "key": "AKIA…7Q2P",
        "rotation": "20261130-7Q2P",
        "computer": "büro",
    }


def test_slack_gets_a_text_with_its_three_signs_escaped(way: Way) -> None:
    document = json.loads(posted(way, HookShape.SLACK).body)
    assert set(document) == {"text"}
    assert "&lt;no&gt; &amp; *markup*" in document["text"]
    assert document["text"].startswith("AKIA…7Q2P is off\n")


def test_teams_gets_a_card_as_workflows_take_it(way: Way) -> None:
    document = json.loads(posted(way, HookShape.TEAMS).body)
    assert document["type"] == "message"
    (attachment,) = document["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    card = attachment["content"]
    assert card["type"] == "AdaptiveCard"
    assert [block["type"] for block in card["body"]] == ["TextBlock", "TextBlock"]
    assert r"\*markup\*" in card["body"][1]["text"], "no markup"


def test_ntfy_gets_a_title_a_priority_and_tags_in_headers(way: Way) -> None:
    one = posted(way, HookShape.NTFY)
    ((title, encoding),) = decode_header(one.headers["Title"])
    assert isinstance(title, bytes)
    assert title.decode(encoding or "") == NEWS.title
    assert one.headers["Priority"] == "3"
    assert one.body.decode().startswith(NEWS.message)
    bad = posted(way, HookShape.NTFY, replace(NEWS, kind=NewsKind.FAILED, is_bad=True))
    assert (bad.headers["Priority"], bad.headers["Tags"]) == ("4", "warning,failed")


@pytest.mark.parametrize(
    ("kind", "is_bad", "path"),
    [
        (NewsKind.LOOKED, False, "/0b5c/check"),
        (NewsKind.LOOKED, True, "/0b5c/check/fail"),
        (NewsKind.FAILED, True, "/0b5c/check/fail"),
        (NewsKind.OFF, False, "/0b5c/check/log"),
        (NewsKind.TEST, False, "/0b5c/check/log"),
    ],
)
def test_healthchecks_is_pinged_where_it_says_what_became_of_it(
    kind: NewsKind, is_bad: bool, path: str, way: Way
) -> None:
    one = posted(way, HookShape.HEALTHCHECKS, replace(NEWS, kind=kind, is_bad=is_bad), "/0b5c/check?create=1")
    assert one.path == f"{path}?create=1"


def test_by_tls_with_a_trusted_certificate_it_arrives(certificate: Path, way: Way) -> None:
    with hook_sink(certificate) as sink:
        send(recipient(), Secret(f"{sink.base}{PATH}"), NEWS, way)
    assert len(sink.posted) == 1


def expect_untold(sink: HookSink, way: Way, code: str) -> UntoldError:
    with pytest.raises(UntoldError) as raised:
        send(recipient(), Secret(f"{sink.base}{PATH}"), NEWS, way)
    error = raised.value
    assert error.code == code
    for secret in ("T0MADEUP", "veryMadeUpToken", "madeUpSignature", "services"):
        assert secret not in str(error)
        assert secret not in repr(error.__context__), "and not in what a report of a mistake would show"
    return error


def test_a_certificate_that_nobody_trusts_ends_it(certificate_for: Callable[..., Path], way: Way) -> None:
    with hook_sink(certificate_for("127.0.0.1")) as sink:
        expect_untold(sink, way, "tell.certificate")
    assert not sink.posted


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(status: int, way: Way) -> None:
    with hook_sink() as elsewhere, hook_sink() as sink:
        sink.status, sink.location = status, f"{elsewhere.base}/caught"
        expect_untold(sink, way, "tell.redirected")
    assert not elsewhere.posted


@pytest.mark.parametrize("status", [400, 404, 410, 429, 500, 503])
def test_an_answer_that_is_no_yes_is_told(status: int, way: Way) -> None:
    with hook_sink() as sink:
        sink.status = status
        assert str(status) in expect_untold(sink, way, "tell.answer").title


def test_a_connection_that_is_cut_is_told(way: Way) -> None:
    with hook_sink(fault=Fault.RESETS) as sink:
        expect_untold(sink, way, "tell.reset")
    with hook_sink(fault=Fault.GIBBERISH) as sink:
        expect_untold(sink, way, "tell.reset")


@pytest.mark.parametrize("fault", [Fault.HANGS, Fault.DRIPS])
def test_a_server_that_never_ends_is_waited_for_no_longer_than_the_limit(fault: Fault, way: Way) -> None:
    with hook_sink(fault=fault) as sink:
        expect_untold(sink, replace(way, patience=0.4), "tell.timeout")


def test_a_closed_port_is_told(way: Way) -> None:
    sink = HookSink(base=f"http://127.0.0.1:{closed_port()}")
    expect_untold(sink, way, "tell.refused")


def test_a_proxy_of_the_settings_is_used_for_other_computers_alone(way: Way) -> None:
    with hook_sink() as proxy, hook_sink() as sink:
        proxied = replace(way, proxies=lambda address: {"http": proxy.base, "https": proxy.base})
        send(recipient(), Secret(f"{sink.base}{PATH}"), NEWS, proxied)
        assert (len(sink.posted), len(proxy.posted)) == (1, 0)
        with pytest.raises(UntoldError):
            send(recipient(host="hooks.example.com"), Secret(f"https://hooks.example.com{PATH}"), NEWS, proxied)


@pytest.mark.parametrize(
    "address",
    [
        "http://hooks.example.com/x",
        "https://user:password@hooks.example.com/x",
        "ftp://hooks.example.com/x",
        "hooks.example.com/x",
        "https://hooks.example.com/x#y",
        "https://hooks.example.com/x y",
        "https://",
        "https://hööks.example.com/x",
    ],
)
def test_what_is_no_address_or_an_open_way_is_refused(address: str, way: Way) -> None:
    with pytest.raises(UntoldError) as raised:
        send(recipient(), Secret(address), NEWS, way)
    assert raised.value.code == "tell.secret"
