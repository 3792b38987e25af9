"""`keyturn tray`."""

from __future__ import annotations

from keyturn.model.text import _
from keyturn.terminal.command import Command, HelpText, JsonAnswer, no_options


def _help() -> HelpText:
    return HelpText(
        _("an icon in the tray or menu bar that says how it stands"),
        _(
            "Shows by shape and colour whether something is due, and opens the window from its\n"
            "menu. It looks at the keys once a day, in a short process of its own, and shows at\n"
            "most one notification a day. It changes nothing, and nothing depends on it.\n"
            "\n"
            "If the desktop has no tray, it looks once, notifies, and ends."
        ),
        ("keyturn tray", "keyturn remind --at-login tray"),
        _("0 it was quit, or shows already · 4 no window can be opened here"),
    )


COMMAND = Command(
    "tray",
    _help,
    no_options,
    None,
    JsonAnswer.LINES,
)
