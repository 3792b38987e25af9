"""What a search did not see, in sentences: one for each reason, with the number of files and the first of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from keyturn.clients.search.report import GapReason
from keyturn.clients.walking import listed, unread
from keyturn.model.places import Problem
from keyturn.model.text import _, plural


class Unseen(NamedTuple):
    """A file or folder that was not looked into, or not to its end; `detail` as in `report.Gap`."""

    path: str
    reason: GapReason
    detail: str


def problems(unseen: Iterable[Unseen]) -> Iterator[Problem]:
    """Yield one problem for each reason."""
    by_reason: dict[GapReason, list[Unseen]] = {}
    for one in unseen:
        by_reason.setdefault(one.reason, []).append(one)
    for reason in GapReason:
        some = by_reason.get(reason, [])
        if reason is GapReason.DENIED:
            yield from unread(sorted({Path(one.path) for one in some}))
        elif some:
            yield _problem(reason, sorted(set(some)))


def stopped(files: int, size: int) -> Problem:
    """Return what to say of a search that somebody stopped."""
    return Problem(
        None,
        _("You stopped the search"),
        _(
            "Until then Keyturn had looked into {amount}, and what it found is listed. A key in the other files would "
            "go unseen, and its backup would stop with the old key: search again when there is time."
        ).format(amount=amount(files, size)),
        code="search.stopped",
    )


def nothing_to_look_for() -> Problem:
    """Return what to say where no key is known that could be looked for."""
    return Problem(
        None,
        _("There was no key to search for"),
        _(
            "Keyturn found no access key on this computer, so it did not search the folders. Add --any to search them "
            "for everything that is shaped like an access key ID."
        ),
        code="search.nothing",
    )


def amount(files: int, size: int) -> str:
    """Return how much was looked into, such as `27,726 files (1.4 GB)`."""
    text = plural("{files} file ({size})", "{files} files ({size})", files)
    return text.format(files=f"{files:,}", size=_size(size))


def _size(size: int) -> str:
    if size < 1000:
        return plural("{count} byte", "{count} bytes", size).format(count=size)
    number = size / 1000
    for unit in ("kB", "MB", "GB"):
        if number < 999.5:
            return f"{number:.1f} {unit}"
        number /= 1000
    return f"{number:.1f} TB"


def _problem(reason: GapReason, unseen: Sequence[Unseen]) -> Problem:
    title, message = _sentences(reason)
    paths = dict.fromkeys(one.path for one in unseen)
    named = [one.path if reason in _ABOUT_KINDS or not one.detail else f"{one.path} ({one.detail})" for one in unseen]
    kinds = ", ".join(sorted({one.detail for one in unseen}))
    return Problem(
        Path(next(iter(paths))) if len(paths) == 1 else None,
        title.format(count=f"{len(paths):,}"),
        message.format(paths=listed(named), kinds=kinds),
        code=f"search.{reason.value}",
    )


_ABOUT_KINDS = {GapReason.CLOSED}


def _sentences(reason: GapReason) -> tuple[str, str]:
    match reason:
        case GapReason.FAILED:
            return _("Not read, because the system could not: {count}"), _(
                "A backup that keeps its key there would stop when the old key is turned off: {paths}. Search again "
                "when they can be read, or look there by hand."
            )
        case GapReason.DAMAGED:
            return _("Archives and databases not read to their end: {count}"), _(
                "They are damaged, are being written just now, or are built in a way that Keyturn does not know, so a "
                "key in the rest of them would go unseen: {paths}. Open them with the program that made them."
            )
        case GapReason.LOCKED:
            return _("Encrypted archives not looked into: {count}"), _(
                "A key in them would go unseen: {paths}. Open them with their password, and look there by hand."
            )
        case GapReason.LARGE:
            return _("Archives and databases too large to search to their end: {count}"), _(
                "They hold far more than their size tells, have too many parts, or want too much memory, so a key in "
                "the rest of them would go unseen: {paths}. Unpack them where there is room, and search that folder."
            )
        case GapReason.DEEP:
            return _("Archives in archives not looked into: {count}"), _(
                "They lie too deep in one another, so a key in them would go unseen: {paths}. Unpack them where there "
                "is room, and search that folder."
            )
        case GapReason.CLOSED:
            return _("Files that Keyturn cannot look into: {count}"), _(
                "They are compressed or encrypted by other programs ({kinds}), so a key in them would go unseen: "
                "{paths}. If one of them may hold a key that a backup uses, open it with its own program."
            )
        case GapReason.OUTSIDE:
            return _("Links that lead out of the folders: {count}"), _(
                "They were not followed, so a key behind them would go unseen: {paths}. Name the folders to which "
                "they lead after --search, too."
            )
        case GapReason.KERNEL:
            return _("Folders on no disk: {count}"), _(
                "The system makes up what stands in them, and keeps no key there: {paths}. They were left out."
            )
        case _:
            return _("Files not looked into, because the search of them was cut off: {count}"), _(
                "Another program, or the system for want of memory, ended a part of the search, so a key in them would "
                "go unseen: {paths}. Search again."
            )
