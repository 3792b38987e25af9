"""The table of `dev.py bench`: what was not measured is said, and the columns stand below one another."""

from __future__ import annotations

from pathlib import Path

import pytest

import bench


def test_without_a_bundle_the_table_says_how_to_make_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bench.frozen(tmp_path, 1.0, [])
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("keyturn of the bundle, window visible ")
    assert "no bundle: run packaging/dev.py bundle first" in line


def test_columns_stand_below_one_another_also_where_one_is_empty(capsys: pytest.CaptureFixture[str]) -> None:
    bench.row("what", "measured", "beside", "aim")
    bench.row("memory", "44 MB", "", "under 150 MB")
    bench.row("python -c pass", "0.008 s")
    head, full, short = capsys.readouterr().out.splitlines()
    assert head.index("measured") == full.index("44 MB") == short.index("0.008 s")
    assert head.index("aim") == full.index("under 150 MB")
    assert short.endswith("0.008 s")
