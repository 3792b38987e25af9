"""Taking a key's pair out of the files where it stands, so that programs ask Keyturn for it, and putting it back.

The pair is in the keychain under the key's name, and handed out to anyone who asks as a job does, before any file
changes. Each profile then changes in one atomic replacement, before which is written down how its pair stood. So a kill
leaves some profiles that hold the pair and others that ask for the same one: both work, and the same command goes on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from keyturn.clients.asking_edits import planned_holding
from keyturn.clients.own_profiles import own_profiles_file
from keyturn.clients.remote_edits import planned_pair
from keyturn.clients.replacement import read_pair
from keyturn.clients.served import Served
from keyturn.model.errors import AppError, FileError, UsageError
from keyturn.model.key_names import KeyName
from keyturn.model.keys import AccessKeyId, KeyPair
from keyturn.model.pair_layout import PairLayout
from keyturn.model.places import Place
from keyturn.model.text import _
from keyturn.rotation.all_rotations import all_rotations, expect_none_unread
from keyturn.rotation.context import Context
from keyturn.rotation.finding.survey import FoundKey
from keyturn.rotation.key_life.asking_profiles import (
    Moving,
    Staying,
    expect_a_tried_system,
    fates_of,
    layout_of,
    name_for,
    put_in,
    remotes_asking,
    take_out,
)
from keyturn.rotation.key_life.helper import Helper
from keyturn.rotation.key_life.key_versions import named_keys
from keyturn.rotation.key_life.naming import give_name


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
    expect_a_tried_system(context)
    _expect_no_rotation(context, key)
    if found.pair is None:
        raise found.failure or UsageError(
            _("AWS could not be asked with {key}").format(key=key.masked),
            _("No place on this computer has a secret of it that AWS accepts. Nothing was changed."),
            code="key.no-pair",
        )
    name = name_for(context, key, found.destinations)
    command = helper.command(name)
    asking = tuple(one for one in found.destinations if one.client == Served.name)
    left = [one for one in found.destinations if one not in asking]
    moving, staying = fates_of(context, found.pair, left, helper, name, by_me=by_me)
    return MovePlan(key, name, command, found.pair, moving, staying, asking)


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
            moving += _held_again(context, place, name, held)
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


def _held_again(context: Context, place: Place, name: KeyName, held: KeyPair) -> list[Moving]:
    """What changes where a profile is to ask no more: itself, or the remotes that take it from Keyturn's own file."""
    if place.path == own_profiles_file(context.computer):
        remotes = remotes_asking(context, name, held)
        return [Moving(remote, planned_pair(remote, held, layout)) for remote, layout in remotes]
    layout = layout_of(context.folder, place, name)
    return [Moving(place, planned_holding(place, held, layout if isinstance(layout, PairLayout) else None))]


def move_into_keychain(context: Context, found: FoundKey, plan: MovePlan, helper: Helper) -> Iterator[Place]:
    """Carry the plan out, and yield each profile that asks now.

    Raises:
        AppError: where the pair is not in the keychain, or not handed out: no file has changed then; or at the first
            file that cannot be changed. What was moved before works.
    """
    if not plan.moving:
        return
    named = give_name(context, found, plan.name.value, keep=True)
    if not named.kept:
        raise named.out_of_reach or AppError(_("The pair was not kept"), _("No file was changed."), code="move.kept")
    helper.prove(context, plan.name, plan.pair)
    for one in plan.moving:
        context.cancel.check()
        place = one.place
        take_out(context, place, one.change.path, plan.command, plan.name, held=plan.pair, handed=plan.pair)
        yield place


def move_into_files(context: Context, plan: MovePlan) -> Iterator[Place]:
    """Carry the plan out, and yield each profile that holds its pair again.

    Raises:
        AppError: at the first file that cannot be changed. What was moved before works, and so does the rest.
    """
    for one in plan.moving:
        context.cancel.check()
        put_in(context, one.place, one.change.path, plan.name, plan.pair)
        yield one.place


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
