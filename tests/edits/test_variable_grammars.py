"""Variables in units, timetables, property lists and Windows' scripts: each value where its own program sees it."""

from __future__ import annotations

import plistlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import pytest

from keyturn.edits import crontabs, plists, units, windows_scripts
from keyturn.edits.shell import Assignment
from keyturn.model.errors import FileError


def told(found: Sequence[Assignment], content: bytes, encoding: str = "utf-8") -> dict[str, str | None]:
    """Each variable with its value; that the value stands at its span is seen on the way."""
    for one in found:
        written = content[one.value_span.start : one.value_span.end].decode(encoding)
        assert one.value is None or one.is_reference or written == one.value
    return {one.name: None if one.is_reference else one.value for one in found}


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        ("[Service]\nEnvironment=A=1 B=2\n", {"A": "1", "B": "2"}),
        ('[Service]\nEnvironment="A=one two" \'B=3\' C="4"\n', {"A": "one two", "B": "3", "C": "4"}),
        ("[Service]\nEnvironment=A=1 \\\n# between\n; and this\n  B=2\nUser=x\n", {"A": "1", "B": "2"}),
        ("[Service]\n  Environment = A=1\nEnvironment=A=2\n", {"A": "2"}),
        ("[Service]\nEnvironment=A=1\nEnvironment=\nEnvironment=B=2", {"B": "2"}),
        ("[Service]\nEnvironment=A=%h/x B=%%\n", {"A": None, "B": None}),
        ("[Service]\nEnvironment=A=a\\x20b B=$HOME\n", {"A": None, "B": "$HOME"}),
        ("#Environment=A=1\n;Environment=B=1\n[Service]\r\nEnvironment=C=3\r\n", {"C": "3"}),
        ("\ufeff[Service]\nEnvironment=A='never closed\n", {}),
    ],
)
def test_units_are_read_as_systemd_reads_them(unit: str, expected: dict[str, str | None]) -> None:
    content = unit.encode()
    assert told(units.variables(units.directives(content)), content) == expected


def test_a_unit_names_its_files_of_variables() -> None:
    unit = (
        b"[Service]\nEnvironmentFile=/etc/old\nEnvironmentFile=\nEnvironmentFile=-/etc/new\nEnvironmentFile=%h/.env\n"
    )
    assert units.environment_files(units.directives(unit)) == ["/etc/new", "%h/.env"]


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("A = 1\nB=2 # no comment\n# C=3\n", {"A": "1", "B": "2 # no comment"}),
        ("A = \" 1 \"\n'B' = 'x'\n", {"A": " 1 ", "B": "x"}),
        ("A=$HOME\n", {"A": "$HOME"}),
        ("5 4 * * 1-5 A=1 B='2' run\n@daily C=3 run\r\n", {"A": "1", "B": "2", "C": "3"}),
        ("0 3 * * * run A=1\n", {}),
    ],
)
def test_timetables_are_read_as_cron_reads_them(table: str, expected: dict[str, str | None]) -> None:
    content = table.encode()
    assert told(crontabs.read(content).variables, content) == expected


def test_the_systems_timetables_name_a_person_before_the_command() -> None:
    content = b"17 * * * * root A=1 run --parts\n*/5 * * * * www-data env B=2 run\n@daily root run C=3"
    table = crontabs.read(content, names_person=True)
    assert told(table.variables, content) == {"A": "1", "B": "2"}
    assert [word.text for word in table.commands[2].words] == [b"run", b"C=3"]


def test_a_timetable_with_an_open_quote_is_not_guessed_at() -> None:
    with pytest.raises(FileError, match="cannot be understood"):
        crontabs.read(b"0 3 * * * A='1 run\n")


_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<plist version="1.0">'


def test_texts_of_a_property_list_stand_where_they_are_said_to() -> None:
    text = f"{_HEAD}<dict><key>a</key><string>é1</string><!-- <string>no</string> --><key>n</key><integer>1</integer>"
    content = f"{text}<key>b</key><dict><key>c</key><string>x &amp; y</string></dict></dict></plist>".encode()
    root = plists.parse(content)
    first, inner = plists.texts(root)["a"], plists.texts(plists.member(root, "b"))["c"]
    assert first.span is not None
    assert content[first.span.start : first.span.end].decode() == first.value == "é1"
    assert (inner.value, inner.span) == ("x & y", None)


@pytest.mark.parametrize(
    "content",
    [
        plistlib.dumps({"a": "b"}, fmt=plistlib.FMT_BINARY),
        b"<plist><dict><key>a</key></dict>",
        b'<!DOCTYPE plist [<!ENTITY x "y">]><plist><string>&x;</string></plist>',
        f"{_HEAD}<string>x</string></plist>".encode("utf-16"),
        b"",
    ],
    ids=["binary", "cut off", "entities", "UTF-16", "empty"],
)
def test_a_property_list_that_cannot_be_edited_by_the_byte_is_refused(content: bytes) -> None:
    with pytest.raises(FileError) as raised:
        plists.parse(content)
    assert raised.value.code == "file.unparsable"


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("@echo off\nset A=1\n@SET b=2\n", {"A": "1", "B": "2"}),
        ('set "A=1" & set B=2&echo x\n', {"A": "1", "B": "2"}),
        ("rem set A=1\n:: set B=1\n  REM set C=1\n", {}),
        ("if exist x (set A=1)\nset B=%A%\nset C=!A!\n", {"A": "1", "B": None, "C": None}),
        ('setx A "1"\nsetx B 2 /M\n', {"A": "1", "B": "2"}),
        ("echo set A=1\nset /p A=Say: \nset /a A=1\n", {}),
        ("\ufeffset A=1\nset B=2\n", {"B": "2"}),
    ],
)
def test_batch_files_are_read_as_cmd_reads_them(script: str, expected: dict[str, str | None]) -> None:
    content = script.replace("\n", "\r\n").encode()
    assert told(windows_scripts.assignments(content, path=Path("x.CMD")), content) == expected


@pytest.mark.parametrize(("encoding", "mark"), [("utf-8", b""), ("utf-16-le", b"\xff\xfe"), ("utf-16-be", b"\xfe\xff")])
def test_powershell_is_read_in_each_encoding(encoding: str, mark: bytes) -> None:
    script = (
        "# $env:N = '1'\n$env:A = \"a#b\"; ${env:B}='c'  # ü😀\n<# $env:N='1'\n #>\n$Env:C = $x\n$env:D = \"$home\"\n"
        "@\"\n$env:N='1'\n\"@\n[Environment]::SetEnvironmentVariable('E', 'e', 'User')\n'$env:N=\"1\"'\n"
        "if ($env:N == 'x') {}\n"
    )
    content = mark + script.encode(encoding)
    found = windows_scripts.assignments(content, path=Path("x.ps1"))
    assert told(found, content, encoding) == {"A": "a#b", "B": "c", "C": None, "D": None, "E": "e"}


_READERS = {
    "units": lambda content: units.variables(units.directives(content)),
    "timetables": crontabs.read,
    "property lists": plists.parse,
    "batch": lambda content: windows_scripts.assignments(content, path=Path("x.bat")),
    "PowerShell": lambda content: windows_scripts.assignments(content, path=Path("x.ps1")),
}


@pytest.mark.timeout(20)
@pytest.mark.parametrize("reader", _READERS.values(), ids=_READERS.keys())
@pytest.mark.parametrize("piece", [b"<#", b"'", b"@'\n", b"(", b"set ", b"A=1 \\\n", b"A=1" + b" " * 999, b"<array>"])
def test_no_file_keeps_a_reader_for_long(reader: Callable[[bytes], object], piece: bytes) -> None:
    with suppress(FileError):
        reader(b"Environment=A" + piece * (200_000 // len(piece)) + b"x")


def test_a_batch_file_in_utf_16_is_refused_as_cmd_refuses_it() -> None:
    with pytest.raises(FileError):
        windows_scripts.assignments(b"\xff\xfe" + "set A=1".encode("utf-16-le"), path=Path("x.bat"))
