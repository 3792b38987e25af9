"""Making the world of a scenario, with everything done that comes before the command under test."""

from __future__ import annotations

from pathlib import Path

from keyturn_practice.account import PracticeAccount
from keyturn_practice.sample_buckets import OLD_KEY_DAYS, furnish_account
from keyturn_practice.timeline import AS_AT_AWS

from .computer import Computer, free_ports, stand_ins, system
from .history import History
from .imports_noted import new_notes
from .program import driver_of
from .scenarios import Scenario
from .shared_clock import SharedClock, new_clock_file
from .somebody import A_DENY
from .whose import Whose
from .world import Kind, World
from .worlds_seen import WorldsSeen

_EVERYTHING = '{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'


def build(scenario: Scenario, folder: Path, kind: Kind | None = None, seen: Path | None = None) -> World:
    """Make the world of a scenario, with everything done that comes before the command under test.

    Args:
        seen: where it is kept how worlds of this sweep were resumed; None where no other world's is to count.
    """
    kind = kind or Kind()
    alike = f"{scenario.title.replace('/', '-')}-{kind.secrets}-{kind.company}-{kind.remembers}"
    if kind.bus or seen is None:
        seen = folder / "seen"  # nobody can tell what a real keychain holds
    # Shared as well: how a world was resumed counts for points of other processes, with what was loaded for it.
    loaded = new_notes(seen / alike)
    live = folder / "live"
    live.mkdir(parents=True)
    new_clock_file(live / "clock")
    programs, root = stand_ins(folder / "programs"), system(folder / "system")
    account = PracticeAccount(clock=SharedClock(live / "clock"), lag=AS_AT_AWS)
    furnish_account(account)
    if scenario.route == "same-user":
        account.create_user("office", policies={"everything": _EVERYTHING})
        old = account.create_user_key("office", age_days=OLD_KEY_DAYS)
    else:
        old = account.create_root_key(age_days=OLD_KEY_DAYS)
    in_files = old if scenario.makes_a_key else account.create_root_key(age_days=100)
    if kind.company:
        account.administrator.set_bucket_policy(*A_DENY)
    places = {"study": live, **({"attic": live / "second"} if kind.company else {})}
    computers = [
        Computer(name, place, live / "clock", programs, root, loaded, kind.secrets, port, driver_of(number), kind.bus)
        for number, ((name, place), port) in enumerate(zip(places.items(), free_ports(len(places)), strict=True))
    ]
    computers[0].furnish(in_files, leftover=None if scenario.makes_a_key else old)
    for second in computers[1:]:
        second.furnish(old)
    world = World(
        scenario=scenario,
        folder=folder,
        kind=kind,
        account=account,
        old=old,
        first=computers[0],
        second=computers[1] if kind.company else None,
        known={pair.access_key_id.value: pair.secret.reveal() for pair in (old, in_files)},
        whose=Whose(account, old.access_key_id.value, SharedClock(live / "clock")),
        history=History(computers[0].memory, folder / "history" if kind.remembers else None),
        seen=WorldsSeen(seen / alike),
        first_keys=frozenset(one.access_key_id.value for one in account.listed_keys()),
        first_users=frozenset(account.user_names()),
        traces={bucket: account.trace_of(bucket) for bucket in account.buckets},
    )
    for computer in computers:
        computer.driver.loaded()  # before the first fork, which would hear it alone
    world.open_door()
    for act in (*scenario.before, *((scenario.command,) if kind.remembers else ())):
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
