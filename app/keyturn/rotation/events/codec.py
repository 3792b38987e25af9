"""How an event stands in the journal, and is read again: each field of its class is a member of that name in JSON.

A class says so itself, by the types of its fields. How one class of them reads as an object, `whole` tells.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Generic, TypeVar, get_args

from keyturn.model.keys import AccessKeyId
from keyturn.state import written
from keyturn.state.written import Fields, NotUnderstood, Reader

T = TypeVar("T")
U = TypeVar("U")
Choice = TypeVar("Choice", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Kind(Generic[T]):
    """How values of one kind are read and written."""

    read: Reader[T]
    write: Callable[[T], object]


def key_id(value: object) -> AccessKeyId:
    """Read an access key ID."""
    return written.made_by(AccessKeyId.of_any_shape)(value)


def _as_it_is(value: T) -> T:
    return value


def count(value: object) -> int:
    """Read how many there are."""
    read = written.number(0, math.inf)(value)
    if not isinstance(read, int):
        raise NotUnderstood
    return read


def one_of(words: type[Choice]) -> Kind[Choice]:
    """One of the words of an enum; any other one may be a newer Keyturn's."""
    return Kind(written.choice(words), lambda word: word.value)


def only(word: str) -> Kind[str]:
    """Always this word, by which events with members of the same name are told apart."""

    def read(value: object) -> str:
        if written.text(value) != word:
            raise NotUnderstood(newer=True)
        return word

    return Kind(read, _as_it_is)


def maybe(kind: Kind[T]) -> Kind[T | None]:
    """Such a value, or null."""
    return Kind(written.maybe(kind.read), lambda value: None if value is None else kind.write(value))


def listed(kind: Kind[T]) -> Kind[tuple[T, ...]]:
    """A list of such values."""
    return Kind(written.listed(kind.read), lambda values: [kind.write(one) for one in values])


def paired(first: Kind[T], second: Kind[U]) -> Kind[tuple[T, U]]:
    """A list of two values."""

    def read(value: object) -> tuple[T, U]:
        if not isinstance(value, list) or len(value) != 2:
            raise NotUnderstood
        return first.read(value[0]), second.read(value[1])

    return Kind(read, lambda pair: [first.write(pair[0]), second.write(pair[1])])


def mapped(kind: Kind[T]) -> Kind[Mapping[str, T]]:
    """An object whose members have names of any kind, and such values."""
    return Kind(written.mapped(kind.read), lambda values: {name: kind.write(value) for name, value in values.items()})


def whole(form: type[T]) -> Kind[T]:
    """An object with the fields of this class, which are declared as those of an event."""
    return Kind(written.whole_object(lambda members: _read(form, members)), lambda value: facts_of((value,)))


TEXT = Kind(written.text, _as_it_is)
TRUTH = Kind(written.truth, _as_it_is)
MOMENT = Kind(written.moment, datetime.isoformat)
KEY = Kind(key_id, lambda key: key.value)

Text = Annotated[str, TEXT]
MaybeText = Annotated[str | None, maybe(TEXT)]
Texts = Annotated[tuple[str, ...], listed(TEXT)]
Truth = Annotated[bool, TRUTH]
Count = Annotated[int, Kind(count, _as_it_is)]
Moment = Annotated[datetime, MOMENT]
MaybeMoment = Annotated[datetime | None, maybe(MOMENT)]
Key = Annotated[AccessKeyId, KEY]
MaybeKey = Annotated[AccessKeyId | None, maybe(KEY)]
Keys = Annotated[tuple[AccessKeyId, ...], listed(KEY)]
# Of a field with a default: where the member is missing it is that, and where it is that no member is written.
MAY_BE_MISSING = "may be missing"


@dataclass(frozen=True, slots=True)
class _Member:
    name: str
    kind: Kind[Any]  # the field's own type says of what
    otherwise: Any


_MEMBERS: dict[object, tuple[_Member, ...]] = {}


def _members_of(form: type[Any]) -> tuple[_Member, ...]:
    if form not in _MEMBERS:
        members = []
        for one in fields(form):
            _type, kind, *marks = get_args(one.type)
            members.append(_Member(one.name, kind, one.default if MAY_BE_MISSING in marks else MISSING))
        _MEMBERS[form] = tuple(members)
    return _MEMBERS[form]


def by_member(forms: Iterable[type[T]]) -> Mapping[str, type[T]]:
    """Which of these classes a member of an entry belongs to; one that several have tells nothing."""
    owners: dict[str, list[type[T]]] = {}
    for form in forms:
        for member in _members_of(form):
            owners.setdefault(member.name, []).append(form)
    return {name: of[0] for name, of in owners.items() if len(of) == 1}


def events_in(facts: Fields, forms: Mapping[str, type[T]], *, pass_over_newer: bool = False) -> tuple[T, ...]:
    """The events of these classes (see `by_member`) that are there, in their order; `facts.rest` has what else is.

    Raises:
        NotUnderstood: where one is there and not as this Keyturn knows it.
    """
    events: list[T] = []
    for form in dict.fromkeys(forms[name] for name in facts.names if name in forms):
        try:
            events.append(_read(form, facts))
        except NotUnderstood as error:
            if not (error.newer and pass_over_newer):
                raise
    return tuple(events)


def facts_of(events: Iterable[object]) -> dict[str, object]:
    """The members with which the journal has these events."""
    facts: dict[str, object] = {}
    for event in events:
        for member in _members_of(type(event)):
            value = getattr(event, member.name)
            if member.otherwise is MISSING or value != member.otherwise:
                facts[member.name] = member.kind.write(value)
    return facts


def _read(form: type[T], members: Fields) -> T:
    return form(
        **{
            one.name: members.get(one.name, one.kind.read)
            if one.otherwise is MISSING
            else members.get_if_there(one.name, one.kind.read, one.otherwise)
            for one in _members_of(form)
        }
    )
