"""The window: the main view, and the pages that are opened in front of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QMainWindow, QVBoxLayout, QWidget

from keyturn.desktop.detail_pages import Things
from keyturn.desktop.first_frame import after_first_frame
from keyturn.desktop.font_sizes import em
from keyturn.desktop.mails import Mails
from keyturn.desktop.main_view import MainView
from keyturn.desktop.menus import Menus
from keyturn.desktop.page_stack import Front
from keyturn.desktop.runner import Desk, Runner, Task
from keyturn.model.text import _

if TYPE_CHECKING:
    from keyturn.desktop.closing_window import Closing
    from keyturn.desktop.main_page import MainPage
    from keyturn.desktop.menu_pages import MenuPages
    from keyturn.desktop.navigation import Assistant, Errand, OpenAssistant
    from keyturn.desktop.overview import Overview
    from keyturn.desktop.picture import Prepared
    from keyturn.desktop.place_check import PlaceCheck
    from keyturn.desktop.unread_ways import UnreadWays
    from keyturn.model.errors import AppError
    from keyturn.model.keys import AccessKeyId

_PATIENCE = 3.0  # seconds in which readings may end when the window is closed


class Doors(NamedTuple):
    """What the window opens and does not know more of.

    Attributes:
        assistant: makes the pages that lead through one rotation.
        elsewhere: opens a window on another computer's home folder.
        rehearsal: opens a window on a sample computer.
    """

    assistant: OpenAssistant
    elsewhere: Callable[[Path], None]
    rehearsal: Callable[[], None]


class MainWindow(QMainWindow):
    """One window on one computer.

    Args:
        strip: stands above everything, such as the label of a rehearsal.

    Attributes:
        closing: the window is closed now.
    """

    closing = Signal()

    def __init__(self, runner: Runner, doors: Doors, strip: QWidget | None = None) -> None:
        super().__init__()
        self.runner = runner
        self.doors = doors
        self._looking: Task | None = None
        self.overview: Overview | None = None
        self.setWindowTitle("Keyturn")
        self.view = MainView(runner.clock)
        self.view.is_rehearsal = runner.location.rehearsal
        self.pages = Front(self.view)
        self.things = Things(self, self.pages, runner)
        self.mails = Mails(self.pages, runner, self)
        self.menus = Menus(self.menuBar())
        inside = QWidget()
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        if strip is not None:
            self._column.addWidget(strip)
        self._column.addWidget(self.pages, 1)
        self.setCentralWidget(inside)
        self.setAcceptDrops(True)
        self._connect()
        # 860 by 580 with a font of ordinary size, and what stands above.
        above = self.menuBar().sizeHint().height() + (0 if strip is None else strip.sizeHint().height())
        self.resize(em(self, 57), em(self, 38.5) + above)

    def _connect(self) -> None:
        view = self.view
        view.ordered.connect(self.carry_out_order)
        view.opened.connect(self.things.open)
        view.menu_wanted.connect(self.things.show_menu)
        self.things.replaced.connect(self._replace)
        self.things.checked.connect(self._see_check)
        view.rest_wanted.connect(lambda: self._unread.open())
        view.unread_wanted.connect(lambda path: self._unread.open(path))
        view.left_out.connect(lambda path: self._unread.leave_out(path))
        view.tried_again.connect(lambda: self._unread.try_again())
        view.asked.connect(self._replace)
        view.mail_wanted.connect(lambda: self.mails.open())
        view.account_wanted.connect(lambda: self.menu_pages.open_account())
        self.mails.opened.connect(self.things.open)
        self.mails.replaced.connect(self._replace)
        self.mails.search_wanted.connect(lambda: self.menus.action("search").trigger())
        self.mails.elsewhere_wanted.connect(self.choose_another_computer)
        self.mails.folder_dropped.connect(self.doors.elsewhere)
        self.mails.failed.connect(self.show_problem)
        view.check_wanted.connect(self.check)
        view.continued.connect(self.open_rotation)
        view.undone.connect(self.open_undo)
        view.settings_wanted.connect(self.open_settings)
        view.elsewhere_wanted.connect(self.choose_another_computer)
        view.day_came.connect(lambda: self.look())
        view.rehearsal_wanted.connect(self.doors.rehearsal)
        self.runner.mistaken.connect(self.show_problem)
        self.runner.changing.connect(self._change_began_or_ended)
        after_first_frame(self, self._furnish)

    def _furnish(self) -> None:
        """What is not seen in the first frame."""
        from keyturn.desktop.icons import window_icon

        self.setWindowIcon(window_icon())
        self.menus.fill(self.menu_pages.acts(), self.menu_pages.situated)
        self.pages.currentChanged.connect(self.menus.fit)
        self.view.tabs.currentChanged.connect(self.menus.fit)

    @cached_property
    def menu_pages(self) -> MenuPages:
        """What the menu bar does; a signal alone would not keep it."""
        from keyturn.desktop.menu_pages import MenuPages

        return MenuPages(self)

    @cached_property
    def _unread(self) -> UnreadWays:
        """What is done about what could not be read."""
        from keyturn.desktop.unread_ways import UnreadWays

        return UnreadWays(self, self._begin)

    @property
    def under_way(self) -> str:
        """The rotation that the header speaks of; empty where none is under way."""
        return self.overview.under_way[0][0].name if self.overview and self.overview.under_way else ""

    # ── Looking ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def look(self, asked: str | None = None) -> None:
        """Look which keys are here, and how the rotations stand.

        Args:
            asked: the rotation of which AWS is asked, too, whether anybody uses its old key.
        """

        title = _("Looking through this computer…") if asked is None else _("Asking AWS who uses the old key…")
        self._look(lambda desk: _seen_by(desk, asked=asked), title)

    def search(self, folder: Path) -> None:
        """Look again, and search every file of a folder for the keys that were found."""
        self._look(lambda desk: _seen_by(desk, folder=folder), _("Searching {folder}…").format(folder=folder.name))

    def check(self) -> None:
        """Look again, and prove that every backup reaches its bucket."""

        def take(desk: Desk) -> Overview:
            from keyturn.desktop.overview import look_and_prove

            return look_and_prove(desk)

        self._look(take, _("Proving every backup at AWS…"))

    def _look(self, take: Callable[[Desk], Overview], title: str) -> None:
        def work(desk: Desk) -> Prepared:
            overview = take(desk)
            from keyturn.desktop.picture import prepare

            return prepare(overview)

        if self._looking is not None:
            self._looking.forget()
        about = _("Keyturn reads the files of backup programs and asks AWS about each key it finds.")
        self.view.show_busy(title, about)
        self._looking = self.runner.read(self, work, done=self._seen, failed=self._not_seen, doing=title)

    def _seen(self, prepared: Prepared) -> None:
        self._looking = None
        if self.overview is not None:
            prepared = prepared.after(self.overview)
        self.overview = self.things.overview = self.mails.overview = prepared.overview
        self.view.show_overview(prepared)
        self._show_waiting(prepared.overview)
        self.menus.fit()
        self._unread.answer(prepared.overview)

    def _see_check(self, identity: str, check: PlaceCheck) -> None:
        """What was seen of one place counts on the map and in the list, too."""
        if self.overview is None or self._looking is not None:
            return  # a newer look is on its way
        from keyturn.desktop.picture import prepare

        overview = self.overview.with_check(identity, check)
        doing = _("drawing the map")
        self.runner.read(self, lambda desk: prepare(overview), done=self._seen, failed=self.show_problem, doing=doing)

    def _show_waiting(self, overview: Overview) -> None:
        rotation = overview.waiting
        if rotation is None:
            offers = None if overview.ended is None else self.menu_pages.offers()
            self.view.show_waiting(offers, None)
            return
        from keyturn.desktop.waiting_card import WaitingCard

        card = WaitingCard(rotation, overview.uses.get(rotation.name), self.runner)
        card.look_wanted.connect(lambda: self.look(rotation.name))
        card.details_wanted.connect(lambda: self.open_rotation(rotation.name))
        due = rotation.watched_until if rotation.off_at is None else rotation.deletable_from
        self.view.show_waiting(card, due)

    def _not_seen(self, error: AppError) -> None:
        self._looking = None
        self.view.show_failure(error)

    # ── Pages ────────────────────────────────────────────────────────────────────────────────────────────────────────

    def open_page(self, page: MainPage) -> None:
        """Show a page in front of the main view."""
        self.pages.open(page)

    def open_key(self, key: AccessKeyId) -> None:
        """Show the page of a key."""
        self.things.open(key)

    def open_undo(self, name: str) -> None:
        """Ask whether everything that a rotation did is to be put back."""
        from keyturn.desktop.navigation import PutBack

        self.open_assistant(PutBack(name))

    def open_assistant(self, errand: Errand) -> None:
        """Let the assistant lead through a rotation; it fills the window until it is left."""
        led = self._led
        if led is not None:
            self.pages.back_to(led)  # one rotation at a time: it goes on where it was
            return
        assistant = self.doors.assistant(self.runner, errand)
        assistant.left.connect(lambda: self._close_assistant(assistant))
        self.pages.bring(assistant)
        assistant.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_problem(self, error: AppError) -> None:
        """Say what went wrong on a page of its own; never in a box in front of everything."""
        from keyturn.desktop.main_page import ProblemPage

        self.open_page(ProblemPage(error))

    def _close_assistant(self, assistant: Assistant) -> None:
        self.pages.take_away(assistant)
        self.pages.take_all_away()
        self.look()

    def open_rotation(self, name: str) -> None:
        """Let the assistant carry a rotation on."""
        from keyturn.desktop.navigation import RunningRotation

        self.open_assistant(RunningRotation(name))

    def _begin(self, key: AccessKeyId, *leave_out: Path) -> None:
        from keyturn.desktop.navigation import NewRotation

        self.open_assistant(NewRotation(key, leave_out))

    @property
    def is_led(self) -> bool:
        """The assistant is open: in front, or with a page such as the settings before it."""
        return self._led is not None

    @property
    def _led(self) -> Assistant | None:
        from keyturn.desktop.navigation import Assistant

        return next((one for one in self.pages.everything if isinstance(one, Assistant)), None)

    def carry_out_order(self) -> None:
        """Do what the header's button says."""
        if self.overview is None or self.view.is_to_try_again:
            self.look()
            return
        if self.overview.under_way:
            self.open_rotation(self.overview.under_way[0][0].name)
        else:
            self._begin(self.overview.present.keys[0].key.access_key_id)

    def _replace(self, key: AccessKeyId) -> None:
        under_way = () if self.overview is None else self.overview.under_way
        for rotation, _result in under_way:
            if key in (rotation.decision.key, rotation.new_key):
                self.open_rotation(rotation.name)
                return
        self._begin(key)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Takes a mail, a file, a folder or a text, wherever it is over the window."""
        if self.mails.takes(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Looks at what was dropped."""
        event.acceptProposedAction()
        self.mails.take(event.mimeData())

    def open_settings(self) -> None:
        """Show the settings."""
        from keyturn.desktop.settings_page import SettingsPage

        if isinstance(self.pages.currentWidget(), SettingsPage):
            return
        page = SettingsPage(self.runner)
        changes: list[None] = []
        page.changed.connect(lambda: changes.append(None))
        page.renewal_wanted.connect(self.things.open_renewal_of)
        page.left.connect(lambda: self._take_settings() if changes else None)
        self.open_page(page)

    def _take_settings(self) -> None:
        """What was changed counts for what is in front: the overview looks again, and a plan is made anew."""
        led = self._led
        if led is None:
            self.look()
        else:
            led.take_settings()

    def choose_another_computer(self) -> None:
        """Ask for the home folder on another computer's disk, and open a window on it."""
        from keyturn.desktop.folder import ask_for_folder

        ask_for_folder(self, _("The home folder on the other computer's disk"), self.doors.elsewhere)

    # ── Closing ──────────────────────────────────────────────────────────────────────────────────────────────────────

    @cached_property
    def _closing(self) -> Closing:
        """Its question stands above the pages."""
        from keyturn.desktop.closing_window import Closing

        at = self._column.indexOf(self.pages)
        return Closing(self, self.pages, self.runner, lambda question: self._column.insertWidget(at, question))

    def closeEvent(self, event: QCloseEvent) -> None:
        """Asks while something is changed, and closes when that is done; gives what only reads `_PATIENCE` to end."""
        if not self._closing.may_close():
            event.ignore()
            return
        self.closing.emit()
        self.hide()
        self.runner.leave(_PATIENCE)
        event.accept()

    def _change_began_or_ended(self, changing: bool) -> None:
        if changing or self._closing.closes_now():
            return
        # The assistant shows what it changes itself, and the main view looks again when it is left.
        if not self.is_led:
            self.look()


def _seen_by(desk: Desk, asked: str | None = None, folder: Path | None = None) -> Overview:
    from keyturn.desktop.overview import look

    return look(desk, asked, folder)
