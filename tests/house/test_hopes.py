"""No error says how the whole rotation stands: one place composes that (rotation/carrying_out/aftermath.py).

That nothing was changed is said by who refuses a command before it begins, and by nobody who may be asked in the middle
of one.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import keyturn

_APP = Path(keyturn.__file__).parent
# What one step cannot know: what others did, and what was put back since.
_HOPE = re.compile(
    r"(backups|programs) keep the (old )?key|everything is as it was|both keys stay|left alone|leaves it alone|"
    r"backups go on with|backups are not (touched|affected)",
    re.IGNORECASE,
)
_NOTHING = re.compile(r"\b(nothing|not) (was|is) (changed|done|made)\b|\bwas not changed\b", re.IGNORECASE)
# Rooms whose errors come up in the middle of a rotation, and the modules that take its steps.
_INNER = [
    *(path for room in ("model", "edits", "clients", "aws") for path in sorted((_APP / room).rglob("*.py"))),
    _APP / "state" / "secrets.py",
    *(
        next((_APP / "rotation").rglob(f"{name}.py"))
        for name in ("creating", "proving", "switching", "undoing", "way_back", "pairs")
    ),
]

# Besides them: anyone who signs, which a rotation under way asks anew and a renewal after others; and what reads
# Keyturn's memory, also when a command's own work is done.
_ASKED_IN_THE_MIDDLE = [
    *sorted((_APP / "rotation" / "signers").rglob("*.py")),
    *(path for path in sorted((_APP / "state").rglob("*.py")) if path.name != "secrets.py"),
    _APP / "computer" / "named_program.py",
    _APP / "computer" / "programs.py",
    _APP / "reminders" / "renewal_run.py",
    *(next((_APP / "rotation").rglob(f"{name}.py")) for name in ("standing", "key_versions")),
]
# What is true of a single file or request when it is said, for nothing comes after it: file, and where it stands.
_CONFIRMED = {
    ("clients/registry.py", "`keyturn clients` lists the programs"),  # how a command was typed
    ("clients/replacement.py", "{path} was not changed. Change it by hand."),  # before it is opened to be written
    ("clients/replacement.py", "It was not made, and the file was not changed."),  # the edit was compared, not written
    ("clients/replacement.py", "Keyturn expected the key {key} there"),  # it was read a moment ago
    ("edits/failures.py", "This file was not changed, so a backup"),  # its replacement failed
    ("rotation/carrying_out/switching.py", "{reasons} {path} was not changed"),  # looked at before the file is opened
    ("computer/programs.py", "Its own check of the backup was left out"),  # the program did not start
    ("rotation/key_life/key_versions.py", "{flaw} Nothing was changed."),  # how a command was typed
    ("rotation/key_life/key_versions.py", "Names that are known"),
}


def _sentences(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"_", "plural"}:
            for argument in node.args:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    yield node.lineno, argument.value


@pytest.mark.parametrize("path", _INNER, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_no_inner_error_hopes_for_the_whole(path: Path) -> None:
    assert not [(line, said) for line, said in _sentences(path) if _HOPE.search(said)]


@pytest.mark.parametrize("path", [*_INNER, *_ASKED_IN_THE_MIDDLE], ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_who_may_be_asked_in_the_middle_does_not_say_that_nothing_was_changed(path: Path) -> None:
    where = path.relative_to(_APP).as_posix()
    confirmed = tuple(begin for file, begin in _CONFIRMED if file == where)
    said = [one for one in _sentences(path) if _NOTHING.search(one[1])]
    assert not [(line, text) for line, text in said if not text.startswith(confirmed or ("\0",))]


@pytest.mark.parametrize(("where", "begin"), sorted(_CONFIRMED))
def test_what_was_confirmed_is_still_said(where: str, begin: str) -> None:
    assert [said for _line, said in _sentences(_APP / where) if said.startswith(begin)]
