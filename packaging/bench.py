"""How fast Keyturn starts, scans, searches, rotates and answers: run by `packaging/dev.py bench`.

Everything is measured in turns with what it is compared with (`python -c pass`, ripgrep), so that a busy computer slows
both; each time is the median of several. It prints one table, each line as soon as it is known, and judges nothing.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

HEAVY = ("PySide6", "boto3", "botocore", "keyring", "moto", "rich")
ROUNDS, SEARCHES, ROTATIONS = 15, 9, 3
DIST = Path(__file__).resolve().parent.parent / "dist"
PLACES, MANY_PLACES = 60, 1336  # of the many, 1,002 are destinations and the others leftovers

_WIDTHS = (52, 12, 34)  # of the columns but the last, in letters


def main() -> None:
    """Measure, and print the table."""
    row("what", "measured", "beside", "aim")
    row("─" * _WIDTHS[0], "─" * _WIDTHS[1], "─" * _WIDTHS[2], "─" * 16)
    with tempfile.TemporaryDirectory(prefix="keyturn-bench-") as folder, _environment(Path(folder) / "empty home"):
        home, crowded = Path(folder) / "home", Path(folder) / "crowded home"
        write_home(home)
        write_home(crowded, MANY_PLACES)
        scan, large_scan = (offline_scan(one, Path(folder) / "state") for one in (home, crowded))
        program = str(Path(sys.executable).with_name("keyturn"))
        start, version, scanned, large = in_turns(
            [
                lambda: _run([sys.executable, "-c", "pass"]),
                lambda: _run([program, "--version"]),
                lambda: _run([program, *scan]),
                lambda: _run([program, *large_scan]),
            ]
        )
        row("python -c pass", seconds(start))
        row("keyturn --version", seconds(version), f"{version / start:.1f} × python -c pass", "at most 5 ×")
        found = sum(len(key["places"]) for key in json.loads(_run([program, *scan]))["keys"])
        name, beside = f"keyturn scan --offline, {found} places", f"{scanned / start:.1f} × python -c pass"
        row(name, seconds(scanned), beside, "at most 0.15 s")
        bare, ours = processor([[sys.executable, "-c", "pass"], [program, *scan]])
        row("  processor time of it", seconds(ours), f"{ours / bare:.1f} × python -c pass", "at most 12 ×")
        found = sum(len(key["places"]) for key in json.loads(_run([program, *large_scan]))["keys"])
        name, beside = f"keyturn scan --offline, {found} places", f"{large / start:.1f} × python -c pass"
        row(name, seconds(large), beside, "at most 3 s")
        for name, arguments in (("keyturn --version", ["--version"]), ("keyturn scan --offline", scan)):
            heavy = sorted(imported(arguments) & set(HEAVY))
            row(f"heavy libraries, {name}", ", ".join(heavy) or "none", "", "none")
        handing_out(program, Path(folder) / "handing out")
        search(Path(folder), [program, *scan])
        rotation()
        window(program, Path(folder) / "empty home", Path(folder) / "window")


def handing_out(program: str, folder: Path) -> None:
    """How long a program waits for its key, beside a look into the keychain alone."""
    import bench_handing_out

    if missing := bench_handing_out.missing():
        row("keyturn credentials", f"{', '.join(missing)} is not installed, so no keychain was asked")
        return
    with bench_handing_out.keychain(folder) as environment:
        ours = bench_handing_out.credentials([program], folder / "state")
        if "SecretAccessKey" not in json.loads(_run(ours, environment)):
            raise RuntimeError("keyturn credentials handed out no key")
        alone, asked = in_turns(
            [lambda: _run(bench_handing_out.keyring_alone(), environment), lambda: _run(ours, environment)]
        )
    row("keyring.get_password", seconds(alone))
    beside = f"{asked / alone:.2f} × keyring.get_password"
    row("keyturn credentials, a lasting key", seconds(asked), beside, "at most 1.3 ×")


def search(folder: Path, scan: Sequence[str]) -> None:
    """A search of many files for one known key ID, beside ripgrep, grep and detect-secrets."""
    import bench_search

    tree = bench_search.write_tree(folder / "tree")
    alone, any_key = (bench_search.search_alone(tree.folder, any_key=one) for one in (False, True))
    whole = [*scan, "--search", str(tree.folder)]
    commands = {
        "search for one key ID": alone,
        "search with --any": any_key,
        "keyturn scan --offline --search": whole,
        "grep -r -F -l": ["grep", "-r", "-F", "-l", bench_search.KEY, str(tree.folder)],
    }
    ripgrep = shutil.which("rg")
    if ripgrep is not None:
        commands["rg -uuu -F -l"] = [ripgrep, "-uuu", "-F", "-l", bench_search.KEY, str(tree.folder)]
    for name in ("search for one key ID", "rg -uuu -F -l"):  # also brings the files into memory
        if name in commands and len(_run(commands[name]).split("\n")) != tree.holding + 1:
            raise RuntimeError(f"{name} did not find the {tree.holding} files that hold the key")
    work = [lambda command=command: _run(command) for command in commands.values()]
    taken = dict(zip(commands, in_turns(work, SEARCHES), strict=True))
    about = f"{tree.files:,} files, {tree.size / 1e9:.1f} GB"
    unit = "rg -uuu -F -l" if ripgrep is not None else "grep -r -F -l"
    for name, value in taken.items():
        aim = "at most 1.2 ×" if name == "search for one key ID" else ""
        row(f"{name}, {about}" if name == unit else name, seconds(value), f"{value / taken[unit]:.2f} × {unit}", aim)
    if ripgrep is None:
        row("ripgrep (Debian: ripgrep)", "is not installed, so nothing was compared with it")
    detect_secrets(folder, tree.size / taken["search for one key ID"])
    peak = bench_search.peak_memory(whole) / 1e6
    row("memory of such a search, all processes", f"{peak:.0f} MB", "", "under 150 MB")


def rotation() -> None:
    """The AWS calls of a rotation, and its wall time over the floor at a round trip of 80 ms."""
    import bench_rotation

    trip = f"{bench_rotation.ROUND_TRIP * 1000:.0f} ms round trip"
    for destinations in (1, 10, 50):
        rotations = [bench_rotation.rotate(destinations) for _round in range(ROTATIONS)]
        measured = sorted(rotations, key=lambda one: one.seconds)[ROTATIONS // 2]
        over = f"{measured.seconds / bench_rotation.FLOOR:.2f} × the floor of {bench_rotation.FLOOR:.0f} s"
        row(f"rotation, destinations: {destinations}, {trip}", seconds(measured.seconds), over)
        steps = ", ".join(f"{step} {count}" for step, count in measured.calls.items() if count)
        row("  requests to AWS", f"{measured.calls.total():,}", steps)
    one, many = (bench_rotation.rotate_fleet(bench_rotation.Fleet(*size)) for size in ((1, 1), (1000, 40)))
    for name, measured in (("1 destination", one), ("1,000 destinations over 40 buckets", many)):
        over = f"{measured.seconds / one.seconds:.1f} × one destination"
        row(f"rotation, {name}, own checks", seconds(measured.seconds), over, "at most 10 ×")
        row("  requests to AWS", f"{measured.calls.total():,}")


def window(program: str, home: Path, state: Path) -> None:
    """The window and the icon beside bare ones of PySide6, and the longest time that the window did not answer."""
    import bench_window

    missing = bench_window.missing()
    if missing:
        row("window and icon", f"not measured without {', '.join(missing)} (`packaging/dev.py setup` tells more)")
    else:
        apart = ["--home", str(home), "--state-dir", str(state), "--secrets", "memory"]
        bare, ours = bench_window.starts([program])  # as a desktop starts it: the home is an empty one here
        row("window of PySide6 alone, visible", seconds(bare.seconds), f"{bare.processor:.3f} s of processor")
        ratio = f"{ours.seconds / bare.seconds:.2f} × (processor {ours.processor / bare.processor:.2f} ×)"
        row("keyturn, window visible", seconds(ours.seconds), ratio, "at most 1.5 ×")
        frozen(DIST, ours.seconds / bare.seconds, apart)
        icon, tray = bench_window.at_rest([program, *apart, "tray"])
        row(
            "icon of PySide6 alone, memory at rest", f"{icon.memory / 1e6:.1f} MB", f"woken {icon.wakes:.0f} × a minute"
        )
        row(
            "keyturn tray",
            f"{tray.memory / 1e6:.1f} MB",
            f"{tray.memory / icon.memory:.2f} × that",
            "at most 1.25 ×",
        )
        row("  woken in a minute", f"{tray.wakes:.0f} ×", "", "once an hour")
    for what, gap in bench_window.gaps().items():
        taken = f"{gap.seconds * 1000:.0f} ms"
        row(f"longest gap: {what}", taken, f"{gap.processor * 1000:.0f} ms of processor", "at most 50 ms")
    still, what = bench_window.stillness(), f"longest without a change, rotation, {bench_window.PLACES} places"
    row(f"{what}, in the picture", f"{still.frames * 1000:.0f} ms", "ten frames a second, 80 ms round trip", "700 ms")
    row(f"{what}, in what is read", f"{still.words * 1000:.0f} ms", "without the spinner", "at most 2,000 ms")


def detect_secrets(folder: Path, speed: float) -> None:
    """For scale: a program that looks for secrets of many kinds, on a part of the files.

    Args:
        speed: of Keyturn's search, in bytes per second.
    """
    import bench_search

    program = shutil.which("detect-secrets", path=os.pathsep.join([str(Path(sys.executable).parent), os.defpath]))
    if program is None:
        row("detect-secrets", "is not installed (.venv/bin/pip install detect-secrets)")
        return
    sample = bench_search.write_sample(folder / "tree", folder / "sample")
    command = [program, "-C", str(sample.folder), "scan", "--all-files", "--no-verify", "."]
    if "AWS Access Key" not in _run(command):
        raise RuntimeError("detect-secrets did not find the key in its sample")
    (taken,) = in_turns([lambda: _run(command)], 3)
    slower = f"{speed * taken / sample.size:,.0f} × search for one key ID"
    row(f"detect-secrets, {sample.files} of these files", f"{sample.size / taken / 1e6:.1f} MB/s", slower)


def frozen(dist: Path, source: float, apart: Sequence[str]) -> None:
    """The bundle's window beside that of the source, and the size of the package.

    Args:
        dist: where `dev.py bundle` leaves them.
        source: how long the source's window took, in those of PySide6 alone.
    """
    import bench_window

    program, what = dist / "keyturn" / "keyturn", "keyturn of the bundle, window visible"
    if not program.is_file():
        row(what, "no bundle: run packaging/dev.py bundle first", "", "at most 1.5 ×")
        return
    bare, bundled = bench_window.starts([str(program), *apart])
    beside = f"{bundled.seconds / bare.seconds / source:.2f} × the source's"
    row(what, seconds(bundled.seconds), beside, "at most 1.5 ×")
    for package in dist.glob("keyturn_*.deb"):
        row(package.name, f"{package.stat().st_size / 1e6:.1f} MB", "", "at most 60 MB")


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


def processor(commands: Sequence[Sequence[str]], rounds: int = ROUNDS) -> list[float]:
    """The median seconds of processor time of each command, run in turns: it tells more where others work as well."""
    if sys.platform == "win32":
        raise RuntimeError("Windows does not tell the processor time of programs that have ended")
    import resource

    def spent() -> float:
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return used.ru_utime + used.ru_stime

    taken: list[list[float]] = [[] for _ in commands]
    for _ in range(rounds):
        for times, command in zip(taken, commands, strict=True):
            before = spent()
            _run(command)
            times.append(spent() - before)
    return [statistics.median(times) for times in taken]


def imported(arguments: Sequence[str]) -> set[str]:
    """The top names of all modules that one run of keyturn imports, however late."""
    start = "import sys; from keyturn.__main__ import main; sys.exit(main())"
    command = [sys.executable, "-X", "importtime", "-c", start, *arguments]
    result = subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    lines = (line for line in result.stderr.splitlines() if line.startswith("import time:"))
    return {line.rpartition("|")[2].strip().partition(".")[0] for line in lines}


def write_home(home: Path, places: int = PLACES) -> None:
    """Write a home with so many made-up keys, as backup programs keep them; a quarter each in four kinds of files."""
    quarter = places // 4
    aws, remotes, restic, left_over = (range(first, first + quarter) for first in range(0, places, quarter))
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


def row(what: str, measured: str, beside: str = "", aim: str = "") -> None:
    """Print one line of the table.

    Args:
        beside: the same as a ratio, or in another unit.
        aim: what it is to reach; empty where nothing was promised.
    """
    cells = zip((what, measured, beside), _WIDTHS, strict=True)
    print("  ".join([*(f"{cell:<{width}}" for cell, width in cells), aim]).rstrip(), flush=True)


def seconds(value: float) -> str:
    """Seconds as shown in the table."""
    return f"{value:.3f} s"


def _key_id(number: int) -> str:
    return f"AKIABENCH{number:04d}EXAMPLE"


def _secret(number: int) -> str:
    """As AWS makes them: without words, which would stand in other texts as well."""
    return base64.b64encode(hashlib.sha256(str(number).encode()).digest()).decode()[:40]


def _run(command: Sequence[str], environment: Mapping[str, str] | None = None) -> str:
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment).stdout


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
