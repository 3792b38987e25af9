"""One place: which key, which file, does it work, and which running program still has the old key?"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from keyturn.clients.endpoints import is_aws, store_name
from keyturn.desktop import dates
from keyturn.desktop.announcing import announce
from keyturn.desktop.fact_card import FactCard, FactRow
from keyturn.desktop.folder import can_be_shown, show_in_folder
from keyturn.desktop.key_map import KeyMap
from keyturn.desktop.key_use_lookup import KeyUsers, UsersTold
from keyturn.desktop.main_page import MainPage
from keyturn.desktop.map_nodes import Goal, LineState, PlaceGoal
from keyturn.desktop.overview import Overview
from keyturn.desktop.picture import draw, key_detail, part_of, rows
from keyturn.desktop.place_check import PlaceCheck, check_place
from keyturn.desktop.place_words import Fact, Watched, backup_of, look_at_programs, proof_of
from keyturn.desktop.runner import Runner
from keyturn.desktop.widgets import Button, PrimaryButton, Quiet, Subheading
from keyturn.model.errors import AppError
from keyturn.model.keys import AccessKeyId
from keyturn.model.places import Place
from keyturn.model.text import _, capitalized
from keyturn.rotation import labels
from keyturn.rotation.finding.survey import FoundKey
from keyturn.rotation.record import Rotation
from keyturn.rotation.steps import Step


class PlacePage(MainPage):
    """The page of one place.

    Args:
        known: what AWS's event history told in this window, by key.

    Attributes:
        identity: of the place.
        opened: a card or a button was pressed; the `Goal` whose page it opens.
        asked: what is not known of this key's buckets is to be answered.
        checked: the place was checked by itself; the `PlaceCheck`.
    """

    opened = Signal(object)
    asked = Signal(object)
    checked = Signal(object)

    def __init__(
        self,
        found: FoundKey,
        place: Place,
        overview: Overview,
        runner: Runner,
        known: dict[AccessKeyId, UsersTold],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(f"{labels.program(place.client)} · {place.name}", parent)
        self.identity = place.identity
        self._found, self._place, self._overview, self._runner = found, place, overview, runner
        self._known = known
        self._rotation = _brought_by(overview, place)
        self.check = PrimaryButton(_("Check this one"))
        self.check.clicked.connect(self.prove)
        self.orders.add(self.check)
        self.map = KeyMap()
        self.map.opened.connect(self._open)
        self.map.asked.connect(self.asked)
        self.column.addWidget(self.map)
        self.column.addWidget(self._facts())
        head = QHBoxLayout()
        head.addWidget(Subheading(_("Which programs run with it now")), 1)
        self.again = Button(_("Look again"))
        self.again.setAccessibleDescription(_("Look once more which programs run with this place's key or file"))
        self.again.clicked.connect(self.look)
        head.addWidget(self.again)
        self.column.addLayout(head)
        self._programs = FactCard()
        self.column.addWidget(self._programs)
        self._told = Quiet(_("Keyturn sees the programs of this computer only."))
        self.column.addWidget(self._told)
        self.column.addStretch(1)
        self._show(overview)
        self.look()

    # ── What is known ────────────────────────────────────────────────────────────────────────────────────────────────

    def _facts(self) -> QWidget:
        place, found, overview = self._place, self._found, self._overview
        key = Button(_("Open the key"))
        key.clicked.connect(lambda: self.opened.emit(found.key.access_key_id))
        self._card = FactCard()
        detail = key_detail(found, overview.looked_at, overview.retired(found))
        self._card.add(_("Key"), Fact(found.key.access_key_id.masked, capitalized(detail)), key)
        self._card.add(
            _("File"), Fact(labels.short_path(place.path, overview.home), self._about_file()), self._folder()
        )
        if not is_aws(place, self._runner.location.endpoint_url):
            self._card.add(_("Store"), Fact(store_name(place), _("It speaks S3, and is not Amazon's.")))
        self._proof = self._card.add(_("Last proof"), Fact(""))
        self._backup = self._card.add(_("Last backup"), Fact(_("Looking…")))
        if not found.at_store and not found.key.access_key_id.is_temporary:
            self._add_use()
        return self._card

    def _about_file(self) -> str:
        place = self._place
        where = _("Line {line}, {where}.").format(line=place.line, where=place.locator) if place.line else ""
        if place.session:
            who = _("It holds a temporary key, which expires by itself.")
        elif place.editable:
            who = _("Keyturn can put a new key there; nothing else in the file changes.")
        else:
            who = _("Only you can change the key there; Keyturn shows how.")
        return " ".join(part for part in (where, who, place.note) if part)

    def _folder(self) -> Button | None:
        path = self._place.path
        if not can_be_shown(path):
            return None
        button = Button(_("Show in folder"))
        button.clicked.connect(lambda: show_in_folder(path))
        return button

    def _add_use(self) -> None:
        found, now = self._found, self._overview.looked_at
        key = found.key.access_key_id
        use, told = found.key.last_use, self._known.get(key)
        text = capitalized(labels.last_used(use, now))
        if use is not None and use.date is not None:
            text = _("{when}: {service} in {region}").format(when=text, service=use.service, region=use.region)
        self.ask = Button(_("Ask AWS") if told is None else _("Ask again"))
        self.ask.setAccessibleName(_("Ask AWS who used {key}").format(key=key.masked))
        asked = _("AWS was not asked yet who used it.")
        if told is not None:
            asked = _("AWS was asked who used it on {when}.").format(when=dates.lately(told.at))
        row = self._card.add(_("Used last"), Fact(text, asked), self.ask)
        self._users = KeyUsers(self._runner, found, self._overview.survey.keys, self._known)
        row.add_below(self._users)
        if told is not None:
            self._users.show_told(told)
        self.ask.clicked.connect(lambda: self._ask_who(row, text))

    def _ask_who(self, row: FactRow, text: str) -> None:
        row.show_fact(Fact(text))
        self.ask.setText(_("Ask again"))
        self._users.ask()

    def _show(self, overview: Overview) -> None:
        """Show how it stands, as the overview has it now."""
        self._overview = overview
        mine = [one for one in rows(overview) if one.place.identity == self.identity]
        self.map.show_picture(part_of(draw(overview, mine), place=self.identity))
        buckets = ", ".join(sorted({target.bucket for target in self._place.targets}))
        goes = _("Backs up to {buckets}.").format(buckets=buckets) if buckets else _("Its file names no bucket.")
        self.say_under_heading(" ".join([goes, *(_standing(one.state) for one in mine[:1])]))
        endpoint = self._runner.location.endpoint_url
        self._proof.show_fact(proof_of(self._place, overview.checked.get(self.identity), self._rotation, endpoint))

    def _open(self, goal: Goal) -> None:
        if goal != PlaceGoal(self.identity):
            self.opened.emit(goal)

    # ── Checking and looking ─────────────────────────────────────────────────────────────────────────────────────────

    def prove(self) -> None:
        """Prove this place alone."""
        self.check.setEnabled(False)
        self._proof.show_fact(Fact(_("Proving it at its bucket…")))
        identity = self.identity
        self._runner.read(
            self,
            lambda desk: check_place(desk, identity),
            done=self._proved,
            failed=self._not_proved,
            doing=_("proving one place"),
        )

    def _proved(self, check: PlaceCheck) -> None:
        self.check.setEnabled(True)
        self._show(self._overview.with_check(self.identity, check))
        self.checked.emit(check)
        endpoint = self._runner.location.endpoint_url
        announce(self, proof_of(self._place, check, None, endpoint).text)

    def _not_proved(self, error: AppError) -> None:
        self.check.setEnabled(True)
        self._proof.show_fact(Fact(f"{error.title}.", error.message))
        announce(self, error.title)

    def look(self) -> None:
        """Look which programs run with it now."""
        self.again.setEnabled(False)
        place, rotation = self._place, self._rotation
        self._runner.read(
            self,
            lambda desk: look_at_programs(desk, place, rotation),
            done=self._watched,
            failed=self._not_watched,
            doing=_("looking which programs run"),
        )

    def _watched(self, watched: Watched) -> None:
        self.again.setEnabled(True)
        self._backup.show_fact(backup_of(self._place, watched))
        nothing = Fact(_("No running program was seen that has this key or reads this file"))
        unseen = Fact(_("Not known"), watched.unseen)
        self._show_programs(watched.programs or ((unseen,) if watched.unseen else (nothing,)))

    def _not_watched(self, error: AppError) -> None:
        self.again.setEnabled(True)
        self._backup.show_fact(Fact(_("Not known"), str(error)))
        self._show_programs([Fact(_("Not known"), str(error))])

    def _show_programs(self, facts: Sequence[Fact]) -> None:
        self._programs.clear()
        for fact in facts:
            self._programs.add("", fact)


def _brought_by(overview: Overview, place: Place) -> Rotation | None:
    """The rotation that put the key of now into the place."""
    brought = (one for one, _result in reversed(overview.rotations) if one.new_key == place.access_key_id)
    return next((one for one in brought if one.is_done(Step.SWITCH)), None)


def _standing(state: LineState) -> str:
    return {
        LineState.OLD: _("Its key needs to be replaced."),
        LineState.NEW: _("It has the new key, which was not proved here yet."),
        LineState.PROVED: _("It can reach its bucket."),
        LineState.FINE: _("Its key needs nothing."),
        LineState.WAITING: _("What becomes of its key is not known yet."),
        LineState.UNKNOWN: _("How it stands is not known."),
        LineState.RETIRED: _("Its key is off."),
        LineState.BROKEN: _("It does not work with this key."),
    }[state]
