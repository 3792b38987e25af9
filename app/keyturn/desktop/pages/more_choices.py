"""The choices that most people leave as they are: which programs, which name, how many days."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtWidgets import QFormLayout, QWidget

from keyturn.desktop.flow import Flow
from keyturn.desktop.font_sizes import em
from keyturn.desktop.pages.fields import Field, Number, Tick
from keyturn.desktop.pages.parts import Fold, stacked
from keyturn.desktop.widgets import Card, Quiet
from keyturn.model.text import _
from keyturn.rotation.planning.plan import IntoKeychain, Options
from keyturn.rotation.steps import Route


class MoreChoices(Fold):
    """Folded away.

    Args:
        changed: is told that something else was chosen.
    """

    def __init__(self, flow: Flow, changed: Callable[[], None]) -> None:
        super().__init__(_("More choices"), self._form)
        self._options = options = flow.options
        self._changed = changed
        found = () if flow.facts is None else flow.facts.programs
        self._clients: dict[str, Tick] = {}
        for client, name in {one.client: one.name for one in found}.items():
            box = Tick(name)
            box.setChecked(not options.only or client in options.only)
            box.toggled.connect(lambda on: changed())
            self._clients[client] = box
        self._user_name = Field(options.user_name or "")
        self._user_name.setPlaceholderText(_("chosen by Keyturn"))
        self._user_name.editingFinished.connect(changed)
        self._watch = self._days(options.watch_days)
        self._off = self._days(options.off_days)
        self._makes_a_user = Route.SCOPED_USER in flow.routes
        self._helper = None if flow.facts is None or flow.facts.store is not None else flow.facts.helper
        self.into = Tick(_("Take the pair out of files whose programs can ask Keyturn for it"))
        self.into.setChecked(options.into is not None)
        self.by_me = Tick(_("Nobody but me starts what uses it"))
        self.by_me.setChecked(options.into is not None and options.into.by_me)
        self.by_me.setEnabled(self.into.isChecked())
        self.into.toggled.connect(self._into_chosen)
        self.by_me.toggled.connect(lambda on: changed())
        self._no_helper = "" if flow.facts is None else flow.facts.no_helper

    def chosen(self, route: Route | None) -> Options:
        """What is chosen here, together with a route."""
        picked = tuple(name for name, box in self._clients.items() if box.isChecked())
        return replace(
            self._options,
            route=route,
            only=() if len(picked) == len(self._clients) else picked,
            user_name=self._user_name.text().strip() or None,
            watch_days=self._watch.value(),
            off_days=self._off.value(),
            into=self._into(route),
        )

    def _into(self, route: Route | None) -> IntoKeychain | None:
        if self._helper is None or route is None or not route.makes_a_key or not self.into.isChecked():
            return None
        return IntoKeychain(self._helper, self.by_me.isChecked())

    def _into_chosen(self, on: bool) -> None:
        self.by_me.setEnabled(on)
        self._changed()

    @property
    def reason(self) -> str:
        """Why one cannot go on with these choices; empty where one can."""
        none_picked = bool(self._clients) and not any(box.isChecked() for box in self._clients.values())
        return _("Pick one program at least.") if none_picked else ""

    def _days(self, value: float) -> Number:
        box = Number()
        box.setRange(0, 90)
        box.setValue(round(value))
        box.setSuffix(_(" days"))
        box.valueChanged.connect(lambda days: self._changed())
        return box

    def _form(self) -> QWidget:
        card = Card()
        form = QFormLayout()
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        form.setHorizontalSpacing(em(card, 0.8))
        form.setVerticalSpacing(em(card, 0.5))
        rows: list[tuple[str, QWidget]] = [
            (_("Watch the old key for"), self._watch),
            (_("Keep it off before deleting for"), self._off),
        ]
        if self._makes_a_user:
            rows.insert(0, (_("Name of the new IAM user"), self._user_name))
        for label, field in rows:
            form.addRow(label, field)
            field.setAccessibleName(label)
        if len(self._clients) > 1:
            form.addRow(_("Programs that get the new key"), stacked(*self._clients.values(), spacing=0.2))
        card.column.addLayout(form)
        if self._helper is not None:
            card.column.addWidget(stacked(self.into, self.by_me, spacing=0.2))
        elif self._no_helper:
            card.column.addWidget(Quiet(self._no_helper))
        return card
