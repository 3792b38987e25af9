"""Why a rotation may not begin yet, with the buttons that do what the reason advises; on its page, not elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from keyturn.desktop.assistant_work import Page
from keyturn.desktop.look import ColorTone
from keyturn.desktop.pages.assistant_page import Actor, said_here
from keyturn.desktop.pages.parts import Notice, bullets
from keyturn.desktop.reflowing import ButtonRow
from keyturn.desktop.rotation_view import KeyFacts
from keyturn.desktop.unlock_card import UnlockCard
from keyturn.desktop.unlocking import is_locked
from keyturn.desktop.widgets import Button, Card, Quiet
from keyturn.model.text import _
from keyturn.rotation.planning.plan import Gate, Options

_PROGRAMS = frozenset({"key.conflict", "place.not-editable", "place.spoiled"})
_ROUTES = frozenset({"key.in-use", "key.limit", "key.limit-unknown", "turn-off.no-way-back", "policy.too-long"})
_NAMES = frozenset({"user.name", "user.exists"})
_CONSOLE = frozenset({"key.limit", "key.inactive"})
_ELSEWHERE = frozenset({"key.unused", "key.only-mentioned"})
_NO_KEYCHAIN = frozenset({"keychain.missing", "keychain.failed", "keychain.not-kept"})


@dataclass(frozen=True, slots=True)
class _Way:
    """A button, and what it does."""

    text: str
    act: Callable[[], None]


class GateCard(Card):
    """One reason.

    Args:
        options: the choices of the plan that is closed.
        facts: what was found about the key.
    """

    def __init__(self, gate: Gate, options: Options, facts: KeyFacts | None, act: Actor) -> None:
        super().__init__()
        self._options, self._act = options, act
        self.column.addWidget(Notice(said_here(act, gate.reason), ColorTone.ATTENTION, "exclamation"))
        if is_locked(gate.code):
            card = UnlockCard(act.runner)
            card.opened.connect(act.make_plan)
            self.column.addWidget(card)
        if gate.code == "key.limit" and facts is not None and facts.others_of_owner:
            self.column.addWidget(bullets(facts.others_of_owner))
        note = _note(gate.code)
        if note:
            self.column.addWidget(Quiet(note))
        ways = tuple(self._ways(gate))
        if ways:
            self.column.addWidget(ButtonRow(*map(_button, ways)))

    def _ways(self, gate: Gate) -> list[_Way]:
        act, code = self._act, gate.code
        ways = []
        if code == "keychain.locked":
            ways.append(_Way(_("Unlock the keychain"), act.make_plan))
        if code in _NO_KEYCHAIN:
            ways.append(_Way(_("Keep secrets in a private file"), act.keep_secrets_in_file))
        if code in _PROGRAMS or (code.startswith("file.") and not is_locked(code)):
            ways.append(_Way(_("Choose the programs…"), lambda: act.turn_to(Page.CHOOSE)))
        if code in _ROUTES:
            ways.append(_Way(_("Choose another way out…"), lambda: act.turn_to(Page.CHOOSE)))
        if code in _NAMES:
            ways.append(_Way(_("Choose another name…"), lambda: act.turn_to(Page.CHOOSE)))
        if code in _ELSEWHERE:
            ways.append(_Way(_("Say what uses it…"), lambda: act.turn_to(Page.FOUND)))
        if code in _CONSOLE:
            ways.append(_Way(said_here(act, _("Open the AWS console")), act.open_console))
        if self._options.buckets and not is_locked(code) and code.startswith(("bucket.", "aws.", "policy.denied")):
            ways.append(_Way(_("Choose other buckets…"), self._choose_other_buckets))
        return ways

    def _choose_other_buckets(self) -> None:
        self._act.choose(replace(self._options, buckets=()))
        self._act.make_plan(anew=True)


def _button(way: _Way) -> Button:
    button = Button(way.text)
    button.clicked.connect(way.act)
    return button


def _note(code: str) -> str:
    """What to know before a button is pressed."""
    if code == "keychain.locked":
        return _("Your system asks for the keychain's password then; Keyturn does not see it.")
    if code in _NO_KEYCHAIN:
        return _("It lies in Keyturn's own folder, and only you can read it. “Settings” can change that again.")
    return ""
