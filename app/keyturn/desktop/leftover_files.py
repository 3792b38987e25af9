"""Files that hold a deleted key and that no program reads: which of them may go to the trash."""

from __future__ import annotations

from pathlib import Path

from keyturn.clients.registry import client_named
from keyturn.computer.computer import Computer
from keyturn.model.errors import UsageError
from keyturn.model.keys import AccessKeyId
from keyturn.model.text import _
from keyturn.rotation.record import Rotation
from keyturn.rotation.steps import Step

_LEFTOVER = "leftover"


def offered_for_trash(computer: Computer, rotation: Rotation) -> tuple[Path, ...]:
    """The copies of the deleted key that no program reads, and in which nothing else stands; none before it is deleted.

    Other files with its ID, such as a program's settings or the shell's memory, are never among them.
    """
    if not rotation.is_done(Step.DELETE):
        return ()
    return _holding_only(computer, rotation.decision.key)


def expect_offered(computer: Computer, rotation: Rotation, path: Path) -> None:
    """Look once more, just before the file is moved.

    Raises:
        UsageError: where the key is not deleted, or the file does not hold it any more, or another key as well.
    """
    if path not in offered_for_trash(computer, rotation):
        raise UsageError(
            _("The file is not as it was"),
            _("It was left where it is: it no longer holds {key} and nothing else. Look at {path} yourself.").format(
                key=rotation.decision.key.masked, path=path
            ),
            code="usage.leftover",
        )


def _holding_only(computer: Computer, key: AccessKeyId) -> tuple[Path, ...]:
    held: dict[Path, set[AccessKeyId]] = {}
    for place in client_named(_LEFTOVER).find(computer).places:
        held.setdefault(place.path, set()).add(place.access_key_id)
    # Of a link only the link would go.
    return tuple(path for path, keys in held.items() if keys == {key} and not path.is_symlink())
