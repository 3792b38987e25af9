"""What window and terminal say of a move: the same sentences in both."""

from __future__ import annotations

from collections.abc import Sequence

from keyturn.model.key_names import KeyName
from keyturn.model.places import Place
from keyturn.model.text import _, plural


def asking_heading(name: KeyName) -> str:
    """Above what asks for the key of this name."""
    return _("Asks Keyturn for {name} from now on").format(name=name)


def holding_heading(name: KeyName) -> str:
    """Above what holds its pair again."""
    return _("Holds the pair of {name} again").format(name=name)


def staying_heading() -> str:
    """Above what stays as it is."""
    return _("Stays in its file")


def nothing_moves(name: KeyName) -> str:
    """Where no profile asks, and so none can hold its pair again."""
    return _("No profile asks Keyturn for {name}. Nothing was changed.").format(name=name)


def moved(name: KeyName, count: int, *, inwards: bool) -> str:
    """How many asks or holds now."""
    if not inwards:
        text = plural("{count} profile holds its pair again.", "{count} profiles hold their pair again.", count)
        return text.format(count=count)
    text = plural(
        "{count} profile asks Keyturn for {name}, and holds no secret.",
        "{count} profiles ask Keyturn for {name}, and hold no secret.",
        count,
    )
    return text.format(count=count, name=name)


def afterwards(name: KeyName, *, inwards: bool) -> str:
    """What to know from then on."""
    if inwards:
        text = _("Before you remove Keyturn, put it back: `keyturn move {name} --into files`.")
    else:
        text = _("{name} stays the key's name, and its pair stays in the keychain.")
    return text.format(name=name)


def so_far(done: Sequence[Place]) -> str:
    """What was changed before something failed."""
    text = _("Changed before that, and working: {names}. The same command goes on with the others.")
    return text.format(names=names_of(done))


def names_of(places: Sequence[Place]) -> str:
    """Their names, one after the other."""
    return ", ".join(one.name for one in places)
