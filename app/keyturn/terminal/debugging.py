"""`--debug FILE`: a command that keeps a diary of what it does."""

from __future__ import annotations

import platform
import sys
from collections.abc import Callable

from keyturn import __version__
from keyturn.computer.clock import Clock
from keyturn.computer.diary_file import DiaryFile
from keyturn.model import diary
from keyturn.terminal.arguments import Arguments
from keyturn.terminal.exits import Exit


def with_diary(arguments: Arguments, clock: Clock, carry_out: Callable[[], Exit]) -> Exit:
    """Carry the command out, and write into the file what it does.

    Raises:
        UsageError: where the file cannot be written.
    """
    if arguments.debug is None:
        return carry_out()
    file = DiaryFile(arguments.debug, clock.now)
    diary.keep(file.write)
    try:
        diary.note(
            diary.DiaryEvent.BEGAN,
            command=diary.Name(arguments.command or ""),
            version=diary.Name(__version__),
            python=diary.Name(platform.python_version()),
            system=diary.Name(sys.platform),
        )
        code = carry_out()
        diary.note(diary.DiaryEvent.ENDED, code=code.value)
        return code
    finally:
        diary.keep(None)
        file.close()
