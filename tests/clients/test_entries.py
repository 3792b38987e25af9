"""What the registry says of a program before its module is imported: never less than the module itself would say."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from keyturn.clients.entries import PROGRAMS, SYSTEMS_AND_TEXTS, ClientEntry
from keyturn.clients.registry import every_entry
from keyturn.clients.traces import is_any_there
from keyturn.computer.computer import Computer, Platform

BY_MODULE = (*PROGRAMS, *SYSTEMS_AND_TEXTS)
# Folders that variables name; `clients/traces.py` asks for them in the same way.
BASES = {"XDG_CONFIG_HOME", "APPDATA", "PROGRAMDATA"}


class Variables(dict[str, str]):
    """No variables, and which ones were asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: set[str] = set()

    def get(self, name: str, default: Any = None) -> Any:  # noqa: ANN401  (as in a dictionary)
        self.asked.add(name)
        return super().get(name, default)

    def __contains__(self, name: object) -> bool:
        self.asked.add(str(name))
        return super().__contains__(name)

    def __missing__(self, name: str) -> str:
        self.asked.add(name)
        raise KeyError(name)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, Path]]]:
    """What the system is asked about files: by which question, and about which path."""
    questions: list[tuple[str, Path]] = []

    def listen(name: str) -> None:
        question: Callable[..., Any] = getattr(os, name)

        def told(path: Any = ".", *rest: Any, **more: Any) -> Any:  # noqa: ANN401  (as the system's own)
            if not isinstance(path, int):
                questions.append((name, Path(os.fsdecode(path))))
            return question(path, *rest, **more)

        monkeypatch.setattr(os, name, told)

    for name in ("stat", "lstat", "open", "scandir", "listdir", "readlink"):
        listen(name)
    yield questions


def usual_paths(entry: ClientEntry, computer: Computer) -> Iterator[Path]:
    bases = {
        "~": computer.home,
        "$XDG_CONFIG_HOME": computer.xdg_config_home,
        "%APPDATA%": computer.application_support,
        "": computer.disk,
    }
    for path in entry.usual or ():
        first, _slash, rest = path.partition("/")
        base = bases[first]
        if base is not None:
            yield base / rest


@pytest.mark.parametrize("entry", BY_MODULE, ids=lambda entry: entry.name)
def test_it_says_of_a_program_what_the_module_says(entry: ClientEntry) -> None:
    client = entry.load()
    assert client.name == entry.name
    assert set(entry.own_file.programs) <= set(client.program_names)
    assert bool(entry.own_file.programs) is bool(entry.own_file.options)


@pytest.mark.parametrize("platform", list(Platform))
@pytest.mark.parametrize("is_this_one", [True, False])
@pytest.mark.parametrize("entry", [one for one in BY_MODULE if one.usual is not None], ids=lambda entry: entry.name)
def test_where_its_paths_are_not_its_look_goes_the_way_that_it_goes_on_an_empty_computer(
    entry: ClientEntry, platform: Platform, is_this_one: bool, tmp_path: Path, asked: list[tuple[str, Path]]
) -> None:
    """A look is told by what it asks. If on an empty computer it asks for nothing but what the entry names, then on any
    computer without that it gets the same answers, goes the same way and finds as little."""
    home, variables = tmp_path / "home", Variables()
    home.mkdir()
    computer = Computer(platform, home, variables, is_this_one=is_this_one)
    client = entry.load()
    is_empty = not is_any_there(computer, entry.usual or ())  # anyone who runs the tests may have the program
    asked.clear()
    variables.asked.clear()

    look = client.look(computer)

    questions = list(asked)
    named = tuple(usual_paths(entry, computer))
    for question, path in questions:
        is_on_the_way = question in ("stat", "lstat", "readlink") and any(one.is_relative_to(path) for one in named)
        assert is_on_the_way or any(path.is_relative_to(one) for one in named), (question, path)
    assert variables.asked - BASES <= {*entry.own_file.variables, *entry.variables}
    if is_empty:
        assert (look.places, look.problems, look.jobs, look.loans) == ([], [], [], [])


@pytest.mark.parametrize(
    ("entry", "platform"),
    [(entry, platform) for entry in BY_MODULE for platform in Platform if platform not in entry.platforms],
    ids=lambda one: one.name if isinstance(one, ClientEntry) else one.value,
)
def test_on_another_system_its_look_asks_for_nothing(
    entry: ClientEntry, platform: Platform, tmp_path: Path, asked: list[tuple[str, Path]]
) -> None:
    computer = Computer(platform, tmp_path, {}, is_this_one=False)
    client = entry.load()
    asked.clear()

    look = client.look(computer)

    assert (asked, look.places, look.problems, look.jobs, look.loans) == ([], [], [], [], [])


@pytest.mark.parametrize("entry", [one for one in BY_MODULE if one.usual is not None], ids=lambda entry: entry.name)
def test_each_path_and_each_variable_alone_lets_it_look(entry: ClientEntry, tmp_path: Path) -> None:
    for path in entry.usual or ():
        computer = Computer(Platform.LINUX, tmp_path / path.replace("/", "_") / "home" / "zoe", {}, is_this_one=False)
        first, _slash, rest = path.partition("/")
        below = {"": computer.home.parent.parent, "~": computer.home}.get(first, computer.xdg_config_home)
        (below / rest).mkdir(parents=True)
        assert entry.may_be_here(computer), path
    for name in (*entry.own_file.variables, *entry.variables):
        assert entry.may_be_here(Computer(Platform.LINUX, tmp_path / "none", {name: "/x"}, is_this_one=False)), name


def test_a_link_into_nowhere_lets_it_look(tmp_path: Path) -> None:
    (mc,) = (one for one in PROGRAMS if one.name == "mc")
    computer = Computer.at(tmp_path, "linux")
    assert not mc.may_be_here(computer)
    (tmp_path / ".mc").symlink_to(tmp_path / "nowhere")
    assert mc.may_be_here(computer)


def test_a_look_imports_only_the_modules_of_programs_that_may_be_here(tmp_path: Path) -> None:
    (tmp_path / ".mc").mkdir()
    look = (
        "import sys; from pathlib import Path; from keyturn.clients.registry import find_everything;"
        "from keyturn.computer.computer import Computer; find_everything(Computer.at(Path(sys.argv[1]), 'linux'));"
        "print(*sorted(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", look, str(tmp_path)], check=True, capture_output=True, text=True)
    imported = set(done.stdout.split())
    assert "keyturn.clients.programs.mc" in imported
    assert not imported & {f"keyturn.clients.{name}" for name in ("kopia", "arq", "winscp", "text_files", "duck")}


def test_names_are_told_apart() -> None:
    names = [entry.name for entry in every_entry()]
    assert len(set(names)) == len(names)
