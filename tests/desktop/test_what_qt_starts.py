"""What Qt starts by itself, such as the program that opens an address, is no program of the current folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def test_qt_looks_for_programs_only_where_nobody_else_could_have_put_them(tmp_path: Path) -> None:
    (tmp_path / "open-to-all").mkdir()
    (tmp_path / "open-to-all").chmod(0o777)
    code = "import os; from keyturn.desktop.application import make_application as go; go(); print(os.environ['PATH'])"
    path = os.pathsep.join([".", "", "tools", str(tmp_path / "open-to-all"), "/usr/bin", "/bin"])

    said = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PATH": path, "QT_QPA_PLATFORM": "offscreen"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )

    assert said.stdout.split() == [os.pathsep.join(["/usr/bin", "/bin"])]
