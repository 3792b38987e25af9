"""A folder for copies that nobody else may see, gone afterwards; what a kill leaves of it is known by its name."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from keyturn.model.temporaries import temporary_name

_ATTEMPTS_TO_REMOVE = 3


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Make a folder that only this person may open, and remove it with all that is in it.

    Raises:
        OSError: where none can be made.
    """
    import shutil  # these take their time, and are hardly ever needed
    import tempfile

    folder = Path(tempfile.gettempdir(), temporary_name(os.getpid()))
    folder.mkdir(mode=0o700)  # of a name that nobody can foresee, and refused where something is there
    try:
        yield folder
    finally:
        # Where the system refuses once, as with too many open files, it mostly does not refuse again.
        for _attempt in range(_ATTEMPTS_TO_REMOVE):
            shutil.rmtree(folder, ignore_errors=True)
            if not folder.exists():
                break
