"""Taking a key's pair out of files, so that programs ask Keyturn for it, and putting it back: the command `move`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from keyturn.desktop.announcing import announce
from keyturn.desktop.look import ColorTone
from keyturn.desktop.pages.fields import Tick
from keyturn.desktop.pages.parts import FixedText, stacked
from keyturn.desktop.reflowing import ButtonRow
from keyturn.desktop.runner import Desk, Runner
from keyturn.desktop.widgets import Button, Card, Quiet, Strong, Text, Toned
from keyturn.desktop.window_words import in_window
from keyturn.model.errors import AppError, FileError
from keyturn.model.keys import AccessKeyId
from keyturn.model.text import _

if TYPE_CHECKING:
    from keyturn.model.places import Place
    from keyturn.rotation.context import Context
    from keyturn.rotation.finding.survey import FoundKey
    from keyturn.rotation.key_life.helper import Helper
    from keyturn.rotation.key_life.moving import MovePlan


@dataclass(frozen=True, slots=True)
class Move:
    """What a person wants.

    Attributes:
        inwards: out of the files; else back into them.
        by_me: nobody but the person starts what could not be seen.
    """

    key: AccessKeyId
    inwards: bool
    by_me: bool = False


class MovingCard(Card):
    """Looks first, shows what would change and what stays and why, and changes nothing until that is agreed to.

    Args:
        asks: something asks Keyturn for the key already.
    """

    def __init__(self, runner: Runner, key: AccessKeyId, *, asks: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._runner, self._key = runner, key
        self._wanted = Move(key, inwards=True)
        self._shown: tuple[str, ...] = ()
        self.column.addWidget(
            Text(
                _(
                    "A program that can ask Keyturn for the key needs no secret in a file: the pair is kept where "
                    "Keyturn keeps its secrets, and a line that asks comes in its place."
                )
            )
        )
        self.take, self.put = Button(_("Take it out of the files…")), Button(_("Put it back into the files…"))
        self.take.clicked.connect(lambda: self._look(inwards=True))
        self.put.clicked.connect(lambda: self._look(inwards=False))
        self.put.setVisible(asks)
        self.column.addWidget(ButtonRow(self.take, self.put))
        self.by_me = Tick(_("Nobody but me starts what uses it"))
        self.by_me.hide()
        self.by_me.toggled.connect(lambda on: self._look(inwards=True))
        self._plan = QVBoxLayout()
        self.column.addLayout(self._plan)
        self.column.addWidget(self.by_me)
        self.agree = Button("")
        self.agree.clicked.connect(self._move)
        self.agree.hide()
        self.column.addWidget(ButtonRow(self.agree))
        self.answer = Toned()
        self.answer.hide()
        self.column.addWidget(self.answer)

    def _look(self, *, inwards: bool) -> None:
        wanted = self._wanted = Move(self._key, inwards, inwards and self.by_me.isChecked())
        self._hold(busy=True)
        self._say(_("Looking…"), ColorTone.NEUTRAL)
        self._runner.read(
            self,
            lambda desk: _planned(desk, wanted).plan,
            done=self._show,
            failed=self._fail,
            doing=_("looking which programs can ask for the key"),
        )

    def _show(self, plan: MovePlan) -> None:
        from keyturn.rotation.key_life.asking_profiles import open_while
        from keyturn.rotation.key_life.move_words import (
            asking_heading,
            holding_heading,
            names_of,
            nothing_moves,
            staying_heading,
        )

        inwards = self._wanted.inwards
        parts: list[QWidget] = []
        if plan.moving:
            parts.append(Strong(asking_heading(plan.name) if inwards else holding_heading(plan.name)))
        for one in plan.moving:
            parts.append(Text(f"{one.place.name} · {one.place.path}").selectable())
            name = _("Change in {path}, with secrets hidden").format(path=one.place.path)
            parts.append(FixedText(one.change.diff, name, as_diff=True))
        if plan.staying:
            parts.append(Strong(staying_heading()))
            parts += [Text(f"{one.place.name} · {one.place.path}. {in_window(one.why)}") for one in plan.staying]
        if inwards and plan.asking:
            parts.append(Quiet(_("Asks Keyturn already: {names}").format(names=names_of(plan.asking))))
        if inwards and plan.moving and _needs_session(self._runner):
            parts.append(Text(open_while()))
        if not parts:
            parts.append(Text(nothing_moves(plan.name)))
        self._clear()
        self._plan.addWidget(stacked(*parts))
        self.by_me.setVisible(inwards and (self._wanted.by_me or any(one.may_be_said for one in plan.staying)))
        self.agree.setText(
            _("Take the pair out of these files") if inwards else _("Put the pair back into these files")
        )
        self.agree.setVisible(bool(plan.moving))
        self._shown = _digests(plan)
        self._hold(busy=False)
        self.answer.hide()
        announce(self, " ".join(one.text() for one in parts if isinstance(one, Strong | Text)))

    def _move(self) -> None:
        wanted, shown = self._wanted, self._shown
        self._hold(busy=True)
        self._runner.change(
            self,
            lambda desk: _move(desk, wanted, shown),
            done=self._done,
            failed=self._fail,
            doing=_("changing how programs get the key"),
        )

    def _done(self, text: str) -> None:
        self._clear()
        self.agree.hide()
        self.by_me.hide()
        self.put.setVisible(self._wanted.inwards)
        self._hold(busy=False)
        self._say(in_window(text), ColorTone.GOOD)

    def _fail(self, error: AppError) -> None:
        self._clear()
        self.agree.hide()
        self._hold(busy=False)
        self._say(in_window(str(error)), ColorTone.BAD)

    def _say(self, text: str, tone: ColorTone) -> None:
        self.answer.show_text(text, tone)
        self.answer.show()
        announce(self, text)

    def _hold(self, *, busy: bool) -> None:
        for one in (self.take, self.put, self.agree, self.by_me):
            one.setEnabled(not busy)

    def _clear(self) -> None:
        while (item := self._plan.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()


def _needs_session(runner: Runner) -> bool:
    """Whether programs get the key only while the keychain is open."""
    from keyturn.state.secrets_kind import SecretsKind

    return runner.location.secrets is SecretsKind.KEYRING


@dataclass(frozen=True, slots=True)
class _Planned:
    """A plan, and what it was made of.

    Attributes:
        helper: None on the way back into the files.
    """

    context: Context
    found: FoundKey
    plan: MovePlan
    helper: Helper | None


def _planned(desk: Desk, wanted: Move) -> _Planned:
    """What would change now; runs in a worker.

    Raises:
        AppError: where nothing of this key may be moved.
    """
    from keyturn.rotation.finding.survey import take_survey
    from keyturn.rotation.key_life.helper import helper_for
    from keyturn.rotation.key_life.key_meant import key_meant
    from keyturn.rotation.key_life.moving import plan_into_files, plan_into_keychain

    context = desk.context()
    found = key_meant(take_survey(context), wanted.key.value)
    if not wanted.inwards:
        return _Planned(context, found, plan_into_files(context, found), None)
    helper = helper_for(desk.workplace.location, context.computer, context.folder, None)
    return _Planned(context, found, plan_into_keychain(context, found, helper, by_me=wanted.by_me), helper)


def _move(desk: Desk, wanted: Move, shown: tuple[str, ...]) -> str:
    """Change what was shown, and say how it went; runs in a worker.

    Raises:
        AppError: where a file changed since it was shown, or as the command; it says what was changed before.
    """
    from keyturn.rotation.key_life import move_words
    from keyturn.rotation.key_life.moving import move_into_files, move_into_keychain

    now = _planned(desk, wanted)
    if _digests(now.plan) != shown:
        raise FileError(
            _("The files are not as they were shown"),
            _("Another program or person changed one meanwhile. Nothing was changed. Look again."),
            code="file.changed",
        )
    going = (
        move_into_files(now.context, now.plan)
        if now.helper is None
        else move_into_keychain(now.context, now.found, now.plan, now.helper)
    )
    done: list[Place] = []
    try:
        for place in going:
            done.append(place)
    except AppError as error:
        if not done:
            raise
        raise AppError(error.title, f"{error.message} {move_words.so_far(done)}", code=error.code) from None
    said = move_words.moved(now.plan.name, len(done), inwards=wanted.inwards)
    return f"{said} {move_words.afterwards(now.plan.name, inwards=wanted.inwards)}"


def _digests(plan: MovePlan) -> tuple[str, ...]:
    return tuple(one.change.digest for one in plan.moving)
