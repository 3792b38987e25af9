"""Texts that came from elsewhere are shown as they stand, and nothing obeys them."""

from __future__ import annotations

import pytest

from keyturn.model.keys import Secret
from keyturn.model.text import in_widget, shown, unmarked

SECRET = "madeUp/Secret+OfSome/LengthAnd1Number"


def test_a_text_is_shown_without_secrets_and_controls() -> None:
    Secret(SECRET)

    assert shown(f"a\x1b[31m{SECRET}\u202eb\n") == "a�[31m••••�b�"


def test_in_a_widget_lines_and_breaks_stay() -> None:
    Secret(SECRET)

    assert in_widget(f"one {SECRET}\n\ttwo/\u200bthree\x07\u202e\u2066") == "one ••••\n\ttwo/\u200bthree���"


@pytest.mark.parametrize("text", ["plain", "a < b & c", "R&", "<", "5 <  6"])
def test_a_text_that_could_be_no_markup_stays_as_it_is(text: str) -> None:
    assert unmarked(text) == text


@pytest.mark.parametrize(
    "text", ["<b>x</b>", "<img src='//h/x.png'>", "a &lt;b&gt;", "<!DOCTYPE html>", "</p>", "<?xml?>"]
)
def test_no_tag_and_no_entity_is_left_and_it_looks_the_same(text: str) -> None:
    assert unmarked(text).replace("\u2060", "") == text
    assert "<b" not in unmarked(text)
    assert not any(before in unmarked(text) for before in ("<i", "<!", "</", "<?", "&l", "&g"))
