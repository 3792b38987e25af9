"""The README and its pages tell the truth about commands and files, and say nothing of what is not there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import commands
import keyturn
from keyturn.state.settings import Settings
from keyturn.terminal.arguments import parse

_TOP = Path(__file__).parents[2]
_README = (_TOP / "README.md").read_text(encoding="utf-8")
_PAGES = {
    name: (_TOP / ".github" / f"{name}.md").read_text(encoding="utf-8") for name in ("USING", "SAFETY", "FIGURES")
}
_CONTRIBUTING = (_TOP / ".github" / "CONTRIBUTING.md").read_text(encoding="utf-8")
_ALL = "\n".join((_README, *_PAGES.values(), _CONTRIBUTING))


def _keyturn(*arguments: str) -> subprocess.CompletedProcess[str]:
    wide = {**os.environ, "COLUMNS": "200"}
    command = [sys.executable, "-m", "keyturn", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=wide)


def test_the_first_screen_has_the_two_commands() -> None:
    first_screen = "\n".join(_README.splitlines()[:24])
    assert "python3 packaging/dev.py run practice" in first_screen
    assert "python3 packaging/dev.py test" in first_screen


def test_each_command_of_dev_py_is_named_and_no_other() -> None:
    assert set(re.findall(r"packaging/dev\.py ([a-z]+)", _ALL)) == set(commands.COMMANDS)
    assert set(re.findall(r"^  (\w+) [ \[]", commands.HELP, re.MULTILINE)) == set(commands.COMMANDS)


def test_each_command_of_keyturn_exists() -> None:
    table = _PAGES["USING"].partition("\n## Commands\n")[2].partition("\n\n")[0]
    rows = [line.split("|")[1] for line in table.splitlines()[2:]]
    named = {name for row in rows for name in re.findall(r"[`\s]([a-z][a-z-]+)", row)}
    assert {"scan", "rotate", "turn-off", "turn-on"} <= named
    for name in sorted(named):
        assert _keyturn(name, "--help").returncode == 0, name


def test_a_command_that_does_not_exist_is_told_with_exit_code_2() -> None:
    assert _keyturn("no-such-command").returncode == 2


def test_what_dev_py_run_hands_on_is_understood_by_keyturn() -> None:
    """Not run here: it would set up. That `run` hands its arguments on is in test_dev.py."""
    handed_on = re.findall(r"packaging/dev\.py run ((?:[a-z-]+ ?)+)", _README)
    assert {words.strip() for words in handed_on} == {"practice --window", "practice"}
    for words in handed_on:
        assert parse(words.split(), Settings()).command == "practice"


def test_what_is_told_of_the_sweep_is_in_its_own_help() -> None:
    """Not run here: it takes hours. tests/sweep runs a sample."""
    row = next(line for line in _CONTRIBUTING.splitlines() if line.startswith("| `packaging/dev.py sweep`"))
    told = {*re.findall(r"`(--\w+)", row), *re.findall(r"`(--\w+)`\s+tries each", _PAGES["SAFETY"])}
    assert told == {"--resume", "--every"}
    command = [sys.executable, str(_TOP / "packaging" / "sweep.py"), "--help"]
    teaches = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert told <= set(re.findall(r"^  (--\w+)", teaches, re.MULTILINE))


def test_what_installing_needs_is_there_by_that_name() -> None:
    """Not run here: it takes minutes, or another system. tests/bundle runs what can be run on Debian."""
    table = _README.partition("\n## Install\n")[2].partition("\n## ")[0]
    version = keyturn.__version__
    named = {f"keyturn_{version}_amd64.deb", f"keyturn-cli_{version}_amd64.deb", f"keyturn-{version}-1.x86_64.rpm"}
    assert set(re.findall(r"dist/(\S+?\.(?:deb|rpm))", table)) == named
    files = {name.replace("\\", "/") for name in re.findall(r"packaging[/\\][\w/\\.-]+", table)}
    assert {"packaging/macos/disk_image.sh", "packaging/windows/keyturn.iss"} <= files
    assert all((_TOP / name).is_file() for name in files), files
    extras = tomllib.loads((_TOP / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    assert {one for told in re.findall(r"\.\[([\w,]+)\]", table) for one in told.split(",")} == set(extras)


def test_every_link_and_picture_leads_to_a_file() -> None:
    for folder, text in ((_TOP, _README), *((_TOP / ".github", page) for page in (*_PAGES.values(), _CONTRIBUTING))):
        for link, picture in re.findall(r"\]\(([^)]+)\)|(?:src|srcset)=\"([^\"]+)\"", text):
            path = (link or picture).partition("#")[0]
            assert not path or (folder / path).exists(), link or picture


def test_the_readme_is_short_and_leads_to_each_page() -> None:
    assert len(_README.split()) < 1_200
    pages = {f".github/{path.name}" for path in (_TOP / ".github").glob("*.md")} - {".github/pull_request_template.md"}
    assert pages <= set(re.findall(r"\]\(([^)]+)\)", _README))


def test_what_the_failure_table_quotes_is_what_keyturn_says() -> None:
    table = _PAGES["SAFETY"].partition("\n## What can go wrong\n")[2].partition("\n## ")[0]
    quotes = re.findall(r"“([^”]+)”", table)
    assert len(quotes) > 8
    said = "".join(path.read_text(encoding="utf-8") for path in (_TOP / "app").rglob("*.py"))
    said = re.sub(r'"\s+"', "", said)  # sentences that stand on two lines
    for quote in quotes:
        for part in re.split(r"…|\d+", quote):
            assert part.strip() in said, quote
