"""Settings: reminders, waiting periods, folders to search, the way to AWS, and where secrets are kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QLocale, Qt, QTimer, Signal
from PySide6.QtWidgets import QFileDialog, QFormLayout, QHBoxLayout, QLabel, QWidget

from keyturn.computer.catalogues import languages
from keyturn.desktop.announcing import announce
from keyturn.desktop.folder import ask_for_folder
from keyturn.desktop.font_sizes import em
from keyturn.desktop.look import ColorTone
from keyturn.desktop.main_page import MainPage
from keyturn.desktop.outlined import Outlined, RowsList
from keyturn.desktop.pages.fields import ChoiceBox, Field
from keyturn.desktop.reflowing import ButtonRow
from keyturn.desktop.renewals_card import RenewalsCard
from keyturn.desktop.runner import Runner
from keyturn.desktop.settings_choices import Chosen, SettingsWriter, read_choices
from keyturn.desktop.settings_fields import Days, choose, combo, limit
from keyturn.desktop.told_card import ToldCard
from keyturn.desktop.widgets import Button, Card, Quiet, Subheading, Toned
from keyturn.model.errors import AppError
from keyturn.model.search_scope import SearchScope
from keyturn.model.text import _, capitalized
from keyturn.reminders.at_login import AtLogin
from keyturn.state.secrets_kind import SecretsKind
from keyturn.state.settings import Proxy, Settings, Trust

_SEEN = 4_000  # milliseconds that “Saved” stays


class SettingsPage(MainPage):
    """Shows what is chosen. A change counts at once; what makes no sense stays in its field and keeps nothing.

    Attributes:
        changed: something else than before counts now.
        renewal_wanted: how a key renews itself is to be changed; the `AccessKeyId`.
    """

    changed = Signal()
    renewal_wanted = Signal(object)

    def __init__(self, runner: Runner, parent: QWidget | None = None) -> None:
        super().__init__(_("Settings"), parent)
        self._runner = runner
        self._chosen: Chosen | None = None
        self._keeper = SettingsWriter()
        self.say_under_heading(_("What you change counts at once, also in the terminal. No secret is kept here."))
        self.saved = Toned(_("Saved"), ColorTone.GOOD)
        self.saved.setWordWrap(False)
        self.saved.hide()
        self.orders.add(self.saved)
        self._a_while = QTimer(self)
        self._a_while.setSingleShot(True)
        self._a_while.setInterval(_SEEN)
        self._a_while.timeout.connect(self.saved.hide)
        self.answer = Toned()
        self.answer.hide()
        self.column.addWidget(self.answer)
        self.usual = Button(_("Use the usual settings"))
        self.usual.clicked.connect(self._keep)
        self._usual_row = ButtonRow(self.usual)
        self._usual_row.hide()
        self.column.addWidget(self._usual_row)
        self._forms: list[QWidget] = []
        self._reminders()
        self._waiting()
        self._searching()
        self._network()
        self._this_computer()
        self.renewals = RenewalsCard(runner)
        self.renewals.wanted.connect(self.renewal_wanted)
        self.column.addWidget(self.renewals)
        self.told = ToldCard(runner)
        self.column.addWidget(self.told)
        self.column.addStretch(1)
        self._let_choose(False)
        self._listen()
        runner.read(self, read_choices, done=self._show, failed=self._tell, doing=_("reading the settings"))

    @property
    def is_ready(self) -> bool:
        """True where something can be chosen."""
        return self._chosen is not None

    def focus_first(self) -> None:
        """Begin at the first setting, once there is one."""
        first = self.root_limit if self.is_ready else self.back
        first.setFocus(Qt.FocusReason.OtherFocusReason)

    # ── The parts ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _reminders(self) -> None:
        form = self._card(_("Reminders"))
        self.root_limit, self.user_limit = limit(self), limit(self)
        self._add(form, _("A root key is old after:"), self.root_limit)
        self._add(form, _("An IAM user's key is old after:"), self.user_limit)
        self.at_login = combo(
            self,
            {
                AtLogin.NOTHING: _("Nothing"),
                AtLogin.CHECK: _("Look once, and notify me of what is due"),
                AtLogin.TRAY: _("Show the icon in the tray or menu bar"),
            },
        )
        self._add(form, _("When I sign in here:"), self.at_login)

    def _waiting(self) -> None:
        form = self._card(_("How long an old key stays"))
        self.watch_days, self.off_days = Days(self), Days(self)
        self._add(form, _("Until the old key is turned off:"), self.watch_days)
        self._add(form, _("Until it is deleted:"), self.off_days)

    def _searching(self) -> None:
        form = self._card(_("Search for an old key"))
        names = {
            SearchScope.USUAL: _("In your home and the usual folders of settings"),
            SearchScope.ALL: _("On every disk"),
            SearchScope.NONE: _("Only where Keyturn knows to look"),
        }
        self.scope = combo(self, names)
        self._add(form, _("Before it is replaced and turned off:"), self.scope)
        form.addRow(Quiet(_("Every file in these folders is searched as well, for a plan and before a key goes off:")))
        self.folders = RowsList()
        self.folders.setAccessibleName(_("Folders to search"))
        self.folders.setFixedHeight(em(self, 4.5))
        add, remove = Button(_("Add a folder…")), Button(_("Remove"))
        add.clicked.connect(self._add_folder)
        remove.clicked.connect(self._remove_folder)
        remove.setAccessibleName(_("Remove the chosen folder"))
        row = QHBoxLayout()
        row.addWidget(add)
        row.addWidget(remove)
        row.addStretch(1)
        form.addRow(Outlined(self.folders))
        form.addRow(row)

    def _network(self) -> None:
        form = self._card(_("The way to AWS"))
        self.proxy = combo(
            self,
            {
                Proxy.SYSTEM: _("The proxy that the system uses"),
                Proxy.NONE: _("No proxy"),
                Proxy.ADDRESS: _("This proxy:"),
            },
        )
        self.proxy_address = Field(placeholderText="http://proxy.example:3128")
        self.proxy_address.setAccessibleName(_("The proxy's address"))
        self.trust = combo(
            self,
            {
                Trust.BUNDLED: _("The certificates that come with Keyturn"),
                Trust.SYSTEM: _("The system's, with those of a company or a virus scanner"),
                Trust.FILE: _("Those in this file:"),
            },
        )
        self.trust_file = Field()
        self.trust_file.setAccessibleName(_("The file with certificates"))
        look = Button(_("Choose…"))
        look.setAccessibleName(_("Choose the file with certificates"))
        look.clicked.connect(self._choose_file)
        file = QHBoxLayout()
        file.addWidget(self.trust_file, 1)
        file.addWidget(look)
        self.proxy_problem, self.trust_problem = Toned(), Toned()
        self._add(form, _("Proxy:"), self.proxy)
        self._add(form, "", self.proxy_address)
        form.addRow("", self.proxy_problem)
        self._add(form, _("Trust:"), self.trust)
        self._add(form, "", file)
        form.addRow("", self.trust_problem)
        self._network_form, self._file_row = form, file

    def _this_computer(self) -> None:
        form = self._card(_("This program"))
        self.secrets = combo(
            self,
            {
                SecretsKind.KEYRING: _("In the system's keychain"),
                SecretsKind.FILE: _("In a file that only you can read"),
                SecretsKind.SYSTEMD: _("Sealed by systemd, for root's own jobs"),
                SecretsKind.MEMORY: _("Nowhere: they are gone when Keyturn ends"),
            },
        )
        self._add(form, _("Keep secrets:"), self.secrets)
        self.language = ChoiceBox()
        self.language.addItem(_("As the system"), None)
        for code in ("en", *languages()):
            self.language.addItem(_own_name(code), code)
        self._add(form, _("Language:"), self.language)
        form.addRow(Quiet(_("Both count from the next start on.")))

    def _card(self, title: str) -> QFormLayout:
        card = Card()
        card.column.addWidget(Subheading(title))
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        form.setVerticalSpacing(em(self, 0.4))
        card.column.addLayout(form)
        self.column.addWidget(card)
        self._forms.append(card)
        return form

    def _add(self, form: QFormLayout, text: str, field: QWidget | QHBoxLayout) -> None:
        """Add a row whose field begins where those of all cards begin; its label is the field's name for everybody."""
        label = QLabel(text)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setMinimumWidth(em(self, 13))
        label.setWordWrap(True)
        if isinstance(field, QWidget) and text:
            label.setBuddy(field)
            field.setAccessibleName(text.removesuffix(":"))
        form.addRow(label, field)

    # ── Showing and keeping ──────────────────────────────────────────────────────────────────────────────────────────

    def _listen(self) -> None:
        """From each change on, what is shown counts."""
        for number in (self.root_limit, self.user_limit, self.watch_days, self.off_days):
            number.setKeyboardTracking(False)  # not after each digit
            number.valueChanged.connect(self._keep)
        for one in (self.at_login, self.scope, self.proxy, self.trust, self.secrets, self.language):
            one.currentIndexChanged.connect(self._keep)
        for field in (self.proxy_address, self.trust_file):
            field.editingFinished.connect(self._keep)

    def _show(self, chosen: Chosen) -> None:
        self._chosen = None  # what is shown now is no choice of the person's
        settings = chosen.settings
        self.root_limit.setValue(settings.root_limit_days or 0)
        self.user_limit.setValue(settings.user_limit_days or 0)
        self.watch_days.setValue(settings.watch_days)
        self.off_days.setValue(settings.off_days)
        choose(self.scope, settings.search_scope)
        self.folders.clear()
        self.folders.addItems([str(folder) for folder in settings.search_folders])
        choose(self.proxy, settings.proxy)
        self.proxy_address.setText(settings.proxy_address)
        choose(self.trust, settings.trust)
        self.trust_file.setText("" if settings.trust_file is None else str(settings.trust_file))
        choose(self.secrets, settings.secrets)
        self._show_language(settings.language)
        choose(self.at_login, chosen.at_login or AtLogin.NOTHING)
        self._fit()
        self._let_choose(True)
        self.at_login.setEnabled(chosen.at_login is not None)
        self._chosen = chosen
        if self.back.hasFocus():
            self.focus_first()  # before, there was nothing to choose yet
        if chosen.problem is not None:
            self._tell(chosen.problem)
            self._usual_row.show()

    def _let_choose(self, may: bool) -> None:
        for card in self._forms:
            card.setEnabled(may)

    def _show_language(self, language: str | None) -> None:
        if self.language.findData(language) < 0:
            self.language.addItem(language or "", language)
        self.language.setCurrentIndex(self.language.findData(language))

    def _fit(self) -> None:
        """A field that belongs to one choice is there with that choice alone."""
        form = self._network_form
        form.setRowVisible(self.proxy_address, Proxy(self.proxy.currentData()) is Proxy.ADDRESS)
        form.setRowVisible(self._file_row, Trust(self.trust.currentData()) is Trust.FILE)

    def _keep(self) -> None:
        """Keep what is shown, but for what makes no sense: there the last good value stays in force."""
        if self._chosen is None:
            return
        self._fit()
        settings = replace(
            self._chosen.settings,
            root_limit_days=self.root_limit.value() or None,
            user_limit_days=self.user_limit.value() or None,
            watch_days=self.watch_days.value(),
            off_days=self.off_days.value(),
            search_scope=SearchScope(self.scope.currentData()),
            search_folders=tuple(Path(self.folders.item(row).text()) for row in range(self.folders.count())),
            secrets=SecretsKind(self.secrets.currentData()),
            language=self.language.currentData(),
        )
        address, file = self.proxy_address.text().strip(), self.trust_file.text().strip()
        proxy, trust = Proxy(self.proxy.currentData()), Trust(self.trust.currentData())
        settings = _as_far_as_it_makes_sense(
            self.proxy_problem,
            settings,
            lambda: replace(settings, proxy=proxy, proxy_address=address if proxy is Proxy.ADDRESS else ""),
        )
        known = settings
        settings = _as_far_as_it_makes_sense(
            self.trust_problem,
            settings,
            lambda: replace(known, trust=trust, trust_file=Path(file) if file and trust is Trust.FILE else None),
        )
        at_login = None if self._chosen.at_login is None else AtLogin(self.at_login.currentData())
        if (settings, at_login) == (self._chosen.settings, self._chosen.at_login) and self._chosen.problem is None:
            return
        self._chosen = replace(self._chosen, settings=settings, at_login=at_login, problem=None)
        self._keeper.newest = settings, at_login
        self._runner.read(self, self._keeper.write, done=self._kept, failed=self._tell, doing=_("keeping the settings"))

    def _kept(self, chosen: Chosen) -> None:
        self.answer.hide()
        self._usual_row.hide()
        self.saved.show()
        self._a_while.start()
        announce(self, _("Saved"))
        self.changed.emit()

    def _tell(self, error: AppError) -> None:
        self.answer.show_text(str(error), ColorTone.BAD)
        self.answer.show()
        self.body.verticalScrollBar().setValue(0)

    def _remove_folder(self) -> None:
        self.folders.takeItem(self.folders.currentRow())
        self._keep()

    def _add_folder(self) -> None:
        ask_for_folder(self, _("A folder to search"), lambda folder: self.add_folder(str(folder)))

    def add_folder(self, folder: str) -> None:
        """Search this folder, too."""
        self.folders.addItem(folder)
        self._keep()

    def _choose_file(self) -> None:
        dialog = QFileDialog(self, _("A file with certificates (PEM)"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self._trust)
        dialog.open()

    def _trust(self, path: str) -> None:
        self.trust_file.setText(path)
        self._keep()


def _as_far_as_it_makes_sense(told: Toned, known: Settings, wanted: Callable[[], Settings]) -> Settings:
    """The settings that are wanted; those that are known, with the reason in `told`, where they make no sense."""
    try:
        settings = wanted()
    except AppError as error:
        told.show_text(str(error), ColorTone.BAD)
        told.show()
        return known
    told.hide()
    return settings


def _own_name(language: str) -> str:
    """What those who speak it call it; "American English" would be one too many where there is one English."""
    return "English" if language == "en" else capitalized(QLocale(language).nativeLanguageName())
