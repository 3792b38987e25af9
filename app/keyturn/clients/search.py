"""Looking for known key IDs in every file of whole folders (`scan --search`; DESIGN, Completeness)."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path

from keyturn.clients.corners import NAME, what_it_is
from keyturn.clients.looking import mention
from keyturn.clients.walking import unread
from keyturn.model.keys import AccessKeyId
from keyturn.model.places import Findings, Place

_PIECE = 4 * 1024 * 1024
# Not on any disk: the kernel makes these files up, some without end.
_KERNELS = frozenset({Path("/proc"), Path("/sys"), Path("/dev")})
_OPEN = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


def search_folders(
    folders: Sequence[Path],
    wanted: Collection[AccessKeyId],
    claimed: Collection[tuple[str, AccessKeyId]] = (),
    *,
    leave_out: Collection[Path] = (),
    progress: Callable[[Path], None] | None = None,
) -> Findings:
    """Return a mention for every file under `folders` that contains one of the key IDs, of any size and encoding.

    Links to folders are not followed, nor is what the kernel makes up (`/proc`). A file that grows is read as far as it
    went when it was opened. What may not be read is named in one problem.

    Args:
        claimed: real paths with the key IDs that are known to stand there.
        leave_out: folders that are not entered.
        progress: told each folder before it is searched.
    """
    forms = [(key, form) for key in wanted for form in _forms(key)]
    places: list[Place] = []
    denied: list[Path] = []
    for path in _files(folders, denied, leave_out, progress):
        try:
            found = list(_found_in(path, forms))
        except OSError:
            denied.append(path)
            continue
        real = os.path.realpath(path) if found else ""
        for key, line in found:
            if (real, key) not in claimed:
                places.append(mention(NAME, path, key, line, what_it_is(path)))
    return Findings(tuple(places), tuple(unread(denied)))


def _forms(key: AccessKeyId) -> Iterator[bytes]:
    for encoding in ("ascii", "utf-16-le"):  # the big-endian form contains the other but for its last byte
        yield key.value.encode(encoding).removesuffix(b"\0")


def _files(
    folders: Sequence[Path],
    denied: list[Path],
    leave_out: Collection[Path],
    progress: Callable[[Path], None] | None,
) -> Iterator[Path]:
    def refused(error: OSError) -> None:
        denied.append(Path(error.filename or "."))

    for folder in folders:
        if folder.is_file():
            yield folder
        for inner, inside, names in os.walk(folder, onerror=refused):
            if Path(inner) in _KERNELS:
                inside.clear()
                continue
            inside[:] = sorted(name for name in inside if Path(inner, name) not in leave_out)
            if progress is not None:
                progress(Path(inner))
            for name in sorted(names):
                yield Path(inner, name)


def _found_in(path: Path, forms: Sequence[tuple[AccessKeyId, bytes]]) -> Iterator[tuple[AccessKeyId, int]]:
    """Yield each wanted key once, with its line. The file is read in pieces that overlap by the longest form."""
    if not stat.S_ISREG(path.stat().st_mode):
        return
    overlap = max((len(form) for _key, form in forms), default=1) - 1
    missing = dict.fromkeys(key for key, _form in forms)
    lines_before, kept = 0, b""
    handle = os.open(path, _OPEN)
    try:
        opened = os.fstat(handle)
        left = opened.st_size if stat.S_ISREG(opened.st_mode) else 0
        while missing and (piece := os.read(handle, min(_PIECE, left))):
            left -= len(piece)
            text = kept + piece
            for key, form in forms:
                if key in missing and (at := text.find(form)) >= 0:
                    del missing[key]
                    yield key, lines_before + text.count(b"\n", 0, at) + 1
            kept = text[-overlap:] if overlap else b""
            lines_before += text.count(b"\n", 0, len(text) - len(kept))
    finally:
        os.close(handle)
