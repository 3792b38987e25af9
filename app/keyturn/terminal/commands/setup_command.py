"""`keyturn setup`."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import TYPE_CHECKING

from keyturn.model.text import _
from keyturn.terminal import option_values
from keyturn.terminal.command import Command, HelpText, JsonAnswer, never

if TYPE_CHECKING:
    from keyturn.terminal.command_session import Session
    from keyturn.terminal.exits import Exit
    from keyturn.terminal.output import Output


def _help() -> HelpText:
    return HelpText(
        _("a path without blanks by which programs start Keyturn"),
        _(
            "Programs that ask Keyturn for a key (see `keyturn move`) split the line by which they do\n"
            "at blanks. If Keyturn lies in a folder with a blank, this makes a link to it,\n"
            "~/.local/bin/keyturn, which `move` and `rotate --into keychain` name from then on; one that\n"
            "you want elsewhere (--at PATH) you name there with --program.\n"
            "\n"
            "It makes this one link and its folder, and nothing if Keyturn's own path does. What\n"
            "stands there already and is no link to this Keyturn stays as it is. To take it away,\n"
            "delete the link; before that, put back what was moved: `keyturn move KEY --into files`."
        ),
        ("keyturn setup", "keyturn setup --at /usr/local/bin/keyturn"),
        _("0 there is such a path · 1 it could not be made, nothing was changed · 2 a link would not help"),
    )


def _options(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--at", dest="link", type=option_values.path, metavar="PATH", help=_("where the link is to stand")
    )


def _run(session: Session, output: Output) -> Exit:
    from keyturn.terminal.setting_up import set_up

    return set_up(session, output)


COMMAND = Command(
    "setup",
    _help,
    _options,
    _run,
    JsonAnswer.DOCUMENT,
    asks_aws=never,
    uses_memory=False,
)
