"""Temporary keys are kept until shortly before they end, each for the key and the length for which it was asked for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from keyturn.model.keys import AccessKeyId, Secret, SessionPair
from keyturn.state.secrets_kind import SecretsKind
from keyturn.state.session_keys import FILE_NAME, SessionKeys

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
KEY, OTHER = AccessKeyId("AKIAIT2JM32CYOQZC7NK"), AccessKeyId("AKIAIT2JM32CYOQZ52AB")
FROZEN = Path(__file__).parents[1] / "frozen" / "session-keys-1.json"


def temporary(minutes: float) -> SessionPair:
    ends = NOW + timedelta(minutes=minutes)
    return SessionPair(AccessKeyId("ASIAIT2JM32CYOQZC7NK"), Secret("made-up"), Secret("made-up token"), ends)


@pytest.fixture
def kept(tmp_path: Path) -> SessionKeys:
    return SessionKeys(SecretsKind.FILE, tmp_path)


def test_one_is_handed_out_for_its_own_key_and_length(kept: SessionKeys) -> None:
    assert kept.get(KEY, 60, NOW) is None
    kept.keep(KEY, 60, temporary(60), NOW)
    assert kept.get(KEY, 60, NOW) == temporary(60)
    assert kept.get(OTHER, 60, NOW) is None
    assert kept.get(KEY, 15, NOW) is None, "anyone who asks for a short one gets no long one"


@pytest.mark.parametrize(("minutes", "until"), [(60, 45), (15, 10), (2160, 2145)])
def test_shortly_before_its_end_it_is_not_handed_out_any_more(kept: SessionKeys, minutes: int, until: int) -> None:
    kept.keep(KEY, minutes, temporary(minutes), NOW)
    assert kept.get(KEY, minutes, NOW + timedelta(minutes=until - 1)) is not None
    assert kept.get(KEY, minutes, NOW + timedelta(minutes=until)) is None


def test_those_that_ended_do_not_pile_up_and_the_file_is_the_owner_s_alone(kept: SessionKeys, tmp_path: Path) -> None:
    kept.keep(OTHER, 15, temporary(-1), NOW)
    kept.keep(KEY, 15, temporary(15), NOW)
    assert OTHER.value not in (tmp_path / FILE_NAME).read_text()
    assert (tmp_path / FILE_NAME).stat().st_mode & 0o077 == 0


def test_in_memory_nothing_is_kept(tmp_path: Path) -> None:
    kept = SessionKeys(SecretsKind.MEMORY, tmp_path)
    kept.keep(KEY, 15, temporary(15), NOW)
    assert kept.get(KEY, 15, NOW) is None
    assert not list(tmp_path.iterdir())


def test_what_the_first_version_wrote_is_read(kept: SessionKeys, tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(FROZEN.read_bytes())
    assert kept.get(KEY, 60, NOW) == temporary(60)


def test_a_damaged_file_is_no_answer_and_stays_as_it_is(kept: SessionKeys, tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text("{")
    kept.keep(KEY, 60, temporary(60), NOW)
    assert kept.get(KEY, 60, NOW) is None
    assert (tmp_path / FILE_NAME).read_text() == "{"
