"""What all pages of the assistant have in common, and what they may ask for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from keyturn.desktop.assistant_work import Page, WindowJob
from keyturn.desktop.calm_page import lay_out
from keyturn.desktop.first_frame import after_first_frame
from keyturn.desktop.flow import Flow
from keyturn.desktop.font_sizes import em
from keyturn.desktop.look import ColorTone
from keyturn.desktop.pages.parts import Notice, emptied, numbered
from keyturn.desktop.rehearsal_words import rehearsed, rehearsed_steps
from keyturn.desktop.runner import Runner
from keyturn.desktop.scroll_bar import with_seen_bars
from keyturn.desktop.secret_clipboard import SecretClipboard
from keyturn.desktop.unlock_card import UnlockCard
from keyturn.desktop.unlocking import is_locked
from keyturn.desktop.widgets import Button, Heading, Quiet, Subheading
from keyturn.model.errors import AppError
from keyturn.model.keys import KeyPair
from keyturn.model.text import _
from keyturn.rotation.planning.plan import Options
from keyturn.rotation.signers.who import Who


class Actor(Protocol):
    """Does what a page asks for. Nothing of it is done on the page itself."""

    @property
    def runner(self) -> Runner:
        """Runs what a part of a page does by itself."""

    @property
    def secret_clipboard(self) -> SecretClipboard:
        """Where a secret is copied to; it outlives the pages."""

    def do(self, job: WindowJob) -> None:
        """Hand a job over."""

    def turn_to(self, page: Page) -> None:
        """Go to another page of the choices."""

    def choose(self, options: Options) -> None:
        """Choose."""

    def give_pair(self, pair: KeyPair) -> None:
        """Take the new key that the person made; the next plan is made with it."""

    def make_plan(self, *, anew: bool = False) -> None:
        """Make the plan for what was chosen; `anew` asks again which buckets its programs use."""

    def sign_as(self, who: Who) -> None:
        """Let somebody else make the changes; a plan is made anew with them."""

    def answer(self, nobody_else: bool | None) -> None:
        """Answer whether something elsewhere uses the key."""

    def ask(self, page: Page) -> None:
        """Ask on a page of its own whether to put everything back, or to close the rotation as it stands."""

    def give_secret(self, pair: KeyPair) -> None:
        """Take a pair of the rotation's whose secret was not found; the next job tries it."""

    def look_back(self, page: Page | None) -> None:
        """Look at an earlier page again, or at the present one."""

    def retell(self) -> None:
        """Something was typed on which the buttons depend."""

    def go_on(self) -> None:
        """On from the proof."""

    def look_again(self) -> None:
        """Begin with looking once more."""

    def leave(self) -> None:
        """Back to the main window."""

    def open_console(self) -> None:
        """Open the AWS console in the browser."""

    def copy(self, text: str) -> None:
        """Put a text that is no secret on the clipboard."""

    def read_new_pair(self, done: Callable[[KeyPair], None], failed: Callable[[AppError], None]) -> None:
        """Fetch the new key from the secret store."""

    def move_to_trash(self, path: Path, done: Callable[[], None], failed: Callable[[AppError], None]) -> None:
        """Move a file with the deleted key to the trash, if it still is nothing more."""

    def leave_for_later(self, *, call_back: bool) -> None:
        """Hold reminders back for a month, and leave; with `call_back`, Keyturn looks at each login from now on."""

    def keep_secrets_in_file(self) -> None:
        """Keep them in a private file from now on, and make the plan again."""

    def call_back(self) -> None:
        """Look at each login what is due, and tell it; the pages that follow say whether that could be set up."""


@dataclass(frozen=True, slots=True)
class Verb:
    """The button that does what a page is for, named after what it does.

    Attributes:
        reason: why it cannot be pressed now; empty where it can.
        is_default: Enter presses it; never where something is deleted.
    """

    text: str
    press: Callable[[], None]
    reason: str = ""
    is_default: bool = True


class PageView(QWidget):
    """A page: heading, a sentence below it, a notice where there is one, and the content.

    What is on it is made anew only where `signature` changes, so that the focus and what was unfolded stay.
    """

    def __init__(self, act: Actor) -> None:
        super().__init__()
        self.act = act
        self.heading = Heading()
        self.lead = Quiet()
        self._notices = QVBoxLayout()
        self._noticed: tuple[str, AppError | None] = ("", None)
        self._signature: object = None
        self.body = QVBoxLayout()
        self.body.setSpacing(em(self, 0.6))
        self._inner = inner = QWidget()
        inside = QVBoxLayout(inner)
        inside.setContentsMargins(em(self, 1.7), em(self, 1.5), em(self, 1.7), em(self, 1.0))
        inside.setSpacing(em(self, 0.3))
        inside.addWidget(self.heading)
        inside.addWidget(self.lead)
        inside.addSpacing(em(self, 0.5))
        inside.addLayout(self._notices)
        inside.addSpacing(em(self, 0.3))
        inside.addLayout(self.body, 1)
        # All of it scrolls: with large text in a small window the heading alone may fill it.
        scroll = QScrollArea()
        with_seen_bars(scroll)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(inner)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(scroll)

    def present(self, flow: Flow) -> None:
        """Show this state."""
        self.heading.setText(said_here(self.act, self.title(flow)))
        self.lead.setText(said_here(self.act, self.sentence(flow)))
        self.lead.setVisible(bool(self.sentence(flow)))
        self._show_notices(flow)
        signature = self.signature(flow)
        if signature != self._signature:
            self._signature = signature
            emptied(self.body)
            self.build(flow)
            self.body.addStretch(1)
        self.refresh(flow)

    def lay_out(self) -> None:
        """Give everything its place now, where the page is seen."""
        lay_out(self._inner)

    def when_drawn(self, act: Callable[[], None]) -> None:
        """Call `act` once the page is drawn as it is presented now; where it is not drawn, a second from now."""
        self.heading.update()
        after_first_frame(self.heading, act)

    def title(self, flow: Flow) -> str:
        """The heading."""
        raise NotImplementedError

    def sentence(self, flow: Flow) -> str:
        """The sentence below it; may be empty."""
        return ""

    def signature(self, flow: Flow) -> object:
        """What the content is made of: where it is the same, the content stays."""
        return True

    def build(self, flow: Flow) -> None:
        """Put the content into `body`."""

    def refresh(self, flow: Flow) -> None:
        """Bring what is there up to date."""

    def verb(self, flow: Flow) -> Verb | None:
        """What can be done here; None where nothing can."""
        return None

    def steps(self, texts: Sequence[str]) -> QWidget:
        """Steps in their order, as they are taken here."""
        return steps_of(self.act, texts)

    def add(self, widget: QWidget) -> None:
        """Put a widget at the end of the content."""
        if isinstance(widget, Subheading) and self.body.count():
            self.body.addSpacing(em(self, 0.5))
        # A button is as wide as its words.
        alignment = Qt.AlignmentFlag.AlignLeft if isinstance(widget, Button) else Qt.AlignmentFlag(0)
        self.body.addWidget(widget, 0, alignment)

    def _show_notices(self, flow: Flow) -> None:
        problem = self.problem(flow)
        if (flow.notice, problem) == self._noticed:
            return
        self._noticed = (flow.notice, problem)
        emptied(self._notices)
        if flow.notice:
            self._notices.addWidget(Notice(flow.notice, ColorTone.ACCENT, "dot"))
        if problem is not None:
            locked = is_locked(problem.code)
            # What to do about a locked file is said where its password is typed.
            text = problem.title if locked else str(problem)
            self._notices.addWidget(Notice(text, ColorTone.ATTENTION, "exclamation"))
            if locked:
                self._notices.addWidget(self.unlock_card())

    def unlock_card(self) -> QWidget:
        """Where a password is asked for; once it fits, it is looked again how everything stands."""
        card = UnlockCard(self.act.runner)
        card.opened.connect(self.act.look_again)
        return card

    def problem(self, flow: Flow) -> AppError | None:
        """The problem to show above the content; a page that shows it itself returns None."""
        return flow.problem


def steps_of(act: Actor, texts: Sequence[str]) -> QWidget:
    """Steps in their order; in a rehearsal none of them leads to AWS."""
    return numbered(rehearsed_steps(texts) if act.runner.location.rehearsal else texts)


def said_here(act: Actor, text: str) -> str:
    """A sentence, which in a rehearsal names the practice console."""
    return rehearsed(text) if act.runner.location.rehearsal else text


def console_button(act: Actor) -> Button:
    """Opens the page with the key: AWS's, or the practice account's own."""
    button = Button(_("Open the practice console") if act.runner.location.rehearsal else _("Open the AWS console"))
    button.clicked.connect(act.open_console)
    return button
