"""A sample of the sweep: the real program, killed and disturbed in every kind of way, ends as promised.

`packaging/dev.py sweep` tries every point; this tries a few of each route and each kind, always the same ones.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


# A limit against hanging, not an aim: beside the other tests the sample has a third of the processors.
_LIMIT = 1500  # seconds


def sweep(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-B", str(ROOT / "packaging" / "sweep.py"), *arguments],
        capture_output=True,
        text=True,
        timeout=_LIMIT,
        check=False,
        stdin=subprocess.DEVNULL,
    )


@pytest.mark.keychain
@pytest.mark.timeout(_LIMIT + 60)
def test_a_sample_of_kills_and_faults_ends_as_promised(required_program: Callable[[str], Path]) -> None:
    for name in ("strace", "dbus-run-session", "gnome-keyring-daemon"):
        required_program(name)
    done = sweep("--sample")
    assert done.returncode == 0, done.stdout + done.stderr


# Moments at which something was lost once; each was found by the sweep. They are named by what happens there.
FOUND_BY_THE_SWEEP = {
    "an undo killed after it removed the new key still wipes the secret": (
        "scoped-user/undo/kill-request:after:@DeleteAccessKey by old"
    ),
    "an undo killed before its end still wipes the copy of the old secret": (
        "new-root-key/undo/kill-call:write:@memory/@-1"
    ),
    "a deletion by hand killed after the secret was wiped": "retire/delete/kill-call:pwrite64:@memory/journal@-1",
    "a keychain that kept a secret and then locked": "scoped-user/rotate/keychain:locked:@get after 2 sets",
    "an upload of a proof whose end was refused": "scoped-user/rotate/aws:reset-on-and-on:@s3 DELETE uploadId by new",
    "an undo while AWS has not heard everywhere that the old key is off": (
        "retire/turn-off-key/kill-request:after:@UpdateAccessKey by old"
    ),
    "a key turned on again, and the answer lost": (
        "new-root-key/turn-off-key/aws:lost-on-and-on:@s3 DELETE uploadId by new@-1"
    ),
    "a key turned on again that S3 hears of after STS": "new-root-key/turn-off-key/kill-call:unlink:@memory/journal@2",
    "turning off killed before AWS heard of it": "scoped-user/turn-off-key/kill-request:before:@UpdateAccessKey by old",
    "a key whose answer was lost, of a user that no key may list any more": (
        "same-user/rotate/kill-then:old-key-deleted:@CreateAccessKey by old"
    ),
    "an upload of a proof, left where no key may look any more": (
        "same-user/rotate/kill-then:new-user-deleted:@s3 POST uploads by new"
    ),
    "a check killed while it has a key of its own": "scoped-user/rotate/kill-call:write:@^tmp/",
    "a check's folder that does not go at the first attempt": "scoped-user/rotate/file:openat:@^tmp/[^/]*$:EMFILE",
}


@pytest.mark.parametrize("point", FOUND_BY_THE_SWEEP.values(), ids=FOUND_BY_THE_SWEEP)
def test_what_the_sweep_found_stays_mended(point: str, required_program: Callable[[str], Path]) -> None:
    required_program("strace")
    done = sweep("--point", point)
    assert done.returncode == 0, done.stdout + done.stderr
    assert ": came to pass" in done.stdout
