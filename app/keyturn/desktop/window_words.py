"""Sentences that window and terminal share name commands; in the window they name what is pressed there."""

from __future__ import annotations

import re

from keyturn.model.text import _

_COMMAND = re.compile(r"`keyturn (?P<command>[a-z-]+)(?: [^`]*)?`")


def in_window(text: str) -> str:
    """The sentence with the names of buttons in the place of commands; one without a button stays as it is."""
    return _COMMAND.sub(_pressed, text)


def _pressed(found: re.Match[str]) -> str:
    name = {
        "continue": _("Carry on"),
        "undo": _("Undo what was done"),
        "turn-off": _("Turn it off…"),
        "turn-on": _("Turn it on again"),
        "delete": _("Delete it…"),
        "scan": _("Check now"),
        "status": _("History"),
        "rotate": _("Replace it…"),
    }.get(found["command"])
    return found[0] if name is None else _("“{button}”").format(button=name)
