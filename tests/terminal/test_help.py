"""The help teaches: what a command does, what it leaves alone, an example, its exit codes."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable

import pytest

from keyturn import __version__
from keyturn.terminal import commands
from keyturn.terminal.commands import NAMES, every_command

from .conftest import Answer

Typed = Callable[..., Answer]


def test_each_command_is_the_one_that_its_module_is_called_after() -> None:
    assert tuple(one.name for one in every_command()) == NAMES
    # The icon is the window's part, and is opened as the window is.
    assert [one.name for one in every_command() if one.run is None] == ["tray"]


def test_no_module_of_a_command_is_left_out_of_the_list() -> None:
    modules = {one.name for one in pkgutil.iter_modules(commands.__path__)}
    assert len(modules) == len(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_the_help_of_a_command_teaches(name: str, typed: Typed) -> None:
    answer = typed(name, "-h")
    assert answer.code == 0
    assert answer.err == ""
    assert f"usage: keyturn {name}" in answer.out
    assert "examples:" in answer.out
    assert f"  keyturn {name}" in answer.out.partition("examples:")[2]
    assert "exit codes:" in answer.out
    words = ("change", "touched", "undone", "does nothing else", "deletes nothing", "stays", "not\ndone again")
    assert any(word in answer.out for word in words), "says what it leaves alone"


def test_the_list_of_commands_names_them_all(typed: Typed) -> None:
    answer = typed("-h")
    assert answer.code == 0
    for one in every_command():
        assert one.name in answer.out
        assert one.help().summary in answer.out


def test_where_no_window_can_be_asked_for_a_command_has_to_be_named(typed: Typed) -> None:
    answer = typed()
    assert answer.code == 2
    assert answer.out == ""
    assert "keyturn -h" in answer.err


def test_the_version_is_told_after_a_command_too(typed: Typed) -> None:
    answer = typed("--json", "--version")
    assert (answer.code, answer.out) == (0, f"keyturn {__version__}\n")


def test_a_mistyped_command_exits_2_without_a_traceback(typed: Typed) -> None:
    answer = typed("sacn")
    assert answer.code == 2
    assert answer.out == ""
    assert "sacn" in answer.err
    assert "Traceback" not in answer.err


def test_an_unknown_language_is_refused_and_english_is_not(typed: Typed) -> None:
    assert typed("--lang", "tlh", "-h").code == 2
    assert typed("--lang", "en_GB", "-h").code == 0
