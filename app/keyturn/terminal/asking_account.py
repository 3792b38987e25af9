"""What `scan` and `report` share about whole accounts: which options fit together, and the walk with its progress."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from keyturn.model.errors import UsageError
from keyturn.model.text import _
from keyturn.rotation.signers.who import THE_KEY
from keyturn.terminal.interruption import ending_early

if TYPE_CHECKING:
    from keyturn.rotation.context import Context
    from keyturn.rotation.finding.survey import Survey
    from keyturn.rotation.finding.whole_account import AccountKey
    from keyturn.terminal.arguments import Arguments
    from keyturn.terminal.screen import Busy


def expect_options_fit(arguments: Arguments) -> None:
    """See that what was typed about an account makes sense together.

    Raises:
        UsageError: `usage.arguments`.
    """
    if arguments.account and arguments.offline:
        raise _not_together(_("--account asks AWS, and --offline asks it nothing"))
    if arguments.who != THE_KEY and not arguments.account:
        raise UsageError(
            _("--as says who asks about the account, and nothing asks about it"),
            _("Nothing was looked at. For all keys of the account: keyturn {command} --account --as {who}").format(
                command=arguments.command, who=arguments.who
            ),
            code="usage.arguments",
        )
    if arguments.csv is not None and not arguments.account:
        raise UsageError(
            _("--csv writes the keys of a whole account, and nothing asks about it"),
            _(
                "Nothing was looked at. Add --account; or, for the keys of this computer, `keyturn report --output "
                "FILE.csv`."
            ),
            code="usage.arguments",
        )
    if arguments.days is not None and arguments.offline:
        raise _not_together(_("--days asks AWS, and --offline asks it nothing"))


def with_accounts(context: Context, survey: Survey, show: Busy) -> Survey:
    """The survey with every key of the accounts; Ctrl-C ends it early, and the page says so.

    Args:
        show: shows how far the walk is, and the keys that it met so far, those first about which something should be
            done: the walk may take half an hour.
    """
    from keyturn.rotation.finding import whole_account  # most scans ask about what is here alone
    from keyturn.terminal.account_lines import key_lines

    first: list[AccountKey] = []

    def users(count: int, keys: Sequence[AccountKey]) -> None:
        first[:] = sorted([*first, *keys], key=whole_account.urgency)[:_SHOWN_MEANWHILE]
        said = _("Asking about the whole account: {count} users… (Ctrl-C ends it early)").format(count=count)
        show(said, *key_lines(first, context.clock.now()))

    with ending_early(context.cancel, lambda: True):
        return whole_account.with_accounts(context, survey, users, survey.days)


_SHOWN_MEANWHILE = 8


def _not_together(title: str) -> UsageError:
    return UsageError(title, _("Nothing was looked at. Leave one of the two out."), code="usage.arguments")
