"""In a rehearsal nobody is sent to AWS: what names its console names the page that stands in for it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from keyturn.model.text import _

# The way to the keys in the real console is an address to sign in at, and a menu there.
_ADDRESS = re.compile(r"https://console\.")


def rehearsed(text: str) -> str:
    """The sentence with the practice console in the place of AWS's."""
    return text.replace(_("the AWS console"), _("the practice console"))


def rehearsed_steps(steps: Sequence[str]) -> tuple[str, ...]:
    """The steps, with the way to AWS's console replaced by the one to the practice console."""
    at = next((number for number, step in enumerate(steps) if _ADDRESS.search(step)), None)
    if at is None:
        return tuple(map(rehearsed, steps))
    way = _("Press “Practice console” at the top: a page in your browser, where nobody signs in.")
    return (*map(rehearsed, steps[:at]), way, *map(rehearsed, steps[at + 2 :]))
