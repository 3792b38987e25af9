"""All that is known of one key, and the command that does the same."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QVBoxLayout, QWidget

from keyturn.clients.registry import client_named
from keyturn.desktop import dates
from keyturn.desktop.command_line import CommandLine
from keyturn.desktop.font_sizes import em
from keyturn.desktop.holding_card import HoldingCard
from keyturn.desktop.key_timeline import KeyTimeline, moments_of
from keyturn.desktop.key_use_lookup import KeyUsers, UsersTold
from keyturn.desktop.look import ColorTone
from keyturn.desktop.main_page import MainPage
from keyturn.desktop.map_nodes import PlaceGoal
from keyturn.desktop.moving_card import MovingCard
from keyturn.desktop.overview import Overview
from keyturn.desktop.picture import advice_pill, advice_tone, order_for
from keyturn.desktop.power import PowerPicture, before_and_after
from keyturn.desktop.retired import retired_pill, retired_sentence
from keyturn.desktop.runner import Runner
from keyturn.desktop.store_view import StoreFacts, stores_of
from keyturn.desktop.widgets import Button, Card, Pill, PrimaryButton, Quiet, Strong, Subheading, Text, Verbatim
from keyturn.model.keys import AccessKey, AccessKeyId, KeyStatus, PrincipalKind
from keyturn.model.places import Place, PlaceKind
from keyturn.model.text import _, plural
from keyturn.rotation import labels
from keyturn.rotation.advice import Advice
from keyturn.rotation.finding.survey import FoundKey
from keyturn.rotation.planning.plan import scoped_powers

_MOST_PLACES = 40  # the list shows them all


class KeyPage(MainPage):
    """One key.

    Args:
        known: what AWS's event history told in this window, by key.

    Attributes:
        wanted: the person wants to replace the key, or to carry on.
        fresh_wanted: the person wants it to renew itself.
        opened: a place's page is wanted; its `Goal`.
    """

    wanted = Signal()
    fresh_wanted = Signal()
    opened = Signal(object)

    def __init__(
        self,
        found: FoundKey,
        overview: Overview,
        runner: Runner,
        known: dict[AccessKeyId, UsersTold],
        parent: QWidget | None = None,
    ) -> None:
        key = found.key
        super().__init__(_("Access key {key}").format(key=key.access_key_id.masked), parent)
        self._overview = overview
        self.found = found
        self.say_under_heading(stores_of(found) if found.at_store else _what_it_is(key))
        self._retired = overview.retired(found)
        if self._retired is None:
            self.orders.add(Pill(advice_pill(found), advice_tone(found.advice)))
        else:
            self.orders.add(Pill(retired_pill(self._retired), ColorTone.NEUTRAL))
        if self._retired is None and key.owner is not None and key.owner.kind is PrincipalKind.USER:
            fresh = Button(_("Keep it fresh…"))
            fresh.clicked.connect(self.fresh_wanted)
            self.orders.add(fresh)
        order = self._order()
        if order:
            button = PrimaryButton(order)
            button.clicked.connect(self.wanted)
            self.orders.add(button)
        if found.at_store:
            self.column.addWidget(StoreFacts(found, overview))
        else:
            self.column.addWidget(self._facts())
            self.column.addWidget(Subheading(_("Its life")))
            life = Card()
            life.column.addWidget(KeyTimeline(moments_of(found, overview), overview.looked_at))
            self.column.addWidget(life)
        if found.replaced_elsewhere:
            self.column.addWidget(Subheading(_("On another computer")))
            self.column.addWidget(HoldingCard(runner, found))
        self._add_places()
        asks = any(client_named(one.client).asks_keyturn for one in found.destinations)
        if found.destinations and not found.at_store and self._retired is None:
            self.column.addWidget(Subheading(_("No file need hold it")))
            self.moving = MovingCard(runner, key.access_key_id, asks=asks)
            self.column.addWidget(self.moving)
        if not found.at_store and not key.access_key_id.is_temporary:
            self.column.addWidget(Subheading(_("Who used it")))
            asked = Card()
            users = KeyUsers(runner, found, overview.survey.keys, known)
            asked.column.addWidget(users)
            self.column.addWidget(asked)
            users.ask()
        if found.advice is Advice.REPLACE:
            self._add_powers()
        self.column.addWidget(Subheading(_("The same in the terminal")))
        command = "continue" if overview.rotation_of(found) is not None else "plan"
        typed = (command,) if command == "continue" else (command, key.access_key_id.last4)
        self.column.addWidget(CommandLine(labels.command(runner.location.options, *typed)))
        self.column.addStretch(1)

    def _order(self) -> str:
        if self._overview.rotation_of(self.found) is not None:
            return _("Continue…")
        if self._retired is not None:
            return ""
        return _("Replace it…") if self.found.at_store else order_for(self.found.advice)

    def _facts(self) -> QWidget:
        found, key, now = self.found, self.found.key, self._overview.looked_at
        facts = [
            (_("Owner"), _owner(key)),
            (
                _("Made"),
                _("not known") if key.created is None else f"{dates.past(key.created)} ({labels.age(key, now)})",
            ),
            (_("Used last"), _used(key, self._overview)),
            (_("At AWS"), _status(key) if self._retired is None else retired_sentence(self._retired)),
            (_("Beside it"), _siblings(found)),
        ]
        if found.failure is not None:
            facts.append((_("Why not more"), str(found.failure)))
        card = Card()
        form = QFormLayout()
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.setHorizontalSpacing(em(self, 1.5))
        for label, fact in facts:
            shown = Verbatim(fact)
            shown.setForegroundRole(QPalette.ColorRole.WindowText)
            form.addRow(Quiet(label), shown)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        form.insertRow(0, Quiet(_("Whole ID")), Text(key.access_key_id.value).selectable())
        card.column.addLayout(form)
        return card

    def _add_places(self) -> None:
        for title, kinds in (
            (_("Programs that use it"), {PlaceKind.DESTINATION}),
            (_("Copies that no program reads"), {PlaceKind.LEFTOVER}),
            (_("Where its ID stands, too"), {PlaceKind.MENTION}),
        ):
            places = [place for place in self.found.places if place.kind in kinds]
            if not places:
                continue
            self.column.addWidget(Subheading(title))
            card = Card()
            card.column.setSpacing(em(self, 0.6))
            for place in places[:_MOST_PLACES]:
                self._add_place(card, place)
            if len(places) > _MOST_PLACES:
                more = len(places) - _MOST_PLACES
                text = plural("and {count} more; the list shows it", "and {count} more; the list shows them", more)
                card.column.addWidget(Quiet(text.format(count=more)))
            self.column.addWidget(card)

    def _add_place(self, card: Card, place: Place) -> None:
        path = labels.short_path(place.path, self._overview.home)
        if place.kind is PlaceKind.DESTINATION:
            buckets = ", ".join(f"{one.bucket}/{one.prefix}" if one.prefix else one.bucket for one in place.targets)
            where = buckets or _("its file names no bucket")
            title = f"{labels.program(place.client)}: {place.name}"
            told = QVBoxLayout()
            told.setSpacing(0)
            told.addWidget(Strong(title))
            told.addWidget(Verbatim(f"{path}  →  {where}"))
            opens = Button(_("Open"))
            opens.setAccessibleName(_("Open {place}").format(place=title))
            opens.clicked.connect(lambda: self.opened.emit(PlaceGoal(place.identity)))
            row = QHBoxLayout()
            row.addLayout(told, 1)
            if not place.editable and not place.session:
                row.addWidget(Pill(_("by hand"), advice_tone(Advice.REPLACE)))
            row.addWidget(opens)
            card.column.addLayout(row)
        else:
            card.column.addWidget(Verbatim(path))
        if place.note:
            card.column.addWidget(Text(place.note))

    def _add_powers(self) -> None:
        buckets = sorted({target.bucket for place in self.found.places for target in place.targets})
        can, cannot = scoped_powers(buckets or [_("the buckets of these backups")])
        self.column.addWidget(Subheading(_("If somebody steals it, and if a new one takes its place")))
        self.column.addWidget(PowerPicture(*before_and_after(self.found.key.owner, can, cannot)))


def _what_it_is(key: AccessKey) -> str:
    if key.owner is None:
        return _("AWS has not told whose it is.")
    if key.owner.kind is PrincipalKind.ROOT:
        return _("A root key: it can do anything in the AWS account {account}.").format(account=key.owner.account)
    if key.owner.user_name is not None:
        text = _("It belongs to the IAM user {user} in the AWS account {account}.")
        return text.format(user=key.owner.user_name, account=key.owner.account)
    return _("It belongs to the AWS account {account}.").format(account=key.owner.account)


def _owner(key: AccessKey) -> str:
    return _("not known") if key.owner is None else key.owner.arn


def _used(key: AccessKey, overview: Overview) -> str:
    when = labels.last_used(key.last_use, overview.looked_at)
    if key.last_use is None or key.last_use.date is None:
        return when
    return _("{when}: {service} in {region}").format(
        when=when, service=key.last_use.service, region=key.last_use.region
    )


def _status(key: AccessKey) -> str:
    return {
        KeyStatus.ACTIVE: _("on: AWS accepts it"),
        KeyStatus.INACTIVE: _("off: it can be turned on again"),
        KeyStatus.REJECTED: _("AWS refuses it: it is off, or deleted"),
        KeyStatus.UNKNOWN: _("not known"),
    }[key.status]


def _siblings(found: FoundKey) -> str:
    if found.siblings is None:
        return _("not known whether its owner has other keys")
    if not found.siblings:
        return _("its owner has no other key")
    others = ", ".join(f"{one.access_key_id.masked} ({one.status.value})" for one in found.siblings)
    return _("its owner has another key, too: {keys}").format(keys=others)
