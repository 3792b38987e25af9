"""The small files of Keyturn's own: for their owner's eyes alone, whole or not at all, and on the disk when written."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from keyturn.model.errors import StoreError
from keyturn.model.text import _

if TYPE_CHECKING:
    from datetime import datetime


def read_document(path: Path, version: int) -> dict[str, Any] | None:
    """Return the JSON document in `path`, or None where there is no such file.

    Args:
        version: the one that this Keyturn writes; each document has its own in the member `version`.

    Raises:
        StoreError: `state.newer`, where a newer Keyturn wrote it.
        ValueError: where it is not as any Keyturn wrote it.
        OSError: where it cannot be read.
    """
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return None
    import json  # where there is something to read

    try:
        written = json.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(written, dict) or type(written.get("version")) is not int:
        raise ValueError("not a document of Keyturn")
    if written["version"] > version:
        raise StoreError(
            _("{name} was written by a newer Keyturn").format(name=path.name),
            _(
                "This Keyturn does not know all that {path} says. Nothing was changed, your backups go on as they are. "
                "Use the newer Keyturn."
            ).format(path=path),
            code="state.newer",
        )
    return written


def write_document(path: Path, version: int, document: dict[str, Any]) -> None:
    """Write what `read_document` reads.

    Raises:
        OSError: where the disk or the folder does not let it; the file is then as it was.
    """
    import json

    replace_private_file(path, json.dumps({"version": version, **document}, indent=2, ensure_ascii=False) + "\n")


def moment_in(text: str | None) -> datetime | None:
    """Read a moment of a document; None stands for one that never was.

    Raises:
        ValueError: where it is none, or has no time zone.
    """
    if text is None:
        return None
    from datetime import datetime

    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a moment without its zone")
    return moment


def moment_text(moment: datetime | None) -> str | None:
    """Write what `moment_in` reads."""
    return None if moment is None else moment.isoformat()


def replace_private_file(path: Path, text: str) -> None:
    """Replace `path` by `text` in one instant, with the permissions 0600.

    Raises:
        OSError: where the disk or the folder does not let it; the file is then as it was.
    """
    unfinished = path.with_name(f"{path.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
    if sys.platform != "win32":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
