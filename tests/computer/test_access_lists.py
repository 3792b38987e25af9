"""On Windows an access list makes Keyturn's own files its person's alone; here its calls are made up."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from keyturn.computer.access_lists import list_of, this_access_lists
from keyturn.computer.folders import state_folder
from keyturn.computer.own_folder import make_private
from keyturn.computer.private_files import keeps_permissions, replace_private_file
from keyturn.model.errors import StoreError


class Lists:
    """Windows' lists.

    Attributes:
        closed: what was closed, in turn, with what stood in it then.
    """

    def __init__(self, *, refusal: int | None = None, kept: bool = True) -> None:
        self.refusal, self.kept = refusal, kept
        self.closed: list[tuple[Path, bytes]] = []

    def close(self, path: Path) -> None:
        if self.refusal is not None:
            error = OSError("made up")
            error.winerror = self.refusal  # type: ignore[attr-defined,unused-ignore]  # as on Windows
            raise error
        self.closed.append((path, path.read_bytes() if path.is_file() else b""))

    def are_kept_on(self, folder: Path) -> bool:
        return self.kept


def test_a_file_is_closed_before_anything_is_written_into_it(tmp_path: Path) -> None:
    lists = Lists()
    path = tmp_path / "secrets.json"
    replace_private_file(path, "made up", access=lists)
    ((closed, content),) = lists.closed
    assert (closed.parent, content, path.read_text()) == (tmp_path, b"", "made up")
    assert not closed.exists()  # it has its own name by now


def test_a_file_that_cannot_be_closed_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    path.write_text("before")
    with pytest.raises(OSError, match="made up"):
        replace_private_file(path, "made up", access=Lists(refusal=5))
    assert [path.read_text(), *(one.name for one in tmp_path.iterdir())] == ["before", "secrets.json"]


@pytest.mark.parametrize("number", [1, 50])
def test_a_stick_that_keeps_no_lists_takes_the_file_and_is_told(tmp_path: Path, number: int) -> None:
    lists = Lists(refusal=number, kept=False)
    replace_private_file(tmp_path / "settings.json", "{}", access=lists)
    assert (tmp_path / "settings.json").read_text() == "{}"
    assert not keeps_permissions(tmp_path, access=lists)
    (told,) = make_private(tmp_path, access=lists)
    assert "keeps no permissions" in told


def test_a_new_folder_is_closed_and_one_that_is_there_is_not_asked_for(tmp_path: Path) -> None:
    lists = Lists()
    folder = state_folder(tmp_path / "new" / "keyturn", access=lists)
    state_folder(folder, access=lists)
    assert [path for path, _content in lists.closed] == [folder]
    with pytest.raises(StoreError) as caught:
        state_folder(tmp_path / "other", access=Lists(refusal=5))
    assert caught.value.code == "state.folder"


def test_at_each_start_the_folder_is_closed_unless_it_holds_other_things(tmp_path: Path) -> None:
    lists = Lists()
    for name in ("settings.json", "secrets.json", "desktop.ini"):
        (tmp_path / name).write_text("{}")
    assert make_private(tmp_path, access=lists) == ()
    assert [path for path, _content in lists.closed] == [tmp_path]
    (tmp_path / "holiday.jpg").write_bytes(b"")
    lists.closed.clear()
    assert make_private(tmp_path, access=lists) == ()
    assert {path.name for path, _content in lists.closed} == {"settings.json", "secrets.json"}


def test_the_list_names_the_person_and_is_handed_down_by_folders_alone() -> None:
    assert list_of("S-1-5-21-1-2-3-1001", is_folder=False) == (
        "D:P(A;;FA;;;S-1-5-21-1-2-3-1001)(A;;FA;;;SY)(A;;FA;;;BA)"
    )
    assert list_of("S-1-5-21-1", is_folder=True) == "D:P(A;OICI;FA;;;S-1-5-21-1)(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)"


def test_where_permission_bits_do_it_there_are_none() -> None:
    assert (this_access_lists() is None) is (sys.platform != "win32")
