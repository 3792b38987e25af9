"""The man page, made from the parser itself, so that it cannot fall behind the program."""

from __future__ import annotations

from pathlib import Path

from argparse_manpage.manpage import Manpage

from keyturn import __version__
from keyturn.terminal.parser import parser


def write(path: Path) -> None:
    """Write `keyturn(1)` in the form that `man` reads. Its date is SOURCE_DATE_EPOCH's where that is set."""
    page = Manpage(parser())
    page.manual = "User commands"
    page.source = f"keyturn {__version__}"
    page.description = "replaces old AWS access keys in backup programs"
    path.write_text(str(page), encoding="utf-8")
