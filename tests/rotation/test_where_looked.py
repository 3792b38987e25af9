"""“No key was found” says where Keyturn looked, and what looks further."""

from __future__ import annotations

from pathlib import Path

from keyturn.clients.search.folder_search import Searched
from keyturn.model.places import Findings
from keyturn.rotation.finding.situation import Mood, of_survey
from keyturn.rotation.finding.survey import Survey, take_survey

from .conftest import Office


def said(office: Office, searched: Searched | None = None) -> str:
    situation = of_survey(Survey((), (), searched), office.clock.now(), office.home)
    assert situation.mood is Mood.NOTHING
    return " ".join(situation.sentences)


def test_an_empty_computer_hears_where_was_looked_and_the_command_that_looks_further(office: Office) -> None:
    office.forget_programs()
    survey = take_survey(office.start())
    sentences = " ".join(of_survey(survey, office.clock.now(), office.home).sentences)

    assert f"looked below {office.home}" in sentences
    assert "`keyturn clients`" in sentences
    assert f"`keyturn scan --search {office.home} --any`" in sentences


def test_after_a_search_of_other_folders_it_says_both(office: Office) -> None:
    searched = Searched(Findings(), files=12, size=3000, folders=(Path("/mnt/nas"),))

    assert "It searched 12 files" in said(office, searched)
    assert "/mnt/nas, too" in said(office, searched)
    assert f"--search {office.home} --any" in said(office, searched)


def test_after_a_search_of_everything_there_is_nothing_more_to_search(office: Office) -> None:
    searched = Searched(Findings(), files=12, size=3000, folders=(office.home.parent,))

    assert "--search" not in said(office, searched)


def test_a_search_that_was_ended_early_is_not_called_done(office: Office) -> None:
    searched = Searched(Findings(), files=12, size=3000, finished=False, folders=(Path("/mnt/nas"),))

    assert "began to search /mnt/nas" in said(office, searched)
    assert "It searched" not in said(office, searched)
