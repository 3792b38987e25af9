"""What only a person can do, each with the exact way to do it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from keyturn.clients.default_locations import is_a_copy
from keyturn.clients.interface import AfterChange
from keyturn.clients.programs.arq_buckets import ARQ_7
from keyturn.clients.readings import Readings
from keyturn.clients.registry import client_named
from keyturn.clients.running_programs import PROGRAM_NAMES, Holder, holders
from keyturn.clients.variables.containers import Containers
from keyturn.clients.walking import listed
from keyturn.computer.programs import running_programs
from keyturn.model.errors import ClientError
from keyturn.model.places import Place, PlaceKind
from keyturn.model.text import _, plural
from keyturn.rotation import labels
from keyturn.rotation.context import Context
from keyturn.rotation.decision import Decision, OtherComputer, computer_name
from keyturn.rotation.finding import key_users
from keyturn.rotation.planning.guided_items import foreseen_items
from keyturn.rotation.steps import PUT_IN_AGAIN, Awaited

if TYPE_CHECKING:
    from keyturn.rotation.record import Rotation
from keyturn.rotation.planning.way_to_keys import has_console, way_to_keys

TURN_OFF = "turn-off"
TURN_ON = "turn-on"
DELETE = "delete"
LAST_USE = "last-use"
USED_ELSEWHERE = "used-elsewhere"
_MOST_USES = 10  # of which a person is told; the newest


def foreseen(context: Context, decision: Decision) -> tuple[Awaited, ...]:
    """What the plan of this rotation leaves to a person, as far as it can be known before it begins."""
    items = [
        *foreseen_items(context, decision),
        *after_changes(context, decision),
        *other_computers(decision),
        *look_at_mentions(context, decision),
        *still_running(context, decision, None),
        *look_who_else(decision),
    ]
    if decision.store is not None or (decision.of_root and has_console(decision.owner)):
        items.append(turn_off_in_console(decision))
    if not decision.route.same_owner and not context.signer.ends(decision):
        items.append(delete_in_console(decision))
    return tuple(items)


def other_computers(decision: Decision) -> tuple[Awaited, ...]:
    """The other computers that back up into this account: each may use the old key, and only a person can look."""
    return tuple(_other_computer(decision, number, one) for number, one in enumerate(decision.computers, start=1))


def _other_computer(decision: Decision, number: int, one: OtherComputer) -> Awaited:
    if one.last_upload is None:
        title = _("Look after {computer}, another computer: it backs up to {bucket} with {program}")
        since = ""
    else:
        title = _(
            "Look after {computer}, another computer: it backs up to {bucket} with {program}, the last time on {since}"
        )
        since = labels.moment(one.last_upload)
    look = _("On that computer, run Keyturn, or open {program} and look at the access key ID of its {place}.")
    place = _("storage location") if one.program == ARQ_7 else _("destination")
    change = _(
        "If it begins and ends like {key}, give that computer a new key first: its backups stop with the old one."
    )
    plans = ", ".join(f"“{plan}”" for plan in one.plans)
    return Awaited(
        f"computer-{number}",
        title.format(computer=computer_name(one), bucket=one.bucket, program=one.program, since=since),
        (
            look.format(program=one.program, place=place),
            change.format(key=decision.key.masked),
            _("Tick this when it has another key, or when the computer is gone."),
        ),
        notes=(_("Its plans: {plans}.").format(plans=plans),) if plans else (),
    )


def after_changes(context: Context, decision: Decision) -> tuple[Awaited, ...]:
    """What lets the programs take the key that was put into their files, where they do not look by themselves.

    Destinations that need the same are one item, named after the first of them.
    """
    found: dict[AfterChange, Awaited] = {}
    containers, readings = Containers(context.computer), Readings()
    for number, one in enumerate(decision.destinations, start=1):
        own = client_named(one.place.client).after_change(context.computer, one.place, readings)
        for part, needed in enumerate((*(() if own is None else (own,)), *containers.after_change(one.place.path))):
            item = f"apply-{number}" if part == 0 else f"apply-{number}-{part + 1}"
            found.setdefault(needed, Awaited(item, needed.title, needed.steps))
    return tuple(found.values())


def look_at_mentions(context: Context, decision: Decision) -> tuple[Awaited, ...]:
    """The places that Keyturn does not edit: a person has to know what they are for."""
    return _look_at_places(context, list(enumerate(decision.mentions, start=1)))


def look_at_users(rotation: Rotation) -> tuple[Awaited, ...]:
    """Who used the old key from elsewhere before the switch: AWS names them, and a person knows whose they are."""
    uses = rotation.used_elsewhere
    if not uses:
        return ()
    return (
        Awaited(
            USED_ELSEWHERE,
            _("Look who used {key}: AWS's event history names programs at other addresses").format(
                key=rotation.decision.key.masked
            ),
            (
                *(_("{use}. Is that this computer?").format(use=key_users.used_by(one)) for one in uses[:_MOST_USES]),
                _("One that is not this computer stops with the old key: give it a key of its own first."),
                key_users.what_it_lacks(),
            ),
        ),
    )


def look_at_found(context: Context, rotation: Rotation) -> tuple[Awaited, ...]:
    """The places of the old key that a search found since the plan, and that held it when it looked last."""
    holding = {place.identity for place in rotation.still_holding}
    numbered = enumerate(rotation.found_since, start=len(rotation.decision.mentions) + 1)
    return _look_at_places(context, [(number, place) for number, place in numbered if place.identity in holding])


def _look_at_places(context: Context, numbered: Sequence[tuple[int, Place]]) -> tuple[Awaited, ...]:
    """Each place is looked at by itself; copies from which no program reads its key are looked through together."""
    copies = [one for one in numbered if one[1].kind is PlaceKind.MENTION and is_a_copy(one[1].path)]
    alone = [_look_at(context, number, place) for number, place in numbered if (number, place) not in copies]
    return (*alone, *((_look_through(copies),) if copies else ()))


def _look_through(copies: Sequence[tuple[int, Place]]) -> Awaited:
    paths = dict.fromkeys(place.path for _number, place in copies)
    title = plural(
        "Look through {count} copy of the old key: an archive, a log, a history, an old version",
        "Look through {count} copies of the old key: archives, logs, histories, old versions",
        len(paths),
    )
    return Awaited(
        f"copies-{copies[-1][0]}",
        title.format(count=len(paths)),
        (
            _("No program reads its key from such a file as a rule: {paths}.").format(paths=listed(list(paths))),
            _("If one does, give it a key of its own or the new one, and let it run once."),
        ),
    )


def _look_at(context: Context, number: int, place: Place) -> Awaited:
    if place.kind is PlaceKind.UNREAD:
        return _look_into(number, place)
    read = place.kind is PlaceKind.DESTINATION  # by a program that this rotation leaves out
    after = client_named(place.client).after_change(context.computer, place) if read else None
    return Awaited(
        f"place-{number}",
        _("Look at {path}: it holds the old key, and Keyturn does not edit it").format(path=place.path),
        (
            place.note or _("Find out whether a program reads the key here ({locator}).").format(locator=place.locator),
            _("If a program does read its key here, give it a key of its own or the new one, and let it run once."),
            *(() if after is None else after.steps),
        ),
    )


def _look_into(number: int, place: Place) -> Awaited:
    key = place.access_key_id.masked
    return Awaited(
        f"place-{number}",
        _("Look into {path}: it could not be read, so nobody knows whether it holds {key}").format(
            path=place.path, key=key
        ),
        (
            place.note,
            _("If {key} stands there, give the program a key of its own or the new one, and let it run once.").format(
                key=key
            ),
        ),
    )


def restart(one: Holder) -> Awaited:
    """A running program keeps the key that it read when it started."""
    return Awaited(
        f"restart-{one.program.name}-{one.program.pid}",
        _("Restart {name} (process {pid}), which may go on with the old key").format(
            name=one.program.name, pid=one.program.pid
        ),
        (one.sentence,),
    )


def still_running(context: Context, decision: Decision, switched_at: datetime | None) -> tuple[Awaited, ...]:
    """The programs that run now with the old key in memory: those that started before the switch, if it was made.

    Where the system does not tell which programs run, that is one thing for the person to look at.
    """
    try:
        running = running_programs(PROGRAM_NAMES) if decision.destinations else ()
    except ClientError as error:
        return (_look_what_runs(decision, error),)
    found = holders(
        context.computer,
        [one.place for one in decision.destinations],
        running,
        old=decision.key,
        edited_at=switched_at,
    )
    # The programs of this computer have nothing to do with another one's disk, unless they plainly read a file on it.
    return tuple(restart(one) for one in found if one.certain or context.computer.is_this_one)


def _look_what_runs(decision: Decision, error: ClientError) -> Awaited:
    programs = sorted({client_named(one.place.client).title for one in decision.destinations})
    return Awaited(
        "restart-unseen",
        _("Look whether one of your backup programs runs with the old key in memory: {programs}").format(
            programs=", ".join(programs)
        ),
        (str(error), _("Restart each one that started before its key was changed.")),
    )


def look_who_else(decision: Decision) -> tuple[Awaited, ...]:
    """Before the key of a store goes off: AWS tells more often than not whether anything uses a key, a store never."""
    if decision.store is None:
        return ()
    title = _("Make sure that nothing else uses {key}: {store} does not tell Keyturn")
    steps = (_("Think of other computers, and look whether the store's own web page shows the key's last use."),)
    return (Awaited(LAST_USE, title.format(key=decision.key.masked, store=decision.store), steps),)


def turn_off_in_console(decision: Decision) -> Awaited:
    """Turning the old key off where its owner signs in."""
    if decision.store is not None:
        return Awaited(
            TURN_OFF,
            _("Turn off {key} on the web page of {store}").format(key=decision.key.masked, store=decision.store),
            (
                *way_to_keys(decision),
                _(
                    "Turn {key} off. A store that can only delete keys: delete it, and then nothing brings it back."
                ).format(key=decision.key.masked),
            ),
        )
    return Awaited(
        TURN_OFF,
        _("Turn off {key} in the AWS console").format(key=decision.key.masked),
        _in_console(decision, _("Next to {key}: Actions, then Deactivate.").format(key=decision.key.masked)),
    )


def turn_on_in_console(decision: Decision) -> Awaited:
    """Turning the old key on again."""
    if decision.store is not None:
        return Awaited(
            TURN_ON,
            _("Turn {key} on again on the web page of {store}").format(key=decision.key.masked, store=decision.store),
            (*way_to_keys(decision), _("Turn {key} on again.").format(key=decision.key.masked)),
        )
    return Awaited(
        TURN_ON,
        _("Turn {key} on again in the AWS console").format(key=decision.key.masked),
        _in_console(decision, _("Next to {key}: Actions, then Activate.").format(key=decision.key.masked)),
    )


def turn_on(rotation: Rotation) -> Awaited:
    """The same, with the command by which a key that may do it saves the way to the console."""
    item = turn_on_in_console(rotation.decision)
    gone = _("If it is not listed, it was deleted. {ways}").format(ways=ways_without_old_key(rotation))
    if rotation.decision.store is not None:
        return replace(item, notes=(*item.notes, gone))
    text = _("Or without the console, with another key that may: `keyturn turn-on {name} --as WHO`.")
    return replace(item, notes=(*item.notes, text.format(name=rotation.name), gone))


def ways_without_old_key(rotation: Rotation) -> str:
    """What is left to do where the old key was deleted."""
    ways = _("Nothing can bring it back: `keyturn end {name} --confirm {last4}` closes this rotation as it stands.")
    if rotation.is_undoing and rotation.old_again:
        ways = _(
            "Nothing can bring it back: `keyturn done {item}` puts the new key in its place again; `keyturn end {name} "
            "--confirm {last4}` closes this rotation as it stands."
        )
    elif rotation.new_key is not None and not rotation.is_undoing:
        ways = _(
            "Nothing can bring it back: `keyturn continue {name}` goes on with the new key; `keyturn end {name} "
            "--confirm {last4}` closes this rotation as it stands."
        )
    return ways.format(name=rotation.name, last4=rotation.decision.key.last4, item=PUT_IN_AGAIN)


def delete_in_console(decision: Decision) -> Awaited:
    """Deleting the old key where no key that Keyturn holds may do it."""
    if decision.store is not None:
        return Awaited(
            DELETE,
            _("Delete {key} on the web page of {store}").format(key=decision.key.masked, store=decision.store),
            (*way_to_keys(decision), _("Delete {key}.").format(key=decision.key.masked)),
        )
    return Awaited(
        DELETE,
        _("Delete {key} in the AWS console").format(key=decision.key.masked),
        _in_console(
            decision,
            _("Next to {key}: Actions, then Delete. The console asks for the whole key ID.").format(
                key=decision.key.masked
            ),
        ),
    )


def given_key_left(decision: Decision) -> tuple[Awaited, ...]:
    """After an undo, the key that the person made is still there: it may open buckets, and nothing uses it."""
    if decision.given is None:
        return ()
    title = _("Delete {key}, the key that you made, unless you want to try again with it")
    return (Awaited("given-key", title.format(key=decision.given.masked), way_to_keys(decision), tickable=False),)


def see_last_use_in_console(decision: Decision) -> Awaited:
    """Seeing where its owner signs in when the old key was last used, where AWS does not tell the key itself."""
    key = decision.key.masked
    step = _("Next to {key}: Last used. Where that is after the new key was put in place, something uses it still.")
    return Awaited(
        LAST_USE,
        _("See in the AWS console when {key} was last used: AWS does not tell this key").format(key=key),
        _in_console(decision, step.format(key=key)),
    )


def _in_console(decision: Decision, last_step: str) -> tuple[str, ...]:
    if has_console(decision.owner):
        return (*way_to_keys(decision), last_step)
    if decision.route.same_owner:
        return (_("GovCloud has no console for the root user: the new root key does this, by a command of Keyturn."),)
    return (
        _(
            "GovCloud has no console for the root user: only another root key can do this. `keyturn undo`, then rotate "
            "with --route new-root-key; or ask AWS Support."
        ),
    )
