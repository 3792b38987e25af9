"""Guided programs as they are typed: scan, plan, rotate with --also, done, and the way back."""

from __future__ import annotations

import pytest

from .conftest import Desk


@pytest.fixture
def desk_with_duplicati(small_desk: Desk) -> Desk:
    """A desk whose computer also has a program that Keyturn cannot look into."""
    database = small_desk.home / ".config/Duplicati/Duplicati-server.sqlite"
    database.parent.mkdir(parents=True)
    database.write_bytes(b"encrypted as a whole")
    return small_desk


def test_scan_names_the_blind_spot_with_its_code(desk_with_duplicati: Desk) -> None:
    (problem,) = desk_with_duplicati.type("scan", "--offline", "--json").document["problems"]
    assert (problem["title"].partition(" ")[0], problem["code"]) == ("Duplicati", "client.blind-spot")
    assert "A rotation asks you about it" in desk_with_duplicati.type("scan", "--offline").out


def test_scan_gives_scripts_each_blind_spot_with_its_reason_and_what_to_do(desk_with_duplicati: Desk) -> None:
    (spot,) = desk_with_duplicati.type("scan", "--offline", "--json").document["blind_spots"]
    assert spot["what"].startswith("Duplicati is here")
    assert "its backups stop" in spot["why"]
    assert "keyturn clients duplicati" in spot["do"]


def test_what_cannot_be_read_is_a_blind_spot(small_desk: Desk) -> None:
    clean = small_desk.type("scan", "--offline", "--json").document
    assert clean["blind_spots"] == []
    (small_desk.home / ".s3cfg").mkdir()  # a folder where a file should be: what it hides is not known
    spots = small_desk.type("scan", "--offline", "--json").document["blind_spots"]
    assert [spot for spot in spots if ".s3cfg" in spot["what"] and spot["do"]]


def test_the_plan_shows_steps_and_what_to_be_careful_of(desk_with_duplicati: Desk) -> None:
    desk = desk_with_duplicati
    plan = desk.type("plan", desk.old.access_key_id.value, "--also", "qnap-hbs", "--bucket", "family-archive")
    assert "You put it into, step by step" in plan.out
    assert "[guided-qnap-hbs]" in plan.out
    assert "Careful: Edit the backup." in plan.out
    assert "not seen on screen" in plan.out
    items = desk.type("plan", desk.old.access_key_id.value, *desk.buckets, "--json").document["by_hand"]
    (item,) = (one for one in items if one["item"] == "guided-duplicati")
    assert set(item) == {"item", "title", "steps", "notes"}


def test_a_program_without_steps_is_not_guessed(small_desk: Desk) -> None:
    answer = small_desk.type("plan", small_desk.old.access_key_id.value, "--also", "toaster")
    assert answer.code == 2
    assert "another-program" in answer.err


def test_two_web_pages_that_have_the_key_are_two_things_to_do(small_desk: Desk) -> None:
    desk, pages = small_desk, ("--also", "web-page:GitHub Actions", "--also", "web-page:Shop")
    words = (*pages, "--bucket", "family-archive", "--watch-days", "0", "--yes")
    answer = desk.type("rotate", desk.old.access_key_id.value, *words)
    assert answer.code == 3, answer.err
    assert "another provider's web page (GitHub Actions)" in answer.out
    items = ["guided-web-page-github-actions", "guided-web-page-shop"]

    def awaited() -> list[str]:
        (rotation,) = desk.type("status", "--json").document["rotations"]
        return [one["item"] for one in rotation["awaiting"] if one["item"].startswith("guided-") and one["by"] is None]

    assert awaited() == items
    assert desk.type("done", items[0]).code == 0
    assert awaited() == items[1:]
    undone = desk.type("undo", "--json")
    assert [one["item"] for one in undone.lines[-1]["awaiting"]] == ["back-web-page-github-actions"]


@pytest.mark.parametrize("name", ["web-page:", "web-page: \t", "web-page:\x1b[31m", "web-page:" + "x" * 41])
def test_what_cannot_tell_two_places_apart_is_refused(small_desk: Desk, name: str) -> None:
    answer = small_desk.type("plan", small_desk.old.access_key_id.value, "--also", name, "--json")
    assert (answer.code, answer.document["problem"]["code"]) == (2, "usage.also")


def test_the_same_place_that_is_named_twice_is_one(small_desk: Desk) -> None:
    also = ("--also", "web-page:Shop", "--also", "web-page:shop", "--also", "web-page")
    answer = small_desk.type("plan", small_desk.old.access_key_id.value, *also, *small_desk.buckets, "--json")
    items = [one["item"] for one in answer.document["by_hand"] if one["item"].startswith("guided-")]
    assert items == ["guided-web-page-shop", "guided-web-page"]


def test_done_ticks_says_what_is_left_and_undo_waits_for_what_was_changed_by_hand(desk_with_duplicati: Desk) -> None:
    desk = desk_with_duplicati
    rotated = desk.type(
        *("rotate", desk.old.access_key_id.value, "--also", "qnap-hbs", "--bucket", "family-archive"),
        *("--watch-days", "0", "--yes"),
    )
    assert rotated.code == 3
    assert str(desk.state_dir / "secrets.json") in rotated.out

    ticked = desk.type("done", "guided-duplicati")
    assert ticked.code == 0
    assert "Ticked." in ticked.out
    assert "[guided-qnap-hbs]" in ticked.out
    assert "Storage Spaces" not in ticked.out  # the steps of the others were shown, and status shows them again
    assert "Storage Spaces" in desk.type("status").out

    undone = desk.type("undo")
    assert undone.code == 3
    assert "Nothing was put back yet" in undone.out
    assert "[back-duplicati]" in undone.out
    assert desk.type("done", "back-duplicati").code == 0
    assert desk.type("undo").code == 0
