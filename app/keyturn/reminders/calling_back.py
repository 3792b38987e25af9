"""Who is sent away is called back: whether anything will tell the person what is due, and seeing to it."""

from __future__ import annotations

from enum import StrEnum

from keyturn.reminders.at_login import AtLogin, at_login, set_at_login
from keyturn.rotation.workplace import Workplace


class CalledBack(StrEnum):
    """What tells the person when something is due."""

    AT_LOGIN = "at-login"  # a check, or the icon, each time they sign in
    NOBODY = "nobody"
    ELSEWHERE = "elsewhere"  # it is another computer's disk, or a rehearsal: nothing is started there
    UNKNOWN = "unknown"  # the system does not tell what it starts


def called_back(workplace: Workplace) -> CalledBack:
    """What tells the person when something is due, as the system has it now."""
    if not workplace.computer.is_this_one:
        return CalledBack.ELSEWHERE
    match at_login(workplace.computer):
        case None:
            return CalledBack.UNKNOWN
        case AtLogin.NOTHING:
            return CalledBack.NOBODY
        case _:
            return CalledBack.AT_LOGIN


def call_back(workplace: Workplace) -> CalledBack:
    """Look each time the person signs in, and tell them what is due; the icon stays where it is started already.

    Raises:
        StoreError: where that could not be set up.
    """
    if called_back(workplace) in {CalledBack.NOBODY, CalledBack.UNKNOWN}:
        set_at_login(workplace.computer, AtLogin.CHECK, workplace.location.options)
    return called_back(workplace)


def call_no_more(workplace: Workplace) -> CalledBack:
    """Start nothing any more when the person signs in.

    Raises:
        StoreError: where that could not be set up.
    """
    if workplace.computer.is_this_one:
        set_at_login(workplace.computer, AtLogin.NOTHING, ())
    return called_back(workplace)
