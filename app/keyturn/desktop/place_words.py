"""What the page of a place tells in words: its last proof, its last backup, and which programs run with it now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from keyturn.clients.endpoints import is_aws, store_name
from keyturn.clients.served import identities_of
from keyturn.desktop import dates
from keyturn.desktop.look import ColorTone
from keyturn.desktop.place_check import PlaceCheck
from keyturn.desktop.runner import Desk
from keyturn.model.errors import ClientError
from keyturn.model.places import Place
from keyturn.model.text import _
from keyturn.rotation import labels
from keyturn.rotation.steps import Step
from keyturn.state.journal import Mark

if TYPE_CHECKING:
    # Only who opens a place waits for what looks at running programs.
    from keyturn.clients.own_runs import PlanRun
    from keyturn.clients.running_programs import Holder
    from keyturn.computer.computer import Computer
    from keyturn.computer.programs import RunningProgram
    from keyturn.model.keys import AccessKeyId
    from keyturn.rotation.record import Rotation

_PROOFS = (Step.PROVE_OFF, Step.PROVE_AGAIN)


@dataclass(frozen=True, slots=True)
class Fact:
    """A sentence, and in a second line what belongs to it; that may be empty."""

    text: str
    more: str = ""
    tone: ColorTone = ColorTone.NEUTRAL


@dataclass(frozen=True, slots=True)
class Watched:
    """What was seen of the programs of a place just now.

    Attributes:
        programs: those that run with its key or its file.
        unseen: why that cannot be told; empty where it can.
        runs: of the program's own account of its backups.
        tells_runs: False where the program gives no account that Keyturn reads.
    """

    programs: tuple[Fact, ...]
    unseen: str
    runs: tuple[PlanRun, ...]
    tells_runs: bool


@dataclass(frozen=True, slots=True)
class _Tried:
    """One bucket's checks: each with whether it worked, and what was said of it."""

    bucket: str
    checks: tuple[tuple[str, bool | None, str], ...]


def proof_of(place: Place, checked: PlaceCheck | None, rotation: Rotation | None, endpoint_url: str | None) -> Fact:
    """The newest proof that is known, of this window or of the rotation that put the key there.

    Args:
        rotation: that one; None where none did.
    """
    whom = _("AWS") if is_aws(place, endpoint_url) else store_name(place)
    ends = () if rotation is None else tuple(rotation.latest(step, Mark.DONE) for step in _PROOFS)
    done = max((one for one in ends if one is not None), key=lambda one: one.at, default=None)
    if checked is not None and (done is None or checked.at >= done.at):
        if not checked.proofs:
            return Fact(_("The place was not found any more when it was checked"), tone=ColorTone.ATTENTION)
        tried = [
            _Tried(one.bucket or "", tuple((c.check, c.ok, c.detail) for c in one.checks)) for one in checked.proofs
        ]
        return _proof(place, tried, checked.at, whom)
    if rotation is not None and done is not None:
        proved = [one for one in rotation.proved(Step(done.step)) if one.place in identities_of(place)]
        if proved:
            tried = [_Tried(one.bucket or "", tuple((check, ok, "") for check, ok in one.checks)) for one in proved]
            return _proof(place, tried, done.at, whom)
    return Fact(
        _("Not checked in this window yet"), _("“Check this one” proves it, and leaves no trace in the bucket.")
    )


def _proof(place: Place, tried: Sequence[_Tried], at: datetime, whom: str) -> Fact:
    failed = next((check for one in tried for check in one.checks if check[1] is False), None)
    when = dates.lately(at)
    if failed is not None:
        return Fact(_("{when}: it did not work").format(when=when), failed[2], ColorTone.BAD)
    verbs = {"list": _("list"), "read": _("read"), "write": _("write")}
    by_what: dict[str, dict[str, None]] = {}
    more: list[str] = []
    for one in tried:
        did = [verbs[check] for check, ok, _detail in one.checks if ok and check in verbs]
        if one.bucket and did:
            by_what.setdefault(_listed(did), {})[one.bucket] = None
        more += [detail for _check, ok, detail in one.checks if ok is None and detail]
    text = _("{whom} let it {verbs} {bucket}")
    told = [text.format(whom=whom, verbs=did, bucket=_listed([*where])) for did, where in by_what.items()]
    if any(check == "write" and ok for one in tried for check, ok, _detail in one.checks):
        more.insert(0, _("Nothing was left behind in the bucket."))
    if any(check == place.client and ok for one in tried for check, ok, _detail in one.checks):
        more.append(_("{program} itself reached it, too.").format(program=labels.program(place.client)))
    if told:
        return Fact(_("{when}: {what}").format(when=when, what="; ".join(told)), " ".join(more), ColorTone.GOOD)
    if any(ok for one in tried for _check, ok, _detail in one.checks):
        known = _("{when}: {whom} knows the key; no bucket was tried, since none is named")
        return Fact(known.format(when=when, whom=whom), " ".join(more))
    return Fact(_("{when}: it could not be tried").format(when=when), " ".join(dict.fromkeys(more)))


def _listed(parts: Sequence[str]) -> str:
    """`list, read and write`."""
    if len(parts) == 1:
        return parts[0]
    return _("{first} and {last}").format(first=", ".join(parts[:-1]), last=parts[-1])


def look_at_programs(desk: Desk, place: Place, rotation: Rotation | None) -> Watched:
    """Look which programs run with the place's key or file, and at the program's own account. Runs in a worker.

    Args:
        rotation: the one that put the key there.
    """
    from keyturn.clients.described.guided import Guided
    from keyturn.clients.registry import client_named
    from keyturn.clients.running_programs import PROGRAM_NAMES
    from keyturn.computer.programs import running_programs

    computer = desk.workplace.computer
    client = client_named(place.client)
    own = client.runs if isinstance(client, Guided) else None
    runs = () if own is None else own.newest(computer, [place])
    if desk.workplace.location.rehearsal:
        return Watched((), _("In a rehearsal the programs that run are not looked at."), runs, own is not None)
    if not computer.is_this_one:
        unseen = _("This is another computer's disk: which programs run there cannot be seen from here.")
        return Watched((), unseen, runs, own is not None)
    try:
        programs = running_programs(PROGRAM_NAMES)
    except ClientError as error:
        return Watched((), str(error), runs, own is not None)
    before = None
    if rotation is not None and rotation.switched_at is not None:
        before = rotation.decision.key, rotation.switched_at
    return Watched(running_with(computer, place, programs, before), "", runs, own is not None)


def running_with(
    computer: Computer, place: Place, programs: Sequence[RunningProgram], before: tuple[AccessKeyId, datetime] | None
) -> tuple[Fact, ...]:
    """Which of these programs have the place's key or read its file, and which still have the one that stood there.

    Args:
        before: the key that stood there, and when it was replaced; None where it was not replaced by Keyturn.
    """
    from keyturn.clients.running_programs import holders

    still: dict[int, Holder] = {}
    if before is not None:
        old, at = before
        still = {one.program.pid: one for one in holders(computer, [place], programs, old=old, edited_at=at)}
    now = {one.program.pid: one for one in holders(computer, [place], programs, old=place.access_key_id)}
    return tuple(_running(pid, still, now) for pid in {**now, **still})


def _running(pid: int, before: dict[int, Holder], now: dict[int, Holder]) -> Fact:
    holder = before.get(pid) or now[pid]
    title = _("{program}, process {pid}").format(program=holder.program.name, pid=pid)
    if pid in before:
        return Fact(title, holder.sentence, ColorTone.ATTENTION)
    started = holder.program.started
    since = _("Started at a time that is not known") if started is None else _started(dates.lately(started))
    told = (
        _("{since}: it has this key.") if holder.certain else _("{since}; whether it reads this file cannot be seen.")
    )
    return Fact(title, told.format(since=since), ColorTone.GOOD if holder.certain else ColorTone.NEUTRAL)


def _started(when: str) -> str:
    return _("Started {when}").format(when=when)


def backup_of(place: Place, watched: Watched) -> Fact:
    """The program's last backup, as it tells it itself."""
    program = labels.program(place.client)
    if not watched.tells_runs:
        return Fact(_("Not known"), _("Keyturn reads no account of {program}'s runs.").format(program=program))
    told = [_run_in_words(one) for one in watched.runs]
    if not told:
        return Fact(_("Not known"), _("{program} names no plan that backs up with this place.").format(program=program))
    return Fact(told[0], " ".join(told[1:]))


def _run_in_words(one: PlanRun) -> str:
    run = one.run
    if run is None or run.began is None:
        return _("“{plan}”: its last backup cannot be seen.").format(plan=one.plan)
    began = dates.past(run.began)
    if run.going_on:
        text = _("“{plan}”: a backup is going on since {when}.")
    elif run.ended_well:
        text = _("“{plan}”: backed up on {when} without an error.")
    elif run.aborted:
        text = _("“{plan}”: the backup of {when} was cut short.")
    else:
        text = _("“{plan}”: the backup of {when} ended with errors, which may be about single files.")
    return text.format(plan=one.plan, when=began)
