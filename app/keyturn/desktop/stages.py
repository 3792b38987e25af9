"""The list of steps beside the pages: what is done, where we are, what is to come."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from keyturn.desktop.flow import Flow
from keyturn.desktop.work import Page
from keyturn.model.text import _
from keyturn.rotation.steps import Route, Step


class Reached(StrEnum):
    """How far a stage is."""

    DONE = "done"
    CURRENT = "current"
    TODO = "todo"


@dataclass(frozen=True, slots=True)
class Stage:
    """One line of the list.

    Attributes:
        page: where a click leads; None where it leads nowhere.
    """

    name: str
    reached: Reached
    page: Page | None = None

    @property
    def said(self) -> str:
        """The stage for somebody who hears it."""
        state = {Reached.DONE: _("done"), Reached.CURRENT: _("now"), Reached.TODO: _("to come")}[self.reached]
        return f"{self.name}, {state}"


_CHOICES = (Page.FOUND, Page.CHOOSE, Page.PAIR, Page.PLAN)


def stages(flow: Flow) -> tuple[Stage, ...]:
    """The list for this state."""
    retire = flow.route is Route.RETIRE
    listed = [
        (Page.FOUND, _("Found")),
        (Page.PAIR, _("New key made")) if flow.takes_a_pair else (Page.CHOOSE, _("Way out")),
        (Page.PLAN, _("Plan")),
        *([] if retire else [(Page.PROGRESS, _("New key in place")), (Page.PROOF, _("Proof"))]),
        (Page.BY_HAND, _("By hand")),
        (Page.WATCH, _("Watch")),
        (Page.TURN_OFF, _("Old key off")),
        (Page.DELETE, _("Old key deleted")),
    ]
    here = _stage_of(flow, retire=retire)
    pages = [page for page, _name in listed]
    after_all = -1 if flow.page is Page.UNDONE else len(pages)
    index = after_all if here is None else pages.index(here)
    return tuple(
        Stage(name, _reached(number, index), _leads_to(flow, page, number, index))
        for number, (page, name) in enumerate(listed)
    )


def _reached(number: int, index: int) -> Reached:
    if number == index:
        return Reached.CURRENT
    return Reached.DONE if number < index else Reached.TODO


def _leads_to(flow: Flow, page: Page, number: int, index: int) -> Page | None:
    """Back only: to the choices before the commit, and after it to what can be looked at again."""
    if number >= index:
        return None
    if page in _CHOICES:
        return page if not flow.has_begun and flow.facts is not None else None
    return page if page in flow.pages_to_look_at else None


def _stage_of(flow: Flow, *, retire: bool) -> Page | None:
    """The stage that is current; None where none is."""
    match flow.page:
        case Page.LOOKING:
            return Page.FOUND
        case Page.OFF:
            return Page.DELETE
        case Page.DELETED | Page.UNDONE:
            return None
        case Page.PROGRESS | Page.STOPPED | Page.DECIDE | Page.LOST | Page.WAYS_OUT:
            return _of_step(flow, retire=retire)
    return flow.page


def _of_step(flow: Flow, *, retire: bool) -> Page:
    if flow.standing is None:
        return Page.FOUND if flow.plan is None and not flow.has_begun else (Page.PLAN if retire else Page.PROGRESS)
    match flow.standing.rotation.step:
        case Step.WATCH:
            return Page.WATCH
        case Step.TURN_OFF | Step.PROVE_OFF:
            return Page.TURN_OFF
        case Step.DELETE:
            return Page.DELETE
    return Page.PLAN if retire else Page.PROGRESS
