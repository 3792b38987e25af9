"""I got the mail: what it says, which key it is about, and what happens if it is ignored."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QWidget

from keyturn.desktop.announcing import announce
from keyturn.desktop.columns import empty
from keyturn.desktop.look import Tone
from keyturn.desktop.measures import em
from keyturn.desktop.page import Page
from keyturn.desktop.widgets import Button, Card, Quiet, Subheading, Text, Toned
from keyturn.model.keys import KEY_ID_IN_TEXT, AccessKeyId, PrincipalKind
from keyturn.model.text import _
from keyturn.rotation.situation import elsewhere
from keyturn.rotation.survey import FoundKey, Survey


class MailPage(Page):
    """About the mail “Time to remove or rotate your AWS access keys”.

    Attributes:
        opened: the key whose page is to be opened.
    """

    opened = Signal(object)

    def __init__(self, survey: Survey, parent: QWidget | None = None) -> None:
        super().__init__(_("I got the mail"), parent)
        self._survey = survey
        self.say_under_heading(_("“Time to remove or rotate your AWS access keys”"))
        # facts/aws.md A8, "E-mail": the subject and for which keys it is sent are known, its wording is not.
        for title, text in (
            (
                _("What it says"),
                _(
                    "Your AWS account has an access key of its root user that is older than a year. Such a key can do "
                    "anything in the account, and nobody can limit it. AWS asks you to delete it, or to put a newer "
                    "one in its place."
                ),
            ),
            (
                _("If you ignore it"),
                _(
                    "Nothing stops: the key goes on working, and so do your backups. AWS only asks. The danger stays, "
                    "too: whoever finds the key can read and delete everything in the account, backups included."
                ),
            ),
            (
                _("If you delete the key at once"),
                _(
                    "Every program that still uses it stops backing up, often without a word. So first each program "
                    "gets a new key, then the old one is turned off for some days, and then it is deleted."
                ),
            ),
        ):
            card = Card()
            card.column.addWidget(Subheading(title))
            card.column.addWidget(Text(text))
            self.column.addWidget(card)
        self.column.addWidget(Subheading(_("Which key is it about?")))
        self.column.addWidget(
            Quiet(_("Paste the mail, or the key ID from it. What you paste stays in this window and is sent nowhere."))
        )
        self.field = QPlainTextEdit()
        self.field.setAccessibleName(_("The mail, or the key ID from it"))
        self.field.setPlaceholderText(_("AKIA… or the whole mail"))
        self.field.setTabChangesFocus(True)
        self.field.setFixedHeight(em(self, 4.5))
        self.field.textChanged.connect(self._look)
        self.column.addWidget(self.field)
        self.answer = Toned()
        self.column.addWidget(self.answer)
        self._buttons = QWidget()
        self._row = QHBoxLayout(self._buttons)
        self._row.setContentsMargins(0, 0, 0, 0)
        self.column.addWidget(self._buttons)
        self.column.addStretch(1)
        self._look()

    def focus_first(self) -> None:
        """Begin in the field: whoever comes here has the mail to paste."""
        self.field.setFocus()

    def _look(self) -> None:
        text = self.field.toPlainText()
        ids = tuple(dict.fromkeys(KEY_ID_IN_TEXT.findall(text)))
        wanted = ids or tuple(ending for word in text.split() if (ending := _ending(word)))
        found = tuple({key.key.access_key_id: key for one in wanted for key in self._survey.find(one)}.values())
        if found:
            self._say(_("It is about this key, which stands on this computer."), Tone.GOOD, found)
        elif ids:
            self._say(_not_here(ids), Tone.ATTENTION, ())
        elif text.strip():
            self._say_without_an_id()
        else:
            self._offer_the_roots()

    def _say_without_an_id(self) -> None:
        roots = _roots(self._survey)
        if roots:
            text = _("There is no key ID in this text. The mail is about root keys, and this is one:")
            self._say(text, Tone.NEUTRAL, roots)
            return
        self._say(
            _("There is no key ID in this text. It begins with AKIA and has 20 letters and digits."), Tone.NEUTRAL, ()
        )

    def _offer_the_roots(self) -> None:
        roots = _roots(self._survey)
        if roots:
            self._say(_("No mail at hand? It is about root keys, and this is one:"), Tone.NEUTRAL, roots)
        else:
            self._say("", Tone.NEUTRAL, ())

    def _say(self, text: str, tone: Tone, keys: Sequence[FoundKey]) -> None:
        self.answer.show_text(text, tone)
        self.answer.setVisible(bool(text))
        announce(self, text)
        empty(self._row)
        for found in keys:
            name = found.key.access_key_id.masked
            button = Button(_("Show {key}").format(key=name))
            button.setAccessibleName(_("Show the access key {key}").format(key=name))
            button.clicked.connect(lambda _on=False, one=found: self.opened.emit(one.key.access_key_id))
            self._row.addWidget(button)
        self._row.addStretch(1)
        self._buttons.setVisible(bool(keys))


def _roots(survey: Survey) -> tuple[FoundKey, ...]:
    return tuple(
        found for found in survey.keys if found.key.owner is not None and found.key.owner.kind is PrincipalKind.ROOT
    )


def _ending(word: str) -> str:
    """The last four characters in `****7Q2P`, `…7Q2P` and `7Q2P`, as mails and consoles shorten an ID; else nothing."""
    ending = word.lstrip("*.…").rstrip(".,;)")
    return ending if len(ending) == 4 and ending.isalnum() and ending.upper() == ending else ""


def _not_here(ids: Sequence[str]) -> str:
    masked = ", ".join(AccessKeyId(one).masked for one in ids)
    question, endings = elsewhere()
    return _("{keys} was not found on this computer. {question} {places}.").format(
        keys=masked, question=question, places="; ".join(endings)
    )
