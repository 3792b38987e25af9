"""rclone's encrypted configuration: opened with its password, edited, closed again, and read by the real rclone."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from keyturn.clients.own_check import run_own_check
from keyturn.clients.programs.rclone import Rclone
from keyturn.clients.replacement import plan_edits, preview, read_pair, replace_pair
from keyturn.computer.computer import Computer, Platform
from keyturn.edits import rclone_encryption
from keyturn.model.errors import FileError
from keyturn.model.keys import KeyPair, Secret
from keyturn.model.needs import BucketNeeds, policy_for
from keyturn.model.places import Findings, Place, Target
from keyturn_practice.account import PracticeAccount

# Normalised by rclone (NFKC): the ligature counts as the two letters.
PASSWORD = Secret("Großmutters ﬁlme")
BUCKET = "family-archive"
Rclones = Callable[..., subprocess.CompletedProcess[str]]


@dataclass
class Desk:
    """A home with an encrypted configuration of rclone."""

    account: PracticeAccount
    home: Path
    old: KeyPair
    rclone: Path

    @property
    def config(self) -> Path:
        return self.home / ".config/rclone/rclone.conf"

    def computer(self, password: Secret | None = PASSWORD) -> Computer:
        passwords: Mapping[str, Secret] = {} if password is None else {"rclone": password}
        return Computer(Platform.LINUX, self.home, {}, is_this_one=False, passwords=passwords)

    def find(self, password: Secret | None = PASSWORD) -> Findings:
        return Rclone().find(self.computer(password))

    def run(self, *words: str | Path) -> subprocess.CompletedProcess[str]:
        """The real rclone, with the password in its environment, as a person's script has it."""
        environment = {"HOME": str(self.home), "PATH": os.defpath, "RCLONE_CONFIG_PASS": PASSWORD.reveal()}
        command = [str(word) for word in (self.rclone, "--retries", "1", "--low-level-retries", "1", *words)]
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def desk(tmp_path: Path, required_program: Callable[[str], Path]) -> Iterator[Desk]:
    account = PracticeAccount()
    account.create_bucket(BUCKET)
    with account.serving() as url:
        desk = Desk(
            account, tmp_path / "Zoë's home", account.create_root_key(age_days=3300), required_program("rclone")
        )
        desk.config.parent.mkdir(parents=True)
        plain = (
            f"[aws]\ntype = s3\nprovider = Other\naccess_key_id = {desk.old.access_key_id}\n"
            f"secret_access_key = {desk.old.secret.reveal()}\nendpoint = {url}\nregion = us-east-1\n"
            f"force_path_style = true\n\n[hidden]\ntype = crypt\nremote = aws:{BUCKET}/hidden\n"
            "password = UmyLSdRHfew6aual28-ggx78qHqSfQ\n"
        )
        head = b"# Encrypted rclone configuration File\n\nRCLONE_ENCRYPT_V0:\n"
        desk.config.write_bytes(rclone_encryption.encrypt(head, plain.encode(), PASSWORD))
        desk.config.chmod(0o600)
        # From here on it is rclone's own: it read what was written above, and wrote it anew.
        made = desk.run("config", "create", "scratch", "memory")
        assert made.returncode == 0, made.stderr
        assert b"scratch" not in desk.config.read_bytes()
        yield desk


def the_place(findings: Findings) -> Place:
    assert findings.problems == ()
    (place,) = findings.places
    return place


def new_pair(desk: Desk, place: Place) -> KeyPair:
    need = BucketNeeds(BUCKET, place.additions)
    policy = policy_for([need], partition="aws", account=desk.account.account_id, require_tls=False)
    desk.account.create_user("keyturn-attic", policies={"keyturn": policy.text()})
    return desk.account.create_user_key("keyturn-attic")


def test_rclone_backs_up_through_crypt_before_the_switch_after_it_and_with_the_old_key_off(desk: Desk) -> None:
    def works(stage: str) -> bool:
        letter = desk.home / f"{stage}.txt"
        letter.write_text(stage)
        if desk.run("copyto", letter, f"hidden:{stage}.txt").returncode:
            return False
        return desk.run("cat", f"hidden:{stage}.txt").stdout == stage

    place = the_place(desk.find())
    assert (place.pair, place.targets) == (desk.old, (Target(BUCKET, "hidden"),))
    assert works("before")
    new = new_pair(desk, place)

    replace_pair(desk.computer(), [place], expected=desk.old.access_key_id, pair=new)
    assert read_pair(desk.computer(), place) == new
    assert works("switched")
    desk.account.root_turn_off(desk.old.access_key_id)
    assert works("off")

    replace_pair(desk.computer(), [place], expected=new.access_key_id, pair=desk.old)
    assert not works("refused")
    assert "scratch" in desk.run("listremotes").stdout


def test_rclones_own_check_gets_the_password_from_a_private_file_alone(desk: Desk) -> None:
    place = the_place(desk.find())
    check = Rclone().check(desk.computer(), place, Target(BUCKET, "hidden"), endpoint_url=desk.account.url)
    assert check is not None
    assert PASSWORD.reveal() not in " ".join([*check.arguments, *check.environment.values()])
    assert run_own_check(check).ok is True
    desk.account.root_turn_off(desk.old.access_key_id)
    assert run_own_check(check).ok is False


def test_what_is_written_is_encrypted_anew_and_keeps_the_lines_above_and_the_mode(desk: Desk) -> None:
    place = the_place(desk.find())
    before = desk.config.read_bytes()
    replace_pair(desk.computer(), [place], expected=desk.old.access_key_id, pair=new_pair(desk, place))
    after = desk.config.read_bytes()
    head = before[: before.index(b"V0:\n") + 4]
    assert after.startswith(head)
    assert after[len(head) : len(head) + 32] != before[len(head) : len(head) + 32]  # the nonce
    assert b"access_key" not in after
    assert desk.config.stat().st_mode & 0o777 == 0o600


def test_the_change_is_shown_without_any_secret(desk: Desk) -> None:
    (edit,) = plan_edits(desk.computer(), [the_place(desk.find())])
    shown = preview(edit, None)
    assert desk.old.access_key_id.last4 in shown
    assert desk.old.secret.reveal() not in shown


@pytest.mark.parametrize("password", [None, Secret("a-wrong-passw0rd")], ids=["no password", "a wrong one"])
def test_without_the_password_it_is_a_blind_spot_and_nothing_is_changed(desk: Desk, password: Secret | None) -> None:
    place, before = the_place(desk.find()), desk.config.read_bytes()
    findings = desk.find(password)
    assert findings.places == ()
    assert [problem.code for problem in findings.problems] == ["client.encrypted"]
    with pytest.raises(FileError) as raised:
        replace_pair(desk.computer(password), [place], expected=desk.old.access_key_id, pair=desk.old)
    assert raised.value.code == "file.locked"
    assert desk.config.read_bytes() == before


@pytest.mark.parametrize(
    "content", [b"RCLONE_ENCRYPT_V0:\n", b"RCLONE_ENCRYPT_V0:\n####", b"RCLONE_ENCRYPT_V1:\nAAAA\n"]
)
def test_a_damaged_or_newer_file_is_a_blind_spot(desk: Desk, content: bytes) -> None:
    desk.config.write_bytes(content)
    assert [problem.code for problem in desk.find().problems] == ["client.encrypted"]
