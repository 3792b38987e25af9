"""What the map cannot show: copies of keys that no program reads, mentions, and what Keyturn could not look into."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QWidget

from keyturn.desktop.folder import can_be_shown, show_in_folder
from keyturn.desktop.main_page import MainPage
from keyturn.desktop.overview import Overview
from keyturn.desktop.reflowing import ButtonRow
from keyturn.desktop.runner import Runner
from keyturn.desktop.unknowns import key_that_can_do_without
from keyturn.desktop.unlocking import is_locked
from keyturn.desktop.widgets import Button, Card, Quiet, Strong, Subheading, Text, Verbatim
from keyturn.model.keys import AccessKeyId
from keyturn.model.places import Place, PlaceKind, Problem
from keyturn.model.text import _
from keyturn.rotation import labels


def holding(overview: Overview) -> tuple[Place, ...]:
    """Places that hold a key and are no program's destination."""
    return tuple(
        place for found in overview.survey.keys for place in found.places if place.kind is not PlaceKind.DESTINATION
    )


def troubles(overview: Overview) -> tuple[Problem, ...]:
    """What went wrong while looking; that AWS refuses a key that was turned off here is no trouble."""
    past = [one for one in overview.survey.keys if overview.retired(one) is not None]
    as_it_should = {one.failure.title for one in past if one.failure is not None}
    return tuple(one for one in overview.survey.problems if one.title not in as_it_should)


def summary(overview: Overview) -> str:
    """Both kinds in one line; empty where there is nothing to tell."""
    parts = []
    files = dict.fromkeys(place.path.name for place in holding(overview))
    if files:
        parts.append(_("Also holding a key: {files}").format(files=", ".join(files)))
    problems = troubles(overview)
    programs = dict.fromkeys(labels.program(one.client) for one in problems if one.client)
    if programs:
        parts.append(_("Cannot see inside: {programs}").format(programs=", ".join(programs)))
    elif problems:
        parts.append(problems[0].title)
    return "  ·  ".join(parts)


class RestPage(MainPage):
    """Everything that `summary` names, with what it means.

    Args:
        about: the file whose card was pressed: the keyboard begins at what can be done about it.

    Attributes:
        unlocked: something that was closed may be open now, so it is to be looked at again.
        left_out: a key is to be replaced without the file that could not be read; its ID, and the path.
    """

    unlocked = Signal()
    left_out = Signal(object, object)

    def __init__(
        self, overview: Overview, runner: Runner, about: Path | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(_("What else holds a key, and what is not seen"), parent)
        self._about = about
        self._begin_at: QWidget = self.back
        kinds = (
            (_("Copies that no program reads"), PlaceKind.LEFTOVER),
            (_("Files in which a key ID stands"), PlaceKind.MENTION),
        )
        for title, kind in kinds:
            places = [place for place in holding(overview) if place.kind is kind]
            if places:
                self.column.addWidget(Subheading(title))
                card = Card()
                for place in places:
                    card.column.addWidget(Strong(place.path.name))
                    card.column.addWidget(Verbatim(labels.short_path(place.path, overview.home)))
                    card.column.addWidget(Text(place.note or _about(kind, place)))
                self.column.addWidget(card)
        problems = troubles(overview)
        if problems:
            self.column.addWidget(Subheading(_("What Keyturn could not see, or what looks wrong")))
            locked = [one for one in problems if is_locked(one.code)]
            if locked:
                self._ask_for_password(locked, overview, runner)
            for problem in problems:
                key = key_that_can_do_without(overview, problem) if problem in overview.survey.unread else None
                if problem in locked and key is None:
                    continue  # its password is asked for above, and that is all
                card = Card()
                card.column.addWidget(Strong(problem.title))
                if problem.path is not None and str(problem.path) not in problem.title:
                    card.column.addWidget(Verbatim(labels.short_path(problem.path, overview.home)))
                if problem not in locked:
                    card.column.addWidget(Text(problem.message).selectable())
                if key is not None and problem.path is not None:
                    self._let_leave_out(card, key, problem.path, labels.short_path(problem.path, overview.home))
                self.column.addWidget(card)
            again = Button(_("Try again"))
            if about is not None and self._begin_at is self.back:
                self._begin_at = again
            again.setAccessibleDescription(_("Look once more whether all of it can be read now"))
            again.clicked.connect(self.unlocked)
            self.column.addWidget(ButtonRow(again))
        self.column.addStretch(1)

    def _let_leave_out(self, card: Card, key: AccessKeyId, path: Path, shown: str) -> None:
        about = _("The plan for {key} goes on without this file, and you look there before the old key is turned off.")
        card.column.addWidget(Quiet(about.format(key=key.masked)))
        button = Button(_("Leave it out…"))
        button.setAccessibleName(_("{path}: leave it out").format(path=shown))
        button.setAccessibleDescription(about.format(key=key.masked))
        button.clicked.connect(lambda: self.left_out.emit(key, path))
        if path == self._about:
            self._begin_at = button
        buttons = ButtonRow(button)
        if can_be_shown(path):
            folder = Button(_("Show in folder"))
            folder.setAccessibleName(_("{path}: show in folder").format(path=shown))
            folder.clicked.connect(lambda: show_in_folder(path))
            buttons.add(folder)
        card.column.addWidget(buttons)

    def _ask_for_password(self, locked: Sequence[Problem], overview: Overview, runner: Runner) -> None:
        # Later than the first frame: few have anything locked.
        from keyturn.desktop.unlock_card import UnlockCard

        paths = [one.path for one in locked if one.path is not None]
        card = UnlockCard(runner, [labels.short_path(path, overview.home) for path in paths])
        card.opened.connect(self.unlocked)
        if self._about in paths:
            self._begin_at = card.field
        self.column.addWidget(card)

    def focus_first(self) -> None:
        """At what can be done about the file whose card was pressed; else at the way back."""
        self._begin_at.setFocus(Qt.FocusReason.OtherFocusReason)
        if self._begin_at is not self.back:
            # The page is not laid out yet, and its column scrolls.
            QTimer.singleShot(0, self, lambda: self.body.ensureWidgetVisible(self._begin_at))


def _about(kind: PlaceKind, place: Place) -> str:
    key = place.access_key_id.masked
    if kind is PlaceKind.LEFTOVER:
        return _("It holds {key}. Anyone who copies this file has the key, until the key is deleted.").format(key=key)
    return _("{key} stands here ({where}); Keyturn cannot tell what for.").format(key=key, where=place.locator)
