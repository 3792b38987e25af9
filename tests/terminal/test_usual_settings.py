"""What the settings say counts wherever an option is not typed."""

from __future__ import annotations

from pathlib import Path

import pytest

from keyturn.state.secrets_kind import SecretsKind
from keyturn.state.settings import FILE_NAME, Settings, save
from keyturn.terminal.arguments import parse

from .conftest import Desk


def choose(desk: Desk, settings: Settings) -> None:
    desk.state_dir.mkdir()
    save(desk.state_dir, settings)


def test_an_option_comes_before_the_settings_and_they_before_the_usual() -> None:
    settings = Settings(watch_days=5, off_days=30, secrets=SecretsKind.FILE)
    arguments = parse(["rotate", "7Q2P", "--off-days", "1"], settings)
    assert (arguments.watch_days, arguments.off_days, arguments.secrets) == (5, 1, "file")


def test_a_command_to_type_next_names_the_secrets_store_only_where_the_settings_name_another() -> None:
    chosen = Settings(secrets=SecretsKind.FILE)
    assert parse(["status"], chosen).location.options == ()
    assert parse(["status", "--secrets", "keyring"], chosen).location.options == ("--secrets", "keyring")


def test_a_rotation_waits_as_long_as_the_settings_say(small_desk: Desk) -> None:
    choose(small_desk, Settings(watch_days=0, off_days=0))
    answer = small_desk.rotate()
    assert [one["item"] for one in answer.lines[-1]["awaiting"]] == ["turn-off"]


def test_scan_searches_the_folders_of_the_settings_and_names_the_one_that_is_not_there(
    desk: Desk, tmp_path: Path
) -> None:
    folder = tmp_path / "srv"
    folder.mkdir()
    (folder / "deploy.txt").write_text(f"key={desk.old.access_key_id}\n")
    choose(desk, Settings(search_folders=(folder, tmp_path / "nas")))
    answer = desk.type("scan", "--offline", "--json")
    assert answer.code == 0
    (key,) = answer.document["keys"]
    assert str(folder / "deploy.txt") in {place["path"] for place in key["places"]}
    assert f"{tmp_path / 'nas'} is to be searched each time" in answer.err


@pytest.mark.parametrize("written", ["{", '{"version": 2}'])
def test_settings_that_are_not_understood_stop_the_command_but_not_its_help(desk: Desk, written: str) -> None:
    desk.state_dir.mkdir()
    (desk.state_dir / FILE_NAME).write_text(written)
    answer = desk.type("scan", "--offline", "--json")
    assert answer.code == 4, "the usual settings could lead another way to AWS"
    assert answer.document["problem"]["code"] == ("settings.damaged" if written == "{" else "state.newer")
    assert (desk.state_dir / FILE_NAME).read_text() == written
    assert desk.type("scan", "-h").code == 0


def test_a_language_of_the_settings_that_is_not_spoken_yet_does_not_stop_anything(desk: Desk) -> None:
    choose(desk, Settings(language="tlh"))
    assert desk.type("status").code == 0
    assert desk.type("status", "--lang", "tlh").code == 2


@pytest.mark.parametrize("wanted", ["-h", "--version"])
def test_whoever_only_asks_for_help_gets_no_folder_made(desk: Desk, wanted: str) -> None:
    assert desk.type(wanted).code == 0
    assert not desk.state_dir.exists()
