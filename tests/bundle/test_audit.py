"""The audit: a hole is a failure, and what could not be asked is not called clean."""

from __future__ import annotations

import pytest

import audit

CLEAN = {"name": "boto3", "version": "1.0", "vulns": []}
HOLE = {"name": "idna", "version": "1.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["1.1"]}]}
UNASKED = {"name": "rich", "skip_reason": "not found"}


def test_all_asked_and_none_known_is_clean() -> None:
    assert audit.judge([CLEAN]) == 0


def test_a_known_hole_fails_and_says_where_it_is_mended(capsys: pytest.CaptureFixture[str]) -> None:
    assert audit.judge([CLEAN, HOLE, UNASKED]) == 1
    assert "idna 1.0: PYSEC-1, mended in 1.1" in capsys.readouterr().out


def test_what_could_not_be_asked_about_is_named_and_not_called_clean(capsys: pytest.CaptureFixture[str]) -> None:
    assert audit.judge([CLEAN, UNASKED]) == audit.NOT_ASKED
    assert "SKIPPED, so nothing is known about them: rich" in capsys.readouterr().out
