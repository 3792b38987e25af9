"""Before a file is edited that is elsewhere, of others or behind a link, the plan says so."""

from __future__ import annotations

from keyturn.rotation.steps import Route

from .conftest import Office


def test_a_file_outside_of_the_home_and_behind_a_link_is_shown_as_such(office: Office) -> None:
    kept = office.home.parent / "elsewhere" / "office.env"
    inside = office.home / ".config/restic/office.env"
    kept.parent.mkdir()
    inside.rename(kept)
    inside.symlink_to(kept)

    notes = office.plan(Route.SCOPED_USER).notes

    assert f"{inside} is a link: the file that is edited is {kept}." in notes
    assert any(note.startswith(f"{kept} is outside of the home folder") for note in notes)


def test_of_files_of_ones_own_nothing_is_said(office: Office) -> None:
    notes = office.plan(Route.SCOPED_USER).notes
    assert not any("is a link" in note or "outside of the home" in note or "another account" in note for note in notes)
