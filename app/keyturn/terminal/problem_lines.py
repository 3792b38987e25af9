"""What went wrong, as lines of a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyturn.terminal.screen import Line, Tone, line

if TYPE_CHECKING:
    from keyturn.model.errors import AppError


def problem_lines(problem: AppError) -> list[Line]:
    """What happened, what it means for the backups, what to do; the code in small print."""
    return [
        line(f"{problem.title}.", Tone.BAD),
        line(problem.message),
        line(f"({problem.code})", Tone.QUIET),
    ]
