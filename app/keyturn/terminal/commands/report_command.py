"""`keyturn report`."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import TYPE_CHECKING

from keyturn.model.text import _
from keyturn.terminal import option_values, shared_options
from keyturn.terminal.command import Command, HelpText, JsonAnswer

if TYPE_CHECKING:
    from keyturn.terminal.command_session import Session
    from keyturn.terminal.exits import Exit
    from keyturn.terminal.output import Output


def _help() -> HelpText:
    return HelpText(
        _("what was found and done, as a page, a table or JSON"),
        _(
            "Writes down which keys are on this computer and where, what was done to replace\n"
            "them, what was proved at AWS and when, and what is left to you: for the drawer,\n"
            "for the accountant, for the next person who looks after the backups.\n"
            "\n"
            "--account adds every key of the account, also those that are not on this computer,\n"
            "as `scan` has them; --as names who asks AWS about them.\n"
            "\n"
            "No secret is in it. Page and table shorten key IDs; JSON has them in full, as\n"
            "`scan` has. The page needs nothing else: no network, no script; it reads well in\n"
            "light and dark and prints well.\n"
            "\n"
            "--diagnose is for those who mend Keyturn: versions, kinds of folders, and what was\n"
            "found counted by program. It takes over no path, name, bucket or key, and asks AWS\n"
            "nothing; read it, and send it with what went wrong.\n"
            "\n"
            "It changes nothing but the file that --output names. Without --output it is\n"
            "written to standard output."
        ),
        (
            "keyturn report --output keys.html",
            "keyturn report --output keys.csv",
            "keyturn report --format json",
            "keyturn report --diagnose",
        ),
        _("0 written · 1 the file or the memory cannot be used · 2 usage, or the file is there already"),
    )


def _options(parser: ArgumentParser) -> None:
    shared_options.this_key_alone(parser)
    parser.add_argument(
        "--format",
        choices=("html", "csv", "json"),
        metavar="FORM",
        help=_("html (a page to read and print), csv (for a spreadsheet) or json; as the file's name ends, else html"),
    )
    parser.add_argument(
        "--output", type=option_values.path, metavar="FILE", help=_("write it there; --yes replaces an old one")
    )
    shared_options.offline(parser)
    shared_options.account(parser)
    parser.add_argument(
        "--diagnose", action="store_true", help=_("what may be sent to report a fault: versions and counts, no names")
    )


def _run(session: Session, output: Output) -> Exit:
    if session.arguments.diagnose:
        from keyturn.terminal.diagnosing import diagnose

        return diagnose(session, output)
    from keyturn.terminal.reporting import report

    return report(session, output)


COMMAND = Command(
    "report",
    _help,
    _options,
    _run,
    JsonAnswer.DOCUMENT,
    asks_aws=lambda typed: not typed.offline and not typed.diagnose,
)
