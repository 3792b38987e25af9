"""The guides: every file is complete, no label lacks a source, and a damaged one is a problem that hides no other."""

from __future__ import annotations

import gettext
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from keyturn.clients.described.guide import Guide, guide_named, guides, read_guides
from keyturn.clients.registry import every_client, find_everything, guided_clients
from keyturn.computer.computer import Computer, Platform
from keyturn.computer.resources import resources_folder
from keyturn.model import text

ALL = tuple(guides().by_name.values())
FILES = resources_folder() / "guided"


@pytest.fixture(params=ALL, ids=lambda guide: guide.name)
def guide(request: pytest.FixtureRequest) -> Guide:
    assert isinstance(request.param, Guide)
    return request.param


def test_every_file_is_used_and_none_has_the_name_of_a_program_that_keyturn_edits() -> None:
    assert guides().problems == ()
    assert {path.stem for path in FILES.iterdir()} == set(guides().by_name)
    assert not set(guides().by_name) & {client.name for client in every_client()}


def test_every_step_can_be_said_and_ends_like_a_sentence(guide: Guide) -> None:
    for sentence in guide.sentences():
        said = guide.say(sentence)
        assert "{" not in said
        assert said.endswith("."), said
        assert "successfully" not in said
        assert "!" not in said


def test_no_label_and_no_guide_lacks_its_source(guide: Guide) -> None:
    for source in (*guide.sources, *(label.source for label in guide.labels.values())):
        assert source.startswith(("https://", "facts/", "ARCHITECTURE.md")), source


def test_what_would_do_harm_and_how_one_knows_that_it_worked_is_said_of_each(guide: Guide) -> None:
    assert guide.careful
    assert guide.evidence


@pytest.fixture
def shouting() -> Iterator[None]:
    class Shouting(gettext.NullTranslations):
        def gettext(self, message: str) -> str:
            return f"translated: {message}"

    text.use_catalogue(Shouting())
    yield
    text.use_catalogue(gettext.NullTranslations())


@pytest.mark.usefixtures("shouting")
def test_every_sentence_is_translated_before_the_labels_are_put_in(guide: Guide) -> None:
    for sentence in guide.sentences():
        assert guide.say(sentence).startswith("translated: ")
        assert guide.say(sentence).count("“") == sentence.count("{")


# ── Files that were edited by hand ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ('name = "duplicati"', 'name = "other"', "`name` is not the file's own name"),
        ("confirmed = false", "", "`confirmed` has to be true or false"),
        ("confirmed = false", 'confirmed = false\nconfirmation = "x"', "members that mean nothing: confirmation"),
        ("{test}", "{tset}", "named and not there, or there and not named: test, tset"),
        ("{test}", "'Test'", "named and not there, or there and not named: test"),
        ("{test}", "“Test” and {test}", "words in quotation marks have to be a label with its source"),
        ('save = { text = "Save", source =', 'save = { text = "Save", sauce =', "members that mean nothing: sauce"),
        ('runs = "here"', 'runs = "somewhere"', "'somewhere' is not a valid Runs"),
        ("[traces.linux]", "[traces.amiga]", "'amiga' is not a valid Platform"),
        ("steps = [", "steps = [ 3,", "`steps` has to be a list of texts"),
        ("[traces.macos]", "[traces.macos", "line"),
    ],
)
def test_a_damaged_guide_is_told_with_its_reason_and_the_others_are_used(
    tmp_path: Path, before: str, after: str, reason: str
) -> None:
    shutil.copytree(FILES, tmp_path / "guided")
    damaged = tmp_path / "guided" / "duplicati.toml"
    whole = damaged.read_text(encoding="utf-8")
    assert before in whole
    damaged.write_text(whole.replace(before, after, 1), encoding="utf-8")

    read = read_guides(tmp_path / "guided")
    (problem,) = read.problems
    assert reason in problem.message
    assert (problem.path, problem.code) == (damaged, "guide.unusable")
    assert set(read.by_name) == set(guides().by_name) - {"duplicati"}


def test_a_product_without_a_guide_is_none() -> None:
    assert guide_named("never-heard-of") is None


# ── Detection ────────────────────────────────────────────────────────────────────────────────────────────────────────


def written_at(home: Path, pattern: str) -> Path | None:
    """Make a file that fits the pattern, or return None where it is outside the home folder."""
    starts = {"~": "", "$XDG_CONFIG_HOME": ".config", "%APPDATA%": "AppData/Roaming", "%LOCALAPPDATA%": "AppData/Local"}
    first, _slash, rest = pattern.partition("/")
    if first not in starts:
        return None
    path = home / starts[first] / rest.replace("*", "made-up")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"")
    return path


TRACES = [
    pytest.param(client.name, platform, pattern, id=f"{client.name}-{platform}-{pattern}")
    for client in guided_clients()
    if client.reader is None
    for platform, traces in client.guide.traces.items()
    for pattern in traces.files
]


@pytest.mark.parametrize(("name", "platform", "pattern"), TRACES)
def test_a_product_that_is_there_and_cannot_be_read_is_named_as_a_blind_spot(
    tmp_path: Path, name: str, platform: Platform, pattern: str
) -> None:
    path = written_at(tmp_path, pattern)
    found = find_everything(Computer(platform, tmp_path, {}, is_this_one=False))
    told = [problem for problem in found.problems if problem.client == name]
    if path is None:
        assert not told
        return
    (problem,) = told
    assert problem.code == "client.blind-spot"
    assert "cannot see which key it uses" in problem.title


@pytest.mark.parametrize("platform", Platform)
def test_an_empty_home_has_no_blind_spot(tmp_path: Path, platform: Platform) -> None:
    home = tmp_path / "Users" / "jo"  # where a Mac's disk begins is told by that folder
    home.mkdir(parents=True)
    assert find_everything(Computer(platform, home, {}, is_this_one=False)).problems == ()
