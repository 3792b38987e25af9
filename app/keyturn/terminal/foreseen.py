"""What is looked for in the words before they are parsed: the parser speaks already, and knows the settings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


def wanted_language(words: Sequence[str]) -> str | None:
    """The language asked for, before anything is parsed, because the help speaks it too."""
    return _value_of("--lang", words)


def wanted_state_dir(words: Sequence[str]) -> Path | None:
    """Keyturn's own folder, before anything is parsed, because the language may stand in its settings."""
    value = _value_of("--state-dir", words)
    return Path(value) if value else None


def own_words(words: Sequence[str]) -> tuple[Sequence[str], tuple[str, ...]]:
    """The words that are Keyturn's, and those of the program that `run` starts, behind two dashes."""
    if "run" not in words or "--" not in words:
        return words, ()
    at = list(words).index("--")
    return (words[:at], tuple(words[at + 1 :])) if "run" in words[:at] else (words, ())


def _value_of(option: str, words: Sequence[str]) -> str | None:
    for at, word in enumerate(words):
        if word == option and at + 1 < len(words):
            return words[at + 1]
        if word.startswith(f"{option}="):
            return word.partition("=")[2]
    return None
