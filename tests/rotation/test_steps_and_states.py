"""Every step and state at which a rotation can stand has its row in ARCHITECTURE.md, and every row can come about."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from keyturn.rotation.all_rotations import read_rotations
from keyturn.rotation.events.entry import Entry
from keyturn.rotation.events.key_events import DoneBy
from keyturn.rotation.events.rotation_events import Failed
from keyturn.rotation.record import Rotation
from keyturn.rotation.steps import By, Route, Step
from keyturn.state.journal import FILE_NAME, Journal, Mark

_TOP = Path(__file__).parents[2]
_WAY_OUT = (Step.CREATE, Step.PROVE, Step.SWITCH, Step.PROVE_AGAIN)
# What may end a step without putting everything back: AWS has not heard of the key yet, or a person decides.
_MAY_WAIT = {Step.CREATE, Step.PROVE, Step.PROVE_AGAIN, Step.TURN_OFF, Step.PROVE_OFF, Step.UNDO}


def _rows() -> set[tuple[str, str]]:
    text = (_TOP / ".github" / "ARCHITECTURE.md").read_text(encoding="utf-8").partition("### Steps and states\n")[2]
    return set(re.findall(r"^\| `([a-z-]+)` \| `([a-z-]+)` \|", text, re.MULTILINE))


def _some_rotation(folder: Path) -> Rotation:
    frozen = max((_TOP / "tests" / "frozen").glob("journal-*.sql"))
    text = frozen.read_text(encoding="utf-8").replace("@HOME@", "/home/anna").replace("@URL@", "http://127.0.0.1:1")
    with closing(sqlite3.connect(folder / FILE_NAME)) as database:
        database.executescript(text)
    with closing(Journal(folder)) as journal:
        return replace(read_rotations(journal)[0][0], entries=())


def _then(rotation: Rotation, step: Step, *marks: Mark, waits: bool = False) -> Rotation:
    events = (DoneBy(By.KEY),) if step is Step.TURN_OFF else (Failed(waits=waits),)
    added = (Entry(rotation.started, step, mark, events) for mark in marks)
    return replace(rotation, entries=(*rotation.entries, *added))


def _next_steps(rotation: Rotation) -> Iterator[Step]:
    yield Step.TURN_OFF if rotation.step is Step.WATCH else rotation.step
    if not rotation.is_undoing:
        yield from (Step.UNDO, Step.END)
        if rotation.off_at is not None:
            yield Step.TURN_ON


def _after(rotation: Rotation, further: int) -> Iterator[Rotation]:
    """The rotation as it is, and after so many steps, each of which is killed, ends well, fails or waits."""
    yield rotation
    if not further or rotation.is_over:
        return
    for step in _next_steps(rotation):
        yield from _after(_then(rotation, step, Mark.INTENT), further - 1)
        yield from _after(_then(rotation, step, Mark.INTENT, Mark.DONE), further - 1)
        yield from _after(_then(rotation, step, Mark.INTENT, Mark.FAILED), further - 1)
        if step in _MAY_WAIT:
            yield from _after(_then(rotation, step, Mark.INTENT, Mark.FAILED, waits=True), further - 1)


def test_every_pair_of_step_and_state_has_its_row_and_every_row_comes_about(tmp_path: Path) -> None:
    some = _then(_some_rotation(tmp_path), Step.CHECK, Mark.INTENT, Mark.DONE)
    reached = set()
    for route in (Route.RETIRE, Route.SCOPED_USER):
        begun = replace(some, decision=replace(some.decision, route=route))
        for step in (None, *_WAY_OUT) if route.makes_a_key else (None,):
            begun = begun if step is None else _then(begun, step, Mark.INTENT, Mark.DONE)
            reached |= {(one.step.value, one.state.value) for one in _after(begun, 3)}
    assert reached == _rows()
