"""Where a command's answer goes: pages for people, or JSON for scripts with everything else on standard error."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from keyturn.terminal.screen import Line, Screen, is_terminal

if TYPE_CHECKING:
    from keyturn.model.errors import AppError
    from keyturn.rotation.steps import Step
    from keyturn.terminal.progress import Progress


class Output:
    """The two streams of a command.

    Args:
        as_json: standard output is for JSON alone.
        label: stands before every line for people.
    """

    def __init__(self, *, as_json: bool, label: str = "") -> None:
        self.as_json = as_json
        self.memory_problems: tuple[AppError, ...] = ()
        self.notes = Screen(sys.stderr, terminal=is_terminal(sys.stderr), label=label)
        # Under --json nothing but JSON may reach standard output, so pages have no place to go.
        self.page = self.notes if as_json else Screen(sys.stdout, terminal=is_terminal(sys.stdout), label=label)

    def show(self, *lines: Line) -> None:
        """Write lines of the page; scripts read the JSON instead."""
        if not self.as_json:
            self.page.write(*lines)

    def tell_memory_problems(self, problems: Sequence[AppError]) -> None:
        """Say what of Keyturn's memory cannot be read; whatever the command answers stands beside that."""
        from keyturn.terminal.problem_lines import problem_lines

        self.memory_problems = tuple(problems)
        for problem in problems:
            self.notes.write(*problem_lines(problem))

    def document(self, document: dict[str, Any]) -> None:
        """Write a JSON document, or a JSON line."""
        if self.as_json:
            from keyturn.terminal.json_lines import write_json

            if self.memory_problems:
                from keyturn.terminal.problem_documents import of_problem

                document = {**document, "memory_problems": [of_problem(one) for one in self.memory_problems]}
            write_json(sys.stdout, document)

    def progress(self, ahead: Sequence[Step] = ()) -> Progress:
        """What shows the steps of a rotation."""
        from keyturn.terminal.progress import JsonProgress, LiveProgress, PlainProgress

        if self.as_json:
            return JsonProgress(sys.stdout)
        return LiveProgress(self.page, ahead) if self.page.terminal else PlainProgress(self.page)
