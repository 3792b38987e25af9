"""What a person is told who puts a new key into a file that does not hold it letter by letter."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path

import pytest

from keyturn.clients.written_otherwise import how_written
from keyturn.model.keys import AccessKeyId

KEY, SECRET = AccessKeyId("AKIAONE0000000000001"), "oneONE/+on" * 4


def coded(text: str) -> str:
    return b64encode(text.encode()).decode()


PROFILE = f"[default]\naws_access_key_id = {KEY}\naws_secret_access_key = {SECRET}\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            f"data:\n  AWS_ACCESS_KEY_ID: {coded(KEY.value)}\n  AWS_SECRET_ACCESS_KEY: {coded(SECRET)}\n",
            "printf %s NEW",
        ),
        (f"data:\n  credentials: {coded(PROFILE)}\n", "within a longer text"),
        (f"data:\n  pair: {coded(f'{KEY}:{SECRET}')}\n", "within a longer text"),
        (f"url: s3://{KEY}:oneONE%2F%2Bon@bkt/x\n", "%2F"),
        (f"url: 's3://{KEY}:oneONE%2F%2Bon@bkt/x'\n", "%2F"),
        (PROFILE, ""),
        (f"see https://aws.amazon.com for {KEY}\n", ""),
        (f"data: {coded('AKIATWO0000000000002')}\n{PROFILE}", ""),
    ],
)
def test_it_is_told_where_it_differs(text: str, told: str, tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(text, encoding="utf-8")
    said = how_written(file, KEY)
    assert (len(said) == 1 and told in said[0]) if told else said == ()


def test_a_line_end_that_was_encoded_too_belongs_to_no_value(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(f"id: {coded(KEY.value + chr(10))}\nsecret: {coded(SECRET + chr(10))}\n", encoding="utf-8")
    assert "printf %s NEW" in how_written(file, KEY)[0]


def test_a_file_that_is_gone_says_nothing(tmp_path: Path) -> None:
    assert how_written(tmp_path / "a.yaml", KEY) == ()
