"""The program under test, loaded once and forked for each command: `python -m tests.sweep.driver`.

Each line of standard input is an order in JSON; the answers are two lines, the number of the process and, when it has
ended, how. The process does what `keyturn WORDS` does, with a clock that is moved instead of waited for. Loading is
left out of the sweep, because nothing is done in it.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import pkgutil
import re
import signal
import socket
import sys
import types
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, Future
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil

import keyturn
from keyturn.computer.computer import Computer

from .imports_noted import ImportsNoted
from .shared_clock import MappedClock

_NEVER_IMPORTED = ("keyturn.desktop", "keyturn.__main__", "PySide6")  # the other face, and the entrance
_IMPORT = re.compile(r"^ +(?:import|from) ([A-Za-z_][\w.]*)", re.MULTILINE)


@dataclass(frozen=True)
class Order:
    """One command to run.

    Attributes:
        host: what the computer calls itself.
        system: the folder that stands for `/`, where Keyturn looks for what belongs to no home.
        output, errors: files that standard output and standard error are appended to.
        paused: begin only when somebody sends SIGCONT, so that a tracer can attach before.
        read_timeout: seconds until an answer of AWS counts as lost.
        keychain: how the made-up keychain behaves; None where a real one is asked, or none.
        loaded: the file that takes which modules it imports, see `imports_noted`.
        in_order: ask AWS one thing after the other, so that the calls of each run come in the same order.
    """

    words: Sequence[str]
    environment: Mapping[str, str]
    host: str
    system: str
    clock: str
    output: str
    errors: str
    loaded: str
    paused: bool = False
    read_timeout: float = 30.0
    keychain: Mapping[str, Any] | None = None
    in_order: bool = False

    def as_line(self) -> str:
        """The order as it is sent."""
        return json.dumps(asdict(self)) + "\n"


def main() -> None:
    """Take orders until standard input ends."""
    noted = ImportsNoted()
    noted.begin()
    _import_everything()
    _load_service_models()
    noted.all_is_loaded()
    _say(noted.table())
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)  # a command ends before there is much to collect
    for line in sys.stdin:
        order = Order(**json.loads(line))
        process = os.fork()
        if not process:
            _become(order, noted)
        _say({"process": process})
        _, status = os.waitpid(process, 0)
        _say({"ended": os.waitstatus_to_exitcode(status)})


def _import_everything() -> None:
    """Import what a command may import late, so that nothing is loaded while one is disturbed."""
    parts = [one.name for one in pkgutil.walk_packages(keyturn.__path__, "keyturn.")]
    late = ["boto3"]
    for name in (one for one in parts if not one.startswith(_NEVER_IMPORTED)):
        module = importlib.import_module(name)
        late += _IMPORT.findall(Path(module.__file__ or os.devnull).read_text(encoding="utf-8"))
    for name in dict.fromkeys(one for one in late if not one.startswith(_NEVER_IMPORTED)):
        with suppress(ImportError):  # of another system, or an extra that is not there
            importlib.import_module(name)


def _load_service_models() -> None:
    """Parse what botocore knows of AWS's services, which it keeps for as long as the program runs."""
    from keyturn.aws.isolation import new_client

    from .kept_by_libraries import keep_what_botocore_works_out

    keep_what_botocore_works_out()
    for service in ("iam", "sts", "s3"):
        new_client(service, "us-east-1").close()


class OneAfterTheOther(Executor):
    """Does what it is given at once, in the thread that gives it."""

    def __init__(self, *_: object, **__: object) -> None:
        super().__init__()

    def submit(self, fn: Callable[..., Any], /, *args: object, **kwargs: object) -> Future[Any]:
        """Do it."""
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


def _say(answer: Mapping[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def _become(order: Order, noted: ImportsNoted) -> None:
    """Run the command in this process, and end it as Python ends a program."""
    for number, name in ((0, os.devnull), (1, order.output), (2, order.errors)):
        descriptor = os.open(name, os.O_RDWR if number == 0 else os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(descriptor, number)
        os.close(descriptor)
    # Where no folder for temporary files can be written, Python tries the folder it was started in.
    os.chdir(Path(order.output).parent)
    os.environ.clear()
    os.environ.update(order.environment)
    sys.argv = ["keyturn", *order.words]
    socket.__dict__["gethostname"] = lambda: order.host
    # What this computer's own folders hold, and which programs run on it, is no part of a world.
    type.__setattr__(Computer, "system_folder", lambda _self, *parts: Path(order.system).joinpath(*parts))
    psutil.__dict__["pids"] = lambda: [os.getpid()]
    clock = MappedClock(Path(order.clock))
    noted.note_in(Path(order.loaded))
    _without_waiting(clock, order.read_timeout)
    if order.keychain is not None:
        import keyring

        from .made_up_keychain import MadeUpKeychain, Orders

        keyring.set_keyring(MadeUpKeychain(Orders(**order.keychain), clock.sleep))
    if order.in_order:
        from keyturn.aws import parallel

        parallel.__dict__["ThreadPoolExecutor"] = OneAfterTheOther
    if order.paused:
        os.kill(os.getpid(), signal.SIGSTOP)
    from keyturn.terminal.start import run

    code = 70
    try:
        code = run(order.words, clock)
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(code)


def _without_waiting(clock: MappedClock, read_timeout: float) -> None:
    """Let the pauses between botocore's attempts move the clock too, and let a lost answer be lost soon."""
    import tempfile
    from datetime import timedelta

    import botocore.auth
    import botocore.endpoint

    from keyturn.aws.session import Aws, AwsSettings

    today = botocore.auth.get_current_datetime
    # Requests carry the real date; a computer whose clock is wrong dates them wrong.
    botocore.auth.get_current_datetime = lambda *more: today(*more) + timedelta(seconds=clock.ahead())
    botocore.endpoint.time = types.SimpleNamespace(sleep=clock.sleep)
    tempfile.tempdir = None  # found anew, from this process's own environment
    (Aws.__init__.__kwdefaults__ or {})["sleep"] = clock.sleep
    defaults = list(AwsSettings.__init__.__defaults__ or ())
    AwsSettings.__init__.__defaults__ = tuple(read_timeout if value == 30.0 else value for value in defaults)


if __name__ == "__main__":
    main()
