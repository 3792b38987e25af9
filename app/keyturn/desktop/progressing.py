"""How far the work has come, for each program: each event that the work tells makes the next picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType

from keyturn.model.text import _
from keyturn.rotation import labels
from keyturn.rotation.context import Event, Moment
from keyturn.rotation.steps import Route, Step

_NOTHING: Mapping[str, Fortune] = MappingProxyType({})
_PROOFS = {Step.PROVE_AGAIN, Step.PROVE_OFF}


class Fortune(StrEnum):
    """How one program fares; the later, the further it is."""

    WAITING = "waiting"
    UPDATING = "updating"
    UPDATED = "updated"
    PROVING = "proving"
    PROVED = "proved"
    PUT_BACK = "put-back"


@dataclass(frozen=True, slots=True)
class PlaceProgress:
    """How far one place is on the way of a new key: made, accepted by AWS, in the file, proved.

    Attributes:
        done: how many of these four are.
        is_working: the next of them is being done.
    """

    done: int = 0
    is_working: bool = False


@dataclass(frozen=True, slots=True)
class RotationProgress:
    """Where the work is.

    Attributes:
        ahead: the steps of this work, in order; they make the bar.
        programs: the identities of the destinations.
        fortunes: how each of them fares; who is not in it waits.
        detail: what is being done just now.
        log: what was done, a line each, oldest first.
    """

    ahead: tuple[Step, ...] = ()
    programs: tuple[str, ...] = ()
    done: frozenset[Step] = frozenset()
    step: Step | None = None
    moment: Moment = Moment.STARTED
    fortunes: Mapping[str, Fortune] = field(default_factory=lambda: _NOTHING)
    detail: str = ""
    log: tuple[str, ...] = ()

    def after(self, event: Event) -> RotationProgress:
        """The picture after `event`."""
        done = self.done | {event.step} if event.moment is Moment.DONE else self.done
        fortunes = {**self.fortunes, **self._changed(event)}
        said = _said(event)
        log = self.log if self.log[-1:] == (said,) else (*self.log, said)
        return replace(
            self, done=done, step=event.step, moment=event.moment, fortunes=fortunes, detail=event.detail, log=log
        )

    def _changed(self, event: Event) -> Mapping[str, Fortune]:
        everybody = dict.fromkeys(self.programs, Fortune.WAITING)
        match event.step, event.moment:
            case Step.SWITCH, Moment.STARTED:
                return dict.fromkeys(everybody, Fortune.UPDATING)
            case Step.SWITCH, Moment.GOING_ON:
                return dict.fromkeys(event.places, Fortune.UPDATED)
            case ((Step.PROVE_AGAIN | Step.PROVE_OFF), Moment.STARTED):
                return dict.fromkeys(everybody, Fortune.PROVING)
            case ((Step.PROVE_AGAIN | Step.PROVE_OFF), Moment.GOING_ON):
                return dict.fromkeys(event.places, Fortune.PROVED)
            case ((Step.PROVE_AGAIN | Step.PROVE_OFF), Moment.DONE):
                return dict.fromkeys(everybody, Fortune.PROVED)
            case Step.UNDO, Moment.GOING_ON:
                return dict.fromkeys(event.places, Fortune.PUT_BACK)
        return {}

    def fortune_of(self, identity: str) -> Fortune:
        """How one program fares."""
        return self.fortunes.get(identity, Fortune.WAITING)

    def way_of(self, identity: str) -> PlaceProgress:
        """How far one place is, where a new key is put in place."""
        fortune = self.fortune_of(identity)
        is_on = self.moment in {Moment.STARTED, Moment.GOING_ON}
        if fortune is Fortune.PROVED:
            return PlaceProgress(4)
        if fortune in {Fortune.UPDATED, Fortune.PROVING}:
            return PlaceProgress(3, fortune is Fortune.PROVING)
        if Step.PROVE in self.done:
            return PlaceProgress(2, fortune is Fortune.UPDATING)
        if Step.CREATE in self.done:
            return PlaceProgress(1, self.step is Step.PROVE and is_on)
        return PlaceProgress(0, self.step in {None, Step.CHECK, Step.CREATE} and is_on)

    def fortune_of_all(self, identities: Sequence[str]) -> Fortune:
        """How those fare that share a row: as the slowest of them."""
        return min(map(self.fortune_of, identities), key=list(Fortune).index)

    def way_of_all(self, identities: Sequence[str]) -> PlaceProgress:
        """How far those are that share a row: as far as the slowest of them; worked at, if one of them is."""
        ways = list(map(self.way_of, identities))
        done = min(one.done for one in ways)
        return PlaceProgress(done, any(one.is_working for one in ways))

    @property
    def places_done(self) -> int:
        """How many places are through."""
        return sum(self.fortune_of(one) is Fortune.PROVED for one in self.programs)

    @property
    def share(self) -> float:
        """How much of the work is done, from 0 to 1: by steps, and within a step by programs."""
        if not self.ahead:
            return 0.0
        whole = sum(step in self.done for step in self.ahead)
        part = 0.0
        if self.step in self.ahead and self.step not in self.done and self.programs:
            end = {Step.SWITCH: Fortune.UPDATED, Step.UNDO: Fortune.PUT_BACK}.get(self.step, Fortune.PROVED)
            if self.step in _PROOFS | {Step.SWITCH, Step.UNDO}:
                part = sum(self.fortune_of(one) is end for one in self.programs) / len(self.programs)
        return min(1.0, (whole + part) / len(self.ahead))

    @property
    def sentence(self) -> str:
        """What is being done just now, and how many programs are through."""
        if self.step is None:
            return _("Beginning…")
        now = f"{labels.step(self.step)}…" if self.moment is not Moment.DONE else labels.step(self.step)
        parts = [now, self.detail if self.moment is not Moment.STARTED else ""]
        through = sum(self.fortune_of(one) is Fortune.PROVED for one in self.programs)
        if through:
            parts.append(_("{count} of {all} proved").format(count=through, all=len(self.programs)))
        return " · ".join(part for part in parts if part)

    @property
    def patience(self) -> str:
        """What to tell somebody who has waited for some seconds; may be empty."""
        return "" if self.step is None or self.moment is Moment.WAITING else labels.patience(self.step)


def beginning(route: Route, programs: tuple[str, ...]) -> RotationProgress:
    """Before a new rotation runs."""
    ahead = (Step.CHECK, Step.CREATE, Step.PROVE, Step.SWITCH, Step.PROVE_AGAIN)
    return RotationProgress(ahead if route.makes_a_key else (Step.CHECK,), programs)


def _said(event: Event) -> str:
    name = labels.step(event.step)
    match event.moment:
        case Moment.STARTED:
            return f"{name}…"
        case Moment.GOING_ON:
            return event.detail or name
        case Moment.DONE:
            text = _("{step}: done").format(step=name)
        case Moment.FAILED:
            text = _("{step}: did not work out").format(step=name)
        case Moment.WAITING:
            text = _("{step}: waiting").format(step=name)
    return f"{text}. {event.detail}" if event.detail else text
