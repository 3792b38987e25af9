"""A pair goes for a line that asks, and comes back byte for byte; no other byte of the file is touched."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from keyturn.edits.asking_lines import asking, holding
from keyturn.edits.pictures import masked_diff
from keyturn.edits.spans import apply_changes
from keyturn.model.errors import FileError
from keyturn.model.keys import AccessKeyId, KeyPair, Secret
from keyturn.model.pair_layout import PairLayout

PAIR = KeyPair(AccessKeyId("AKIAIT2JM32CYOQZC7NK"), Secret("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"))
KEY, SECRET = PAIR.access_key_id.value, PAIR.secret.reveal()
COMMAND = "/usr/bin/keyturn credentials /office/nas"
PATH = Path("/home/oma/.aws/credentials")


def moved(text: str) -> tuple[str, PairLayout]:
    changes, layout = asking(text.encode(), "nas", COMMAND, PATH)
    return apply_changes(text.encode(), changes).decode(), layout


def returned(text: str, layout: PairLayout | None) -> str:
    return apply_changes(text.encode(), holding(text.encode(), "nas", PAIR, layout, PATH)).decode()


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        (
            f"; by hand\n[nas]\naws_access_key_id={KEY}\naws_secret_access_key = {SECRET}\nregion = eu-1\n",
            f"; by hand\n[nas]\ncredential_process = {COMMAND}\nregion = eu-1\n",
        ),
        (
            f"[nas]\r\naws_access_key_id = {KEY}\r\naws_secret_access_key = {SECRET}",
            f"[nas]\r\ncredential_process = {COMMAND}",
        ),
        (
            f"[nas]\n\tAWS_SECRET_ACCESS_KEY:{SECRET}\t\n\tregion = a\n\taws_access_key_id = {KEY}  ",
            f"[nas]\n\tregion = a\n\tcredential_process = {COMMAND}  ",
        ),
        (
            f"[nas]\naws_access_key_id = {KEY}\n# note\n\ns3 =\n  a = b\naws_secret_access_key = {SECRET}\n\n[x]",
            f"[nas]\ncredential_process = {COMMAND}\n# note\n\ns3 =\n  a = b\n\n[x]",
        ),
    ],
)
def test_there_and_back(text: str, asks: str) -> None:
    now, layout = moved(text)
    assert now == asks
    assert returned(now, layout) == text


_OTHER = some.sampled_from(["region = a", "# note", "", "; Größe", "output = json", "s3 =\n  a = b", "x=1  "])


@given(
    some.lists(_OTHER, max_size=3, unique=True),
    some.lists(_OTHER, max_size=3, unique=True),
    some.sampled_from(["\n", "\r\n"]),
    some.booleans(),
    some.booleans(),
    some.sampled_from(["=", " = ", ": "]),
)
def test_however_the_section_is_written(
    above: list[str], between: list[str], end: str, secret_first: bool, last_line_ended: bool, equals: str
) -> None:
    pair = [f"aws_access_key_id{equals}{KEY}", f"aws_secret_access_key{equals}{SECRET} "]
    if secret_first:
        pair.reverse()
    between = [one for one in between if one not in above]
    text = end.join(["[other]", "region = b", "[nas]", *above, pair[0], *between, pair[1]]).replace("\n", end)
    text = text.replace("\r\r", "\r") + (end if last_line_ended else "")
    now, layout = moved(text)
    assert SECRET not in now
    assert KEY not in now
    assert returned(now, layout) == text


def test_what_somebody_wrote_meanwhile_stays() -> None:
    text = f"[nas]\naws_access_key_id={KEY}\noutput = json\naws_secret_access_key = {SECRET}\n"
    _now, layout = moved(text)
    changed = f"[nas]\ncredential_process = {COMMAND}\n[other]\nregion = a\n"
    pair = f"aws_access_key_id={KEY}\naws_secret_access_key = {SECRET}\n"
    assert returned(changed, layout) == f"[nas]\n{pair}[other]\nregion = a\n"


def test_a_line_that_was_written_by_hand_gets_a_pair_as_the_aws_cli_writes_it() -> None:
    text = f"[nas]\nregion = a\ncredential_process={COMMAND}\n"
    assert returned(text, None) == (f"[nas]\nregion = a\naws_access_key_id = {KEY}\naws_secret_access_key = {SECRET}\n")


@pytest.mark.parametrize(
    "text",
    [
        f"[nas]\naws_access_key_id = {KEY}\naws_secret_access_key =\n  {SECRET}\n",
        f"[nas]\naws_access_key_id = {KEY}\naws_secret_access_key = {SECRET}\n  more\n",
        f"[nas]\naws_access_key_id = {KEY}\naws_secret_access_key = {SECRET}\ncredential_process = x\n",
        f"[DEFAULT]\naws_secret_access_key = {SECRET}\n[nas]\naws_access_key_id = {KEY}\n",
    ],
)
def test_what_cannot_go_alone_stays(text: str) -> None:
    with pytest.raises(FileError):
        asking(text.encode(), "nas", COMMAND, PATH)


@pytest.mark.parametrize("command", ["/a b/keyturn 'x'", "/a;b/keyturn credentials", '"/a/keyturn" credentials /x'])
def test_a_command_that_readers_split_differently_is_not_written(command: str) -> None:
    text = f"[nas]\naws_access_key_id = {KEY}\naws_secret_access_key = {SECRET}\n"
    with pytest.raises(ValueError, match="every reader"):
        asking(text.encode(), "nas", command, PATH)


def test_the_picture_shows_the_line_and_no_secret() -> None:
    text = f"[nas]\naws_access_key_id = {KEY}\naws_secret_access_key = {SECRET}\n".encode()
    there, layout = asking(text, "nas", COMMAND, PATH)
    now = apply_changes(text, there)
    pictures = [masked_diff(PATH, text, there), masked_diff(PATH, now, holding(now, "nas", PAIR, layout, PATH))]
    line = f"credential_process = {COMMAND}"
    assert [f"+{line}" in pictures[0].splitlines(), f"-{line}" in pictures[1].splitlines()] == [True, True]
    assert not any(SECRET in one or KEY in one for one in pictures)
