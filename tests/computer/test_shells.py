"""A command that a person copies does what it says, whatever a name from a file holds."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from keyturn.computer.computer import Platform
from keyturn.computer.shells import command_line, quoted

HOSTILE = (
    *("a b", "a'b", 'a"b', "$HOME", "$(touch gone)", "`touch gone`", "a;touch gone", "a&&touch gone", "a|b", "a>gone"),
    *("*", "~", "!!", "#x", "a\\", "a\\\\b", "-x", "", "a\tb", "%PATH%", "{a,b}", "ä€😀", "“x”"),
)


@pytest.mark.parametrize("shell", ["sh", "bash"])
def test_a_posix_shell_takes_each_word_for_itself(
    shell: str, required_program: Callable[[str], Path], tmp_path: Path
) -> None:
    command = command_line(("printf", "%s|", *HOSTILE), Platform.LINUX)
    said = subprocess.run(
        [required_program(shell), "-c", command], cwd=tmp_path, capture_output=True, text=True, check=True
    )

    assert said.stdout == "".join(f"{word}|" for word in HOSTILE)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("word", "typed"),
    [
        ("plan", "plan"),
        (r"C:\Users\anna\rclone.conf", r"C:\Users\anna\rclone.conf"),
        (r"C:\Users\Anna Müller", r'"C:\Users\Anna Müller"'),
        ("C:\\Anna M\\", '"C:\\Anna M\\\\"'),
        ("a & calc", '"a & calc"'),
        ("$(calc)", '"`$(calc)"'),
        ("a`b", '"a``b"'),
        ("“;calc;”", '"`“;calc;`”"'),
        ("a,b", '"a,b"'),
        ("#x", '"#x"'),
        ("", '""'),
    ],
)
def test_on_windows_powershell_takes_a_word_for_itself_and_cmd_runs_no_part_of_it(word: str, typed: str) -> None:
    assert quoted(word, Platform.WINDOWS) == typed
