"""Taking a key's pair out of the files where it stands, so that programs ask Keyturn for it, and putting it back.

The pair is in the keychain under the key's name, and handed out to whoever asks as a job does, before any file changes.
Each profile then changes in one atomic replacement, before which is written down how its pair stood. So a kill leaves
some profiles that hold the pair and others that ask for the same one: both work, and the same command goes on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from keyturn.clients.asking_edits import (
    ProfileChange,
    ask_keyturn,
    hold_pair,
    planned_asking,
    planned_holding,
    why_not,
)
from keyturn.clients.replacement import read_pair
from keyturn.clients.served import Served, asking_profiles
from keyturn.clients.variables.starters import ProfileStarts, what_starts
from keyturn.computer.computer import Platform
from keyturn.model.errors import AppError, FileError, UsageError
from keyturn.model.key_names import KeyName, flaw_of_key_name
from keyturn.model.keys import AccessKeyId, KeyPair
from keyturn.model.pair_layout import PairLayout
from keyturn.model.places import Place
from keyturn.model.text import _
from keyturn.rotation.context import Context
from keyturn.rotation.helper import Helper
from keyturn.rotation.key_versions import named_keys
from keyturn.rotation.naming import give_name
from keyturn.rotation.record import all_rotations, expect_none_unread
from keyturn.rotation.survey import FoundKey
from keyturn.state import moves
from keyturn.state.moves import Moved

_NOT_OF_A_NAME = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class Moving:
    """A profile that is to change."""

    place: Place
    change: ProfileChange


@dataclass(frozen=True, slots=True)
class Staying:
    """A place that stays as it is.

    Attributes:
        why: in a sentence.
        may_be_said: a person's word would do, because nothing but what was not seen speaks against it.
    """

    place: Place
    why: str
    may_be_said: bool = False


@dataclass(frozen=True, slots=True)
class MovePlan:
    """What a move would do.

    Attributes:
        name: by which programs ask for the key; it is given to the key first, where that has none.
        command: what stands behind `credential_process`; empty on the way back into the files.
        pair: the key as AWS accepts it, or as it is handed out.
        asking: the places that are as they shall be already.
    """

    key: AccessKeyId
    name: KeyName
    command: str
    pair: KeyPair
    moving: tuple[Moving, ...]
    staying: tuple[Staying, ...]
    asking: tuple[Place, ...] = ()


def plan_into_keychain(context: Context, found: FoundKey, helper: Helper, *, by_me: bool) -> MovePlan:
    """Find out which profiles can ask for the key, and why the other places cannot. Reads only.

    Args:
        by_me: the person says that they start themselves what could not be seen.

    Raises:
        UsageError: where nothing of this key may be moved now.
    """
    key = found.key.access_key_id
    if context.computer.platform is not Platform.LINUX:
        raise UsageError(
            _("That was tried on Linux alone"),
            _("Whether the programs of this system reach the key there is not known. Nothing was changed."),
            code="move.system",
        )
    _expect_no_rotation(context, key)
    if found.pair is None:
        raise found.failure or UsageError(
            _("AWS could not be asked with {key}").format(key=key.masked),
            _("No place on this computer has a secret of it that AWS accepts. Nothing was changed."),
            code="key.no-pair",
        )
    name = _name_for(context, found)
    command = helper.command(name)
    asking = tuple(one for one in found.destinations if one.client == Served.name)
    left = [one for one in found.destinations if one not in asking]
    can = [one for one in left if one.secret == found.pair.secret and not why_not(context.computer, one)]
    starts = what_starts(context.computer, can, (context.folder,)) if can else {}
    moving: list[Moving] = []
    staying: list[Staying] = []
    for place in left:
        stays = _stays(context, found.pair, place, helper, starts.get(place.identity), by_me=by_me)
        if stays is None:
            try:
                moving.append(Moving(place, planned_asking(place, command)))
                continue
            except FileError as error:
                stays = Staying(place, str(error))
        staying.append(stays)
    return MovePlan(key, name, command, found.pair, tuple(moving), tuple(staying), asking)


def plan_into_files(context: Context, found: FoundKey) -> MovePlan:
    """Find the profiles that ask for the key, and how its pair is written there. Reads only.

    Raises:
        UsageError: where a rotation of the key is under way, or it has no name, by which alone a profile asks.
    """
    key, folder = found.key.access_key_id, context.folder
    _expect_no_rotation(context, key)
    name = next((one.name for one in named_keys(folder, context.journal) if one.current.key == key), None)
    if name is None:
        raise UsageError(
            _("No profile asks for {key}").format(key=key.masked),
            _("It has no name by which one could. Nothing was changed."),
            code="move.no-name",
        )
    asking = tuple(one for one in found.destinations if one.client == Served.name and one.pair is not None)
    moving = []
    staying = []
    for place in asking:
        held = read_pair(context.computer, place)
        try:
            moving.append(Moving(place, planned_holding(place, held, _layout(folder, place, name))))
        except FileError as error:
            staying.append(Staying(place, str(error)))
    others = tuple(one for one in found.destinations if one not in asking)
    pair = asking[0].pair if asking else found.pair
    if pair is None:
        raise UsageError(
            _("No profile asks for {key}").format(key=key.masked),
            _("Nothing was changed. `keyturn scan` shows where the key stands."),
            code="move.nothing",
        )
    return MovePlan(key, name, "", pair, tuple(moving), tuple(staying), others)


def move_into_keychain(context: Context, found: FoundKey, plan: MovePlan, helper: Helper) -> Iterator[Place]:
    """Carry the plan out, and yield each profile that asks now.

    Raises:
        AppError: where the pair is not in the keychain, or not handed out: no file has changed then; or at the first
            file that cannot be changed. What was moved before works.
    """
    folder = context.folder
    if not plan.moving:
        return
    named = give_name(context, found, plan.name.value, keep=True)
    if not named.kept:
        raise named.out_of_reach or AppError(_("The pair was not kept"), _("No file was changed."), code="move.kept")
    helper.prove(context, plan.name, plan.pair)
    for one in plan.moving:
        context.cancel.check()
        place = one.place
        remember = partial(_remember, context, folder, one, plan.name)
        ask_keyturn(place, plan.command, plan.pair, one.change.path, remember)
        _expect_read_back(context, place, plan.pair)
        yield place


def move_into_files(context: Context, plan: MovePlan) -> Iterator[Place]:
    """Carry the plan out, and yield each profile that holds its pair again.

    Raises:
        AppError: at the first file that cannot be changed. What was moved before works, and so does the rest.
    """
    folder = context.folder
    for one in plan.moving:
        context.cancel.check()
        place = one.place
        layout = _layout(folder, place, plan.name)
        hold_pair(place, plan.name.value, plan.pair, one.change.path, layout)
        known = moves.load(folder)
        moves.save(folder, [move for move in known if not _is_of(move, one.change.path, place)])
        yield place


def _expect_no_rotation(context: Context, key: AccessKeyId) -> None:
    """A rotation goes by the places as they were when it began.

    Raises:
        UsageError: where one of the key is under way.
        StoreError: where one cannot be read.
    """
    expect_none_unread(context.journal, key)
    for one in all_rotations(context.journal):
        if not one.is_over and key in {one.decision.key, one.new_key}:
            raise UsageError(
                _("A rotation of this key is under way"),
                _("{name} has to be over first: `keyturn status` says what it waits for. Nothing was changed.").format(
                    name=one.name
                ),
                code="rotation.under-way",
            )


def _stays(
    context: Context, pair: KeyPair, place: Place, helper: Helper, starts: ProfileStarts | None, *, by_me: bool
) -> Staying | None:
    reason = why_not(context.computer, place)
    if not reason and place.secret != pair.secret:
        reason = _("It holds another secret, which AWS does not accept.")
    if reason or starts is None:
        return Staying(place, reason)
    if starts.containers:
        text = _("{path} lends it to a container, which has no Keyturn.")
        return Staying(place, text.format(path=_listed(starts.containers)))
    if starts.timetables and helper.needs_session:
        text = _(
            "{path} starts a program with it, and no session that opens the keychain is there then. With --secrets "
            "file the key is kept in a private file, which such a job reaches."
        )
        return Staying(place, text.format(path=_listed(starts.timetables)))
    strange = [path for path in starts.timetables if not path.is_relative_to(context.computer.home)]
    if strange:
        return Staying(place, _("{path} may start a program with it as somebody else.").format(path=_listed(strange)))
    if starts.unsure and not by_me:
        said = (
            _("if nothing but you starts what uses it, add --by-me")
            if helper.needs_session
            else _("if all that uses it is started as you, add --by-me")
        )
        return Staying(place, _("{why} Look, and {said}.").format(why=" ".join(starts.unsure), said=said), True)
    return None


def _listed(paths: Iterable[Path]) -> str:
    return ", ".join(map(str, paths))


def _name_for(context: Context, found: FoundKey) -> KeyName:
    """The key's name; else one after its first profile, which no other key has."""
    key = found.key.access_key_id
    known = named_keys(context.folder, context.journal)
    own = next((one.name for one in known if one.current.key == key), None)
    if own is not None:
        return own
    profile = next((one.name for one in found.destinations if one.client == "aws"), key.last4)
    base = f"/aws/{_NOT_OF_A_NAME.sub('-', profile).strip('-._')}"
    if flaw_of_key_name(base) is not None:
        base = f"/aws/{key.last4}"
    taken = {one.name.value for one in known}
    names = (base, *(f"{base}-{number}" for number in range(2, len(taken) + 3)))
    return KeyName(next(name for name in names if name not in taken))


def _remember(context: Context, folder: Path, one: Moving, name: KeyName, layout: PairLayout) -> None:
    known: Sequence[Moved] = [move for move in moves.load(folder) if not _is_of(move, one.change.path, one.place)]
    move = Moved(one.change.path, one.place.locator, name, context.clock.now(), layout)
    moves.save(folder, [*known, move])


def _layout(folder: Path, place: Place, name: KeyName) -> PairLayout | None:
    real = place.path.resolve()
    known = (one.layout for one in moves.load(folder) if _is_of(one, real, place) and one.name == name)
    return next(known, None)


def _is_of(move: Moved, path: Path, place: Place) -> bool:
    return (move.path, move.section) == (path, place.locator)


def _expect_read_back(context: Context, place: Place, pair: KeyPair) -> None:
    """See that the profile, as it stands now, comes to this pair."""
    now = next(
        (one for one in asking_profiles(context.computer) if (one.path, one.section) == (place.path, place.locator)),
        None,
    )
    served = context.computer.served
    if now is None or served is None or served(now.asked.name, now.asked.state_dir) != pair:
        raise FileError(
            _("{name} does not ask Keyturn as it was written").format(name=place.name),
            _("Another program changed {path} meanwhile. Look into it.").format(path=place.path),
            code="file.changed",
        )
