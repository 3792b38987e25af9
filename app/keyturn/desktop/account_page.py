"""This account: every user's keys and root's, also those that are not on this computer."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget
from shiboken6 import isValid

from keyturn.desktop.account_list import AccountList
from keyturn.desktop.announcing import announce
from keyturn.desktop.answering_page import AnsweringPage
from keyturn.desktop.code_card import CodeCard
from keyturn.desktop.columns import empty
from keyturn.desktop.font_sizes import em
from keyturn.desktop.look import ColorTone
from keyturn.desktop.runner import CodeWanted, Desk
from keyturn.desktop.signer_choices import SignerChoices
from keyturn.desktop.spinner import Spinner
from keyturn.desktop.widgets import Button, Card, PrimaryButton, Quiet, Strong, Subheading, Text
from keyturn.model.text import _, plural
from keyturn.rotation.signers.who import Who

if TYPE_CHECKING:
    from keyturn.desktop.account_rows import AccountRow
    from keyturn.desktop.account_walk import AccountWalk
    from keyturn.desktop.runner import Runner
    from keyturn.model.places import Problem
    from keyturn.rotation.finding.survey import Survey


class AccountPage(AnsweringPage):
    """The keys as they are met, those first about which something should be done.

    Args:
        survey: what was found on this computer.

    Attributes:
        opened: a key's row was chosen; its `AccountKey`.
    """

    opened = Signal(object)

    def __init__(self, walk: AccountWalk, survey: Survey, runner: Runner, parent: QWidget | None = None) -> None:
        super().__init__(_("This account"), parent)
        self._walk, self._survey, self._runner = walk, survey, runner
        self.go = PrimaryButton(_("Look at every key"))
        self.go.clicked.connect(self._begin)
        self.stop = Button(_("End it here"))
        self.stop.setAccessibleDescription(_("What was seen so far stays"))
        self.stop.clicked.connect(self._end_early)
        self.save = Button(_("Save…"))
        self.save.setAccessibleDescription(_("As a table of these keys, or as a report"))
        self.save.clicked.connect(self._ask_where)
        for button in (self.go, self.stop, self.save):
            self.orders.add(button)
        self._asking = self._who_looks()
        self.column.addWidget(self._asking)
        self._code = CodeCard()
        self.left.connect(self._code.close_question)
        self.column.addWidget(self._code)
        self._going = Card()
        self._progress = Text()
        beside = QHBoxLayout()
        beside.setSpacing(em(self, 0.6))
        beside.addWidget(Spinner())
        beside.addWidget(self._progress, 1)
        self._going.column.addLayout(beside)
        self.column.addWidget(self._going)
        self.list = AccountList()
        self.list.opened.connect(self.opened)
        self.column.addWidget(self.list, 1)
        beneath = QWidget()
        self._beneath = QVBoxLayout(beneath)
        self._beneath.setContentsMargins(0, 0, 0, 0)
        self._beneath.setSpacing(em(self, 0.5))
        self.column.addWidget(beneath)
        self.column.addStretch(0)
        walk.met.connect(self._meet)
        walk.ended.connect(self._tell_end)
        walk.changed.connect(self.list.model.put)
        self.show_walk()

    def _who_looks(self) -> QWidget:
        asking = QWidget()
        column = QVBoxLayout(asking)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(em(self, 0.5))
        column.addWidget(
            Text(
                _(
                    "Keys may be in use on other computers, or be forgotten. Keyturn asks AWS about every user of the "
                    "account, at most ten times a second: 5,000 users take half an hour. Nothing is changed."
                )
            )
        )
        column.addWidget(Subheading(_("Who looks?")))
        self.signers = SignerChoices(self._runner, None, self._walk.signing.who, self._choose)
        column.addWidget(self.signers)
        return asking

    def _choose(self, who: Who) -> None:
        self._walk.signing.who = who

    def show_walk(self) -> None:
        """Show how far the walk is, and what it met."""
        walk = self._walk
        self.list.model.show_rows(walk.rows)
        self._tell_progress()
        self._fit()
        if walk.seen is not None:
            self.say_under_heading(walk.seen.summary)
            self._tell_rest(walk.seen.facts, walk.seen.unseen)

    def _fit(self) -> None:
        walk = self._walk
        self.go.setVisible(not walk.is_on)
        self.go.setText(_("Look at every key") if walk.seen is None else _("Look again"))
        self.stop.setVisible(walk.is_on)
        self.stop.setEnabled(True)
        self.save.setVisible(walk.seen is not None and bool(walk.seen.survey.accounts))
        self._asking.setVisible(not walk.is_on and walk.seen is None)
        self._going.setVisible(walk.is_on)
        self.list.setVisible(bool(walk.rows))

    def _begin(self) -> None:
        if self._walk.seen is not None:
            # Somebody else may look this time.
            self._walk.forget()
            self.answer.hide()
            self.say_under_heading("")
            empty(self._beneath)
            self.show_walk()
            self.go.setFocus()
            return
        self.answer.hide()
        code = self._code

        def ask(wanted: CodeWanted) -> None:
            if isValid(code):
                code.ask(wanted)
            else:
                wanted.answer(None)

        self._walk.begin(self._survey, ask)
        self.show_walk()
        self.stop.setFocus()

    def _end_early(self) -> None:
        self._walk.end_early()
        self.stop.setEnabled(False)

    def _meet(self, rows: Sequence[AccountRow]) -> None:
        self.list.model.add(rows)
        self.list.setVisible(bool(self._walk.rows))
        self._tell_progress()

    def _tell_progress(self) -> None:
        users, keys = self._walk.users, len(self._walk.rows)
        looked = plural("{count} user looked at", "{count} users looked at", users).format(count=users)
        met = plural("{count} key", "{count} keys", keys).format(count=keys)
        self._progress.setText(_("Asking AWS… {users}, {keys} so far.").format(users=looked, keys=met))

    def _tell_end(self) -> None:
        self._code.close_question()
        self.show_walk()
        failure = self._walk.failure
        if failure is not None:
            self.say_error(failure)
        elif self._walk.seen is not None:
            announce(self, self._walk.seen.summary)
            (self.list.view if self._walk.rows else self.go).setFocus()

    def _tell_rest(self, facts: Sequence[str], unseen: Sequence[Problem]) -> None:
        empty(self._beneath)
        if facts:
            self._beneath.addWidget(Subheading(_("What the credential report says of root")))
            card = Card()
            for text in facts:
                card.column.addWidget(Text(text).selectable())
            self._beneath.addWidget(card)
        if unseen:
            self._beneath.addWidget(Subheading(_("What was not seen")))
            for problem in unseen:
                card = Card()
                card.column.addWidget(Strong(problem.title))
                card.column.addWidget(Text(problem.message).selectable())
                self._beneath.addWidget(card)
        if self._walk.rows:
            hint = _("A row's page shows its user's tags, and turns a key off or on that is not on this computer.")
            self._beneath.addWidget(Quiet(hint))

    def _ask_where(self) -> None:
        from keyturn.desktop.report_file import ask_for_file

        ask_for_file(self, self.write, "keyturn-account.csv")

    def write(self, path: Path) -> None:
        """Write what was seen into a file, without a secret."""
        seen = self._walk.seen
        if seen is None:
            return
        survey = seen.survey

        def work(desk: Desk) -> Path:
            from keyturn.desktop.account_work import save

            return save(desk, survey, path)

        self._runner.read(self, work, done=self._say_where, failed=self.say_error, doing=_("writing the report"))

    def _say_where(self, path: Path) -> None:
        self.say(_("It is in {path}. It holds no secret.").format(path=path), ColorTone.GOOD)
