"""What nobody foresaw is a sentence and exit code 4, wherever it happens: also before any command begins."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

_WITHOUT = """
import sys
sys.modules[{part!r}] = None
sys.argv = ["keyturn", *{words!r}]
import keyturn.__main__
sys.exit(keyturn.__main__.main())
"""


def started(home: Path, words: list[str], *, without: str) -> subprocess.CompletedProcess[str]:
    """Start Keyturn in a process of its own, in which a part of it cannot be imported."""
    return subprocess.run(
        [sys.executable, "-B", "-c", _WITHOUT.format(part=without, words=words)],
        env={"HOME": str(home), "LANG": "C.UTF-8", "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    "without",
    [
        "keyturn.terminal.start",  # the terminal itself
        "keyturn.terminal.arguments",  # reading what was typed
        "keyturn.terminal.reading",  # a command
        "keyturn.computer.process",  # what comes first of all
    ],
)
def test_a_part_that_is_missing_is_told_in_a_sentence(tmp_path: Path, without: str) -> None:
    ended = started(tmp_path, ["scan", "--offline"], without=without)

    assert ended.returncode == 4
    assert "Keyturn made a mistake and stopped" in ended.stderr
    assert "ModuleNotFoundError in " in ended.stderr
    assert "Traceback" not in ended.stderr
    assert ended.stdout == ""


def test_scripts_get_it_as_json(tmp_path: Path) -> None:
    ended = started(tmp_path, ["scan", "--offline", "--json"], without="keyturn.terminal.arguments")

    assert ended.returncode == 4
    assert json.loads(ended.stdout)["problem"]["code"] == "unexpected"


def test_where_even_the_sentence_cannot_be_imported_the_kind_of_the_mistake_is_said(tmp_path: Path) -> None:
    ended = started(tmp_path, ["scan", "--offline"], without="keyturn.model.errors")

    assert (ended.returncode, "Traceback" in ended.stderr) == (4, False)
    assert ended.stderr == "Keyturn made a mistake and stopped: ModuleNotFoundError\n"


@pytest.mark.parametrize("words", [["--icon"], ["search-worker"]])
def test_the_other_processes_tell_it_too(tmp_path: Path, words: list[str]) -> None:
    ended = started(tmp_path, words, without="keyturn.clients.search.worker")

    assert (ended.returncode, "Traceback" in ended.stderr) == (4, False)
    assert "Keyturn made a mistake and stopped" in ended.stderr
