"""Another program's file is read without surprise, and replaced as a whole or not at all."""

from __future__ import annotations

import errno
import gc
import hashlib
import os
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import cast

import pytest

from keyturn.edits.files import (
    LIMIT,
    leftover_temporaries,
    obstacle,
    read_file,
    replace_file,
    writability,
)
from keyturn.edits.filesystem import ACCESS_LIST, FileSystem, RealFileSystem
from keyturn.model.errors import FileError
from keyturn.model.temporaries import PREFIX

pytestmark = pytest.mark.skipif(os.name != "posix", reason="permissions and links as POSIX has them")
OLD, NEW = b"[default]\r\nkey = old\r\n", b"[default]\r\nkey = new and longer"
AS_ROOT = os.geteuid() == 0 if hasattr(os, "geteuid") else False


@pytest.fixture
def file(tmp_path: Path) -> Path:
    folder = tmp_path / "Ünser Büro"
    folder.mkdir()
    path = folder / "rclone – café.conf"
    path.write_bytes(OLD)
    path.chmod(0o600)
    return path


def code_of(path: Path) -> str:
    with pytest.raises(FileError) as caught:
        read_file(path)
    return caught.value.code


def replacing(path: Path, content: bytes = NEW) -> str | None:
    """The code with which replacing fails, after checking that rehearsing it said the same; None where it worked."""
    before = read_file(path)
    rehearsed = writability(path)
    assert names_beside(path) == [], "the rehearsal left something behind"
    try:
        replace_file(before, content)
    except FileError as error:
        assert rehearsed is not None
        assert rehearsed.code == error.code
        assert names_beside(path) == []
        return error.code
    assert rehearsed is None
    return None


def names_beside(path: Path) -> list[str]:
    return [name.name for name in path.resolve().parent.iterdir() if name.name.startswith(PREFIX)]


# --- reading


def test_a_file_is_read_with_everything_that_has_to_stay(file: Path) -> None:
    file.chmod(0o640)
    read = read_file(file)
    assert (read.content, read.mode, read.real_path) == (OLD, 0o640, file.resolve())
    assert read.digest == hashlib.sha256(OLD).hexdigest()
    assert "old" not in repr(read)


def test_what_is_no_file_is_refused_without_waiting_for_it(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    (tmp_path / "link").symlink_to(pipe)
    for path in (pipe, tmp_path / "link", tmp_path, Path("/dev/zero"), Path("/dev/tty")):
        assert code_of(path) == "file.not-a-file"


def test_what_is_not_there_is_told_from_what_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    (tmp_path / "dangling").symlink_to(tmp_path / "gone")
    (tmp_path / "file").write_bytes(b"")
    for path in ("gone", "circle", "dangling", "file/below", "zero\0byte"):
        assert code_of(tmp_path / path) == "file.missing"


def test_a_huge_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    huge = tmp_path / "huge"
    with huge.open("wb") as writer:
        writer.truncate(1024**4)
    disk = Disk()
    with pytest.raises(FileError) as caught:
        read_file(huge, filesystem=disk.port)
    assert caught.value.code == "file.too-big"
    assert "read" not in disk.calls


def test_the_limit_is_kept_also_where_the_size_is_not_told(tmp_path: Path) -> None:
    class GrowsWhileItIsRead(RealFileSystem):
        given = 0

        def read(self, descriptor: int, size: int) -> bytes:
            self.given += size
            return b"x" * size

    growing = GrowsWhileItIsRead()
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(FileError) as caught:
        read_file(tmp_path / "file", filesystem=growing)
    assert caught.value.code == "file.too-big"
    assert growing.given <= LIMIT + 1
    (tmp_path / "file").write_bytes(b"x" * LIMIT)
    assert len(read_file(tmp_path / "file").content) == LIMIT


# --- replacing


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o644, 0o660, 0o2640, 0o700])
def test_the_permissions_stay_whatever_the_umask_is(file: Path, mode: int) -> None:
    file.chmod(mode)
    for umask in (0o077, 0o000):
        before = os.umask(umask)
        try:
            replace_file(read_file(file), file.read_bytes() + b"x")
        finally:
            os.umask(before)
        assert stat.S_IMODE(file.stat().st_mode) == mode


@pytest.mark.parametrize(
    "content",
    [b"", b"\xef\xbb\xbf[a]\r\nb = c", b"\xff\xfea\0", b"no newline", b"x" * 3_000_000],
    ids=lambda c: str(len(c)),
)
def test_the_bytes_are_exactly_the_ones_given(file: Path, content: bytes) -> None:
    assert replacing(file, content) is None
    assert file.read_bytes() == content


def test_links_stay_and_the_file_behind_them_is_replaced(file: Path, tmp_path: Path) -> None:
    (tmp_path / "dotfiles").symlink_to(file.parent)
    link = tmp_path / "rclone.conf"
    link.symlink_to(Path("dotfiles") / file.name)
    assert replacing(link) is None
    assert link.is_symlink()
    assert not file.is_symlink()
    assert file.read_bytes() == NEW


@pytest.mark.skipif(not AS_ROOT, reason="only root may give files away")
def test_owner_and_group_stay(file: Path) -> None:
    os.chown(file, 65534, 1234)
    file.chmod(0o640)
    assert replacing(file) is None
    now = file.stat()
    assert (now.st_uid, now.st_gid, stat.S_IMODE(now.st_mode)) == (65534, 1234, 0o640)


# What `setfacl -m u:65534:r` stores (linux/posix_acl_xattr.h): version 2; owner, the named user, group, mask, others.
NAMED_READER = bytes.fromhex(
    "02000000 01000600ffffffff 02000400feff0000 04000000ffffffff 10000400ffffffff 20000000ffffffff".replace(" ", "")
)


@pytest.mark.skipif(sys.platform != "linux", reason="extended attributes as Linux has them")
def test_access_list_and_attributes_stay(file: Path) -> None:
    os.setxattr(file, "user.note", b"mine")
    os.setxattr(file, ACCESS_LIST, NAMED_READER)
    mode = stat.S_IMODE(file.stat().st_mode)
    assert replacing(file) is None
    assert os.getxattr(file, "user.note") == b"mine"
    assert os.getxattr(file, ACCESS_LIST) == NAMED_READER
    assert stat.S_IMODE(file.stat().st_mode) == mode


@pytest.mark.skipif(sys.platform != "linux", reason="extended attributes as Linux has them")
def test_a_file_whose_attributes_cannot_be_kept_is_left_as_it_is(file: Path) -> None:
    class WithoutRoomForAttributes(RealFileSystem):
        def set_attribute(self, descriptor: int, name: str, value: bytes) -> None:
            raise OSError(errno.ENOSPC, "no room for attributes")

    os.setxattr(file, "user.note", b"mine")
    with pytest.raises(FileError) as caught:
        replace_file(read_file(file), NEW, filesystem=WithoutRoomForAttributes())
    assert caught.value.code == "file.full"
    assert file.read_bytes() == OLD
    assert os.getxattr(file, "user.note") == b"mine"
    assert not leftover_temporaries(file.parent)


@pytest.mark.skipif(sys.platform != "linux", reason="access lists as Linux has them")
def test_a_default_access_list_of_the_folder_does_not_open_the_file_to_others(file: Path) -> None:
    os.setxattr(file.parent, "system.posix_acl_default", NAMED_READER)
    file.chmod(0o640)
    assert replacing(file) is None
    assert ACCESS_LIST not in os.listxattr(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o640


# --- what stands in the way


def test_a_file_that_changed_since_it_was_read_is_left_as_it_is(file: Path) -> None:
    before = read_file(file)
    file.write_bytes(b"theirs")
    disk = Disk()
    with pytest.raises(FileError) as caught:
        replace_file(before, NEW, filesystem=disk.port)
    assert caught.value.code == "file.changed"
    assert "write" not in disk.calls
    assert file.read_bytes() == b"theirs"


@pytest.mark.parametrize("change", ["content", "link", "removed", "mode"])
def test_a_change_in_the_last_moment_is_seen_and_left_as_it_is(file: Path, tmp_path: Path, change: str) -> None:
    other = tmp_path / "other"
    other.write_bytes(OLD)
    other.chmod(0o600)
    link = tmp_path / "link"
    link.symlink_to(file)

    class Meanwhile(RealFileSystem):
        def fsync(self, descriptor: int) -> None:
            super().fsync(descriptor)
            if change == "content":
                file.write_bytes(b"theirs")
            elif change == "link":
                link.unlink()
                link.symlink_to(other)
            elif change == "mode":
                file.chmod(0o644)
            else:
                file.unlink()

    with pytest.raises(FileError) as caught:
        replace_file(read_file(link), NEW, filesystem=Meanwhile())
    assert caught.value.code == "file.changed"
    assert other.read_bytes() == OLD
    assert not file.exists() or file.read_bytes() in (OLD, b"theirs")
    assert leftover_temporaries(file.parent) == ()


class InTheWindow(RealFileSystem):
    """Somebody acts between the last look and the moment in which the new file gets the name, and perhaps after it."""

    def __init__(self, *acts: Callable[[], None]) -> None:
        self._acts = list(acts)

    def exchange(self, one: Path, other: Path) -> None:
        if self._acts:
            self._acts.pop(0)()
        super().exchange(one, other)


@pytest.mark.skipif(sys.platform != "linux", reason="names are swapped on Linux")
@pytest.mark.parametrize("in_place", [False, True])
@pytest.mark.parametrize("times", [1, 2])
def test_what_another_program_writes_after_the_last_look_is_kept(file: Path, in_place: bool, times: int) -> None:
    def write(content: bytes) -> None:
        beside = file if in_place else file.with_name("theirs")
        beside.write_bytes(content)
        beside.chmod(0o600)
        beside.replace(file)

    acts = [partial(write, b"theirs %d" % number) for number in range(times)]
    with pytest.raises(FileError) as caught:
        replace_file(read_file(file), NEW, filesystem=InTheWindow(*acts))
    assert caught.value.code == "file.changed"
    # Written in place the second time, it went into the new file, which then is theirs.
    assert file.read_bytes() == b"theirs %d" % (times - 1)
    assert leftover_temporaries(file.parent) == ()


@pytest.mark.skipif(sys.platform != "linux", reason="names are swapped on Linux")
def test_a_file_that_vanishes_after_the_last_look_is_not_made_anew(file: Path) -> None:
    with pytest.raises(FileError) as caught:
        replace_file(read_file(file), NEW, filesystem=InTheWindow(file.unlink))
    assert caught.value.code == "file.missing"
    assert not file.exists()
    assert leftover_temporaries(file.parent) == ()


def test_a_write_protected_file_is_respected(file: Path) -> None:
    file.chmod(0o400)
    assert replacing(file) == "file.read-only"
    assert file.read_bytes() == OLD


def test_a_file_with_a_second_name_is_refused_because_the_other_name_would_keep_the_old_key(file: Path) -> None:
    os.link(file, file.with_name("second"))
    assert replacing(file) == "file.hard-linked"
    assert file.read_bytes() == file.with_name("second").read_bytes() == OLD


# Python's own files may be out of reach afterwards, so everything is imported before.
BECOME_NOBODY = """
import os, resource, sys
from functools import partial
from pathlib import Path
from keyturn.edits.files import obstacle, read_file, replace_file, writability
from keyturn.model.errors import FileError
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
"""


def as_nobody(script: str, *arguments: str | Path) -> str:
    """Run a few lines of Python without root's powers, and return what they print."""
    done = subprocess.run([sys.executable, "-c", BECOME_NOBODY + script, *arguments], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


REHEARSE_AND_REPLACE = """
path = Path(sys.argv[1])
try:
    before = read_file(path)
except FileError as error:
    print(error.code, end=" ")
else:
    for look in (obstacle, writability):
        print(getattr(look(path), "code", None), end=" ")
    try:
        replace_file(before, b"new")
    except FileError as error:
        print(error.code)
"""


@pytest.fixture
def open_to_nobody(file: Path, tmp_path: Path) -> Iterator[Path]:
    """The file, and all folders above it that the tests made, given to the account without rights."""
    if AS_ROOT:
        for folder in (tmp_path, *tmp_path.parents):
            if folder == Path(tempfile.gettempdir()):
                break
            folder.chmod(folder.stat().st_mode | 0o011)
        for path in (file.parent, file):
            os.chown(path, 65534, 65534)
    yield file
    file.parent.chmod(0o700)


def test_a_folder_that_may_not_be_written_is_found_before_anything_is_created(open_to_nobody: Path) -> None:
    open_to_nobody.parent.chmod(0o500)
    assert as_nobody(REHEARSE_AND_REPLACE, open_to_nobody) == "file.denied file.denied file.denied"
    assert open_to_nobody.read_bytes() == OLD


def test_a_file_that_may_not_be_read_is_said_to_be_unknown(open_to_nobody: Path) -> None:
    open_to_nobody.chmod(0o000)
    assert as_nobody(REHEARSE_AND_REPLACE, open_to_nobody) == "file.closed"


@pytest.mark.skipif(not AS_ROOT, reason="only root may give files away")
@pytest.mark.parametrize(("owner", "group"), [(1, 65534), (65534, 1)], ids=["owner", "group"])
def test_a_file_of_another_account_is_refused_because_its_owner_could_not_be_kept(
    open_to_nobody: Path, owner: int, group: int
) -> None:
    os.chown(open_to_nobody, owner, group)
    open_to_nobody.chmod(0o666)
    assert as_nobody(REHEARSE_AND_REPLACE, open_to_nobody) == "None file.denied file.denied"
    now = open_to_nobody.stat()
    assert (now.st_uid, now.st_gid, open_to_nobody.read_bytes()) == (owner, group, OLD)
    assert leftover_temporaries(open_to_nobody.parent) == ()


def test_a_limit_on_the_size_of_files_counts_as_no_room(open_to_nobody: Path) -> None:
    limit = "resource.setrlimit(resource.RLIMIT_FSIZE, (2, 2))\n"
    assert as_nobody(limit + REHEARSE_AND_REPLACE, open_to_nobody) == "None file.full file.full"
    assert open_to_nobody.read_bytes() == OLD
    assert leftover_temporaries(open_to_nobody.parent) == ()


def clean_up(*command: str | Path) -> None:
    subprocess.run(command, check=True)


def run_or_skip(*command: str | Path) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        pytest.skip(f"not allowed here: {done.stderr.strip()}")


@pytest.mark.skipif(not AS_ROOT or sys.platform != "linux", reason="only root may set these flags, on Linux")
@pytest.mark.parametrize(("flag", "where"), [("i", "file"), ("a", "file"), ("i", "folder")])
def test_a_flag_that_forbids_changes_is_found_before_anything_is_created(file: Path, flag: str, where: str) -> None:
    target = file if where == "file" else file.parent
    run_or_skip("chattr", f"+{flag}", target)
    try:
        assert replacing(file) == "file.denied"
        assert file.read_bytes() == OLD
    finally:
        clean_up("chattr", f"-{flag}", target)


@pytest.mark.skipif(not AS_ROOT or sys.platform != "linux", reason="only root may mount, on Linux")
@pytest.mark.parametrize(
    ("state", "code"), [("full", "file.full"), ("read-only", "file.read-only"), ("mount", "file.busy")]
)
def test_a_full_disk_a_read_only_disk_and_a_mounted_file_are_found(tmp_path: Path, state: str, code: str) -> None:
    disk = tmp_path / "disk with blank"
    disk.mkdir()
    run_or_skip("mount", "-t", "tmpfs", "-o", "size=64k", "none", disk)
    try:
        file = disk / "a file.conf"
        file.write_bytes(OLD)
        if state == "full":
            with (disk / "filler").open("wb", buffering=0) as filler, pytest.raises(OSError, match="No space"):
                while True:
                    filler.write(bytes(4096))
        elif state == "read-only":
            run_or_skip("mount", "-o", "remount,ro", disk)
        else:
            run_or_skip("mount", "--bind", file, file)
        try:
            assert replacing(file) == code
            assert file.read_bytes() == OLD
        finally:
            if state == "mount":
                clean_up("umount", "--lazy", file)
    finally:
        clean_up("umount", "--lazy", disk)


class Held(PermissionError):
    """Access denied with the number that Windows gives as the reason."""

    def __init__(self, code: int) -> None:
        super().__init__(errno.EACCES, "in use")
        self.winerror = code


class HeldByAnotherProgram(RealFileSystem):
    """Answers as Windows does while another program holds the file."""

    def __init__(self, times: int, code: int) -> None:
        self.times, self.code, self.waited = times, code, 0.0

    def exchange(self, one: Path, other: Path) -> None:
        raise OSError(errno.ENOSYS, "made up")

    def replace(self, source: Path, target: Path) -> None:
        if self.times > 0:
            self.times -= 1
            raise Held(self.code)
        super().replace(source, target)

    def pause(self, seconds: float) -> None:
        self.waited += seconds


@pytest.mark.parametrize("code", [5, 32, 33])
def test_a_file_held_for_a_moment_is_replaced_when_it_is_free(file: Path, code: int) -> None:
    held = HeldByAnotherProgram(3, code)
    replace_file(read_file(file), NEW, filesystem=held)
    assert file.read_bytes() == NEW
    assert 0 < held.waited < 5


def test_a_file_held_for_long_is_said_to_be_in_use(file: Path) -> None:
    held = HeldByAnotherProgram(1000, 32)
    with pytest.raises(FileError) as caught:
        replace_file(read_file(file), NEW, filesystem=held)
    assert caught.value.code == "file.busy"
    assert held.waited < 5
    assert (file.read_bytes(), leftover_temporaries(file.parent)) == (OLD, ())


class OpenElsewhere(HeldByAnotherProgram):
    """Answers as Windows does while another program has the file open for itself alone."""

    def open(self, path: Path, flags: int, mode: int = 0o777) -> int:
        if self.times > 0:
            self.times -= 1
            raise Held(self.code)
        return super().open(path, flags, mode)


@pytest.mark.parametrize("code", [32, 33])
def test_a_file_that_another_program_has_open_for_a_moment_is_read_when_it_is_free(file: Path, code: int) -> None:
    held = OpenElsewhere(3, code)
    assert read_file(file, filesystem=held).content == OLD
    assert 0 < held.waited < 5


def test_a_file_that_another_program_has_open_for_long_is_in_use_and_not_somebody_elses(file: Path) -> None:
    for now in (OpenElsewhere(1000, 32), OpenElsewhere(1000, 33)):
        with pytest.raises(FileError) as caught:
            read_file(file, filesystem=now)
        assert caught.value.code == "file.busy"
        assert now.waited < 5


def test_a_file_that_may_not_be_opened_is_not_waited_for(file: Path) -> None:
    held = OpenElsewhere(1, 5)
    with pytest.raises(FileError) as caught:
        read_file(file, filesystem=held)
    assert (caught.value.code, held.waited) == ("file.closed", 0.0)


class HeldWhileItsRightsAreRead(HeldByAnotherProgram):
    def attributes(self, descriptor: int) -> dict[str, bytes]:
        raise Held(self.code)


def test_a_file_that_is_held_while_its_rights_are_taken_over_is_in_use(file: Path) -> None:
    with pytest.raises(FileError) as caught:
        replace_file(read_file(file), NEW, filesystem=HeldWhileItsRightsAreRead(0, 32))
    assert caught.value.code == "file.busy"
    assert (file.read_bytes(), leftover_temporaries(file.parent)) == (OLD, ())


# --- every call may fail


class Disk:
    """The real file system, but its nth call fails.

    Attributes:
        calls: the names of the calls so far.
        named_by: `exchange`, or `replace` on a disk where names cannot be swapped.
    """

    def __init__(
        self, fails_at: int | None = None, failure: BaseException | None = None, *, named_by: str = "exchange"
    ) -> None:
        self.fails_at = fails_at
        self.failure = failure
        self.named_by = named_by
        self.calls: list[str] = []
        self.removal_works = True
        self.bytes_at_once: int | None = None

    def __getattr__(self, name: str) -> Callable[..., object]:
        real = getattr(RealFileSystem(), name)

        def call(*arguments: object) -> object:
            self.calls.append(name)
            if len(self.calls) - 1 == self.fails_at:
                if name == "close":
                    real(*arguments)  # the system lets go of a descriptor also where closing fails
                assert self.failure is not None
                raise self.failure
            if name == "exchange" != self.named_by:
                raise OSError(errno.EINVAL, "made up")
            if name == "remove" and not self.removal_works:
                raise OSError(errno.EIO, "made up")
            if name == "write":
                descriptor, content = arguments
                assert isinstance(content, bytes)
                return real(descriptor, content[: self.bytes_at_once])
            return real(*arguments)

        return call

    @property
    def port(self) -> FileSystem:
        return cast("FileSystem", self)


def calls_of_a_replacement(path: Path, named_by: str = "exchange") -> list[str]:
    disk = Disk(named_by=named_by)
    replace_file(read_file(path), OLD, filesystem=disk.port)
    return disk.calls


def test_the_bytes_are_on_the_disk_before_the_name_is_given_to_them_and_then_the_name_is(file: Path) -> None:
    calls = calls_of_a_replacement(file)
    written, named = calls.index("write"), calls.index("exchange")
    assert "fsync" in calls[written:named]
    assert "fsync" in calls[named:]
    # The last look at what is there comes right before the replacement.
    assert calls[named - 2 : named] == ["read", "close"]


@pytest.mark.parametrize("named_by", ["exchange", "replace"])
@pytest.mark.parametrize("failure", [errno.EIO, errno.ENOSPC, errno.EACCES, errno.EROFS, errno.EINTR, None])
def test_whichever_call_fails_the_file_is_old_or_new_and_nothing_is_left(
    file: Path, failure: int | None, named_by: str
) -> None:
    calls = calls_of_a_replacement(file, named_by)
    assert {"open", "write", "fsync", named_by, "close", "read", "resolve"} <= set(calls)
    gc.collect()  # what other tests left to be closed is not closed meanwhile
    descriptors = len(list(Path("/dev/fd").iterdir()))
    for nth, name in enumerate(calls):
        file.write_bytes(OLD)
        error = KeyboardInterrupt() if failure is None else OSError(failure, os.strerror(failure))
        before = read_file(file)
        try:
            replace_file(before, NEW, filesystem=Disk(nth, error, named_by=named_by).port)
        except FileError as told:
            expected = NEW if told.code == "file.not-durable" else OLD
        except KeyboardInterrupt:
            expected = None
        else:
            expected = NEW
        content = file.read_bytes()
        assert content in ((OLD, NEW) if expected is None else (expected,)), f"call {nth}, {name}"
        assert leftover_temporaries(file.parent) == (), f"call {nth}, {name}"
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(list(Path("/dev/fd").iterdir())) == descriptors


def test_looking_for_an_obstacle_leaves_no_mark_on_file_or_folder(file: Path) -> None:
    def marks() -> list[tuple[int, int]]:
        return [(one.stat().st_mtime_ns, one.stat().st_ctime_ns) for one in (file, file.parent)]

    before = marks()
    assert obstacle(file) is None
    assert marks() == before
    file.chmod(0o400)
    found = obstacle(file)
    assert found is not None
    assert found.code == "file.read-only"


def test_a_rehearsal_fails_with_a_sentence_whichever_call_fails(file: Path) -> None:
    disk = Disk()
    assert writability(file, filesystem=disk.port) is None
    for nth, name in enumerate(disk.calls):
        found = writability(file, filesystem=Disk(nth, OSError(errno.EIO, "made up")).port)
        assert found is not None, f"call {nth}, {name}"
        if name != "remove":
            assert leftover_temporaries(file.parent) == ()
        for leftover in leftover_temporaries(file.parent):
            leftover.unlink()
        assert file.read_bytes() == OLD


def test_a_disk_that_takes_a_few_bytes_at_a_time_gets_all_of_them(file: Path) -> None:
    disk = Disk()
    disk.bytes_at_once = 3
    replace_file(read_file(file), NEW, filesystem=disk.port)
    assert disk.calls.count("write") > 1
    assert file.read_bytes() == NEW


def test_a_temporary_that_cannot_be_removed_is_found_later(file: Path) -> None:
    calls = calls_of_a_replacement(file)
    file.write_bytes(OLD)
    stuck = Disk(calls.index("exchange"), OSError(errno.EIO, "made up"))
    stuck.removal_works = False
    with pytest.raises(FileError) as raised:
        replace_file(read_file(file), NEW, filesystem=stuck.port)
    assert file.read_bytes() == OLD
    (leftover,) = leftover_temporaries(file.parent)
    assert str(leftover) in raised.value.message
    assert stat.S_IMODE(leftover.stat().st_mode) == 0o600


def test_only_what_we_left_is_taken_for_ours(tmp_path: Path) -> None:
    for name in (".keyturn-notes", ".keyturn-0123456789abcdef.tmp.bak", "x.keyturn-0123456789abcdef.tmp"):
        (tmp_path / name).write_bytes(b"")
    (tmp_path / ".keyturn-0123456789abcdef.tmp").symlink_to(".keyturn-notes")
    (tmp_path / ".keyturn-1123456789abcdef.tmp").mkdir()
    assert leftover_temporaries(tmp_path) == ()
    assert leftover_temporaries(tmp_path / "gone") == ()


KILLED_AT = """
import os, signal, sys
from functools import partial
from pathlib import Path
from keyturn.edits.files import read_file, replace_file
from keyturn.edits.filesystem import RealFileSystem

class Killed(RealFileSystem):
    def __getattribute__(self, name):
        if name == sys.argv[2] and sys.argv[3] == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        real = super().__getattribute__(name)
        if name != sys.argv[2]:
            return real
        def then_killed(*arguments):
            real(*arguments)
            os.kill(os.getpid(), signal.SIGKILL)
        return then_killed

path = Path(sys.argv[1])
replace_file(read_file(path), b"new", filesystem=Killed())
"""


@pytest.mark.parametrize(
    ("call", "when", "content", "left"),
    [
        ("write", "before", OLD, 1),
        ("write", "after", OLD, 1),
        ("fsync", "after", OLD, 1),
        ("exchange", "before", OLD, 1),
        ("exchange", "after", b"new", 1),
        ("remove", "after", b"new", 0),
    ],
)
def test_a_kill_at_any_moment_leaves_the_old_or_the_new_file_and_a_leftover_that_is_found(
    file: Path, call: str, when: str, content: bytes, left: int
) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED_AT, str(file), call, when])
    assert done.returncode == -signal.SIGKILL
    assert file.read_bytes() == content
    found = leftover_temporaries(file.parent)
    assert [stat.S_IMODE(path.stat().st_mode) for path in found] == [0o600] * left


def test_every_failure_says_what_it_means_for_the_backups_and_what_to_do(file: Path) -> None:
    file.chmod(0o400)
    found: Mapping[str, FileError | None] = {"read-only": writability(file), "missing": writability(file / "x")}
    for error in found.values():
        assert error is not None
        assert str(file) in error.title
        assert "backup" in error.message
        assert "again" in error.message
