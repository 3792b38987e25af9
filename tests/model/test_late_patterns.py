"""A pattern is compiled when it is first used, and is then like any other."""

from __future__ import annotations

import re

import pytest

from keyturn.model.late_patterns import pattern


def test_it_finds_what_a_compiled_one_finds() -> None:
    late, compiled = pattern(r"(?P<letter>[a-z])\d", re.IGNORECASE), re.compile(r"(?P<letter>[a-z])\d", re.IGNORECASE)

    for _time in range(2):
        assert late.findall("a1 B2 3") == compiled.findall("a1 B2 3") == ["a", "B"]
        assert late.sub("-", "a1 B2 3") == compiled.sub("-", "a1 B2 3")
    found = late.fullmatch("B2")
    assert found is not None and found["letter"] == "B"
    assert pattern(rb"\d").search(b"x1") is not None
    assert (late.pattern, late.flags, late.groupindex) == (compiled.pattern, compiled.flags, compiled.groupindex)


def test_it_is_compiled_at_the_first_use_and_not_before() -> None:
    wrong = pattern("(")
    with pytest.raises(re.error):
        wrong.search("")
