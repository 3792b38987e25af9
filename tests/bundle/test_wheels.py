"""Where Keyturn can be installed: one file that is missing anywhere fails, and is named."""

from __future__ import annotations

import pytest

import wheels


def test_every_promised_system_is_asked_about_on_every_python(capsys: pytest.CaptureFixture[str]) -> None:
    asked: list[tuple[str, str]] = []

    def all_there(reached: wheels.Reached, python: str) -> str:
        asked.append((reached.platform, python))
        return ""

    assert wheels.judge(all_there) == 0
    assert ("aarch64-manylinux_2_28", "3.11") in asked
    assert len(asked) == len(set(asked)) == capsys.readouterr().out.count("all there")


def test_what_is_missing_on_one_of_them_fails_and_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    def no_qt(reached: wheels.Reached, python: str) -> str:
        return "no wheel for pyside6" if (reached.platform, python) == ("x86_64-pc-windows-msvc", "3.14") else ""

    assert wheels.judge(no_qt) == 1
    said = capsys.readouterr().out
    assert "Windows, x86-64, Python 3.14: no wheel for pyside6" in said
    assert "1 lacking" in said
