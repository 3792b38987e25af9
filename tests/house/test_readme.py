"""The README tells the truth about commands, rooms and exit codes."""

from __future__ import annotations

import os
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import commands
import keyturn

_TOP = Path(__file__).parents[2]
_README = (_TOP / "README.md").read_text(encoding="utf-8")


def _keyturn(*arguments: str) -> subprocess.CompletedProcess[str]:
    wide = {**os.environ, "COLUMNS": "200"}
    command = [sys.executable, "-m", "keyturn", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=wide)


def test_the_first_screen_has_the_two_commands() -> None:
    first_screen = "\n".join(_README.splitlines()[:24])
    assert "python3 packaging/dev.py run practice" in first_screen
    assert "python3 packaging/dev.py test" in first_screen


def test_each_command_of_dev_py_is_named_and_no_other() -> None:
    assert set(re.findall(r"packaging/dev\.py (\w+)", _README)) == set(commands.COMMANDS)
    assert set(re.findall(r"^  (\w+) [ \[]", commands.HELP, re.MULTILINE)) == set(commands.COMMANDS)


def test_each_command_of_keyturn_exists() -> None:
    table = _README.partition("\n## Commands\n")[2].partition("\n\n")[0]
    rows = [line.split("|")[1] for line in table.splitlines()[2:]]
    named = {name for row in rows for name in re.findall(r"[`\s]([a-z][a-z-]+)", row)}
    shown = set(re.findall(r"(?<=keyturn )[a-z][a-z-]+", _README.partition("\n## Commands\n")[0]))
    assert {"scan", "rotate", "turn-off", "turn-on"} <= named
    for name in sorted(named | shown):
        assert _keyturn(name, "--help").returncode == 0, name


def test_a_command_that_does_not_exist_is_told_with_exit_code_2() -> None:
    assert _keyturn("no-such-command").returncode == 2


def test_the_rooms_are_all_there() -> None:
    sentence = _README.partition("in rooms: ")[2].partition(". Each")[0]
    rooms = {module.name for module in pkgutil.iter_modules(keyturn.__path__) if module.ispkg}
    assert set(re.findall(r"`(\w+)`", sentence)) == rooms


def test_what_the_failure_table_quotes_is_what_keyturn_says() -> None:
    table = _README.partition("\n## What can go wrong\n")[2].partition("\n## ")[0]
    quotes = re.findall(r"“([^”]+)”", table)
    assert len(quotes) > 8
    said = "".join(path.read_text(encoding="utf-8") for path in (_TOP / "app" / "keyturn").rglob("*.py"))
    said = re.sub(r'"\s+"', "", said)  # sentences that stand on two lines
    for quote in quotes:
        for part in re.split(r"…|\d+", quote):
            assert part.strip() in said, quote
