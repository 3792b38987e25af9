"""How the backups stand after something ended badly or was put back: said from a look at the files, and nothing else.

A step that fails knows what it did not do, and not what other steps did or what was put back since. So no error says
that nothing was changed or that everything is as it was: it is said here, from what the destinations hold now and what
the journal has of what was removed.
"""

from __future__ import annotations

from collections.abc import Sequence

from keyturn.model.keys import AccessKeyId
from keyturn.model.text import _, plural
from keyturn.rotation.carrying_out.deciding import OwnershipAnswer, answer_for
from keyturn.rotation.context import Context
from keyturn.rotation.decision import Destination
from keyturn.rotation.pairs import Held, held_now
from keyturn.rotation.record import Rotation
from keyturn.rotation.steps import Stands, Step


def look(context: Context, rotation: Rotation) -> Stands:
    """Read every destination now, and say which key each holds. AWS is not asked."""
    held = held_now(context, rotation.decision)
    kept = [key for key in rotation.noted_keys if answer_for(rotation, key) is OwnershipAnswer.KEEP]
    left = _appeared(rotation)
    if rotation.is_done(Step.UNDO) and _all_hold(held, rotation.decision.key) and not kept and not left:
        return Stands(_as_before(rotation), as_before=True)
    said = [*_by_key(rotation, held), *_unread(held)] or [_nothing_to_read()]
    return Stands(" ".join([*said, *left]), as_before=False)


def _all_hold(held: Held, key: AccessKeyId) -> bool:
    return not held.unread and all(pair.access_key_id == key for _one, pair in held.pairs)


def _as_before(rotation: Rotation) -> str:
    key = rotation.decision.key.masked
    if not rotation.decision.destinations:
        return _("Everything is as it was: no file was changed.")
    if rotation.began(Step.SWITCH):
        return _("Everything is as it was: {key} is back everywhere.").format(key=key)
    return _("Everything is as it was: every program holds {key}.").format(key=key)


def _by_key(rotation: Rotation, held: Held) -> list[str]:
    said = []
    for key in held.keys:
        found = held.by(key)
        if key == rotation.decision.key:
            text = plural("{names} holds the old key, {key}.", "{names} hold the old key, {key}.", len(found))
        elif key in {rotation.new_key, *rotation.noted_keys}:
            text = plural("{names} holds the new key, {key}.", "{names} hold the new key, {key}.", len(found))
        else:
            text = plural("{names} holds another key, {key}.", "{names} hold another key, {key}.", len(found))
        said.append(text.format(names=_names(found), key=key.masked))
    return said


def _unread(held: Held) -> list[str]:
    if not held.unread:
        return []
    names = _names([one for one, _error in held.unread])
    return [_("Which key stands in {names} is not known: it cannot be read now.").format(names=names)]


def _appeared(rotation: Rotation) -> list[str]:
    """The keys of the old key's owner that may be this rotation's, and that were left alone."""
    text = _(
        "{key} is another key of the same owner, made since the rotation was planned, and nothing says by whom. It was "
        "left alone: delete it where its owner signs in, if nobody needs it."
    )
    said = [text.format(key=key.masked) for key in rotation.appeared]
    if rotation.left_unseen:
        text = _(
            "AWS does not let {key} list the keys of its owner, so it is not known whether the new key that was asked "
            "for is there. Look where its owner signs in."
        )
        said.append(text.format(key=rotation.decision.key.masked))
    return said


def _names(found: Sequence[Destination]) -> str:
    return ", ".join(dict.fromkeys(one.title for one in found))


def _nothing_to_read() -> str:
    return _("This rotation has no file that Keyturn edits.")
