"""Every command that the README and its pages show, typed at a practice account, or at least understood."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from keyturn.state.settings import Settings
from keyturn.terminal.arguments import parse

from .conftest import Desk

_TOP = Path(__file__).parents[2]
_NAMES = ("README.md", ".github/USING.md", ".github/SAFETY.md", ".github/FIGURES.md", ".github/CONTRIBUTING.md")
_README = "\n".join((_TOP / name).read_text(encoding="utf-8") for name in _NAMES)
_FENCED = re.compile(r"^```\n(.*?)^```", re.MULTILINE | re.DOTALL)


class _Typed(NamedTuple):
    """A command as the README writes it.

    Attributes:
        before: what time, AWS or the person did since the last one.
        code: how it ends.
    """

    command: str
    code: int = 0
    before: Callable[[Desk], None] = lambda desk: None


def _the_days_go_by(desk: Desk) -> None:
    desk.advance(days=8)


def _the_person_turns_it_off(desk: Desk) -> None:
    desk.account.root_turn_off(desk.old.access_key_id)


def _the_person_deletes_it(desk: Desk) -> None:
    desk.account.root_delete(desk.old.access_key_id)


# In the order of one rotation that is undone, begun again and carried to its end.
_WAY = (
    _Typed("keyturn --version"),
    _Typed("keyturn clients"),
    _Typed("keyturn clients NAME"),
    _Typed("keyturn scan"),
    _Typed("keyturn scan --search /srv /mnt/nas"),
    _Typed("keyturn plan AKIA…"),
    _Typed("keyturn rotate AKIA…", 3),
    _Typed("keyturn undo"),
    _Typed("keyturn rotate AKIA…", 3),
    _Typed("keyturn continue", 3),
    _Typed("keyturn status"),
    _Typed("keyturn turn-off", 3, _the_days_go_by),
    _Typed("keyturn turn-off", 0, _the_person_turns_it_off),
    _Typed("keyturn delete --confirm 7Q2P", 3, _the_days_go_by),
    _Typed("keyturn done delete --confirm 7Q2P", 0, _the_person_deletes_it),
    _Typed("keyturn report"),
)
# Run with a screen in tests/desktop and tests/e2e, with a store in test_given_pair_typed.py, with a login of its own in
# test_remind_command.py, with another identity in test_as_typed.py, on the days that go by in test_renew_command.py,
# with a whole account in test_scan_account.py, test_key_elsewhere.py and test_handing_over.py, with people who are told
# in test_tell_command.py, with profiles that give their pair up in test_move.py and test_rotate_into_keychain.py, and
# for each command in tests/house/test_readme.py.
_ELSEWHERE = (
    "keyturn",
    "keyturn tray",
    "keyturn rotate KEY --pair",
    "keyturn remind --at-login check",
    "keyturn hold 7Q2P",
    "keyturn hold 7Q2P --release",
    "keyturn rotate 7Q2P",
    "keyturn done waits-ID",
    "keyturn keeper make --as profile:admin",
    "keyturn keeper adopt backup-nas --as profile:admin",
    "keyturn rotate KEY --as keeper",
    "keyturn keeper remove --as profile:admin",
    "keyturn renew keeper --every 90 --at 03:30 --as profile:admin",
    "keyturn renew KEY --every 90 --at 03:00 --delete",
    "keyturn renew --list",
    "keyturn renew --now KEY",
    "keyturn renew --off KEY",
    "keyturn scan --account",
    "keyturn scan --account --as profile:admin",
    "keyturn scan --account --days 30",
    "keyturn scan --account --csv keys.csv",
    "keyturn report --account --output keys.html",
    "keyturn rotate --key ID --as profile:admin --confirm 7Q2P --also web-page:shop",
    "keyturn turn-off --key ID --as profile:admin --confirm 7Q2P",
    "keyturn turn-on --key ID --as profile:admin --confirm 7Q2P",
    "keyturn delete --key ID --as profile:admin --confirm 7Q2P",
    "keyturn move KEY --into keychain",
    "keyturn move NAME --into files",
    "keyturn rotate KEY --into keychain",
    "keyturn tell",
    "keyturn tell add mail:ops@example.com --smtp smtp.example.com:587 --starttls --user ops",
    "keyturn tell add webhook --shape slack",
    "keyturn tell add command:/usr/local/bin/page-me",
    "keyturn tell test",
    "keyturn tell list",
    "keyturn tell remove",
)
_HELP = "keyturn COMMAND --help"


def _in_blocks() -> list[str]:
    """The lines of code blocks, without what explains them."""
    lines = [line for block in _FENCED.findall(_README) for line in block.splitlines()]
    return [re.split(r"\s{2,}", line)[0] for line in lines if line.startswith("keyturn")]


def _in_sentences() -> list[str]:
    return re.findall(r"`(keyturn(?: [^`]+)?)`", _FENCED.sub("", _README))


def _words(command: str, place: Path) -> list[str]:
    """What a person types, with what stands for theirs filled in."""
    theirs = {"NAME": "arq-7", "/srv": str(place / "srv"), "/mnt/nas": str(place / "nas")}
    return [theirs.get(word, word) for word in shlex.split(command)[1:]]


def test_no_command_of_the_readme_is_left_out() -> None:
    assert {*_in_blocks(), *_in_sentences()} == {*(one.command for one in _WAY), *_ELSEWHERE, _HELP}


def test_the_commands_of_a_rotation_stand_in_the_order_in_which_they_are_run() -> None:
    run = list(dict.fromkeys(one.command for one in _WAY))
    shown = [command for command in _in_blocks() if command in run]
    assert sorted(shown, key=run.index) == shown


def test_each_command_runs_in_turn_and_ends_as_it_should(small_desk: Desk, tmp_path: Path) -> None:
    for name in ("srv", "nas"):
        (tmp_path / name).mkdir()
    old = small_desk.old.access_key_id
    for typed in _WAY:
        typed.before(small_desk)
        command = typed.command.replace("AKIA…", old.value).replace("7Q2P", old.last4)
        answer = small_desk.type(*_words(command, tmp_path), "--yes")
        assert answer.code == typed.code, f"{typed.command}\n{answer.out}\n{answer.err}"
    assert small_desk.account.status_of(old) is None


@pytest.mark.parametrize("command", _ELSEWHERE)
def test_what_is_run_elsewhere_is_understood_here(command: str) -> None:
    words = shlex.split(command)[1:]
    assert parse(words, Settings()).command == (words[0] if words else None)


def test_each_option_in_the_table_of_commands_is_understood() -> None:
    table = _README.partition("\n## Commands\n")[2].partition("\n\n")[0]
    tried = 0
    for row in table.splitlines()[2:]:
        _empty, first, second, _rest = row.split("|")
        for shown in re.findall(r"`([^`]+)`", first):
            # What is in brackets may be left out, and the other words in capitals stand for any.
            name, *operands = re.sub(r"\[[A-Z]+\] ?", "", shown).split()
            for option in re.findall(r"`(--[^`]+)`", second) or [""]:
                words = [word.replace("DAYS", "7").replace("MINUTES", "60").rstrip("…") for word in option.split()]
                assert parse([name, *operands, *words], Settings()).command == name, (shown, option)
                tried += 1
    assert tried > 15
