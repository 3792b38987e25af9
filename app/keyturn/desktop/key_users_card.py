"""Who used a key, asked of AWS while its page is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from keyturn.desktop.announcing import announce
from keyturn.desktop.columns import empty
from keyturn.desktop.runner import Desk, Runner
from keyturn.desktop.widgets import Card, Quiet, Strong, Text
from keyturn.model.errors import AppError
from keyturn.model.keys import HISTORY_DAYS
from keyturn.model.text import _

if TYPE_CHECKING:
    from keyturn.rotation.survey import FoundKey

_MOST = 12  # programs that are shown; the newest


class KeyUsersCard(Card):
    """The programs and addresses that AWS's event history names, and what it does not tell.

    Args:
        keys: all keys that were found: another one of the account may ask about this one.
    """

    def __init__(
        self, runner: Runner, found: FoundKey, keys: Sequence[FoundKey], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        asking = _("Asking AWS's event history of the last {count} days…").format(count=HISTORY_DAYS)
        self.column.addWidget(Quiet(asking))
        runner.read(
            self,
            lambda desk: _asked(desk, found, keys),
            done=self._show,
            failed=self._show_failure,
            doing=_("ask AWS who used a key"),
        )

    def _show(self, told: tuple[str, Sequence[str], Sequence[str]]) -> None:
        heading, uses, problems = told
        empty(self.column)
        if heading:
            self.column.addWidget(Strong(heading))
        for text in (*uses, *problems):
            self.column.addWidget(Text(text).selectable())
        announce(self, " ".join((heading, *problems)))

    def _show_failure(self, error: AppError) -> None:
        self._show(("", (), (f"{error.title}. {error.message}",)))


def _asked(desk: Desk, found: FoundKey, keys: Sequence[FoundKey]) -> tuple[str, Sequence[str], Sequence[str]]:
    """The heading, who used the key, and what is not known; runs in a worker."""
    from keyturn.rotation import key_users

    histories, problems = key_users.of_keys(desk.surroundings(), [found], HISTORY_DAYS, beside=keys)
    history = histories.get(found.key.access_key_id)
    unknown = [f"{one.title}. {one.message}" for one in problems]
    if history is None:
        return "", (), unknown
    *uses, lacking = key_users.lines(history)
    return key_users.heading(history, HISTORY_DAYS), [*uses[:_MOST], lacking], unknown
