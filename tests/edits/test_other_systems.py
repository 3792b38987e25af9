"""What Windows and macOS keep of a file beside its contents stays when it is replaced, whichever of their calls fails.

Neither system is here: their calls are made up, after their documents (facts/systems.md 1)."""

from __future__ import annotations

import errno
import os
from dataclasses import replace
from pathlib import Path

import pytest

from keyturn.edits import on_macos, on_windows
from keyturn.edits.files import leftover_temporaries, read_file, replace_file, writability
from keyturn.edits.filesystem import RealFileSystem
from keyturn.edits.on_windows import ADMINISTRATORS, Access
from keyturn.model.errors import FileError

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the made-up calls work on files of POSIX")
OLD, NEW = b"key = old", b"key = new and longer"
ME, SOMEBODY = b"me", b"somebody"
OF_THE_FOLDER = Access(ME, b"everybody in this house", protected=False)
OF_THE_FILE = Access(ME, b"me alone", protected=True)


class Refused(OSError):
    """An error with Windows' own number; the other one is what Python makes of it (errmap.h of CPython)."""

    def __init__(self, number: int) -> None:
        means = {5: errno.EACCES, 32: errno.EACCES, 33: errno.EACCES, 112: errno.ENOSPC}
        super().__init__(means.get(number, errno.EINVAL), "made up")
        self.winerror = number


class Denied(Refused, PermissionError):
    """As `Refused`, where Python has a class of its own for the number."""


def refusal(number: int) -> Refused:
    return Denied(number) if number in {5, 32, 33} else Refused(number)


class Windows:
    """The calls as Windows answers them (`on_windows.WindowsFiles`).

    Attributes:
        kept: what it keeps beside the contents, by the file's number: the access list and the streams.
        refuses: which call fails, with which number, and how often.
        seen: who could read a new file, each time that something was about to be written into it.
    """

    def __init__(self, file: Path, access: Access = OF_THE_FILE, streams: bytes = b"Zone.Identifier") -> None:
        self.kept: dict[int, tuple[Access, bytes]] = {file.stat().st_ino: (access, streams)}
        self.refuses: dict[str, tuple[int, int]] = {}
        self.calls: list[str] = []
        self.seen: list[Access] = []

    def copy(self, source: Path, new: Path) -> None:
        self.asked("copy")
        self.seen.append(self.of(new)[0])
        new.write_bytes(source.read_bytes())
        # The document does not say that a list stays, so here it does not.
        self.kept[new.stat().st_ino] = (OF_THE_FOLDER, self.of(source)[1])

    def access(self, path: Path) -> Access:
        self.asked("access")
        return self.of(path)[0]

    def set_entries(self, path: Path, access: Access) -> None:
        self.asked("set_entries")
        before, streams = self.of(path)
        self.kept[path.stat().st_ino] = (replace(access, owner=before.owner), streams)

    def set_owner(self, path: Path, owner: bytes) -> None:
        self.asked("set_owner")
        access, streams = self.of(path)
        self.kept[path.stat().st_ino] = (replace(access, owner=owner), streams)

    def asked(self, name: str) -> None:
        self.calls.append(name)
        number, times = self.refuses.get(name, (0, 0))
        if times:
            self.refuses[name] = (number, times - 1)
            raise refusal(number)

    def of(self, path: Path) -> tuple[Access, bytes]:
        return self.kept.get(path.stat().st_ino, (OF_THE_FOLDER, b""))


class OnWindows(RealFileSystem):
    """The file system there: names cannot be swapped, and a file that is open elsewhere cannot be replaced."""

    def __init__(self, windows: Windows) -> None:
        self._windows = windows

    def create_like(self, like: Path, path: Path) -> int:
        descriptor = on_windows.created_like(like, path, self._windows)
        self._windows.seen.append(self._windows.of(path)[0])
        return descriptor

    def replace(self, source: Path, target: Path) -> None:
        self._windows.asked("replace")
        super().replace(source, target)

    def exchange(self, one: Path, other: Path) -> None:
        raise OSError(errno.ENOSYS, "made up")

    def pause(self, seconds: float) -> None:
        self._windows.calls.append("pause")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "rclone.conf"
    path.write_bytes(OLD)
    path.chmod(0o600)
    return path


def replaced(file: Path, filesystem: RealFileSystem) -> str | None:
    """Replace it, and return the error's code; whatever happened, nothing is left beside it."""
    try:
        replace_file(read_file(file), NEW, filesystem=filesystem)
    except FileError as error:
        assert file.read_bytes() == OLD
        return error.code
    finally:
        assert leftover_temporaries(file.parent) == ()
    assert file.read_bytes() == NEW
    return None


@pytest.mark.parametrize("entries", [b"me alone", None, OF_THE_FOLDER.entries])
@pytest.mark.parametrize("protected", [True, False])
@pytest.mark.parametrize("owner", [ME, SOMEBODY])
def test_on_windows_access_list_owner_and_streams_stay(
    file: Path, owner: bytes, entries: bytes | None, protected: bool
) -> None:
    access = Access(owner, entries, protected)
    windows = Windows(file, access)
    assert replaced(file, OnWindows(windows)) is None
    assert windows.of(file) == (access, b"Zone.Identifier")


def test_on_windows_neither_key_is_ever_in_a_file_that_the_folder_opens_to_others(file: Path) -> None:
    windows = Windows(file)
    assert writability(file, filesystem=OnWindows(windows)) is None
    assert replaced(file, OnWindows(windows)) is None
    assert windows.seen == [OF_THE_FILE] * 4  # the old contents and the new ones, rehearsed and done


@pytest.mark.parametrize(
    ("call", "number", "code"),
    [
        ("copy", 5, "file.denied"),
        ("copy", 32, "file.busy"),
        ("copy", 33, "file.busy"),
        ("copy", 112, "file.full"),  # ERROR_DISK_FULL
        ("copy", 6000, "file.failed"),  # ERROR_ENCRYPTION_FAILED: what was encrypted does not become plain
        ("access", 5, "file.denied"),
        ("set_entries", 5, "file.denied"),
        ("set_owner", 5, "file.denied"),
        ("set_owner", 1307, "file.denied"),  # ERROR_INVALID_OWNER
        ("set_owner", 1314, "file.denied"),  # ERROR_PRIVILEGE_NOT_HELD
        ("replace", 5, "file.busy"),  # Windows says so of a file that is open elsewhere
        ("replace", 32, "file.busy"),
        ("replace", 17, "file.failed"),  # ERROR_NOT_SAME_DEVICE
    ],
)
def test_on_windows_each_call_may_fail_and_the_file_is_as_it_was(file: Path, call: str, number: int, code: str) -> None:
    windows = Windows(file, Access(SOMEBODY, b"me alone", protected=True))
    windows.refuses[call] = (number, 1000)
    assert replaced(file, OnWindows(windows)) == code
    assert windows.of(file) == (Access(SOMEBODY, b"me alone", protected=True), b"Zone.Identifier")
    # Rehearsing finds the same, but what only giving the name can tell.
    windows.refuses[call] = (number, 1000)
    rehearsed = writability(file, filesystem=OnWindows(windows))
    assert (None if rehearsed is None else rehearsed.code) == (None if call == "replace" else code)
    assert leftover_temporaries(file.parent) == ()


@pytest.mark.parametrize("call", ["copy", "access", "set_entries", "replace"])
def test_on_windows_a_file_that_a_scanner_holds_for_a_moment_is_waited_for(file: Path, call: str) -> None:
    windows = Windows(file)
    windows.refuses[call] = (32, 3)
    assert replaced(file, OnWindows(windows)) is None
    assert windows.calls.count("pause") == 3
    assert windows.of(file) == (OF_THE_FILE, b"Zone.Identifier")


@pytest.mark.parametrize("number", [1, 50])
def test_on_windows_a_stick_without_access_lists_has_none_to_keep(file: Path, number: int) -> None:
    windows = Windows(file)
    windows.refuses["access"] = (number, 1000)
    assert replaced(file, OnWindows(windows)) is None
    assert "set_entries" not in windows.calls


def test_on_windows_a_file_that_only_somebody_else_may_own_is_not_called_busy(file: Path) -> None:
    windows = Windows(file, Access(SOMEBODY, b"me alone", protected=True))
    windows.refuses["set_owner"] = (1307, 1000)
    with pytest.raises(FileError, match="another account"):
        replace_file(read_file(file), NEW, filesystem=OnWindows(windows))


def test_on_windows_what_raised_rights_made_is_replaced_without_them_and_open_to_the_same_people(file: Path) -> None:
    assert len(ADMINISTRATORS) == 8 + 4 * ADMINISTRATORS[1]
    windows = Windows(file, Access(ADMINISTRATORS, b"me and administrators", protected=True))
    windows.refuses["set_owner"] = (1307, 1000)
    assert replaced(file, OnWindows(windows)) is None
    assert windows.of(file)[0] == Access(ME, b"me and administrators", protected=True)


class Macos(RealFileSystem):
    """The file system as macOS answers; fcopyfile fails with a number, or is written down."""

    def __init__(self, number: int = 0) -> None:
        self.number = number
        self.copied: list[tuple[int, int, int]] = []

    def create_like(self, like: Path, path: Path) -> int:
        def copy(source: int, new: int, what: int) -> None:
            if self.number:
                raise OSError(self.number, os.strerror(self.number))
            assert os.fstat(new).st_mode & 0o777 == 0o600
            self.copied.append((os.fstat(source).st_ino, os.fstat(new).st_size, what))

        return on_macos.created_like(like, path, copy)


def test_on_macos_access_list_and_attributes_are_copied_before_anything_is_written(file: Path) -> None:
    macos, before = Macos(), file.stat().st_ino
    assert replaced(file, macos) is None
    assert macos.copied == [(before, 0, 0b101)]  # copyfile.h: COPYFILE_ACL and COPYFILE_XATTR, no COPYFILE_DATA


@pytest.mark.parametrize(
    ("number", "code"),
    [(errno.ENOTSUP, None), (errno.EPERM, "file.denied"), (errno.ENOSPC, "file.full"), (errno.EIO, "file.failed")],
)
def test_on_macos_what_cannot_be_kept_leaves_the_file_as_it_was(file: Path, number: int, code: str | None) -> None:
    descriptors = len(list(Path("/dev/fd").iterdir()))
    assert replaced(file, Macos(number)) == code
    assert len(list(Path("/dev/fd").iterdir())) == descriptors
