"""Where the keys of backup programs stand, and how they are read, replaced and checked.

`interface` is what a program's module answers, `registry` asks them all. `programs` has one module for each program,
`variables` reads what sets variables and starts programs (shells, units, timetables, compose files), and `described`
knows programs by the descriptions in `resources/`.
"""

from __future__ import annotations

from keyturn.model.old_names import answer_to_old_names

_ROOMS = ("programs", "variables", "described")
_RENAMED = {"client": "interface"}


def _new_name(name: str) -> str | None:
    if name in _RENAMED:
        return f"{__name__}.{_RENAMED[name]}"
    from importlib.util import find_spec

    return next((f"{__name__}.{room}.{name}" for room in _ROOMS if find_spec(f"{__name__}.{room}.{name}")), None)


answer_to_old_names(__name__, _new_name)
