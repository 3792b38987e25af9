"""Patterns of policies: `*`, `?`, and variables such as `${aws:username}`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

# Condition keys in lower case, each with its values; a missing key is missing, not empty.
Context = Mapping[str, tuple[str, ...]]


def as_list(value: object) -> list[str]:
    """One text or a list of texts, as policies allow either."""
    if value is None:
        return []
    if isinstance(value, list):
        return [_text(item) for item in value]
    return [_text(value)]


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


_TOKEN = re.compile(r"\$\{([^}]*)\}|\*|\?|[^*?$]+|\$")


def matches(pattern: str, value: str, context: Context, *, ignore_case: bool = False, wildcards: bool = True) -> bool:
    """True where the value fits the pattern: `*`, `?` (unless not `wildcards`) and variables such as `${aws:username}`.

    A variable without a value fits nothing, unless it carries a default: `${aws:username, 'nobody'}`.
    """
    meaning = {"*": ".*", "?": "."} if wildcards else {}
    filled: list[str] = []
    for token in _TOKEN.finditer(pattern):
        name = token[1]
        if name is None:
            filled.append(meaning.get(token[0]) or re.escape(token[0]))
        elif name in {"*", "?", "$"}:
            filled.append(re.escape(name))
        else:
            key, _, default = name.partition(",")
            values = context.get(key.strip().lower(), ())
            if len(values) != 1 and not default:
                return False
            filled.append(re.escape(values[0] if len(values) == 1 else default.strip().strip("'")))
    return _compiled("".join(filled), ignore_case).fullmatch(value) is not None


@lru_cache(maxsize=4096)
def _compiled(expression: str, ignore_case: bool) -> re.Pattern[str]:
    return re.compile(expression, re.DOTALL | (re.IGNORECASE if ignore_case else 0))
