"""What a shell makes of a word whose variables the same text sets."""

from __future__ import annotations

import pytest

from keyturn.edits import shell
from keyturn.edits.expansion import UNKNOWN, expanded, resolved

_VALUES = {"BUCKET": "photos", "BASE": "s3:s3.amazonaws.com/photos", "EMPTY": ""}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("s3://$BUCKET/a", "s3://photos/a"),
        ('"s3://${BUCKET}/a b"', "s3://photos/a b"),
        ("'s3://$BUCKET'/a", "s3://$BUCKET/a"),
        ('"it\'s $BUCKET"', "it's photos"),
        ("$BASE/x", "s3:s3.amazonaws.com/photos/x"),
        ("${OTHER:-music}/x", "music/x"),
        ("${BUCKET:-music}", "photos"),
        ("${EMPTY:-music}", "music"),
        ("s3://$OTHER/a", f"s3://{UNKNOWN}/a"),
        ("db/$(date +%F)/x", f"db/{UNKNOWN}/x"),
        ("db/`date`/x", f"db/{UNKNOWN}/x"),
        ("${BUCKET%%s}/x", f"{UNKNOWN}/x"),
        ("$1/x", f"{UNKNOWN}/x"),
        (r"a\$b\ c", "a$b c"),
        ("$(a $(b) c)x", f"{UNKNOWN}x"),
        ("$", "$"),
        ("a" * 5000, UNKNOWN),
    ],
)
def test_a_word_is_read_as_far_as_its_variables_are_known(written: str, read: str) -> None:
    assert expanded(written, _VALUES) == read


def test_a_command_is_known_where_all_that_it_names_is() -> None:
    (command,) = shell.read(b'rclone sync "$DIR" "aws:$BUCKET/a"').commands
    words = resolved(command, _VALUES).words
    assert [(one.decoded, one.known) for one in words[2:]] == [(UNKNOWN, False), ("aws:photos/a", True)]
