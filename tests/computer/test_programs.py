"""Other programs are found, run within bounds, and seen while they run."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest

from keyturn.computer.clock import SystemClock
from keyturn.computer.computer import Computer, Platform
from keyturn.computer.programs import OUTPUT_LIMIT, ProgramResult, find_program, run_check, running_programs
from keyturn.model.errors import ClientError

# Enough for a Python that starts on a busy computer; nothing waits that long where all is well.
PATIENCE = 60.0


def run(
    script: str, *, environment: dict[str, str] | None = None, timeout: float = PATIENCE, stdin: bytes = b""
) -> ProgramResult:
    return run_check([sys.executable, "-c", script], environment=environment or {}, timeout=timeout, stdin=stdin)


def executable(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o700)
    return path


# --- finding


def test_a_program_is_found_where_the_person_would_start_it(tmp_path: Path) -> None:
    program = executable(tmp_path / "my tools" / "rclone")
    this = Computer(Platform.LINUX, tmp_path, {"PATH": str(program.parent)}, is_this_one=True)
    assert find_program("rclone", this) == program
    assert find_program("no-such-program", this) is None


def test_a_program_in_the_homes_own_folder_is_found_although_the_path_is_short(tmp_path: Path) -> None:
    program = executable(tmp_path / ".local" / "bin" / "made-up-program")
    this = Computer(Platform.LINUX, tmp_path, {"PATH": ""}, is_this_one=True)
    assert find_program("made-up-program", this) == program


def test_a_program_of_the_system_is_found_although_the_path_is_empty(tmp_path: Path) -> None:
    assert find_program("sh", Computer(Platform.LINUX, tmp_path, {"PATH": ""}, is_this_one=True)) is not None


def test_the_programs_of_another_computers_disk_are_not_run_here(tmp_path: Path) -> None:
    program = executable(tmp_path / "rclone")
    other = Computer(Platform.LINUX, tmp_path, {"PATH": str(program.parent)}, is_this_one=False)
    assert find_program("rclone", other) is None


# --- running a check


def test_the_exit_code_and_the_output_of_both_kinds_come_back() -> None:
    result = run("import sys; print('out', flush=True); print('err', file=sys.stderr); sys.exit(3)")
    assert (result.exit_code, result.output.splitlines()) == (3, ["out", "err"])


def test_a_check_sees_exactly_the_environment_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "ambient")
    result = run_check(["/usr/bin/env"], environment={"ONLY": "this"}, timeout=PATIENCE)
    assert result.output == "ONLY=this\n"


def test_a_check_does_not_start_in_a_folder_with_somebodys_files() -> None:
    assert run("import os; print(os.getcwd())").output.strip() == Path.home().anchor


def test_no_shell_reads_the_arguments() -> None:
    assert run_check(["/bin/echo", "$HOME; `id`"], environment={}, timeout=PATIENCE).output == "$HOME; `id`\n"


def test_a_question_for_a_password_ends_at_once() -> None:
    assert run("import sys; print(repr(sys.stdin.read()))").output == "''\n"


@pytest.mark.parametrize("size", [1, 3_000_000])
def test_what_shall_be_read_is_given_and_then_ended(size: int) -> None:
    assert run("import sys; print(len(sys.stdin.read()))", stdin=b"x" * size).output.strip() == str(size)


def test_a_check_that_does_not_read_what_it_is_given_does_not_hang() -> None:
    assert run("pass", stdin=b"x" * 3_000_000).exit_code == 0


def test_only_the_end_of_much_output_is_kept() -> None:
    result = run("import sys; sys.stdout.write('x' * 5_000_000 + 'the reason')")
    assert len(result.output) == OUTPUT_LIMIT
    assert result.output.endswith("the reason")


def test_output_that_is_no_text_does_no_harm() -> None:
    assert run("import os; os.write(1, b'\\xff\\xfe ok')").output.endswith(" ok")


def has_ended(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        os.sched_yield()


WITH_CHILD = """
import subprocess, sys
child = subprocess.Popen(["/bin/sleep", "600"])
print(child.pid, flush=True)
"""


def test_at_the_time_limit_a_check_is_stopped_with_all_that_it_started_and_its_outcome_is_unknown() -> None:
    started = time.monotonic()
    result = run_check(["/bin/sh", "-c", "/bin/sleep 600 & echo $!; exec /bin/sleep 600"], environment={}, timeout=1)
    assert result.exit_code is None
    assert time.monotonic() - started < PATIENCE
    child = int(result.output)
    wait_until(lambda: has_ended(child))


def test_a_child_that_outlives_its_check_is_stopped_and_the_outcome_is_the_checks_own() -> None:
    result = run(WITH_CHILD + "sys.exit(7)")
    assert result.exit_code == 7
    child = int(result.output)
    wait_until(lambda: has_ended(child))


def test_a_child_that_left_the_group_does_not_hold_us_up() -> None:
    started = time.monotonic()
    result = run(WITH_CHILD.replace('600"])', '600"], start_new_session=True)'))
    psutil.Process(int(result.output)).kill()
    assert result.exit_code == 0
    assert time.monotonic() - started < PATIENCE


def test_a_check_that_closes_its_output_is_still_waited_for() -> None:
    result = run("import os, time; os.close(1); os.close(2); time.sleep(0.2); os._exit(5)")
    assert result.exit_code == 5


@pytest.mark.parametrize("argv", [["/no/such/program"], ["/etc/passwd"], ["zero\0byte"]])
def test_a_program_that_cannot_be_started_is_said(argv: list[str]) -> None:
    with pytest.raises(ClientError) as caught:
        run_check(argv, environment={}, timeout=PATIENCE)
    assert caught.value.code == "program.not-started"


def test_no_output_shows_in_the_repr_of_a_result() -> None:
    assert "hunter2" not in repr(run("print('hunter2')"))


# --- seeing what runs


@pytest.fixture
def start() -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    running: list[subprocess.Popen[bytes]] = []

    def begin(*argv: str | Path, **environment: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(argv, env=environment, stdout=subprocess.PIPE, stdin=subprocess.PIPE)
        running.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        return process

    yield begin
    for process in running:
        process.kill()
        process.communicate()


WAITS = "print('ready', flush=True); input()"


def a_script(path: Path, interpreter: str | Path) -> Path:
    path.write_text(f"#!{interpreter}\n{WAITS}\n")
    path.chmod(0o700)
    return path


def test_a_running_program_is_seen_with_its_command_line_variables_and_start(
    tmp_path: Path, start: Callable[..., subprocess.Popen[bytes]]
) -> None:
    program = tmp_path / "made-up-rclone"
    program.symlink_to(sys.executable)
    before = datetime.now(UTC) - timedelta(seconds=5)
    process = start(program, "-c", WAITS, PYTHONHOME=sys.base_prefix, RCLONE_CONFIG="/x y")
    (seen,) = running_programs({"made-up-rclone", "something-else"})
    assert (seen.pid, seen.name) == (process.pid, "made-up-rclone")
    assert seen.arguments[1:] == ("-c", WAITS)
    assert seen.environment is not None
    assert seen.environment["RCLONE_CONFIG"] == "/x y"
    assert seen.started is not None
    assert before < seen.started < datetime.now(UTC) + timedelta(seconds=5)


def test_a_script_is_seen_by_its_own_name_not_its_interpreters(
    tmp_path: Path, start: Callable[..., subprocess.Popen[bytes]]
) -> None:
    script = a_script(tmp_path / "made-up-s3cmd-with-a-long-name", sys.executable)
    process = start(sys.executable, "-u", script)
    assert [(seen.pid, seen.name) for seen in running_programs([script.name])] == [(process.pid, script.name)]


def test_a_word_in_a_command_line_is_no_program(tmp_path: Path, start: Callable[..., subprocess.Popen[bytes]]) -> None:
    start(sys.executable, "-c", f"{WAITS} # /usr/bin/made-up-restic", "/usr/bin/made-up-restic", "made-up-restic")
    assert running_programs(["made-up-restic"]) == ()


@pytest.mark.skipif(sys.platform != "linux", reason="the system's names of ended programs")
def test_a_program_that_has_ended_runs_no_more_though_nobody_asked_how_it_ended(tmp_path: Path) -> None:
    program = tmp_path / "made-up-duck"
    program.write_bytes(Path("/bin/sleep").resolve().read_bytes())
    program.chmod(0o700)
    with subprocess.Popen([program, "0"]) as process:
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert running_programs(["made-up-duck"]) == ()


def test_nothing_runs_under_no_name() -> None:
    assert running_programs([]) == ()


BLIND = """
import os
import psutil
from keyturn.computer.programs import running_programs
from keyturn.model.errors import ClientError
open_ones = []
try:
    while True:
        open_ones.append(os.open(os.devnull, os.O_RDONLY))
except OSError:
    pass
try:
    running_programs(["made-up-rclone"])
except ClientError as error:
    print(error.code)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="/proc, as Linux has it")
def test_a_system_that_does_not_tell_what_runs_leaves_it_unknown() -> None:
    # As many files are open as may be, so /proc cannot be read.
    limited = ["/bin/sh", "-c", 'ulimit -n 64; exec "$@"', "limited", sys.executable, "-c", BLIND]
    environment = {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    done = subprocess.run(limited, capture_output=True, text=True, check=True, env=environment)
    assert done.stdout == "program.unseen\n"


def test_variables_and_arguments_do_not_show_in_the_repr(
    tmp_path: Path, start: Callable[..., subprocess.Popen[bytes]]
) -> None:
    script = a_script(tmp_path / "made-up-duply", sys.executable)
    start(sys.executable, script, "hunter2", RESTIC_PASSWORD="hunter2")
    (seen,) = running_programs(["made-up-duply"])
    assert "hunter2" not in repr(seen)


def test_the_clock_tells_utc_and_does_not_wait_for_the_past() -> None:
    clock = SystemClock()
    assert clock.now().utcoffset() == timedelta(0)
    before = clock.monotonic()
    clock.sleep(-5)
    clock.sleep(0)
    assert clock.monotonic() >= before


@pytest.mark.parametrize("path", ["", ".", "tools", os.pathsep])
def test_a_program_is_not_looked_up_in_the_folder_that_is_current(
    path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in (tmp_path, tmp_path / "tools"):
        folder.mkdir(exist_ok=True)
        (folder / "made-up-program").write_text("#!/bin/sh\n")
        (folder / "made-up-program").chmod(0o755)
    monkeypatch.chdir(tmp_path)
    here = Computer(Platform.LINUX, tmp_path / "home", {"PATH": path}, is_this_one=True)
    assert find_program("made-up-program", here) is None
