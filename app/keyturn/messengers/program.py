"""A program of the person's own: started as they named it, without arguments, with the facts on standard input.

It sees no variables of Keyturn's, and nobody else may be able to write it: else they would choose what runs here.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from keyturn.computer.bare_environment import bare_environment
from keyturn.computer.computer import Computer
from keyturn.computer.programs import run_check
from keyturn.computer.search_path import is_out_of_others_reach
from keyturn.messengers.reaching import Way
from keyturn.model.errors import ClientError, UntoldError
from keyturn.model.news import News
from keyturn.model.recipients import CommandRecipient
from keyturn.model.text import _


def expect_own_program(path: Path) -> None:
    """See that this is a program that nobody else may write.

    Raises:
        UntoldError: where it is not.
    """
    if not _can_be_started(path):
        raise UntoldError(
            _("{path} is no program that can be started").format(path=path),
            _("It has to be one file, named from the root on, that you may run; arguments belong into the file."),
            code="tell.no-program",
        )
    if not is_out_of_others_reach(path):
        raise UntoldError(
            _("Others may write {path}, or one of its folders").format(path=path),
            _("They would choose what runs here. Take their right away (`chmod go-w`), then try again."),
            code="tell.program-open",
        )


def _can_be_started(path: Path) -> bool:
    try:
        return path.is_absolute() and path.is_file() and os.access(path, os.X_OK)
    except OSError:  # such as a name that is too long
        return False


def run_program(recipient: CommandRecipient, news: News, way: Way) -> None:
    """Run it once.

    Raises:
        UntoldError: where it could not be started, or did not end well and in time.
    """
    path = recipient.path
    expect_own_program(path)
    content = json.dumps(news.as_json(), ensure_ascii=False).encode() + b"\n"
    try:
        result = run_check(
            [str(path)],
            environment=bare_environment(Computer.this()),
            timeout=way.patience,
            stdin=content,
            with_errors=False,
        )
    except ClientError:
        raise UntoldError(
            _("{path} could not be started").format(path=path), _("Does it run by itself?"), code="tell.not-started"
        ) from None
    if result.exit_code is None:
        raise UntoldError(
            _("{path} did not end in time, and was stopped").format(path=path),
            _("It has {seconds} seconds. What takes longer, it has to start by itself.").format(
                seconds=round(way.patience)
            ),
            code="tell.timeout",
        )
    if result.exit_code != 0:
        raise UntoldError(
            _("{path} ended with code {code}").format(path=path, code=result.exit_code),
            _("Anything but 0 counts as not told, and is tried again."),
            code="tell.program-failed",
        )
