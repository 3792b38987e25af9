"""Who is told what happens, in the settings: a list, a trial for each, naming somebody and taking one away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QListWidgetItem, QWidget

from keyturn.desktop.font_sizes import em
from keyturn.desktop.look import ColorTone
from keyturn.desktop.outlined import Outlined, RowsList
from keyturn.desktop.reflowing import ButtonRow
from keyturn.desktop.runner import Desk, Runner
from keyturn.desktop.widgets import Button, Card, Quiet, Subheading, Toned
from keyturn.model.errors import AppError
from keyturn.model.text import _
from keyturn.reminders import naming_recipients
from keyturn.reminders.naming_recipients import Tried
from keyturn.rotation import labels
from keyturn.state.telling_queue import Told, read_told

if TYPE_CHECKING:
    from keyturn.desktop.recipient_form import RecipientForm
    from keyturn.model.recipients import Recipient


class ToldCard(Card):
    """The list, with what was said last below it."""

    def __init__(self, runner: Runner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self.column.addWidget(Subheading(_("Who is told")))
        self.lead = Quiet()
        self.column.addWidget(self.lead)
        self.people = RowsList()
        self.people.setAccessibleName(_("Who is told"))
        self.people.setWordWrap(True)
        self.people.setFixedHeight(em(self, 5))
        self.column.addWidget(Outlined(self.people))
        self.test, self.remove = Button(_("Test")), Button(_("Remove"))
        self.test.setAccessibleName(_("Send a test to the chosen one"))
        self.remove.setAccessibleName(_("Tell the chosen one no more"))
        self.add = Button(_("Tell somebody…"))
        self.add.clicked.connect(lambda: self._ask(True))
        self._form: RecipientForm | None = None
        self.test.clicked.connect(self._test)
        self.remove.clicked.connect(self._remove)
        self.column.addWidget(ButtonRow(self.add, self.test, self.remove))
        self.answer = Toned()
        self.answer.hide()
        self.column.addWidget(self.answer)
        self.people.currentRowChanged.connect(self._enable)
        self._show(())
        self._read()

    def _read(self) -> None:
        self._runner.read(self, _known, done=self._show, failed=self._fail, doing=_("reading who is told"))

    def _show(self, told: tuple[Told, ...]) -> None:
        self.lead.setText(
            _("When a key is made, off or due, and when something fails, these are told as well.")
            if told
            else _("Nobody but you. Anyone who is named here is told as well, by mail, by a web hook or by a program.")
        )
        self.people.clear()
        for one in told:
            text = f"{one.recipient.name}: {one.recipient.shown}"
            problem = one.queue.problem
            if problem is not None:
                said = _("{who}. Not told on {moment}: {title}")
                text = said.format(who=text, moment=labels.moment(problem.at), title=problem.title)
            item = QListWidgetItem(text)
            item.setData(Qt.ItemDataRole.UserRole, one.recipient.name)
            self.people.addItem(item)
        self.people.setVisible(bool(told))
        self.people.setCurrentRow(0 if told else -1)
        self._enable()

    def _enable(self) -> None:
        for button in (self.test, self.remove):
            button.setVisible(self.people.count() > 0)
            button.setEnabled(self.people.currentRow() >= 0)

    @property
    def _chosen(self) -> str:
        return str(self.people.currentItem().data(Qt.ItemDataRole.UserRole))

    @property
    def form(self) -> RecipientForm:
        """The fields in which somebody is named; made when they are first wanted."""
        if self._form is None:
            from keyturn.desktop.recipient_form import RecipientForm

            self._form = RecipientForm(self._runner)
            self._form.added.connect(self._added)
            self._form.left.connect(lambda: self._ask(False))
            self.column.addWidget(self._form)
        return self._form

    def _ask(self, asks: bool) -> None:
        self.form.setVisible(asks)
        self.add.setEnabled(not asks)
        (self.form.kind if asks else self.add).setFocus()

    def _added(self, recipient: Recipient) -> None:
        self._ask(False)
        self._read()
        text = _("{name} is told from now on. “Test” shows whether it is reached.")
        self._say(text.format(name=recipient.name), ColorTone.GOOD)

    def _test(self) -> None:
        name = self._chosen
        self.test.setEnabled(False)
        self._runner.read(
            self,
            lambda desk: naming_recipients.try_all(desk.workplace, name),
            done=self._tried,
            failed=self._fail,
            doing=_("telling people"),
        )

    def _tried(self, tried: tuple[Tried, ...]) -> None:
        self._enable()
        for one in tried:
            if one.problem is not None:
                self._fail(one.problem)
            else:
                took = _("{name} took the message.").format(name=one.recipient.name)
                self._say(took, ColorTone.GOOD)

    def _remove(self) -> None:
        name = self._chosen
        self.remove.setEnabled(False)
        self._runner.change(
            self,
            lambda desk: _without(desk, name),
            done=lambda told: self._removed(name, told),
            failed=self._fail,
            doing=_("telling one person no more"),
        )

    def _removed(self, name: str, told: tuple[Told, ...]) -> None:
        self._show(told)
        self._say(_("{name} is told nothing any more.").format(name=name), ColorTone.GOOD)

    def _fail(self, error: AppError) -> None:
        self._enable()
        self._say(str(error), ColorTone.BAD)

    def _say(self, text: str, tone: ColorTone) -> None:
        self.answer.show_text(text, tone)
        self.answer.show()


def _known(desk: Desk) -> tuple[Told, ...]:
    return read_told(desk.workplace.folder)


def _without(desk: Desk, name: str) -> tuple[Told, ...]:
    naming_recipients.remove(desk.workplace, name)
    return _known(desk)
