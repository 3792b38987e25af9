"""Many short texts are found in a long one, at every place where one stands."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from keyturn.model.many_texts import ManyTexts

PIECE = 3
FEW_LETTERS = st.text("ab", min_size=PIECE, max_size=24)


@given(st.lists(FEW_LETTERS, max_size=5), st.text("ab", max_size=80), st.integers(0, 20))
def test_each_place_of_each_text_is_told_once_and_in_order(texts: list[str], around: str, at: int) -> None:
    text = around[:at] + "".join(texts) + around[at:]
    many = ManyTexts[int](PIECE)
    for number, one in enumerate(texts):
        many.add_one([(one, number)])

    found = list(many.found_in(text))

    for number, one in enumerate(texts):
        stands = [begin for begin in range(len(text)) if text.startswith(one, begin)]
        assert [begin for begin, what in found if what == number] == stands


@given(st.lists(FEW_LETTERS, min_size=1, max_size=4), st.text("ab", max_size=20))
def test_of_several_one_is_looked_for(texts: list[str], after: str) -> None:
    many = ManyTexts[str](PIECE)
    many.add_one((one, one) for one in texts)

    found = {what for _at, what in many.found_in("".join(texts) + after)}

    assert len(found) == 1
