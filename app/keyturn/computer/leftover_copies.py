"""Removing the temporary copies that a killed Keyturn left behind: they may hold a key."""

from __future__ import annotations

import os
import stat
import sys
from contextlib import suppress
from pathlib import Path

from keyturn.model.temporaries import maker_of


def clear_temporaries(folder: Path) -> None:
    """Remove from `folder` every temporary copy of this person's whose Keyturn has ended.

    What cannot be listed or removed now is tried again at the next start.
    """
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            maker = maker_of(entry.name)
            if maker is not None:
                _clear(entry, maker)


def clear_system_temporaries() -> None:
    """Do so in the folders that the system has for temporary files."""
    # Those that `tempfile` would choose from; to ask it, at each start, takes longer than to look.
    named = [os.environ.get(name) for name in ("TMPDIR", "TEMP", "TMP")]
    usual = [] if sys.platform == "win32" else ["/tmp", "/var/tmp"]  # noqa: S108  (looked at, not written to)
    chosen = getattr(sys.modules.get("tempfile"), "tempdir", None)
    for folder in dict.fromkeys([*named, *usual, chosen]):
        if folder:
            clear_temporaries(Path(folder))


def _clear(entry: os.DirEntry[str], maker: int) -> None:
    with suppress(OSError):
        known = entry.stat(follow_symlinks=False)
        is_folder = stat.S_ISDIR(known.st_mode)
        # A copy beside a file of somebody else's has that owner; only root makes such.
        if sys.platform != "win32" and known.st_uid != os.geteuid() and (is_folder or os.geteuid() != 0):
            return
        if _is_at_work(maker, known.st_mtime):
            return
        if is_folder:
            import shutil  # hardly ever needed

            # Links in it are removed, not followed.
            shutil.rmtree(entry.path, ignore_errors=True)
        else:
            os.unlink(entry.path)  # noqa: PTH108  (a Path for each would cost more than the call)


def _is_at_work(process: int, since: float) -> bool:
    """False where the process that made something at that time has ended; its number may be another one's by now.

    Args:
        since: seconds since 1970.
    """
    if sys.platform != "win32":
        # psutil takes its time to be imported, and mostly nobody has the number.
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return False
        except (OSError, OverflowError):
            pass
    import psutil

    try:
        # Both clocks are rounded, to a second at the worst.
        return psutil.Process(process).create_time() <= since + 1
    except psutil.NoSuchProcess:
        return False
    except (psutil.Error, OSError, OverflowError):
        return True
