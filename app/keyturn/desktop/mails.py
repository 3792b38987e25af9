"""The mail: its page, and what is dropped on the window and goes into that page's field."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QObject, Signal

from keyturn.desktop.page_stack import Front
from keyturn.desktop.runner import Desk, Runner
from keyturn.model.text import _

if TYPE_CHECKING:
    # What a page needs is imported when it is opened.
    from keyturn.desktop.mail_page import MailPage
    from keyturn.desktop.overview import Overview

_WEEK = 7  # days


class Mails(QObject):
    """Opens the page in front of the main view.

    Attributes:
        overview: the newest look; None before the first.
        opened, replaced: of the page; the key.
        search_wanted, elsewhere_wanted: of the page.
        folder_dropped: another computer's home folder, to be looked at.
        failed: what was dropped cannot be read; the `AppError`.
    """

    opened = Signal(object)
    replaced = Signal(object)
    search_wanted = Signal()
    elsewhere_wanted = Signal()
    folder_dropped = Signal(object)
    failed = Signal(object)

    def __init__(self, front: Front, runner: Runner, parent: QObject) -> None:
        super().__init__(parent)
        self.overview: Overview | None = None
        self._front, self._runner = front, runner

    def open(self, text: str = "") -> None:
        """Show the page, with a text in its field."""
        if self.overview is None:
            return
        from keyturn.desktop.mail_page import MailPage

        page = MailPage(self.overview.survey, text)
        page.opened.connect(self.opened)
        page.replaced.connect(self.replaced)
        page.search_wanted.connect(self.search_wanted)
        page.elsewhere_wanted.connect(self.elsewhere_wanted)
        page.reminded.connect(lambda: self._remind_in_a_week(page))
        self._front.open(page)

    def takes(self, data: QMimeData) -> bool:
        """True for a mail, a file, a folder or a text."""
        return self.overview is not None and (data.hasUrls() or data.hasText())

    def take(self, data: QMimeData) -> None:
        """Look at what was dropped: a folder as another computer's, everything else for the key it is about."""
        from keyturn.desktop.dropped import dropped_of, read_dropped

        dropped = dropped_of(data)
        if isinstance(dropped, str):
            self.open(dropped)
        elif isinstance(dropped, Path) and dropped.is_dir():
            self.folder_dropped.emit(dropped)
        elif dropped is not None:
            self._runner.read(
                self,
                lambda desk: read_dropped(dropped),
                done=self.open,
                failed=self.failed.emit,
                doing=_("reading what was dropped"),
            )

    def _remind_in_a_week(self, page: MailPage) -> None:
        def work(desk: Desk) -> str:
            from datetime import timedelta

            from keyturn.reminders.checking import snooze
            from keyturn.rotation import labels

            snooze(desk.workplace, _WEEK)
            return labels.near_day(desk.workplace.clock.now() + timedelta(days=_WEEK))

        self._runner.change(
            page, work, done=page.say_reminded, failed=self.failed.emit, doing=_("keeping the reminder")
        )
