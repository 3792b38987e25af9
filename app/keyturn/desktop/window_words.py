"""Sentences that window and terminal share name commands and options; in the window they name what is pressed there."""

from __future__ import annotations

import re

from keyturn.model.text import _

_COMMAND = re.compile(r"`keyturn (?P<command>[a-z-]+)(?P<options>(?: [^`]*)?)`")
_OPTION = re.compile(r"--(?P<option>only|also(?: (?!and\b)[a-z][a-z0-9-]*)?)\b")


def in_window(text: str) -> str:
    """The sentence with what is pressed in the place of commands and options; what has no button stays as it is."""
    return _OPTION.sub(_chosen, _COMMAND.sub(_pressed, text))


def _chosen(found: re.Match[str]) -> str:
    name = _("More choices") if found["option"] == "only" else _("Something else uses it")
    return _("“{button}”").format(button=name)


def _pressed(found: re.Match[str]) -> str:
    if " --as " in found["options"]:
        return _("“{button}”").format(button=_("Who makes this change"))
    name = {
        "continue": _("Carry on"),
        "undo": _("Put everything back…"),
        "turn-off": _("Turn it off…"),
        "turn-on": _("Turn it on again"),
        "delete": _("Delete it…"),
        "scan": _("Check now"),
        "status": _("History"),
        "rotate": _("Replace it…"),
    }.get(found["command"])
    return found[0] if name is None else _("“{button}”").format(button=name)
