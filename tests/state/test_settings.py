"""Settings: nothing chosen is lost, nothing unknown is guessed, and no secret is kept in them."""

from __future__ import annotations

import json
import stat
import sys
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from keyturn.model.errors import StateError, StoreError, UsageError
from keyturn.model.search_scope import SearchScope
from keyturn.state.secrets_kind import SecretsKind
from keyturn.state.settings import FILE_NAME, Proxy, Settings, Trust, load, save

CHOSEN = Settings(
    root_limit_days=30,
    user_limit_days=None,
    watch_days=0.5,
    off_days=14,
    search_scope=SearchScope.ALL,
    search_folders=(Path("/srv/Füße"), Path("relative")),
    proxy=Proxy.ADDRESS,
    proxy_address="http://proxy.example:3128",
    trust=Trust.FILE,
    trust_file=Path("/etc/ssl/company.pem"),
    language="de",
    secrets=SecretsKind.FILE,
    tray=True,
)


def written(folder: Path) -> Any:  # noqa: ANN401  (JSON)
    return json.loads((folder / FILE_NAME).read_text(encoding="utf-8"))


def damage_of(folder: Path) -> StateError:
    with pytest.raises(StateError) as raised:
        load(folder)
    return raised.value


def test_without_a_file_there_are_the_usual_settings(tmp_path: Path) -> None:
    settings = load(tmp_path)
    assert settings == Settings()
    assert list(tmp_path.iterdir()) == []
    assert (settings.root_limit_days, settings.user_limit_days) == (365, 90)


@pytest.mark.parametrize("settings", [Settings(), CHOSEN])
def test_what_was_chosen_is_there_for_the_next_program(tmp_path: Path, settings: Settings) -> None:
    save(tmp_path, settings)
    assert load(tmp_path) == settings
    assert set(written(tmp_path)) == {"version", *(one.name for one in fields(Settings) if one.name != "unknown")}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no permission bits")
def test_only_its_owner_may_read_the_file(tmp_path: Path) -> None:
    save(tmp_path, CHOSEN)
    assert stat.S_IMODE((tmp_path / FILE_NAME).stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]


def test_what_another_keyturn_added_is_written_back(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text('{"version": 1, "off_days": 9, "colour": {"key": ["green"]}}')
    settings = load(tmp_path)
    save(tmp_path, replace(settings, watch_days=1.0))
    assert written(tmp_path)["colour"] == {"key": ["green"]}
    assert (written(tmp_path)["off_days"], written(tmp_path)["watch_days"]) == (9, 1.0)


def test_settings_of_a_newer_keyturn_are_not_touched(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    path.write_text('{"version": 2}')
    for attempt in (lambda: load(tmp_path), lambda: save(tmp_path, CHOSEN)):
        with pytest.raises(StoreError) as raised:
            attempt()
        assert raised.value.code == "state.newer"
    assert path.read_text() == '{"version": 2}'


@pytest.mark.parametrize(
    "damaged",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\xfe",
        b"[" * 100_000,
        b"{}",
        b'{"version": "1"}',
        b'{"version": true}',
        b'{"version": 1, "watch_days": "3"}',
        b'{"version": 1, "watch_days": true}',
        b'{"version": 1, "watch_days": NaN}',
        b'{"version": 1, "off_days": -1}',
        b'{"version": 1, "root_limit_days": 1e9}',
        b'{"version": 1, "user_limit_days": 0}',
        b'{"version": 1, "search_folders": "/srv"}',
        b'{"version": 1, "search_folders": [3]}',
        b'{"version": 1, "proxy": "perhaps"}',
        b'{"version": 1, "proxy": "address"}',
        b'{"version": 1, "proxy_address": "http://me:madeUpPassword@proxy.example"}',
        b'{"version": 1, "trust": "anybody"}',
        b'{"version": 1, "trust": "file"}',
        b'{"version": 1, "trust_file": 3}',
        b'{"version": 1, "secrets": "anywhere"}',
        b'{"version": 1, "tray": 1}',
        b'{"version": 1, "language": []}',
    ],
)
def test_a_damaged_file_is_told_and_kept_when_settings_are_chosen_anew(tmp_path: Path, damaged: bytes) -> None:
    path = tmp_path / FILE_NAME
    path.write_bytes(damaged)
    problem = damage_of(tmp_path)
    assert problem.code == "settings.damaged"
    assert "madeUpPassword" not in str(problem)
    assert problem.__cause__ is None
    assert path.read_bytes() == damaged, "a look changes nothing"

    save(tmp_path, CHOSEN)
    assert load(tmp_path) == CHOSEN
    assert (tmp_path / "settings.damaged-1.json").read_bytes() == damaged


def test_each_damaged_file_is_kept(tmp_path: Path) -> None:
    for number in (1, 2):
        (tmp_path / FILE_NAME).write_text(f"damaged {number}")
        save(tmp_path, CHOSEN)
    kept = [(tmp_path / f"settings.damaged-{number}.json").read_text() for number in (1, 2)]
    assert kept == ["damaged 1", "damaged 2"]


def test_a_folder_in_the_place_of_the_file_is_told(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).mkdir()
    assert damage_of(tmp_path).code == "settings.damaged"


def test_where_they_cannot_be_kept_that_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as raised:
        save(tmp_path / "gone", CHOSEN)
    assert raised.value.code == "settings.unwritable"


@pytest.mark.parametrize(
    "address",
    [
        "proxy.example:3128",
        "socks5://proxy.example",
        "http://",
        "http://a b",
        "http://proxy/path",
        "http://p:99999",
        "",
    ],
)
def test_what_is_no_proxys_address_is_refused(address: str) -> None:
    with pytest.raises(UsageError) as raised:
        Settings(proxy=Proxy.ADDRESS, proxy_address=address)
    assert raised.value.code == "settings.proxy"


@pytest.mark.parametrize("address", ["http://me:madeUpPassword@proxy.example:3128", "http://:madeUpPassword@proxy/x"])
def test_a_proxys_password_is_refused_with_the_reason_and_not_repeated(address: str) -> None:
    with pytest.raises(UsageError) as raised:
        Settings(proxy=Proxy.ADDRESS, proxy_address=address)
    assert raised.value.code == "settings.proxy-password"
    assert "madeUpPassword" not in str(raised.value)
