"""No text of anybody else comes into the diary, and no secret in any shape."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyturn.model import diary
from keyturn.model.errors import AwsFault
from keyturn.model.keys import AccessKeyId, Secret

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


@pytest.fixture
def lines() -> Iterator[list[str]]:
    kept: list[str] = []
    diary.keep(kept.append)
    yield kept
    diary.keep(None)


def test_what_happened_is_written_with_the_codes_own_words(lines: list[str]) -> None:
    diary.note(
        diary.DiaryEvent.REQUEST,
        operation=diary.Name("ListObjectsV2"),
        region=diary.Region("eu-central-1"),
        key=AccessKeyId("AKIAIOSFODNN7EXAMPLE"),
        answer=AwsFault.DENIED,
        at=datetime(2026, 11, 30, tzinfo=UTC),
        good=False,
        seconds=0.25,
    )
    (line,) = lines
    assert line == (
        "request operation=ListObjectsV2 region=eu-central-1 key=AKIA…MPLE answer=denied at=2026-11-30T00:00:00+00:00 "
        "good=False seconds=0.250"
    )


@pytest.mark.parametrize("text", ["anything", b"bytes", ["a list"], None, Secret("wJalrXUtnFEMI"), ValueError("said")])
def test_a_text_of_whatever_origin_has_no_place_in_it(lines: list[str], text: object) -> None:
    with pytest.raises(TypeError):
        diary.note(diary.DiaryEvent.PROBLEM, text=text)  # type: ignore[arg-type]
    assert lines == []


@given(st.text(_ALPHABET, min_size=40, max_size=40).filter(lambda text: any(one.isdigit() for one in text)))
def test_what_is_shaped_like_a_secret_is_no_name(text: str) -> None:
    assert diary.Name(text).text == "?"
    assert diary.Region(text).text == "?"


def test_a_secret_that_was_read_is_no_name_whatever_its_shape() -> None:
    Secret("AnEightLetterWord")
    assert diary.Name("AnEightLetterWord").text == "?"
    assert diary.Region("password").text == "?"


def test_of_a_mistake_only_the_place_is_written(lines: list[str]) -> None:
    try:
        raise ValueError("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
    except ValueError as error:
        diary.note_mistake(error)
    (line,) = lines
    assert line.startswith("frame file=test_diary.py line=")
    assert "EXAMPLEKEY" not in line
