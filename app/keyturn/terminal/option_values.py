"""What may stand behind an option: each function reads one kind of value, for argparse's `type`.

Each raises `argparse.ArgumentTypeError` with a sentence for what it does not take.
"""

from __future__ import annotations

import argparse
import math
from datetime import time
from pathlib import Path

from keyturn.model.addresses import server_or_none, without_password
from keyturn.model.keys import HISTORY_DAYS
from keyturn.model.text import _
from keyturn.rotation.signers.who import Who
from keyturn.state.settings import LONGEST_WAIT


def who(text: str) -> Who:
    """Who makes the change."""
    try:
        return Who.parsed(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def path(text: str) -> Path:
    """A file or folder, whether or not it is there."""
    if not text:
        # Else it would be the folder in which the command is typed: what a variable that is not set leads to.
        raise argparse.ArgumentTypeError(_("the path is empty"))
    named = Path(text)
    try:
        named.lstat()
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return named  # anyone who uses it says so
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else None
        raise argparse.ArgumentTypeError(
            _("“{text}” cannot be used as a path: {reason}").format(text=text[:80], reason=reason or str(error))
        ) from None
    return named


def key_named(text: str) -> str:
    """A key, by its ID or the end of it."""
    if not text:
        # Else the command would be about the rotation that is under way: what a variable that is not set leads to.
        raise argparse.ArgumentTypeError(_("no key is named"))
    return text


def amount(text: str) -> float:
    """A finite number of zero or more."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 <= number < math.inf:
        raise argparse.ArgumentTypeError(_("“{text}” is not a number of zero or more").format(text=text))
    return number


def days(text: str) -> float:
    """Days to wait, parts of one included."""
    number = amount(text)
    if number > LONGEST_WAIT:
        raise argparse.ArgumentTypeError(_("“{text}” days are more than a hundred years").format(text=text))
    return number


def renewal_days(text: str) -> int:
    """How often a key renews itself, in days."""
    from keyturn.state import renewals  # most commands set none

    if not (text.isascii() and text.isdecimal() and len(text) <= 3 and 1 <= int(text) <= renewals.LONGEST_EVERY):
        raise argparse.ArgumentTypeError(
            _("“{text}” is not a whole number of days from 1 to {most}").format(text=text, most=renewals.LONGEST_EVERY)
        )
    return int(text)


def session_length(text: str) -> int:
    """How long a temporary key lasts, in minutes."""
    from keyturn.terminal.credentials_and_run import is_session_length

    if not is_session_length(text):
        raise argparse.ArgumentTypeError(
            _("“{text}” is not a number of minutes from 15 to 2160: AWS gives no other temporary keys").format(
                text=text
            )
        )
    return int(text)


def time_of_day(text: str) -> time:
    """A local time, as clocks show it."""
    from keyturn.state import renewals

    try:
        return renewals.time_of_day(text)
    except ValueError:
        said = _("“{text}” is not a time of day from 00:00 to 23:59, such as 03:00")
        raise argparse.ArgumentTypeError(said.format(text=text)) from None


def history_days(text: str) -> int:
    """How far back AWS's event history is asked, in days."""
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= HISTORY_DAYS):
        raise argparse.ArgumentTypeError(
            _("“{text}” is not a number of days from 1 to {most}: AWS keeps no more").format(
                text=text, most=HISTORY_DAYS
            )
        )
    return int(text)


def address(text: str) -> str:
    """Where requests go instead of to AWS."""
    if "://" not in text or server_or_none(text) is None:
        raise argparse.ArgumentTypeError(
            _("“{text}” is not an address such as http://localhost:5000").format(text=without_password(text))
        )
    return text.strip()
