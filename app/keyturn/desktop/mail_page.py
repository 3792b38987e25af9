"""I got the mail: what it says, which key it is about, and what happens if it is ignored."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QColor, QFont, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit, QVBoxLayout, QWidget

from keyturn.desktop import dates
from keyturn.desktop.announcing import announce
from keyturn.desktop.columns import empty, let_go
from keyturn.desktop.font_sizes import em, strong_font
from keyturn.desktop.look import ColorTone, colours_of
from keyturn.desktop.main_page import MainPage
from keyturn.desktop.outlined import Outlined
from keyturn.desktop.pages.parts import Fold, stacked
from keyturn.desktop.picture import order_for
from keyturn.desktop.reflowing import ButtonRow
from keyturn.desktop.widgets import Button, Card, PrimaryButton, Quiet, Text, Toned
from keyturn.model.keys import KEY_ID_IN_TEXT, AccessKeyId, PrincipalKind
from keyturn.model.places import PlaceKind
from keyturn.model.text import _, plural
from keyturn.rotation import labels
from keyturn.rotation.finding.situation import TO_DO, elsewhere
from keyturn.rotation.finding.survey import FoundKey, Survey

_WORD = re.compile(r"\S+")


class MailPage(MainPage):
    """About the mail “Time to remove or rotate your AWS access keys”.

    Attributes:
        opened: the key whose page is to be opened.
        replaced: the key that is to be replaced.
        reminded: nothing is to be told for a week.
        search_wanted, elsewhere_wanted: a key that is not here is to be looked for in a folder, or on another disk.
    """

    opened = Signal(object)
    replaced = Signal(object)
    reminded = Signal()
    search_wanted = Signal()
    elsewhere_wanted = Signal()

    def __init__(self, survey: Survey, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(_("I got the mail"), parent)
        self._survey = survey
        self.say_under_heading(_("Paste it here. What you paste stays on this computer, and is sent nowhere."))
        self.field = QPlainTextEdit()
        self.field.setAccessibleName(_("The mail, or the key ID from it"))
        self.field.setPlaceholderText(_("AKIA… or the whole mail"))
        self.field.setTabChangesFocus(True)
        self.field.setFixedHeight(em(self, 7))
        self.field.setAcceptDrops(False)  # the window takes what is dropped, wherever that is
        self.field.textChanged.connect(self._look)
        self.column.addWidget(Outlined(self.field))
        self._card = Card()
        self.answer = Toned()
        self.answer.setFont(strong_font(self.answer.font()))
        self._about, self._wait = Text(), Quiet()
        self._buttons = QVBoxLayout()
        self._offered: list[Button] = []
        for part in (self.answer, self._about, self._wait):
            self._card.column.addWidget(part)
        self._card.column.addLayout(self._buttons)
        self.column.addWidget(self._card)
        # facts/aws.md A8, "E-mail": the subject and for which keys it is sent are known, its wording is not.
        for title, texts in _explained():
            self.column.addWidget(Fold(title, partial(_paragraphs, texts)))
        self.column.addStretch(1)
        self.column.addWidget(
            Quiet(_("You can drop a mail, rootkey.csv, a file with settings or a folder anywhere on this window."))
        )
        self.field.setPlainText(text)
        self._look()

    def focus_first(self) -> None:
        """Begin in the field: anyone who comes here has the mail to paste."""
        self.field.setFocus()

    def _look(self) -> None:
        text = self.field.toPlainText()
        marks = list(KEY_ID_IN_TEXT.finditer(text)) or [one for one in _WORD.finditer(text) if _ending(one.group())]
        ids = tuple(dict.fromkeys(KEY_ID_IN_TEXT.findall(text)))
        wanted = ids or tuple(_ending(one.group()) for one in marks)
        found = tuple({key.key.access_key_id: key for one in wanted for key in self._survey.find(one)}.values())
        self._mark(marks if found or ids else ())
        if len(found) == 1:
            self._tell_of(found[0])
        elif found:
            self._say(_("Several keys on this computer fit. Which is it?"), ColorTone.ATTENTION, found)
        elif ids:
            self._say(_not_here(ids), ColorTone.NEUTRAL, (), about=_elsewhere())
        elif text.strip():
            self._say_without_an_id()
        else:
            self._offer_the_roots()

    def _mark(self, marks: Sequence[re.Match[str]]) -> None:
        colours = colours_of(self)
        selections = []
        for one in marks:
            marked = QTextEdit.ExtraSelection()
            cursor = QTextCursor(self.field.document())
            # Qt counts in UTF-16, where a letter of other planes is two.
            before = self.field.toPlainText()[: one.start()].encode("utf-16-le")
            cursor.setPosition(len(before) // 2)
            cursor.setPosition(len(before) // 2 + len(one.group()), QTextCursor.MoveMode.KeepAnchor)
            shape = QTextCharFormat()
            shape.setBackground(QColor(colours.wash_attention))
            shape.setForeground(QColor(colours.attention))
            shape.setFontWeight(QFont.Weight.DemiBold)
            marked.cursor, marked.format = cursor, shape
            selections.append(marked)
        self.field.setExtraSelections(selections)

    def _tell_of(self, found: FoundKey) -> None:
        """The one key that is meant: what it is, what uses it, and what can be done about it."""
        to_do = found.advice in TO_DO
        self._say(
            _about(found),
            ColorTone.ATTENTION if to_do else ColorTone.GOOD,
            (found,),
            about=_what_it_is(found),
            wait=_if_you_wait(found) if to_do else "",
        )

    def say_reminded(self, day: str) -> None:
        """Answer the wish to be reminded."""
        self._wait.setText(_("Nothing is told before {day}; then Keyturn tells it again.").format(day=day))
        self._wait.show()

    def _say_without_an_id(self) -> None:
        roots = _roots(self._survey)
        if roots:
            text = _("There is no key ID in this text. The mail is about root keys, and this is one:")
            self._say(text, ColorTone.NEUTRAL, roots)
            return
        self._say(
            _("There is no key ID in this text. It begins with AKIA and has 20 letters and digits."),
            ColorTone.NEUTRAL,
            (),
        )

    def _offer_the_roots(self) -> None:
        roots = _roots(self._survey)
        if roots:
            self._say(_("No mail at hand? It is about root keys, and this is one:"), ColorTone.NEUTRAL, roots)
        else:
            self._say("", ColorTone.NEUTRAL, ())

    def _say(self, text: str, tone: ColorTone, keys: Sequence[FoundKey], *, about: str = "", wait: str = "") -> None:
        self.answer.show_text(text, tone)
        for label, said in ((self._about, about), (self._wait, wait)):
            label.setText(said)
            label.setVisible(bool(said))
        self._card.setVisible(bool(text))
        announce(self, text)
        let_go(self._offered)
        empty(self._buttons)
        buttons: list[Button] = []
        for found in keys:
            name = found.key.access_key_id.masked
            button = Button(_("Show {key}").format(key=name))
            button.setAccessibleName(_("Show the access key {key}").format(key=name))
            button.clicked.connect(lambda _on=False, one=found: self.opened.emit(one.key.access_key_id))
            buttons.append(button)
        if wait and len(keys) == 1:
            buttons = [self._replace(keys[0]), *buttons, self._later()]
        elif about and not keys:
            buttons = self._look_further()
        self._offered = buttons
        if buttons:
            self._buttons.addWidget(ButtonRow(*buttons))

    def _replace(self, found: FoundKey) -> Button:
        button = PrimaryButton(order_for(found.advice))
        button.clicked.connect(lambda: self.replaced.emit(found.key.access_key_id))
        return button

    def _later(self) -> Button:
        button = Button(_("Remind me in a week"))
        button.clicked.connect(self.reminded)
        return button

    def _look_further(self) -> list[Button]:
        ways = ((_("Search a folder…"), self.search_wanted), (_("Look at another disk…"), self.elsewhere_wanted))
        buttons = []
        for text, wanted in ways:
            button = Button(text)
            button.clicked.connect(wanted)
            buttons.append(button)
        return buttons


def _explained() -> tuple[tuple[str, tuple[str, ...]], ...]:
    return (
        (
            _("What such a mail means"),
            (
                _(
                    "Your AWS account has an access key of its root user that is older than a year. Such a key can do "
                    "anything in the account, and nobody can limit it. AWS asks you to delete it, or to put a newer "
                    "one in its place."
                ),
            ),
        ),
        (
            _("What happens if you ignore it"),
            (
                _(
                    "Nothing stops: the key goes on working, and so do your backups. AWS only asks. The danger stays, "
                    "too: anyone who finds the key can read and delete everything in the account, backups included."
                ),
                _(
                    "Deleted at once, every program that still uses it stops backing up, often without a word. So "
                    "first each program gets a new key, then the old one is turned off for some days, and then it is "
                    "deleted."
                ),
            ),
        ),
    )


def _paragraphs(texts: Sequence[str]) -> QWidget:
    return stacked(*map(Text, texts))


def _places(found: FoundKey) -> int:
    return sum(place.kind is PlaceKind.DESTINATION for place in found.places)


def _about(found: FoundKey) -> str:
    key, count = found.key.access_key_id.masked, _places(found)
    if not count:
        return _("It is about {key}: on this computer, and no program here uses it").format(key=key)
    text = plural(
        "It is about {key}: on this computer, used by {count} place",
        "It is about {key}: on this computer, used by {count} places",
        count,
    )
    return text.format(key=key, count=labels.count_word(count))


def _what_it_is(found: FoundKey) -> str:
    owner, created = found.key.owner, found.key.created
    made = "" if created is None else _("made in {month}").format(month=dates.month(created))
    if owner is None:
        return ""
    account = f"{owner.account[:4]}-{owner.account[4:8]}-{owner.account[8:]}"
    if owner.kind is PrincipalKind.ROOT:
        what = _("A root key of account {account}, which can do anything there").format(account=account)
        return f"{', '.join(filter(None, (what, made)))}."
    what = _("A key of user {user} in account {account}").format(user=owner.user_name, account=account)
    return f"{', '.join(filter(None, (what, made)))}."


def _if_you_wait(found: FoundKey) -> str:
    count = _places(found)
    if not count:
        return _("Nothing stops if you wait.")
    text = plural(
        "Nothing stops if you wait. Deleting it at once would stop what backs up from {count} place.",
        "Nothing stops if you wait. Deleting it at once would stop what backs up from {count} places.",
        count,
    )
    return text.format(count=labels.count_word(count))


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
    return _("{keys} was not found on this computer").format(keys=masked)


def _elsewhere() -> str:
    question, endings = elsewhere()
    return _("{question} {places}.").format(question=question, places="; ".join(endings))
