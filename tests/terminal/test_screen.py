"""Lines for people: wrapped on a terminal, plain everywhere else, and never obeyed by the terminal."""

from __future__ import annotations

import io
import json
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyturn.model.text import printable
from keyturn.rotation.context import Event, Moment
from keyturn.rotation.steps import Step
from keyturn.terminal.progress import JsonProgress, PlainProgress
from keyturn.terminal.screen import Line, Piece, Screen, Tone, columns, line, wrapped


def text_of(parts: tuple[Piece, ...]) -> str:
    return "".join(piece.text for piece in parts)


@given(st.lists(st.text("abc ", min_size=1, max_size=12), min_size=1, max_size=8), st.integers(20, 60))
def test_a_wrapped_line_keeps_its_words_and_fits_the_screen(texts: list[str], width: int) -> None:
    pieces = tuple(Piece(text, tone) for text, tone in zip(texts, [Tone.PLAIN, Tone.QUIET] * 4, strict=False))
    whole = Line(pieces, indent=2, hanging=2)
    parts = [text_of(part) for part in wrapped(whole, width)]
    assert " ".join(parts).split() == whole.text.split()
    longest = max((len(word) for word in whole.text.split()), default=0)
    if longest + 4 <= width:
        assert all(len(part.rstrip()) <= width for part in parts)


def test_the_second_part_of_a_wrapped_line_hangs_below_its_text() -> None:
    parts = [text_of(part) for part in wrapped(line("• one two three four", indent=2, hanging=2), 12)]
    assert parts == ["  • one two", "    three", "    four"]


def test_commands_and_diffs_are_never_wrapped() -> None:
    command = "keyturn plan 7Q2P --endpoint-url http://127.0.0.1:5000"
    assert [text_of(part) for part in wrapped(line(command, wraps=False), 20)] == [command]


def test_columns_are_aligned() -> None:
    rows = [[Piece("KEY"), Piece("AGE")], [Piece("AKIA…7Q2P"), Piece("9 years")]]
    assert [one.text for one in columns(rows)] == ["KEY        AGE", "AKIA…7Q2P  9 years"]


def test_a_name_cannot_command_the_terminal() -> None:
    stream = io.StringIO()
    Screen(stream, terminal=False).write(line("remote \x1b[2Jgone\r\nsecond"))
    assert stream.getvalue() == "remote �[2Jgone��second\n"
    assert printable("Grüße – 日本") == "Grüße – 日本"


def test_nothing_is_painted_where_nobody_sees_colour() -> None:
    stream = io.StringIO()
    Screen(stream, terminal=False, label="PRACTICE").write(line("red", Tone.BAD), line(""), line("plain"))
    assert stream.getvalue() == "PRACTICE red\n\nPRACTICE plain\n"


def test_brackets_in_names_are_not_taken_for_markup(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    stream = io.StringIO()
    Screen(stream, terminal=True).write(line("[restart-rclone-7] [bold]x[/bold]", Tone.QUIET))
    assert "[restart-rclone-7] [bold]x[/bold]" in stream.getvalue()


def test_a_reader_who_went_away_does_not_stop_the_work() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as stream:
        screen = Screen(stream, terminal=False)
        screen.write(line("x" * 100_000), line("more"))
        PlainProgress(screen)(Event(Step.SWITCH, Moment.DONE, "4 files"))
        JsonProgress(stream)(Event(Step.SWITCH, Moment.DONE, "4 files"))


def test_plain_progress_is_one_line_for_each_thing_that_happens() -> None:
    stream = io.StringIO()
    with PlainProgress(Screen(stream, terminal=False)) as progress:
        progress(Event(Step.CREATE, Moment.STARTED))
        progress(Event(Step.CREATE, Moment.GOING_ON, "IAM user backup-home"))
        progress(Event(Step.CREATE, Moment.GOING_ON, "IAM user backup-home"))
        progress(Event(Step.CREATE, Moment.DONE, "AKIA…7Q2P"))
        progress(Event(Step.PROVE, Moment.FAILED, "AWS says no"))
        progress(Event(Step.WATCH, Moment.WAITING))
    assert stream.getvalue().splitlines() == [
        "Make the new key …",
        "  IAM user backup-home",
        "Make the new key: done. AKIA…7Q2P",
        "Prove the new key: did not work out. AWS says no",
        "Watch for uses of the old key: waiting",
    ]


def test_json_progress_names_the_destinations_that_an_event_is_about() -> None:
    stream = io.StringIO()
    JsonProgress(stream)(Event(Step.SWITCH, Moment.GOING_ON, "…", ("rclone:/r:oma",)))
    assert json.loads(stream.getvalue())["places"] == ["rclone:/r:oma"]


def test_json_progress_knows_the_four_states_of_the_contract_and_an_event_for_the_rest() -> None:
    stream = io.StringIO()
    with JsonProgress(stream) as progress:
        for moment in Moment:
            progress(Event(Step.PROVE, moment, "…"))
    lines = stream.getvalue().splitlines()
    assert [line for line in lines if '"event": "step"' in line] == [
        f'{{"event": "step", "step": "prove", "state": "{state}", "detail": "\\u2026"}}'
        for state in ("started", "done", "failed", "waiting")
    ]
    assert [line for line in lines if '"event": "progress"' in line] == [
        '{"event": "progress", "step": "prove", "detail": "\\u2026"}'
    ]
