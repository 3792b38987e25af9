"""The policy that Keyturn writes is enough for the real programs, and none of its rights is there for nothing.

Each program does what people use it for, with the policy and nothing more: no request is refused. Then, for rclone and
restic, with one right less at a time: a request is refused, or the right is among those whose reason is given here. For
the others the log has to show each right in use.
"""

from __future__ import annotations

import itertools
import os
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from keyturn.aws.session import Aws, AwsSettings
from keyturn.clients.programs.rclone import Rclone
from keyturn.clients.programs.restic import Restic
from keyturn.computer.computer import Computer
from keyturn.model.keys import KeyPair
from keyturn.model.needs import BucketNeeds, PolicyDocument, Statement, policy_for
from keyturn.model.places import Place
from keyturn_practice.account import PracticeAccount

BUCKET = "family-archive"
LARGE = "films/large.mkv"
Required = Callable[[str], Path]

# Rights that a program's usual runs do not ask for, and why it has them all the same.
_UPLOADS = "takes back large uploads that broke off: else their parts are kept, and paid for, for ever"
_LOCATION = "tells where the bucket is and nothing else; newer versions ask before anything else"
REASONS: Mapping[str, Mapping[str, str]] = {
    "rclone": {"s3:GetBucketLocation": _LOCATION, "s3:ListMultipartUploadParts": _UPLOADS},
    "restic": {
        "s3:AbortMultipartUpload": _UPLOADS,
        "s3:ListBucketMultipartUploads": _UPLOADS,
        "s3:ListMultipartUploadParts": _UPLOADS,
    },
}


@dataclass
class Desk:
    """A home whose programs reach the practice account with the key of a user that can do exactly so much."""

    account: PracticeAccount
    home: Path
    root: KeyPair
    key: KeyPair
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def with_policy(self, policy: PolicyDocument) -> None:
        name = f"keyturn-{next(self.numbers)}"
        self.account.create_user(name, policies={"keyturn": policy.text()})
        self.key = self.account.create_user_key(name)

    def refused(self) -> list[str]:
        return [str(one) for one in self.account.log.signed_with(self.key.access_key_id) if one.status == 403]

    def used(self) -> set[str]:
        return {one.action for one in self.account.log.signed_with(self.key.access_key_id) if one.status < 300}

    def run(self, *words: str | Path) -> None:
        """Run a program to its end, or until it is refused something: some would try again for a quarter of an hour."""
        environment = {
            **{"HOME": str(self.home), "PATH": os.defpath, "LANG": "C.UTF-8", "RESTIC_PASSWORD": "made-up"},
            **{"AWS_ACCESS_KEY_ID": self.key.access_key_id.value, "AWS_SECRET_ACCESS_KEY": self.key.secret.reveal()},
        }
        command = [str(word) for word in words]
        with subprocess.Popen(
            command, env=environment, cwd=self.home, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            while process.poll() is None and not self.refused():
                try:
                    process.wait(timeout=0.05)
                except subprocess.TimeoutExpired:
                    continue
            process.kill()

    def write(self, name: str, text: str) -> Path:
        path = self.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def broken_off_upload(self) -> str:
        """Somebody began a large upload, and it was never ended; returns its number."""
        aws = Aws(AwsSettings(endpoint_url=self.account.url), lambda use: None)
        begun = aws.ask(self.root, "s3", "CreateMultipartUpload", {"Bucket": BUCKET, "Key": LARGE})
        aws.close()
        return str(begun["UploadId"])


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    account = PracticeAccount(initiator_may_abort=False)
    account.create_bucket(BUCKET)
    home = tmp_path / "home"
    home.mkdir()
    with account.serving():
        root = account.create_root_key(age_days=3300)
        yield Desk(account, home, root, root)


def policy_of(
    desk: Desk, place: Place, folders: tuple[str, ...] = (), deletable: tuple[str, ...] | None = None
) -> PolicyDocument:
    need = BucketNeeds(BUCKET, place.additions, folders=folders, deletable=deletable)
    return policy_for([need], partition="aws", account=desk.account.account_id, require_tls=False)


def rights(policy: PolicyDocument) -> list[str]:
    return sorted({action for one in policy.statements for action in one.actions})


def without(policy: PolicyDocument, right: str) -> PolicyDocument:
    fewer = []
    for one in policy.statements:
        actions = tuple(action for action in one.actions if action != right)
        if actions:
            fewer.append(Statement(one.sid, one.effect, actions, one.resources, one.conditions))
    return PolicyDocument(tuple(fewer))


# --- what people use the programs for ---


def rclone_place(desk: Desk) -> Place:
    """rclone's configuration as people have it; the key in it is whatever the user has at the time."""
    desk.write(
        ".config/rclone/rclone.conf",
        f"[aws]\ntype = s3\nprovider = Other\naccess_key_id = {desk.key.access_key_id}\n"
        f"secret_access_key = {desk.key.secret.reveal()}\nendpoint = {desk.account.url}\nregion = us-east-1\n"
        f"force_path_style = true\n[films]\ntype = alias\nremote = aws:{BUCKET}/films\n",
    )
    (place,) = Rclone().find(Computer.at(desk.home, "linux")).places
    return place


def rclone_works(desk: Desk, rclone: Path) -> None:
    rclone_place(desk)
    number = next(desk.numbers)
    desk.write(f"Films/{number}.txt", "a film")
    desk.broken_off_upload()
    quick: Sequence[str | Path] = (rclone, "--retries", "1", "--low-level-retries", "1")
    for words in (
        ("copy", desk.home / "Films", "films:"),
        ("copyto", desk.home / "Films" / f"{number}.txt", f"films:{number}-again.txt"),
        ("cat", f"films:{number}.txt"),
        ("deletefile", f"films:{number}.txt"),
        ("backend", "cleanup", f"aws:{BUCKET}", "-o", "max-age=0s"),
    ):
        if not desk.refused():
            desk.run(*quick, *words)


def restic_place(desk: Desk) -> Place:
    desk.write(
        ".config/restic/office.env",
        f"export AWS_ACCESS_KEY_ID={desk.key.access_key_id}\nexport AWS_SECRET_ACCESS_KEY={desk.key.secret.reveal()}\n"
        f"export RESTIC_REPOSITORY=s3:{desk.account.url}/{BUCKET}/laptop\n",
    )
    (place,) = Restic().find(Computer.at(desk.home, "linux")).places
    return place


def restic_works(desk: Desk, restic: Path, *commands: Sequence[str]) -> None:
    desk.write("Letters/letter.txt", f"written {next(desk.numbers)}")
    for words in commands or (("backup", "Letters"), ("check",), ("forget", "--keep-last", "1", "--prune")):
        if not desk.refused():
            desk.run(restic, "-r", f"s3:{desk.account.url}/{BUCKET}/laptop", "-q", "--no-cache", *words)


# --- enough, and nothing for nothing ---


@pytest.mark.timeout(300)
def test_rclone(desk: Desk, required_program: Required) -> None:
    rclone = required_program("rclone")
    policy = policy_of(desk, rclone_place(desk))
    desk.with_policy(policy)
    rclone_works(desk, rclone)
    assert desk.refused() == []

    for right in rights(policy):
        desk.with_policy(without(policy, right))
        rclone_works(desk, rclone)
        assert bool(desk.refused()) is (right not in REASONS["rclone"]), right


@pytest.mark.timeout(300)
def test_restic(desk: Desk, required_program: Required) -> None:
    restic = required_program("restic")
    policy = policy_of(desk, restic_place(desk))
    desk.with_policy(policy)
    restic_works(desk, restic, ("init",))
    restic_works(desk, restic)
    assert desk.refused() == []

    for right in rights(policy):
        desk.with_policy(without(policy, right))
        restic_works(desk, restic)
        assert bool(desk.refused()) is (right not in REASONS["restic"]), right


# --- narrower still ---


def test_restic_backs_up_with_a_key_that_reaches_only_its_folder(desk: Desk, required_program: Required) -> None:
    restic = required_program("restic")
    place = restic_place(desk)
    restic_works(desk, restic, ("init",))
    (target,) = place.targets
    assert Restic().stays_below(place, target)
    desk.with_policy(policy_of(desk, place, folders=(target.prefix,)))
    restic_works(desk, restic)
    assert desk.refused() == []
    desk.run(restic, "-r", f"s3:{desk.account.url}/{BUCKET}/desktop", "-q", "--no-cache", "init")
    assert desk.refused() != []


def test_restic_backs_up_with_a_key_that_may_delete_its_locks_alone(desk: Desk, required_program: Required) -> None:
    restic = required_program("restic")
    place = restic_place(desk)
    restic_works(desk, restic, ("init",))
    (target,) = place.targets
    deletable = Restic().deletes(place, target)
    assert deletable == ("laptop/locks",)
    desk.with_policy(policy_of(desk, place, deletable=deletable, folders=(target.prefix,)))
    restic_works(desk, restic, ("backup", "Letters"), ("check",))
    restic_works(desk, restic, ("backup", "Letters"), ("snapshots",))
    assert desk.refused() == []
    restic_works(desk, restic, ("forget", "--keep-last", "1", "--prune"))
    assert desk.refused() != []


def test_rclone_copies_with_a_key_that_may_not_delete(desk: Desk, required_program: Required) -> None:
    rclone = required_program("rclone")
    place = rclone_place(desk)
    (target,) = place.targets
    deletable = Rclone().deletes(place, target)
    assert deletable == ()
    desk.with_policy(policy_of(desk, place, deletable=deletable))
    rclone_place(desk)
    film = desk.write("Films/film.txt", "a film")
    for words in (("copy", film.parent, "films:"), ("copyto", film, "films:again.txt"), ("cat", "films:film.txt")):
        desk.run(rclone, *words)
    assert desk.refused() == []
    desk.run(rclone, "--retries", "1", "--low-level-retries", "1", "deletefile", "films:film.txt")
    assert desk.refused() != []


# --- the other programs: enough, and each right in use or accounted for ---

_LARGE = {
    "s3:AbortMultipartUpload": _UPLOADS,
    "s3:ListBucketMultipartUploads": _UPLOADS,
    "s3:ListMultipartUploadParts": _UPLOADS,
}


def s3cmd(desk: Desk, program: Path) -> None:
    host = desk.account.url.removeprefix("http://")
    desk.write(
        ".s3cfg",
        f"[default]\naccess_key = {desk.key.access_key_id}\nsecret_key = {desk.key.secret.reveal()}\n"
        f"host_base = {host}\nhost_bucket = {host}\nuse_https = False\nbucket_location = us-east-1\nmax_retries = 1\n",
    )
    letter = desk.write("letter.txt", "a letter")
    upload = desk.broken_off_upload()
    for words in (
        *(("put", letter, f"s3://{BUCKET}/letter.txt"), ("ls", f"s3://{BUCKET}/"), ("multipart", f"s3://{BUCKET}/")),
        *(("listmp", f"s3://{BUCKET}/{LARGE}", upload), ("abortmp", f"s3://{BUCKET}/{LARGE}", upload)),
        *(("get", "--force", f"s3://{BUCKET}/letter.txt", "got"), ("del", f"s3://{BUCKET}/letter.txt")),
    ):
        desk.run(program, *words)


def aws(desk: Desk, program: Path) -> None:
    letter = desk.write("Letters/letter.txt", "a letter")
    cli: Sequence[str | Path] = (program, "--region", "us-east-1", "--endpoint-url", desk.account.url, "s3")
    for words in (
        *(("sync", letter.parent, f"s3://{BUCKET}/letters"), ("cp", f"s3://{BUCKET}/letters/letter.txt", "got")),
        ("rm", f"s3://{BUCKET}/letters/letter.txt"),
    ):
        desk.run(*cli, *words)


def s4cmd(desk: Desk, program: Path) -> None:
    letter = desk.write("letter.txt", "a letter")
    cli: Sequence[str | Path] = (program, "--endpoint-url", desk.account.url, "-t", "1")
    for words in (
        *(("put", letter, f"s3://{BUCKET}/letter.txt"), ("get", f"s3://{BUCKET}/letter.txt", "got")),
        *(("ls", f"s3://{BUCKET}/"), ("del", f"s3://{BUCKET}/letter.txt")),
    ):
        desk.run(*cli, *words)


def duplicity(desk: Desk, program: Path) -> None:
    goes_to = ("--s3-endpoint-url", desk.account.url, "--num-retries", "1", "--no-encryption")
    began = int(time.time()) - 600
    for number, kind in enumerate(("full", "full", "incremental")):
        desk.write("Letters/letter.txt", f"a letter {number}")
        # Backups are named after the second in which they began, and two of one second are one.
        moment = ("--current-time", str(began + 60 * number))
        desk.run(program, kind, *moment, *goes_to, desk.home / "Letters", f"boto3+s3://{BUCKET}/letters")
    desk.run(program, "collection-status", *goes_to, f"boto3+s3://{BUCKET}/letters")
    desk.run(program, "restore", "--force", *goes_to, f"boto3+s3://{BUCKET}/letters", desk.home / "Restored")
    desk.run(program, "remove-all-but-n-full", "1", "--force", *goes_to, f"boto3+s3://{BUCKET}/letters")


@pytest.mark.parametrize(
    ("works", "reasons"),
    [
        (s3cmd, {"s3:GetBucketLocation": _LOCATION}),
        (aws, {**_LARGE, "s3:GetBucketLocation": _LOCATION}),
        (s4cmd, {**_LARGE, "s3:GetBucketLocation": _LOCATION}),
        (duplicity, {**_LARGE, "s3:GetBucketLocation": _LOCATION}),
    ],
    ids=["s3cmd", "aws", "s4cmd", "duplicity"],
)
def test_every_right_is_in_use_or_accounted_for(
    desk: Desk, works: Callable[[Desk, Path], None], reasons: Mapping[str, str], required_program: Required
) -> None:
    program = required_program(works.__name__)
    policy = policy_for([BucketNeeds(BUCKET)], partition="aws", account=desk.account.account_id, require_tls=False)
    desk.with_policy(policy)
    works(desk, program)
    assert desk.refused() == []
    assert set(rights(policy)) - desk.used() == set(reasons)
