"""The programs with a guide in a rotation: what a person does in each, and whether it can be seen to be done."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from keyturn.clients.described.guide import ANOTHER_PROGRAM, FILE, Guide, guide_named
from keyturn.clients.described.guided import Guided
from keyturn.clients.occurrences import occurrences_in
from keyturn.clients.own_runs import OwnRuns
from keyturn.clients.registry import client_named
from keyturn.clients.written_otherwise import how_written
from keyturn.computer.computer import Computer
from keyturn.edits.files import read_file
from keyturn.model.errors import FileError
from keyturn.model.keys import AccessKeyId
from keyturn.model.places import Place
from keyturn.model.text import _
from keyturn.rotation import labels
from keyturn.rotation.context import Context
from keyturn.rotation.decision import ByHand, Decision
from keyturn.rotation.record import Rotation
from keyturn.rotation.steps import Awaited, Route, Step


def item_of(program: ByHand) -> str:
    """Return the name of its item for `keyturn done`."""
    return f"guided-{program.identity}"


def back_item_of(program: ByHand) -> str:
    """Return the name of the item that an undo waits for."""
    return f"back-{program.identity}"


def opposite_of(rotation: Rotation, item: str) -> str | None:
    """Return the item that `item` takes back: a program has either the new key or the old one."""
    opposites: dict[str, str] = {}
    for program in rotation.by_hand:
        there, back = item_of(program), back_item_of(program)
        opposites |= {there: back, back: there}
    return opposites.get(item)


def also_of(program: ByHand) -> str:
    """Return what `--also` takes for it."""
    return f"{program.client}:{program.called}" if program.called else program.client


def program_title(program: ByHand) -> str:
    """Return what people call the program."""
    guide = guide_named(program.client)
    title = program.client if guide is None else guide.title
    return _("{program} ({name})").format(program=title, name=program.called) if program.called else title


def own_runs(program: ByHand) -> OwnRuns | None:
    """Return what tells of the program's own backups; None where nothing does, or its use of the key is not known."""
    if not program.known or not program.places or guide_named(program.client) is None:
        return None
    client = client_named(program.client)
    return client.runs if isinstance(client, Guided) else None


def still_old(computer: Computer, program: ByHand, old: AccessKeyId) -> tuple[Place, ...]:
    """Read the program's places again, and return those that hold the old key still.

    What cannot be read now is not among them: it is unknown.
    """
    if not program.places or guide_named(program.client) is None:
        return ()
    if program.client == FILE:
        return tuple(place for place in program.places if _stands_in(place.path, old))
    known = {place.identity for place in program.places}
    places = client_named(program.client).look(computer).places
    return tuple(place for place in places if place.access_key_id == old and place.identity in known)


def _stands_in(path: Path, key: AccessKeyId) -> bool:
    """Whether a file holds a pair with that ID still, or nothing but that ID; in other text it may be a remark."""
    try:
        content = read_file(path).content
    except FileError:
        return False
    if content.strip() == key.value.encode():
        return True
    return any(one.key == key and one.secret is not None for one in occurrences_in(content))


def guided_items(context: Context, rotation: Rotation) -> tuple[Awaited, ...]:
    """Return what is to be done in each program now, without what is ticked and not seen to be otherwise."""
    decision = rotation.decision
    items = []
    for program in rotation.by_hand:
        old_still = still_old(context.computer, program, decision.key)
        if item_of(program) not in rotation.ticked or old_still:
            first = _at_hand(context, rotation.new_key)
            seen = (
                *_seen(program, old_still),
                *_old_by_word(rotation, program),
                *_backs_up_then(context, program),
            )
            items.append(_item(context.computer, decision, program, first, seen))
    return tuple(items)


def foreseen_items(context: Context, decision: Decision) -> tuple[Awaited, ...]:
    """Return what will be to do in each program, before there is a new key."""
    return tuple(_item(context.computer, decision, program, (), ()) for program in decision.by_hand)


def items_to_put_back(context: Context, rotation: Rotation, *, is_unused: bool = False) -> tuple[Awaited, ...]:
    """Return the programs that may have the new key by a person's hand, and need the old one before an undo.

    Args:
        is_unused: AWS says that nobody but Keyturn used the new key.
    """
    decision = rotation.decision
    if not decision.route.makes_a_key:
        return ()
    # Where a program can be read, what stands in it counts, ticked or not. Where the key is for nothing else, who has
    # it by now is known by its uses alone.
    handed = rotation.is_done(Step.PROVE_AGAIN) and not decision.destinations and not is_unused
    given = [one for one in rotation.by_hand if one.places or item_of(one) in rotation.ticked or (handed and one.known)]
    return tuple(
        _back(context, rotation, one)
        for one in given
        if back_item_of(one) not in rotation.ticked and not _holds_old_only(context, decision, one)
    )


def titles_to_put_back(rotation: Rotation) -> dict[str, str]:
    """What each of their items is about, also once a person said that it is done."""
    return {back_item_of(one): _title_to_put_back(rotation.decision, one) for one in rotation.by_hand}


def _title_to_put_back(decision: Decision, program: ByHand) -> str:
    title = _("Put {key} back into {program}, if you gave it the new key")
    return title.format(key=decision.key.masked, program=program_title(program))


def _holds_old_only(context: Context, decision: Decision, program: ByHand) -> bool:
    return bool(program.places) and len(still_old(context.computer, program, decision.key)) == len(program.places)


def _back(context: Context, rotation: Rotation, program: ByHand) -> Awaited:
    decision, used = rotation.decision, rotation.new_key_used
    guide = guide_named(program.client) or guide_named(ANOTHER_PROGRAM)
    notes = [_("The undo removes the new key, and a program that still has it could not back up any more.")]
    if used is not None and not decision.destinations:
        # Else it may be one of Keyturn's own destinations.
        notes.append(_("AWS saw the new key in use on {date}.").format(date=labels.moment(used)))
    steps = () if guide is None else tuple(map(guide.say, guide.steps))
    return Awaited(
        back_item_of(program),
        _title_to_put_back(decision, program),
        (*_old_at_hand(context, decision), *steps),
        notes=tuple(notes),
    )


def _item(
    computer: Computer, decision: Decision, program: ByHand, first: Sequence[str], seen: Sequence[str]
) -> Awaited:
    guide = guide_named(program.client) or guide_named(ANOTHER_PROGRAM)
    title = _title(decision, program)
    if guide is None:
        return Awaited(item_of(program), title)
    steps = [*_question(decision, program), *first, *_where(program, decision.key), *map(guide.say, guide.steps)]
    after = (client_named(place.client).after_change(computer, place) for place in program.places)
    steps += dict.fromkeys(step for needed in after if needed is not None for step in needed.steps)
    return Awaited(item_of(program), title, tuple(steps), notes=(*_notes(decision, program, guide), *seen))


def _where(program: ByHand, key: AccessKeyId) -> list[str]:
    """Where the pair stands in the files of nobody's, each of which a person opens; and who asks a password manager."""
    if program.named_in:
        return [_("{path} names the entry.").format(path=path) for path in program.named_in]
    if program.client != FILE:
        return []
    return [
        step
        for one in program.places
        for step in (
            _("Open {path} ({locator}).").format(path=one.path, locator=one.locator),
            *how_written(one.path, key),
        )
    ]


def _title(decision: Decision, program: ByHand) -> str:
    names = ", ".join(dict.fromkeys(place.name for place in program.places))
    if not program.known:
        sentence = _("See whether {program} uses {key}, and give it the new key if it does")
    elif decision.route is Route.RETIRE:
        sentence = _("Take {key} out of {program}")
    else:
        sentence = _("Give {program} the new key") if not names else _("Give {program} the new key: {names}")
    return sentence.format(program=program_title(program), names=names, key=decision.key.masked)


def _question(decision: Decision, program: ByHand) -> list[str]:
    if program.known:
        return []
    text = _("Look at the access key ID in {program}. If it is not {key}, nothing is to be done there: tick this.")
    return [text.format(program=program_title(program), key=decision.key.masked)]


def _at_hand(context: Context, key: AccessKeyId | None) -> tuple[str, ...]:
    """The key to be typed, whole: a person needs all of its ID."""
    if key is None:
        return ()
    text = _("Have the key at hand. Its access key ID: {key}. Its secret access key stands {where}.")
    return (text.format(key=key.value, where=context.secrets.whereabouts()),)


def _old_at_hand(context: Context, decision: Decision) -> tuple[str, ...]:
    """The old key to be typed; one that was never on this computer only the person may have."""
    if not decision.elsewhere or context.secrets.get(decision.key) is not None:
        return _at_hand(context, decision.key)
    text = _(
        "Have the old key at hand. Its access key ID: {key}. Keyturn never had its secret. If nobody has it, leave the "
        "new key where it is, and go on with `keyturn continue` instead."
    )
    return (text.format(key=decision.key.value),)


def _seen(program: ByHand, old_still: Sequence[Place]) -> tuple[str, ...]:
    if old_still:
        names = ", ".join(dict.fromkeys(place.name for place in old_still))
        return (_("Keyturn looked just now: the old key still stands in {names}.").format(names=names),)
    if program.places:
        return (_("Keyturn looked just now: the old key is not seen in it any more."),)
    return ()


def _old_by_word(rotation: Rotation, program: ByHand) -> tuple[str, ...]:
    if back_item_of(program) not in rotation.ticked:
        return ()
    return (_("You gave it the old key again: `keyturn undo` goes on with that. Or give it the new key after all."),)


def _backs_up_then(context: Context, program: ByHand) -> tuple[str, ...]:
    runs = own_runs(program)
    if runs is None or not runs.at_hand(context.computer):
        return ()
    text = _("When you tick this, Keyturn tells {program} to back up once.")
    return (text.format(program=program_title(program)),)


def _notes(decision: Decision, program: ByHand, guide: Guide) -> list[str]:
    notes = [_("Careful: {sentence}").format(sentence=guide.say(sentence)) for sentence in guide.careful]
    if decision.elsewhere and decision.route.makes_a_key:
        text = _(
            "Note down what stands there now, {key} with its secret, until {key} is deleted: Keyturn may not have that "
            "secret, and then nobody but you can put it back."
        )
        notes.append(text.format(key=decision.key.masked))
    if decision.route.makes_a_key and not program.known:
        text = _(
            "The new key reaches {buckets} and no other bucket. If this program uses another one: `keyturn undo`, then "
            "rotate again with --also {name} and --bucket for each of its buckets."
        )
        notes.append(text.format(buckets=", ".join(decision.buckets) or _("no bucket"), name=also_of(program)))
    notes.append(_("How you see that it worked: {sentence}").format(sentence=guide.say(guide.evidence)))
    if not guide.confirmed:
        notes.append(not_seen(guide))
    return notes


def not_seen(guide: Guide) -> str:
    """Return what is said of a guide that nobody has followed on the product's own screen."""
    return unconfirmed() if guide.labels else _("Nobody has followed these steps on this program's own screen yet.")


def unconfirmed() -> str:
    """Return what is said of labels that nobody has seen."""
    return _(
        "These labels were taken from the vendor's manual and not seen on screen; your version may call them otherwise."
    )
