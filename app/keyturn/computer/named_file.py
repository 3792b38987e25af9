"""A file that the person named for what a command found out: never over an old one unless they said so."""

from __future__ import annotations

from pathlib import Path

from keyturn.computer.private_files import replace_private_file
from keyturn.model.errors import FileError, UsageError
from keyturn.model.text import _


def expect_nothing_there(path: Path) -> None:
    """See that nothing of that name is there yet.

    Raises:
        UsageError: `usage.report`, with what to do.
    """
    if path.exists() or path.is_symlink():
        raise UsageError(
            _("{path} is there already").format(path=path),
            _("Nothing was written. Choose another name; a file is replaced with --yes."),
            code="usage.report",
        )


def write(path: Path, text: str) -> None:
    """Write the file in one instant, for its owner alone.

    Raises:
        FileError: `report.unwritable`, where the disk or the folder does not let it.
    """
    try:
        if path.is_dir():
            raise IsADirectoryError(None, _("it is a folder"))
        if path.exists() and not path.is_file():  # /dev/null, for anyone who may replace it
            raise OSError(None, _("it is no file"))
        replace_private_file(path, text)
    except OSError as error:
        raise FileError(
            _("{path} could not be written").format(path=path),
            _("The system says: {reason}. Nothing else was changed, and your backups go on as they are.").format(
                reason=error.strerror or type(error).__name__
            ),
            code="report.unwritable",
        ) from error
