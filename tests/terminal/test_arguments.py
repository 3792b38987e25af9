"""What was typed is understood, wherever the options stand."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from keyturn.model.errors import UsageError
from keyturn.state.settings import Settings
from keyturn.terminal import option_values
from keyturn.terminal.arguments import parse
from keyturn.terminal.commands import NAMES
from keyturn.terminal.foreseen import wanted_state_dir
from keyturn.terminal.parser import parser


@pytest.mark.parametrize(
    "words",
    [
        ["--json", "--state-dir", "there", "--secrets", "file", "scan"],
        ["scan", "--json", "--state-dir", "there", "--secrets", "file"],
        ["--state-dir", "there", "scan", "--secrets=file", "--json"],
    ],
)
def test_options_for_every_command_may_stand_before_and_after_it(words: list[str]) -> None:
    arguments = parse(words, Settings())
    assert arguments.command == "scan"
    assert arguments.json
    assert arguments.state_dir == Path("there")
    assert arguments.secrets == "file"


def test_a_word_that_only_looks_like_a_command_takes_no_option_away_from_the_command() -> None:
    typed = parse(["--home", "scan", "plan", "AKIAONE0000000000001", "--json", "--yes"], Settings())
    assert (typed.command, typed.home, typed.json, typed.yes) == ("plan", Path("scan"), True, True)


@pytest.mark.parametrize("name", NAMES)
def test_the_help_of_a_command_names_the_options_that_every_command_has(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for words in ([name, "-h"], ["--home", "scan", name, "--help"]):
        with pytest.raises(SystemExit):
            parse(words, Settings())
        assert "--endpoint-url URL" in capsys.readouterr().out


def test_what_is_not_said_has_the_documented_value() -> None:
    arguments = parse(["rotate", "7Q2P"], Settings())
    assert (arguments.watch_days, arguments.off_days) == (3, 7)
    assert arguments.secrets == "keyring"
    assert arguments.route is None
    assert arguments.only == ()
    assert not arguments.yes


def test_buckets_and_programs_may_be_several() -> None:
    arguments = parse(["plan", "7Q2P", "--bucket", "a", "--bucket", "b", "--only", "rclone", "s3cmd"], Settings())
    assert arguments.bucket == ("a", "b")
    assert arguments.only == ("rclone", "s3cmd")


def test_another_command_is_led_to_the_same_computer_account_and_memory() -> None:
    words = ["--endpoint-url", "http://localhost:5000", "--home", "/mnt/disk", "--platform", "macos"]
    words += ["--state-dir", "/state", "--secrets", "memory"]
    assert list(parse(["scan", *words], Settings()).location.options) == words
    assert parse(["scan"], Settings()).location.options == ()


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["sacn"], "sacn"),
        (["plan"], "KEY"),
        (["plan", "7Q2P", "--route", "elsewhere"], "elsewhere"),
        (["rotate", "7Q2P", "--watch-days", "-1"], "-1"),
        (["rotate", "7Q2P", "--off-days", "nan"], "nan"),
        (["rotate", "7Q2P", "--watch-days", "soon"], "soon"),
        (["rotate", "7Q2P", "--watch-days", "36501"], "36501"),
        (["plan", "7Q2P", "--off-days", "1e300"], "1e300"),
        (["scan", "--endpoint-url", "localhost:5000"], "localhost:5000"),
        (["scan", "--endpoint-url", "http://"], "http://"),
        (["scan", "--platform", "amiga"], "amiga"),
        (["scan", "--secrets", "cloud"], "cloud"),
        (["scan", "--off"], "--off"),
        (["turn-off", "--by", "magic"], "magic"),
        (["report", "--output=--"], "--output"),
        (["status", "--debug=--"], "--debug"),
    ],
)
def test_what_makes_no_sense_is_named(words: list[str], named: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse(words, Settings())
    assert named in str(refused.value)
    assert "Nothing was changed" in refused.value.message


def _path_options() -> list[tuple[str, str]]:
    """Every option of every command that takes a file or folder, by its place-holder in the help."""
    (commands,) = [one for one in parser()._actions if isinstance(one, argparse._SubParsersAction)]
    return [
        (name, action.option_strings[0])
        for name, command in commands.choices.items()
        for action in command._actions
        if action.option_strings and action.metavar in {"DIR", "FILE", "PATH"}
    ]


@pytest.mark.parametrize("value", ["", "n" * 300, "/".join(["d" * 100] * 60)])
def test_no_path_may_be_empty_or_longer_than_the_system_takes(value: str) -> None:
    options = _path_options()
    assert {"--output", "--csv", "--calendar", "--search", "--at", "--program", "--edit-text"} < {o for _, o in options}
    for name, option in options:
        with pytest.raises(UsageError, match=f"argument {option}: "):
            parse([name, option, value], Settings())


def test_a_state_folder_without_a_name_is_not_the_folder_in_which_one_is() -> None:
    assert wanted_state_dir(["status", "--state-dir", ""]) is None
    assert wanted_state_dir(["status", "--state-dir="]) is None


def test_a_path_of_which_nothing_is_there_yet_is_taken_as_typed(tmp_path: Path) -> None:
    for path in (tmp_path / "new" / "folder", tmp_path, Path("-")):
        assert option_values.path(str(path)) == path
