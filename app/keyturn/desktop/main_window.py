"""The window: the main view, and the pages that are opened in front of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QMainWindow, QVBoxLayout, QWidget

from keyturn.desktop.closing_question import ClosingQuestion
from keyturn.desktop.first_frame import after_first_frame
from keyturn.desktop.front import Front
from keyturn.desktop.main_view import MainView
from keyturn.desktop.measures import em
from keyturn.desktop.runner import Desk, Runner, Task
from keyturn.desktop.things import Things
from keyturn.model.text import _

if TYPE_CHECKING:
    from keyturn.desktop.mail_page import MailPage
    from keyturn.desktop.overview import Overview
    from keyturn.desktop.page import Page
    from keyturn.desktop.picture import Prepared
    from keyturn.desktop.place_check import PlaceCheck
    from keyturn.desktop.seam import Assistant, Errand, OpenAssistant
    from keyturn.model.errors import AppError
    from keyturn.model.keys import AccessKeyId

_WEEK = 7  # days
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
    """

    def __init__(self, runner: Runner, doors: Doors, strip: QWidget | None = None) -> None:
        super().__init__()
        self.runner = runner
        self._doors = doors
        self._looking: Task | None = None
        self.overview: Overview | None = None
        self.setWindowTitle("Keyturn")
        self.view = MainView(runner.clock)
        self.view.is_rehearsal = runner.location.rehearsal
        self.pages = Front(self.view)
        self.things = Things(self, self.pages, runner)
        self._closes_then = False
        self._question = ClosingQuestion()
        self._question.agreed.connect(self._close_then)
        inside = QWidget()
        layout = QVBoxLayout(inside)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        if strip is not None:
            layout.addWidget(strip)
        layout.addWidget(self._question)
        layout.addWidget(self.pages, 1)
        self.setCentralWidget(inside)
        self.setAcceptDrops(True)
        self._connect()
        # 860 by 580 with a font of ordinary size.
        self.resize(em(self, 57), em(self, 38.5) + (0 if strip is None else strip.sizeHint().height()))

    def _connect(self) -> None:
        view = self.view
        view.ordered.connect(self._carry_out_order)
        view.opened.connect(self.things.open)
        view.menu_wanted.connect(self.things.show_menu)
        self.things.replaced.connect(self._replace)
        self.things.checked.connect(self._see_check)
        view.rest_wanted.connect(self._open_rest)
        view.asked.connect(self._replace)
        view.mail_wanted.connect(lambda: self._open_mail())
        view.check_wanted.connect(self.check)
        view.continued.connect(self._continue)
        view.undone.connect(self.open_undo)
        view.settings_wanted.connect(self._open_settings)
        view.elsewhere_wanted.connect(self._choose_another_computer)
        view.day_came.connect(lambda: self.look())
        view.rehearsal_wanted.connect(self._doors.rehearsal)
        self.runner.mistaken.connect(self.show_problem)
        self.runner.changing.connect(self._change_began_or_ended)
        after_first_frame(self, self._furnish)

    def _furnish(self) -> None:
        """What is not seen in the first frame."""
        from PySide6.QtGui import QAction, QKeySequence

        from keyturn.desktop.icons import window_icon

        self.setWindowIcon(window_icon())
        for text, sequence, act in (
            (_("Check now"), QKeySequence.StandardKey.Refresh, self.check),
            (_("Settings…"), QKeySequence.StandardKey.Preferences, self._open_settings),
            (_("Close"), QKeySequence.StandardKey.Close, self.close),
            (_("Quit"), QKeySequence.StandardKey.Quit, self.close),
        ):
            action = QAction(text, self)
            action.setShortcuts(QKeySequence.keyBindings(sequence))
            action.triggered.connect(act)
            self.addAction(action)

    # ── Looking ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def look(self, asked: str | None = None) -> None:
        """Look which keys are here, and how the rotations stand.

        Args:
            asked: the rotation of which AWS is asked, too, whether anybody uses its old key.
        """

        def work(desk: Desk) -> Prepared:
            from keyturn.desktop.overview import look
            from keyturn.desktop.picture import prepare

            return prepare(look(desk, asked))

        title = _("Looking through this computer…") if asked is None else _("Asking AWS who uses the old key…")
        self._look(work, title)

    def check(self) -> None:
        """Look again, and prove that every backup reaches its bucket."""

        def work(desk: Desk) -> Prepared:
            from keyturn.desktop.overview import look_and_prove
            from keyturn.desktop.picture import prepare

            return prepare(look_and_prove(desk))

        self._look(work, _("Proving every backup at AWS…"))

    def _look(self, work: Callable[[Desk], Prepared], title: str) -> None:
        if self._looking is not None:
            self._looking.forget()
        self.view.show_busy(
            title, _("Keyturn reads the files of backup programs and asks AWS about each key it finds.")
        )
        self._looking = self.runner.read(self, work, done=self._seen, failed=self._not_seen, doing=title)

    def _seen(self, prepared: Prepared) -> None:
        self._looking = None
        if self.overview is not None:
            prepared = prepared.after(self.overview)
        self.overview = self.things.overview = prepared.overview
        self.view.show_overview(prepared)
        self._show_waiting(prepared.overview)

    def _see_check(self, identity: str, check: PlaceCheck) -> None:
        """What was seen of one place counts on the map and in the list, too."""
        if self.overview is None or self._looking is not None:
            return  # a newer look is on its way
        from keyturn.desktop.picture import prepare

        overview = self.overview.with_check(identity, check)
        self.runner.read(
            self, lambda desk: prepare(overview), done=self._seen, failed=self.show_problem, doing=_("drawing the map")
        )

    def _show_waiting(self, overview: Overview) -> None:
        rotation = overview.waiting
        if rotation is None:
            self.view.show_waiting(None, None)
            return
        from keyturn.desktop.waiting_card import WaitingCard

        card = WaitingCard(rotation, overview.uses.get(rotation.name), self.runner)
        card.look_wanted.connect(lambda: self.look(rotation.name))
        card.details_wanted.connect(lambda: self._continue(rotation.name))
        due = rotation.watched_until if rotation.off_at is None else rotation.deletable_from
        self.view.show_waiting(card, due)

    def _not_seen(self, error: AppError) -> None:
        self._looking = None
        self.view.show_failure(error)

    # ── Pages ────────────────────────────────────────────────────────────────────────────────────────────────────────

    def open_page(self, page: Page) -> None:
        """Show a page in front of the main view."""
        self.pages.open(page)

    def open_key(self, key: AccessKeyId) -> None:
        """Show the page of a key."""
        self.things.open(key)

    def open_undo(self, name: str) -> None:
        """Ask whether everything that a rotation did is to be put back."""
        from keyturn.desktop.seam import PutBack

        self.open_assistant(PutBack(name))

    def open_assistant(self, errand: Errand) -> None:
        """Let the assistant lead through a rotation; it fills the window until it is left."""
        assistant = self._doors.assistant(self.runner, errand)
        assistant.left.connect(lambda: self._close_assistant(assistant))
        self.pages.bring(assistant)
        assistant.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_problem(self, error: AppError) -> None:
        """Say what went wrong on a page of its own; never in a box in front of everything."""
        from keyturn.desktop.page import ProblemPage

        self.open_page(ProblemPage(error))

    def _close_assistant(self, assistant: Assistant) -> None:
        self.pages.take_away(assistant)
        self.pages.take_all_away()
        self.look()

    def _continue(self, name: str) -> None:
        from keyturn.desktop.seam import RunningRotation

        self.open_assistant(RunningRotation(name))

    def _begin(self, key: AccessKeyId) -> None:
        from keyturn.desktop.seam import NewRotation

        self.open_assistant(NewRotation(key))

    @property
    def _is_led(self) -> bool:
        """The assistant is in front."""
        from keyturn.desktop.seam import Assistant

        return isinstance(self.pages.currentWidget(), Assistant)

    def _carry_out_order(self) -> None:
        if self.overview is None or self.view.is_to_try_again:
            self.look()
            return
        if self.overview.under_way:
            self._continue(self.overview.under_way[0][0].name)
        else:
            self._begin(self.overview.present.keys[0].key.access_key_id)

    def _replace(self, key: AccessKeyId) -> None:
        under_way = () if self.overview is None else self.overview.under_way
        for rotation, _result in under_way:
            if key in (rotation.decision.key, rotation.new_key):
                self._continue(rotation.name)
                return
        self._begin(key)

    def _open_rest(self) -> None:
        if self.overview is not None:
            from keyturn.desktop.rest_page import RestPage

            page = RestPage(self.overview, self.runner)
            page.unlocked.connect(lambda: self._see_unlocked(page))
            self.open_page(page)

    def _see_unlocked(self, page: Page) -> None:
        """What was opened is looked into, and the page that named it as closed is no longer true."""
        self.pages.take_away(page)
        self.look()

    def _open_mail(self, text: str = "") -> None:
        if self.overview is not None:
            from keyturn.desktop.mail_page import MailPage

            page = MailPage(self.overview.survey, text)
            page.opened.connect(self.open_key)
            page.replaced.connect(self._replace)
            page.reminded.connect(lambda: self._remind_in_a_week(page))
            self.open_page(page)

    def _remind_in_a_week(self, page: MailPage) -> None:
        def work(desk: Desk) -> str:
            from keyturn.reminders.checking import snooze
            from keyturn.rotation import words

            snooze(desk.workplace, _WEEK)
            return words.near_day(desk.workplace.clock.now() + timedelta(days=_WEEK))

        self.runner.change(
            page, work, done=page.say_reminded, failed=self.show_problem, doing=_("keeping the reminder")
        )

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Takes a mail, a file, a folder or a text, but not over a page that leads through a rotation."""
        data = event.mimeData()
        if self.overview is not None and not self._is_led and (data.hasUrls() or data.hasText()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Looks at what was dropped: a folder as another computer's, everything else for the key it is about."""
        from keyturn.desktop.dropped import dropped_of, read_dropped

        event.acceptProposedAction()
        dropped = dropped_of(event.mimeData())
        if isinstance(dropped, str):
            self._open_mail(dropped)
        elif dropped is not None and dropped.is_dir():
            self._doors.elsewhere(dropped)
        elif dropped is not None:
            self.runner.read(
                self,
                lambda desk: read_dropped(dropped),
                done=self._open_mail,
                failed=self.show_problem,
                doing=_("reading what was dropped"),
            )

    def _open_settings(self) -> None:
        from keyturn.desktop.settings_page import SettingsPage

        if not self._is_led and not isinstance(self.pages.currentWidget(), SettingsPage):
            self.open_page(SettingsPage(self.runner))

    def _choose_another_computer(self) -> None:
        from PySide6.QtWidgets import QFileDialog

        dialog = QFileDialog(self, _("The home folder on the other computer's disk"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda folder: self._doors.elsewhere(Path(folder)))
        dialog.open()

    # ── Closing ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def closeEvent(self, event: QCloseEvent) -> None:
        """Asks while something is changed, and closes when that is done; gives what only reads `_PATIENCE` to end."""
        doing = self.runner.change_under_way
        if doing is not None:
            event.ignore()
            if self._stops_waiting():
                self._close_then()  # it only waited for the person, so nothing is cut short
            elif not self._closes_then:
                # Safe all the same, should it be killed; but whoever closes the window would not see how it ends.
                self._question.ask(doing)
            return
        self.hide()
        self.runner.leave(_PATIENCE)
        event.accept()

    def _stops_waiting(self) -> bool:
        """Stop what only waits for the person; False where something else is going on."""
        from keyturn.desktop.seam import Assistant

        led = self.pages.currentWidget()
        return isinstance(led, Assistant) and led.stop_waiting()

    def _close_then(self) -> None:
        """Close when the change is done; at once where it is by now."""
        self._closes_then = True
        if self.runner.change_under_way is None:
            self.close()

    def _change_began_or_ended(self, changing: bool) -> None:
        if changing:
            return
        self._question.hide()
        if self._closes_then:
            QTimer.singleShot(0, self.close)
            return
        # The assistant shows what it changes itself, and the main view looks again when it is left.
        if not self._is_led:
            self.look()
