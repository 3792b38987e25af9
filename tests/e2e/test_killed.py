"""The real program, killed by SIGKILL in the middle of a rotation, is carried on or undone by the next start."""

from __future__ import annotations

import subprocess
import time

import pytest

from keyturn.model.keys import KeyStatus

from .conftest import Person

BUCKETS = ("--bucket", "office-backup", "--bucket", "photos-vault")


def killed_after(person: Person, action: str) -> None:
    """Start a rotation, and kill it as soon as AWS has seen a request for `action` by any key."""
    typed = person.arguments("rotate", person.old.access_key_id.last4, *BUCKETS, "--yes")
    with subprocess.Popen(
        [*typed, "--secrets", "file"],
        env=person.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
    ) as process:
        deadline = time.monotonic() + 60
        while action not in {record.action for record in person.account.records}:
            assert process.poll() is None
            assert time.monotonic() < deadline
        process.kill()


@pytest.mark.timeout(240)
# The sweep and tests/rotation kill everywhere; these few are killed as a computer kills a program.
@pytest.mark.parametrize(
    ("way", "action"),
    [("undo", "iam:CreateUser"), ("continue", "iam:CreateAccessKey"), ("undo", "s3:AbortMultipartUpload")],
)
def test_a_killed_rotation_is_carried_on_or_undone(person: Person, action: str, way: str) -> None:
    killed_after(person, action)
    for path in person.computer.files:
        text = path.read_text()
        assert (person.old.access_key_id.value in text) == (person.old.secret.reveal() in text)
    assert person.account.accepts(person.old)

    told = person.keyturn("status", secrets="file")
    assert "interrupted" in told.output + told.errors

    done = person.keyturn(way, "--yes", "--json", secrets="file")
    assert done.exit_code == (3 if way == "continue" else 0), done.output + done.errors
    live = [one for one in person.account.listed_keys() if one.status is KeyStatus.ACTIVE]
    assert len(live) == (2 if way == "continue" else 1)
    assert person.account.accepts(person.old)
    for bucket in person.account.buckets:
        assert not person.account.trace_of(bucket).uploads
    if way == "undo":
        assert person.account.user_names() == ()
        assert all(person.old.access_key_id.value in path.read_text() for path in person.computer.files)
