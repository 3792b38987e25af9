"""Files of variables that are no shell scripts are read as Docker Compose reads them."""

from __future__ import annotations

import pytest

from keyturn.edits import dotenv
from keyturn.edits.shell import Quoting
from keyturn.edits.spans import Change, apply_changes
from keyturn.model.errors import FileError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A=1\r\nexport B=2\n", {"A": "1", "B": "2"}),
        ("A = 1\nB: 2\n  C =3", {"A": "1", "B": "2", "C": "3"}),
        ("A=1 # a note\nB=2\t#c\nC=x#y\n#D=4\n", {"A": "1", "B": "2", "C": "x#y"}),
        ("A='x # y' # note\nB=\"x y\"\n", {"A": "x # y", "B": "x y"}),
        ("P=it's mine\nA=1\nQ=don't\nB=2\n", {"P": "it's mine", "A": "1", "Q": "don't", "B": "2"}),
        ("P=(#<x>;\nA=1\n", {"P": "(#<x>;", "A": "1"}),
        ('P="two\nlines"\nA=1\n', {"P": "two\nlines", "A": "1"}),
        ("A=$B\nC=\"${D}\"\nE='$F'\nG=`h`\n", {"A": "$B", "C": None, "E": "$F", "G": "`h`"}),
        ("export A=1 B='2' C=\"3\"\n", {"A": "1", "B": "2", "C": "3"}),
        ("A='x'\"y\"\nB=2\n", {"A": None, "B": "2"}),
        ("\ufeffA=1\n\nnothing\n=2\n", {"A": "1"}),
    ],
)
def test_values_are_read_as_compose_reads_them(text: str, expected: dict[str, str | None]) -> None:
    found = dotenv.assignments(text.encode())
    assert {one.name: one.value for one in found} == expected


def test_a_value_is_replaced_where_it_stands_and_nothing_beside_it() -> None:
    content = "# ü\nA = 1 # one\nB='2'\nC=\"3\"\nexport D=4 E=5\n".encode()
    found = dotenv.assignments(content)
    changed = apply_changes(content, [Change(one.value_span, b"new") for one in found])
    assert changed.decode() == "# ü\nA = new # one\nB='new'\nC=\"new\"\nexport D=new E=new\n"
    assert [one.line for one in found] == [2, 3, 4, 5, 5]
    assert [one.quoting for one in found[:3]] == [Quoting.BARE, Quoting.SINGLE, Quoting.DOUBLE]


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(FileError, match="zero bytes"):
        dotenv.assignments(b"A\0=\0001")


def test_a_file_of_assignments_alone_is_told_from_a_script() -> None:
    assert dotenv.holds_nothing_else(b"# note\nA='never closed\n\nexport B=2\n")
    assert not dotenv.holds_nothing_else(b"A=1\necho 'never closed\n")
