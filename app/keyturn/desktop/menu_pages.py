"""What the menu bar does with a window, and the pages that only it opens."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication

from keyturn.desktop.folder import ask_for_folder
from keyturn.desktop.menus import Acts, Situated
from keyturn.desktop.runner import Desk
from keyturn.model.text import _

if TYPE_CHECKING:
    from keyturn.desktop.main_window import MainWindow
    from keyturn.desktop.page import Page


class MenuPages:
    """One window's."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window

    def acts(self) -> Acts:
        """What each item does."""
        window = self._window
        return Acts(
            mail=window.mails.open,
            elsewhere=window.choose_another_computer,
            report=self._ask_for_report,
            settings=window.open_settings,
            close=window.close,
            quit=QApplication.closeAllWindows,
            show_view=self._show_view,
            check=window.check,
            replace=window.carry_out_order,
            put_back=lambda: window.open_undo(window.under_way),
            search=self._ask_for_folder,
            rehearse=window.doors.rehearsal,
            help=self.open_help,
            sees=window.view.rest_wanted.emit,
            keys=lambda: self.open_help(at_shortcuts=True),
            about=self.open_about,
        )

    def situated(self) -> Situated:
        """What of it can be done now."""
        window = self._window
        has_looked = window.overview is not None
        order = window.view.header.button.text() if has_looked else ""
        view = window.view.tabs.currentIndex()
        return Situated(window.is_led, has_looked, view, order, bool(window.under_way))

    def open_help(self, *, at_shortcuts: bool = False) -> None:
        """Show how Keyturn works; it is open once, however often its keys are pressed."""
        from keyturn.desktop.help_page import HelpPage

        self._open_once(HelpPage, lambda: HelpPage(self._window.menus.shortcuts, at_shortcuts=at_shortcuts))

    def open_about(self) -> None:
        """Show which Keyturn this is."""
        from keyturn.desktop.about_page import AboutPage

        self._open_once(AboutPage, AboutPage)

    def write_report(self, path: Path) -> None:
        """Write what was found and done into a file, without a secret."""
        window = self._window
        if window.overview is None:
            return
        survey = window.overview.survey

        def work(desk: Desk) -> Path:
            from keyturn.desktop.report_file import write_report

            return write_report(desk, survey, path)

        window.runner.read(
            window, work, done=self._say_where, failed=window.show_problem, doing=_("writing the report")
        )

    def _say_where(self, path: Path) -> None:
        self._window.view.say(_("The report is in {path}. It holds no secret.").format(path=path))

    def _ask_for_report(self) -> None:
        from keyturn.desktop.report_file import ask_for_file

        ask_for_file(self._window, self.write_report)

    def _ask_for_folder(self) -> None:
        ask_for_folder(self._window, _("A folder in which every file is searched for the keys"), self._search)

    def _search(self, folder: Path) -> None:
        self._window.pages.take_all_away()
        self._window.search(folder)

    def _show_view(self, index: int) -> None:
        """The map, the list or the history, whatever is in front of it."""
        self._window.pages.take_all_away()
        self._window.view.tabs.setCurrentIndex(index)

    def _open_once(self, kind: type[Page], make: Callable[[], Page]) -> None:
        if not isinstance(self._window.pages.currentWidget(), kind):
            self._window.open_page(make())
