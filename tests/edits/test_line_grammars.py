"""Password files, properties, WinSCP's sites: each value where its own program sees it."""

from __future__ import annotations

import hypothesis
import hypothesis.strategies
import pytest

from keyturn.edits import winscp_passwords
from keyturn.edits.colon_lines import Reader, lines
from keyturn.edits.destination_lines import destinations
from keyturn.edits.properties import properties
from keyturn.edits.winscp_store import sites
from keyturn.model.errors import FileError

HOST_AND_ID = "AKIAONE0000000000001s3.amazonaws.com"
# Made with WinSCP's own rule by hand: flag, version, length 76, no shift, then each byte as (~byte) ^ 0xA3.
SECRET = "oneONEoneONEoneONEoneONEoneONEoneONE/+on"


def test_s3fs_takes_the_first_line_of_a_bucket() -> None:
    content = b"# note\r\n\r\n  photos:A:a\r\nB:b\r\nphotos:C:c\n"
    found = lines(content, Reader.S3FS)
    assert [(one.bucket, one.access_key_id, one.secret, one.counts) for one in found] == [
        ("photos", "A", "a", True),
        ("", "B", "b", True),
        ("photos", "C", "c", False),
    ]
    assert [content[one.secret_span.start : one.secret_span.end] for one in found] == [b"a", b"b", b"c"]


@pytest.mark.parametrize("content", [b"A:b c\n", b"[default]\nA:b\n", b"\xef\xbb\xbfA:b\n", b"A:b\0\n"])
def test_what_s3fs_refuses_is_not_read(content: bytes) -> None:
    with pytest.raises(FileError) as raised:
        lines(content, Reader.S3FS)
    assert raised.value.code == "file.unparsable"


def test_properties_are_read_as_java_reads_them() -> None:
    content = b"# no\n! no\na\\:b\\=c = x/y+z\n\nd : 1\\\n   2\ne\\u0041\tf\ng\n"
    found = {one.key: (one.value, one.as_written) for one in properties(content)}
    assert found == {"a:b=c": ("x/y+z", True), "d": ("12", False), "eA": ("f", True), "g": ("", True)}


def test_hashbackups_destinations_keep_to_themselves() -> None:
    content = b"# x\ndestname one\ntype s3\nSecretKey abc\r\n\ndestname two\nsecretkey def"
    one, two = destinations(content)
    assert (one.name, one.value("secretkey"), two.value("secretkey"), two.value("type")) == ("one", "abc", "def", None)
    span = two.settings["secretkey"].span
    assert content[span.start : span.end] == b"def"


@pytest.mark.parametrize("content", [b"destname a\ndestname a\n", b"destname a\ntype s3\ntype dir\n"])
def test_a_repeated_destination_or_keyword_is_not_guessed_at(content: bytes) -> None:
    with pytest.raises(FileError):
        destinations(content)


def test_winscps_sites_are_found_by_their_names() -> None:
    lines_of_site = b"[Sessions\\My%20site]\r\nUserName=A\r\nRemoteDirectory=/a%20b\r\n"
    content = b"\xef\xbb\xbf[Configuration]\r\nx=1\r\n" + lines_of_site + b"[SSH]\r\ny=2\r\n"
    (site,) = sites(content)
    assert (site.name, site.text("username"), site.text("RemoteDirectory")) == ("My site", "A", "/a b")


def test_a_site_that_stands_there_twice_is_not_guessed_at() -> None:
    with pytest.raises(FileError):
        sites(b"[Sessions\\a]\nUserName=A\n[Sessions\\a]\nUserName=B\n")


def test_winscps_form_of_a_password_is_its_own() -> None:
    """The first bytes are the ones that every such password has: the flag FF, the version 0, then the length."""
    hidden = winscp_passwords.hide(SECRET, HOST_AND_ID)
    assert hidden[:8] == b"A35C" + b"%02X" % (~76 & 0xFF ^ 0xA3) + b"5C"
    assert hidden[8:12] == b"%02X%02X" % (~ord("A") & 0xFF ^ 0xA3, ~ord("K") & 0xFF ^ 0xA3)
    assert len(hidden) == 2 * (4 + 76)


@hypothesis.given(hypothesis.strategies.text("ABCxyz019/+=", min_size=40, max_size=300))
def test_what_is_hidden_can_be_revealed_with_the_same_key_alone(secret: str) -> None:
    hidden = winscp_passwords.hide(secret, HOST_AND_ID)
    assert winscp_passwords.reveal(hidden, HOST_AND_ID) == secret
    assert winscp_passwords.reveal(hidden, HOST_AND_ID.replace("1", "2")) is None
    assert winscp_passwords.reveal(hidden[:-2], HOST_AND_ID) is None


@pytest.mark.parametrize("written", [b"", b"A35C", b"A35C105C1D1", b"not hexadecimal!", b"00" * 60])
def test_another_form_is_not_revealed(written: bytes) -> None:
    assert winscp_passwords.reveal(written, HOST_AND_ID) is None
