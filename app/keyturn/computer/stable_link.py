"""A path without blanks by which other programs start this Keyturn, where its own has some: a link that it makes."""

from __future__ import annotations

from pathlib import Path

from keyturn.computer.own_program import NAME
from keyturn.model.errors import FileError
from keyturn.model.text import _


def link_place(home: Path) -> Path:
    """Where the link stands: the person's own folder of programs."""
    return home / ".local" / "bin" / NAME


def leads_to(link: Path, program: Path) -> bool:
    """True where the link is one to this very program, by the path that stands in it."""
    try:
        return link.readlink() == program
    except OSError:
        return False


def make_link(link: Path, program: Path) -> bool:
    """Make the link; False where it is there already.

    Raises:
        FileError: `setup.taken`, where something else stands there, which stays; `file.unwritable`.
    """
    if leads_to(link, program):
        return False
    try:
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(program)  # never in the place of anything
    except FileExistsError:
        if leads_to(link, program):
            return False
        raise FileError(
            _("Something else stands at {path}").format(path=link),
            _(
                "It is no link to this Keyturn, {program}, and stays as it is. Move it away, or name another place: "
                "keyturn setup --at PATH."
            ).format(program=program),
            code="setup.taken",
        ) from None
    except OSError as error:
        raise FileError(
            _("{path} could not be made").format(path=link),
            _("{reason}. Name another place: keyturn setup --at PATH.").format(
                reason=error.strerror or type(error).__name__
            ),
            code="file.unwritable",
        ) from error
    return True
