"""What the overview shows while one waits: the days, whether somebody is reminded, and whether the old key is used."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from keyturn.desktop.font_sizes import em
from keyturn.desktop.icons import Shape
from keyturn.desktop.look import ColorTone
from keyturn.desktop.old_key_use import OldKeyUse, UsesTold
from keyturn.desktop.pages.reminder import Reminder
from keyturn.desktop.reflowing import BesideButton
from keyturn.desktop.runner import Runner
from keyturn.desktop.waiting_line import WaitingLine
from keyturn.desktop.waiting_words import stations_of
from keyturn.desktop.widgets import Button, Card, Quiet, Text
from keyturn.model.text import _
from keyturn.rotation import labels
from keyturn.rotation.carrying_out import backups_seen
from keyturn.rotation.record import Rotation

_SHAPES = {UsesTold.NOBODY: ("check", ColorTone.GOOD), UsesTold.SOMEBODY: ("exclamation", ColorTone.ATTENTION)}
_NOT_KNOWN = "dot", ColorTone.NEUTRAL


def _seen(text: str, *, whole: bool) -> QWidget:
    """Which places were seen backing up, with a mark that says whether each was."""
    row = QWidget()
    column = QHBoxLayout(row)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(em(row, 0.6))
    mark = Shape(*(_SHAPES[UsesTold.NOBODY] if whole else ("hourglass", ColorTone.NEUTRAL)), 0.9)
    mark.setFixedHeight(row.fontMetrics().height())
    column.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
    column.addWidget(Text(text), 1)
    return row


class UseRow(BesideButton):
    """What AWS tells of the old key, how old that is, and what can be pressed about it."""

    def __init__(self, use: OldKeyUse | None, now: datetime, *buttons: Button) -> None:
        super().__init__(_told(use, now), *buttons)


def _told(use: OldKeyUse | None, now: datetime) -> QWidget:
    told = QWidget()
    said = QHBoxLayout()
    said.setSpacing(em(told, 0.6))
    shape, tone = _NOT_KNOWN if use is None else _SHAPES.get(use.told, _NOT_KNOWN)
    mark = Shape(shape, tone, 0.9)
    mark.setFixedHeight(told.fontMetrics().height())  # so that its middle is that of the first line
    said.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
    words = QVBoxLayout()
    words.setSpacing(0)
    words.addWidget(Text(_("Whether anybody uses the old key was not asked yet.") if use is None else use.text))
    if use is not None:
        words.addWidget(Quiet(use.age(now)))
    words.addStretch(1)
    said.addLayout(words, 1)
    column = QVBoxLayout(told)
    column.setContentsMargins(0, 0, 0, 0)
    column.addStretch(1)
    column.addLayout(said)
    column.addStretch(1)
    return told


class WaitingCard(Card):
    """The card.

    Attributes:
        look_wanted: AWS is to be asked now whether anybody uses the old key.
        details_wanted: the rotation's own page is wanted.
    """

    look_wanted = Signal()
    details_wanted = Signal()

    def __init__(self, rotation: Rotation, use: OldKeyUse | None, runner: Runner) -> None:
        super().__init__()
        self.column.setSpacing(em(self, 0.5))
        self.column.addWidget(WaitingLine(stations_of(rotation, use)))
        due = rotation.watched_until if rotation.off_at is None else rotation.deletable_from
        self.column.addWidget(Reminder(runner, "" if due is None else labels.near_day(due), at_once=True))
        backups = backups_seen.backups_of(rotation)
        if backups:
            self.column.addWidget(_seen(backups_seen.summary(rotation), whole=all(one.is_seen for one in backups)))
        details = Button(_("Details…"))
        details.clicked.connect(self.details_wanted)
        if rotation.off_at is not None:
            self.column.addWidget(details, 0, Qt.AlignmentFlag.AlignLeft)
            return
        look = Button(_("Look now"))
        look.clicked.connect(self.look_wanted)
        self.column.addWidget(UseRow(use, runner.clock.now(), look, details))
