"""Where the keys of backup programs stand, and how they are read, replaced and checked.

`interface` is what a program's module answers, `registry` asks them all. `programs` has one module for each program,
`variables` reads what sets variables and starts programs (shells, units, timetables, compose files), and `described`
knows programs by the descriptions in `resources/`.
"""

from __future__ import annotations

from keyturn.model.old_names import answer_to_old_names, in_folders

answer_to_old_names(__name__, in_folders(__name__, ("programs", "variables", "described"), {"client": "interface"}))
