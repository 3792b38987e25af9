"""How fast Keyturn starts, scans and rotates: `packaging/dev.py bench` runs this with the Python of `.venv`.

Everything is measured in turns with `python -c pass`, so that a busy computer slows both. It prints and judges nothing.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

HEAVY = ("PySide6", "boto3", "botocore", "keyring", "moto", "rich")
ROUNDS = 15
PLACES = 60


def main() -> None:
    """Measure, and print a table."""
    with tempfile.TemporaryDirectory(prefix="keyturn-bench-") as folder, _environment(Path(folder) / "empty home"):
        home = Path(folder) / "home"
        write_home(home)
        scan = offline_scan(home, Path(folder) / "state")
        program = str(Path(sys.executable).with_name("keyturn"))
        start, version, scanned = in_turns(
            [
                lambda: _run([sys.executable, "-c", "pass"]),
                lambda: _run([program, "--version"]),
                lambda: _run([program, *scan]),
            ]
        )
        row("python -c pass", seconds(start))
        row("keyturn --version", seconds(version), f"{version / start:.1f} × python -c pass", "aim: at most 5 ×")
        found = sum(len(key["places"]) for key in json.loads(_run([program, *scan]))["keys"])
        aim = "aim: at most 0.15 s"
        row(f"keyturn scan --offline, {found} places", seconds(scanned), f"{scanned / start:.1f} × python -c pass", aim)
        for name, arguments in (("keyturn --version", ["--version"]), ("keyturn scan --offline", scan)):
            heavy = sorted(imported(arguments) & set(HEAVY))
            row(f"heavy libraries, {name}", ", ".join(heavy) or "none", "", "aim: none")
        rotation()


def rotation() -> None:
    """The AWS calls of a rotation, and its wall time over the floor at a round trip of 80 ms."""
    import bench_rotation

    trip = f"{bench_rotation.ROUND_TRIP * 1000:.0f} ms round trip"
    for destinations in (1, 10):
        measured = bench_rotation.rotate(destinations)
        over = f"{measured.seconds / bench_rotation.FLOOR:.2f} × the floor of {bench_rotation.FLOOR:.0f} s"
        row(f"rotation, {destinations} destination(s), {trip}", seconds(measured.seconds), over)
        steps = ", ".join(f"{step} {count}" for step, count in measured.calls.items() if count)
        row("  requests to AWS", f"{measured.calls.total()}: {steps}")


def offline_scan(home: Path, state: Path) -> list[str]:
    """The arguments of a scan of `home` that asks AWS nothing and touches nothing of this computer's person."""
    return ["--json", "--home", str(home), "--state-dir", str(state), "--secrets", "memory", "scan", "--offline"]


def in_turns(work: Sequence[Callable[[], object]], rounds: int = ROUNDS) -> list[float]:
    """The median seconds of each piece of work, run one after the other, round after round."""
    taken: list[list[float]] = [[] for _ in work]
    for _ in range(rounds):
        for times, piece in zip(taken, work, strict=True):
            before = time.perf_counter()
            piece()
            times.append(time.perf_counter() - before)
    return [statistics.median(times) for times in taken]


def imported(arguments: Sequence[str]) -> set[str]:
    """The top names of all modules that one run of keyturn imports, however late."""
    start = "import sys; from keyturn.__main__ import main; sys.exit(main())"
    command = [sys.executable, "-X", "importtime", "-c", start, *arguments]
    result = subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    lines = (line for line in result.stderr.splitlines() if line.startswith("import time:"))
    return {line.rpartition("|")[2].strip().partition(".")[0] for line in lines}


def write_home(home: Path) -> None:
    """Write a home with `PLACES` made-up keys, as backup programs keep them."""
    quarter = PLACES // 4
    aws, remotes, restic, left_over = (range(first, first + quarter) for first in range(0, PLACES, quarter))
    files = {
        ".aws/credentials": "\n".join(
            f"[profile-{n}]\naws_access_key_id = {_key_id(n)}\naws_secret_access_key = {_secret(n)}\n" for n in aws
        ),
        ".config/rclone/rclone.conf": "\n".join(
            f"[remote-{n}]\ntype = s3\nprovider = AWS\naccess_key_id = {_key_id(n)}\nsecret_access_key = {_secret(n)}\n"
            for n in remotes
        ),
        **{
            f".config/restic/{n}.env": f"export AWS_ACCESS_KEY_ID={_key_id(n)}\n"
            f"export AWS_SECRET_ACCESS_KEY={_secret(n)}\n"
            f"export RESTIC_REPOSITORY=s3:s3.amazonaws.com/bucket-{n}/restic\n"
            for n in restic
        },
        **{
            f"Downloads/rootkey ({n}).csv": f"AWSAccessKeyId={_key_id(n)}\nAWSSecretKey={_secret(n)}\n"
            for n in left_over
        },
    }
    for name, text in files.items():
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def row(what: str, *values: str) -> None:
    """Print one line of the table."""
    print(f"{what:<42}" + "".join(f"{value:<26}" for value in values).rstrip(), flush=True)


def seconds(value: float) -> str:
    """Seconds as shown in the table."""
    return f"{value:.3f} s"


def _key_id(number: int) -> str:
    return f"AKIABENCH{number:04d}EXAMPLE"


def _secret(number: int) -> str:
    return f"made+up/secret/for/the/bench/{number:011d}"


def _run(command: Sequence[str]) -> str:
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


@contextmanager
def _environment(home: Path) -> Iterator[None]:
    """Measure without the person's own keys, home and settings, also of Python (it may be told to keep no bytecode)."""
    home.mkdir()
    before = dict(os.environ)
    for name in before:
        if name.startswith(("AWS_", "PYTHON", "RCLONE_", "RESTIC_", "XDG_")):
            del os.environ[name]
    os.environ["HOME"] = os.environ["USERPROFILE"] = str(home)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


if __name__ == "__main__":
    main()
