"""What a plan is asked about, and the form in which each part of it answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from keyturn.model.errors import AppError
from keyturn.model.keys import AccessKeyId
from keyturn.rotation.context import Context
from keyturn.rotation.finding.survey import FoundKey, Survey
from keyturn.rotation.planning.plan import Gate, Options
from keyturn.rotation.steps import Route, Step

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Question:
    """One key that is to be replaced or retired, on one computer, by one route."""

    context: Context
    survey: Survey
    found: FoundKey
    options: Options
    route: Route

    @property
    def key(self) -> AccessKeyId:
        """The old key."""
        return self.found.key.access_key_id


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """A part of the plan, with what stands in its way and what is worth knowing."""

    value: T
    gates: tuple[Gate, ...] = ()
    notes: tuple[str, ...] = ()


def closed(code: str, reason: str, *, waits: bool = False) -> Gate:
    """A gate before anything is done."""
    return Gate(Step.CHECK, reason, waits, code)


def unanswered(code: str, reason: str, offers: tuple[str, ...] = ()) -> Gate:
    """A gate that an answer of the person's opens; until then nothing is made."""
    return Gate(Step.CREATE, reason, waits=True, code=code, offers=offers)


def closed_for(error: AppError) -> Gate:
    """The gate that an error comes to."""
    # A file that another program holds is free once that is done with it.
    return closed(error.code, str(error), waits=error.code == "file.busy")
