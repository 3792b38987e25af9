"""Pipes, devices, endless files, circles, odd names and strangers' files where a configuration should be."""

from __future__ import annotations

import json
import os
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from fuzz import NEW, OLD, SEEDS, picture_of
from keyturn.clients.listing import Listing
from keyturn.clients.own_check import run_own_check
from keyturn.clients.registry import client_named, find_everything
from keyturn.clients.replacement import plan_edits, replace_pair
from keyturn.clients.search.folder_search import search_folders
from keyturn.clients.search.search_rows import named
from keyturn.clients.walking import personal_folders
from keyturn.computer.computer import Computer
from keyturn.edits.files import LIMIT
from keyturn.edits.filesystem import RealFileSystem
from keyturn.model.errors import FileError
from keyturn.model.places import Target

pytestmark = pytest.mark.skipif(os.name != "posix", reason="pipes, devices and links as POSIX has them")
APP = Path(__file__).parents[2] / "app"
EVERY_PATH = (*SEEDS, ".env", ".profile", ".config/rclone/more.conf", "bin/backup", ".config/systemd/user/x.service")


def pipe(path: Path) -> None:
    os.mkfifo(path)


def endless(path: Path) -> None:
    path.symlink_to("/dev/zero")


def terminal(path: Path) -> None:
    path.symlink_to("/dev/tty")


def a_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        here = Path.cwd()
        os.chdir(path.parent)  # the name of a socket may have 107 bytes
        try:
            listener.bind(path.name)
        finally:
            os.chdir(here)


def folder(path: Path) -> None:
    (path / "inner").mkdir(parents=True)


def sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(1 << 30)


def circle(path: Path) -> None:
    path.symlink_to(path.name)


def dangling(path: Path) -> None:
    path.symlink_to("gone")


def kernels(path: Path) -> None:
    path.symlink_to("/proc/self/mem")


def endless_and_ordinary(path: Path) -> None:
    path.symlink_to("/proc/self/pagemap")  # says that it is an ordinary file of no bytes


def home_itself(path: Path) -> None:
    path.symlink_to("..")


THINGS = (
    pipe,
    endless,
    terminal,
    a_socket,
    folder,
    sparse,
    circle,
    dangling,
    kernels,
    endless_and_ordinary,
    home_itself,
)


def bytes_read() -> int:
    """How many bytes this program has read, as Linux counts them; 0 where nobody counts."""
    with suppress(OSError):
        fields = dict(line.split(": ") for line in Path("/proc/self/io").read_text().splitlines())
        return int(fields["rchar"])
    return 0


@pytest.mark.timeout(30)
@pytest.mark.parametrize("thing", THINGS, ids=lambda thing: thing.__name__)
def test_whatever_lies_there_is_passed_over_without_waiting_reading_or_changing(
    thing: Callable[[Path], None], computer: Computer
) -> None:
    for name in EVERY_PATH:
        path = computer.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        thing(path)
    before, read_before = picture_of(computer.home), bytes_read()

    found = find_everything(computer)

    read_after = bytes_read()
    assert found.places == ()
    assert {problem.code for problem in found.problems} <= {
        *("file.not-a-file", "file.too-big", "file.unreadable", "file.link"),
    }
    assert picture_of(computer.home) == before
    # Scripts are read for restic and for the environment.
    assert read_after - read_before < 2 * len(EVERY_PATH) * (LIMIT + 100_000)
    if thing is not sparse:  # which is a file, and searched
        assert search_folders(named([computer.home]), [OLD.access_key_id]).findings.places == ()


@pytest.mark.timeout(60)
def test_a_search_of_everything_leaves_out_what_the_kernel_makes_up(tmp_path: Path) -> None:
    if Path("/proc/self").exists():
        area = named([Path("/proc"), Path("/sys"), Path("/dev")])
        assert search_folders(area, [OLD.access_key_id]).findings.places == ()


@pytest.mark.timeout(60)
def test_a_search_ends_in_a_file_that_grows_faster_than_it_is_read(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"x" * 10_000_000)
    stop = threading.Event()

    def grow() -> None:
        with log.open("ab") as file:
            for _ in range(100):
                if stop.is_set():
                    return
                file.write(b"x" * 5_000_000)
                file.flush()

    writer = threading.Thread(target=grow)
    writer.start()
    try:
        assert search_folders(named([tmp_path]), [OLD.access_key_id]).findings.places == ()
        still_growing = writer.is_alive()
    finally:
        stop.set()
        writer.join()
    assert still_growing


ODD_NAMES = (
    *(b"caf\xe9", b"a\nb", b"\x1b[31mred", b"\xff\xfe", b"%s{x}", b"-rf"),
    *(b"$(touch canary)", b"`x`", b"\xed\xa0\x80"),
)


@pytest.mark.parametrize("name", ODD_NAMES)
def test_a_file_of_any_name_is_found_and_shown_without_playing_with_the_terminal(name: bytes, tmp_path: Path) -> None:
    home = tmp_path / "home"
    for inner in ("Downloads", "Documents", ".config/restic"):
        (home / inner).mkdir(parents=True)
    text = SEEDS["Downloads/credentials (1).csv"]
    for path in (b"Downloads/" + name + b"_accessKeys.csv", b"Documents/" + name + b".txt"):
        Path(os.fsdecode(os.fsencode(home) + b"/" + path)).write_text(text)
    env = Path(os.fsdecode(os.fsencode(home) + b"/.config/restic/" + name + b".env"))
    env.write_text(SEEDS[".config/restic/night.env"])
    (home / ".rclone.conf").write_bytes(b"[" + name + b"]\ntype = s3\n" + _RCLONE_PAIR)
    typed = [sys.executable, "-m", "keyturn", "scan", "--offline", "--home", str(home)]
    typed += ["--state-dir", str(tmp_path / "state")]
    environment = {"PATH": os.defpath, "PYTHONPATH": str(APP), "HOME": str(home), "PYTHONDONTWRITEBYTECODE": "1"}

    for language in ("C.UTF-8", "C"):
        plain, told = (
            subprocess.run(
                [*typed, "--secrets", "memory", *more],
                env={**environment, "LANG": language, "LC_ALL": language},
                capture_output=True,
                stdin=subprocess.DEVNULL,
                timeout=60,
            )
            for more in ((), ("--json",))
        )
        assert (plain.returncode, told.returncode) == (0, 0), plain.stderr + told.stderr
        assert b"\x1b" not in plain.stdout + plain.stderr + told.stdout
        (key,) = json.loads(told.stdout)["keys"]
        places = {(place["client"], os.fsencode(place["path"])) for place in key["places"]}
        assert ("leftover", os.fsencode(home) + b"/Downloads/" + name + b"_accessKeys.csv") in places
        assert ("file", os.fsencode(home) + b"/Documents/" + name + b".txt") in places
        assert ("restic", os.fsencode(env)) in places
        assert "rclone" in {client for client, _path in places} or name == b"\x1b[31mred"
    assert not list(tmp_path.rglob("canary"))


_RCLONE_PAIR = f"access_key_id = {OLD.access_key_id}\nsecret_access_key = {OLD.secret.reveal()}\n".encode()


@pytest.mark.timeout(60)
def test_a_crowded_folder_is_searched_for_key_files_and_named_as_not_searched_to_its_end(computer: Computer) -> None:
    downloads = computer.home / "Downloads"
    downloads.mkdir()
    for number in range(10_000):
        (downloads / f"picture {number}.jpg").touch()
    (downloads / "zz_accessKeys.csv").write_text(SEEDS["Downloads/credentials (1).csv"])

    found = find_everything(computer)

    assert [place.path.name for place in found.places] == ["zz_accessKeys.csv"]
    assert [problem.code for problem in found.problems] == ["search.bounded"]


def test_only_whole_paths_name_the_folders_of_the_desktop(computer: Computer) -> None:
    (computer.home / ".config").mkdir()
    lines = 'XDG_DOWNLOAD_DIR="$HOME/Herunter"\nXDG_DESKTOP_DIR="relative"\nXDG_DOCUMENTS_DIR="/srv/documents"\n'
    (computer.home / ".config/user-dirs.dirs").write_text(lines)

    folders = personal_folders(computer, Listing())

    assert computer.home / "Herunter" in folders
    assert Path("/srv/documents") in folders
    assert Path("relative") not in folders


# ── Links, at the moment of writing ──────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def linked(computer: Computer, tmp_path: Path) -> tuple[Path, Path]:
    """A configuration that is a link to a file outside of the home, as those with a folder of dotfiles have it."""
    real = tmp_path / "dotfiles" / "rclone.conf"
    real.parent.mkdir()
    real.write_text(SEEDS[".config/rclone/rclone.conf"])
    real.chmod(0o600)
    link = computer.home / ".rclone.conf"
    link.symlink_to(real)
    return link, real


def test_a_link_out_of_the_home_is_written_through_because_people_keep_their_dotfiles_elsewhere(
    linked: tuple[Path, Path], computer: Computer
) -> None:
    link, real = linked
    replace_pair(computer, find_everything(computer).places, expected=OLD.access_key_id, pair=NEW)
    assert link.is_symlink()
    assert NEW.access_key_id.value in real.read_text()


@contextmanager
def swapped_before(call: str, swap: Callable[[], None]) -> Iterator[RealFileSystem]:
    """A file system in which somebody acts right before the first call of this name."""
    waiting = [swap]

    class Meanwhile(RealFileSystem):
        def __getattribute__(self, name: str) -> object:
            if name == call and waiting:
                waiting.pop()()
            return super().__getattribute__(name)

    yield Meanwhile()
    assert not waiting


@pytest.mark.parametrize("call", ["write", "fsync"])
def test_a_link_that_is_swapped_while_the_file_is_replaced_is_not_followed(
    call: str, linked: tuple[Path, Path], computer: Computer, tmp_path: Path
) -> None:
    link, real = linked
    places = find_everything(computer).places
    victim = tmp_path / "victim"
    victim.write_bytes(real.read_bytes())
    victim.chmod(0o600)

    def swap() -> None:
        link.unlink()
        link.symlink_to(victim)

    before = real.read_bytes()
    with swapped_before(call, swap) as meanwhile, pytest.raises(FileError) as caught:
        replace_pair(computer, places, expected=OLD.access_key_id, pair=NEW, filesystem=meanwhile)

    assert caught.value.code == "file.changed"
    assert (victim.read_bytes(), real.read_bytes()) == (before, before)
    assert [path.name for path in tmp_path.rglob(".keyturn-*")] == []


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may give files away")
def test_a_link_to_a_strangers_file_keeps_the_strangers_rights(linked: tuple[Path, Path], computer: Computer) -> None:
    _link, real = linked
    os.chown(real, 65534, 65534)
    real.chmod(0o640)
    replace_pair(computer, find_everything(computer).places, expected=OLD.access_key_id, pair=NEW)
    now = real.stat()
    assert (now.st_uid, now.st_gid, stat.S_IMODE(now.st_mode)) == (65534, 65534, 0o640)


# ── No code runs ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_no_command_in_a_file_is_ever_run(computer: Computer, required_program: Callable[[str], Path]) -> None:
    canary = computer.home / "canary"
    touch = f"touch '{canary}'"
    aws = f"aws_access_key_id = {OLD.access_key_id}\naws_secret_access_key = {OLD.secret.reveal()}\n"
    rclone = f"access_key_id = {OLD.access_key_id}\nsecret_access_key = {OLD.secret.reveal()}\n"
    variables = f"export AWS_ACCESS_KEY_ID={OLD.access_key_id} AWS_SECRET_ACCESS_KEY={OLD.secret.reveal()}\n"
    files = {
        ".aws/credentials": f"[a]\n{aws}credential_process = {touch}\n",
        ".aws/config": f"[profile b]\n{aws}credential_process = {touch}\n[profile d]\ncredential_process = {touch}\n"
        f"[profile c]\n{aws}role_arn = arn:aws:iam::123456789012:role/x\nsource_profile = d\n"
        f"[profile a]\nrole_arn = arn:aws:iam::123456789012:role/x\nsource_profile = d\n"
        f"[plugins]\ncli_legacy_plugin_path = {computer.home}\nx = canary\n",
        ".rclone.conf": f"[--password-command={touch};]\ntype = s3\n{rclone}[--log-file={canary} ]\ntype = s3\n{rclone}"
        f"[:local]\ntype = s3\n{rclone}[plain]\ntype = s3\n{rclone}[s]\ntype = sftp\nssh = {touch}\n",
        ".s3cfg": f"access_key = {OLD.access_key_id}\nsecret_key = {OLD.secret.reveal()}\ngpg_command = {touch}\n"
        f"check_ssl_hostname = $({touch})\n",
        "restic.env": f'{variables}RESTIC_REPOSITORY=s3:127.0.0.1/b\nRESTIC_PASSWORD_COMMAND="{touch}"\nA=$({touch})\n',
        ".bashrc": f"{variables}`{touch}`\nB=\"$({touch})\" C=`{touch}` D=$'x' E=<({touch})\n",
        ".config/fish/config.fish": f"{variables}set -x A ({touch})\n",
        "Downloads/rootkey.csv": f"=cmd|'{touch}'!A1,Access key ID\n!{touch},{OLD.access_key_id}\n",
    }
    for name, text in files.items():
        path = computer.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    for name in ("aws", "rclone", "s3cmd", "restic"):
        required_program(name)
    places = [place for place in find_everything(computer).places if place.editable]
    before, checked = picture_of(computer.home), []
    for place in places:
        plan_edits(computer, [place])
        check = client_named(place.client).check(computer, place, Target("bucket"))
        if check is not None:
            environment = {**check.environment, "HTTPS_PROXY": "http://127.0.0.1:1", "HTTP_PROXY": "http://127.0.0.1:1"}
            run_own_check(type(check)(check.title, check.arguments, environment, 10.0, check.private_files))

        checked += [place.name] if check is not None else []

    assert {"aws", "rclone", "s3cmd", "restic", "environment"} <= {place.client for place in places}
    assert set(checked) == {".s3cfg", "plain"}
    assert picture_of(computer.home) == before
