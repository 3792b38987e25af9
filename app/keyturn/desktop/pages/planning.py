"""The page of the plan: everything that would be done, before anything is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import groupby

from PySide6.QtWidgets import QWidget

from keyturn.desktop.facts import FileChange, PlanFacts, Question, count_of_programs
from keyturn.desktop.flow import Flow
from keyturn.desktop.look import Tone
from keyturn.desktop.pages.asked_buckets import OpenBuckets, UnlistedBuckets, answers_in
from keyturn.desktop.pages.asked_texts import TextFiles
from keyturn.desktop.pages.asked_unread import UnreadFiles, all_left_out
from keyturn.desktop.pages.closed_gate import GateCard
from keyturn.desktop.pages.fields import Field, Tick
from keyturn.desktop.pages.page import Actor, PageView, Verb, said_here
from keyturn.desktop.pages.parts import CopyLine, FixedText, Fold, bullets, stacked
from keyturn.desktop.pages.reminder import Reminder
from keyturn.desktop.pages.row_list import RowList, program_row
from keyturn.desktop.widgets import Button, Card, Quiet, Strong, Subheading, Text
from keyturn.desktop.work import Job, Work
from keyturn.model.other_buckets import OtherBuckets
from keyturn.model.text import _, plural
from keyturn.rotation import words
from keyturn.rotation.plan import Call, Gate, Options
from keyturn.rotation.steps import Awaited, Route

_BEGIN = Job(Work.BEGIN)


class PlanPage(PageView):
    """What changes in each program, what is asked of AWS, what the new key can do, and what a person has to do."""

    def __init__(self, act: Actor) -> None:
        super().__init__(act)
        self._buckets: dict[str, Tick] = {}
        self._typed = Field()
        self._options = Options()
        self._reminder: Reminder | None = None

    def title(self, flow: Flow) -> str:
        """Asks for the buckets, or what becomes of unread files, where the plan cannot be made without that."""
        if flow.plan is not None and flow.plan.question is Question.UNREAD:
            return _("Not every file could be read")
        if flow.plan is not None and flow.plan.question is not None:
            return _("Which buckets?")
        return _("What will happen")

    def sentence(self, flow: Flow) -> str:
        """Why it asks, or how long the old key stays on; empty while there is no plan."""
        plan = flow.plan
        if plan is None:
            return ""
        if plan.question is not None:
            return _why_asked(plan.question)
        if plan.route is Route.RETIRE:
            return _("No new key is made. The old one stays on until you turn it off, some days from now.")
        return _("The old key keeps working. One button puts everything back, until the old key is deleted.")

    def signature(self, flow: Flow) -> object:
        """The plan, so that the boxes stay while buckets are ticked: these are among the choices."""
        return flow.plan

    def build(self, flow: Flow) -> None:
        """The question for buckets alone; else why it may not begin, programs, powers, steps by hand, and requests."""
        plan = flow.plan
        if plan is None:
            return
        self._options = flow.options
        self._buckets, self._reminder = {}, None
        if plan.question is Question.UNREAD:
            self.add(UnreadFiles(plan.unread, flow.options, self.act))
            return
        if plan.needs_buckets is not None:
            self._ask_for_buckets(plan.needs_buckets)
            self.add(Subheading(_("Each of these is proved with the buckets that you tick")))
            self.add(bullets(f"{one.name} {one.where} ({one.path})" for one in plan.programs if not one.buckets))
            return
        if plan.question is Question.OPEN_BUCKETS:
            self.add(OpenBuckets(plan.open_buckets, flow.options, self.act.choose))
            return
        if plan.question is Question.UNLISTED:
            self.add(UnlistedBuckets(flow.options, self.act.choose))
            return
        for gate in plan.closed:
            self.add(GateCard(gate, flow.options, flow.facts, self.act))
        self._show_programs(plan)
        if plan.texts:
            self.add(Subheading(_("Files that hold the key, and of which no program here is known")))
            self.add(TextFiles(plan.texts, flow.options, self.act.choose))
        self._show_powers(plan)
        if plan.by_hand:
            self.add(Subheading(_("Left to you, later")))
            self.add(bullets(said_here(self.act, one.title) for one in plan.by_hand))
            self.add(Fold(_("How you will do it"), lambda: self._by_hand(plan.by_hand)))
        if not plan.closed:
            self._reminder = Reminder(self.act.runner, self._next_day(flow), at_once=False)
            self.add(Subheading(_("When you are needed again")))
            self.add(self._reminder)
        if plan.answered:
            self.add(Fold(_("What you said of other buckets"), lambda: self._answered(plan)))
        if plan.unread:
            self.add(Fold(_("Files that are left out"), lambda: self._left_out(plan)))
        requests = _("Requests to {whom}").format(whom=plan.store or "AWS")
        self.add(Fold(requests, lambda: _calls(plan.calls, requests)))
        self.add(Fold(_("The same in a terminal"), lambda: CopyLine(plan.command, _("Command"), self.act.copy)))

    def _ask_for_buckets(self, gate: Gate) -> None:
        card = Card()
        if gate.offers:
            card.column.addWidget(Strong(_("Tick the buckets that your programs back up to")))
            for name in gate.offers:
                box = Tick(name)
                box.setChecked(name in self._options.buckets)
                box.toggled.connect(lambda on: self._picked())
                self._buckets[name] = box
                card.column.addWidget(box)
        else:
            label = _("Names of the buckets, with commas between them")
            card.column.addWidget(Strong(label))
            self._typed = Field(", ".join(self._options.buckets))
            self._typed.setAccessibleName(label)
            self._typed.textChanged.connect(lambda text: self._picked())
            card.column.addWidget(self._typed)
        self.add(card)

    def _picked(self) -> None:
        if self._buckets:
            names = tuple(name for name, box in self._buckets.items() if box.isChecked())
        else:
            names = tuple(part.strip() for part in self._typed.text().split(",") if part.strip())
        self._options = replace(self._options, buckets=names)
        self.act.choose(self._options)

    def _show_programs(self, plan: PlanFacts) -> None:
        if not plan.programs and not plan.programs_by_hand:
            return
        self.add(Subheading(_("The new key goes to")))
        rows = [partial(program_row, one, one.path, Tone.NEUTRAL, "program") for one in plan.programs]
        by_hand = _("by hand"), Tone.ATTENTION, "exclamation"
        self.add(RowList([*rows, *(partial(program_row, one, *by_hand) for one in plan.programs_by_hand)]))
        if plan.changes:
            title = plural("Show the change in {count} file", "Show the changes in {count} files", len(plan.changes))
            self.add(Fold(title.format(count=len(plan.changes)), lambda: _changes(plan.changes)))

    def _answered(self, plan: PlanFacts) -> QWidget:
        again = Button(_("Ask me again"))
        again.clicked.connect(self._ask_again)
        return stacked(bullets(plan.answered), again)

    def _left_out(self, plan: PlanFacts) -> QWidget:
        again = Button(_("Try to read them again"))
        again.clicked.connect(self._read_again)
        return stacked(bullets(one.shown for one in plan.unread), again)

    def _read_again(self) -> None:
        self.act.choose(replace(self._options, leave_out=()))
        self.act.make_plan()

    def _ask_again(self) -> None:
        anew = replace(
            self._options, other_buckets=OtherBuckets.ASK, buckets=(), unsure_buckets=(), left_out_buckets=()
        )
        self.act.choose(anew)
        self.act.make_plan()

    def _show_powers(self, plan: PlanFacts) -> None:
        if plan.user_name is not None:
            self.add(Subheading(_("What the new key of user {name} can do").format(name=plan.user_name)))
        elif plan.can:
            self.add(Subheading(_("What the new key can do")))
        if plan.can:
            attention = plan.route is Route.NEW_ROOT_KEY
            self.add(
                bullets(plan.can, "exclamation" if attention else "check", Tone.ATTENTION if attention else Tone.GOOD)
            )
        if plan.cannot:
            if plan.can:
                self.add(Strong(_("It cannot")))
            self.add(bullets(plan.cannot, "cross", Tone.NEUTRAL))
        if plan.policy:
            self.add(Fold(_("Its policy, as AWS reads it"), lambda: FixedText(plan.policy, _("Policy"))))
        if plan.notes:
            self.add(Subheading(_("Please note")))
            self.add(bullets(plan.notes, "exclamation", Tone.ATTENTION))

    def _by_hand(self, items: Sequence[Awaited]) -> QWidget:
        parts: list[QWidget] = []
        for one in items:
            parts += [Strong(said_here(self.act, one.title)), self.steps(one.steps), *map(Quiet, one.notes)]
        return stacked(*parts)

    def verb(self, flow: Flow) -> Verb | None:
        """Begins, with a button named by `commit_text`; where the plan is missing or may not begin, makes it again."""
        plan = flow.plan
        if plan is None:
            return Verb(_("Make the plan again"), self.act.make_plan, flow.why_not(Job(Work.PLAN)))
        if plan.question is Question.UNREAD:
            left_out = all_left_out(plan.unread, flow.options)
            text = _("Go on without them") if left_out else _("Try again")
            return Verb(text, self.act.make_plan, flow.why_not(Job(Work.PLAN)))
        if plan.question is not None:
            reason = _why_not_answered(plan, flow.options)
            return Verb(_("Go on with these buckets"), self.act.make_plan, reason or flow.why_not(Job(Work.PLAN)))
        if flow.has_new_texts:
            return Verb(_("Show the plan with these files"), self.act.make_plan, flow.why_not(Job(Work.PLAN)))
        if plan.closed:
            return Verb(_("Try again"), self.act.make_plan, flow.why_not(Job(Work.PLAN)))
        return Verb(commit_text(plan), self._begin, flow.why_not(_BEGIN))

    def _begin(self) -> None:
        if self._reminder is not None and self._reminder.wanted:
            self.act.call_back()
        self.act.do(_BEGIN)

    def _next_day(self, flow: Flow) -> str:
        """The day on which the old key may be turned off."""
        return words.near_day(self.act.runner.clock.now() + timedelta(days=flow.options.watch_days))


def _why_asked(question: Question) -> str:
    return {
        Question.UNREAD: _(
            "The old key may stand in these files. Put right what keeps them from being read, and try again; or leave "
            "a file out."
        ),
        Question.BUCKETS: _(
            "Some programs do not say in their settings which buckets they use, and Keyturn proves each one."
        ),
        Question.OPEN_BUCKETS: _(
            "The old key reaches these buckets, too, and nothing found here names them. What backs up there with this "
            "key would stop."
        ),
        Question.UNLISTED: _(
            "AWS does not tell this key which buckets the account has. What backs up to others with it would stop."
        ),
    }[question]


def _why_not_answered(plan: PlanFacts, options: Options) -> str:
    if plan.question is Question.BUCKETS:
        return "" if options.buckets else _("Tick one bucket at least.")
    if plan.question is Question.UNLISTED:
        return "" if options.other_buckets is OtherBuckets.LEAVE_OUT else _("Say that you looked.")
    names = [one.name for one in plan.open_buckets]
    return "" if len(answers_in(options, names)) == len(names) else _("Answer for each bucket.")


def commit_text(plan: PlanFacts) -> str:
    """What the button that begins does."""
    if plan.route is Route.RETIRE:
        return _("Begin to retire the old key")
    if plan.store is not None:
        return _("Prove new key and update {programs}").format(programs=count_of_programs(len(plan.programs)))
    if not plan.programs:
        return _("Create new key")
    return _("Create new key and update {programs}").format(programs=count_of_programs(len(plan.programs)))


def _changes(changes: Sequence[FileChange]) -> QWidget:
    parts: list[QWidget] = []
    for one in changes:
        parts.append(Text(f"{', '.join(one.programs)} · {one.path}").selectable())
        name = _("Change in {path}, with secrets hidden").format(path=one.path)
        parts.append(FixedText(one.diff, name, as_diff=True))
    return stacked(*parts)


def _calls(calls: Sequence[Call], name: str) -> QWidget:
    lines: list[str] = []
    for step, of_step in groupby(calls, key=lambda call: call.step):
        lines.append(words.step(step))
        for (service, resource), alike in groupby(of_step, key=lambda call: (call.service, call.resource)):
            actions = ", ".join(dict.fromkeys(call.action for call in alike))
            lines.append(f"    {service.upper()} {actions}  {words.short_resource(resource)}")
    return FixedText("\n".join(lines), _("{requests}, in this order").format(requests=name))
