"""`keyturn clients`: what is known about each program, said once, beside each program's own module."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from keyturn.clients.interface import Client
from keyturn.clients.registry import every_client, guided_clients

from .conftest import Answer

Typed = Callable[..., Answer]


def test_every_client_is_in_the_table_with_how_it_was_proved(typed: Typed) -> None:
    answer = typed("clients")

    assert (answer.code, answer.err) == (0, "")
    for client in every_client():
        (row,) = (line for line in answer.out.splitlines() if line.startswith(f"{client.name} "))
        assert client.title in row
        assert ("real" if client.about.proved_with_program else "samples") in row


def test_scripts_get_the_same_as_json(typed: Typed) -> None:
    answer = typed("clients", "--json")

    told = {one["name"]: one for one in json.loads(answer.out)["clients"]}
    assert list(told) == [client.name for client in (*every_client(), *guided_clients())]
    assert told["restic"] == {
        "guided": False,
        "name": "restic",
        "title": "restic",
        "edited": True,
        "own_check": "restic cat config --no-lock",
        "proved": "real",
    }
    assert (told["leftover"]["edited"], told["hashbackup"]["proved"]) == (False, "samples")
    assert told["hashbackup"]["own_check"] is None


def test_a_check_is_told_of_exactly_where_there_is_one() -> None:
    for client in every_client():
        has_one = type(client).check is not Client.check
        assert (client.about.own_check is not None) is has_one, client.name


def test_a_guided_program_is_listed_with_its_steps_their_sources_and_whether_they_were_seen_on_screen(
    typed: Typed,
) -> None:
    told = {one["name"]: one for one in json.loads(typed("clients", "--json").out)["clients"]}
    duplicati = told["duplicati"]
    assert (duplicati["guided"], duplicati["edited"], duplicati["confirmed"]) == (True, False, False)
    assert "“Test connection”" in " ".join(duplicati["steps"])
    assert any(source.startswith("https://") for source in duplicati["sources"])
    page = typed("clients").out
    (row,) = (line for line in page.splitlines() if line.startswith("duplicati "))
    assert "not confirmed" in row
    assert "taken from the vendor's manual and not seen on screen" in page


def test_one_guided_program_is_shown_with_its_steps_and_where_they_come_from(typed: Typed) -> None:
    answer = typed("clients", "hyper-backup")

    assert answer.code == 0
    for said in ("1. Sign in to the NAS", "“Task Settings”", "Careful", "kb.synology.com", "not seen on screen"):
        assert said in answer.out
    (told,) = json.loads(typed("clients", "hyper-backup", "--json").out)["clients"]
    assert (told["name"], told["guided"], told["runs"]) == ("hyper-backup", True, "elsewhere")


def test_one_edited_program_is_its_row_of_the_table(typed: Typed) -> None:
    answer = typed("clients", "restic")

    assert (answer.code, answer.out.count("\n")) == (0, 1)
    assert "restic cat config --no-lock" in answer.out


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("arq", {"arq-5", "arq-6", "arq-7"}),
        ("Arq 7", {"arq-7"}),
        ("synology", {"hyper-backup"}),
        ("CloudBerry", {"msp360"}),
        ("minio", {"mc"}),
        ("restic", {"restic"}),
    ],
)
def test_a_program_is_found_by_what_people_call_it(typed: Typed, text: str, names: set[str]) -> None:
    answer = typed("clients", text, "--json")

    assert answer.code == 0
    assert {one["name"] for one in json.loads(answer.out)["clients"]} == names
    assert typed("clients", text).code == 0


def test_a_program_that_nobody_knows_is_a_question_that_makes_no_sense(typed: Typed) -> None:
    assert typed("clients", "toaster").code == 2


def test_a_program_whose_key_keyturn_does_not_always_replace_names_the_guide_for_the_rest(typed: Typed) -> None:
    assert "keyturn clients duplicacy-keychain" in typed("clients", "duplicacy").out
    assert "-reset-passwords" in typed("clients", "duplicacy-keychain").out
    assert "step by step" not in typed("clients", "restic").out
    named = {client.about.guide for client in every_client()} - {None}
    assert named <= {one.name for one in guided_clients()}
