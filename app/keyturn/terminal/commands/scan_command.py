"""`keyturn scan`."""

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
        _("find keys on this computer: whose they are, how old, where"),
        _(
            "Looks for access keys in the files of backup programs, in the AWS files, and in\n"
            "the usual places in your home folder; then asks AWS whose each key is, how old\n"
            "it is and when it was last used.\n"
            "\n"
            "--search looks into every file below some folders, whatever its size and encoding,\n"
            "also inside zip, tar, gzip, bzip2 and xz archives and SQLite databases, for the keys\n"
            "that were found; with --any for everything shaped like an access key ID. It follows\n"
            "no links, and lists what it could not look into. Ctrl-C ends it early, and shows\n"
            "what was found until then.\n"
            "\n"
            "--account shows all keys of the account, of every user, also those that are not on\n"
            "this computer, those first about which something should be done; --as names who\n"
            "asks AWS, if no key here may; what they may not see is named. --csv writes the keys\n"
            "of the account into a table, too. An account with many users takes a while: Keyturn\n"
            "asks at most ten times a second, and a terminal shows the first keys meanwhile.\n"
            "\n"
            "--days asks AWS's event history which programs and addresses used each key. What\n"
            "backups read and write is not in it, so silence there does not mean nobody.\n"
            "\n"
            "It changes nothing, here and at AWS, but the file that --csv names. It does sign\n"
            "requests with the keys it finds; Keyturn remembers that, so as not to take its own\n"
            "use for somebody else's."
        ),
        (
            "keyturn scan",
            "keyturn scan --offline",
            "keyturn scan --days 30",
            "keyturn scan --account --as profile:admin --csv keys.csv",
            "keyturn scan --search /srv /mnt/nas --any",
        ),
        _("0 looked (even if it found nothing) · 1 could not look · 2 usage · 4 you ended the search early"),
    )


def _options(parser: ArgumentParser) -> None:
    shared_options.offline(parser)
    parser.add_argument(
        "--search",
        nargs="+",
        type=option_values.path,
        action="extend",
        metavar="DIR",
        help=_("also look for the keys that were found in every file below these folders"),
    )
    parser.add_argument(
        "--any", action="store_true", help=_("with --search: for everything shaped like an access key ID")
    )
    shared_options.account(parser)
    parser.add_argument(
        "--csv",
        type=option_values.path,
        metavar="FILE",
        help=_("with --account: write its keys there, for a spreadsheet, too"),
    )
    parser.add_argument(
        "--days",
        type=option_values.history_days,
        metavar="N",
        help=_("also ask AWS which programs and addresses used each key in the last N days, 1 to 90"),
    )


def _run(session: Session, output: Output) -> Exit:
    from keyturn.terminal.reading import scan

    return scan(session, output)


COMMAND = Command(
    "scan",
    _help,
    _options,
    _run,
    JsonAnswer.DOCUMENT,
    asks_aws=lambda typed: not typed.offline,
)
