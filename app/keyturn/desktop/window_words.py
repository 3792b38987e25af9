"""Sentences that window and terminal share name commands and options; in the window they name what is pressed there."""

from __future__ import annotations

import re

from keyturn.model.text import _

_COMMAND = r"`keyturn (?P<command>[a-z-]+)(?P<options>(?: [^`]*)?)`"
_SEARCH = r"[“`]?\bkeyturn scan --search FOLDER\b[”`]?"
_OPTION = (
    r"--(?P<option>only|by-me|also(?: (?!and\b)[a-z][a-z0-9-]*)?|search|home DIR|user-name"
    r"|route (?:new-root-key|same-user))\b"
)


def in_window(text: str) -> str:
    """The sentence with what is pressed in the place of commands and options; what has no button stays as it is."""
    if "keyturn" not in text and "--" not in text:  # as most are, and each text that is shown goes through here
        return text
    searched = re.sub(_SEARCH, lambda found: _button(_("Search a folder…")), text)
    return re.sub(_OPTION, _chosen, re.sub(_COMMAND, _pressed, searched))


def _chosen(found: re.Match[str]) -> str:
    name = {
        "only": _("More choices"),
        "user-name": _("More choices"),
        "by-me": _("Nobody but me starts what uses it"),
        "search": _("Search a folder…"),
        "home DIR": _("Look at another disk…"),
        "route new-root-key": _("A new root key"),
        "route same-user": _("A new key for the same user"),
    }.get(found["option"], _("Something else uses it"))
    return _button(name)


def _button(name: str) -> str:
    return _("“{button}”").format(button=name)


def _pressed(found: re.Match[str]) -> str:
    if found["command"] == "keeper":
        return _button(_("Make the keeper…")) if found["options"].startswith(" make") else found[0]
    if found["command"] == "hold" and "--release" in found["options"]:
        return _button(_("This computer needs it no more"))
    if found["command"] == "move" and found["options"].endswith("--into files"):
        return _button(_("Put it back into the files…"))
    if " --as " in found["options"]:
        return _button(_("Who makes this change"))
    name = {
        "continue": _("Carry on"),
        "undo": _("Put everything back…"),
        "turn-off": _("Turn it off…"),
        "turn-on": _("Turn it on again"),
        "delete": _("Delete it…"),
        "hold": _("Ask to leave it on"),
        "scan": _("Check now"),
        "status": _("History"),
        "rotate": _("Replace it…"),
    }.get(found["command"])
    return found[0] if name is None else _button(name)
