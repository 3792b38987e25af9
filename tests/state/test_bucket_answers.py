"""What the person said of buckets is there for the next program."""

from __future__ import annotations

from pathlib import Path

import pytest

from keyturn.model.errors import StateError
from keyturn.state.bucket_answers import FILE_NAME, BucketAnswer, BucketAnswers, load, save

HOME = Path("/home/oma")
SAID = (
    BucketAnswers()
    .with_place("s3cmd:/home/oma/.s3cfg:access_key", ("photos",))
    .with_account("123456789012", {"films": BucketAnswer.NOT_KNOWN, "logs": BucketAnswer.LEFT_OUT})
)


def test_answers_are_kept_for_each_home_by_itself(tmp_path: Path) -> None:
    assert load(tmp_path, HOME) == BucketAnswers()
    save(tmp_path, HOME, SAID)
    save(tmp_path, Path("/mnt/home/opa"), BucketAnswers())
    assert load(tmp_path, HOME) == SAID
    assert load(tmp_path, Path("/mnt/home/opa")) == BucketAnswers()


def test_a_place_learns_more_buckets_and_an_account_keeps_its_newest_answer(tmp_path: Path) -> None:
    more = SAID.with_place("s3cmd:/home/oma/.s3cfg:access_key", ("films", "photos"))
    assert more.of_places["s3cmd:/home/oma/.s3cfg:access_key"] == ("photos", "films")
    changed = more.with_account("123456789012", {"logs": BucketAnswer.USED})
    assert changed.of_account("123456789012") == {"films": BucketAnswer.NOT_KNOWN, "logs": BucketAnswer.USED}
    assert changed.of_account("210987654321") == {}


@pytest.mark.parametrize("damage", ["{", '{"version": 1}', '{"version": 1, "homes": {"/home/oma": {"places": 1}}}'])
def test_a_damaged_file_is_named_and_left_as_it_is(tmp_path: Path, damage: str) -> None:
    (tmp_path / FILE_NAME).write_text(damage)
    with pytest.raises(StateError):
        load(tmp_path, HOME)
    with pytest.raises(StateError):
        save(tmp_path, HOME, SAID)
    assert (tmp_path / FILE_NAME).read_text() == damage
