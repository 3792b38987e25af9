"""What is said before a file is edited that is not plainly the person's own: elsewhere, of others, behind a link."""

from __future__ import annotations

import os
from collections.abc import Iterator

from keyturn.clients.replacement import FileEdit
from keyturn.computer.computer import Computer
from keyturn.model.text import _


def beyond_the_home(computer: Computer, edit: FileEdit) -> Iterator[str]:
    """Yield a sentence for each way in which the file is another one than it seems, or somebody else's."""
    asked = edit.places[0].path
    home = os.path.realpath(computer.home)
    if os.path.realpath(asked.parent) != str(edit.path.parent) or asked.name != edit.path.name:
        yield _("{path} is a link: the file that is edited is {file}.").format(path=asked, file=edit.path)
    if not edit.path.is_relative_to(home):
        yield _("{file} is outside of the home folder {home}, and is edited, too.").format(
            file=edit.path, home=computer.home
        )
    try:
        owner, own = edit.path.stat().st_uid, computer.home.stat().st_uid
    except OSError:
        return  # told where the file is read
    if owner != own:
        text = _("{file} belongs to another account ({owner}). Its owner and its rights stay as they are.")
        yield text.format(file=edit.path, owner=_account(owner))


def _account(number: int) -> str:
    try:
        import pwd  # Windows has none, and there every file has the number 0
    except ImportError:
        return str(number)
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)
