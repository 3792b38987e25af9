"""Everything that the plan's moments sum up: each file, each request, each step by hand, and the same in a terminal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import groupby

from PySide6.QtWidgets import QVBoxLayout, QWidget

from keyturn.desktop.font_sizes import em
from keyturn.desktop.look import ColorTone
from keyturn.desktop.pages.assistant_page import Actor, said_here, steps_of
from keyturn.desktop.pages.parts import CopyLine, FixedText, Fold, bullets, stacked
from keyturn.desktop.pages.programs_list import file_of, place_rows
from keyturn.desktop.pages.row_list import RowList
from keyturn.desktop.plan_view import FileChange, PlanFacts
from keyturn.desktop.widgets import Button, Quiet, Strong, Text
from keyturn.model.other_buckets import OtherBuckets
from keyturn.model.text import _, plural
from keyturn.rotation import labels
from keyturn.rotation.key_life.move_words import staying_heading
from keyturn.rotation.planning.plan import Call, Options
from keyturn.rotation.steps import Awaited


class PlanDetails(QWidget):
    """Folds, each with a part of it.

    Args:
        options: gives the choices of now, which are others than the plan's once something was ticked beside it.
    """

    def __init__(self, plan: PlanFacts, options: Callable[[], Options], act: Actor) -> None:
        super().__init__()
        self._options, self._act = options, act
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(em(self, 1.2), 0, 0, 0)
        self._column.setSpacing(em(self, 0.4))
        self._show_programs(plan)
        if plan.by_hand:
            self._fold(_("How you will do your part"), lambda: self._by_hand(plan.by_hand))
        if plan.answered:
            self._fold(_("What you said of other buckets"), lambda: self._answered(plan))
        if plan.unread:
            self._fold(_("Files that are left out"), lambda: self._left_out(plan))
        requests = _("Requests to {whom}").format(whom=plan.store or "AWS")
        self._fold(requests, lambda: _calls(plan.calls, requests))
        self._fold(_("The same in a terminal"), lambda: CopyLine(plan.command, _("Command"), act.copy))

    def _fold(self, title: str, make: Callable[[], QWidget]) -> None:
        self._column.addWidget(Fold(title, make))

    def _show_programs(self, plan: PlanFacts) -> None:
        if plan.programs or plan.programs_by_hand:
            self._column.addWidget(Strong(_("The new key goes to")))
            by_hand = _("by hand"), ColorTone.ATTENTION, "exclamation"
            edited = [one for one in plan.programs if one not in plan.asking]
            rows = place_rows(edited, file_of) + place_rows(plan.programs_by_hand, lambda one: by_hand)
            self._column.addWidget(RowList(rows))
        if plan.asking:
            self._column.addWidget(Strong(plan.asked_for))
            self._column.addWidget(RowList(place_rows(plan.asking, file_of)))
        if plan.staying:
            self._column.addWidget(Strong(staying_heading()))
            self._column.addWidget(bullets(said_here(self._act, one) for one in plan.staying))
        if plan.changes:
            title = plural("Show the change in {count} file", "Show the changes in {count} files", len(plan.changes))
            self._fold(title.format(count=len(plan.changes)), lambda: _changes(plan.changes))

    def _answered(self, plan: PlanFacts) -> QWidget:
        again = Button(_("Ask me again"))
        again.clicked.connect(self._ask_again)
        return stacked(bullets(plan.answered), again)

    def _left_out(self, plan: PlanFacts) -> QWidget:
        again = Button(_("Try to read them again"))
        again.clicked.connect(self._read_again)
        return stacked(bullets(one.shown for one in plan.unread), again)

    def _read_again(self) -> None:
        self._act.choose(replace(self._options(), leave_out=()))
        self._act.make_plan()

    def _ask_again(self) -> None:
        anew = replace(
            self._options(), other_buckets=OtherBuckets.ASK, buckets=(), unsure_buckets=(), left_out_buckets=()
        )
        self._act.choose(anew)
        self._act.make_plan()

    def _by_hand(self, items: Sequence[Awaited]) -> QWidget:
        parts: list[QWidget] = []
        for one in items:
            parts += [Strong(said_here(self._act, one.title)), steps_of(self._act, one.steps), *map(Quiet, one.notes)]
        return stacked(*parts)


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
        lines.append(labels.step(step))
        for (service, resource), alike in groupby(of_step, key=lambda call: (call.service, call.resource)):
            actions = ", ".join(dict.fromkeys(call.action for call in alike))
            lines.append(f"    {service.upper()} {actions}  {labels.short_resource(resource)}")
    return FixedText("\n".join(lines), _("{requests}, in this order").format(requests=name))
