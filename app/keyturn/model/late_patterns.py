"""Patterns that are compiled when they are first used: of a module's many, a run meets few."""

from __future__ import annotations

import re
from typing import Any, AnyStr, cast


def pattern(text: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """Return what `re.compile` returns; a text that is no pattern raises at the first use."""
    return cast("re.Pattern[AnyStr]", _Late(text, flags))


class _Late:
    def __init__(self, text: str | bytes, flags: int) -> None:
        self._text = text
        self._flags = flags

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  (whatever a compiled one has)
        value = getattr(re.compile(self._text, self._flags), name)
        setattr(self, name, value)
        return value
