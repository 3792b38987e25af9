"""The programs with a guide in a rotation: what a person does in each, and whether it can be seen to be done."""

from __future__ import annotations

from collections.abc import Sequence

from keyturn.clients.guide import Guide, guide_named
from keyturn.clients.registry import client_named
from keyturn.computer.computer import Computer
from keyturn.model.keys import AccessKeyId
from keyturn.model.places import Place
from keyturn.model.text import _
from keyturn.rotation.decision import ByHand, Decision
from keyturn.rotation.steps import Awaited, Route

_FITS_ALL = "another-program"


def item_of(program: ByHand) -> str:
    """Return the name of its item for `keyturn done`."""
    return f"guided-{program.client}"


def program_title(program: ByHand) -> str:
    """Return what people call the program."""
    guide = guide_named(program.client)
    return program.client if guide is None else guide.title


def still_old(computer: Computer, program: ByHand, old: AccessKeyId) -> tuple[Place, ...]:
    """Read the program's places again, and return those that hold the old key still.

    What cannot be read now is not among them: it is unknown.
    """
    if not program.places or guide_named(program.client) is None:
        return ()
    known = {place.identity for place in program.places}
    places = client_named(program.client).look(computer).places
    return tuple(place for place in places if place.access_key_id == old and place.identity in known)


def guided_items(
    decision: Decision, new: AccessKeyId | None, computer: Computer, ticked: frozenset[str]
) -> tuple[Awaited, ...]:
    """Return what is to be done in each program, without what is ticked and not seen to be otherwise.

    Args:
        new: the new key, once there is one.
    """
    items = []
    for program in decision.by_hand:
        old_still = still_old(computer, program, decision.key)
        if item_of(program) not in ticked or old_still:
            items.append(_item(decision, program, new, old_still))
    return tuple(items)


def _item(decision: Decision, program: ByHand, new: AccessKeyId | None, old_still: Sequence[Place]) -> Awaited:
    guide = guide_named(program.client) or guide_named(_FITS_ALL)
    title = _title(decision, program)
    if guide is None:
        return Awaited(item_of(program), title)
    steps = [*_first_steps(decision, program, new), *map(guide.say, guide.steps)]
    return Awaited(item_of(program), title, tuple(steps), notes=tuple(_notes(decision, program, guide, old_still, new)))


def _title(decision: Decision, program: ByHand) -> str:
    names = ", ".join(dict.fromkeys(place.name for place in program.places))
    if not program.known:
        sentence = _("See whether {program} uses {key}, and give it a new one if it does")
    elif decision.route is Route.RETIRE:
        sentence = _("Take {key} out of {program}")
    else:
        sentence = _("Give {program} the new key") if not names else _("Give {program} the new key: {names}")
    return sentence.format(program=program_title(program), names=names, key=decision.key.masked)


def _first_steps(decision: Decision, program: ByHand, new: AccessKeyId | None) -> list[str]:
    steps = []
    if not program.known:
        steps.append(
            _(
                "Look at the access key ID in {program}. If it is not {key}, nothing is to be done there: tick this."
            ).format(program=program_title(program), key=decision.key.masked)
        )
    if new is not None:
        steps.append(
            _(
                "Have the new key at hand: the access key ID is {key}; the secret is where Keyturn keeps secrets."
            ).format(key=new.value)
        )
    return steps


def _notes(
    decision: Decision, program: ByHand, guide: Guide, old_still: Sequence[Place], new: AccessKeyId | None
) -> list[str]:
    notes = [guide.say(sentence) for sentence in guide.careful]
    if decision.route.makes_a_key and not program.known:
        buckets = ", ".join(decision.buckets)
        text = _(
            "The new key reaches {buckets} and no other bucket. If this program uses another one: `keyturn undo`, then "
            "rotate again with --also {name} and --bucket for each of its buckets."
        )
        notes.append(text.format(buckets=buckets or _("no bucket"), name=program.client))
    if old_still and new is not None:
        names = ", ".join(dict.fromkeys(place.name for place in old_still))
        notes.append(_("It holds the old key still: {names}.").format(names=names))
    elif program.places and new is not None:
        notes.append(_("The old key is not seen in it any more."))
    notes.append(guide.say(guide.evidence))
    if not guide.confirmed:
        notes.append(unconfirmed())
    return notes


def unconfirmed() -> str:
    """Return what is said of labels that nobody has seen."""
    return _(
        "These labels were taken from the vendor's manual and not seen on screen; your version may call them otherwise."
    )
