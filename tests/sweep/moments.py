"""Which points there are, and which of them are alike, so that one of them stands for all.

Two points are alike where Keyturn cannot tell them apart, for one of these reasons:

- *A kill* leaves what was done so far. Between two effects (a file, a commit of the journal, a change at AWS) nothing
  is done, so all kills there leave the same world. SQLite takes back a commit that it finds half done.
- *A question to AWS* that is asked again in the same step, with the same key, is asked by the same lines, of another
  bucket or once more; one of the first half of those is tried, and one of the second.
- *An answer of AWS* is read in one place (aws/session.py, aws/error_codes.py), and the rest of Keyturn sees an
  `AwsError` of it alone. The faults of one group end there in the same way. What changes users or keys meets every one.
- *An error of a file* is an OSError; Keyturn's lines tell refused rights, and what a file system cannot do, from all
  others, and nothing else; the sentences that name the reason are tried in tests/edits. Between two entries of the
  journal a file is read by the same lines. Of SQLite's errors nothing is told apart, so each commit fails once before
  and once after the database is touched, and on and on; the first one call by call.
- *A keychain* that is asked to read cannot forget, nor do a thing and deny it.
- *What somebody else does* at AWS is the same at all moments between two requests that could tell it: those that the
  key signs, or that ask about keys, users, or the bucket. Of those, again, one question in one step is asked by the
  same lines.
- *A clock that is set* is read when an entry of the journal is made, and when AWS is asked or something waited for; of
  moments between two entries at which the same is asked, one is tried.
- *What somebody else does* after a kill finds what was done so far, as a kill leaves it.
- *What is remembered* is read entry by entry: within a step, copies differ in notes alone. Copies of both parts are
  tried where the secrets were others than now.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from keyturn_practice.messages import Request, Response

from . import oracles
from .asked import changes, question
from .history import PARTS
from .incidents import AWS_FAULTS, CLOCKS, FILE_ERRORS, MEDDLING, SENDING, WRITING, Incident
from .made_up_keychain import Trouble
from .somebody import Act, Somebody
from .traced import Call, calls_of
from .world import World

# Sent again by botocore, with an answer then: what was asked was not done, or was done and is done twice.
_SENT_AGAIN = ("throttled", "500", "503", "reset", "hang")
_DONE_TWICE = ("500-after", "lost", "hang-after")
_NOT_SENT_AGAIN = (
    ("torn",),
    ("portal", "portal-well-formed", "empty", "redirect", "407", "511"),
    ("clock-ahead", "clock-ahead-on-and-on"),
    ("denied",),
)
_NO_ANSWER = ("throttled-on-and-on", "503-on-and-on", "reset-on-and-on", "portal-on-and-on")
_DONE_AND_NO_ANSWER = ("lost-on-and-on",)
_OF_A_QUESTION = ((*_SENT_AGAIN, *_DONE_TWICE), *_NOT_SENT_AGAIN, (*_NO_ANSWER, *_DONE_AND_NO_ANSWER))
_OF_AN_UPLOAD = (_SENT_AGAIN, _DONE_TWICE, *_NOT_SENT_AGAIN, _NO_ANSWER, _DONE_AND_NO_ANSWER)
_OF_A_CHANGE = tuple((fault,) for fault in AWS_FAULTS)

_TOLD_APART = {"EACCES": "rights", "EPERM": "rights", "EINVAL": "not here"}
_LASTING = {"ENOSPC", "EROFS"}
_LOOKING = {"openat", "pread64", "read"}
_TROUBLES_OF_READING = (Trouble.LOCKED, Trouble.DENIED, Trouble.GONE, Trouble.SLOW, Trouble.KILL_BEFORE)


@dataclass(frozen=True)
class Point:
    """An incident.

    Attributes:
        alike: the same for all points of a scenario that Keyturn cannot tell apart.
        at: what is asked of AWS, read or written there.
    """

    incident: Incident
    alike: str
    at: str = ""


def one_of_each(points: Iterable[Point]) -> list[Point]:
    """One of those that are alike, whichever; always the same one, and of many groups not always the first."""
    groups: dict[str, list[Point]] = {}
    for point in points:
        groups.setdefault(point.alike, []).append(point)
    return [group[zlib.crc32(name.encode()) % len(group)] for name, group in groups.items()]


# ── Kills ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def kill_points(world: World) -> Iterator[Point]:
    """Before and after each request to AWS, and before each call that writes; the next one is after it."""
    changes = 0
    for asked in _requests(world):
        yield Point(Incident("kill-request", "before", asked.nth), f"request {changes} {asked.entries}", asked.question)
        changes += asked.changes
        alike = f"request {changes} {asked.entries}"
        yield Point(Incident("kill-request", "after", asked.nth), alike, asked.question)
    for call in calls_of(world, (*WRITING, "openat")):
        if call.name in WRITING:
            yield Point(Incident("kill-call", call.name, call.nth), f"call {call.effects}", call.file)


def keychain_kill_points(world: World) -> Iterator[Point]:
    """Before each message to a real keychain; the next one is after it."""
    changed = 0
    for call in calls_of(world, SENDING):
        if "<UNIX" in call.text:
            yield Point(Incident("kill-message", call.name, call.nth), f"message {changed}")
            changed += "CreateItem" in call.text or "Delete" in call.text


# ── Faults at AWS ────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Asked:
    """One request of the command, undisturbed.

    Attributes:
        question: action and signer.
        entries: how many entries the journal had.
    """

    nth: int
    question: str
    changes: bool
    entries: int


def aws_fault_points(world: World) -> Iterator[Point]:
    """Each fault at each request."""
    asked = _requests(world)
    alike: dict[tuple[str, int], list[int]] = {}
    for one in asked:
        alike.setdefault((one.question, one.entries), []).append(one.nth)
    for one in asked:
        of_this = alike[one.question, one.entries]
        second_half = of_this.index(one.nth) >= (len(of_this) + 1) // 2
        for group in _faults(one):
            for fault in group:
                name = f"{one.question} {one.entries} {second_half} {group[0]}"
                yield Point(Incident("aws", fault, one.nth), name, one.question)


def _faults(asked: Asked) -> tuple[tuple[str, ...], ...]:
    if not asked.changes:
        return _OF_A_QUESTION
    return _OF_AN_UPLOAD if asked.question.startswith("s3") else _OF_A_CHANGE


def _requests(world: World) -> list[Asked]:
    def run() -> list[tuple[int, str, bool, int]]:
        asked: list[tuple[int, str, bool, int]] = []

        def listen(number: int, request: Request, effect: Callable[[], Response]) -> Response:
            asked.append((number, question(world, request), changes(request), _entries(world)))
            return effect()

        world.requests = 0
        world.disturbance = listen
        world.keyturn(*world.scenario.command)
        world.disturbance = None
        return sorted(asked)

    world.put_back("ready")
    return [Asked(*one) for one in world.forked(run)]


def _entries(world: World) -> int:
    with oracles.opened_journal(world) as database:
        if database is None or not database.execute("SELECT 1 FROM sqlite_master WHERE name = 'entry'").fetchone():
            return 0
        (entries,) = database.execute("SELECT count(*) FROM entry").fetchone()
        return int(entries)


# ── Faults of files and of the keychain ──────────────────────────────────────────────────────────────────────────────


def file_fault_points(world: World) -> Iterator[Point]:
    """Each error at each call on a file of the sample computer or of Keyturn, once and lasting."""
    for call in calls_of(world, tuple(FILE_ERRORS)):
        if not call.file:
            continue
        for error in FILE_ERRORS[call.name]:
            if (call.name, error) == ("openat", "EROFS") and not call.opens_to_write:
                continue  # no answer of a file system to somebody who reads
            yield Point(Incident("file", call.name, call.nth, error), _error_of(call, error), call.file)
            if error in _LASTING:
                alike = f"journal {call.commits}" if call.is_of_the_journal else _error_of(call, error)
                yield Point(Incident("file-on-and-on", call.name, call.nth, error), f"{alike} lasts", call.file)
    if world.scenario.makes_a_key:
        requests = len(_requests(world))
        for how in MEDDLING:
            for nth in sorted({1, requests // 2, requests}):
                yield Point(Incident("meddle", how, nth), f"{how} {nth}")


def _error_of(call: Call, error: str) -> str:
    if call.is_of_the_journal and call.commits:
        return f"journal {call.effects} {call.name in _LOOKING}"
    kind = _TOLD_APART.get(error, "other")
    # The programs' own checks are run one after the other, each with a folder of its own.
    since = call.commits if call.only_looks or call.file.startswith("tmp/") else call.effects
    return f"{since} {call.name} {call.file} {call.failed} {kind}"


def keychain_points(world: World) -> Iterator[Point]:
    """Each trouble at each call to the keychain."""

    def run() -> list[str]:
        calls = world.live / "keychain.calls"
        calls.unlink(missing_ok=True)
        world.keyturn(*world.scenario.command)
        return calls.read_text().splitlines() if calls.exists() else []

    world.put_back("ready")
    sets = 0
    for nth, name in enumerate(world.forked(run), start=1):
        at = f"{name} after {sets} sets"
        sets += name == "set"
        for trouble in Trouble:
            same = Trouble.SLOW if name == "get" and trouble not in _TROUBLES_OF_READING else trouble
            yield Point(Incident("keychain", trouble.value, nth), f"{nth} {same}", at)


# ── Somebody else, and stored state put back ─────────────────────────────────────────────────────────────────────────

# The requests whose answers can tell what was done, by action or signer.
_ABOUT_KEYS = r"AccessKey|DeleteUser "
_TELLING = {
    Act.NEW_KEY_DELETED: rf" by new|{_ABOUT_KEYS}",
    Act.NEW_KEY_OFF: rf" by new|{_ABOUT_KEYS}",
    Act.NEW_USER_DELETED: r" by new|User|AccessKey",
    Act.NEW_POLICY_TAKEN: r" by new|User",
    Act.OLD_KEY_DELETED: r" by old|AccessKey",
    Act.OLD_KEY_OFF: r" by old|AccessKey",
    Act.OLD_KEY_ON: r" by old|AccessKey",
    Act.KEY_FOR_OLD_OWNER: _ABOUT_KEYS,
    Act.KEY_FOR_NEW_USER: _ABOUT_KEYS,
    Act.DENY_FOR_ALL: r"^s3 ",
    Act.DENY_FOR_USERS: r"^s3 ",
    Act.DENY_GONE: r"^s3 .*policy",
    Act.SECOND_SAME_NAME: r"User|AccessKey",
    Act.SECOND_OTHER_NAME: r"User|AccessKey",
    Act.SECOND_PLAN_OPEN: r"User|AccessKey",
}
_OF_BOTH_KEYS = {Act.NEW_USER_DELETED, Act.NEW_POLICY_TAKEN}


def somebody_points(world: World) -> Iterator[Point]:
    """Each act before each request at which it can be done, and after the command."""

    def run() -> list[tuple[int, str, int, list[str]]]:
        asked: list[tuple[int, str, int, list[str]]] = []
        people = [Somebody(world, act) for act in Act]

        def moment(number: int, asks: str) -> None:
            asked.append((number, asks, _entries(world), [one.act for one in people if one.can()]))

        def listen(number: int, request: Request, effect: Callable[[], Response]) -> Response:
            moment(number, question(world, request))
            return effect()

        world.requests = 0
        world.disturbance = listen
        world.keyturn(*world.scenario.command)
        world.disturbance = None
        moment(len(asked) + 1, "")
        return asked

    world.put_back("ready")
    moments = world.forked(run)
    for act in Act:
        telling = re.compile("" if world.scenario.route == "same-user" and act in _OF_BOTH_KEYS else _TELLING[act])
        told: dict[tuple[str, int], None] = {}  # which questions could have told so far, in order
        for nth, asks, entries, possible in moments:
            if act in possible:
                alike = f"{act} {len(told)} {entries} {not asks}"
                yield Point(Incident("somebody", act, nth), alike, asks or "the end")
            if telling.search(asks):
                told[asks, entries] = None


# What leaves the new key dead, or nothing to go back to.
_AFTER_A_KILL = (Act.NEW_KEY_DELETED, Act.NEW_KEY_OFF, Act.NEW_USER_DELETED, Act.OLD_KEY_OFF, Act.OLD_KEY_DELETED)


def kill_then_points(world: World) -> Iterator[Point]:
    """A kill after each request, and then each act."""

    def run() -> list[tuple[int, str, bool, int, list[Act]]]:
        asked: list[tuple[int, str, bool, int, list[Act]]] = []
        people = [Somebody(world, act) for act in _AFTER_A_KILL]

        def listen(number: int, request: Request, effect: Callable[[], Response]) -> Response:
            answer = effect()
            able = [one.act for one in people if one.can()]
            asked.append((number, question(world, request), changes(request), _entries(world), able))
            return answer

        world.requests = 0
        world.disturbance = listen
        world.keyturn(*world.scenario.command)
        world.disturbance = None
        return asked

    world.put_back("ready")
    changed = 0
    for nth, asks, is_change, entries, able in world.forked(run):
        changed += is_change
        for act in able:
            yield Point(Incident("kill-then", act, nth), f"{act} {changed} {entries}", asks)


def clock_points(world: World) -> Iterator[Point]:
    """The computer's clock is set at each request."""
    for asked in _requests(world):
        for how in CLOCKS:
            yield Point(Incident("clock", how, asked.nth), f"{asked.question} {asked.entries} {how}", asked.question)


def put_back_points(world: World) -> Iterator[Point]:
    """Each earlier copy of the journal, of the secrets, and of both; the command is done."""
    copies = world.history.copies
    now = copies[-1]
    for number, copy in enumerate(copies[:-1]):
        same_secrets = copy.secrets == now.secrets
        alike = {
            "journal": f"journal {copy.journal}",
            "secrets": f"secrets {'as now' if same_secrets else copy.secrets}",
            "both": f"journal {copy.journal}{'' if same_secrets else f' and secrets {copy.secrets}'}",
        }
        for part in PARTS:
            yield Point(Incident("put-back", part, number), alike[part], copy.journal)


KINDS: Mapping[str, Callable[[World], Iterator[Point]]] = {
    "kills": kill_points,
    "aws-faults": aws_fault_points,
    "file-faults": file_fault_points,
    "keychain": keychain_points,
    "keychain-kills": keychain_kill_points,
    "clock": clock_points,
    "somebody": somebody_points,
    "kill-then": kill_then_points,
    "put-back": put_back_points,
}


def points(world: World, kind: str) -> Sequence[Point]:
    """All points of a kind in the world's scenario."""
    return tuple(KINDS[kind](world))


def named(world: World, kind: str, name: str) -> Incident:
    """The incident of that name.

    Its number changes with every request or call that Keyturn makes more or less. So instead of it may stand what is
    asked, read or written there: `kill-request:after:@DeleteAccessKey by old` is the first such moment, with `@2`
    behind it the third one, with `@-1` the last one. The text is a regular expression without a colon, found anywhere
    in the point's `at`.

    Raises:
        LookupError: where there is no such moment.
    """
    moment = name.split(":")[2]
    if not moment.startswith("@"):
        return Incident.named(name)
    text, _, index = moment[1:].partition("@")
    there = [
        one.incident
        for one in points(world, kind)
        if one.incident.name == name.replace(moment, str(one.incident.nth)) and re.search(text, one.at)
    ]
    return there[int(index or 0)]
