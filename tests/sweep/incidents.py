"""What can happen in the middle of a command. Each incident has a name by which it can be repeated."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn_practice import faults
from keyturn_practice.faults import Fault
from keyturn_practice.messages import Request, Response

from . import files
from .computer import Options
from .program import Finished
from .somebody import Act, Somebody

if TYPE_CHECKING:
    from .world import World

_LONG = 120.0  # seconds
READ_TIMEOUT = 0.5  # seconds until an answer counts as lost, so that a hanging AWS need not be waited for

# What the network and AWS can do to one request (facts/aws.md A7 7.1).
AWS_FAULTS: Mapping[str, tuple[Callable[[], Fault], int]] = {
    "throttled": (faults.throttled, 1),
    "throttled-on-and-on": (faults.throttled, 10_000),
    "500": (faults.broken_server, 1),
    "500-after": (faults.broken_after, 1),
    "503": (lambda: faults.refused(503, "ServiceUnavailable"), 1),
    "503-on-and-on": (lambda: faults.refused(503, "ServiceUnavailable"), 10_000),
    "lost": (faults.dropped_answer, 1),
    "lost-on-and-on": (faults.dropped_answer, 10_000),
    "torn": (faults.torn_answer, 1),
    "reset": (faults.reset, 1),
    "reset-on-and-on": (faults.reset, 10_000),
    "hang": (lambda: faults.hang(4 * READ_TIMEOUT), 1),
    "hang-after": (lambda: faults.hang_after(4 * READ_TIMEOUT), 1),
    "portal": (faults.portal, 1),
    "portal-well-formed": (lambda: faults.portal(well_formed=True), 1),
    "portal-on-and-on": (faults.portal, 10_000),
    "empty": (faults.empty_answer, 1),
    "redirect": (lambda: faults.portal_redirect("http://127.0.0.1:9/sign-in"), 1),
    "407": (faults.proxy_wants_password, 1),
    "511": (faults.network_wants_sign_in, 1),
    "clock-ahead": (lambda: faults.skewed_clock(1800), 1),
    "clock-ahead-on-and-on": (lambda: faults.skewed_clock(1800), 10_000),
    "denied": (lambda: faults.refused(403, "AccessDenied"), 1),
}

# The calls that write, and what the system can answer (`man 2` of each).
FILE_ERRORS: Mapping[str, tuple[str, ...]] = {
    "write": ("ENOSPC", "EIO"),
    "pwrite64": ("ENOSPC", "EIO"),
    "fsync": ("EIO", "ENOSPC"),
    "fdatasync": ("EIO", "ENOSPC"),
    "rename": ("EACCES", "EROFS", "EBUSY"),
    "renameat2": ("EINVAL", "EACCES", "EROFS", "EBUSY"),  # EINVAL: names cannot be swapped on this file system
    "unlink": ("EACCES", "EROFS"),
    "unlinkat": ("EACCES",),
    "ftruncate": ("EIO",),
    "fchmod": ("EPERM",),
    "fchown": ("EPERM",),
    "fsetxattr": ("ENOSPC", "EPERM"),
    "mkdir": ("ENOSPC", "EACCES"),
    "openat": ("EACCES", "EROFS", "EMFILE"),  # a file that is not there is `meddle`'s to take away
    "read": ("EIO",),
    "pread64": ("EIO",),
}
WRITING = (
    *("write", "pwrite64", "writev", "pwritev", "fsync", "fdatasync", "sync_file_range", "fallocate"),
    *("rename", "renameat", "renameat2", "link", "linkat", "symlink", "symlinkat", "unlink", "unlinkat", "rmdir"),
    *("ftruncate", "truncate", "fchmod", "chmod", "fchmodat", "fchown", "chown", "lchown", "fchownat"),
    *("fsetxattr", "setxattr", "lsetxattr", "fremovexattr", "mkdir", "mkdirat", "mknod", "utimensat"),
)
SENDING = ("sendto", "sendmsg")

# How the computer's clock is set in the middle of a command, in seconds ahead of AWS's. AWS takes dates that are wrong
# by less than a quarter of an hour; beyond, it refuses, and the person puts the clock right before they go on.
CLOCKS: Mapping[str, float] = {
    "ten-minutes-back": -600,
    "ten-minutes-ahead": 600,
    "a-day-back": -86_400,
    "a-day-ahead": 86_400,
}
_REFUSED_FROM = 900


@dataclass(frozen=True)
class Incident:
    """Something that happens at the nth moment of a kind, or is put back to what it was at that moment.

    Attributes:
        kind: `kill-request`, `kill-call`, `kill-message` (to a real keychain), `aws`, `file`, `file-on-and-on`,
            `keychain`, `meddle`, `clock`, `somebody`, `kill-then` (what somebody does after a kill) or `put-back`.
        what: before or after; the name of the system call; the fault; the trouble; how the clock is set; the act; the
            part of the memory.
        detail: the error number of a file fault.
    """

    kind: str
    what: str
    nth: int
    detail: str = ""

    @property
    def name(self) -> str:
        """By which it is repeated."""
        return ":".join([self.kind, self.what, str(self.nth), *([self.detail] if self.detail else [])])

    @classmethod
    def named(cls, name: str) -> Incident:
        """The incident of that name."""
        kind, what, nth, *detail = name.split(":")
        return cls(kind, what, int(nth), *detail)

    @property
    def kills(self) -> bool:
        """True where the program does not live on."""
        return self.kind.startswith("kill") or self.what.startswith("kill")

    @property
    def is_beside(self) -> bool:
        """True where it happens beside the Keyturn under test, which goes on undisturbed."""
        return self.kind in {"somebody", "kill-then", "put-back"}

    def befall(self, world: World) -> Somebody | None:
        """Let happen what `is_beside`; returns who did something at AWS, also where they were refused."""
        if self.kind == "put-back":
            world.history.put_back(self.nth, self.what)
            return None
        somebody = Somebody(world, Act(self.what))
        struck: list[int] = []

        def disturb(number: int, _request: Request, effect: Callable[[], Response]) -> Response:
            if number == self.nth and not struck:
                struck.append(number)
                if self.kind == "kill-then":
                    effect()
                    return world.kill()
                somebody.do()
            return effect()

        somebody.prepare()
        world.requests = 0
        world.disturbance = disturb
        # A second Keyturn may rotate before the answer comes.
        world.keyturn(*world.scenario.command, options=Options(in_order=True, read_timeout=_LONG))
        world.disturbance = None
        if not struck or self.kind == "kill-then":
            somebody.do()
        return somebody

    def strike(self, world: World) -> tuple[Finished, bool]:
        """Run the command under test with this in it; tells also whether it came to pass."""
        if self.kind in {"kill-call", "kill-message", "file", "file-on-and-on"}:
            injection = "signal=SIGKILL" if self.kills else f"error={self.detail}"
            on = "+" if self.kind == "file-on-and-on" else ""
            rule = f"inject={self.what}:{injection}:when={self.nth}{on}"
            options = Options(tracer=["-e", f"trace={self.what}", "-e", rule], in_order=True)
            done = world.keyturn(*world.scenario.command, options=options)
            return done, done.killed if self.kills else "(INJECTED)" in world.trace_log
        if self.kind == "keychain":
            orders = {
                "items": str(world.live / "keychain.json"),
                "calls": str(world.live / "keychain.calls"),
                "nth": self.nth,
                "trouble": self.what,
            }
            Path(orders["calls"]).unlink(missing_ok=True)  # type: ignore[arg-type]
            done = world.keyturn(*world.scenario.command, options=Options(keychain=orders))
            calls = Path(str(orders["calls"]))
            seen = len(calls.read_text().splitlines()) if calls.exists() else 0
            return done, done.killed if self.kills else seen >= self.nth
        struck: list[int] = []
        rule_fault = _AwsFault(world, self, struck) if self.kind == "aws" else None

        def disturb(number: int, request: Request, effect: Callable[[], Response]) -> Response:
            if rule_fault is not None:
                return rule_fault(number, effect)
            if number == self.nth and not struck:
                struck.append(number)
                if self.kind == "clock":
                    world.clock.set_computers(CLOCKS[self.what])
                    return effect()
                if self.kind == "meddle":
                    with world.looking:
                        meddle(world, self.what)
                    return effect()
                if self.what == "after":
                    effect()
                return world.kill()
            return effect()

        world.requests = 0
        world.disturbance = disturb
        options = Options(read_timeout=READ_TIMEOUT if self.what.startswith(("hang", "lost", "reset")) else 30.0)
        try:
            done = world.keyturn(*world.scenario.command, options=options)
        finally:
            world.disturbance = None
            world.account.faults.clear()
        return done, bool(struck)


class _AwsFault:
    """Lets the account's own rule strike at the nth request of whatever kind, and at the next ones where it lasts."""

    def __init__(self, world: World, incident: Incident, struck: list[int]) -> None:
        self._world, self._nth, self._struck = world, incident.nth, struck
        make, times = AWS_FAULTS[incident.what]
        self._fault, self._times = make(), times

    def __call__(self, number: int, effect: Callable[[], Response]) -> Response:
        if number == self._nth:
            self._struck.append(number)
            self._world.account.fail("*", self._fault, times=self._times)
        return effect()


def _meddled_with(world: World) -> Path:
    return next(one for one in world.destinations if one.name == "rclone.conf")


def meddle(world: World, how: str) -> None:
    """Another program or person does something to a destination's file while Keyturn is at work."""
    path = _meddled_with(world)
    match how:
        case "rewritten":
            text = path.read_bytes()
            path.write_bytes(text + b"\n[drive]\ntype = drive\ntoken = fresh\n")
        case "vanished":
            path.rename(world.trash)
        case "link-swapped":
            other = world.home / "elsewhere.conf"
            other.write_bytes(path.read_bytes())
            path.unlink()
            path.symlink_to(other)
        case "rights-changed":
            path.chmod(0o600)
        case "read-only":
            path.chmod(0o400)
        case _:
            raise ValueError(how)
    if path.exists():
        world.before[path] = files.read(path)


def mend(world: World, incident: Incident) -> None:
    """The person puts right what keeps Keyturn from the file, or from AWS."""
    if incident.kind == "clock" and abs(CLOCKS[incident.what]) > _REFUSED_FROM:
        world.clock.set_computers(0)
    if incident.kind != "meddle":
        return
    how = incident.what
    path = _meddled_with(world)
    if how == "vanished" and world.trash.exists():
        world.trash.rename(path)
    if how == "read-only":
        path.chmod(0o600)
    if how == "link-swapped" and path.is_symlink():
        path.resolve().replace(path)
    world.before[path] = files.read(path)


MEDDLING = ("rewritten", "vanished", "link-swapped", "rights-changed", "read-only")
