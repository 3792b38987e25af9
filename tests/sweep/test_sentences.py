"""The sweep's own ear for sentences that are not so."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from .program import Finished
from .sentences import Look, false_ones

OLD, NEW = "AKIAIOLDOLDOLDOLD7AA", "AKIANEWNEWNEWNEW7BBB"
FIRST = Look(
    old=OLD,
    replaces=True,
    files={"rclone.conf": [(OLD, "…")]},
    held={OLD},
    broken=set(),
    keys={OLD: ("Active", "111122223333")},
    users={},
)
MADE = replace(FIRST, keys={**FIRST.keys, NEW: ("Active", "AIDA1")}, users={"AIDA1": "keyturn-study"})
SWITCHED = replace(MADE, files={"rclone.conf": [(NEW, "…")]}, held={NEW})


def told(
    message: str, before: Look, now: Look, *awaiting: str, word: str = "continue", code: int = 4, killed: str = ""
) -> list[str]:
    problem = {"code": "made-up", "title": "Made up", "message": message} if message else None
    document = {"problem": problem, "awaiting": [{"item": item, "title": item} for item in awaiting]}
    done = Finished((word,), code, json.dumps(document), "")
    return list(false_ones(done, before, now, killed={killed}, fresh=True))


@pytest.mark.parametrize(
    ("message", "so", "not_so"),
    [
        ("It is gone. Nothing was changed.", (MADE, MADE), (FIRST, MADE)),
        ("AWS refused it, so nothing was changed and your backups go on.", (MADE, MADE), (MADE, SWITCHED)),
        ("Everything is as it was.", (SWITCHED, FIRST), (SWITCHED, replace(MADE, files=FIRST.files, held={OLD}))),
        ("The rotation begins anew: everything is put back.", (MADE, FIRST), (MADE, MADE)),
        ("Both keys stay as they are.", (MADE, MADE), (MADE, FIRST)),
        ("Backups go on with the old key.", (MADE, MADE), (MADE, SWITCHED)),
        ("Your backups still use the old one.", (MADE, MADE), (SWITCHED, SWITCHED)),
        ("Your programs keep the new key.", (SWITCHED, SWITCHED), (MADE, MADE)),
    ],
)
def test_a_sentence_is_held_against_what_is_so(message: str, so: tuple[Look, Look], not_so: tuple[Look, Look]) -> None:
    assert told(message, *so) == []
    assert len(told(message, *not_so)) == 1


def test_what_was_not_put_back_in_whole_is_not_told_as_put_back() -> None:
    assert told("Everything is put back. Not everything could be put back: no.", MADE, MADE) == []


def test_what_somebody_else_did_to_a_key_is_not_the_commands_doing() -> None:
    assert told("Nothing was changed.", MADE, FIRST, killed=NEW) == []


def test_the_last_key_that_works_is_not_asked_to_be_turned_off() -> None:
    assert told("", SWITCHED, SWITCHED, "turn-off", code=3) == []
    assert len(told("", SWITCHED, replace(SWITCHED, broken={NEW}), "turn-off", code=3)) == 1
    assert told("It is dead.", SWITCHED, replace(SWITCHED, broken={NEW}), "turn-off", code=4) == []


@pytest.mark.parametrize("code", [1, 2, 3, 4])
def test_no_exit_code_leaves_a_person_without_a_reason(code: int) -> None:
    assert len(told("", FIRST, FIRST, code=code)) == 1
    assert told("Made up.", FIRST, FIRST, code=code) == []


def test_what_is_well_tells_of_no_problem() -> None:
    assert told("", FIRST, FIRST, code=0) == []
    assert len(told("Made up.", FIRST, FIRST, code=0)) == 1
