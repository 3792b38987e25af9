"""The folder of Keyturn's own memory."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from keyturn.computer.access_lists import AccessLists, close, this_access_lists
from keyturn.computer.own_folder import expect_own
from keyturn.computer.windows_shell import LOCAL_APP_DATA, WindowsShell, this_shell
from keyturn.model.errors import StateError
from keyturn.model.text import _

_OWNER_ONLY = 0o700
_LISTS = this_access_lists()
_SHELL = this_shell()


def state_place(explicit: Path | None, *, shell: WindowsShell | None = _SHELL) -> Path:
    """Return where the folder for journal and settings is, or would be.

    Args:
        explicit: the folder that `--state-dir` names; None for the platform's own place for state.
        shell: Windows, which says where that is. appdirs would make short names of those that Latin 1 cannot write.
    """
    if explicit is not None:
        return explicit.expanduser().absolute()
    if shell is not None:
        with suppress(OSError):
            return shell.known_folder(LOCAL_APP_DATA) / "keyturn"
    import appdirs

    return Path(appdirs.user_state_dir("keyturn", appauthor=False))


def state_folder(explicit: Path | None, *, access: AccessLists | None = _LISTS) -> Path:
    """Return the folder for journal and settings, and create it where it is missing, readable by the owner alone.

    Args:
        explicit: as `state_place` has it. That a folder which is already there is private is for
            `own_folder.make_private`, once at each start.
        access: what closes a new folder where permission bits do not.

    Raises:
        StateError: `state.not-yours`, where it is somebody else's.
        StateError: `state.folder`, where the folder cannot be created or is something else.
    """
    folder = state_place(explicit)
    try:
        _create(folder, access)
        expect_own(folder)
    except OSError as error:
        raise StateError(
            _("Keyturn cannot use its folder {path}").format(path=folder),
            _(
                "Keyturn writes down each step there before it takes it, and changes nothing without that. "
                "Your backups go on as they are. The system says: {reason}. "
                "Make the folder writable, or name another one with --state-dir."
            ).format(reason=error.strerror or type(error).__name__),
            code="state.folder",
        ) from error
    return folder


def _create(folder: Path, access: AccessLists | None) -> None:
    missing = [folder] if not folder.exists() else []
    while missing and not missing[-1].parent.exists():
        missing.append(missing[-1].parent)
    for step in reversed(missing):
        step.mkdir(mode=_OWNER_ONLY, exist_ok=True)
    if missing and access is not None:
        close(folder, access)
    # Also refuses a file of that name, and a folder that may not be entered.
    next(folder.iterdir(), None)
