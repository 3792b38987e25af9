"""The sweep's own copies of what Keyturn remembers, and putting a part of one back."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from keyturn.state.journal import Journal, Mark

from .history import History, journal_as_read

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def memory(tmp_path: Path) -> Path:
    folder = tmp_path / "memory"
    folder.mkdir()
    return folder


def write(memory: Path, step: str, secrets: str) -> None:
    journal = Journal(memory)
    if not journal.rotations():
        journal.begin("one", NOW, {})
    journal.write("one", NOW, step, Mark.INTENT, {})
    journal.close()
    (memory / "secrets.json").write_text(secrets)


@pytest.fixture
def history(memory: Path, tmp_path: Path) -> History:
    history = History(memory, tmp_path / "copies")
    history.note()
    for step, secrets in (("create", "old"), ("switch", "old and new")):
        write(memory, step, secrets)
        history.note()
        history.note()
    return history


def test_there_is_one_copy_of_each_moment(history: History) -> None:
    assert [one.journal for one in history.copies] == ["none", "1 create intent", "1 switch intent"]
    assert len({one.secrets for one in history.copies}) == 3


@pytest.mark.parametrize(
    ("part", "journal", "secrets"),
    [
        ("journal", "1 create intent", "old and new"),
        ("secrets", "1 switch intent", "old"),
        ("both", "1 create intent", "old"),
    ],
)
def test_a_part_is_put_back_and_the_other_one_stays(
    history: History, memory: Path, part: str, journal: str, secrets: str
) -> None:
    history.put_back(1, part)
    assert journal_as_read(memory) == journal
    assert (memory / "secrets.json").read_text() == secrets


def test_what_was_not_there_yet_is_gone_again(history: History, memory: Path) -> None:
    history.put_back(0, "both")
    assert list(memory.glob("journal*")) == []
    assert not (memory / "secrets.json").exists()


def test_nothing_is_copied_where_nobody_asks_for_it(memory: Path) -> None:
    history = History(memory, None)
    write(memory, "create", "old")
    history.note()
    assert history.copies == []
