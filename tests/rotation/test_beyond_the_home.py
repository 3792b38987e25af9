"""Before a file is edited that is elsewhere, of others or behind a link, or that loses something, the plan says so."""

from __future__ import annotations

from keyturn.computer.computer import Platform
from keyturn.rotation.planning.plan_edits import new_of_a_replaced_file
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


def test_what_windows_does_not_carry_over_to_a_replaced_file_is_said() -> None:
    (said,) = new_of_a_replaced_file(Platform.WINDOWS)
    assert all(lost in said for lost in ("date of creation", "short name", "audited", "administrators"))
    assert not new_of_a_replaced_file(Platform.LINUX)
    assert not new_of_a_replaced_file(Platform.MACOS)
