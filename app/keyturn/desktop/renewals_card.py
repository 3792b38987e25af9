"""Which keys renew themselves, in the settings; how is chosen on the page of each."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from keyturn.desktop.columns import empty
from keyturn.desktop.fact_card import FactRow
from keyturn.desktop.place_words import Fact
from keyturn.desktop.runner import Runner
from keyturn.desktop.widgets import Button, Card, Quiet, Subheading
from keyturn.model.errors import AppError
from keyturn.model.text import _, plural
from keyturn.reminders.renewal_standing import RenewalStanding, readable_standings
from keyturn.rotation import labels


class RenewalsCard(Card):
    """One row for each.

    Attributes:
        wanted: the page of a key that renews itself is wanted; the `AccessKeyId`.
    """

    wanted = Signal(object)

    def __init__(self, runner: Runner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._show((), ())
        runner.read(
            self,
            lambda desk: (readable_standings(desk.workplace), desk.workplace.memory_problems()),
            done=lambda read: self._show(*read),
            failed=self._fail,
            doing=_("reading which keys renew themselves"),
        )

    def _show(self, standings: tuple[RenewalStanding, ...], problems: Sequence[AppError]) -> None:
        empty(self.column)
        self.column.addWidget(Subheading(_("Renewal")))
        for problem in problems:
            self.column.addWidget(Quiet(str(problem)))
        if not standings and not problems:
            self.column.addWidget(Quiet(_("No key renews itself. “Keep it fresh…” on a key's page has it do so.")))
        for one in standings:
            renewal = one.renewal
            every = plural("Every {count} day at {time}", "Every {count} days at {time}", renewal.every_days)
            text = every.format(count=renewal.every_days, time=f"{renewal.at:%H:%M}")
            change = Button(_("Change…"))
            change.setAccessibleName(_("Change how {key} renews itself").format(key=renewal.key.masked))
            change.clicked.connect(lambda _on=False, key=renewal.key: self.wanted.emit(key))
            trouble = renewal.trouble
            due = _("Next: {day}").format(day=labels.near_day(one.due))
            more = due if trouble is None else str(trouble)
            self.column.addWidget(FactRow(renewal.key.masked, Fact(text, more), change))

    def _fail(self, error: AppError) -> None:
        self._show((), (error,))
