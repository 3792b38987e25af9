"""The page of the plan: everything that would be done, before anything is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial

from PySide6.QtWidgets import QWidget

from keyturn.desktop.assistant_work import WindowJob, Work
from keyturn.desktop.flow import Flow
from keyturn.desktop.look import ColorTone
from keyturn.desktop.pages.asked_buckets import OpenBuckets, UnlistedBuckets, answers_in
from keyturn.desktop.pages.asked_texts import TextFileCards
from keyturn.desktop.pages.asked_unread import UnreadFiles, all_left_out
from keyturn.desktop.pages.assistant_page import Actor, PageView, Verb, said_here
from keyturn.desktop.pages.closed_gate import GateCard
from keyturn.desktop.pages.fields import Field, Tick
from keyturn.desktop.pages.moment_line import MomentLine
from keyturn.desktop.pages.parts import Fold, bullets
from keyturn.desktop.pages.plan_details import PlanDetails
from keyturn.desktop.pages.reminder import Reminder
from keyturn.desktop.pages.rights_card import BesideEachOther, RightsCard
from keyturn.desktop.pages.who_makes_it import WhoMakesIt
from keyturn.desktop.plan_moments import moments_of
from keyturn.desktop.plan_view import PlanFacts, PlanQuestion
from keyturn.desktop.rotation_view import count_of_programs
from keyturn.desktop.widgets import Card, Strong, Subheading
from keyturn.model.other_buckets import OtherBuckets
from keyturn.model.text import _
from keyturn.rotation import labels
from keyturn.rotation.planning.plan import Gate, Options
from keyturn.rotation.steps import Route

_BEGIN = WindowJob(Work.BEGIN)


class PlanPage(PageView):
    """What happens when and who does it, what the new key can do, and, folded, every file and every request."""

    def __init__(self, act: Actor) -> None:
        super().__init__(act)
        self._buckets: dict[str, Tick] = {}
        self._typed = Field()
        self._options = Options()
        self._reminder: Reminder | None = None
        self._who: WhoMakesIt | None = None

    def title(self, flow: Flow) -> str:
        """Asks for the buckets, or what becomes of unread files, where the plan cannot be made without that."""
        if flow.plan is not None and flow.plan.question is PlanQuestion.UNREAD:
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
        return flow.plan, flow.who

    def build(self, flow: Flow) -> None:
        """The question for buckets alone; else why it may not begin, the moments, the rights, and the details."""
        plan = flow.plan
        self._options = flow.options
        self._buckets, self._reminder, self._who = {}, None, None
        if plan is None:
            self._add_who(flow)  # perhaps the one who was chosen could not be had
            return
        if plan.question is PlanQuestion.UNREAD:
            self.add(UnreadFiles(plan.unread, flow.options, self.act))
            return
        if plan.needs_buckets is not None:
            self._ask_for_buckets(plan.needs_buckets)
            self.add(Subheading(_("Each of these is proved with the buckets that you tick")))
            self.add(bullets(f"{one.name} {one.where} ({one.path})" for one in plan.programs if not one.buckets))
            return
        if plan.question is PlanQuestion.OPEN_BUCKETS:
            self.add(OpenBuckets(plan.open_buckets, flow.options, self.act.choose))
            return
        if plan.question is PlanQuestion.UNLISTED:
            self.add(UnlistedBuckets(flow.options, self.act.choose))
            return
        for gate in plan.closed:
            self.add(GateCard(gate, flow.options, flow.facts, self.act))
        if plan.closed:
            self._add_who(flow)  # somebody else may be let
        self.add(self._line_and_rights(flow, plan))
        if plan.notes:
            self.add(bullets(plan.notes, "exclamation", ColorTone.ATTENTION))
        if plan.texts:
            self.add(Subheading(_("Files that hold the key, and of which no program here is known")))
            self.add(TextFileCards(plan.texts, flow.options, self.act.choose))
        if not plan.closed:
            self._reminder = Reminder(self.act.runner, self._next_day(flow), at_once=False)
            self.add(self._reminder)
        if not plan.closed:
            self._add_who(flow)
        self.add(
            Fold(_("Details: every file and every call"), lambda: PlanDetails(plan, lambda: self._options, self.act))
        )

    def refresh(self, flow: Flow) -> None:
        """Keeps the choices of now, to which what is ticked on this page belongs."""
        self._options = flow.options
        if self._who is not None:
            self._who.hold(busy=flow.job is not None)

    def _add_who(self, flow: Flow) -> None:
        if flow.store is None and flow.key is not None:
            self._who = WhoMakesIt(self.act, flow.key, flow.who)
            self.add(self._who)

    def _line_and_rights(self, flow: Flow, plan: PlanFacts) -> QWidget:
        moments = moments_of(plan, flow.options, self.act.runner.clock.now())
        line = MomentLine(moments, partial(said_here, self.act))
        return BesideEachOther(line, RightsCard(plan)) if plan.can or plan.cannot else line

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

    def verb(self, flow: Flow) -> Verb | None:
        """Begins, with a button named by `commit_text`; where the plan is missing or may not begin, makes it again."""
        plan = flow.plan
        if plan is None:
            return Verb(_("Make the plan again"), self.act.make_plan, flow.why_not(WindowJob(Work.PLAN)))
        if plan.question is PlanQuestion.UNREAD:
            left_out = all_left_out(plan.unread, flow.options)
            text = _("Go on without them") if left_out else _("Try again")
            return Verb(text, self.act.make_plan, flow.why_not(WindowJob(Work.PLAN)))
        if plan.question is not None:
            reason = _why_not_answered(plan, flow.options)
            return Verb(_("Go on with these buckets"), self.act.make_plan, reason or flow.why_not(WindowJob(Work.PLAN)))
        if flow.has_new_texts:
            return Verb(_("Show the plan with these files"), self.act.make_plan, flow.why_not(WindowJob(Work.PLAN)))
        if plan.closed:
            return Verb(_("Try again"), self.act.make_plan, flow.why_not(WindowJob(Work.PLAN)))
        return Verb(commit_text(plan), self._begin, flow.why_not(_BEGIN))

    def _begin(self) -> None:
        if self._reminder is not None and self._reminder.wanted:
            self.act.call_back()
        self.act.do(_BEGIN)

    def _next_day(self, flow: Flow) -> str:
        """The day on which the old key may be turned off."""
        return labels.near_day(self.act.runner.clock.now() + timedelta(days=flow.options.watch_days))


def _why_asked(question: PlanQuestion) -> str:
    return {
        PlanQuestion.UNREAD: _(
            "The old key may stand in these files. Put right what keeps them from being read, and try again; or leave "
            "a file out."
        ),
        PlanQuestion.BUCKETS: _(
            "Some programs do not say in their settings which buckets they use, and Keyturn proves each one."
        ),
        PlanQuestion.OPEN_BUCKETS: _(
            "The old key reaches these buckets, too, and nothing found here names them. What backs up there with this "
            "key would stop."
        ),
        PlanQuestion.UNLISTED: _(
            "AWS does not tell this key which buckets the account has. What backs up to others with it would stop."
        ),
    }[question]


def _why_not_answered(plan: PlanFacts, options: Options) -> str:
    if plan.question is PlanQuestion.BUCKETS:
        return "" if options.buckets else _("Tick one bucket at least.")
    if plan.question is PlanQuestion.UNLISTED:
        return "" if options.other_buckets is OtherBuckets.LEAVE_OUT else _("Say that you looked.")
    names = [one.name for one in plan.open_buckets]
    return "" if len(answers_in(options, names)) == len(names) else _("Answer for each bucket.")


def commit_text(plan: PlanFacts) -> str:
    """What the button that begins does."""
    if plan.route is Route.RETIRE:
        return _("Begin to retire the old key")
    if plan.store is not None:
        return _("Prove new key and update {programs}").format(programs=count_of_programs(plan.programs))
    if not plan.programs:
        return _("Create new key")
    return _("Create new key and update {programs}").format(programs=count_of_programs(plan.programs))
