"""What `scan` and `report` share about whole accounts: which options fit together, and the walk with its progress."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from keyturn.model.errors import UsageError
from keyturn.model.text import _
from keyturn.rotation.signers.who import THE_KEY
from keyturn.terminal.interruption import ending_early

if TYPE_CHECKING:
    from keyturn.rotation.surroundings import Surroundings
    from keyturn.rotation.survey import Survey
    from keyturn.terminal.arguments import Arguments


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


def with_accounts(surroundings: Surroundings, survey: Survey, show: Callable[[str], None]) -> Survey:
    """The survey with every key of the accounts; Ctrl-C ends it early, and the page says so.

    Args:
        show: shows how far the walk is.
    """
    from keyturn.rotation import whole_account  # most scans ask about what is here alone

    def users(count: int) -> None:
        show(_("Asking about the whole account: {count} users… (Ctrl-C ends it early)").format(count=count))

    with ending_early(surroundings.cancel, lambda: True):
        return whole_account.with_accounts(surroundings, survey, users, survey.days)


def _not_together(title: str) -> UsageError:
    return UsageError(title, _("Nothing was looked at. Leave one of the two out."), code="usage.arguments")
