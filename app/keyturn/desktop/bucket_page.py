"""One bucket: what backs up to it, with which keys, and what is known of the bucket itself."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from keyturn.clients.endpoints import is_aws, store_name
from keyturn.desktop import dates
from keyturn.desktop.fact_card import FactCard
from keyturn.desktop.key_map import KeyMap
from keyturn.desktop.main_page import MainPage
from keyturn.desktop.map_nodes import BucketGoal, Goal, PlaceGoal
from keyturn.desktop.overview import Overview
from keyturn.desktop.picture import Row, draw, part_of, rows
from keyturn.desktop.place_words import Fact
from keyturn.desktop.runner import Runner
from keyturn.desktop.widgets import Button, Subheading
from keyturn.model.text import _, plural
from keyturn.rotation import labels


class BucketPage(MainPage):
    """The page of one bucket.

    Attributes:
        name: of the bucket.
        opened: a card or a button was pressed; the `Goal` whose page it opens.
    """

    opened = Signal(object)

    def __init__(self, name: str, overview: Overview, runner: Runner, parent: QWidget | None = None) -> None:
        super().__init__(name, parent)
        self.name = name
        self._overview, self._endpoint = overview, runner.location.endpoint_url
        mine = [row for row in rows(overview) if name in {target.bucket for target in row.place.targets}]
        told = plural("{count} place backs up to it.", "{count} places back up to it.", len(mine))
        self.say_under_heading(told.format(count=labels.count_word(len(mine)).capitalize()))
        self.map = KeyMap()
        self.map.opened.connect(self._open)
        self.map.show_picture(part_of(draw(overview, mine), bucket=name))
        self.column.addWidget(self.map)
        self.column.addWidget(self._facts(mine))
        self.column.addWidget(Subheading(_("What backs up to it")))
        card = FactCard()
        for row in mine:
            card.add(labels.program(row.place.client), self._place(row), self._opening(row))
        self.column.addWidget(card)
        self.column.addStretch(1)

    def _open(self, goal: Goal) -> None:
        if goal != BucketGoal(self.name):
            self.opened.emit(goal)

    def _facts(self, mine: list[Row]) -> QWidget:
        known = [one for one in self._overview.survey.buckets if one.name == self.name]
        stores = sorted({store_name(row.place) for row in mine if not is_aws(row.place, self._endpoint)})
        regions = {row.place.region for row in mine if row.place.region} | {one.region for one in known if one.region}
        accounts = sorted({one.account for one in known if one.account})
        card = FactCard()
        if stores:
            card.add(_("Store"), Fact(", ".join(stores), _("It speaks S3, and is not Amazon's.")))
        else:
            card.add(_("Account"), Fact(", ".join(accounts) or _("not known")))
        card.add(_("Region"), Fact(", ".join(sorted(regions)) or _("not known")))
        written = max((one.last_written for one in known if one.last_written is not None), default=None)
        # Only of buckets about which the person is asked is it looked up (`BucketLook`).
        unknown = Fact(_("Not known"), _("Keyturn does not list what lies in a bucket that a program here names."))
        card.add(_("Last written"), unknown if written is None else Fact(dates.past(written)))
        spots = sorted({labels.short_path(spot.path, self._overview.home) for one in known for spot in one.spots})
        if spots:
            card.add(_("Named in"), Fact(", ".join(spots), _("Its name stands there, too.")))
        return card

    def _place(self, row: Row) -> Fact:
        folders = sorted({one.prefix for one in row.place.targets if one.bucket == self.name and one.prefix})
        where = _("folder {folders}").format(folders=", ".join(folders)) if folders else _("the whole bucket")
        key = row.found.key.access_key_id.masked
        return Fact(row.place.name, " · ".join([where, key, row.state.word]))

    def _opening(self, row: Row) -> Button:
        title = f"{labels.program(row.place.client)} {row.place.name}"
        button = Button(_("Open"))
        button.setAccessibleName(_("Open {place}").format(place=title))
        button.clicked.connect(lambda: self.opened.emit(PlaceGoal(row.place.identity)))
        return button
