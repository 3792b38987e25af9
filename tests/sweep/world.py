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
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from keyturn.model.keys import AccessKeyId, KeyPair, Secret
from keyturn_practice.account import PracticeAccount
from keyturn_practice.messages import Request, Response
from keyturn_practice.server import PracticeServer

from . import files
from .computer import Computer, Options
from .history import History
from .imports_noted import files_loaded, files_of_this_process
from .program import Finished
from .scenarios import Act, Person, Scenario
from .sentences import Look, false_ones
from .shared_clock import SharedClock
from .whose import Whose
from .worlds_seen import WorldsSeen

_NEW_PAIR = re.compile(rb"<AccessKeyId>(\w+)</AccessKeyId>.*?<SecretAccessKey>([^<]+)</SecretAccessKey>", re.DOTALL)
_HEARD_OF = 10.0  # seconds until every service knows that a key is off, see AS_AT_AWS

# Is asked at each request; it may answer itself, and looks after the effect too.
Disturbance = Callable[[int, Request, Callable[[], Response]], Response]

Told = TypeVar("Told")


@dataclass(frozen=True)
class Kind:
    """What is special about the worlds of one kind of point.

    Attributes:
        secrets: where Keyturn keeps them: `file` or `keyring`.
        bus: the variable that leads to a real keychain; empty where there is none.
        company: somebody else is at work at AWS, too: a person, and Keyturn on a second computer.
        remembers: the command under test is done, undisturbed, and a copy of each moment of Keyturn's memory is there.
    """

    secrets: str = "file"
    bus: Mapping[str, str] = field(default_factory=dict)
    company: bool = False
    remembers: bool = False


@dataclass
class World:
    """Everything there is.

    Attributes:
        first: the computer with the Keyturn under test.
        second: another one, with a Keyturn of its own; None where it is not needed.
        known: every key pair that was ever issued, by key ID.
        first_keys, first_users: what the account had at first.
        traces: what lay in the buckets at first.
        complaints: what the oracles found at the instants of requests.
        looking: held by anyone who looks at the files, or changes them as another program would.
        held: the keys that the destinations held at the last request.
        old_uses: what was signed with the old key while every destination held the new one.
        seen: the worlds that some incident left, each with what was complained of when it was resumed.
        at_first: what was done before the command under test is typed, see `same_world.what_was_done`.
    """

    scenario: Scenario
    folder: Path
    kind: Kind
    account: PracticeAccount
    old: KeyPair
    first: Computer
    second: Computer | None
    known: dict[str, str]
    whose: Whose
    history: History
    seen: WorldsSeen
    first_keys: frozenset[str] = frozenset()
    first_users: frozenset[str] = frozenset()
    traces: dict[str, object] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)
    held: set[str] = field(default_factory=set)
    old_uses: list[str] = field(default_factory=list)
    said: list[Finished] = field(default_factory=list)
    said_by_second: list[Finished] = field(default_factory=list)
    at_first: str = ""
    disturbance: Disturbance | None = None
    disturbance_of_second: Disturbance | None = None
    requests: int = 0
    _told_of_status: Finished | None = None
    _status_was: object = None
    _servers: list[PracticeServer] = field(default_factory=list)
    looking: threading.Lock = field(default_factory=threading.Lock)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    # --- places ---

    @property
    def live(self) -> Path:
        return self.folder / "live"

    @property
    def home(self) -> Path:
        return self.first.home

    @property
    def memory(self) -> Path:
        return self.first.memory

    @property
    def temporary(self) -> Path:
        return self.first.temporary

    @property
    def destinations(self) -> tuple[Path, ...]:
        return self.first.destinations

    @property
    def before(self) -> dict[Path, files.Reading]:
        """What the destinations' files looked like at first."""
        return self.first.before

    @property
    def trash(self) -> Path:
        """Where a file lies that somebody removed, as it was."""
        return self.live / "trash"

    @property
    def clock(self) -> SharedClock:
        return SharedClock(self.live / "clock")

    # --- the account's doors ---

    def open_door(self) -> None:
        """Serve the account at the addresses that the computers' files name."""
        self._servers = [PracticeServer(self._answer, port=self.first.port)]
        if self.second is not None:
            self._servers.append(PracticeServer(self._answer_second, port=self.second.port))

    def close_door(self) -> None:
        """Stop serving, when every request that came in has been dealt with."""
        while self._servers:
            self._servers.pop().stop()

    def _answer(self, request: Request) -> Response:
        with self._lock:
            self.requests += 1
            number = self.requests
        self.history.note()
        self._look(request)

        def effect() -> Response:
            answer = self._effect(request)
            self.whose.hear(answer.body)
            return answer

        answer = effect() if self.disturbance is None else self.disturbance(number, request, effect)
        self._look(None)
        return answer

    def _answer_second(self, request: Request) -> Response:
        """The second computer is somebody else; the first one's files are looked at all the same."""

        def effect() -> Response:
            with self.whose.elsewhere():
                return self._effect(request)

        disturb = self.disturbance_of_second
        answer = effect() if disturb is None else disturb(0, request, effect)
        self._look(None)
        return answer

    def _effect(self, request: Request) -> Response:
        answer = self.account.answer(request)
        match = _NEW_PAIR.search(answer.body)
        if match:
            self.known[match[1].decode()] = match[2].decode()
        return answer

    def _look(self, request: Request | None) -> None:
        """The oracles that hold at every instant."""
        from .oracles import unsound

        with self.looking:
            held, complaints = unsound(self)
            self.complaints += [*complaints, *self._given_dead_key(held)]
        authorization = (request.header("authorization") or "") if request is not None else ""
        if request is not None and held and self.old.access_key_id.value not in held:
            match = re.search(r"Credential=(\w+)/", authorization)
            if match and match[1] == self.old.access_key_id.value:
                self.old_uses.append(_action(request))

    def _given_dead_key(self, held: set[str]) -> Iterator[str]:
        """A file was given a key that AWS has been refusing for a while, everywhere."""
        for key in held - self.held:
            off_since = self.whose.killed.get(key)
            heard = off_since is not None and (self.clock.now() - off_since).total_seconds() > _HEARD_OF
            if self.held and heard and not self.account.accepts(self.pair(key)):
                yield "a file was given a key that somebody had turned off or deleted before"
        self.held = held

    def kill(self) -> Response:
        """Kill the program under test now; nobody hears an answer."""
        return self.first.kill()

    # --- the program ---

    def typed(self, words: Sequence[str]) -> tuple[str, ...]:
        """The words as they are typed."""
        return tuple(self.old.access_key_id.last4 if word == "LAST4" else word for word in words)

    def keyturn(self, *words: str, options: Options | None = None) -> Finished:
        """Type a command, and wait for its end."""
        # What others do meanwhile, and what is remembered, is told by the order of requests.
        options = options or Options(in_order=self.kind.company or self.kind.remembers)
        before = Look.at(self) if self.kind.company or self.kind.remembers else None
        done = self.first.keyturn(self.typed(words), options)
        self.said.append(done)
        if before is not None:
            killed, fresh = self.whose.killed.keys(), self.disturbance is None
            self.complaints += false_ones(done, before, Look.at(self), killed=killed, fresh=fresh)
        self.history.note()
        return done

    @property
    def trace_log(self) -> str:
        """What strace told of the last command."""
        return self.first.trace_log

    def pair(self, key: str) -> KeyPair:
        """The pair that was issued with that ID."""
        return KeyPair(AccessKeyId(key), Secret(self.known[key]))

    def status(self) -> dict[str, Any]:
        """The newest rotation as `keyturn status --json` tells it; empty where there is none."""
        done = self._told_of_status
        if done is None or self.said[-1:] != [done] or self._as_it_was() != self._status_was:
            done = self._told_of_status = self.keyturn("status")
            self._status_was = self._as_it_was()
        if done.code != 0:
            self.complaints.append(f"`status` ended with {done.code}: {done.output} {done.errors}")
            return {}
        rotations: list[dict[str, Any]] = done.document.get("rotations", [])
        return rotations[-1] if rotations else {}

    def _as_it_was(self) -> object:
        """The clock, every request and every file: where nothing of it is another, who asks twice hears the same."""
        there = [one for one in (*self.memory.iterdir(), *self.destinations) if one.exists()]
        return self.clock.now(), len(self.account.log), [(str(one), one.stat().st_ctime_ns) for one in sorted(there)]

    def kept(self) -> dict[str, str] | None:
        """The secrets that Keyturn keeps; None where only a real keychain could tell."""
        if self.kind.bus:
            return None
        path = self.memory / "secrets.json" if self.kind.secrets == "file" else self.live / "keychain.json"
        kept: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
        if self.kind.secrets == "file":
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

    def _kill_in_create(self, number: int, request: Request, effect: Callable[[], Response]) -> Response:
        answer = effect()
        return self.kill() if request.form.get("Action") == "CreateAccessKey" else answer

    def files_of_the_program(self) -> dict[str, str]:
        """The files that commands and this process loaded of the program, each with its digest."""
        found = files_loaded(self.first.driver.imports, self.first.loaded.read_bytes())
        return {**files_of_this_process(), **found}

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
        self.account.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def _action(request: Request) -> str:
    return request.form.get("Action") or f"s3 {request.method}"
