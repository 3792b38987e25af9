"""The menu bar: everything that the window can do, by which keys, and why something cannot be done now.

Qt puts it into the system's own bar where there is one, with Settings, About and Quit in the program's menu.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from keyturn.model.text import _, unmarked

if TYPE_CHECKING:
    from PySide6.QtGui import QAction
    from PySide6.QtWidgets import QMenu, QMenuBar

    from keyturn.desktop.menu_acts import Acts, Situated

_VIEWS = 3


class Menus:
    """The four menus of a window. They are empty until `fill` is called, which can wait until the window is seen."""

    def __init__(self, bar: QMenuBar) -> None:
        self._bar = bar
        titles = (_("&File"), _("&View"), _("&Tools"), _("&Help"))
        self._menus = [bar.addMenu(title) for title in titles]
        for menu in self._menus:
            menu.setToolTipsVisible(True)
        self._actions: dict[str, QAction] = {}

    def fill(self, acts: Acts, situated: Callable[[], Situated]) -> None:
        """Put the items in.

        Args:
            situated: asked each time a menu is opened, and by `fit`.
        """
        from PySide6.QtGui import QAction, QActionGroup

        self._situated = situated
        file, view, tools, about = self._menus
        role = QAction.MenuRole
        self._add(file, "mail", _("I got the &mail…"), acts.mail, "Ctrl+M")
        self._add(file, "elsewhere", _("&Look at another disk…"), acts.elsewhere, "Ctrl+O")
        file.addSeparator()
        self._add(file, "report", _("Save a &report…"), acts.report, "Ctrl+S")
        file.addSeparator()
        self._add(file, "settings", _("Se&ttings…"), acts.settings, "Ctrl+,", role.PreferencesRole)
        file.addSeparator()
        self._add(file, "close", _("&Close the window"), acts.close, "Ctrl+W")
        self._add(file, "quit", _("&Quit"), acts.quit, "Ctrl+Q", role.QuitRole)
        views = QActionGroup(self._bar)
        for at, name in enumerate((_("&Map"), _("&List"), _("&History"))):
            one = self._add(view, f"view{at}", name, partial(acts.show_view, at), f"Ctrl+{at + 1}")
            one.setCheckable(True)
            views.addAction(one)
        self._add(tools, "check", _("&Check now"), acts.check, "F5")
        self._add(tools, "replace", _("&Replace a key safely…"), acts.replace, "Ctrl+R")
        self._add(tools, "fresh", _("&Keep it fresh…"), acts.fresh)
        self._add(tools, "account", _("&This account…"), acts.account)
        self._add(tools, "back", _("&Put everything back…"), acts.put_back)
        tools.addSeparator()
        self._add(tools, "search", _("&Search a folder…"), acts.search, "Ctrl+F")
        self._add(tools, "rehearse", _("Re&hearse…"), acts.rehearse)
        self._add(about, "help", _("&How it works"), acts.help, "F1")
        self._add(about, "sees", _("What Keyturn &sees"), acts.sees)
        self._add(about, "keys", _("&Keyboard shortcuts"), acts.keys, "Ctrl+/")
        about.addSeparator()
        self._add(about, "about", _("&About Keyturn"), acts.about, "", role.AboutRole)
        for menu in self._menus:
            menu.aboutToShow.connect(self.fit)
        self.fit()

    def fit(self) -> None:
        """Let act what can act now; the others say why they cannot."""
        if not self._actions:
            return
        now = self._situated()
        led = _("First leave the pages that are in front.") if now.is_led else ""
        looking = led or ("" if now.has_looked else _("Keyturn looks through this computer first."))
        for name in ("elsewhere", "check", "search", "rehearse", *(f"view{at}" for at in range(_VIEWS))):
            self._let(name, led)
        for name in ("mail", "report", "sees", "account"):
            self._let(name, looking)
        self._actions[f"view{now.view}"].setChecked(True)
        self._let("replace", looking or ("" if now.order else _("No key here needs to be replaced now.")))
        self._let("fresh", looking or ("" if now.has_keys else _("No key was found here.")))
        self._let("back", looking or ("" if now.can_be_put_back else _("No key is being replaced.")))

    @property
    def shortcuts(self) -> list[tuple[str, str]]:
        """Each item that has keys, and those, as the system writes them."""
        from PySide6.QtGui import QKeySequence

        return [
            (
                one.text().replace("&", "").removesuffix("…"),
                one.shortcut().toString(QKeySequence.SequenceFormat.NativeText),
            )
            for one in self._actions.values()
            if not one.shortcut().isEmpty()
        ]

    def action(self, name: str) -> QAction:
        """One of the items."""
        return self._actions[name]

    def _let(self, name: str, reason: str) -> None:
        one = self._actions[name]
        one.setEnabled(not reason)
        one.setToolTip(unmarked(reason))
        one.setStatusTip(unmarked(reason))

    def _add(
        self,
        menu: QMenu,
        name: str,
        text: str,
        act: Callable[[], object],
        keys: str = "",
        role: QAction.MenuRole | None = None,
    ) -> QAction:
        from PySide6.QtGui import QAction, QKeySequence

        one = menu.addAction(text)
        # Qt's standard keys for these are the same or none, but on macOS, where Check would have those of Replace.
        one.setShortcut(QKeySequence(keys))
        one.setMenuRole(role or QAction.MenuRole.NoRole)
        one.triggered.connect(lambda: act())
        self._actions[name] = one
        return one
