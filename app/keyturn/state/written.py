"""Reading what some Keyturn wrote: first by its version, then each value by its kind. Nothing is guessed or left out.

What is not understood is one of two things, and people do different things about them: a newer Keyturn wrote a value
that this one does not know, or the document is damaged.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from keyturn.model.text import printable

if TYPE_CHECKING:
    from datetime import datetime

T = TypeVar("T")
Choice = TypeVar("Choice", bound=StrEnum)
Reader = Callable[[object], T]


class NotUnderstood(ValueError):
    """A document, or a value in it, is not as this Keyturn knows it.

    Attributes:
        where: the member, such as `destinations.kind`; empty for the document as a whole. Never its value.
        newer: True where a newer Keyturn may have written it; False where no Keyturn can have.
        why: what is wrong with it, for people; empty where there is no more to say.
    """

    def __init__(self, where: str = "", *, newer: bool = False, why: str = "") -> None:
        super().__init__(where)
        self.where = where
        self.newer = newer
        self.why = why


class Fields:
    """The members of one object. Each is asked for by its name and kind; what nobody asked for is not passed over.

    Raises:
        NotUnderstood: where it is no object.
    """

    def __init__(self, written: object) -> None:
        if not isinstance(written, dict):
            raise NotUnderstood
        self._written: Mapping[str, Any] = written
        self._asked: set[str] = set()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all members."""
        return tuple(self._written)

    def get(self, name: str, read: Reader[T]) -> T:
        """Return the member `name`.

        Raises:
            NotUnderstood: where it is missing, or not of that kind.
        """
        self._asked.add(name)
        if name not in self._written:
            raise NotUnderstood(name)
        return _read(name, read, self._written[name])

    def get_if_there(self, name: str, read: Reader[T], otherwise: T) -> T:
        """As `get`; `otherwise` where it is missing."""
        return self.get(name, read) if name in self._written else otherwise

    def rest(self) -> dict[str, Any]:
        """Take the members that nobody asked for so far, whatever they are."""
        rest = {name: value for name, value in self._written.items() if name not in self._asked}
        self._asked.update(rest)
        return rest

    def end(self) -> None:
        """See that every member was asked for.

        Raises:
            NotUnderstood: where there are more: a newer Keyturn has them.
        """
        for name in self.rest():
            raise NotUnderstood(printable(name), newer=True)


@dataclass(frozen=True)
class Format(Generic[T]):
    """How one kind of document is written, and how all of its versions that ever were are read.

    Attributes:
        migrations: for each earlier version, what makes the next one of it; 0 are documents without a version.
    """

    version: int
    read: Callable[[Fields], T]
    write: Callable[[T], dict[str, Any]]
    migrations: Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]] = field(default_factory=dict)

    def load(self, written: object) -> T:
        """Read a document of any version.

        Raises:
            NotUnderstood: where it cannot be read.
        """
        if not isinstance(written, dict):
            raise NotUnderstood
        version = written.get("version", 0)
        if type(version) is not int or version < 0:
            raise NotUnderstood("version")
        if version > self.version:
            raise NotUnderstood("version", newer=True)
        document = {name: value for name, value in written.items() if name != "version"}
        while version < self.version:
            if version not in self.migrations:
                raise NotUnderstood("version")
            try:
                document = self.migrations[version](document)
            except (LookupError, TypeError, AttributeError, ValueError):
                raise NotUnderstood from None
            version += 1
        fields = Fields(document)
        value = self.read(fields)
        fields.end()
        return value

    def dump(self, value: T) -> dict[str, Any]:
        """Write what `load` reads."""
        return {"version": self.version, **self.write(value)}


def parsed(content: str | bytes) -> object:
    """Read JSON in UTF-8.

    Raises:
        NotUnderstood: where it is none. The parser's own error quotes the text, which may hold secrets.
    """
    import json  # where there is something to read

    try:
        # A byte order mark is what editors of Windows add.
        written = content.decode("utf-8-sig") if isinstance(content, bytes) else content
        written.encode()  # bytes that are no text were kept as what no text can hold
        return json.loads(written)
    except (ValueError, RecursionError):
        raise NotUnderstood from None


def text(value: object) -> str:
    """Read a text."""
    if not isinstance(value, str):
        raise NotUnderstood
    return value


def truth(value: object) -> bool:
    """Read true or false."""
    if not isinstance(value, bool):
        raise NotUnderstood
    return value


def number(low: float, high: float) -> Reader[float]:
    """Read a number between these two."""

    def read(value: object) -> float:
        # True is a number to Python, and nobody means it.
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise NotUnderstood
        if not math.isfinite(value) or not low <= value <= high:
            raise NotUnderstood
        return value

    return read


def moment(value: object) -> datetime:
    """Read a moment with its time zone."""
    from datetime import datetime  # the window is seen before anybody asks

    try:
        read = datetime.fromisoformat(text(value))
    except ValueError:
        raise NotUnderstood from None
    if read.tzinfo is None:
        raise NotUnderstood
    return read


def moment_text(moment: datetime | None) -> str | None:
    """Write what `maybe(moment)` reads."""
    return None if moment is None else moment.isoformat()


def choice(kind: type[Choice]) -> Reader[Choice]:
    """Read one of the values of `kind`; any other one may be a newer Keyturn's."""

    def read(value: object) -> Choice:
        try:
            return kind(text(value))
        except NotUnderstood:
            raise
        except ValueError:
            raise NotUnderstood(newer=True) from None

    return read


def made_by(make: Callable[[str], T]) -> Reader[T]:
    """Read a text of which `make` makes a value, and raises `ValueError` where it is none."""

    def read(value: object) -> T:
        try:
            return make(text(value))
        except NotUnderstood:
            raise
        except ValueError:
            raise NotUnderstood from None

    return read


def path(value: object) -> Path:
    """Read where a file is."""
    if "\0" in text(value):
        raise NotUnderstood
    return Path(text(value))


def maybe(read: Reader[T]) -> Reader[T | None]:
    """Read a value, or null."""
    return lambda value: None if value is None else read(value)


def listed(read: Reader[T]) -> Reader[tuple[T, ...]]:
    """Read a list of values of one kind."""

    def read_all(value: object) -> tuple[T, ...]:
        if not isinstance(value, list):
            raise NotUnderstood
        return tuple(read(one) for one in value)

    return read_all


def mapped(read: Reader[T]) -> Reader[dict[str, T]]:
    """Read an object whose members have names of any kind, and values of one kind."""

    def read_all(value: object) -> dict[str, T]:
        if not isinstance(value, dict):
            raise NotUnderstood
        return {name: read(one) for name, one in value.items()}

    return read_all


def whole_object(read: Callable[[Fields], T]) -> Reader[T]:
    """Read an object, and see that every member of it is known."""

    def read_all(value: object) -> T:
        fields = Fields(value)
        made = read(fields)
        fields.end()
        return made

    return read_all


def _read(name: str, read: Reader[T], value: object) -> T:
    try:
        return read(value)
    except NotUnderstood as error:
        where = f"{name}.{error.where}" if error.where else name
        raise NotUnderstood(where, newer=error.newer, why=error.why) from None
