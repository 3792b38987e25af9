"""`keyturn plan`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyturn.model.text import _
from keyturn.terminal import shared_options
from keyturn.terminal.command import Command, HelpText, JsonAnswer

if TYPE_CHECKING:
    from keyturn.terminal.command_session import Session
    from keyturn.terminal.exits import Exit
    from keyturn.terminal.output import Output


def _help() -> HelpText:
    return HelpText(
        _("show what `rotate` would do, and change nothing"),
        _(
            "Shows each request to AWS, each change to a file (with the secrets hidden), what\n"
            "the new key will and will not be able to do, and what is left to you.\n"
            "\n"
            "It changes nothing, here and at AWS.\n"
            "\n"
            "KEY is a key ID as `scan` shows it, its last four characters, or its name.\n"
            "\n"
            "Your home and the folders in which programs keep settings are searched for the\n"
            "key, archives included. --search-scope all searches every disk, none skips it;\n"
            "Ctrl-C ends the search early. The plan says what was searched.\n"
            "\n"
            "A program's file that could not be read may hold the key, so the plan waits: put it\n"
            "right and try again, or --leave-out PATH, and you look there before the old key\n"
            "is turned off.\n"
            "\n"
            "--append-only and --prefix-only narrow what the new user may do, if every\n"
            "program can live with it; if one cannot, the plan says so and stops.\n"
            "\n"
            "--into keychain shows which profiles can ask Keyturn for the key and hold no secret\n"
            "from then on, and why the other places cannot; --program and --by-me are those of\n"
            "`keyturn move`.\n"
            "\n"
            "Every bucket that the key's owner can list is looked at. Those that nothing here\n"
            "names are shown, and a new user waits for your answer: --bucket NAME if\n"
            "something uses it; for all others --other-buckets leave-out if nothing does, or\n"
            "include if nobody knows (it then lists, reads and writes there). What you said is\n"
            "kept for the next time; --other-buckets ask asks about all of them again.\n"
            "\n"
            "--key ID shows what `rotate --key` would do for a user's key that is not on this\n"
            "computer, as --as sees it.\n"
            "\n"
            "routes:\n"
            "  scoped-user   a new IAM user that reaches only the buckets of these backups\n"
            "                (the usual way out for a root key)\n"
            "  new-root-key  a new root key: as powerful, and as dangerous, as the old one\n"
            "  same-user     a new key for the IAM user that the old one belongs to\n"
            "  given-pair    a key that you made: for S3-compatible stores, and with --pair\n"
            "  retire        no new key, if nothing uses the old one"
        ),
        (
            "keyturn plan 7Q2P",
            "keyturn plan 7Q2P --bucket photos --other-buckets leave-out",
            "keyturn plan 7Q2P --json",
        ),
        _("0 nothing stands in the way · 1 AWS could not be asked · 2 usage · 3 something stands in the way"),
        operand="KEY",
    )


def _run(session: Session, output: Output) -> Exit:
    from keyturn.terminal.reading import plan

    return plan(session, output)


COMMAND = Command(
    "plan",
    _help,
    shared_options.plan,
    _run,
    JsonAnswer.DOCUMENT,
)
