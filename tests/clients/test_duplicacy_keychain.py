"""Duplicacy's pair in the keychain of a Linux desktop: read, told where it cannot be, and never opened or changed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from keyturn.clients.described.guide import guide_named
from keyturn.clients.described.guided import BLIND_SPOT
from keyturn.clients.registry import client_named
from keyturn.computer.computer import Computer, Platform
from keyturn.model.keys import AccessKeyId
from keyturn.model.places import Findings, Place, PlaceKind, Target
from keyturn.rotation.decision import ByHand, without_secret
from keyturn.rotation.planning.guided_items import still_old

KEY, OTHER = "AKIAONE0000000000001", "AKIATWO0000000000002"
SECRET = "oneONEoneONEoneONEoneONEoneONEoneONE/+on"
URL = "s3://eu-west-1@amazon.com/photos/duplicacy/"

# As Duplicacy's Go library keeps them: the account in `username`, in the keychain that is the usual one.
_KEEP = """
import json, sys, secretstorage
connection = secretstorage.dbus_init()
collection = secretstorage.get_default_collection(connection)
for name, value, more in json.load(sys.stdin):
    attributes = {"service": "duplicacy", "username": name, **more}
    collection.create_item(f"Password for {name}", attributes, value.encode(), replace=True)
if "lock" in sys.argv:
    collection.lock()
"""


@pytest.fixture
def desktop(tmp_path: Path, keychain: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> Computer:
    """This computer, with an open keychain."""
    return _with_keychain(tmp_path, keychain, monkeypatch)


def _with_keychain(home: Path, keychain: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> Computer:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", keychain["DBUS_SESSION_BUS_ADDRESS"])
    return Computer(Platform.LINUX, home, {}, is_this_one=True)


def keep(*options: str, application: str = "", **items: str) -> None:
    more = {"application": application} if application else {}
    told = json.dumps([(name, value, more) for name, value in items.items()])
    command = [sys.executable, "-c", _KEEP, *options]
    subprocess.run(command, input=told, text=True, check=True, env=dict(os.environ))


def repository(home: Path, name: str = "default", url: str = URL, keys: object = None, folder: str = "Photos") -> Path:
    path = home / folder / ".duplicacy/preferences"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps([{"name": name, "id": "laptop", "storage": url, "keys": keys}]), encoding="utf-8")
    return path


def find(computer: Computer) -> Findings:
    return client_named("duplicacy-keychain").find(computer)


def ids(findings: Findings) -> list[tuple[str, str, PlaceKind]]:
    return [(place.name, place.access_key_id.value, place.kind) for place in findings.places]


def reasons(findings: Findings) -> str:
    assert {problem.code for problem in findings.problems} <= {BLIND_SPOT}
    return " ".join(problem.message for problem in findings.problems)


def test_a_pair_in_the_keychain_is_a_place_that_only_a_person_changes(desktop: Computer) -> None:
    path = repository(desktop.home)
    keep(s3_id=KEY, s3_secret=SECRET)

    found = find(desktop)

    (place,) = found.places
    assert (found.problems, place.path, place.kind, place.editable) == ((), path, PlaceKind.DESTINATION, False)
    assert place.pair is not None
    assert (place.access_key_id.value, place.pair.secret.reveal()) == (KEY, SECRET)
    assert (place.targets, place.region, place.endpoint) == ((Target("photos", "duplicacy"),), "eu-west-1", None)


def test_another_storage_has_items_of_its_own_name_and_all_repositories_share_them(desktop: Computer) -> None:
    repository(desktop.home)
    repository(desktop.home, "second", folder="Documents")
    repository(desktop.home, "second", "s3://us-east-1@amazon.com/music", folder="Music")
    keep(s3_id=KEY, s3_secret=SECRET, second_s3_id=OTHER, second_s3_secret=SECRET)

    found = sorted((place.path.parts[-3], place.access_key_id.value) for place in find(desktop).places)

    assert found == [("Documents", OTHER), ("Music", OTHER), ("Photos", KEY)]


def test_items_whose_storage_is_not_known_are_a_place_without_a_bucket(desktop: Computer) -> None:
    program = desktop.home / "bin/duplicacy"
    program.parent.mkdir()
    program.touch()
    keep(far_away_s3_id=KEY, far_away_s3_secret=SECRET)

    (place,) = find(desktop).places

    assert (place.name, place.path, place.targets, place.pair is None) == ("far_away", program, (), False)


@pytest.mark.parametrize("half", [{"s3_id": KEY}, {"s3_id": KEY, "s3_secret": ""}])
def test_half_a_pair_is_only_a_mention_and_the_program_is_asked_about(desktop: Computer, half: dict[str, str]) -> None:
    repository(desktop.home)
    keep(**half)

    found = find(desktop)

    assert ids(found) == [("default", KEY, PlaceKind.MENTION)]
    assert "exactly one complete key for its storage “default”" in reasons(found)


@pytest.mark.parametrize("here", [{"s3_id": OTHER}, {"default_s3_secret": SECRET}])
def test_a_pair_of_which_the_preferences_hold_half_is_never_put_together(
    desktop: Computer, here: dict[str, str]
) -> None:
    repository(desktop.home, keys=here)
    keep(s3_id=KEY, s3_secret=SECRET)

    found = find(desktop)

    assert ids(found) == [("default", KEY, PlaceKind.MENTION)]
    assert "only half of the key for its storage “default”" in reasons(found)


def test_of_two_items_of_one_name_none_is_guessed(desktop: Computer) -> None:
    repository(desktop.home)
    keep(s3_id=KEY, s3_secret=SECRET)
    keep(application="another", s3_id=OTHER)

    found = find(desktop)

    assert sorted(ids(found)) == [("default", KEY, PlaceKind.MENTION), ("default", OTHER, PlaceKind.MENTION)]
    assert reasons(found)


def test_a_key_in_the_preferences_comes_before_the_keychain(desktop: Computer) -> None:
    repository(desktop.home, keys={"s3_id": OTHER, "s3_secret": SECRET})
    keep(s3_id=KEY, s3_secret=SECRET)

    assert find(desktop) == Findings()


def test_a_key_in_the_environment_comes_before_the_keychain_and_that_is_said(desktop: Computer) -> None:
    repository(desktop.home)
    keep(s3_id=KEY, s3_secret=SECRET)
    computer = Computer(Platform.LINUX, desktop.home, {"DUPLICACY_S3_ID": OTHER}, is_this_one=True)

    (place,) = find(computer).places

    assert "Where DUPLICACY_S3_ID is set, Duplicacy takes that key instead." in place.note


@pytest.mark.parametrize("items", [{}, {"s3_id": KEY, "s3_secret": SECRET}], ids=["empty", "with items"])
def test_a_locked_keychain_stays_locked_and_is_a_blind_spot(desktop: Computer, items: dict[str, str]) -> None:
    repository(desktop.home)
    keep("lock", **items)

    for _look in range(2):
        found = find(desktop)
        assert found.places == ()
        assert "The system's keychain is locked." in reasons(found)


def test_a_keychain_that_was_never_opened_is_a_blind_spot(
    tmp_path: Path, locked_keychain: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    computer = _with_keychain(tmp_path, locked_keychain, monkeypatch)
    repository(tmp_path)
    assert "The system's keychain is locked." in reasons(find(computer))


def test_a_keychain_that_does_not_answer_is_waited_for_only_a_few_seconds(desktop: Computer) -> None:
    repository(desktop.home)
    keep(s3_id=KEY, s3_secret=SECRET)
    question = "org.freedesktop.DBus.GetConnectionUnixProcessID"
    command = ["dbus-send", "--session", "--print-reply=literal", "--dest=org.freedesktop.DBus", "/", question]
    told = subprocess.check_output([*command, "string:org.freedesktop.secrets"], text=True)
    daemon = int(told.split()[-1])
    os.kill(daemon, signal.SIGSTOP)
    try:
        found = find(desktop)
    finally:
        os.kill(daemon, signal.SIGCONT)

    assert found.places == ()
    assert "The system's keychain does not answer." in reasons(found)


def test_without_a_keychain_the_blind_spot_stays_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    repository(tmp_path)
    found = find(Computer(Platform.LINUX, tmp_path, {}, is_this_one=True))
    assert "The system's keychain does not answer." in reasons(found)


@pytest.mark.parametrize("platform", list(Platform))
def test_another_computers_keys_are_not_looked_for_in_this_ones_keychain(desktop: Computer, platform: Platform) -> None:
    repository(desktop.home)
    keep(s3_id=KEY, s3_secret=SECRET)

    found = find(Computer(platform, desktop.home, {}, is_this_one=False))

    assert found.places == ()
    assert "Its preferences name no key" in reasons(found)


def test_a_storage_that_is_not_in_s3_is_no_blind_spot(tmp_path: Path) -> None:
    repository(tmp_path, url="sftp://backup@example.org/photos")
    assert find(Computer(Platform.LINUX, tmp_path, {}, is_this_one=False)) == Findings()


def test_after_a_person_changed_the_items_the_old_key_is_not_seen_any_more(desktop: Computer) -> None:
    repository(desktop.home)
    keep(s3_id=KEY, s3_secret=SECRET)
    places: tuple[Place, ...] = find(desktop).places
    program = ByHand("duplicacy-keychain", tuple(map(without_secret, places)), places[0].targets, known=True)
    assert [place.name for place in still_old(desktop, program, AccessKeyId(KEY))] == ["default"]

    keep(s3_id=OTHER, s3_secret=SECRET)

    assert still_old(desktop, program, AccessKeyId(KEY)) == ()
    assert [place.access_key_id.value for place in find(desktop).places] == [OTHER]


def test_the_steps_have_the_new_key_typed_and_never_in_the_command() -> None:
    guide = guide_named("duplicacy-keychain")
    assert guide is not None
    assert any("duplicacy list -storage NAME -reset-passwords" in step for step in guide.steps)
    assert not any("-value" in step for step in guide.steps)
