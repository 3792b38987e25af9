"""What is said where Keyturn itself made a mistake: where the backups stand, and what to report."""

from __future__ import annotations

from pathlib import Path
from traceback import extract_tb

from keyturn.model.errors import AppError
from keyturn.model.text import _
from keyturn.rotation.workplace import Workplace

CODE = "unexpected"


def mistake(error: BaseException, *, standing: str, doing: str) -> AppError:
    """Say that Keyturn made a mistake. The error's own text may quote a secret, so only its kind and place are told.

    Args:
        standing: how the backups stand, in a sentence.
        doing: what Keyturn was doing, such as a command's name.
    """
    frames = extract_tb(error.__traceback__)
    where = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"
    return AppError(
        _("Keyturn made a mistake and stopped"),
        _("{standing} Please report this to Keyturn's makers: {kind} in {where}, at {doing}.").format(
            standing=standing, kind=type(error).__name__, where=where, doing=doing
        ),
        code=CODE,
    )


def how_it_stands(workplace: Workplace) -> str:
    """The state of the backups, as far as the journal knows it."""
    try:
        under_way = [one for one in workplace.rotations() if not one.is_over]
    except AppError:
        return _("Keyturn's journal cannot be read, so how the rotations stand is not known.")
    if not under_way:
        return _("No rotation is under way: every program has the key that it had before.")
    names = ", ".join(f"{one.name} ({one.step.value})" for one in under_way)
    return _(
        "Each program holds one complete key, the old or the new one. Under way: {names}. `keyturn continue` carries "
        "on, `keyturn undo` puts everything back."
    ).format(names=names)


def nothing_real() -> str:
    """How it stands in a rehearsal."""
    return _("Nothing real was touched.")
