"""What `packaging/dev.py` can do."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence

import environment
import programs

HELP = """\
python3 packaging/dev.py COMMAND

  setup                     make .venv from the pinned packages, with what the tests need; then .venv/bin/keyturn
                            (Windows: .venv\\Scripts\\keyturn.exe) is the program
  run [arguments]           set up if needed, then keyturn with these arguments
  test [pytest arguments]   set up if needed, then lint, types, import borders and tests; stops at the first failure.
                            The package for Debian is tested by: test -m bundle
  check                     the same without the tests, in seconds; what .pre-commit-config.yaml runs at each commit
  bench                     how fast Keyturn starts, scans, searches, rotates and answers, as ratios
  screenshots               picture every page on practice data, and those of the README anew
  fuzz [seconds]            look for files that break what reads them, with atheris (Linux; see packaging/fuzz.py)
  sweep [arguments]         a fault and a kill at every moment of every command, with a table (sweep --help); Linux
  bundle                    a program that needs no Python, in dist/: on Linux packages to install (.deb, .rpm)
  audit                     known holes in the pinned packages, asked from the Python package index
  wheels                    for which systems and Pythons each pinned package has a ready-made file there (needs uv)
  lock [uv arguments]       renew the locks after a change in pyproject.toml (needs uv); all newest: lock --upgrade

Try first:    python3 packaging/dev.py run practice
One test:     python3 packaging/dev.py test tests/house -k readme    (paths as seen from the top of the repository)

Only what is missing is set up, so a second call starts at once. Nothing is installed outside .venv, but for one thing:
as root on Debian or Ubuntu, `setup` and `test` install the backup programs that the tests try Keyturn on.
With CI=true in the environment a skipped test counts as failed.
"""


def setup(arguments: Sequence[str]) -> int:
    """Make everything ready, for running and for testing."""
    _take_none(arguments, "setup")
    environment.make_ready(environment.Level.TEST)
    programs.install_missing()
    print(f"Ready. Keyturn is {environment.program('keyturn')}")
    return 0


def run(arguments: Sequence[str]) -> int:
    """Start keyturn in the folder where the person is, so that relative paths mean what they say."""
    environment.make_ready(environment.Level.RUN)
    return _call([str(environment.program("keyturn")), *arguments])


def test(arguments: Sequence[str]) -> int:
    """Run every check in turn; the first that fails ends the run with its exit code."""
    environment.make_ready(environment.Level.TEST)
    programs.install_missing()
    # Two more than there are cores, as most tests wait for programs; each takes over what another has not begun.
    parallel = ["--numprocesses", str((os.cpu_count() or 1) + 2), "--dist", "worksteal"]
    # Making a package and a system to install it in takes minutes, so it is tested when that is asked for.
    wanted = arguments or ["-m", "not bundle"]
    python = str(environment.program("python"))
    # Many tests start Keyturn. Told to write no bytecode, as on many a build machine, each would compile it anew.
    compiled = [python, "-m", "compileall", "-q", "app"]
    return _in_turn({**_checks(), "compile": compiled, "pytest": [python, "-m", "pytest", *parallel, *wanted]})


def check(arguments: Sequence[str]) -> int:
    """Run every check but the tests."""
    _take_none(arguments, "check")
    environment.make_ready(environment.Level.TEST)
    return _in_turn(_checks())


def _checks() -> dict[str, list[str]]:
    python = str(environment.program("python"))
    return {
        "ruff check": [python, "-m", "ruff", "check", "."],
        "ruff format": [python, "-m", "ruff", "format", "--check", "."],
        "mypy": [python, "-m", "mypy"],
        "import borders": [str(environment.program("lint-imports"))],
    }


def _in_turn(steps: Mapping[str, list[str]]) -> int:
    for name, command in steps.items():
        print(f"\n── {name}", flush=True)
        code = subprocess.run(command, cwd=environment.ROOT, env=_tool_environment(), check=False).returncode
        if code:
            print(f"\n{name} failed.", file=sys.stderr)
            return code
    return 0


def bench(arguments: Sequence[str]) -> int:
    """Measure; prints a table and judges nothing."""
    _take_none(arguments, "bench")
    environment.make_ready(environment.Level.RUN)
    return _call([str(environment.program("python")), str(environment.PACKAGING / "bench.py")])


def screenshots(arguments: Sequence[str]) -> int:
    """Picture every page."""
    _take_none(arguments, "screenshots")
    environment.make_ready(environment.Level.RUN)
    return _call([str(environment.program("python")), str(environment.PACKAGING / "screenshots.py")])


def fuzz(arguments: Sequence[str]) -> int:
    """Look for files that break a reader; needs atheris, which is no part of the locks."""
    environment.make_ready(environment.Level.RUN)
    return _call([str(environment.program("python")), str(environment.PACKAGING / "fuzz.py"), *arguments])


def sweep(arguments: Sequence[str]) -> int:
    """Disturb every command at every moment, see that all ends as promised, and print the table."""
    environment.make_ready(environment.Level.TEST)
    programs.install_missing()
    return _call([str(environment.program("python")), str(environment.PACKAGING / "sweep.py"), *arguments])


def bundle(arguments: Sequence[str]) -> int:
    """Freeze Keyturn, and make this system's package of it in `dist/`."""
    _take_none(arguments, "bundle")
    environment.make_ready(environment.Level.BUNDLE)
    programs.install_for_bundle()
    python = environment.program("python", environment.Level.BUNDLE)
    return _call([str(python), str(environment.PACKAGING / "bundle.py")])


def audit(arguments: Sequence[str]) -> int:
    """Ask the Python package index for known holes in what is installed and bundled."""
    _take_none(arguments, "audit")
    environment.make_ready(environment.Level.BUNDLE)
    python = environment.program("python", environment.Level.BUNDLE)
    return _call([str(python), str(environment.PACKAGING / "audit.py")])


def wheels(arguments: Sequence[str]) -> int:
    """Ask the Python package index where Keyturn can be installed without a compiler."""
    _take_none(arguments, "wheels")
    _uv()
    return _call([sys.executable, str(environment.PACKAGING / "wheels.py")])


def lock(arguments: Sequence[str]) -> int:
    """Write the locks anew. The pins stay as they are unless pyproject.toml or an argument asks for others."""
    uv = _uv()
    compile_lock = [
        *[uv, "pip", "compile", "pyproject.toml", "--quiet", "--no-header"],
        *["--universal", "--python-version", "3.11", "--generate-hashes"],
        *["--no-emit-index-url", "--no-emit-find-links"],
        *["--extra", "practice", "--group", "build", *arguments],
    ]
    # Tests and bundles run with exactly the packages that people run with, and some more. The tests want the window
    # everywhere; a bundle has it where Keyturn has it by itself, so that the one for ARM runs with an older C library.
    same = ["--constraints", "packaging/requirements.lock"]
    locks = {
        "packaging/requirements.lock": [],
        "packaging/requirements-test.lock": ["--extra", "window", "--group", "test", *same],
        "packaging/requirements-bundle.lock": ["--group", "bundle", *same],
    }
    for path, extra in locks.items():
        code = subprocess.run([*compile_lock, *extra, "-o", path], cwd=environment.ROOT, check=False).returncode
        if code:
            return code
    return 0


COMMANDS: Mapping[str, Callable[[Sequence[str]], int]] = {
    "setup": setup,
    "run": run,
    "test": test,
    "check": check,
    "bench": bench,
    "screenshots": screenshots,
    "sweep": sweep,
    "fuzz": fuzz,
    "bundle": bundle,
    "audit": audit,
    "wheels": wheels,
    "lock": lock,
}


def main(arguments: Sequence[str]) -> int:
    """Do what is asked and return the exit code (2: asked for something that does not exist)."""
    if not arguments or arguments[0] in {"-h", "--help", "help"}:
        print(HELP, end="")
        return 0 if arguments else 2
    command = COMMANDS.get(arguments[0])
    if command is None:
        print(f"There is no command `{arguments[0]}`. See: python3 packaging/dev.py --help", file=sys.stderr)
        return 2
    try:
        return command(arguments[1:])
    except environment.SetupError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130


def _uv() -> str:
    uv = shutil.which("uv")
    if uv is None:
        raise environment.SetupError("This is asked of uv, which is not on the PATH: pip install uv.")
    return uv


def _take_none(arguments: Sequence[str], command: str) -> None:
    """Refuse what would be passed over, before minutes are spent on something that was not meant."""
    if arguments:
        raise environment.SetupError(f"`{command}` takes no arguments. See: python3 packaging/dev.py --help")


def _call(command: list[str]) -> int:
    """Become `command` where the system can, so that signals and the exit code are its own."""
    if os.name == "posix":
        os.execve(command[0], command, _tool_environment())  # noqa: S606  (a fixed program, no shell)
    return subprocess.run(command, env=_tool_environment(), check=False).returncode


def _tool_environment() -> dict[str, str]:
    """The environment without what would make .venv's Python import packages from somewhere else."""
    return {name: value for name, value in os.environ.items() if name not in {"PYTHONHOME", "PYTHONPATH"}}
