"""ARCHITECTURE.md says what the code is: its rooms, the pairs of step and state; USING.md its exit codes."""

from __future__ import annotations

import pkgutil
import re
from pathlib import Path

import keyturn
from keyturn.rotation.steps import Route, State, Step
from keyturn.terminal.exits import Exit

_TEXT = (Path(__file__).parents[2] / ".github" / "ARCHITECTURE.md").read_text(encoding="utf-8")
# Packages that only lead on to where their modules are now.
_OLD_NAMES = {"practice"}
# A rotation is never *at* these: the first begins it, the others are done or not.
_NO_PLACE = {Step.CHECK, Step.TURN_ON}


def _section(heading: str) -> str:
    return re.split(r"\n#+ ", _TEXT.partition(f"# {heading}\n")[2])[0]


def _rows(heading: str) -> list[list[str]]:
    lines = [line for line in _section(heading).splitlines() if line.startswith("|")]
    return [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_the_rooms_are_all_there() -> None:
    rooms = {module.name for module in pkgutil.iter_modules(keyturn.__path__) if module.ispkg} - _OLD_NAMES
    assert {row[0] for row in _rows("Rooms")} == rooms


def test_each_step_and_each_state_has_its_row_and_no_other() -> None:
    rows = [(row[0], row[1]) for row in _rows("Steps and states")]
    assert len(rows) == len(set(rows))
    assert {step for step, state in rows if state != "(none)"} == set(Step) - _NO_PLACE
    assert {state for _, state in rows if state != "(none)"} == set(State)


def test_the_routes_are_all_named() -> None:
    for route in Route:
        assert f"`{route.value}`" in _section("Words"), route


def test_the_exit_codes_are_the_ones_that_the_command_line_has() -> None:
    using = (Path(__file__).parents[2] / ".github" / "USING.md").read_text(encoding="utf-8")
    codes = using.partition("| exit code | means |\n")[2].partition("\n\n")[0]
    assert [int(code) for code in re.findall(r"^\| (\d) \|", codes, re.MULTILINE)] == sorted(Exit)
