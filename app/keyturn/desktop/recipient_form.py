"""Naming somebody who is told what happens: by mail, by a web hook, or by a program of one's own."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFormLayout, QLineEdit, QWidget

from keyturn.desktop.look import ColorTone
from keyturn.desktop.pages.fields import Field
from keyturn.desktop.reflowing import ButtonRow
from keyturn.desktop.runner import Desk, Runner
from keyturn.desktop.settings_fields import combo
from keyturn.desktop.widgets import Button, Toned
from keyturn.model.errors import AppError, UsageError
from keyturn.model.keys import Secret
from keyturn.model.recipients import HookShape, MailSecurity, Recipient, RecipientKind, read_mail_server
from keyturn.model.text import _
from keyturn.reminders import naming_recipients

# What their makers call them.
_SHAPES = {
    HookShape.JSON: "JSON",
    HookShape.SLACK: "Slack",
    HookShape.TEAMS: "Teams",
    HookShape.NTFY: "ntfy",
    HookShape.HEALTHCHECKS: "Healthchecks",
}


class RecipientForm(QWidget):
    """The fields that belong to the chosen way. What was typed secretly is forgotten as soon as it is handed over.

    Attributes:
        added: somebody is told from now on; the `Recipient`.
        left: the person thought better of it.
    """

    added = Signal(object)
    left = Signal()

    def __init__(self, runner: Runner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self.kind = combo(
            self,
            {
                RecipientKind.MAIL: _("By mail"),
                RecipientKind.WEBHOOK: _("By a web hook"),
                RecipientKind.COMMAND: _("By a program of your own"),
            },
        )
        self.address, self.server, self.user = Field(), Field(), Field()
        self.server.setPlaceholderText("smtp.example.com:587")
        self.security = combo(
            self, {MailSecurity.STARTTLS: _("STARTTLS, mostly port 587"), MailSecurity.TLS: _("TLS, mostly port 465")}
        )
        self.password, self.hook = Field(), Field()
        for secret in (self.password, self.hook):
            secret.setEchoMode(QLineEdit.EchoMode.Password)
        self.shape = combo(self, {shape: _SHAPES[shape] for shape in HookShape})
        self.program = Field()
        self._form = QFormLayout(self)
        self._form.setContentsMargins(0, 0, 0, 0)
        self._form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        self._of: dict[RecipientKind, list[QWidget]] = {}
        self._row(None, _("How:"), self.kind)
        mail, hook = RecipientKind.MAIL, RecipientKind.WEBHOOK
        self._row(mail, _("Mail address:"), self.address)
        self._row(mail, _("Mail server and port:"), self.server)
        self._row(mail, _("Closed to others by:"), self.security)
        self._row(mail, _("User, where one signs in:"), self.user)
        self._row(mail, _("Its password, not shown:"), self.password)
        self._row(hook, _("What the hook expects:"), self.shape)
        self._row(hook, _("Its address, not shown:"), self.hook)
        self._row(RecipientKind.COMMAND, _("The program's file:"), self.program)
        self.answer = Toned()
        self.answer.hide()
        self._form.addRow(self.answer)
        self.tell, never_mind = Button(_("Tell this one")), Button(_("Not now"))
        self.tell.clicked.connect(self._add)
        never_mind.clicked.connect(self._leave)
        self._form.addRow(ButtonRow(self.tell, never_mind))
        self.kind.currentIndexChanged.connect(self._fit)
        self._fit()

    def _row(self, kind: RecipientKind | None, text: str, field: QWidget) -> None:
        field.setAccessibleName(text.removesuffix(":"))
        self._form.addRow(text, field)
        if kind is not None:
            self._of.setdefault(kind, []).append(field)

    def _fit(self) -> None:
        chosen = RecipientKind(self.kind.currentData())
        for kind, fields in self._of.items():
            for field in fields:
                self._form.setRowVisible(field, kind is chosen)
        self.answer.hide()

    def _leave(self) -> None:
        self._forget()
        self.left.emit()

    def _forget(self) -> None:
        for secret in (self.password, self.hook):
            secret.clear()

    def _add(self) -> None:
        kind = RecipientKind(self.kind.currentData())
        address, server = self.address.text().strip(), self.server.text().strip()
        security, user = MailSecurity(self.security.currentData()), self.user.text().strip() or None
        shape, program = HookShape(self.shape.currentData()), Path(self.program.text().strip())
        typed = self.hook.text().strip() if kind is RecipientKind.WEBHOOK else self.password.text()
        secret = Secret(typed) if typed else None

        def work(desk: Desk) -> Recipient:
            workplace = desk.workplace
            match kind:
                case RecipientKind.MAIL:
                    try:
                        way = read_mail_server(server, security, user)
                    except ValueError:
                        raise _unclear(_("That is not a mail server"), "smtp.example.com:587") from None
                    if user is not None:
                        naming_recipients.expect_sendable(user, secret or Secret(""))
                    mail = naming_recipients.mail_recipient(workplace, address, way)
                    return naming_recipients.add(workplace, mail, None if user is None else secret)
                case RecipientKind.WEBHOOK:
                    if secret is None:
                        raise _unclear(_("A web hook has an address"), "https://…")
                    return naming_recipients.add(
                        workplace, naming_recipients.hook_recipient(workplace, shape, secret), secret
                    )
                case RecipientKind.COMMAND:
                    return naming_recipients.add(
                        workplace, naming_recipients.command_recipient(workplace, program), None
                    )

        self.tell.setEnabled(False)
        self._runner.change(self, work, done=self._added, failed=self._failed, doing=_("naming who is told"))

    def _added(self, recipient: Recipient) -> None:
        self.tell.setEnabled(True)
        self._forget()
        for field in (self.address, self.server, self.user, self.program):
            field.clear()
        self.answer.hide()
        self.added.emit(recipient)

    def _failed(self, error: AppError) -> None:
        self.tell.setEnabled(True)
        self.answer.show_text(str(error), ColorTone.BAD)
        self.answer.show()


def _unclear(title: str, example: str) -> UsageError:
    text = _("Nobody was added. It looks like {example}.").format(example=example)
    return UsageError(title, text, code="usage.arguments")
