"""A document of Keyturn's memory is read by its own module, which nobody imports as long as its file is not there."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from keyturn.state.documents import MODULES, may_be_there, unread_documents


@pytest.mark.parametrize(("file", "module"), MODULES.items())
def test_each_file_is_the_one_of_its_module(file: str, module: str, tmp_path: Path) -> None:
    assert file == import_module(f"keyturn.state.{module}").FILE_NAME

    (tmp_path / file).write_text("[")
    assert [one.code for one in unread_documents(tmp_path)] == ["state.damaged"]


def test_what_is_not_there_is_no_problem_and_imports_nothing(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from keyturn.state.documents import MODULES, unread_documents;"
        "print(*unread_documents(Path(sys.argv[1])));"
        "print(*(one for one in MODULES.values() if f'keyturn.state.{one}' in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True, capture_output=True, text=True)
    assert done.stdout.split() == []


def test_a_link_into_nowhere_and_what_cannot_be_known_may_be_there(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    (tmp_path / "file").write_text("")

    assert may_be_there(tmp_path / "link")
    assert may_be_there(tmp_path / "file" / "below")
    assert not may_be_there(tmp_path / "nowhere")
