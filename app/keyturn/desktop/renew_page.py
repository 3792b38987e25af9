"""Keep it fresh: how often, by whom, what becomes of the old key, and whether it worked so far."""

from __future__ import annotations

from datetime import time

from PySide6.QtCore import QTime, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from keyturn.desktop import dates
from keyturn.desktop.answering_page import AnsweringPage
from keyturn.desktop.font_sizes import em
from keyturn.desktop.look import ColorTone
from keyturn.desktop.making_keeper import MakingKeeper, RemovingKeeper
from keyturn.desktop.pages.fields import Choice, Number, TimeField
from keyturn.desktop.pages.parts import Fold
from keyturn.desktop.reflowing import ButtonRow, ReflowingRow
from keyturn.desktop.renewal_work import Freshness, end, read_freshness, renew_now, set_renewal
from keyturn.desktop.runner import Runner
from keyturn.desktop.settings_fields import Days
from keyturn.desktop.widgets import Button, Card, PrimaryButton, Quiet, Strong, Subheading, Text
from keyturn.model.errors import AppError
from keyturn.model.text import _
from keyturn.reminders.renewal_setting import Wish
from keyturn.reminders.renewal_standing import LastResult, RenewalStanding
from keyturn.rotation import labels
from keyturn.rotation.context import Event
from keyturn.rotation.finding.survey import FoundKey
from keyturn.state.renewals import LONGEST_EVERY

_USUAL_EVERY, _USUAL_AT = 90, time(3)  # as the command's help proposes
_KEY, _KEEPER = "key", "keeper"  # as `--as` takes them


class _Sentence(QWidget):
    """“Renew this key every 90 days at 03:00”, with its two fields."""

    def __init__(self) -> None:
        super().__init__()
        self.every = Number(minimum=1, maximum=LONGEST_EVERY, value=_USUAL_EVERY)
        self.every.setAccessibleName(_("Renew this key every so many days"))
        self.at = TimeField(QTime(_USUAL_AT.hour, _USUAL_AT.minute))
        self.at.setDisplayFormat("HH:mm")
        self.at.setAccessibleName(_("At this time of day"))
        self.next = Quiet()
        self._row = ReflowingRow(self, 30)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(em(self, 0.5))
        for text, field in ((_("Renew this key every"), self.every), (_("days at"), self.at)):
            part = QHBoxLayout()
            part.setSpacing(em(self, 0.5))
            words_of_it = Strong(text)
            words_of_it.setWordWrap(False)
            part.addWidget(words_of_it)
            part.addWidget(field)
            part.addStretch(1)
            self._row.addLayout(part)
        self._row.addStretch(1)
        self._row.addWidget(self.next)

    def resizeEvent(self, event: object) -> None:
        self._row.reflow()


class RenewPage(AnsweringPage):
    """The page of one key.

    Attributes:
        wanted: it can only be replaced, and the person wants that.
    """

    wanted = Signal()

    def __init__(self, found: FoundKey, runner: Runner, parent: QWidget | None = None) -> None:
        super().__init__(_("Keep it fresh"), parent)
        self._found, self._runner = found, runner
        owner = found.key.owner
        whose = _("{key} of user {name}") if owner is not None and owner.user_name else "{key}"
        name = "" if owner is None else owner.user_name or ""
        told = whose.format(key=found.key.access_key_id.masked, name=name)
        if found.key.created is not None:
            age = labels.span(runner.clock.now() - found.key.created)
            told = _("{key}, {age} old").format(key=told, age=age)
        self.say_under_heading(told)
        self.go = PrimaryButton(_("Renew it from now on"))
        self.go.clicked.connect(self._set)
        self.go.hide()
        self.orders.add(self.go)
        self.now = Button(_("Renew it now…"))
        self.now.clicked.connect(lambda: self._ask_now(asks=True))
        self.now.hide()
        self.orders.add(self.now)
        self.replace = PrimaryButton(_("Replace it safely…"))
        self.replace.clicked.connect(self.wanted)
        self.replace.hide()
        self.orders.add(self.replace)
        self._asks = self._question()
        self.column.addWidget(self._asks)
        self._choices = QWidget()
        self._choices.hide()
        self._build()
        self.column.addWidget(self._choices)
        self._last = Card()
        self._last.hide()
        self.column.addWidget(self._last)
        self.column.addStretch(1)
        runner.read(
            self,
            lambda desk: read_freshness(desk, found),
            done=self._show,
            failed=self._fail,
            doing=_("reading which keys renew themselves"),
        )

    # ── The parts ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _build(self) -> None:
        column = ReflowingRow(self._choices, 10_000)  # always one below the other
        column.reflow()
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(em(self, 0.7))
        self.sentence = _Sentence()
        rule = Card()
        rule.column.addWidget(self.sentence)
        who = Card()
        who.column.addWidget(Subheading(_("Who makes the change")))
        self.by_key, self.by_keeper = Choice(_("This key itself")), Choice(_("The keeper in your keychain"))
        self._about_keeper = Quiet()
        who.column.addWidget(self.by_key)
        who.column.addWidget(Quiet(_("Nothing to set up. But a thief could renew it, too, and it needs the right to.")))
        who.column.addWidget(self.by_keeper)
        who.column.addWidget(self._about_keeper)
        self._making = Fold(_("Make the keeper…"), self._make_keeper)
        who.column.addWidget(self._making)
        self._removing = Fold(_("Remove the keeper…"), self._remove_keeper)
        who.column.addWidget(self._removing)
        self.by_key.setChecked(True)
        old = Card()
        old.column.addWidget(Subheading(_("What happens to the old one")))
        self.watch, self.grace = Days(self), Days(self)
        for text, field in ((_("Turned off after"), self.watch), (_("Then off for"), self.grace)):
            field.setAccessibleName(text)
            row = QHBoxLayout()
            row.addWidget(Text(text), 1)
            row.addWidget(field)
            old.column.addLayout(row)
        fate = QWidget()  # of its own, so that these two are not told apart from the two above
        ways = ReflowingRow(fate, 10_000)
        ways.reflow()
        ways.setContentsMargins(0, 0, 0, 0)
        self.keeps_off, self.deletes = Choice(_("Then it stays off until I delete it")), Choice(_("Then it is deleted"))
        self.keeps_off.setChecked(True)
        ways.addWidget(self.keeps_off)
        ways.addWidget(self.deletes)
        old.column.addWidget(fate)
        old.column.addWidget(
            Quiet(
                _(
                    "As long as anything still uses it, it stays on, and you are told. A key that stays off counts to "
                    "AWS's two, so the next renewal waits until you deleted it."
                )
            )
        )
        for card in (rule, who, old):
            column.addWidget(card)
        self.stop = Button(_("Renew it no more"))
        self.stop.clicked.connect(self._end)
        column.addWidget(ButtonRow(self.stop))
        column.addWidget(Quiet(_("If the computer sleeps at that hour, Keyturn does it after the next start.")))

    def _make_keeper(self) -> QWidget:
        making = MakingKeeper(self._runner, self._found)
        making.began.connect(self._hold)
        making.made.connect(self._keeper_made)
        making.failed.connect(self._fail)
        return making

    def _keeper_made(self, fresh: Freshness) -> None:
        self._done(fresh, _("The keeper is there. “{button}” lets it renew this key.").format(button=self.go.text()))
        self.by_keeper.setChecked(True)

    def _remove_keeper(self) -> QWidget:
        removing = RemovingKeeper(self._runner, self._found)
        removing.began.connect(self._hold)
        removing.made.connect(lambda fresh: self._done(fresh, _("The keeper is removed.")))
        removing.failed.connect(self._fail)
        return removing

    def _question(self) -> Card:
        """What renewing it now means, before it is done."""
        card = Card()
        card.column.addWidget(Strong(_("Renew this key now?")))
        self._about_now = Quiet()
        card.column.addWidget(self._about_now)
        self.yes_now = Button(_("Renew it now"))
        self.yes_now.clicked.connect(self._renew_now)
        no = Button(_("Not now"))
        no.clicked.connect(lambda: self._ask_now(asks=False))
        card.column.addWidget(ButtonRow(self.yes_now, no))
        card.hide()
        return card

    # ── Showing and setting ──────────────────────────────────────────────────────────────────────────────────────────

    def _show(self, fresh: Freshness) -> None:
        if fresh.never:
            self.say(fresh.never, ColorTone.ATTENTION)
            self.replace.setVisible(self._found.is_of_root)
            return
        standing = fresh.standing
        if standing is None:
            self.watch.setValue(fresh.watch_days)
            self.grace.setValue(fresh.grace_days)
            self.sentence.next.setText("")
        else:
            renewal = standing.renewal
            self.sentence.every.setValue(renewal.every_days)
            self.sentence.at.setTime(QTime(renewal.at.hour, renewal.at.minute))
            self.watch.setValue(renewal.watch_days)
            self.grace.setValue(renewal.grace_days)
            (self.deletes if renewal.deletes else self.keeps_off).setChecked(True)
            (self.by_keeper if renewal.signer == _KEEPER else self.by_key).setChecked(True)
            self.sentence.next.setText(_("Next: {day}").format(day=labels.near_day(standing.due)))
        self.by_keeper.setEnabled(fresh.has_keeper)
        about = _("A second key that can do only this. It is never in a file.")
        none_yet = _("A second key that can do only this. There is none yet that looks after this user.")
        self._about_keeper.setText(about if fresh.has_keeper else none_yet)
        self._making.setVisible(not fresh.has_keeper)
        self._removing.setVisible(fresh.keeper_there)
        self.go.setText(_("Renew it from now on") if standing is None else _("Change it"))
        self.go.show()
        self.stop.setVisible(standing is not None)
        self.now.setVisible(standing is not None)
        self._choices.show()
        self._tell_last(standing, fresh.notes)

    def _tell_last(self, standing: RenewalStanding | None, notes: tuple[str, ...]) -> None:
        from keyturn.desktop.columns import empty

        empty(self._last.column)
        told = [_("Not renewed yet.")] if standing is None or standing.last is None else [_last(standing)]
        trouble = None if standing is None else standing.renewal.trouble
        if trouble is not None:
            told.append(str(trouble))
        self._last.column.addWidget(Subheading(_("The last time")))
        for text in (*told, *notes):
            self._last.column.addWidget(Text(text).selectable())
        self._last.setVisible(standing is not None)

    @property
    def wish(self) -> Wish:
        """What the fields say."""
        at = self.sentence.at.time()
        return Wish(
            self.sentence.every.value(),
            time(at.hour(), at.minute()),
            self.watch.value(),
            self.grace.value(),
            self.deletes.isChecked(),
            _KEEPER if self.by_keeper.isChecked() else _KEY,
        )

    def _set(self) -> None:
        key, wish = self._found.key.access_key_id, self.wish
        self._hold()
        self._runner.change(
            self,
            lambda desk: set_renewal(desk, key, wish),
            done=lambda fresh: self._done(fresh, _("It renews itself from now on.")),
            failed=self._fail,
            doing=_("setting how a key renews itself"),
        )

    def _ask_now(self, *, asks: bool) -> None:
        makes = _("Keyturn makes a new key, puts it in place of this one everywhere, and proves every backup.")
        then = _("What happens to the old one then stands below.")
        self._about_now.setText(f"{makes} {then}")
        self._asks.setVisible(asks)
        (self.yes_now if asks else self.now).setFocus()

    def _renew_now(self) -> None:
        found = self._found
        self._asks.hide()
        self._hold()
        self.say(_("Renewing it…"), ColorTone.NEUTRAL)
        self._runner.change(
            self,
            lambda desk: renew_now(desk, found),
            done=self._renewed,
            failed=self._fail,
            told=lambda event: self.answer.show_text(_doing(event), ColorTone.NEUTRAL),
            doing=_("renewing a key"),
        )

    def _renewed(self, renewed: tuple[Freshness, str, bool]) -> None:
        fresh, text, well = renewed
        self._done(fresh, text)
        if not well:
            self.say(text, ColorTone.ATTENTION)

    def _end(self) -> None:
        found = self._found
        self._runner.change(
            self,
            lambda desk: end(desk, found),
            done=lambda fresh: self._done(fresh, _("It renews itself no more. What is under way stays as it is.")),
            failed=self._fail,
            doing=_("having a key renew itself no more"),
        )

    def _done(self, fresh: Freshness, text: str) -> None:
        self._free()
        self._show(fresh)
        self.say(text, ColorTone.GOOD)

    def _hold(self) -> None:
        """Let nothing else be begun meanwhile: it would be done with what was chosen before."""
        for button in (self.now, self.go, self.stop):
            button.setEnabled(False)

    def _free(self) -> None:
        for button in (self.now, self.go, self.stop):
            button.setEnabled(True)

    def _fail(self, error: AppError) -> None:
        self._free()
        self.say_error(error)


def _doing(event: Event) -> str:
    """What is being done just now."""
    return _("Renewing it… {step}").format(step=event.detail or labels.step(event.step))


def _last(standing: RenewalStanding) -> str:
    last = standing.last
    assert last is not None  # noqa: S101  (asked before)
    text = {
        LastResult.MADE: _("{when}: a new key was put in place and proved; the old one is on."),
        LastResult.OFF: _("{when}: a new key was put in place and proved; the old one is off."),
        LastResult.DELETED: _("{when}: a new key was put in place and proved; the old one is deleted."),
        LastResult.PUT_BACK: _("{when}: it did not work out, and everything was put back."),
        LastResult.UNFINISHED: _("{when}: it was begun, and is not finished."),
        LastResult.ENDED: _("{when}: it was closed as it stood."),
        LastResult.NOTHING: _("{when}: it was tried, and nothing was made."),
    }[last.result]
    return text.format(when=dates.past(last.at))
