"""The assistant rotates a key so that programs ask Keyturn for the new one, as `rotate --into keychain` does."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from keyturn.desktop.assistant_work import Page

from .conftest import SmallHome, link_program
from .test_assistant import Person, person

__all__ = ["person"]  # the fixture


def unwrapped(text: str) -> str:
    """Without the invisible signs by which a long word is wrapped, or kept whole."""
    return "".join(one for one in text if one.isascii())


@pytest.fixture
def credentials(small_home: SmallHome, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A profile that a script of the person's uses; where this checkout lies counts as lasting."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    link_program(small_home)
    small_home.duck.unlink()
    script = small_home.home / "bin" / "nightly.sh"
    script.parent.mkdir()
    script.write_text("#!/bin/sh\naws --profile nas s3 sync /home s3://family-archive/attic\n")
    path = small_home.home / ".aws" / "credentials"
    path.parent.mkdir()
    pair = small_home.old
    path.write_text(
        f"[nas]\naws_access_key_id = {pair.access_key_id}\naws_secret_access_key = {pair.secret.reveal()}\n"
    )
    return path


def test_a_pair_leaves_its_file_and_what_stays_says_why(credentials: Path, person: Person) -> None:
    before, old = credentials.read_bytes(), person.home.old
    person.press("Choose the way out")
    person.press("More choices")
    person.press("Take the pair out of files whose programs can ask Keyturn for it")
    person.press("Nobody but me starts what uses it")
    person.press("Show the plan")
    person.leaves_out(SmallHome.BUCKET)
    assert "Puts it into 1 place: S3QL" in person.read()
    assert "Takes the pair out of 1 place, which asks Keyturn from then on: AWS CLI" in person.read()
    person.press("Details: every file and every call")
    said = person.read().replace("\u200b", "")
    assert "Asks Keyturn for /aws/nas from now on" in said
    assert "Stays in its file" in said
    assert "What reads its key there asks nobody for it." in said
    person.press("The same in a terminal")
    command = next(one for one in person.read().splitlines() if one.startswith("keyturn rotate"))
    assert "--into keychain --by-me" in unwrapped(command)
    assert credentials.read_bytes() == before
    person.press("Create new key and update two programs")
    assert person.page() is Page.PROOF
    assert "credential_process = " in credentials.read_text()
    assert old.secret.reveal() not in credentials.read_text()
