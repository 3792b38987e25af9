"""What putting everything back would do, place by place: looked up before anybody is asked for a yes."""

from __future__ import annotations

from dataclasses import dataclass

from keyturn.desktop.rotation_view import Program, programs_of
from keyturn.desktop.unlocking import is_locked
from keyturn.model.text import _
from keyturn.rotation.asked import user_name
from keyturn.rotation.context import Context
from keyturn.rotation.pairs import Held, held_now
from keyturn.rotation.planning import by_hand
from keyturn.rotation.planning.guided_items import items_to_put_back
from keyturn.rotation.record import Rotation
from keyturn.rotation.steps import Awaited, Route


@dataclass(frozen=True, slots=True)
class Returned:
    """What becomes of one place.

    Attributes:
        changes: False where it stays as it is.
        is_clear: False where it cannot be told beforehand.
    """

    program: Program
    will: str
    changes: bool = False
    is_clear: bool = True


@dataclass(frozen=True, slots=True)
class WayBack:
    """Everything that putting back does.

    Attributes:
        first: what the person does before anything can be put back.
        then: what happens at AWS, and to what Keyturn keeps, in sentences.
        is_locked: a password opens what could not be read.
    """

    places: tuple[Returned, ...]
    first: tuple[Awaited, ...]
    then: tuple[str, ...]
    is_locked: bool = False


def way_back(context: Context, rotation: Rotation) -> WayBack:
    """Read every place now. AWS is not asked, and nothing is changed."""
    held = held_now(context, rotation.decision)
    programs = {one.identity: one for one in programs_of(rotation.decision, context.computer.home)}
    places = tuple(_of_place(rotation, held, programs[one.place.identity]) for one in rotation.decision.destinations)
    first = (*_on_first(rotation), *items_to_put_back(context, rotation))
    locked = any(is_locked(error.code) for _one, error in held.unread)
    return WayBack(places, first, _then(rotation), locked)


def _of_place(rotation: Rotation, held: Held, program: Program) -> Returned:
    old = rotation.decision.key
    for one, error in held.unread:
        if one.place.identity == program.identity:
            will = _("cannot be read now, so nothing is removed before it can: {why}").format(why=error.title)
            return Returned(program, will, is_clear=False)
    key = next(pair.access_key_id for one, pair in held.pairs if one.place.identity == program.identity)
    if key == old:
        return Returned(program, _("has {old}, and keeps it").format(old=old.masked))
    if key in {rotation.new_key, *rotation.noted_keys}:
        return Returned(program, _("gets {old} back").format(old=old.masked), True)
    will = _("has another key, {key}: you are asked about it").format(key=key.masked)
    return Returned(program, will, is_clear=False)


def _on_first(rotation: Rotation) -> tuple[Awaited, ...]:
    """A key that is off is turned on before any program gets it back."""
    if rotation.off_at is None or rotation.decision.route.same_owner:
        return ()
    return (by_hand.turn_on_in_console(rotation.decision),)


def _then(rotation: Rotation) -> tuple[str, ...]:
    decision, old = rotation.decision, rotation.decision.key.masked
    said = []
    if rotation.off_at is not None and decision.route.same_owner:
        said.append(_("First {key} is turned on again, with the new key.").format(key=old))
    if decision.destinations:
        said.append(
            _("{key} is tried before any program gets it back, and every backup is proved with it.").format(key=old)
        )
    new = rotation.new_key
    if decision.route is Route.RETIRE:
        said.append(_("No program is changed: none was."))
    elif decision.given is not None:
        said.append(_("The new key stays where you made it."))
    elif new is not None and user_name(rotation) is not None and decision.route is Route.SCOPED_USER:
        text = _("Then {new} and its user {name} are removed at AWS: Keyturn made both.")
        said.append(text.format(new=new.masked, name=user_name(rotation)))
    elif new is not None:
        said.append(_("Then {new} is removed at AWS: Keyturn made it.").format(new=new.masked))
    return tuple(said)
