"""The sweep's notebook: which outcomes still count after the program changed, and how it is known what was loaded."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from .imports_noted import digest_of
from .notebook import Found, Notebook, Row, _is_as_it_was
from .points import Outcome

ROOT = Path(__file__).parents[2]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("runner.py", "window.py"):
        (tmp_path / name).write_text("as it was\n")
    return tmp_path


def kept(root: Path, loaded: str) -> None:
    files = {str(root / loaded): digest_of(str(root / loaded))}
    with Notebook(root / "notebook", every=False, root=root) as notebook:
        notebook.write_found(Found("kills", "retire/undo", ("one", "two"), 9, files))
        notebook.write(Row("kills", (Outcome("retire/undo", "one", came=True, complaints=("bad",)),), files))


@pytest.mark.parametrize(("changed", "counts"), [("window.py", True), ("runner.py", False)])
def test_an_outcome_counts_until_a_file_changes_that_its_point_loaded(root: Path, changed: str, counts: bool) -> None:
    kept(root, "runner.py")
    (root / changed).write_text("another\n")
    _is_as_it_was.cache_clear()
    with Notebook(root / "notebook", every=False, root=root) as notebook:
        assert notebook.knows("kills", "retire/undo", "one") is counts
        assert not notebook.knows("kills", "retire/undo", "two")
        found = list(notebook.found.values())
        assert bool(found) is counts
        assert [one.complaints for row in notebook.rows(found) for one in row.outcomes] == [("bad",)] * counts


def test_a_file_of_another_sweep_is_refused(root: Path) -> None:
    kept(root, "runner.py")
    lines = (root / "notebook").read_text().splitlines()
    (root / "notebook").write_text("\n".join([json.dumps({**json.loads(lines[0]), "surroundings": "0"}), *lines[1:]]))
    with pytest.raises(SystemExit, match="another sweep"), Notebook(root / "notebook", every=False, root=root):
        pass


_COMMAND = """
import json, os, sys
from pathlib import Path
from tests.sweep.imports_noted import ImportsNoted, files_loaded, new_notes

noted = ImportsNoted()
noted.begin()
import keyturn.model.errors, keyturn.model.keys, keyturn.edits.files, keyturn.messengers
noted.all_is_loaded()
notes = new_notes(Path(sys.argv[1]))
if not (command := os.fork()):
    noted.note_in(notes)
    exec(sys.argv[2])
    os.kill(os.getpid(), 9)
os.waitpid(command, 0)
table = json.loads(json.dumps(noted.table()))
print(json.dumps(sorted(files_loaded(table, notes.read_bytes()))))
"""


@pytest.mark.parametrize(
    ("does", "loads", "leaves"),
    [
        ("pass", [], ["model/keys.py", "edits/files.py"]),
        ("import keyturn.model.keys", ["model/keys.py", "model/__init__.py"], ["edits/files.py"]),
        ("from keyturn.edits import files", ["edits/files.py", "model/errors.py"], ["messengers/__init__.py"]),
        ("import importlib; importlib.import_module('keyturn.edits.files')", ["edits/files.py"], []),
        ("import subprocess; subprocess.run([sys.executable, '-c', ''])", ["messengers/__init__.py"], []),
    ],
    ids=["nothing", "a module", "what it imports itself", "by name", "another Python may import anything"],
)
def test_what_a_command_imports_is_known_although_all_was_loaded_before_and_it_was_killed(
    does: str, loads: list[str], leaves: list[str], tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-B", "-c", _COMMAND, str(tmp_path), does],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    files = [one.partition("/app/keyturn/")[2] for one in json.loads(done.stdout)]
    assert set(loads) <= set(files)
    assert not set(leaves) & set(files)
