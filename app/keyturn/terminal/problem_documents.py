"""What went wrong, in the JSON that scripts may rely on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from keyturn.model.errors import AppError
    from keyturn.state.renewals import Trouble


def of_problem(problem: AppError | Trouble | None) -> dict[str, str] | None:
    """What went wrong, or stands in the way."""
    if problem is None:
        return None
    return {"code": problem.code, "title": problem.title, "message": problem.message}


def of_failure(problem: AppError) -> dict[str, Any]:
    """The last line of a command that ended before it could say how its rotation stands."""
    return {
        "event": "result",
        "rotation": None,
        "state": None,
        "step": None,
        "new_access_key_id": None,
        "awaiting": [],
        "problem": of_problem(problem),
    }
