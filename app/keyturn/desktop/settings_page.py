"""Settings: reminders, waiting periods, folders to search, the way to AWS, and where secrets are kept."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QSizePolicy,
    QSpinBox,
    QWidget,
)

from keyturn.desktop.look import Tone
from keyturn.desktop.measures import em
from keyturn.desktop.page import Page
from keyturn.desktop.runner import Desk, Runner
from keyturn.desktop.told_card import ToldCard
from keyturn.desktop.widgets import Button, Card, PrimaryButton, Quiet, Subheading, Toned
from keyturn.model.errors import AppError, StateError, StoreError
from keyturn.model.search_scope import SearchScope
from keyturn.model.text import _
from keyturn.reminders.autostart import autostart_of
from keyturn.reminders.started_program import Starts
from keyturn.state import settings as stored
from keyturn.state.secrets_kind import SecretsKind
from keyturn.state.settings import Proxy, Settings, Trust

_LONGEST = 36_500  # days, as the settings have it
Choice = TypeVar("Choice", bound=StrEnum)


class AtLogin(StrEnum):
    """What starts with the person's session."""

    NOTHING = "off"
    CHECK = "check"
    TRAY = "tray"


@dataclass(frozen=True, slots=True)
class Chosen:
    """All that the page shows.

    Attributes:
        problem: why the settings' file could not be understood; None where all is well.
        at_login: as the system has it now; None where it cannot be told, or is another computer's business.
    """

    settings: Settings
    problem: StoreError | None
    at_login: AtLogin | None


def read_choices(desk: Desk) -> Chosen:
    """Read the settings, and ask the system what it starts.

    Raises:
        StateError: where the settings are a newer Keyturn's.
    """
    try:
        return Chosen(stored.load(desk.workplace.folder), None, _at_login(desk))
    except StateError as error:
        if error.code not in {stored.DAMAGED, stored.TO_CONFIRM}:
            raise
        # They can be chosen anew here, from the usual ones.
        return Chosen(Settings(), error, _at_login(desk))


def write_choices(desk: Desk, settings: Settings, at_login: AtLogin | None) -> Chosen:
    """Keep the settings, and have the system start what is wanted; return how both are now.

    Raises:
        StoreError: where either could not be written.
    """
    stored.save(desk.workplace.folder, settings)
    if at_login is not None and at_login is not _at_login(desk):
        autostart = autostart_of(desk.workplace.computer)
        if at_login is AtLogin.NOTHING:
            autostart.disable()
        else:
            autostart.enable(Starts(at_login.value), desk.workplace.location.options)
    return read_choices(desk)


def _at_login(desk: Desk) -> AtLogin | None:
    if not desk.workplace.computer.is_this_one:
        return None
    try:
        started = autostart_of(desk.workplace.computer).started()
    except StoreError:
        return None
    return AtLogin.NOTHING if started is None else AtLogin(started.value)


class SettingsPage(Page):
    """Shows what is chosen, and keeps what the person chooses when “Save” is pressed."""

    def __init__(self, runner: Runner, parent: QWidget | None = None) -> None:
        super().__init__(_("Settings"), parent)
        self._runner = runner
        self._chosen: Chosen | None = None
        self.say_under_heading(_("They count for the window, the terminal and the reminders; no secret is among them."))
        self.save = PrimaryButton(_("Save"))
        self.save.setEnabled(False)
        self.save.clicked.connect(self._save)
        self.orders.addWidget(self.save)
        self.answer = Toned()
        self.answer.hide()
        self.column.addWidget(self.answer)
        self._reminders()
        self._waiting()
        self._searching()
        self._network()
        self._this_computer()
        self.told = ToldCard(runner)
        self.column.addWidget(self.told)
        self.column.addStretch(1)
        runner.read(self, read_choices, done=self._show, failed=self._tell, doing=_("reading the settings"))

    def focus_first(self) -> None:
        """Begin at the first setting."""
        self.root_limit.setFocus(Qt.FocusReason.OtherFocusReason)

    # ── The parts ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _reminders(self) -> None:
        form = self._card(_("Reminders"))
        self.root_limit, self.user_limit = _limit(self), _limit(self)
        self._add(form, _("A root key is old after:"), self.root_limit)
        self._add(form, _("An IAM user's key is old after:"), self.user_limit)
        self.at_login = _combo(
            self,
            {
                AtLogin.NOTHING: _("Nothing"),
                AtLogin.CHECK: _("Look once, and notify me of what is due"),
                AtLogin.TRAY: _("Show the icon in the tray or menu bar"),
            },
        )
        self._add(form, _("When I sign in here:"), self.at_login)

    def _waiting(self) -> None:
        form = self._card(_("How long a new rotation waits"))
        self.watch_days, self.off_days = _Days(self), _Days(self)
        self._add(form, _("Until the old key is turned off:"), self.watch_days)
        self._add(form, _("Until it is deleted:"), self.off_days)

    def _searching(self) -> None:
        form = self._card(_("Search for an old key"))
        names = {
            SearchScope.USUAL: _("In your home and the usual folders of settings"),
            SearchScope.ALL: _("On every disk"),
            SearchScope.NONE: _("Only where Keyturn knows to look"),
        }
        self.scope = _combo(self, names)
        self._add(form, _("Before it is replaced and turned off:"), self.scope)
        form.addRow(Quiet(_("Every file in these folders is searched as well, for a plan and before a key goes off:")))
        self.folders = QListWidget()
        self.folders.setAccessibleName(_("Folders to search"))
        self.folders.setFixedHeight(em(self, 4.5))
        add, remove = Button(_("Add a folder…")), Button(_("Remove"))
        add.clicked.connect(self._add_folder)
        remove.clicked.connect(lambda: self.folders.takeItem(self.folders.currentRow()))
        remove.setAccessibleName(_("Remove the chosen folder"))
        row = QHBoxLayout()
        row.addWidget(add)
        row.addWidget(remove)
        row.addStretch(1)
        form.addRow(self.folders)
        form.addRow(row)

    def _network(self) -> None:
        form = self._card(_("The way to AWS"))
        self.proxy = _combo(
            self,
            {
                Proxy.SYSTEM: _("The proxy that the system uses"),
                Proxy.NONE: _("No proxy"),
                Proxy.ADDRESS: _("This proxy:"),
            },
        )
        self.proxy_address = QLineEdit(placeholderText="http://proxy.example:3128")
        self.proxy_address.setAccessibleName(_("The proxy's address"))
        self.trust = _combo(
            self,
            {
                Trust.BUNDLED: _("The certificates that come with Keyturn"),
                Trust.SYSTEM: _("The system's, with those of a company or a virus scanner"),
                Trust.FILE: _("Those in this file:"),
            },
        )
        self.trust_file = QLineEdit()
        self.trust_file.setAccessibleName(_("The file with certificates"))
        choose = Button(_("Choose…"))
        choose.setAccessibleName(_("Choose the file with certificates"))
        choose.clicked.connect(self._choose_file)
        file = QHBoxLayout()
        file.addWidget(self.trust_file, 1)
        file.addWidget(choose)
        self._add(form, _("Proxy:"), self.proxy)
        self._add(form, "", self.proxy_address)
        self._add(form, _("Trust:"), self.trust)
        self._add(form, "", file)
        self.proxy.currentIndexChanged.connect(self._enable)
        self.trust.currentIndexChanged.connect(self._enable)
        self._file_button = choose

    def _this_computer(self) -> None:
        form = self._card(_("This program"))
        self.secrets = _combo(
            self,
            {
                SecretsKind.KEYRING: _("In the system's keychain"),
                SecretsKind.FILE: _("In a file that only you can read"),
                SecretsKind.MEMORY: _("Nowhere: they are gone when Keyturn ends"),
            },
        )
        self._add(form, _("Keep secrets:"), self.secrets)
        self.language = QComboBox()
        for code, name in ((None, _("As the system")), ("en", "English")):
            self.language.addItem(name, code)
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
        return form

    def _add(self, form: QFormLayout, text: str, field: QWidget | QHBoxLayout) -> None:
        """Add a row whose field begins where those of all cards begin; its label is the field's name for everybody."""
        label = QLabel(text)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setMinimumWidth(em(self, 13))
        if isinstance(field, QWidget) and text:
            label.setBuddy(field)
            field.setAccessibleName(text.removesuffix(":"))
        form.addRow(label, field)

    # ── Showing and keeping ──────────────────────────────────────────────────────────────────────────────────────────

    def _show(self, chosen: Chosen) -> None:
        self._chosen = chosen
        settings = chosen.settings
        self.root_limit.setValue(settings.root_limit_days or 0)
        self.user_limit.setValue(settings.user_limit_days or 0)
        self.watch_days.setValue(settings.watch_days)
        self.off_days.setValue(settings.off_days)
        _choose(self.scope, settings.search_scope)
        self.folders.clear()
        self.folders.addItems([str(folder) for folder in settings.search_folders])
        _choose(self.proxy, settings.proxy)
        self.proxy_address.setText(settings.proxy_address)
        _choose(self.trust, settings.trust)
        self.trust_file.setText("" if settings.trust_file is None else str(settings.trust_file))
        _choose(self.secrets, settings.secrets)
        self._show_language(settings.language)
        self.at_login.setEnabled(chosen.at_login is not None)
        _choose(self.at_login, chosen.at_login or AtLogin.NOTHING)
        self._enable()
        self.save.setEnabled(True)
        if chosen.problem is not None:
            self._tell(chosen.problem)

    def _show_language(self, language: str | None) -> None:
        if self.language.findData(language) < 0:
            self.language.addItem(language or "", language)
        self.language.setCurrentIndex(self.language.findData(language))

    def _enable(self) -> None:
        self.proxy_address.setEnabled(Proxy(self.proxy.currentData()) is Proxy.ADDRESS)
        for widget in (self.trust_file, self._file_button):
            widget.setEnabled(Trust(self.trust.currentData()) is Trust.FILE)

    def _save(self) -> None:
        if self._chosen is None:
            return
        file = self.trust_file.text().strip()
        try:
            settings = replace(
                self._chosen.settings,
                root_limit_days=self.root_limit.value() or None,
                user_limit_days=self.user_limit.value() or None,
                watch_days=self.watch_days.value(),
                off_days=self.off_days.value(),
                search_scope=SearchScope(self.scope.currentData()),
                search_folders=tuple(Path(self.folders.item(row).text()) for row in range(self.folders.count())),
                proxy=Proxy(self.proxy.currentData()),
                proxy_address=self.proxy_address.text().strip(),
                trust=Trust(self.trust.currentData()),
                trust_file=Path(file) if file else None,
                secrets=SecretsKind(self.secrets.currentData()),
                language=self.language.currentData(),
            )
        except AppError as error:
            self._tell(error)
            return
        at_login = None if self._chosen.at_login is None else AtLogin(self.at_login.currentData())
        self.save.setEnabled(False)
        self._runner.read(
            self,
            lambda desk: write_choices(desk, settings, at_login),
            done=self._saved,
            failed=self._tell,
            doing=_("keeping the settings"),
        )

    def _saved(self, chosen: Chosen) -> None:
        self._show(chosen)
        self._say(_("Saved."), Tone.GOOD)

    def _tell(self, error: AppError) -> None:
        self.save.setEnabled(self._chosen is not None)
        self._say(f"{error.title}. {error.message}", Tone.BAD)

    def _say(self, text: str, tone: Tone) -> None:
        self.answer.show_text(text, tone)
        self.answer.show()
        self.body.verticalScrollBar().setValue(0)

    def _add_folder(self) -> None:
        dialog = QFileDialog(self, _("A folder to search"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.folders.addItem)
        dialog.open()

    def _choose_file(self) -> None:
        dialog = QFileDialog(self, _("A file with certificates (PEM)"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.trust_file.setText)
        dialog.open()


def _limit(page: QWidget) -> QSpinBox:
    field = QSpinBox(page, minimum=0, maximum=_LONGEST, suffix=_(" days"))
    field.setSpecialValueText(_("never"))  # shown for zero
    return field


class _Days(QDoubleSpinBox):
    """A number of days, which may be a part of one and usually is not."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, minimum=0, maximum=_LONGEST, decimals=2, suffix=_(" days"))

    def textFromValue(self, value: float) -> str:
        return self.locale().toString(value, "g", 7)


def _combo(page: QWidget, names: dict[Choice, str]) -> QComboBox:
    # What Qt hands back is the choice's plain text, so it is made a choice again where it is read.
    combo = QComboBox(page)
    for choice, name in names.items():
        combo.addItem(name, choice)
    # A long choice must not make the whole window wide.
    combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    combo.setMinimumContentsLength(12)
    combo.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    return combo


def _choose(combo: QComboBox, choice: StrEnum) -> None:
    combo.setCurrentIndex(combo.findData(choice))
