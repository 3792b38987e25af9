"""A process that holds secrets leaves no copy of its memory, and starts without streams as well as with them."""

from __future__ import annotations

import subprocess
import sys
from itertools import product
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows closes streams in another way")


@pytest.mark.parametrize("closed", [one for one in product((False, True), repeat=3) if any(one)])
@pytest.mark.parametrize("words", [["--version"], ["scan", "--offline"], ["status", "--json"], ["-h"], ["undo"]])
def test_every_entry_works_without_standard_input_output_or_error(
    closed: tuple[bool, bool, bool], words: list[str], tmp_path: Path
) -> None:
    shut = " ".join(f"{number}>&-" for number, is_closed in enumerate(closed) if is_closed)
    options = [] if words == ["--version"] else ["--home", str(tmp_path), "--state-dir", str(tmp_path / "state")]
    command = [sys.executable, "-m", "keyturn", *words, *options]
    ended = subprocess.run(
        ["/bin/sh", "-c", f'exec "$@" {shut}', "sh", *command], capture_output=True, text=True, timeout=100
    )
    assert "Traceback" not in ended.stderr
    assert ended.returncode == (2 if words == ["undo"] else 0), ended.stderr


def test_no_copy_of_its_memory_is_left() -> None:
    script = (
        "import ctypes, resource\n"
        "from keyturn.computer.process import prepare_process\n"
        "prepare_process()\n"
        "print(resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))\n"
    )
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert told.startswith("(0, 0)")
    assert sys.platform != "linux" or told.split()[-1] == "0"


def test_a_file_that_is_opened_later_does_not_get_the_number_of_a_closed_stream(tmp_path: Path) -> None:
    script = (
        "import os, sys\n"
        "from keyturn.computer.process import prepare_process\n"
        "prepare_process()\n"
        "file = open(sys.argv[1], 'w')\n"
        "assert file.fileno() > 2\n"
        "os.write(2, b'said')\n"
    )
    path = tmp_path / "file"
    subprocess.run(
        ["/bin/sh", "-c", 'exec "$@" >&- 2>&-', "sh", sys.executable, "-c", script, str(path)], check=True, timeout=60
    )
    assert path.read_bytes() == b""
