"""Real programs whose key stands in lines and variables back up before the switch, after it, and with the old key off.

The new key is that of a user with the policy that Keyturn writes for the place, and nothing more.
"""

from __future__ import annotations

import os
import select
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from keyturn.clients.interface import Client
from keyturn.clients.own_check import run_own_check
from keyturn.clients.programs.duplicity import Duplicity
from keyturn.clients.programs.duply import Duply
from keyturn.clients.programs.s3fs import S3fs
from keyturn.clients.programs.s4cmd import S4cmd
from keyturn.clients.replacement import replace_pair
from keyturn.computer.computer import Computer
from keyturn.model.keys import KeyPair
from keyturn.model.needs import BucketNeeds, policy_for
from keyturn.model.places import Place, Target
from keyturn_practice.account import PracticeAccount

Required = Callable[[str], Path]
BUCKET = "photos-vault"


@dataclass
class Desk:
    """A home whose programs reach the practice account with the key that stands in their files."""

    account: PracticeAccount
    home: Path
    old: KeyPair

    @property
    def computer(self) -> Computer:
        return Computer.at(self.home, "linux")

    def run(self, *words: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(word) for word in words],
            env={"HOME": str(self.home), "PATH": os.defpath, "LANG": "C.UTF-8"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def write(self, name: str, text: str, mode: int = 0o600) -> Path:
        path = self.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(
            text.format(id=self.old.access_key_id, secret=self.old.secret.reveal(), url=self.account.url, bucket=BUCKET)
        )
        path.chmod(mode)
        return path

    def new_pair(self, place: Place) -> KeyPair:
        """A key that may do what the place needs."""
        need = BucketNeeds(BUCKET, place.additions)
        policy = policy_for([need], partition="aws", account=self.account.account_id, require_tls=False)
        self.account.create_user("keyturn-attic", path="/keyturn/", policies={"keyturn": policy.text()})
        return self.account.create_user_key("keyturn-attic")

    def rotate_around(self, client: Client, works: Callable[[str], bool]) -> Place:
        """Let the program work at every stage, and be refused with the old pair at the end."""
        (place,) = (one for one in client.find(self.computer).places if one.editable)
        assert place.pair == self.old
        assert works("before")
        new = self.new_pair(place)
        replace_pair(self.computer, [place], expected=self.old.access_key_id, pair=new)
        assert works("switched")
        self.account.root_turn_off(self.old.access_key_id)
        assert works("off")
        assert [str(one) for one in self.account.log.signed_with(new.access_key_id) if one.status == 403] == []
        replace_pair(self.computer, [place], expected=new.access_key_id, pair=self.old)
        assert not works("refused")
        return place


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    account = PracticeAccount()
    account.create_bucket(BUCKET)
    home = tmp_path / "Zoë's home"
    home.mkdir()
    with account.serving():
        yield Desk(account, home, account.create_root_key(age_days=3300))


def test_s4cmd(desk: Desk, required_program: Required) -> None:
    desk.write(
        ".s3cfg",
        "[default]\naccess_key = {id}\nsecret_key = {secret}\n"
        "[s3cmd]\naccess_key = AKIAOTHER00000000009\nsecret_key = otherOTHERotherOTHERotherOTHERotherOTHER\n",
    )
    s4cmd: list[str | Path] = [required_program("s4cmd"), "--endpoint-url", desk.account.url, "-t", "1"]

    def works(stage: str) -> bool:
        letter = desk.write(f"{stage}.txt", stage)
        if desk.run(*s4cmd, "put", letter, f"s3://{BUCKET}/{stage}.txt").returncode:
            return False
        got = desk.home / f"got-{stage}"
        assert desk.run(*s4cmd, "get", f"s3://{BUCKET}/{stage}.txt", got).returncode == 0
        return got.read_text() == stage

    place = desk.rotate_around(S4cmd(), works)

    check = S4cmd().check(desk.computer, place, Target(BUCKET), endpoint_url=desk.account.url)
    assert check is not None
    assert run_own_check(check).ok is False
    desk.account.root_turn_on(desk.old.access_key_id)
    assert run_own_check(check).ok is True


def duplicity_works(desk: Desk, run: Callable[[], subprocess.CompletedProcess[str]], stage: str) -> bool:
    """Whether it backs up something new; what it wrote is seen in the bucket.

    duplicity takes a file for unchanged whose time is the same in whole seconds, whatever its size (its path.py,
    `__eq__`): where a computer is quick, two stages are one second, so each letter is said to be a minute younger.
    """
    letter = desk.write("Letters/letter.txt", stage)
    written = 1_700_000_000 + 60 * len(desk.account.trace_of(BUCKET).objects)
    os.utime(letter, (written, written))
    before = len(desk.account.trace_of(BUCKET).objects)
    done = run()
    return done.returncode == 0 and len(desk.account.trace_of(BUCKET).objects) > before


def test_duplicity_in_a_script(desk: Desk, required_program: Required) -> None:
    duplicity = required_program("duplicity")
    script = desk.write(
        "bin/nightly",
        "#!/bin/sh\n# the attic, every night\nexport AWS_ACCESS_KEY_ID='{id}' AWS_SECRET_ACCESS_KEY={secret}\n"
        f'{duplicity} --no-encryption --num-retries 1 --s3-endpoint-url {{url}} "$HOME/Letters" '
        "boto3+s3://{bucket}/attic\n"
        f"exec {duplicity} restore --force --no-encryption --num-retries 1 --s3-endpoint-url {{url}} "
        '"boto3+s3://{bucket}/attic" "$HOME/restored"\n',
        mode=0o700,
    )

    def works(stage: str) -> bool:
        ran = duplicity_works(desk, lambda: desk.run("/bin/sh", "-e", script), stage)
        return ran and (desk.home / "restored" / "letter.txt").read_text() == stage

    place = desk.rotate_around(Duplicity(), works)

    assert (place.targets, place.endpoint) == ((Target(BUCKET, "attic"),), desk.account.url)
    assert place.plain_http


def test_duply(desk: Desk, required_program: Required) -> None:
    duply = required_program("duply")
    desk.write(
        ".duply/letters/conf",
        "GPG_KEY='disabled'\nTARGET='boto3+s3://{bucket}/duply'\nexport AWS_ACCESS_KEY_ID='{id}'\n"
        "export AWS_SECRET_ACCESS_KEY='{secret}'\nSOURCE=\"$HOME/Letters\"\n"
        'DUPL_PARAMS="$DUPL_PARAMS --s3-endpoint-url {url} --num-retries 1 "\n',
    ).parent.chmod(0o700)

    def works(stage: str) -> bool:
        return duplicity_works(desk, lambda: desk.run(duply, "letters", "backup"), stage)

    place = desk.rotate_around(Duply(), works)

    assert (place.name, place.targets) == ("letters", (Target(BUCKET, "duply"),))


def wait_until_mounted(folder: Path, mount: subprocess.Popen[bytes]) -> None:
    """Return when something is mounted there, or the program ended: the kernel tells of both.

    It tells of each mount since the list was opened (man 5 proc_pid_mounts) and of a process's end (man 2 pidfd_open).
    """
    with Path("/proc/self/mounts").open("rb") as mounts, os.fdopen(os.pidfd_open(mount.pid), "rb") as end:
        changes = select.poll()
        changes.register(mounts, select.POLLPRI)
        changes.register(end, select.POLLIN)
        while mount.poll() is None and not os.path.ismount(folder):
            changes.poll()


@contextmanager
def mounted(desk: Desk, s3fs: Path, folder: Path) -> Iterator[bool]:
    """The bucket as a folder, mounted with the key as it stands in the file now."""
    folder.mkdir(exist_ok=True)
    options = f"url={desk.account.url},use_path_request_style,retries=1,connect_timeout=5"
    with subprocess.Popen(
        [s3fs, BUCKET, folder, "-f", "-o", options],
        env={"HOME": str(desk.home), "PATH": os.defpath},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as mount:
        wait_until_mounted(folder, mount)
        yield mount.poll() is None
        desk.run("fusermount", "-u", folder)
        mount.wait(timeout=30)


# A container without this device cannot mount anything, however it is set up: there the test does not exist.
if Path("/dev/fuse").exists():

    def test_s3fs(desk: Desk, required_program: Required) -> None:
        s3fs = required_program("s3fs")
        passwords = desk.write(".passwd-s3fs", "# since 2015\n{id}:{secret}\n")
        folder = desk.home / "bucket"

        def works(stage: str) -> bool:
            with mounted(desk, s3fs, folder) as ready:
                if not ready:
                    return False
                try:
                    (folder / f"{stage}.txt").write_text(stage)
                    return (folder / f"{stage}.txt").read_text() == stage
                except OSError:
                    return False

        desk.rotate_around(S3fs(), works)

        assert passwords.stat().st_mode & 0o777 == 0o600
