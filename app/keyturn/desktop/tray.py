"""The icon in the tray or menu bar: how it stands by shape and colour, and a menu that starts everything else."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QGuiApplication, QIcon
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from keyturn.desktop.icons import pixmap
from keyturn.desktop.look import DARK, LIGHT, ColorTone, tone_colour
from keyturn.desktop.outlook_process import OutlookProcess, RemindAnswer
from keyturn.model.text import _, unmarked

# A shape of its own for each state (facts/anchors.md 4.2): who sees no colours sees the same.
_SHAPES = {
    "ok": ("shield-fine", ColorTone.GOOD),
    "attention": ("shield-attention", ColorTone.ATTENTION),
    "urgent": ("shield-broken", ColorTone.BAD),
    "working": ("shield-working", ColorTone.ACCENT),
}
_UNKNOWN = ("shield-unknown", ColorTone.NEUTRAL)
_SIDES = (16, 22, 24, 32, 48)  # pixels, as trays have them
_SNOOZES = (1, 7, 30)  # days
# Nothing ticks more often than this; a deadline is a matter of days.
_LOOK_EVERY = timedelta(hours=6)
_ASK_AWS_EVERY = timedelta(hours=24)


class Tray(QObject):
    """The icon and its menu.

    Attributes:
        opened: the window is wanted.
        quit_wanted: the icon is to go.
    """

    opened = Signal()
    quit_wanted = Signal()

    def __init__(self, outlook: OutlookProcess, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._outlook = outlook
        outlook.told.connect(self._show)
        outlook.failed.connect(self._show_failure)
        self._told: RemindAnswer | None = None
        self.menu = QMenu()
        self.menu.aboutToShow.connect(self._look)
        self.status = self._add("", lambda: None)
        self.status.setEnabled(False)
        self.go_on = self._add(_("Go on replacing the key…"), self.opened.emit)
        self.go_on.setVisible(False)
        self.check = self._add(_("Check now"), self.check_now)
        self.snooze = self.menu.addMenu(_("Remind me"))
        names = (_("Tomorrow"), _("In a week"), _("In a month"))
        for days, name in zip(_SNOOZES, names, strict=True):
            action = self.snooze.addAction(name)
            action.triggered.connect(lambda _checked=False, days=days: self._snooze(days))
        self.snooze.addSeparator()
        # A person who is sent away for a month is called back also after the computer was off.
        self.again = self.snooze.addAction(_("And show this icon each time I sign in"))
        self.again.setCheckable(True)
        self.again.setChecked(True)
        self.again.setVisible(False)
        self.menu.addSeparator()
        self.open = self._add(_("Open Keyturn"), self.opened.emit)
        self._add(_("Quit"), self.quit_wanted.emit)
        self.icon = QSystemTrayIcon(self)
        self.icon.setContextMenu(self.menu)
        self.icon.activated.connect(self._clicked)
        self.icon.messageClicked.connect(self.opened)
        self._timer = QTimer(self, interval=int(_LOOK_EVERY.total_seconds() * 1000))
        self._timer.setTimerType(Qt.TimerType.VeryCoarseTimer)
        self._timer.timeout.connect(self._look_or_check)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._paint)
        self._say(_("Keyturn has not looked yet"))
        self._paint()

    def show(self) -> None:
        """Show the icon, and look how it stands."""
        self.icon.show()
        self._timer.start()
        self._look()

    def hide(self) -> None:
        """Take the icon away."""
        self._timer.stop()
        self._outlook.stop()
        self.icon.hide()

    def check_now(self) -> None:
        """Look at the keys and ask AWS, in a process of its own."""
        self._say(_("Keyturn is looking…"))
        self._check()

    def _check(self) -> None:
        self.check.setEnabled(False)
        self._outlook.ask("--check", "--hand-over")

    def _snooze(self, days: int) -> None:
        stays = ("--at-login", "tray") if self.again.isVisible() and self.again.isChecked() else ()
        self._outlook.ask("--snooze", str(days), *stays)

    def _look(self) -> None:
        self._outlook.ask()

    def _look_or_check(self) -> None:
        checked = None if self._told is None else self._told.checked
        if checked is None or datetime.now(UTC) - checked >= _ASK_AWS_EVERY:
            self._check()
        else:
            self._look()

    def _show(self, told: RemindAnswer) -> None:
        first = self._told is None
        self._told = told
        self.check.setEnabled(True)
        self.go_on.setVisible(bool(told.rotations))
        self.again.setVisible(told.at_login == "off")
        self.snooze.setTitle(_remind_me(told))
        self._say(told.sentence)
        self._paint()
        if told.notification is not None:
            title, message = told.notification
            self.icon.showMessage(unmarked(title), unmarked(message), self.icon.icon())
        if first:
            self._look_or_check()

    def _show_failure(self, sentence: str) -> None:
        self._told = None
        self.check.setEnabled(True)
        self._say(sentence)
        self._paint()

    def _say(self, sentence: str) -> None:
        # In a menu a single `&` would be a mnemonic.
        self.status.setText(unmarked(sentence).replace("&", "&&"))
        self.icon.setToolTip(unmarked(f"Keyturn: {sentence}"))

    def _paint(self) -> None:
        name, tone = _UNKNOWN if self._told is None else _SHAPES.get(self._told.state, _UNKNOWN)
        dark = QGuiApplication.styleHints().colorScheme() is Qt.ColorScheme.Dark
        icon = QIcon()
        for side in _SIDES:
            icon.addPixmap(pixmap(name, side, tone_colour(DARK if dark else LIGHT, tone), 1.0))
        # macOS draws menu-bar icons itself, in the colour that its bar needs.
        icon.setIsMask(sys.platform == "darwin")
        self.icon.setIcon(icon)

    def _clicked(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        # On macOS a click opens the menu, as everything in the menu bar does.
        if reason is QSystemTrayIcon.ActivationReason.Trigger and sys.platform != "darwin":
            self.opened.emit()

    def _add(self, text: str, act: object) -> QAction:
        action = QAction(text, self.menu)
        action.triggered.connect(act)
        self.menu.addAction(action)
        return action


def _remind_me(told: RemindAnswer) -> str:
    """The menu's title: since when it is silent, and that nobody reminds where this icon alone would."""
    if told.snoozed_until is None:
        return _("Remind me")
    from keyturn.rotation import labels  # the icon is there before anybody opens its menu

    date = labels.day(told.snoozed_until)
    if told.at_login == "off":
        return _("Remind me (not before {date}, and only while this icon is here)").format(date=date)
    return _("Remind me (not before {date})").format(date=date)
