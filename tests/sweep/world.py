"""A small world for one scenario: a practice account, a sample computer, the program under test, and a shared clock.

What was done before the command under test is done once. Each point of the sweep then runs in a fork of this process,
with the files put back, so that the account's memory is a copy that nobody else sees.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from keyturn.model.keys import KeyPair
from keyturn.practice.account import PracticeAccount
from keyturn.practice.messages import Answer, Delivery, Request
from keyturn.practice.sample_buckets import OLD_KEY_DAYS, furnish_account
from keyturn.practice.sample_computer import build_sample_computer
from keyturn.practice.server import PracticeServer
from keyturn.practice.timeline import AS_AT_AWS

from . import files
from .driver import Order
from .program import Driver, Finished, trace
from .scenarios import Act, Person, Scenario
from .shared_clock import SharedClock, new_clock_file

_EVERYTHING = '{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'
_NEW_PAIR = re.compile(rb"<AccessKeyId>(\w+)</AccessKeyId>.*?<SecretAccessKey>([^<]+)</SecretAccessKey>", re.DOTALL)
# Below the range from which systems give out ports for outgoing connections.
_PORTS = range(20_000, 32_000)
# The search goes through this very computer, whose files are no part of a world (tests/rotation has it).
_SEARCHING, _UNSEARCHED = {"plan", "rotate", "continue", "turn-off"}, ("--search-scope", "none")
_LIMIT = 120  # seconds of real time for one command, before it counts as hanging

# Is asked at each request; it may answer itself, and looks after the effect too.
Disturbance = Callable[[int, Request, Callable[[], Answer]], Answer]

Told = TypeVar("Told")


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
class World:
    """Everything there is.

    Attributes:
        known: every key pair that was ever issued, by key ID.
        bus: the variable that leads to a real keychain; empty where there is none.
        first_keys, first_users: what the account had at first.
        before: what the destinations' files looked like at first.
        traces: what lay in the buckets at first.
        complaints: what the oracles found at the instants of requests.
        looking: held by whoever looks at the files, or changes them as another program would.
        old_uses: what was signed with the old key while every destination held the new one.
        resumed: the worlds that some incident left, each with what was complained of when it was resumed.
        at_first: what was done before the command under test is typed, see `same_world.what_was_done`.
    """

    scenario: Scenario
    folder: Path
    secrets: str
    account: PracticeAccount
    old: KeyPair
    driver: Driver
    port: int
    known: dict[str, str]
    bus: Mapping[str, str]
    first_keys: frozenset[str] = frozenset()
    first_users: frozenset[str] = frozenset()
    destinations: tuple[Path, ...] = ()
    before: dict[Path, files.Reading] = field(default_factory=dict)
    traces: dict[str, object] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)
    old_uses: list[str] = field(default_factory=list)
    said: list[Finished] = field(default_factory=list)
    resumed: dict[str, list[str]] = field(default_factory=dict)
    at_first: str = ""
    disturbance: Disturbance | None = None
    requests: int = 0
    child: int = 0
    trace_log: str = ""
    _server: PracticeServer | None = None
    looking: threading.Lock = field(default_factory=threading.Lock)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _started: threading.Event = field(default_factory=threading.Event)

    # --- places ---

    @property
    def live(self) -> Path:
        return self.folder / "live"

    @property
    def home(self) -> Path:
        return self.live / "Jörg Müller"

    @property
    def memory(self) -> Path:
        return self.live / "memory"

    @property
    def temporary(self) -> Path:
        return self.live / "tmp"

    @property
    def trash(self) -> Path:
        """Where a file lies that somebody removed, as it was."""
        return self.live / "trash"

    @property
    def clock(self) -> SharedClock:
        return SharedClock(self.live / "clock")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    # --- the account's door ---

    def open_door(self) -> None:
        """Serve the account at the address that the sample computer's files name."""
        self._server = PracticeServer(self._answer, port=self.port)

    def close_door(self) -> None:
        """Stop serving, when every request that came in has been dealt with."""
        if self._server is not None:
            self._server.stop()
            self._server = None

    def _answer(self, request: Request) -> Answer:
        with self._lock:
            self.requests += 1
            number = self.requests
        self._look(request)

        def effect() -> Answer:
            answer = self.account.answer(request)
            match = _NEW_PAIR.search(answer.body)
            if match:
                self.known[match[1].decode()] = match[2].decode()
            return answer

        answer = effect() if self.disturbance is None else self.disturbance(number, request, effect)
        self._look(None)
        return answer

    def _look(self, request: Request | None) -> None:
        """The oracles that hold at every instant."""
        from .oracles import unsound

        with self.looking:
            held, complaints = unsound(self)
        self.complaints += complaints
        authorization = (request.header("authorization") or "") if request is not None else ""
        if request is not None and held and self.old.access_key_id.value not in held:
            match = re.search(r"Credential=(\w+)/", authorization)
            if match and match[1] == self.old.access_key_id.value:
                self.old_uses.append(_action(request))

    def kill(self) -> Answer:
        """Kill the program under test now; nobody hears an answer."""
        self._started.wait(20)
        with suppress(ProcessLookupError):
            os.kill(self.child, signal.SIGKILL)
        return Answer(0, delivery=Delivery.DROPPED)

    # --- the program ---

    def keyturn(self, *words: str, options: Options | None = None) -> Finished:
        """Type a command, and wait for its end."""
        options = options or Options()
        typed = tuple(self.old.access_key_id.last4 if word == "LAST4" else word for word in words)
        for name in ("out", "err", "trace"):
            (self.live / name).unlink(missing_ok=True)
        (self.live / "out").touch()
        (self.live / "err").touch()
        where = ("--endpoint-url", self.url, "--state-dir", str(self.memory), "--secrets", self.secrets)
        order = Order(
            words=(*typed, *(_UNSEARCHED if typed[0] in _SEARCHING else ()), "--json", "--yes", *where),
            environment={**self._environment(), **options.environment},
            clock=str(self.live / "clock"),
            output=str(self.live / "out"),
            errors=str(self.live / "err"),
            paused=options.tracer is not None,
            read_timeout=options.read_timeout,
            keychain=options.keychain if options.keychain is not None else self._keychain(),
            in_order=options.in_order,
        )
        self._started.clear()
        self.child = self.driver.start(order)
        self._started.set()
        tracer = None
        alarm = threading.Timer(_LIMIT, self.kill)
        alarm.start()
        try:
            if options.tracer is not None:
                tracer = trace(self.child, options.tracer, self.live / "trace")
            code = self.driver.ended()
        finally:
            alarm.cancel()
            if tracer is not None:
                tracer.wait(timeout=20)
                assert tracer.stderr is not None
                tracer.stderr.close()
        output, errors = ((self.live / name).read_text(errors="replace") for name in ("out", "err"))
        if (self.live / "trace").exists():
            self.trace_log = (self.live / "trace").read_text(errors="replace")
        done = Finished(typed, code, output, errors)
        self.said.append(done)
        return done

    def _environment(self) -> dict[str, str]:
        return {
            "HOME": str(self.home),
            "PATH": str(self.folder / "programs"),
            "LANG": "C.UTF-8",
            "TMPDIR": str(self.temporary),
            **self.bus,
        }

    def _keychain(self) -> Mapping[str, Any] | None:
        if self.secrets != "keyring" or self.bus:
            return None
        return {"items": str(self.live / "keychain.json"), "calls": str(self.live / "keychain.calls")}

    def status(self) -> dict[str, Any]:
        """The newest rotation as `keyturn status --json` tells it; empty where there is none."""
        done = self.keyturn("status")
        if done.code != 0:
            self.complaints.append(f"`status` ended with {done.code}: {done.output} {done.errors}")
            return {}
        rotations: list[dict[str, Any]] = done.document.get("rotations", [])
        return rotations[-1] if rotations else {}

    def kept(self) -> dict[str, str] | None:
        """The secrets that Keyturn keeps; None where only a real keychain could tell."""
        if self.bus:
            return None
        path = self.memory / "secrets.json" if self.secrets == "file" else self.live / "keychain.json"
        kept: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
        if self.secrets == "file":
            return {key: secret for key, secret in kept.items() if key != "version"}
        return {key: str(json.loads(text)["secret"]) for key, text in kept.items()}

    def act(self, act: Act) -> None:
        """Do one of the things that come before; it has to end well."""
        if not isinstance(act, Person):
            done = self.keyturn(*act)
            to_be_killed, self.disturbance = self.disturbance is not None, None
            if done.killed != to_be_killed or done.code not in {0, 3, -signal.SIGKILL}:
                raise RuntimeError(f"{self.scenario.title}: {act} ended with {done.code}\n{done.output}\n{done.errors}")
            return
        match act:
            case Person.TICK_EVERYTHING:
                for item in self.status()["awaiting"]:
                    if item["item"] != "turn-off":
                        self.act(("done", item["item"]))
            case Person.TURN_OFF:
                self.account.root_turn_off(self.old.access_key_id)
            case Person.TURN_ON:
                self.account.root_turn_on(self.old.access_key_id)
            case Person.DELETE:
                self.account.root_delete(self.old.access_key_id)
            case Person.KILL_NEXT:
                self.disturbance = self._kill_in_create
        self.clock.advance(15)

    def _kill_in_create(self, number: int, request: Request, effect: Callable[[], Answer]) -> Answer:
        answer = effect()
        return self.kill() if request.form.get("Action") == "CreateAccessKey" else answer

    # --- putting back ---

    def save(self, name: str) -> None:
        """Keep all files as they are now."""
        shutil.rmtree(self.folder / name, ignore_errors=True)
        subprocess.run(["cp", "-a", str(self.live), str(self.folder / name)], check=True)

    def put_back(self, name: str) -> None:
        """Let all files be as they were."""
        shutil.rmtree(self.live)
        subprocess.run(["cp", "-a", str(self.folder / name), str(self.live)], check=True)

    def forked(self, work: Callable[[], Told]) -> Told:
        """Run `work` in a copy of this process, and return what it tells, which JSON has to be able to say.

        Raises:
            RuntimeError: where the work itself failed.
        """
        self.close_door()
        reading, writing = os.pipe()
        process = os.fork()
        if not process:
            os.close(reading)
            try:
                self.open_door()
                told = json.dumps(work())
            except BaseException:
                told = ""
                sys.excepthook(*sys.exc_info())
            with os.fdopen(writing, "w") as pipe:
                pipe.write(told)
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading) as pipe:
            text = pipe.read()
        os.waitpid(process, 0)
        if not text:
            raise RuntimeError(f"{self.scenario.title}: the sweep itself failed; its reason stands above")
        told_of: Told = json.loads(text)
        return told_of

    def close(self) -> None:
        """End everything."""
        self.close_door()
        self.driver.close()
        self.account.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def _action(request: Request) -> str:
    return request.form.get("Action") or f"s3 {request.method}"


def free_port() -> int:
    """A port that nobody uses now."""
    begin = os.getpid() * 37 % len(_PORTS)
    port: int
    for port in (*_PORTS[begin:], *_PORTS[:begin]):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return port
    raise RuntimeError("no port is free")


def build(
    scenario: Scenario,
    folder: Path,
    *,
    secrets: str = "file",
    port: int | None = None,
    bus: Mapping[str, str] | None = None,
) -> World:
    """Make the world of a scenario, with everything done that comes before the command under test."""
    folder.mkdir(parents=True)
    live = folder / "live"
    for name in ("memory", "tmp"):
        (live / name).mkdir(parents=True, mode=0o700)
    new_clock_file(live / "clock")
    programs = folder / "programs"
    programs.mkdir()
    for name in ("aws", "rclone", "restic", "s3cmd"):
        # Stand-ins that reach every bucket: the real ones are tried in tests/e2e, and take seconds.
        (programs / name).write_text("#!/bin/sh\nexit 0\n")
        (programs / name).chmod(0o755)
    account = PracticeAccount(clock=SharedClock(live / "clock"), lag=AS_AT_AWS)
    furnish_account(account)
    if scenario.route == "same-user":
        account.create_user("office", policies={"everything": _EVERYTHING})
        old = account.create_user_key("office", age_days=OLD_KEY_DAYS)
    else:
        old = account.create_root_key(age_days=OLD_KEY_DAYS)
    in_files = old if scenario.makes_a_key else account.create_root_key(age_days=100)
    world = World(
        scenario=scenario,
        folder=folder,
        secrets=secrets,
        account=account,
        old=old,
        driver=Driver(),
        port=port or free_port(),
        known={pair.access_key_id.value: pair.secret.reveal() for pair in (old, in_files)},
        bus=bus or {},
        first_keys=frozenset(one.access_key_id.value for one in account.listed_keys()),
        first_users=frozenset(account.user_names()),
    )
    _furnish_home(world, in_files)
    world.open_door()
    for act in scenario.before:
        world.act(act)
    world.close_door()
    world.clock.advance(3600)
    if world.complaints:
        raise RuntimeError(f"{scenario.title}: {world.complaints}")
    world.said.clear()
    world.old_uses.clear()
    world.requests = 0
    world.save("ready")
    return world


def _furnish_home(world: World, pair: KeyPair) -> None:
    sample = build_sample_computer(world.home, world.url, pair)
    world.destinations = tuple(path for path in sample.files if path != sample.root_key_csv)
    if not world.scenario.makes_a_key:
        key, secret = world.old.access_key_id, world.old.secret.reveal()
        sample.root_key_csv.write_text(f"AWSAccessKeyId={key}\r\nAWSSecretKey={secret}\r\n")
    # What a replacement has to keep: a link, rights of one's own, another owner, an attribute.
    behind = world.home / "dotfiles" / "s3cfg"
    behind.parent.mkdir()
    sample.s3cmd_config.rename(behind)
    sample.s3cmd_config.symlink_to(Path("dotfiles") / "s3cfg")
    sample.rclone_config.chmod(0o640)
    with suppress(OSError):
        os.setxattr(sample.rclone_config, "user.note", b"grandma")
    if os.geteuid() == 0:
        os.chown(sample.restic_environment, 1234, 1234)
    world.before = {path: files.read(path) for path in world.destinations}
    world.traces = {bucket: world.account.trace_of(bucket) for bucket in world.account.buckets}
