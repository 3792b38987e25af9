"""A home full of secrets in the wrong places: no command shows one, and nothing of Keyturn's own keeps one."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from urllib.parse import quote

import pytest

from .conftest import Desk

OTHER = "madeUp1Other/Secret+OfAStore/WhichIsLong"
PASSWORD = "madeUp1PasswordInAnAddress"
CRYPT = "madeUp1PasswordOfCrypt"


@pytest.fixture
def secrets(small_desk: Desk) -> Iterator[tuple[str, ...]]:
    """Every secret of a home where they also stand in names, notes, addresses and files that cannot be read."""
    desk, old = small_desk, small_desk.old
    secret = old.secret.reveal()
    config = desk.computer.rclone_config
    config.write_text(
        f"# once {secret}, in a URL {quote(secret, safe='')}, and {OTHER}\n"
        + config.read_text()
        + f"\n[{OTHER}]\ntype = s3\nprovider = Other\naccess_key_id = AKIASTOREUSEREXAMPLE\n"
        f"secret_access_key = {OTHER}\n"
        f"endpoint = http://backup:{PASSWORD}@127.0.0.1:9\n"
        f"[c]\ntype = crypt\nremote = {OTHER}:vault/p\npassword = {CRYPT}\n"
    )
    (desk.home / ".aws").mkdir(exist_ok=True)
    # Not understood, and the reason quotes the line.
    (desk.home / ".aws" / "credentials").write_text(f"[a]\nx\n[{secret}]\n[{secret}]\naws_secret_access_key {OTHER}\n")
    named = desk.home / "Documents" / f"key {OTHER.replace('/', '-')} {old.access_key_id}.txt"
    named.parent.mkdir(exist_ok=True)
    named.write_text(f"{old.access_key_id} {secret}\n")
    yield secret, OTHER, PASSWORD, CRYPT


@pytest.mark.timeout(300)
def test_no_command_repeats_a_secret_from_wherever_it_stands(small_desk: Desk, secrets: tuple[str, ...]) -> None:
    desk, key = small_desk, small_desk.old.access_key_id.value
    said = []
    for words in (
        *(("scan", "--offline"), ("scan", "--search", str(desk.home)), ("plan", key), ("plan", "AKIASTOREUSEREXAMPLE")),
        *(("verify",), ("status",), ("report", "--offline", "--format", "html"), ("report", "--format", "csv")),
        *(("rotate", key, "--only", "rclone", "--yes"), ("status",), ("report",), ("remind", "--check")),
    ):
        for form in ((), ("--json",)) if "--format" not in words else ((),):
            answer = desk.type(*words, *form)
            said.append((words, answer.out + answer.err))
    said.append((("report", "json"), desk.type("report", "--format", "json").out))

    kept = [path for path in desk.state_dir.rglob("*") if path.is_file() and path.name != "secrets.json"]
    said += [((str(path),), path.read_bytes().decode(errors="replace")) for path in kept]
    for secret in secrets:
        written = [secret, quote(secret, safe=""), quote(secret), base64.b64encode(secret.encode()).decode()[:-4]]
        for words, text in said:
            assert not any(one in text for one in written), words
    assert any("••••" in text for _words, text in said)


def test_a_place_whose_name_holds_a_secret_is_shown_and_not_edited(small_desk: Desk, secrets: tuple[str, ...]) -> None:
    document = small_desk.type("scan", "--offline", "--json").document
    places = [place for one in document["keys"] for place in one["places"] if place["name"] == "••••"]

    assert [(place["editable"], place["endpoint"]) for place in places] == [(False, "http://••••@127.0.0.1:9")]
    assert "name holds a secret" in places[0]["note"]
