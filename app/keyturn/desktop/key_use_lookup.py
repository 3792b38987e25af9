"""Who used a key, asked of AWS while its page is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from keyturn.desktop.announcing import announce
from keyturn.desktop.columns import empty
from keyturn.desktop.font_sizes import em
from keyturn.desktop.runner import Desk, Runner
from keyturn.desktop.widgets import Quiet, Text
from keyturn.model.errors import AppError
from keyturn.model.keys import HISTORY_DAYS, AccessKeyId
from keyturn.model.text import _

if TYPE_CHECKING:
    from keyturn.rotation.finding.survey import FoundKey

_MOST = 12  # programs that are shown; the newest


@dataclass(frozen=True, slots=True)
class UsersTold:
    """What AWS's event history told of a key in this window.

    Attributes:
        at: when it was asked.
        heading: what goes before `uses`; empty where nothing was told.
        uses: one sentence for each program, and what the history lacks.
        problems: why it is not known, or not for every region.
    """

    at: datetime
    heading: str
    uses: tuple[str, ...]
    problems: tuple[str, ...]


class KeyUsers(QWidget):
    """The programs and addresses that AWS's event history names, and what it does not tell.

    Args:
        keys: all keys that were found: another one of the account may ask about this one.
        known: where the answers of this window are kept, by key.
    """

    def __init__(
        self,
        runner: Runner,
        found: FoundKey,
        keys: Sequence[FoundKey],
        known: dict[AccessKeyId, UsersTold],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._runner, self._found, self._keys, self._known = runner, found, keys, known
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(em(self, 0.3))

    def ask(self) -> None:
        """Ask AWS now."""
        found, keys = self._found, self._keys
        asking = _("Asking AWS's event history of the last {count} days…").format(count=HISTORY_DAYS)
        empty(self._column)
        self._column.addWidget(Quiet(asking))
        self._runner.read(
            self,
            lambda desk: _asked(desk, found, keys),
            done=self._answered,
            failed=self._failed,
            doing=_("ask AWS who used a key"),
        )

    def show_told(self, told: UsersTold) -> None:
        """Show what AWS told."""
        empty(self._column)
        if told.heading:
            # It belongs to a fact, and is no louder than that.
            self._column.addWidget(Quiet(told.heading))
        named, lacking = told.uses[:-1], told.uses[-1:]  # the last one is what the history never tells
        for text in (*named, *told.problems):
            self._column.addWidget(Text(text).selectable())
        for text in lacking:
            self._column.addWidget(Quiet(text).selectable())

    def _answered(self, told: UsersTold) -> None:
        self._known[self._found.key.access_key_id] = told
        self.show_told(told)
        announce(self, " ".join((told.heading, *told.problems)))

    def _failed(self, error: AppError) -> None:
        text = str(error)
        self.show_told(UsersTold(self._runner.clock.now(), "", (), (text,)))
        announce(self, text)


def _asked(desk: Desk, found: FoundKey, keys: Sequence[FoundKey]) -> UsersTold:
    """Ask AWS; runs in a worker."""
    from keyturn.rotation.finding import key_users

    context = desk.context()
    histories, problems = key_users.of_keys(context, [found], HISTORY_DAYS, beside=keys)
    history = histories.get(found.key.access_key_id)
    unknown = tuple(str(one) for one in problems)
    now = context.clock.now()
    if history is None:
        return UsersTold(now, "", (), unknown)
    *uses, lacking = key_users.lines(history)
    return UsersTold(now, key_users.heading(history, HISTORY_DAYS), (*uses[:_MOST], lacking), unknown)
