"""INI files are read exactly as the programs that own them read them: the programs' own parsers are the judges."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from botocore.configloader import raw_config_parse
from botocore.exceptions import ConfigParseError
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from keyturn.edits.ini import Dialect, IniEntry, effective, encode, entries, sections
from keyturn.edits.spans import Change, apply_changes
from keyturn.model.errors import FileError

OLD_ID, NEW_ID = "AKIAIOSFODNN7EXAMPLE", "AKIAI44QH8DHBEXAMPLE"
SECRET = "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLESECRET"

# Pieces that the grammars care about; between them hypothesis finds the disagreements.
PIECES = [
    *[
        "[default]",
        "[work]",
        "[DEFAULT]",
        "[ work ]",
        "[a.b]",
        "[]",
        "[",
        "]",
        "=",
        ":",
        " = ",
        "==",
        "#",
        ";",
        "#x",
        " ; y",
    ],
    *[
        "aws_access_key_id",
        "access_key",
        "KEY",
        "key",
        "-",
        "s3",
        "rem",
        "v",
        OLD_ID,
        "a b",
        "é",
        "日本",
        '"',
        '""',
        '"""',
        "`",
        "$X",
    ],
    *[
        " ",
        "  ",
        "\t",
        "\n",
        "\n",
        "\n",
        "\n ",
        "\n  ",
        "\r\n",
        "\r",
        "\x0b",
        "\x0c",
        "\x1c",
        "\x85",
        "\xa0",
        "\u2028",
        "\ufeff",
        "%(key)s",
    ],
]
files = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)


def as_one_value(content: bytes, entry: IniEntry) -> bytes:
    return content[entry.value_span.start : entry.value_span.end]


def plain(found: list[IniEntry]) -> dict[str, object]:
    return {entry.key: {n.key: n.value for n in entry.nested} if entry.nested else entry.value for entry in found}


# --- AWS


def by_botocore(path: Path, text: str) -> dict[str, dict[str, object]] | None:
    path.write_bytes(text.encode())
    try:
        parsed: dict[str, dict[str, object]] = raw_config_parse(str(path))
    except ConfigParseError:
        return None
    return parsed


def by_us_for_aws(content: bytes) -> dict[str, dict[str, object]] | None:
    try:
        found = entries(content, Dialect.AWS)
        names = sections(content, Dialect.AWS)
    except FileError as error:
        assert error.code == "file.unparsable"
        return None
    defaults = plain([entry for entry in found if entry.section == "DEFAULT"])
    return {name: {**defaults, **plain([entry for entry in found if entry.section == name])} for name in names}


@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=files)
@example(text="[default]\ns3 =\n  a = 1\n\n  # note\n  b=2\nregion = x\n")
@example(text="[default]\nkey = a\n  b\n\n")
@example(text="[default]\ns3 =\n  broken\n")
@example(text="[default] trailing\nkey : v\n")
@example(text="\ufeff[default]\nkey = v\n")
@example(text="[DEFAULT]\nkey = v\n[DEFAULT]\nother = w\n[work]\n")
def test_aws_files_are_read_as_botocore_reads_them(text: str, tmp_path: Path) -> None:
    assert by_us_for_aws(text.encode()) == by_botocore(tmp_path / "credentials", text)


@pytest.mark.parametrize(
    "text",
    [
        "[default]\nkey = 1\n[default]\n",
        "[default]\nkey = 1\nKEY = 2\n",
        "\ufeff[default]\nkey = 1\n",
        "key = 1\n",
        "[default]\nnot a setting\n",
    ],
    ids=["section twice", "key twice", "BOM", "no section", "no key"],
)
def test_a_file_that_botocore_refuses_is_refused_with_its_name_and_line(text: str) -> None:
    with pytest.raises(FileError) as caught:
        entries(text.encode(), Dialect.AWS, path=Path("/home/anna/.aws/credentials"))
    assert caught.value.code == "file.unparsable"
    assert "/home/anna/.aws/credentials" in caught.value.title
    assert "Line" in caught.value.message


def test_an_inline_note_is_part_of_an_aws_value() -> None:
    (entry,) = entries(b"[default]\naws_access_key_id = AKIA # note\n", Dialect.AWS)
    assert entry.value == "AKIA # note"


def test_aws_keys_of_an_indented_block_are_not_mistaken_for_the_profiles_own() -> None:
    content = b"[services a]\ns3 =\n  aws_access_key_id = X\n  endpoint_url = http://127.0.0.1\n"
    (entry,) = entries(content, Dialect.AWS)
    assert [(nested.key, as_one_value(content, nested)) for nested in entry.nested] == [
        ("aws_access_key_id", b"X"),
        ("endpoint_url", b"http://127.0.0.1"),
    ]


def test_a_value_in_the_default_section_counts_for_every_aws_profile_that_has_none() -> None:
    found = entries(b"[DEFAULT]\nkey = lent\n[work]\nkey = own\n[home]\n", Dialect.AWS)
    values = {name: effective(found, Dialect.AWS, name, "key") for name in ("work", "home")}
    assert {name: entry.value for name, entry in values.items() if entry} == {"work": "own", "home": "lent"}


# --- rclone


def by_rclone(rclone: Path, folder: Path, content: bytes) -> dict[str, dict[str, str]] | None:
    path = folder / "rclone.conf"
    path.write_bytes(content)
    environment = {"HOME": str(folder)}
    done = subprocess.run(
        [rclone, "config", "dump", "--config", str(path), "--ask-password=false"],
        env=environment,
        capture_output=True,
    )
    if done.returncode != 0:
        return None
    dumped: dict[str, dict[str, str]] = json.loads(done.stdout)
    return dumped


RCLONE_FILES = [
    b"[r]\ntype = s3\naccess_key_id = A\n[s]\ntype=s3\n[r]\naccess_key_id = B\n",
    b"\xef\xbb\xbf[r]\r\ntype = s3\r\naccess_key_id: A # note\r\n",
    b'  [ r ]  \n  type = s3\n; no\n# no\nsecret = `in back`quotes` \nt = """ x """ rest\nq = "kept"\n',
    b'[r]\n"a b" = 1\n`c=d` : 2\n"""e""" = 3\nA = 1\na = 2',
    b"[r]\n-= one\n- = two\nx = = y\nz =\n",
    b"[r]\nnot a setting\n",
    b"[]\nx = 1\n",
    b"[r]\nx = `never closed\n",
    b'[r]\n"never closed = 1\n',
    b"[r]\n= 1\n",
    b"[r\nx = 1\n",
    b"[r]\nx = \xff\xa0 \xc2\xa0\n",
    b"[r]\rx = 1\n",
    b"x = before any section\n",
    b"[r]\n\xe2\x80\xa8x\xc2\x85 = \xe3\x80\x80v\xe2\x80\x89\n",
]


@pytest.mark.parametrize("content", RCLONE_FILES)
def test_rclone_files_are_read_as_rclone_reads_them(
    content: bytes, tmp_path: Path, required_program: Callable[[str], Path]
) -> None:
    rclone = required_program("rclone")
    theirs = by_rclone(rclone, tmp_path, content)
    try:
        found, names = entries(content, Dialect.RCLONE), sections(content, Dialect.RCLONE)
    except FileError as error:
        assert (error.code, theirs) == ("file.unparsable", None)
        return
    # What is no text goes out of `config dump` as the replacement character; the bytes in the file are kept.
    ours = {
        name: {
            e.key: e.value.encode(errors="surrogateescape").decode(errors="replace") for e in found if e.section == name
        }
        for name in names
    }
    assert ours == theirs


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(files.filter(lambda text: "%(" not in text), min_size=6, max_size=6))
def test_rclone_agrees_on_files_that_nobody_thought_of(
    texts: list[str], tmp_path: Path, required_program: Callable[[str], Path]
) -> None:
    rclone = required_program("rclone")
    text = "\n".join(text for text in texts if by_us_for_rclone(text.encode()) is not None)
    assert by_us_for_rclone(text.encode()) == by_rclone(rclone, tmp_path, text.encode())


def by_us_for_rclone(content: bytes) -> dict[str, dict[str, str]] | None:
    try:
        found = entries(content, Dialect.RCLONE)
    except FileError:
        return None
    names = sections(content, Dialect.RCLONE)
    return {name: {entry.key: entry.value for entry in found if entry.section == name} for name in names}


def test_the_last_key_of_all_sections_of_that_name_counts_for_rclone() -> None:
    content = b"[r]\naccess_key_id = old\n[s]\naccess_key_id = other\n[r]\naccess_key_id = counts\n"
    entry = effective(entries(content, Dialect.RCLONE), Dialect.RCLONE, "r", "access_key_id")
    assert entry is not None
    assert entry.value == "counts"


def test_a_reference_in_rclone_is_told_from_a_value() -> None:
    found = entries(b"[r]\na = %(b)s\nb = 1\n", Dialect.RCLONE)
    assert [entry.is_reference for entry in found] == [True, False]


# --- s3cmd


# Reads as s3cmd does: its own parser, then the blanks off, as `read_config_file` takes them.
S3CMD_READS = """
import json, logging, sys
from S3.Config import ConfigParser
logging.disable()
read = []
for text in json.load(sys.stdin):
    with open(sys.argv[1], "wb") as file:
        file.write(text.encode())
    read.append({key: value.strip() for key, value in ConfigParser(sys.argv[1]).cfg.items()})
json.dump(read, sys.stdout)
"""


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(files, min_size=20, max_size=20))
@example(texts=['access_key = "A"', 'access_key = "A" \t\n', 'key = "A"B"\n', 'key = "'])
@example(texts=["access_key = A\n[x]\naccess_key=B\nsecret_key = $NAME\n", "\ufeffaccess_key = A\r\nkey = B"])
def test_s3cmd_files_are_read_as_s3cmd_reads_them(
    texts: list[str], tmp_path: Path, required_program: Callable[[str], Path]
) -> None:
    required_program("s3cmd")
    command = ["/usr/bin/python3", "-c", S3CMD_READS, str(tmp_path / "s3cfg")]
    done = subprocess.run(command, input=json.dumps(texts), capture_output=True, text=True, check=True)
    ours = [{entry.key: entry.value for entry in entries(text.encode(), Dialect.S3CMD)} for text in texts]
    assert ours == json.loads(done.stdout)


def test_section_names_mean_nothing_to_s3cmd_and_the_last_key_counts() -> None:
    content = b"[default]\naccess_key = first\n[work]\naccess_key = counts\n"
    entry = effective(entries(content, Dialect.S3CMD), Dialect.S3CMD, "default", "access_key")
    assert entry is not None
    assert entry.value == "counts"


# --- all three


@pytest.mark.parametrize("dialect", list(Dialect))
@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32"])
def test_utf_16_is_refused_because_none_of_the_programs_reads_it(dialect: Dialect, encoding: str) -> None:
    with pytest.raises(FileError) as caught:
        entries("[default]\nkey = value\n".encode(encoding), dialect)
    assert caught.value.code == "file.unparsable"


@given(dialect=st.sampled_from(list(Dialect)), text=files)
def test_a_changed_value_is_read_back_and_no_other_value_differs(dialect: Dialect, text: str) -> None:
    content = text.encode()
    try:
        before = entries(content, dialect)
    except FileError:
        return
    for number, entry in enumerate(before):
        if entry.nested or entry.value_span.start == entry.value_span.end:
            continue
        after = apply_changes(content, [Change(entry.value_span, encode(NEW_ID, dialect))])
        values = [again.value for again in entries(after, dialect)]
        assert values == [NEW_ID if n == number else other.value for n, other in enumerate(before)]


@given(dialect=st.sampled_from(list(Dialect)), text=files)
def test_the_span_of_a_value_holds_the_value(dialect: Dialect, text: str) -> None:
    content = text.encode()
    try:
        found = entries(content, dialect)
    except FileError:
        return
    for entry in found:
        if "\n" not in entry.value:
            assert as_one_value(content, entry) == entry.value.encode()


def test_a_value_with_other_characters_than_a_key_has_is_not_written() -> None:
    with pytest.raises(ValueError, match="not a value"):
        encode("two\nlines", Dialect.AWS)


def test_no_value_shows_in_the_repr_of_an_entry() -> None:
    (entry,) = entries(b"[r]\nsecret_access_key = " + SECRET.encode(), Dialect.RCLONE)
    assert SECRET not in repr(entry)
