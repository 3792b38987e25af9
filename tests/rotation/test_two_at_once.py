"""Two who work on the same files: two Keyturns, or Keyturn and a backup program. No change is lost in silence."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from keyturn.clients.registry import client_named
from keyturn.clients.replacement import replace_pair
from keyturn.edits.filesystem import RealFileSystem
from keyturn.model.errors import FileError
from keyturn.model.keys import AccessKeyId, KeyPair, KeyStatus, Secret
from keyturn.rotation import rotation_service
from keyturn.rotation.context import Event, Moment
from keyturn.rotation.steps import Ending, Result, Route, State, Step
from keyturn.state.secrets import FileSecrets

from .conftest import Office

APP = Path(__file__).parents[2] / "app"
RCLONE = ".config/rclone/rclone.conf"
NEW = KeyPair(AccessKeyId("AKIANEW0TWOATONCE009"), Secret("newNEWnewNEWnewNEWnewNEWnewNEWnewNEW+/ne"))

# ── Two Keyturns with one memory ─────────────────────────────────────────────────────────────────────────────────────

HOLD = """
import sys
from pathlib import Path
from keyturn.computer.lock import OneAtATime
sys.argv = ["keyturn", "rotate"]
with OneAtATime(Path(FOLDER)):
    print("held", flush=True)
    sys.stdin.readline()
"""


@contextmanager
def another_keyturn(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    script = HOLD.replace("FOLDER", repr(str(folder)))
    with subprocess.Popen(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONPATH": str(APP)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as other:
        assert other.stdout is not None
        try:
            assert other.stdout.readline() == b"held\n"
            yield other
        finally:
            other.kill()


def keyturn(office: Office, *typed: str) -> subprocess.CompletedProcess[str]:
    where = ["--endpoint-url", office.url, "--home", str(office.home), "--state-dir", str(office.memory)]
    return subprocess.run(
        [sys.executable, "-m", "keyturn", *typed, *where, "--secrets", "file"],
        env={"PATH": os.defpath, "PYTHONPATH": str(APP), "HOME": str(office.home), "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def test_the_second_keyturn_changes_nothing_names_the_first_and_may_look(office: Office) -> None:
    office.rotate(Route.SCOPED_USER)
    office.clock.advance(60)  # the commands below have a clock of their own, which the account does not see
    files = {path: path.read_bytes() for path in office.home.rglob("*") if path.is_file()}
    key = office.old.access_key_id.last4
    with another_keyturn(office.memory) as first:
        for typed in (["rotate", key, "--yes"], ["continue"], ["undo"], ["turn-off"], ["delete", "--confirm", key]):
            done = keyturn(office, *typed, "--json")
            assert done.returncode == 5, (typed, done.stdout, done.stderr)
            assert "keyturn rotate" in done.stdout + done.stderr
            assert str(first.pid) in done.stdout + done.stderr
        for typed in (["status"], ["scan"], ["plan", key], ["verify"], ["report"], ["remind"]):
            done = keyturn(office, *typed)
            assert done.returncode != 5, (typed, done.stdout, done.stderr)
            assert "another Keyturn" not in done.stderr
    assert {path: path.read_bytes() for path in office.home.rglob("*") if path.is_file()} == files
    assert office.status_of(office.old.access_key_id) is KeyStatus.ACTIVE


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL as POSIX has it")
def test_a_killed_keyturn_does_not_keep_the_next_one_out(office: Office) -> None:
    with another_keyturn(office.memory) as first:
        first.send_signal(signal.SIGKILL)
        first.wait()
        done = keyturn(office, "undo", "--json")
    assert done.returncode == 2, done.stdout + done.stderr  # nothing to undo, and nobody in the way
    assert json.loads(done.stdout.splitlines()[-1])["problem"]["code"] == "usage.rotation"


# ── Two Keyturns with a memory each, on the same files ───────────────────────────────────────────────────────────────


@pytest.mark.parametrize("moment", [Moment.STARTED, Moment.GOING_ON])
@pytest.mark.parametrize("route", [Route.SCOPED_USER, Route.NEW_ROOT_KEY])
def test_of_two_that_switch_the_same_files_one_is_told_and_every_file_works(
    route: Route, moment: Moment, office: Office, tmp_path: Path
) -> None:
    memory = tmp_path / "other memory"
    memory.mkdir(mode=0o700)
    other = replace(office, memory=memory, secrets=FileSecrets(memory / "secrets.json"), events=[])
    theirs: list[Result | None] = []

    def meanwhile(event: Event) -> None:
        if event.step is Step.SWITCH and event.moment is moment and not theirs:
            theirs.append(None)
            theirs[0] = other.rotate(route)

    plan = office.plan(route)
    ours = rotation_service.rotate(office.start(progress=meanwhile), plan)

    told = [one for one in (ours, theirs[0]) if one is not None and one.ending is not Ending.WAITING]
    assert told, "both believe that they alone changed the files"
    assert all(one.problem is not None for one in told)
    kept = {
        **json.loads((office.memory / "secrets.json").read_text()),
        **json.loads((memory / "secrets.json").read_text()),
    }
    for pair in read_pairs(office):
        expected = office.old.secret.reveal() if pair.access_key_id == office.old.access_key_id else None
        assert pair.secret.reveal() == (expected or kept[pair.access_key_id.value])
        assert office.account.accepts(pair)
    assert office.status_of(office.old.access_key_id) is KeyStatus.ACTIVE


def read_pairs(office: Office) -> list[KeyPair]:
    computer = office.start().computer
    places = [place for name in ("rclone", "restic") for place in client_named(name).find(computer).places]
    return [place.pair for place in places if place.pair is not None]


# ── A backup program that rewrites its own file ──────────────────────────────────────────────────────────────────────


def refresh_token(path: Path, number: int = 1) -> None:
    """Write the file anew as rclone does with a fresh token: beside it, then renamed over it."""
    beside = path.with_name("rclone.conf.new")
    beside.write_bytes(path.read_bytes() + f"\n[drive]\ntype = drive\ntoken = fresh {number}\n".encode())
    beside.chmod(0o600)
    beside.replace(path)


_acts: list[Callable[[], None]] = []


def _when_a_file_of_ours_is_made(event: str, arguments: tuple[object, ...]) -> None:
    if event == "open" and _acts and ".keyturn-" in str(arguments[0]) and str(arguments[0]).endswith(".tmp"):
        _acts.pop()()


# Places an act between Keyturn's reading of a file and its replacing it; an audit hook cannot be taken away again.
sys.addaudithook(_when_a_file_of_ours_is_made)


@pytest.fixture
def before_the_replacement() -> Iterator[Callable[[Callable[[], None]], None]]:
    yield _acts.append
    _acts.clear()


def test_a_token_that_rclone_refreshes_during_the_switch_is_kept_and_the_person_is_told(
    office: Office, before_the_replacement: Callable[[Callable[[], None]], None]
) -> None:
    path = office.home / RCLONE
    plan = office.plan(Route.SCOPED_USER)
    context = office.start(progress=lambda event: act(event))

    def act(event: Event) -> None:
        office.events.append(event)
        if event.step is Step.SWITCH and event.moment is Moment.STARTED:
            before_the_replacement(lambda: refresh_token(path))

    result = rotation_service.rotate(context, plan)

    assert result.ending is Ending.WAITING, str(result.problem)
    assert "token = fresh 1" in path.read_text()
    assert {pair.access_key_id for pair in read_pairs(office)} == {result.new_access_key_id}
    (done,) = (event for event in office.events if event.step is Step.SWITCH and event.moment is Moment.DONE)
    assert "another program rewrote" in done.detail
    assert str(path) in done.detail


def test_a_token_that_rclone_refreshes_during_undo_is_kept(
    office: Office, before_the_replacement: Callable[[Callable[[], None]], None]
) -> None:
    path = office.home / RCLONE
    office.rotate(Route.SCOPED_USER)
    before_the_replacement(lambda: refresh_token(path))

    result = rotation_service.undo(office.start(), None)

    assert result.state is State.UNDONE
    assert "token = fresh 1" in path.read_text()
    assert office.pairs_in_files() == {office.old.access_key_id.value}
    assert any("another program rewrote" in event.detail for event in office.events)


def test_a_program_that_writes_its_stale_copy_back_is_found_out_and_everything_is_put_back(office: Office) -> None:
    path = office.home / RCLONE
    stale = path.read_bytes()

    def write_back(event: Event) -> None:
        if event.step is Step.SWITCH and event.moment is Moment.DONE:
            path.write_bytes(stale)

    result = rotation_service.rotate(office.start(progress=write_back), office.plan(Route.SCOPED_USER))

    assert result.problem is not None
    assert (result.ending, result.problem.code) == (Ending.PUT_BACK, "place.other-key")
    assert office.pairs_in_files() == {office.old.access_key_id.value}


class Busy(RealFileSystem):
    """A file system on which another program rewrites the file right before some calls, `times` times."""

    def __init__(self, path: Path, call: str, times: int) -> None:
        self._path, self._call, self._times = path, call, times
        self.rewritten = 0

    def __getattribute__(self, name: str) -> object:
        if not name.startswith("_") and name == self._call and self.rewritten < self._times:
            self.rewritten += 1
            refresh_token(self._path, self.rewritten)
        return super().__getattribute__(name)

    def pause(self, seconds: float) -> None:
        return None


@pytest.mark.parametrize("call", ["write", "fsync", "attributes", "is_mounted"])
@pytest.mark.parametrize("times", [1, 2])
def test_what_another_program_writes_meanwhile_is_kept_whenever_it_writes(
    call: str, times: int, office: Office
) -> None:
    path = office.home / RCLONE
    computer = office.start().computer
    places = client_named("rclone").find(computer).places
    busy = Busy(path, call, times)

    done = replace_pair(computer, places, expected=office.old.access_key_id, pair=NEW, filesystem=busy)

    assert busy.rewritten == times
    assert (done.changed, done.rewritten) == (True, True)
    assert [line for line in path.read_text().splitlines() if "fresh" in line] == [
        f"token = fresh {number + 1}" for number in range(times)
    ]
    assert office.old.secret.reveal() not in path.read_text()
    assert [path.name for path in office.home.rglob(".keyturn-*")] == []


def test_a_program_that_writes_again_and_again_is_not_fought(office: Office) -> None:
    path = office.home / RCLONE
    computer = office.start().computer
    places = client_named("rclone").find(computer).places

    with pytest.raises(FileError) as caught:
        replace_pair(
            computer, places, expected=office.old.access_key_id, pair=NEW, filesystem=Busy(path, "write", 1000)
        )

    assert caught.value.code == "file.changed"
    assert office.old.secret.reveal() in path.read_text()
    assert "token = fresh 3" in path.read_text()
    assert [path.name for path in office.home.rglob(".keyturn-*")] == []


def test_a_link_that_leads_elsewhere_since_the_plan_stops_the_rotation_before_anything_is_made(
    office: Office, tmp_path: Path
) -> None:
    link, real, elsewhere = office.home / RCLONE, tmp_path / "dotfiles.conf", tmp_path / "elsewhere.conf"
    content = link.read_bytes()
    for path in (real, elsewhere):
        path.write_bytes(content)
        path.chmod(0o600)
    link.unlink()
    link.symlink_to(real)
    plan = office.plan(Route.SCOPED_USER)
    link.unlink()
    link.symlink_to(elsewhere)

    result = rotation_service.rotate(office.start(), plan)

    assert result.problem is not None
    assert result.problem.code == "file.changed"
    assert (real.read_bytes(), elsewhere.read_bytes()) == (content, content)
    assert office.account.user_names() == ()


@pytest.mark.parametrize("back", [False, True])
def test_a_link_that_leads_elsewhere_since_the_confirmation_is_not_followed(
    back: bool, office: Office, tmp_path: Path
) -> None:
    link, real, elsewhere = office.home / RCLONE, tmp_path / "dotfiles.conf", tmp_path / "elsewhere.conf"
    for path in (real, elsewhere):
        path.write_bytes(link.read_bytes())
        path.chmod(0o600)
    link.unlink()
    link.symlink_to(real)

    def swap_the_link(event: Event) -> None:
        if (event.step, event.moment) == (Step.UNDO if back else Step.SWITCH, Moment.STARTED) and link.exists():
            elsewhere.write_bytes(real.read_bytes())
            link.unlink()
            link.symlink_to(elsewhere)

    plan = office.plan(Route.SCOPED_USER)
    if back:
        assert rotation_service.rotate(office.start(), plan).ending is Ending.WAITING
        before = real.read_bytes()
        result = rotation_service.undo(office.start(progress=swap_the_link), None)
    else:
        before = real.read_bytes()
        result = rotation_service.rotate(office.start(progress=swap_the_link), plan)

    assert result.problem is not None
    assert "leads to another file now" in result.problem.title
    assert (real.read_bytes(), elsewhere.read_bytes()) == (before, before)
    if back:
        # The copy with the new key is what the program reads now, so the new key stays until the person has looked.
        link.unlink()
        link.symlink_to(real)
        assert rotation_service.undo(office.start(), None).state is State.UNDONE
    assert result.ending is (Ending.STOPPED if back else Ending.PUT_BACK)
    assert office.pairs_in_files() == {office.old.access_key_id.value}
