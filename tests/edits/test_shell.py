"""Variables in shell text and environment files are found where a shell finds them; bash is the judge."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from keyturn.edits.shell import Assignment, Quoting, assignments, encode, read
from keyturn.edits.spans import Change, apply_changes
from keyturn.model.errors import FileError

NEW = "AKIAI44QH8DHBEXAMPLE"
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"


def brief(content: bytes, *, path: Path | None = None) -> list[tuple[str, str | None]]:
    return [(one.name, one.value) for one in assignments(content, path=path)]


def the(content: bytes, name: str = "A") -> Assignment:
    (one,) = [one for one in assignments(content) if one.name == name]
    return one


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A=1", [("A", "1")]),
        ("A=1\r\nB=2\r\n", [("A", "1"), ("B", "2")]),
        ("\ufeffA=1\n", [("A", "1")]),
        ("export A=1 B='two words' C\n", [("A", "1"), ("B", "two words")]),
        ("A=1 B=2 restic backup C=3\n", [("A", "1"), ("B", "2")]),
        (
            "A=1; B=2 && C=3 || D=4 | E=5 & F=6",
            [("A", "1"), ("B", "2"), ("C", "3"), ("D", "4"), ("E", "5"), ("F", "6")],
        ),
        ("# A=1\nB=2 # C=3\nD=x#y\n", [("B", "2"), ("D", "x#y")]),
        ('A="a b" B="a\\"b" C="\\x"', [("A", "a b"), ("B", 'a"b'), ("C", "\\x")]),
        ("A='a\\' B=2", [("A", "a\\"), ("B", "2")]),
        ("A=a\\ b\\\nc", [("A", "a bc")]),
        ("A='one'\"two\"three", [("A", "onetwothree")]),
        ("A= B=''", [("A", ""), ("B", "")]),
        ("if true; then A=1; else B=2; fi\nwhile A=3; do :; done", [("A", "1"), ("B", "2"), ("A", "3")]),
        ("f() { A=1; }\ng ()\n{\n  B=2\n}\n(C=3)\n{ D=4; }", [("A", "1"), ("B", "2"), ("C", "3"), ("D", "4")]),
        ("case $1 in\n  start) A=1 ;;\n  *) B=2 ;;\nesac", [("A", "1"), ("B", "2")]),
        ("cat > .s3cfg <<EOF\nA=1 it's\nEOF\nB=2", [("B", "2")]),
        ("cat <<-'END' | tee x\n\tA=1\n\tEND\nB=2\ncat <<< A=3", [("B", "2")]),
        ("A=1 >file 2>&1\nB=2 < A=4", [("A", "1"), ("B", "2")]),
        ("env -i A=1 rclone\nsudo B=2 restic\n/usr/bin/env C=3 x", [("A", "1"), ("B", "2"), ("C", "3")]),
        ("declare -gx A=1\ntypeset -x B=2\nreadonly C=3\nlocal D=4", [("A", "1"), ("B", "2"), ("C", "3"), ("D", "4")]),
        ("A=(1 2) B=2", [("A", None), ("B", "2")]),
        ("echo A=1\n'A'=2\nA\\B=3\n2A=4\n\"A=5\"", []),
        ("A=1$ B=$", [("A", "1$"), ("B", "$")]),
        ("A=$'plain' B=$'\\x41' C=$\"text\"", [("A", "plain"), ("B", None), ("C", "text")]),
        ("(( x = 1 << 2 ))\nA=1", [("A", "1")]),
        ("cat <<EOF\r\nA=1\r\nEOF\r\nB=2\r\n", [("B", "2")]),
        ("if (A=1); then B=2; fi", [("A", "1"), ("B", "2")]),
        ("A=$( (a) B=2 )", [("A", None)]),
    ],
)
def test_assignments_are_found_where_a_shell_finds_them(text: str, expected: list[tuple[str, str | None]]) -> None:
    assert brief(text.encode()) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("set -gx A 1\nset -Ux B 'two'\nset --global --export C \"3\"", [("A", "1"), ("B", "two"), ("C", "3")]),
        ("set -e A\nset -q B\nset -e C 1\nset -gx C\nset D 1 2\nset -a E 1", [("D", None), ("E", None)]),
        ("set -gx A (pass show aws)\nset -gx B x; set -x C 'it\\'s'", [("A", None), ("B", "x"), ("C", "it's")]),
        ("begin; set -x A 1; end\nif test -f x; set B 2; end", [("A", "1"), ("B", "2")]),
    ],
)
def test_assignments_of_fish_are_found(text: str, expected: list[tuple[str, str | None]]) -> None:
    assert brief(text.encode(), path=Path("config.fish")) == expected


def test_what_other_programs_will_see_is_told_from_what_only_the_shell_sees() -> None:
    content = b"A=1\nB=2\nexport B\nexport C=3\nD=4 cmd\nset -a\nE=5\nset +a\nF=6\nset -gx G 7\nexport -n H=8\n"
    assert {one.name: one.exported for one in assignments(content)} == {
        **dict.fromkeys("AFH", False),
        **dict.fromkeys("BCDEG", True),
    }


@pytest.mark.parametrize(
    "value", ["$B", "${B}", '"$B"', '"${B:-it\'s}"', "$(pass show x)", '"$(echo ")")"', "`pass x`", "$1"]
)
def test_a_value_that_the_shell_would_compute_is_a_reference(value: str) -> None:
    one = the(f"A={value}; Z=1".encode())
    assert (one.is_reference, one.value) == (True, None)
    assert the(f"A={value}; Z=1".encode(), "Z").value == "1"


def test_a_value_that_is_added_to_another_is_not_the_whole_of_it() -> None:
    one = the(b"A=1\nB=2\nB+=3", "A"), assignments(b"B+=3")[0]
    assert [(again.value, again.is_reference) for again in one] == [("1", False), (None, True)]


@pytest.mark.parametrize(
    ("text", "quoting", "after"),
    [
        ("export A=old # mine\r\n", Quoting.BARE, "export A=NEW # mine\r\n"),
        ("A='old'", Quoting.SINGLE, "A='NEW'"),
        ('A="old"; B=1\n', Quoting.DOUBLE, 'A="NEW"; B=1\n'),
        ("A='o'ld\n", Quoting.MIXED, "A=NEW\n"),
        ("A=o\\\nld\n", Quoting.MIXED, "A=NEW\n"),
        ("A=", Quoting.BARE, "A=NEW"),
        ("A=''\n", Quoting.SINGLE, "A='NEW'\n"),
        ("set -gx A 'old'\n", Quoting.SINGLE, "set -gx A 'NEW'\n"),
        ("é=1 ; A=old", Quoting.BARE, "é=1 ; A=NEW"),
    ],
)
def test_a_new_value_keeps_the_quotes_and_everything_else(text: str, quoting: Quoting, after: str) -> None:
    one = the(text.encode())
    assert one.quoting is quoting
    change = Change(one.value_span, encode(NEW, quoting))
    assert apply_changes(text.encode(), [change]) == after.replace("NEW", NEW).encode()


def test_a_quote_that_is_never_closed_is_named_by_its_line() -> None:
    with pytest.raises(FileError) as caught:
        assignments(b"A=1\nB='2\nC=3\n", path=Path("/home/anna/.bashrc"))
    assert caught.value.code == "file.unparsable"
    assert "Line 2" in caught.value.message


@pytest.mark.parametrize("content", ["A=1\n".encode("utf-16"), b"A=1\0"], ids=["utf-16", "binary"])
def test_what_is_no_text_is_refused(content: bytes) -> None:
    with pytest.raises(FileError, match="cannot be understood"):
        assignments(content)


@pytest.mark.parametrize(
    "content", [b"$(" * 50_000, b"A=" + b"$(" * 5_000 + b")" * 5_000, b"`" * 99_999, b"'" * 99_999]
)
def test_hostile_text_ends_in_a_sentence_and_soon(content: bytes) -> None:
    started = time.monotonic()
    with pytest.raises(FileError):
        assignments(content)
    assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    "text",
    [
        "OUT=$(rclone sync a s3:b 2>&1)",
        'if ! out="$(rclone sync a s3:b)"; then echo; fi',
        "local last=`rclone sync a s3:b | tail -1`",
        'echo "${1:-$(rclone sync a s3:b)} and more"',
        "while read -r one; do echo; done < <(rclone sync a s3:b)",
        "tar c / | tee >(rclone sync a s3:b) | md5sum",
        'echo "$(basename "$(rclone sync a s3:b)")"',
        "sh -c 'x=$(rclone sync a s3:b)'",
        "bash -s <<'END'\nrclone sync a s3:b\nEND",
        "sudo su - me <<-END\n\trclone sync a s3:b\n\tEND",
    ],
)
def test_a_command_whose_output_is_taken_or_that_a_shell_is_handed_is_seen_where_it_stands(text: str) -> None:
    text = f"#!/bin/sh\n{text}\n"
    (found,) = (one for one in read(text.encode()).commands if one.words[0].decoded == "rclone")
    assert [word.decoded for word in found.words[:4]] == ["rclone", "sync", "a", "s3:b"]
    assert found.words[0].line == text[: text.index("rclone")].count("\n") + 1
    place = found.words[3].spot(0, 4)
    assert place is not None
    assert text[place[0].start : place[0].end] == "s3:b"


@pytest.mark.parametrize(
    "text",
    ["cat > kept <<END\nrclone sync a s3:b\nEND", "echo '$(rclone sync a s3:b)'", "bash job.sh <<END\nrclone x\nEND"],
)
def test_text_that_nothing_runs_is_no_command(text: str) -> None:
    assert not [one for one in read(f"{text}\n".encode()).commands if one.words[0].decoded == "rclone"]


def test_a_folder_that_is_changed_to_aside_is_nobody_elses() -> None:
    names = [one.words[0].decoded for one in read(b"D=$(cd /x && pwd)\necho\n").commands]
    assert names == ["echo", "pwd"]


def test_many_commands_within_words_are_read_soon() -> None:
    started = time.monotonic()
    assert len(read(b"echo $(a b)\n" * 20_000).commands) == 40_000
    assert time.monotonic() - started < 20


def test_no_value_shows_in_the_repr() -> None:
    assert SECRET not in repr(the(f"A={SECRET}".encode()))


def test_a_value_with_other_characters_than_a_key_has_is_not_written() -> None:
    with pytest.raises(ValueError, match="not a value"):
        encode("$(rm)", Quoting.DOUBLE)


# --- a real shell

BEGINNINGS = ["A=", "export A=", "B=1 A=", "{ A=", "if B=; then A=", ":;A=", "B= >f A=", ": $(B=) <<E\nA=9\nE\nA="]
PIECES = [
    *[
        "x",
        "1",
        "é",
        "'",
        '"',
        "''",
        '""',
        "'a b'",
        '"c d"',
        "\\",
        "\\\n",
        "\\'",
        '\\"',
        "\\x",
        "#",
        " # no",
        "a#b",
        "=",
        "$",
    ],
    *[
        "$'q'",
        '$"q"',
        "$'it\\'s'",
        "$B",
        "${B:-it}",
        "`B=2`",
        "\n",
        ";",
        "; }",
        "; fi",
        " ",
        "(",
        ")",
        "~",
        "%",
        "'\n'",
        "$((1<<2))",
    ],
]
lines = st.tuples(st.sampled_from(BEGINNINGS), st.lists(st.sampled_from(PIECES), max_size=5).map("".join)).map("".join)


def value_in_bash(bash: Path, text: str, folder: Path) -> str | None:
    """What A is after bash has run the text; None where bash complains, or never comes to A."""
    printing = "\n\nprintf '\\0%s' \"${A-not set}\"\n"
    done = subprocess.run(
        [bash, "--norc", "-c", text + printing], env={"PATH": "", "LC_ALL": "C.UTF-8"}, cwd=folder, capture_output=True
    )
    if done.stderr or done.returncode != 0 or not done.stdout.startswith(b"\0") or done.stdout == b"\0not set":
        return None
    return done.stdout.decode()[1:]


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.lists(lines, min_size=1, max_size=3).map("\n".join))
@example(text="A='x'\\''y' ; export A=\"c d\"e\nA=1\\\n2 # A=3\n")
@example(text='A="a\\"b$"')
def test_the_last_value_found_is_the_one_that_bash_sets(
    text: str, tmp_path: Path, required_program: Callable[[str], Path]
) -> None:
    theirs = value_in_bash(required_program("bash"), text, tmp_path)
    if theirs is None or "~" in text:
        return
    ours = [one for one in assignments(text.encode()) if one.name == "A"][-1]
    assert ours.is_reference or ours.value in (theirs, None)
    if ours.value is None and not ours.is_reference:
        assert "(" in text or "\\" in text  # a list, or an escape that is not resolved
