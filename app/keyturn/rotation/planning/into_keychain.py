"""A rotation with `--into keychain`: which destinations give up their pair, and the name by which they ask then.

Before anything is made the key has its name, and anyone who asks for it as a job does gets the old pair. Once the new
pair is proved, the journal has the name mean that one; only then the files change, so both are the key that AWS
accepts.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import PurePath

from keyturn.clients.registry import client_named
from keyturn.clients.served import asking_profiles
from keyturn.model.errors import AppError, FileError, UsageError
from keyturn.model.keys import AccessKeyId, KeyPair
from keyturn.model.text import _
from keyturn.rotation.context import Context, Moment
from keyturn.rotation.decision import Destination, Handing
from keyturn.rotation.key_life.asking_profiles import (
    Moving,
    Staying,
    expect_a_tried_system,
    fates_of,
    name_for,
    open_while,
)
from keyturn.rotation.key_life.helper import Helper
from keyturn.rotation.key_life.naming import expect_free_name
from keyturn.rotation.planning.plan_question import Answer, Question
from keyturn.rotation.record import Rotation
from keyturn.rotation.steps import Step
from keyturn.state import stored_key_names
from keyturn.state.stored_key_names import FirstKey


@dataclass(frozen=True, slots=True)
class Fates:
    """What becomes of the destinations' pairs.

    Attributes:
        destinations: all of them; those that give up their pair say so.
        handing: None where none does.
        moving: the changes of those that do.
        staying: why the others do not; empty where nobody asked for it.
    """

    destinations: tuple[Destination, ...]
    handing: Handing | None = None
    moving: tuple[Moving, ...] = ()
    staying: tuple[Staying, ...] = ()


def fates_in(question: Question, destinations: Sequence[Destination]) -> Answer[Fates]:
    """Decide which destinations ask for the key from *switch* on. Reads only.

    Raises:
        UsageError: where pairs of this key cannot be taken out of files.
    """
    into, context, found = question.options.into, question.context, question.found
    if into is None:
        return Answer(Fates(tuple(destinations)))
    expect_a_tried_system(context)
    if not question.route.makes_a_key or found.at_store:
        raise UsageError(
            _("--into keychain is for a new key of AWS"),
            _("Nothing was changed. Leave it out, or choose another route."),
            code="usage.into",
        )
    left = [one.place for one in destinations if not client_named(one.place.client).asks_keyturn]
    if found.pair is None or not left:
        return Answer(Fates(tuple(destinations)))
    name = name_for(context, question.key, left)
    expect_free_name(context, question.key, name.value)
    helper = into.helper
    moving, staying = fates_of(context, found.pair, left, helper, name, by_me=into.by_me)
    if not moving:
        return Answer(Fates(tuple(destinations), staying=staying))
    ask = {one.place.identity for one in moving}
    is_new = name not in stored_key_names.load(context.folder)
    handing = Handing(name, helper.program.as_posix(), helper.options, helper.needs_session, is_new)
    marked = tuple(replace(one, asks=one.place.identity in ask) for one in destinations)
    return Answer(Fates(marked, handing, moving, staying), notes=(open_while(),) if helper.needs_session else ())


def helper_of(handing: Handing) -> Helper:
    """The program that the places ask, as it was decided."""
    return Helper(PurePath(handing.program), handing.options, needs_session=handing.needs_session)


def hand_out_first(context: Context, key: AccessKeyId, handing: Handing, old: KeyPair) -> None:
    """Give the key its name, and see that anyone who asks for it gets the old pair, which is kept.

    Raises:
        AppError: where they do not; the key has no new name then.
    """
    expect_free_name(context, key, handing.name.value)
    names = stored_key_names.load(context.folder)
    if handing.name not in names:
        first = FirstKey(key, context.clock.now(), seen=True)
        stored_key_names.save(context.folder, {**names, handing.name: first})
    try:
        helper_of(handing).prove(context, handing.name, old)
    except AppError:
        stored_key_names.save(context.folder, names)
        raise


def take_name_back(context: Context, rotation: Rotation) -> None:
    """Forget the name that an undone rotation gave, as far as nobody was told of it or asks by it.

    Raises:
        StateError, StoreError: where Keyturn's folder fails.
    """
    handing = rotation.decision.handing
    if handing is None or not handing.is_new:
        return
    if not rotation.is_done(Step.PROVE_AGAIN) and not _is_asked_for(context, handing):
        names = stored_key_names.load(context.folder)
        stored_key_names.save(context.folder, {name: one for name, one in names.items() if name != handing.name})
        return
    text = _("{name} stays the key's name, and its pair stays in the keychain")
    context.tell(Step.UNDO, Moment.GOING_ON, text.format(name=handing.name))


def _is_asked_for(context: Context, handing: Handing) -> bool:
    with suppress(FileError):
        return any(one.asked.name == handing.name.value for one in asking_profiles(context.computer))
    return True
