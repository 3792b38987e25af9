"""The languages that Keyturn has a catalogue for, beside English, which its sentences are written in."""

from __future__ import annotations

from pathlib import Path

DOMAIN = "keyturn"
CATALOGUES = Path(__file__).parent.parent / "locale"


def languages(folder: Path = CATALOGUES) -> tuple[str, ...]:
    """Return their codes, such as `de` or `pt_BR`, in alphabetical order."""
    return tuple(sorted(path.parent.parent.name for path in folder.glob(f"*/LC_MESSAGES/{DOMAIN}.mo")))
