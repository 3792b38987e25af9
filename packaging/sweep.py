"""The whole sweep: `packaging/dev.py sweep` runs this with the Python of `.venv`.

Every point is a fault, a kill, or an act of somebody else at one moment of one command, or an earlier copy of what
Keyturn remembers that is put back; it counts where all ended as promised. Of points that Keyturn cannot tell apart
(tests/sweep/moments.py says why) one is tried, unless every one is asked for. Prints a table, then each point that did
not end as promised, with the line that repeats it. Exit code 1 where there is one.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeVar

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.sweep.built import build
from tests.sweep.incidents import Incident
from tests.sweep.moments import KINDS, named, one_of_each, points
from tests.sweep.notebook import Found, Notebook, Row
from tests.sweep.points import WAYS, Outcome, try_point
from tests.sweep.scenarios import ROUTES, scenario_named, scenarios
from tests.sweep.world import Kind, World

T = TypeVar("T")
# A moment that is named by what happens there gets its number from a run of its own. Threads that ask AWS at the same
# time may come in another order, or look once less, in the run that is disturbed.
_ATTEMPTS = 5
_CHUNK = 40  # points that share one preparation, and what is known of the worlds that they leave
# What needs a world of its own kind, by the incident's.
_KIND_OF = {
    **{"aws": "aws-faults", "file": "file-faults", "file-on-and-on": "file-faults", "meddle": "file-faults"},
    **{"keychain": "keychain", "kill-message": "keychain-kills", "somebody": "somebody", "put-back": "put-back"},
    **{"clock": "clock", "kill-then": "kill-then"},
}
_SECRETS = {"keychain": "keyring", "keychain-kills": "keyring"}  # where secrets are kept; the file unless said

NOT_REACHED = """\
Not reached by any point:
  - a power cut: the pages that the system had not written to the disk yet are not taken away (fsync is called, and
    its failure is swept; that the disk obeys is not);
  - the moments of loading the program, before the command itself begins;
  - the backup programs' own checks: stand-ins answer in their place (the real ones are in tests/e2e);
  - kills inside a system call, and calls that only read, but for opening, reading and their errors;
  - kills of threads that ask AWS at the same time in another order than here: for kills and errors at system calls,
    AWS is asked one thing after the other; at requests, they run as they come;
  - other programs that run, and what lies outside the home: none is seen but Keyturn, and a small `/` of each world;
  - a file system that lies: ENOENT for what is there, EROFS for reading; errors of calls not in FILE_ERRORS (stat …);
  - two acts of somebody else in one rotation, an act beside a fault, and one after a kill inside a file's change; a
    second Keyturn that does more than rotate; a copy of the keychain without the journal's, where it is no file;
  - wrong TLS at each request: the command line takes AWS's certificates from its own bundle alone (tests/aws has it);
  - another system than Linux: a sharing violation as Windows gives it is in tests/edits."""


@dataclass(frozen=True)
class Work:
    """Points of one scenario that are tried one after the other in one process.

    Attributes:
        seen: the folder in which all processes of a sweep keep how worlds were resumed.
    """

    kind: str
    scenario: str
    incidents: tuple[str, ...]
    seen: Path | None = None


def main(arguments: Sequence[str]) -> int:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(prog="packaging/dev.py sweep", description=__doc__)
    parser.add_argument("--routes", nargs="+", choices=ROUTES, default=list(ROUTES), help="these routes alone")
    parser.add_argument("--scenarios", nargs="+", metavar="NAME", help="these scenarios alone, such as rotate or undo")
    parser.add_argument(
        "--only", nargs="+", choices=list(KINDS), default=list(KINDS), help="these kinds of point alone"
    )
    parser.add_argument("--every", action="store_true", help="every point, also those alike (a night and a day)")
    parser.add_argument(
        "--resume",
        type=Path,
        metavar="FILE",
        help="keep outcomes there; leave out those in it that load nothing changed",
    )
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="so many at the same time")
    parser.add_argument("--sample", action="store_true", help="a few points of each route and kind, as the tests do")
    parser.add_argument("--count", action="store_true", help="only say how many points there are")
    parser.add_argument(
        "--point", metavar="NAME", help="exactly one, as the list of a sweep names it, or see moments.named"
    )
    asked = parser.parse_args(arguments)
    if shutil.which("strace") is None:
        print("The sweep needs strace: `apt-get install strace`, on Linux.", file=sys.stderr)
        return 1
    if asked.point:
        return _repeat(asked.point)
    wanted = [
        (kind, one.title)
        for kind in asked.only
        for one in scenarios()
        if one.route in asked.routes and (not asked.scenarios or one.name in asked.scenarios)
    ]
    began = time.monotonic()
    context = multiprocessing.get_context("spawn")
    with (
        tempfile.TemporaryDirectory(prefix="keyturn-sweep-", dir=_quickest()) as folder,
        ProcessPoolExecutor(asked.jobs, mp_context=context) as pool,
    ):
        seen = Path(folder)
        if asked.sample:
            chosen = sample()
            rows = _all(pool, "sweeping", [(pool.submit(_try_some, one, seen), one.number) for one in chosen])
            return _report(rows, time.monotonic() - began, None)
        with Notebook(asked.resume, every=asked.every) as notebook:
            counting = [(pool.submit(_count, *one, asked.every), 1) for one in wanted if one not in notebook.found]
            for counted in _all(pool, "counting the moments", counting, notebook.write_found):
                notebook.found[counted.kind, counted.scenario] = counted
            found = [notebook.found[one] for one in wanted]
            if asked.count:
                _say_how_many(found)
                return 0
            work = [chunk for one in found for chunk in _chunks(one, notebook, seen)]
            futures = [(pool.submit(_sweep, one), len(one.incidents)) for one in work]
            rows = [*notebook.rows(found), *_all(pool, "sweeping", futures, notebook.write)]
    return _report(rows, time.monotonic() - began, found)


@dataclass(frozen=True)
class Few:
    """A few points of one kind in one scenario.

    Attributes:
        number: how many, spread evenly from the one at `begin`.
        of: of each of these incidents one, whatever `number` says.
    """

    kind: str
    scenario: str
    number: int
    begin: int = 0
    of: tuple[str, ...] = ()


def sample() -> list[Few]:
    """A few points of each route and of each kind."""
    # What the two keys of one owner do is the same for root and for a user; of the other routes every fourth command.
    chosen = [("kills", one.title, 1) for one in scenarios() if one.route == "scoped-user"]
    others = [one.title for one in scenarios() if one.route not in {"scoped-user", "same-user"}]
    chosen += [("kills", title, 1) for title in others[1::4]]
    chosen += [("aws-faults", f"{route}/rotate", 1) for route in ROUTES]
    chosen += [("aws-faults", "scoped-user/undo", 1), ("aws-faults", "same-user/turn-off-key", 1)]
    chosen += [("file-faults", "scoped-user/rotate", 1)]
    chosen += [("file-faults", "new-root-key/undo", 2)]
    chosen += [("keychain", "scoped-user/rotate", 2), ("keychain", "same-user/undo", 2)]
    chosen += [("keychain-kills", "new-root-key/rotate", 1)]
    few = [Few(*one, 37 * number) for number, one in enumerate(chosen)]
    return few + [Few(kind, scenario, len(of), of=of) for (kind, scenario), of in _BESIDE.items()]


# Acts, clocks and copies that the sample tries, each at the middle one of its moments: every act and every part of the
# memory at least once, where it does most harm.
_BESIDE: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("somebody", "scoped-user/rotate"): (
        *("old-key-off", "new-user-deleted", "new-policy-taken", "key-for-new-user", "key-for-old-owner"),
        *("deny-for-users", "deny-gone", "second-same-name", "second-other-name", "second-plan-open"),
    ),
    ("somebody", "new-root-key/turn-off-key"): ("old-key-off", "old-key-deleted", "new-key-deleted"),
    ("somebody", "same-user/turn-on"): ("new-key-off", "old-key-on", "deny-for-all"),
    ("kill-then", "scoped-user/rotate"): ("new-key-off", "new-key-deleted", "new-user-deleted", "old-key-deleted"),
    ("kill-then", "same-user/turn-off-key"): ("new-key-off",),
    ("clock", "scoped-user/rotate"): ("ten-minutes-back", "a-day-ahead"),
    ("clock", "new-root-key/turn-off-key"): ("ten-minutes-ahead", "a-day-back"),
    ("put-back", "scoped-user/rotate"): ("journal", "secrets", "both"),
    ("put-back", "new-root-key/turn-off-console"): ("journal", "both"),
}


def _try_some(few: Few, seen: Path) -> Row:
    with _world(few.kind, few.scenario, seen) as world:
        names = [one.incident.name for one in one_of_each(points(world, few.kind))]
        spread = [names[(few.begin + one * len(names) // few.number) % len(names)] for one in range(few.number)]
        of = [[name for name in names if name.startswith(f"{few.kind}:{one}:")] for one in few.of]
        chosen = tuple(one[len(one) // 2] for one in of) or tuple(spread)
        return _try_each(world, Work(few.kind, few.scenario, chosen, seen))


def _count(kind: str, title: str, every: bool) -> Found:
    with _world(kind, title) as world:
        there = points(world, kind)
        files = world.files_of_the_program()
    chosen = there if every else one_of_each(there)
    return Found(kind, title, tuple(one.incident.name for one in chosen), len(there), files)


def _sweep(work: Work) -> Row:
    if work.kind == "keychain-kills":
        return _with_keychains(work)
    with _world(work.kind, work.scenario, work.seen) as world:
        return _try_each(world, work)


def _try_each(world: World, work: Work) -> Row:
    if work.kind == "keychain-kills":
        return _with_keychains(work)
    outcomes = tuple(try_point(world, Incident.named(name)) for name in work.incidents)
    return Row(work.kind, outcomes, world.files_of_the_program())


def _with_keychains(work: Work) -> Row:
    """A real keychain cannot be put back to an earlier moment, so each way has one of its own."""
    rows = [_with_a_keychain(work, name) for name in work.incidents]
    files = {path: digest for row in rows for path, digest in row.files.items()}
    return Row(work.kind, tuple(outcome for row in rows for outcome in row.outcomes), files)


def _with_a_keychain(work: Work, name: str) -> Row:
    outcomes, files = [], {}
    for way in WAYS:
        with _world(work.kind, work.scenario) as world:
            outcomes.append(try_point(world, Incident.named(name), [way]))
            files.update(world.files_of_the_program())
    complaints = tuple(complaint for outcome in outcomes for complaint in outcome.complaints)
    outcome = Outcome(work.scenario, name, all(outcome.came for outcome in outcomes), complaints)
    return Row(work.kind, (outcome,), files)


@contextmanager
def _world(kind: str, title: str, seen: Path | None = None) -> Iterator[World]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="keyturn-sweep-", dir=_quickest())))
        bus = {}
        if kind == "keychain-kills":
            from tests.conftest import _keychain_session

            (folder / "keychain").mkdir()
            reached = stack.enter_context(_keychain_session(folder / "keychain", password="open"))  # noqa: S106
            bus = {"DBUS_SESSION_BUS_ADDRESS": reached["DBUS_SESSION_BUS_ADDRESS"]}
        special = Kind(
            _SECRETS.get(kind, "file"), bus, company=kind in {"somebody", "kill-then"}, remembers=kind == "put-back"
        )
        world = build(scenario_named(title), folder / "world", special, seen)
        stack.callback(world.close)
        yield world


@cache
def _quickest() -> str | None:
    """A folder in memory, where the same calls are answered at once; None where there is none that can do all."""
    memory = Path("/dev/shm")  # noqa: S108  (the folder in it is private)
    try:
        with tempfile.TemporaryDirectory(prefix="keyturn-sweep-", dir=memory) as folder:
            os.setxattr(folder, "user.note", b"kept")  # not before Linux 6.6
    except OSError:
        return None
    return str(memory)


def _chunks(found: Found, notebook: Notebook, seen: Path) -> Iterator[Work]:
    left = [one for one in found.incidents if not notebook.knows(found.kind, found.scenario, one)]
    size = 4 if found.kind == "keychain-kills" else _CHUNK
    for start in range(0, len(left), size):
        yield Work(found.kind, found.scenario, tuple(left[start : start + size]), seen)


def _all(
    pool: ProcessPoolExecutor,
    what: str,
    futures: Sequence[tuple[Future[T], int]],
    keep: Callable[[T], None] = lambda _: None,
) -> list[T]:
    """Wait for all of them, keep each as it ends, and show how far it is."""
    sizes = dict(futures)
    with _progress(what, sum(sizes.values())) as advance:
        try:
            for future in as_completed(sizes):
                keep(future.result())
                advance(sizes[future])
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return [future.result() for future, _ in futures]


@contextmanager
def _progress(what: str, total: int) -> Iterator[Callable[[int], None]]:
    if not sys.stderr.isatty():
        done, told = 0, time.monotonic()

        def plain(points: int) -> None:
            nonlocal done, told
            done += points
            if time.monotonic() - told > 30 or done == total:
                told = time.monotonic()
                print(f"{what}: {done} of {total}", file=sys.stderr, flush=True)

        yield plain
        return
    done = 0

    def bar(points: int) -> None:
        nonlocal done
        done += points
        filled = 40 * done // max(total, 1)
        print(f"\r{what}: [{'█' * filled:40}] {done} of {total} ", end="", file=sys.stderr, flush=True)

    bar(0)
    try:
        yield bar
    finally:
        print(file=sys.stderr)


def _repeat(name: str) -> int:
    outcome = _try_named(name)
    for _ in range(_ATTEMPTS - 1):
        if outcome.came or outcome.complaints or ":@" not in name:
            break
        outcome = _try_named(name)
    print(f"{outcome.name}: {'came to pass' if outcome.came else 'did not come to pass'}")
    for complaint in outcome.complaints:
        print(f"  {complaint}")
    print("as promised" if not outcome.complaints else "not as promised")
    return 1 if outcome.complaints else 0


def _try_named(name: str) -> Outcome:
    route, scenario, incident = name.split("/", 2)
    kind = _KIND_OF.get(incident.partition(":")[0], "kills")
    with _world(kind, f"{route}/{scenario}") as world:
        found = named(world, kind, incident).name
        (outcome,) = _try_each(world, Work(kind, f"{route}/{scenario}", (found,))).outcomes
    return outcome


def _say_how_many(found: Iterable[Found]) -> None:
    together: Counter[str] = Counter()
    chosen: Counter[str] = Counter()
    for one in found:
        together[one.kind] += one.all_of_them
        chosen[one.kind] += len(one.incidents)
    for kind in together:
        print(f"{kind:16} {chosen[kind]:>6} to try, of {together[kind]:>6}")
    print(f"{'all':16} {chosen.total():>6} to try, of {together.total():>6}")


def _report(rows: Iterable[Row], seconds: float, found: Sequence[Found] | None) -> int:
    tried: Counter[tuple[str, str]] = Counter()
    good: Counter[tuple[str, str]] = Counter()
    missed = 0
    bad: list[Outcome] = []
    for row in rows:
        for outcome in row.outcomes:
            where = (outcome.scenario, row.kind)
            missed += not outcome.came
            tried[where] += 1
            good[where] += not outcome.complaints
            if outcome.complaints:
                bad.append(outcome)
    kinds = [kind for kind in KINDS if any(one[1] == kind for one in tried)]
    width = max((len(title) for title, _ in tried), default=10)
    print(f"\n{'scenario':{width}}" + "".join(f"  {kind:>16}" for kind in kinds) + "             all")
    for one in scenarios():
        if any(title == one.title for title, _ in tried):
            counts = [(good[one.title, kind], tried[one.title, kind]) for kind in kinds]
            _line(one.title, width, counts)
    sums = [(sum(good[w] for w in good if w[1] == k), sum(tried[w] for w in tried if w[1] == k)) for k in kinds]
    _line("all", width, sums)
    all_of_them, as_promised = tried.total(), good.total()
    share = f"{100 * as_promised / all_of_them:.2f} %" if all_of_them else "nothing tried"
    print(f"\n{as_promised} of {all_of_them} points ended as promised ({share}), each resumed by `continue` and, ")
    print(f"separately, by `undo`. {missed} of them did not come to pass: the command had fewer such moments")
    print(f"than when they were counted, and ended as promised by itself. {seconds / 60:.1f} minutes.")
    if found is None:
        print("Tried: a sample.")
    else:
        print(f"They stand for {sum(one.all_of_them for one in found)} points: of those that Keyturn cannot tell apart")
        print("one is tried (tests/sweep/moments.py says why, `--every` tries each).")
    print(f"\n{NOT_REACHED}")
    if bad:
        print("\nNot as promised:")
    for outcome in bad:
        print(f"\n  python3 packaging/dev.py sweep --point '{outcome.name}'")
        for complaint in outcome.complaints:
            print(f"    {complaint}")
    return 1 if bad else 0


def _line(name: str, width: int, counts: Sequence[tuple[int, int]]) -> None:
    cells = [f"{good:>7} of {tried:<5}" if tried else f"{'–':>15}" for good, tried in counts]
    together = (sum(good for good, _ in counts), sum(tried for _, tried in counts))
    print(f"{name:{width}}" + "".join(f"  {cell:>16}" for cell in cells) + f"  {together[0]:>6} of {together[1]}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
