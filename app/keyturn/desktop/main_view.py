"""The main view: the header, the map with its list and the history, and the line at the bottom."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from keyturn.computer.clock import Clock
from keyturn.desktop.announcing import announce
from keyturn.desktop.busy_view import BusyView
from keyturn.desktop.font_sizes import em
from keyturn.desktop.header import Foot, Header
from keyturn.desktop.look import ColorTone
from keyturn.desktop.note_line import NoteLine
from keyturn.desktop.reflowing import ButtonRow, ModestStack, TallEnough
from keyturn.desktop.segments import Segments
from keyturn.desktop.widgets import Button, LinkButton, Quiet, ShapeButton
from keyturn.model.errors import AppError
from keyturn.model.text import _, plural, unmarked

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from keyturn.desktop.destination_list import DestinationList
    from keyturn.desktop.empty_view import EmptyView
    from keyturn.desktop.history_page import HistoryView
    from keyturn.desktop.key_map import KeyMap
    from keyturn.desktop.overview import Overview
    from keyturn.desktop.picture import Prepared
    from keyturn.desktop.spinner import Spinner

_MINUTE = 60_000  # milliseconds
_EASILY_DRAWN = 7  # places; of more a list is read sooner than a picture


class MainView(QWidget):
    """Shows one overview, and says what the person wants.

    What shows something that was found is made when there is something to show: the window is seen before that.

    Attributes:
        ordered: the header's button.
        is_rehearsal: nobody is sent to AWS.
        opened: the page of a key, a place or a bucket is wanted; its `Goal`.
        menu_wanted: what else can be done with one of them; its `Goal`, and where on the screen.
        asked: what is not known of this key's buckets is to be answered.
        unread_wanted: the page of what could not be read is wanted; the file that it is about, or None.
        left_out, tried_again: what could not be read is to be left out, or looked at once more; of the first the file.
        rest_wanted, account_wanted, mail_wanted, check_wanted: the other buttons.
        continued, undone: of the history, with the rotation's name.
        day_came: the day for which one waited.
    """

    ordered = Signal()
    opened = Signal(object)
    menu_wanted = Signal(object, object)
    asked = Signal(object)
    unread_wanted = Signal(object)
    left_out = Signal(object)
    tried_again = Signal()
    rest_wanted = Signal()
    account_wanted = Signal()
    mail_wanted = Signal()
    check_wanted = Signal()
    continued = Signal(str)
    undone = Signal(str)
    settings_wanted = Signal()
    elsewhere_wanted = Signal()
    rehearsal_wanted = Signal()
    day_came = Signal()

    def __init__(self, clock: Clock, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._clock = clock
        self._looked_at: datetime | None = None
        self._due: datetime | None = None
        self._checked = ""
        self.is_rehearsal = False
        self.header = Header()
        self.header.pressed.connect(self.ordered)
        self._busy = BusyView()
        self._map_place = QStackedWidget()
        self._map_place.addWidget(self._busy)
        self._views = ModestStack()
        self._views.addWidget(self._map_place)
        self.facts = Quiet()
        self.facts.setMinimumHeight(em(self, 1.2))
        self.facts.setContentsMargins(em(self, 0.2), 0, 0, 0)  # below the cards' own edge, as the link below it
        self.rest = LinkButton()
        self.rest.clicked.connect(self.rest_wanted)
        self.rest.hide()
        self.account = LinkButton(_("Every key of this account…"))
        self.account.clicked.connect(self.account_wanted)
        self.account.hide()
        self.note = NoteLine()
        self.note.hide()
        self._waiting = QVBoxLayout()
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(em(self, 1.5), em(self, 0.3), em(self, 1.5), em(self, 0.4))
        column.setSpacing(em(self, 0.3))
        column.addWidget(self.note)
        column.addLayout(self._waiting)
        column.addWidget(self._views, 1)
        column.addWidget(self.facts)
        column.addWidget(ButtonRow(self.rest, self.account))
        self._views.setMinimumHeight(em(self, 9))
        inside = QWidget()
        layout = QVBoxLayout(inside)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.header)
        layout.addWidget(middle, 1)
        layout.addWidget(self._bottom())
        around = QVBoxLayout(self)
        around.setContentsMargins(0, 0, 0, 0)
        around.addWidget(TallEnough(inside))
        # The only thing that ticks, and only while the window is seen: “2 minutes ago” has to stay true.
        self._minute = QTimer(self, interval=_MINUTE)
        self._minute.timeout.connect(self.tell_when)

    def _bottom(self) -> QWidget:
        self.tabs = Segments((_("Map"), _("List"), _("History")), _("View"))
        self.tabs.currentChanged.connect(self._change_view)
        self.when = Quiet()
        self.check = Button(_("&Check now"))
        self.check.clicked.connect(self.check_wanted)
        self.mail = Button(_("I got the &mail"))
        self.mail.clicked.connect(self.mail_wanted)
        self.mail.setEnabled(False)  # its answer is what the first look gives
        why = _("Keyturn looks through this computer first.")
        self.mail.setToolTip(unmarked(why))
        self.mail.setAccessibleDescription(why)
        self.settings = ShapeButton("sliders", _("Settings"))
        self.settings.clicked.connect(self.settings_wanted)
        foot = Foot()
        self._left = QHBoxLayout()
        self._left.setSpacing(em(self, 0.8))
        self._left.addWidget(self.tabs)
        self._left.addWidget(self.when, 1)
        foot.row.addLayout(self._left, 1)
        foot.row.addWidget(ButtonRow(self.check, self.mail, self.settings))
        return foot

    # ── Made when first wanted ───────────────────────────────────────────────────────────────────────────────────────

    @cached_property
    def _spinner(self) -> Spinner:
        """Turns while a further look goes on."""
        from keyturn.desktop.spinner import Spinner

        made = Spinner()
        made.hide()
        self._left.insertWidget(self._left.indexOf(self.when), made)
        return made

    @cached_property
    def map(self) -> KeyMap:
        """The drawn map."""
        from keyturn.desktop.key_map import KeyMap
        from keyturn.desktop.main_page import Scrolled

        made = KeyMap()
        made.opened.connect(self.opened)
        made.menu_wanted.connect(self.menu_wanted)
        made.unfolded.connect(lambda: self.tabs.setCurrentIndex(1))
        made.unread.connect(self.unread_wanted)
        made.left_out.connect(self.left_out)
        made.tried_again.connect(self.tried_again)
        made.asked.connect(self.asked)
        made.told.connect(self._tell_facts)
        self._drawn = Scrolled()
        self._drawn.column.setContentsMargins(0, 0, 0, 0)
        self._drawn.column.addWidget(made)
        made.reached.connect(self._drawn.ensureWidgetVisible)
        self._drawn.column.addStretch(1)
        self._map_place.addWidget(self._drawn)
        return made

    @cached_property
    def empty(self) -> EmptyView:
        """In place of the map where nothing was found."""
        from keyturn.desktop.empty_view import EmptyView

        made = EmptyView()
        made.elsewhere.connect(self.elsewhere_wanted)
        made.rehearsal.connect(self.rehearsal_wanted)
        self._map_place.addWidget(made)
        self._order_focus()
        return made

    @cached_property
    def list(self) -> DestinationList:
        """The same as the map, as a list."""
        from keyturn.desktop.destination_list import DestinationList

        made = DestinationList()
        made.opened.connect(self.opened)
        made.menu_wanted.connect(self.menu_wanted)
        made.unread.connect(self.unread_wanted)
        self._views.addWidget(made)
        self._order_focus()
        return made

    @cached_property
    def history(self) -> HistoryView:
        """What was done."""
        from keyturn.desktop.history_page import HistoryView

        made = HistoryView()
        made.continued.connect(self.continued)
        made.undone.connect(self.undone)
        self._views.addWidget(made)
        return made

    def _order_focus(self) -> None:
        """Tab goes from the top to the bottom, also through what was made later."""
        for before, after in pairwise(self._focusable()):
            QWidget.setTabOrder(before, after)

    def _focusable(self) -> Iterator[QWidget]:
        yield self.header.button
        if (waiting := self._waiting.itemAt(0)) is not None and (card := waiting.widget()) is not None:
            yield from _tabbed(card)
        yield from _tabbed(self._views)
        yield from (self.rest, self.account, self.tabs, self.check, self.mail, self.settings)

    @property
    def is_to_try_again(self) -> bool:
        """True where the header's button looks once more."""
        from keyturn.desktop.overview_words import try_again

        return self.header.button.text() == try_again()

    # ── What is shown ────────────────────────────────────────────────────────────────────────────────────────────────

    def show_busy(self, title: str, text: str) -> None:
        """A look goes on: over what is shown already, or over nothing yet."""
        if self._looked_at is None:
            self.header.show_busy(title, text)
            self._map_place.setCurrentWidget(self._busy)
        else:
            self._spinner.show()
            self.when.setText(title)

    def show_overview(self, prepared: Prepared) -> None:
        """Show what was found."""
        # The one who looked has imported them, in the thread that looked.
        from keyturn.desktop.overview_words import order_of, proof_sentence
        from keyturn.desktop.rehearsal_words import rehearsed
        from keyturn.desktop.rest_page import summary
        from keyturn.rotation.finding.situation import Mood

        overview = prepared.overview
        self._spinner.hide()
        is_first = self._looked_at is None
        self._looked_at, self._checked = overview.looked_at, proof_sentence(overview)
        situation = overview.situation
        if self.is_rehearsal:
            situation = replace(situation, sentences=tuple(map(rehearsed, situation.sentences)))
        self.mail.setEnabled(True)
        self.mail.setToolTip(unmarked(""))
        self.mail.setAccessibleDescription("")
        self.header.show_situation(situation, order_of(overview))
        self.map.show_picture(prepared.picture)
        self._map_place.setCurrentWidget(self.empty if situation.mood is Mood.NOTHING else self._drawn)
        self.list.show_rows(prepared.rows)
        if is_first and len(prepared.rows) > _EASILY_DRAWN:
            self.tabs.setCurrentIndex(1)  # and the map is a choice
        self.history.show_rotations(overview.rotations, complete=not overview.store_problems)
        rest = summary(overview)
        self.rest.setText(rest)
        self.rest.setToolTip(unmarked(rest))
        self.rest.setVisible(bool(rest))
        self.account.setVisible(bool(overview.survey.keys))
        self._tell_failures(overview)
        self._show_hint()
        self.tell_when()
        announce(self, f"{situation.title} {self.note.text() if not self.note.isHidden() else ''}".strip())
        if is_first:
            (self.header.button if self.header.button.text() else self.tabs).setFocus()

    def show_waiting(self, card: QWidget | None, due: datetime | None) -> None:
        """The days and the reminder above the map, while one waits; None where nobody does.

        Args:
            due: when `day_came` is said.
        """
        from keyturn.desktop.columns import empty

        self._due = due
        focused = next((one.text() for one in self._waited_buttons() if one.hasFocus()), None)
        empty(self._waiting)
        if card is not None:
            self._waiting.addWidget(card)
        self._order_focus()
        if (again := next((one for one in self._waited_buttons() if one.text() == focused), None)) is not None:
            again.setFocus()

    def _waited_buttons(self) -> Iterator[Button]:
        """The buttons of the card that is there while one waits."""
        if (item := self._waiting.itemAt(0)) is not None and (card := item.widget()) is not None:
            yield from card.findChildren(Button)

    def show_failure(self, error: AppError) -> None:
        """The look did not work out; what was shown before stays."""
        self._spinner.hide()
        self.note.show_text(str(error), ColorTone.BAD)
        self.note.show()
        if self._looked_at is None:
            from keyturn.desktop.overview_words import try_again

            self.header.show_failure(_("Keyturn could not look"), try_again())
            self._map_place.setCurrentWidget(self.empty)
        self.tell_when()

    def showEvent(self, event: QShowEvent) -> None:
        """Says how long ago the look was, and keeps that true from now on."""
        super().showEvent(event)
        self.tell_when()
        self._minute.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Stops counting the minutes while nobody sees them."""
        super().hideEvent(event)
        self._minute.stop()

    def say(self, text: str, file: Path | None = None) -> None:
        """Say what was just done, above the map, with the file that came of it."""
        self.note.show_text(text, ColorTone.GOOD, file)
        self.note.show()
        announce(self, text)

    def warn(self, text: str) -> None:
        """Answer, above the map, a press that changed nothing."""
        self.note.show_text(text, ColorTone.ATTENTION)
        self.note.show()
        announce(self, text)

    def _tell_failures(self, overview: Overview) -> None:
        from keyturn.desktop.overview_words import search_sentence

        failed = overview.failed
        if failed:
            first = failed[0].first_failure
            text = plural(
                "{count} backup does not reach its bucket: {detail}",
                "{count} backups do not reach their bucket: {detail}",
                len(failed),
            )
            detail = "" if first is None else first.detail
            self.note.show_text(text.format(count=len(failed), detail=detail), ColorTone.BAD)
        elif overview.store_problems:
            text = " ".join(str(problem) for problem in overview.store_problems)
            self.note.show_text(text, ColorTone.ATTENTION)
        elif overview.survey.searched is not None:
            self.note.show_text(search_sentence(overview), ColorTone.NEUTRAL)
        self.note.setVisible(bool(failed or overview.store_problems or overview.survey.searched))

    def _tell_facts(self, facts: str) -> None:
        hint = _("Point at a card, or reach it with Tab and the arrow keys, to read what is known of it.")
        self.facts.setText(facts or hint)

    def _show_hint(self) -> None:
        self.facts.setVisible(self.tabs.currentIndex() == 0 and self._looked_at is not None and bool(self.map.cards))

    def _change_view(self, index: int) -> None:
        self._views.setCurrentWidget((self._map_place, self.list, self.history)[index])
        self._show_hint()

    def tell_when(self) -> None:
        """Say how long ago the look was; each minute, and so the day for which one waited is noticed."""
        if self._due is not None and self._clock.now() >= self._due:
            self._due = None
            self.day_came.emit()
        if self._looked_at is None:
            self.when.setText("")
            return
        minutes = int((self._clock.now() - self._looked_at).total_seconds() // 60)
        hours = minutes // 60
        if minutes < 1:
            when = _("just now")
        elif hours < 1:
            when = plural("{count} minute ago", "{count} minutes ago", minutes).format(count=minutes)
        else:
            when = plural("{count} hour ago", "{count} hours ago", hours).format(count=hours)
        self.when.setText(self._checked.format(when=when))


def _tabbed(within: QWidget) -> Iterator[QWidget]:
    return (one for one in within.findChildren(QWidget) if one.focusPolicy() & Qt.FocusPolicy.TabFocus)
