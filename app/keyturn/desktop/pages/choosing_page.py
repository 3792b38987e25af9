"""The pages before anything is changed: what was found, and which way out."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QWidget

from keyturn.desktop.assistant_work import Page
from keyturn.desktop.flow import Flow
from keyturn.desktop.font_sizes import em
from keyturn.desktop.later import LATER_DAYS
from keyturn.desktop.look import ColorTone
from keyturn.desktop.pages.assistant_page import Actor, PageView, Verb
from keyturn.desktop.pages.fields import Choice
from keyturn.desktop.pages.more_choices import MoreChoices
from keyturn.desktop.pages.parts import Badge, Fold, Notice, bullets, stacked
from keyturn.desktop.pages.programs_list import programs_list
from keyturn.desktop.pages.reminder import Reminder
from keyturn.desktop.pages.used_elsewhere import UsedElsewhere
from keyturn.desktop.reflowing import ReflowingRow
from keyturn.desktop.rotation_view import KeyFacts, count_of_programs
from keyturn.desktop.widgets import Card, Pill, Quiet, Strong, Subheading
from keyturn.model.keys import KeyStatus
from keyturn.model.text import _, capitalized, plural
from keyturn.rotation import labels
from keyturn.rotation.planning.plan import Options
from keyturn.rotation.steps import Route
from keyturn.state.secrets_kind import SecretsKind


class LookingPage(PageView):
    """While the key, or its rotation, is looked for."""

    def title(self, flow: Flow) -> str:
        """The same for a key and for a rotation: which of them it is may not be known yet."""
        return _("Looking…")

    def sentence(self, flow: Flow) -> str:
        """Promises that looking changes nothing."""
        return _("Keyturn looks through this computer, and asks AWS. Nothing is changed.")


class FoundPage(PageView):
    """What was found: the key, its age, what uses it. “Nothing to do” is a proper end."""

    def __init__(self, act: Actor) -> None:
        super().__init__(act)
        self._options = Options()

    def title(self, flow: Flow) -> str:
        """Whether there is something to do; if so, how old the key is, or how many programs use one of unknown age."""
        facts = flow.facts
        if facts is None:
            return _("Found")
        if facts.nothing_to_do:
            return _("There is nothing to do")
        if not facts.programs:
            return _("Keyturn found no program that uses {key}").format(key=flow.masked)
        kind = _("root key") if facts.is_root else _("access key")
        if facts.key.created is None:
            return _("{count} with the {kind} {key}").format(
                count=capitalized(count_of_programs(facts.programs)), kind=kind, key=flow.masked
            )
        return _("Your AWS {kind} is {age} old").format(kind=kind, age=facts.age)

    def sentence(self, flow: Flow) -> str:
        """What follows for the person; of a store's key, that the mail is not about it. Empty until a key was found."""
        facts = flow.facts
        if facts is None:
            return ""
        if facts.nothing_to_do:
            return facts.nothing_to_do
        if not facts.programs and not flow.options.also:
            return _("It may be turned off, once you are sure that no other computer uses it.")
        if facts.store is not None:
            return _("It is the key of {store}, an S3-compatible store and not AWS: the mail is not about it.").format(
                store=facts.store
            )
        if facts.is_root:
            return _("It can do anything in your AWS account, so AWS asks you to replace it. Nothing stops meanwhile.")
        return _("Keys are best replaced from time to time. Nothing stops working meanwhile.")

    def signature(self, flow: Flow) -> object:
        """The facts: looking once more changes the page only where it found something else."""
        return flow.facts

    def build(self, flow: Flow) -> None:
        """The key, the programs that read it, and what went wrong while looking.

        Folded: files that no program is known to read, and boxes for what else uses the key.
        """
        facts = flow.facts
        if facts is None:
            return
        self.add(_key_card(facts))
        if facts.programs:
            self.add(Subheading(_what_uses_it(facts)))
            self.add(programs_list(facts.programs))
            if not facts.nothing_to_do and len({one.client for one in facts.programs}) > 1:
                self.add(Quiet(_("A program can be left out on the next page, under “More choices”.")))
        for one in facts.unread:
            if one.path in flow.options.leave_out:
                left_out = _("{path} is left out: you look there before the old key is turned off.")
                self.add(Notice(left_out.format(path=one.shown), ColorTone.NEUTRAL, "exclamation"))
            else:
                self.add(Notice(one.why, ColorTone.ATTENTION, "exclamation"))
        for text in facts.troubles:
            self.add(Notice(text, ColorTone.ATTENTION, "exclamation"))
        if facts.others:
            title = _("Also holding the key ({count})").format(count=len(facts.others))
            self.add(Fold(title, lambda: bullets(facts.others)))
        if not facts.nothing_to_do:
            self.add(Fold(_("Something else uses it"), lambda: UsedElsewhere(flow.options.also, self._tell)))

    def refresh(self, flow: Flow) -> None:
        """Keeps the choices so far, to which what else uses the key is added."""
        self._options = flow.options

    def _tell(self, also: tuple[str, ...]) -> None:
        self.act.choose(replace(self._options, also=also))

    def verb(self, flow: Flow) -> Verb | None:
        """Leaves where there is nothing to do; else leads to the routes, or to the fields for a store's new key."""
        if flow.facts is None:
            return None
        if flow.facts.nothing_to_do:
            return Verb(_("Done"), self.act.leave)
        if flow.takes_a_pair:
            return Verb(_("Replace it with a new key"), lambda: self.act.turn_to(Page.PAIR))
        return Verb(_("Choose the way out"), lambda: self.act.turn_to(Page.CHOOSE))


def _what_uses_it(facts: KeyFacts) -> str:
    if not facts.unread:
        return _("What uses it on this computer")
    text = plural(
        "At least this uses it on this computer; {count} more place could not be read",
        "At least this uses it on this computer; {count} more places could not be read",
        len(facts.unread),
    )
    return text.format(count=labels.count_word(len(facts.unread)))


def _key_card(facts: KeyFacts) -> QWidget:
    card = Card()
    row = QHBoxLayout()
    row.setSpacing(em(card, 0.8))
    row.addWidget(Badge("key", ColorTone.ATTENTION if facts.is_root else ColorTone.ACCENT))
    owner = labels.kind(facts.key)
    account = "" if facts.key.owner is None else _("account {number}").format(number=facts.key.owner.account)
    said = [_("{owner} key").format(owner=owner), account, _("last used: {when}").format(when=facts.last_used)]
    if facts.store is not None:
        said = [_("key of {store}").format(store=facts.store), _("the store tells nothing more about it")]
    row.addWidget(
        stacked(Strong(facts.key.access_key_id.masked), Quiet(" · ".join(part for part in said if part)), spacing=0),
        1,
    )
    status = {KeyStatus.ACTIVE: (_("on"), ColorTone.GOOD), KeyStatus.INACTIVE: (_("off"), ColorTone.NEUTRAL)}
    if facts.store is None:
        row.addWidget(Pill(*status.get(facts.key.status, (_("not known"), ColorTone.ATTENTION))))
    card.column.addLayout(row)
    return card


class ChoosePage(PageView):
    """The way out: the recommended route first, and later as an honest choice."""

    def __init__(self, act: Actor) -> None:
        super().__init__(act)
        self._routes: dict[Route | None, Choice] = {}
        self._more: MoreChoices | None = None
        self._reminder: Reminder | None = None

    def title(self, flow: Flow) -> str:
        """The same for every key: what may be chosen differs below."""
        return _("Which way out?")

    def sentence(self, flow: Flow) -> str:
        """How long there is a way back, said before anything is chosen."""
        return _("You can put everything back with one button until the old key is deleted, days from now.")

    def signature(self, flow: Flow) -> object:
        """What was found and told so far, so that choosing does not make the choices anew."""
        return flow.facts, flow.options.also

    def build(self, flow: Flow) -> None:
        """A card for each route, the recommended one first and “Later” last; the one chosen before is marked."""
        facts = flow.facts
        if facts is None:
            return
        group = QButtonGroup(self)
        self._routes = {}
        for number, route in enumerate((*flow.routes, None)):
            name = _("Later") if route is None else _route_name(route)
            consequence = _later() if route is None else labels.consequence(route)
            self._routes[route] = _choice(self, group, name, consequence, recommended=number == 0)
        self._routes[flow.route].setChecked(True)
        day = labels.near_day(self.act.runner.clock.now() + timedelta(days=LATER_DAYS))
        self._reminder = Reminder(self.act.runner, day, at_once=False)
        self._reminder.setVisible(flow.route is None)
        self.add(self._reminder)
        group.buttonToggled.connect(lambda button, on: self._tell())
        self._more = MoreChoices(flow, self._tell)
        self.add(self._more)
        if self.act.runner.location.secrets is SecretsKind.KEYRING:
            self.add(Quiet(_("The plan tries your keychain, so your system may ask for its password then.")))

    def _tell(self) -> None:
        if self._more is not None:
            route = next((route for route, button in self._routes.items() if button.isChecked()), None)
            self.act.choose(self._more.chosen(route))
        if self._reminder is not None:
            self._reminder.setVisible(self._is_later())

    def verb(self, flow: Flow) -> Verb | None:
        """Asks for the plan of the chosen route, or to be reminded later. No plan while a job runs."""
        if self._is_later():
            return Verb(_("Leave it for a month"), self._leave_it)
        reason = "" if self._more is None else self._more.reason
        if flow.job is not None:
            reason = _("Keyturn looks through this computer, and asks AWS. Nothing is changed.")
        return Verb(_("Show the plan"), self._plan, reason)

    def _plan(self) -> None:
        self._tell()
        self.act.make_plan()

    def _leave_it(self) -> None:
        self.act.leave_for_later(call_back=self._reminder is not None and self._reminder.wanted)

    def _is_later(self) -> bool:
        later = self._routes.get(None)
        return later is not None and later.isChecked()


def _choice(page: PageView, group: QButtonGroup, name: str, consequence: str, *, recommended: bool) -> Choice:
    card = Card()
    button = Choice(name)
    button.setFont(Strong().font())
    button.setAccessibleDescription(consequence)
    group.addButton(button)
    inside = QWidget()
    head = ReflowingRow(inside, 0)
    head.setContentsMargins(0, 0, 0, 0)
    head.addWidget(button)
    head.addStretch(1)
    if recommended:
        head.addWidget(Pill(_("recommended"), ColorTone.GOOD))
    text = Quiet(consequence)
    text.setContentsMargins(em(card, 1.4), 0, 0, 0)
    card.column.addWidget(inside)
    card.column.addWidget(text)
    page.add(card)
    return button


def _route_name(route: Route) -> str:
    return {
        Route.SCOPED_USER: _("A user of its own"),
        Route.NEW_ROOT_KEY: _("A new root key"),
        Route.SAME_USER: _("A new key for the same user"),
        Route.RETIRE: _("No new key: retire the old one"),
    }[route]


def _later() -> str:
    return _("Nothing changes. AWS does not turn your key off; the risk stays as it is.")
