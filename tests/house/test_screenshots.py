"""The pictures of the README can be taken anew, which leads one rotation through every page of the window."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from keyturn.desktop.assistant_work import Page

ROOT = Path(__file__).parents[2]


def test_every_page_is_pictured_in_both_schemes(tmp_path: Path) -> None:
    every, few = tmp_path / "all", tmp_path / "few"
    command = [sys.executable, str(ROOT / "packaging" / "screenshots.py"), "1", str(every), str(few)]
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen", "LANGUAGE": "en", "TZ": "UTC"}
    environment["PYTHONPATH"] = str(ROOT / "app")
    done = subprocess.run(command, env=environment, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    names = {path.name for path in every.iterdir()}
    assert {name.removesuffix("-light-100.png") for name in names if "-light-" in name} == {
        name.removesuffix("-dark-100.png") for name in names if "-dark-" in name
    }
    # Its rotation is of a key of AWS, and nothing stops it, so there is nothing to decide and no secret to look for.
    not_on_its_way = {Page.LOOKING, Page.PAIR, Page.STOPPED, Page.UNDONE, Page.DECIDE, Page.LOST, Page.WAYS_OUT}
    assert {f"{page.value}-light-100.png" for page in Page if page not in not_on_its_way} <= names
