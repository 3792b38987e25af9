"""What is said where Keyturn itself made a mistake: where the backups stand, and what to report.

Nothing here reads Keyturn's memory, a file or AWS: what failed may be just that, and these are the last words.
"""

from __future__ import annotations

import os

from keyturn.model.errors import AppError
from keyturn.model.text import _

CODE = "unexpected"


def mistake(error: BaseException, *, standing: str, doing: str) -> AppError:
    """Say that Keyturn made a mistake. The error's own text may quote a secret, so only its kind and place are told.

    Args:
        standing: how the backups stand, in a sentence.
        doing: what Keyturn was doing, such as a command's name.
    """
    return AppError(
        _("Keyturn made a mistake and stopped"),
        _("{standing} Please report this to Keyturn's makers: {kind} in {where}, at {doing}.").format(
            standing=standing, kind=type(error).__name__, where=_place_of(error), doing=doing
        ),
        code=CODE,
    )


def how_it_stands() -> str:
    """What holds for the backups whenever Keyturn stops, as far as it holds without a look."""
    return _(
        "A program's key is replaced in one piece, so each should hold one complete key, the old or the new one; "
        "`keyturn verify` looks. `keyturn status` tells what is under way, `keyturn continue` carries on, "
        "`keyturn undo` puts everything back."
    )


def nothing_real() -> str:
    """How it stands in a rehearsal."""
    return _("Nothing real was touched.")


def _place_of(error: BaseException) -> str:
    last = error.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    return "?" if last is None else f"{os.path.basename(last.tb_frame.f_code.co_filename)}:{last.tb_lineno}"  # noqa: PTH119
