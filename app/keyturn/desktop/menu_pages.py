"""What the menu bar does with a window, and the pages that only it opens."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication

from keyturn.desktop.folder import ask_for_folder
from keyturn.desktop.menu_acts import Acts, Situated
from keyturn.desktop.runner import Desk
from keyturn.model.keys import PrincipalKind
from keyturn.model.text import _

if TYPE_CHECKING:
    from keyturn.desktop.account_walk import AccountWalk
    from keyturn.desktop.ending_card import EndingCard
    from keyturn.desktop.main_page import MainPage
    from keyturn.desktop.main_window import MainWindow
    from keyturn.rotation.finding.whole_account import AccountKey


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
            fresh=self.open_renewal,
            account=self.open_account,
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
        has_keys = window.overview is not None and window.overview.to_renew is not None
        return Situated(window.is_led, has_looked, view, order, has_keys, bool(window.under_way))

    def open_help(self, *, at_shortcuts: bool = False) -> None:
        """Show how Keyturn works; it is open once, however often its keys are pressed."""
        from keyturn.desktop.help_page import HelpPage

        self._open_once(HelpPage, lambda: HelpPage(self._window.menus.shortcuts, at_shortcuts=at_shortcuts))

    def open_renewal(self) -> None:
        """Show how the newest key renews itself, or could."""
        found = None if self._window.overview is None else self._window.overview.to_renew
        if found is not None:
            self._window.things.open_renewal(found)

    @cached_property
    def walk(self) -> AccountWalk:
        """What this window saw of the whole account; it stays while the page is left."""
        from keyturn.desktop.account_walk import AccountWalk

        return AccountWalk(self._window.runner, self._window)

    def open_account(self) -> None:
        """Show every key of the account, also those that are not on this computer."""
        from keyturn.desktop.account_page import AccountPage

        window = self._window
        if window.overview is None or isinstance(window.pages.currentWidget(), AccountPage):
            return
        page = AccountPage(self.walk, window.overview.survey, window.runner)
        page.opened.connect(self.open_account_key)
        window.open_page(page)

    def open_account_key(self, one: AccountKey) -> None:
        """Show one key of it."""
        from keyturn.desktop.account_key_page import AccountKeyPage

        page = AccountKeyPage(one, self.walk, self._window.runner)
        page.shown.connect(lambda: self._window.open_key(one.key.access_key_id))
        page.continued.connect(self._window.open_rotation)
        self._window.open_page(page)

    def offers(self) -> EndingCard:
        """What is offered at the end, for the overview."""
        from keyturn.desktop.ending_card import EndingCard

        overview = self._window.overview
        found = None if overview is None else overview.to_renew
        renewable = found is not None and found.key.owner is not None and found.key.owner.kind is PrincipalKind.USER
        card = EndingCard(() if overview is None else overview.for_trash, renewable=renewable)
        card.report_wanted.connect(self._ask_for_report)
        card.trash_wanted.connect(self._clear_up)
        card.fresh_wanted.connect(self.open_renewal)
        return card

    def _clear_up(self) -> None:
        window = self._window
        rotation = None if window.overview is None else window.overview.ended
        if window.overview is None or rotation is None:
            return
        paths = window.overview.for_trash

        def work(desk: Desk) -> None:
            from keyturn.desktop.leftover_files import expect_offered
            from keyturn.desktop.trash import move_to_trash

            for path in paths:
                expect_offered(desk.workplace.computer, rotation, path)
                move_to_trash(path)

        # The window looks again after a change, and so sees what is left.
        window.runner.change(
            window,
            work,
            done=lambda nothing: window.view.say(_("It is in the trash now.")),
            failed=window.show_problem,
            doing=_("moving a file to the trash"),
        )

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
        self._window.view.say(_("The report is in {path}. It holds no secret.").format(path=path), path)

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

    def _open_once(self, kind: type[MainPage], make: Callable[[], MainPage]) -> None:
        if not isinstance(self._window.pages.currentWidget(), kind):
            self._window.open_page(make())
