"""A computer with Keyturn on it: a home, Keyturn's memory, an address of AWS of its own, and the program under test."""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from keyturn.model.keys import KeyPair
from keyturn_practice.messages import Delivery, Response
from keyturn_practice.sample_computer import build_sample_computer

from . import files
from .driver import Order
from .program import Driver, Finished, trace

# Below the range from which systems give out ports for outgoing connections.
_PORTS = range(20_000, 32_000)
# The search goes through this very computer, whose files are no part of a world (tests/rotation has it).
_SEARCHES = {"plan", "rotate", "continue", "turn-off"}
_LIMIT = 120  # seconds of real time for one command, before it counts as hanging


@dataclass(frozen=True)
class Options:
    """What is special about one start of the program.

    Attributes:
        tracer: arguments of strace; None for no tracer.
        keychain: how the made-up keychain behaves.
    """

    tracer: Sequence[str] | None = None
    in_order: bool = False
    keychain: Mapping[str, Any] | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    read_timeout: float = 30.0


@dataclass
class Computer:
    """One of them.

    Attributes:
        name: what it calls itself.
        folder: where all that is its own lies.
        clock: the file of the clock, which all computers share.
        programs: the folder of the backup programs' stand-ins.
        system: the folder that stands for `/`.
        loaded: the file that takes which modules its commands import.
        bus: the variable that leads to a real keychain; empty where there is none.
        destinations: the files whose key is replaced.
        before: what these files looked like at first.
        child: the process of the command that runs.
    """

    name: str
    folder: Path
    clock: Path
    programs: Path
    system: Path
    loaded: Path
    secrets: str
    port: int
    driver: Driver
    bus: Mapping[str, str] = field(default_factory=dict)
    destinations: tuple[Path, ...] = ()
    before: dict[Path, files.Reading] = field(default_factory=dict)
    child: int = 0
    trace_log: str = ""
    _started: threading.Event = field(default_factory=threading.Event)

    @property
    def home(self) -> Path:
        return self.folder / "Jörg Müller"

    @property
    def memory(self) -> Path:
        return self.folder / "memory"

    @property
    def temporary(self) -> Path:
        return self.folder / "tmp"

    @property
    def url(self) -> str:
        """Where AWS answers this computer."""
        return f"http://127.0.0.1:{self.port}"

    def furnish(self, pair: KeyPair, *, leftover: KeyPair | None = None) -> None:
        """Make its folders, and a home in which the pair stands.

        Args:
            leftover: what stands in `rootkey.csv`; None for the same pair.
        """
        for folder in (self.memory, self.temporary):
            folder.mkdir(parents=True, mode=0o700)
        sample = build_sample_computer(self.home, self.url, pair)
        self.destinations = tuple(path for path in sample.files if path != sample.root_key_csv)
        if leftover is not None:
            key, secret = leftover.access_key_id, leftover.secret.reveal()
            sample.root_key_csv.write_text(f"AWSAccessKeyId={key}\r\nAWSSecretKey={secret}\r\n")
        # What a replacement has to keep: a link, rights of one's own, another owner, an attribute.
        behind = self.home / "dotfiles" / "s3cfg"
        behind.parent.mkdir()
        sample.s3cmd_config.rename(behind)
        sample.s3cmd_config.symlink_to(Path("dotfiles") / "s3cfg")
        sample.rclone_config.chmod(0o640)
        with suppress(OSError):
            os.setxattr(sample.rclone_config, "user.note", b"grandma")
        if os.geteuid() == 0:
            os.chown(sample.restic_environment, 1234, 1234)
        self.before = {path: files.read(path) for path in self.destinations}

    def keyturn(self, words: Sequence[str], options: Options) -> Finished:
        """Type a command, and wait for its end."""
        for name in ("out", "err", "trace"):
            (self.folder / name).unlink(missing_ok=True)
        (self.folder / "out").touch()
        (self.folder / "err").touch()
        self._started.clear()
        self.child = self.driver.start(self._order(words, options))
        self._started.set()
        with self._hanging_is_ended():
            tracer = None if options.tracer is None else trace(self.child, options.tracer, self.folder / "trace")
            try:
                code = self.driver.ended()
            finally:
                if tracer is not None:
                    tracer.wait(timeout=20)
                    assert tracer.stderr is not None
                    tracer.stderr.close()
        output, errors = ((self.folder / name).read_text(errors="replace") for name in ("out", "err"))
        if (self.folder / "trace").exists():
            self.trace_log = (self.folder / "trace").read_text(errors="replace")
        return Finished(tuple(words), code, output, errors)

    @contextmanager
    def _hanging_is_ended(self) -> Iterator[None]:
        alarm = threading.Timer(_LIMIT, self.kill)
        alarm.start()
        try:
            yield
        finally:
            alarm.cancel()

    def _order(self, words: Sequence[str], options: Options) -> Order:
        where = ("--endpoint-url", self.url, "--state-dir", str(self.memory), "--secrets", self.secrets)
        here = ("--search-scope", "none") if words[0] in _SEARCHES else ()
        return Order(
            words=(*words, "--json", "--yes", *where, *here),
            environment={**self._environment(), **options.environment},
            host=self.name,
            system=str(self.system),
            clock=str(self.clock),
            output=str(self.folder / "out"),
            errors=str(self.folder / "err"),
            loaded=str(self.loaded),
            paused=options.tracer is not None,
            read_timeout=options.read_timeout,
            keychain=options.keychain if options.keychain is not None else self._keychain(),
            in_order=options.in_order,
        )

    def _environment(self) -> dict[str, str]:
        return {
            "HOME": str(self.home),
            "PATH": str(self.programs),
            "LANG": "C.UTF-8",
            "TMPDIR": str(self.temporary),
            **self.bus,
        }

    def _keychain(self) -> Mapping[str, Any] | None:
        if self.secrets != "keyring" or self.bus:
            return None
        return {"items": str(self.folder / "keychain.json"), "calls": str(self.folder / "keychain.calls")}

    def kill(self) -> Response:
        """Kill the program under test now; nobody hears an answer."""
        self._started.wait(20)
        with suppress(ProcessLookupError):
            os.kill(self.child, signal.SIGKILL)
        return Response(0, delivery=Delivery.DROPPED)


def free_ports(number: int) -> tuple[int, ...]:
    """Ports that nobody uses now."""
    begin = os.getpid() * 37 % len(_PORTS)
    found: list[int] = []
    for port in (*_PORTS[begin:], *_PORTS[:begin]):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with suppress(OSError):
                probe.bind(("127.0.0.1", port))
                found.append(port)
        if len(found) == number:
            return tuple(found)
    raise RuntimeError("no ports are free")


def stand_ins(folder: Path) -> Path:
    """Programs that reach every bucket: the real ones are tried in tests/e2e, and take seconds."""
    folder.mkdir()
    for name in ("aws", "rclone", "restic", "s3cmd"):
        (folder / name).write_text("#!/bin/sh\nexit 0\n")
        (folder / name).chmod(0o755)
    return folder


def system(folder: Path) -> Path:
    """What a computer has outside all homes: a few settings, jobs and scripts that know of no key."""
    for name, content in _OF_A_SYSTEM.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return folder


_OF_A_SYSTEM = {
    "etc/environment": 'PATH="/usr/local/bin:/usr/bin:/bin"\n',
    "etc/profile": 'for one in /etc/profile.d/*.sh; do\n  . "$one"\ndone\n',
    "etc/profile.d/lang.sh": "export LANG=C.UTF-8\n",
    "etc/default/cron": "EXTRA_OPTS=\n",
    "etc/crontab": "17 * * * * root cd / && run-parts /etc/cron.hourly\n",
    "etc/cron.daily/logrotate": "#!/bin/sh\n/usr/sbin/logrotate /etc/logrotate.conf\n",
    "etc/systemd/system/tidy.service": "[Service]\nExecStart=/usr/local/bin/tidy\n",
    "usr/local/bin/tidy": "#!/bin/sh\nrm -rf /var/tmp/old\n",
    "root/.bashrc": "export EDITOR=nano\n",
}
