"""The list of steps beside the pages: what is done, where we are, what is to come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from keyturn.desktop import dates
from keyturn.desktop.assistant_work import Page
from keyturn.desktop.flow import Flow
from keyturn.desktop.progress_state import Reached
from keyturn.model.text import _, plural
from keyturn.rotation.steps import Route, Step


@dataclass(frozen=True, slots=True)
class Stage:
    """One line of the list.

    Attributes:
        name: what is, or was, or will be done; of the present one, how it stands.
        note: when, in a few words; may be empty.
        page: where a click leads; None where it leads nowhere.
    """

    name: str
    reached: Reached
    page: Page | None = None
    note: str = ""

    @property
    def said(self) -> str:
        """The stage for somebody who hears it."""
        state = {Reached.DONE: _("done"), Reached.CURRENT: _("now"), Reached.TODO: _("to come")}[self.reached]
        return ", ".join(filter(None, (self.name, self.note, state)))


_CHOICES = (Page.FOUND, Page.CHOOSE, Page.PAIR, Page.PLAN)
_IN_PLACE = (Page.PROGRESS, Page.PROOF)


def stages(flow: Flow) -> tuple[Stage, ...]:
    """The list for this state: the choices before the commit, and from then on the moments of the plan."""
    retire = flow.route is Route.RETIRE
    here = _stage_of(flow, retire=retire)
    stations = [*_before(flow), *([] if retire else [_IN_PLACE])]
    if _has_part(flow):
        stations.append((Page.BY_HAND,))
    stations += [(Page.WATCH, Page.TURN_OFF), (Page.OFF, Page.DELETE)]
    after_all = -1 if flow.page is Page.UNDONE else len(stations)
    index = next((number for number, pages in enumerate(stations) if here in pages), after_all)
    return tuple(_stage(flow, pages, here, number, index) for number, pages in enumerate(stations))


def _before(flow: Flow) -> list[tuple[Page, ...]]:
    if flow.has_begun:
        return [(Page.PLAN,)]
    return [(Page.FOUND,), (Page.PAIR if flow.takes_a_pair else Page.CHOOSE,), (Page.PLAN,)]


def _has_part(flow: Flow) -> bool:
    """True where something is, or was, left to the person; the line stays once it is done."""
    told = flow.standing is not None and bool(flow.standing.result.said)
    return flow.page is Page.BY_HAND or bool(flow.by_hand) or told


def _stage(flow: Flow, pages: tuple[Page, ...], here: Page | None, number: int, index: int) -> Stage:
    reached = Reached.CURRENT if number == index else Reached.DONE if number < index else Reached.TODO
    name, note = _named(flow, pages, here, reached)
    return Stage(name, reached, _leads_to(flow, pages, reached), note)


def _named(flow: Flow, pages: tuple[Page, ...], here: Page | None, reached: Reached) -> tuple[str, str]:
    rotation = None if flow.standing is None else flow.standing.rotation
    off_from = None if rotation is None else rotation.watched_until
    gone_from = None if rotation is None else rotation.deletable_from
    match pages[0], reached:
        case Page.FOUND, _state:
            return _("Found"), ""
        case Page.CHOOSE, _state:
            return _("Way out"), ""
        case Page.PAIR, _state:
            return _("New key made"), ""
        case Page.PLAN, _state:
            return _("Plan"), _("You agreed to it") if flow.has_begun else ""
        case Page.PROGRESS, _state:
            count = len(flow.programs)
            places = plural("{count} place", "{count} places", count).format(count=count) if flow.has_begun else ""
            return _("New key in place"), places
        case Page.BY_HAND, _state:
            return _("Your part"), ""
        case Page.WATCH, Reached.CURRENT if here is Page.WATCH:
            return _("The old key is still on"), _until(off_from)
        case Page.WATCH, Reached.DONE:
            return _("Old key off"), _day(None if rotation is None else rotation.off_at)
        case Page.WATCH, Reached.CURRENT:
            return _("Turn the old key off"), _("now")
        case Page.WATCH, _state:
            return _("Turn the old key off"), _day(off_from)
        case Page.OFF, Reached.CURRENT if here is Page.OFF:
            return _("The old key is off"), _until(gone_from)
        case Page.OFF, Reached.DONE:
            return _("Old key deleted"), ""
    return _("Delete the old key"), _day(gone_from)


def _day(at: datetime | None) -> str:
    return "" if at is None else dates.short_day(at)


def _until(at: datetime | None) -> str:
    return "" if at is None else _("until {day}").format(day=dates.short_day(at))


def _leads_to(flow: Flow, pages: tuple[Page, ...], reached: Reached) -> Page | None:
    """Back only: to the choices before the commit, and after it to what can be looked at again."""
    if reached is not Reached.DONE:
        return None
    if pages[0] in _CHOICES:
        return pages[0] if not flow.has_begun and flow.facts is not None else None
    return next((page for page in pages if page in flow.pages_to_look_at), None)


def _stage_of(flow: Flow, *, retire: bool) -> Page | None:
    """The stage that is current; None where none is."""
    match flow.page:
        case Page.LOOKING:
            return Page.FOUND
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
