"""`keyturn renew`."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import TYPE_CHECKING

from keyturn.model.text import _
from keyturn.terminal import option_values
from keyturn.terminal.command import Command, HelpText, JsonAnswer

if TYPE_CHECKING:
    from keyturn.terminal.command_session import Session
    from keyturn.terminal.exits import Exit
    from keyturn.terminal.output import Output


def _help() -> HelpText:
    return HelpText(
        _("have a key renew itself every so many days"),
        _(
            "From then on the computer's own scheduler (systemd, launchd, Task Scheduler or\n"
            "cron) starts `keyturn renew --due` once a day. When the days are over, it makes a\n"
            "new key for the same IAM user, proves it, puts it in place and proves every\n"
            "backup, as `rotate` does; --watch-days later it turns the old key off, if nobody\n"
            "has to do or decide anything; and --grace days later it deletes that with\n"
            "--delete, if it was off all that time and nothing used it. No program of Keyturn's\n"
            "stays running.\n"
            "\n"
            "The days are counted from the day on which you set this, then from each new key.\n"
            "A run that was missed is made up at the next chance. Computers of an office begin\n"
            "up to half an hour later than asked for, each at its own minute.\n"
            "\n"
            "If something stands in the way (a second key, a running backup, a locked\n"
            "keychain, no network), nothing is made, you are told, and the next run tries\n"
            "again. AWS allows two keys for each user, inactive ones included: without --delete\n"
            "the next renewal waits until you have deleted the old key, and you are told 14 days\n"
            "before. A root key is never renewed.\n"
            "\n"
            "This command makes no key, but with --now and --due. It changes Keyturn's memory\n"
            "and the scheduler's entry, which --off removes."
        ),
        (
            "keyturn renew 7Q2P --every 90 --at 03:00 --delete",
            "keyturn renew keeper --every 90 --at 03:30 --as profile:admin",
            "keyturn renew --list",
            "keyturn renew --now 7Q2P",
            "keyturn renew --off 7Q2P",
        ),
        _("0 done · 1 put back · 2 usage · 3 something stands in the way · 4 stopped · 5 another Keyturn"),
        operand="[KEY]",
    )


def _options(parser: ArgumentParser) -> None:
    parser.add_argument("key", metavar="KEY", nargs="?", help=_("a key ID, its last four characters, or keeper"))
    parser.add_argument("--every", type=option_values.renewal_days, metavar="DAYS", help=_("how often: 1 to 365 days"))
    parser.add_argument(
        "--at", type=option_values.time_of_day, metavar="HH:MM", help=_("at what local time of day, such as 03:00")
    )
    parser.add_argument(
        "--watch-days", type=option_values.days, metavar="DAYS", help=_("keep the old key on so long (3)")
    )
    parser.add_argument(
        "--grace", type=option_values.days, metavar="DAYS", help=_("and then off so long before it is deleted (7)")
    )
    after = parser.add_mutually_exclusive_group()
    after.add_argument("--delete", dest="deletes", action="store_true", help=_("delete it then, if nothing used it"))
    after.add_argument("--keep-off", dest="deletes", action="store_false", help=_("leave that to you (the default)"))
    parser.add_argument(
        "--as",
        dest="renewed_by",
        type=option_values.who,
        metavar="WHO",
        help=_("who makes the change: key (the default), key:ID, profile:NAME or keeper"),
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--list", action="store_true", help=_("show which keys renew themselves, and when"))
    what.add_argument("--off", dest="ends", action="store_true", help=_("KEY does not renew itself any more"))
    what.add_argument("--now", action="store_true", help=_("renew KEY now, without waiting for its day"))
    what.add_argument(
        "--due", action="store_true", help=_("do what is due now: the computer's own scheduler starts this")
    )


def _run(session: Session, output: Output) -> Exit:
    from keyturn.terminal.renewing import renew

    return renew(session, output)


COMMAND = Command(
    "renew",
    _help,
    _options,
    _run,
    JsonAnswer.DOCUMENT,
    asks_aws=lambda typed: not (typed.list or typed.ends),
    has_news=lambda typed: not typed.list,
)
