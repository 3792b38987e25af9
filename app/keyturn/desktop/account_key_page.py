"""One key of the account: what AWS tells of it, and what can be done if it is not on this computer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from keyturn.desktop import dates
from keyturn.desktop.account_rows import whose
from keyturn.desktop.answering_page import AnsweringPage
from keyturn.desktop.fact_card import FactCard
from keyturn.desktop.key_change import KeyChange
from keyturn.desktop.picture import advice_tone
from keyturn.desktop.place_words import Fact
from keyturn.desktop.reflowing import ButtonRow
from keyturn.desktop.widgets import Button, Text
from keyturn.model.keys import PrincipalKind
from keyturn.model.text import _, in_widget
from keyturn.rotation import labels

if TYPE_CHECKING:
    from keyturn.desktop.account_walk import AccountWalk
    from keyturn.desktop.account_work import Changed
    from keyturn.desktop.runner import Runner
    from keyturn.rotation.finding.whole_account import AccountKey


class AccountKeyPage(AnsweringPage):
    """One row's page.

    Args:
        walk: knows of a change, too.

    Attributes:
        change: what can be done with it; None where nothing can from here.
        shown: the page of the key as it was found here is wanted.
        continued: its rotation is to be carried on; the name.
    """

    shown = Signal()
    continued = Signal(str)

    def __init__(self, one: AccountKey, walk: AccountWalk, runner: Runner, parent: QWidget | None = None) -> None:
        super().__init__(_("Access key {key}").format(key=one.key.access_key_id.masked), parent)
        self._walk, self._runner = walk, runner
        self._rotation = ""
        self.say_under_heading(whose(one))
        self.carry_on = Button(_("Continue…"))
        self.carry_on.setAccessibleName(_("Continue with {key}").format(key=one.key.access_key_id.masked))
        self.carry_on.clicked.connect(lambda: self.continued.emit(self._rotation))
        self._under_way = ButtonRow(self.carry_on)
        self._under_way.hide()
        self.column.addWidget(self._under_way)
        self.facts = FactCard()
        self.column.addWidget(self.facts)
        self.change: KeyChange | None = None
        if one.found is not None:
            self._offer_its_page()
        elif one.kept:
            self.column.addWidget(Text(_("Its pair is in Keyturn's keychain, and nowhere else on this computer.")))
        elif one.key.owner is None or one.key.owner.kind is not PrincipalKind.USER:
            self.column.addWidget(Text(_("Root's keys are turned off and deleted by root alone.")))
        else:
            self.change = self._offer_a_change(one)
        self.column.addStretch(1)
        self._show(one)

    def _offer_its_page(self) -> None:
        self.column.addWidget(
            Text(_("It is on this computer, so it is replaced or retired in a way in which what uses it here goes on."))
        )
        show = Button(_("Show what uses it…"))
        show.clicked.connect(self.shown)
        self.column.addWidget(ButtonRow(show))

    def _offer_a_change(self, one: AccountKey) -> KeyChange:
        change = KeyChange(one, self._walk.signing, self._runner)
        self.left.connect(change.close_question)
        change.under_way.connect(self._show_under_way)
        change.said.connect(self.say)
        change.changed.connect(self._take)
        self.column.addWidget(change)
        return change

    def _show_under_way(self, rotation: str) -> None:
        self._rotation = rotation
        self._under_way.setVisible(bool(rotation))

    def _show(self, one: AccountKey) -> None:
        self.facts.clear()
        key, now = one.key, self._runner.clock.now()
        made = Fact(_("not known"))
        if key.created is not None:
            made = Fact(_("{day}, {age} ago").format(day=dates.past(key.created), age=labels.age(key, now)))
        used = Fact(labels.last_used(key.last_use, now))
        if key.last_use is not None and key.last_use.date is not None:
            use = key.last_use
            used = Fact(used.text, _("{service} in {region}").format(service=use.service, region=use.region))
        here = _("on this computer") if one.on_this_computer else _("not on this computer")
        for label, fact in (
            (_("Advice"), Fact(labels.advice(one.advice), tone=advice_tone(one.advice))),
            (_("Owner"), Fact(whose(one), "" if key.owner is None else key.owner.arn)),
            (_("At AWS"), Fact(labels.status(key.status))),
            (_("Made"), made),
            (_("Used last"), used),
            (_("Tags"), Fact(_tags(one))),
            (_("Where it is"), Fact(here)),
        ):
            self.facts.add(label, fact)

    def _take(self, before: AccountKey, changed: Changed) -> None:
        from keyturn.desktop.account_rows import row_of

        after = changed.after
        self._walk.put(before, None if after is None else row_of(after, self._runner.clock.now()))
        if after is None:
            self.facts.clear()
            self.facts.add(_("At AWS"), Fact(_("There is no such key any more.")))
        else:
            self._show(after)


def _tags(one: AccountKey) -> str:
    if one.tags is None:
        return _("they may not be read")
    return in_widget(", ".join(f"{name} = {value}" for name, value in sorted(one.tags.items()))) or _("none")
