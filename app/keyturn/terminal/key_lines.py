"""What the tables of a scan say of one key, whether it is on this computer or only in the account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyturn.rotation.advice import Advice
from keyturn.terminal.screen import Line, Tone, bullet, line

if TYPE_CHECKING:
    from keyturn.aws.event_history import History

TONES = {
    Advice.REPLACE: Tone.ATTENTION,
    Advice.RENEW: Tone.ATTENTION,
    Advice.RETIRE: Tone.ATTENTION,
    Advice.OK: Tone.GOOD,
    Advice.UNKNOWN: Tone.QUIET,
}


def users_of_key(history: History | None, days: int | None) -> list[Line]:
    """Who used the key, if AWS was asked and told."""
    if days is None or history is None:
        return []
    from keyturn.rotation.finding import key_users  # most scans do not ask

    return [line(key_users.heading(history, days), indent=2)] + [
        bullet(text, indent=2) for text in key_users.lines(history)
    ]
