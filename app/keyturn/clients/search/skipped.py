"""What a search did not see, in sentences: one for each reason, with the number of files and the first of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from keyturn.clients.search.search_rows import GapReason
from keyturn.clients.walking import listed, unread
from keyturn.model.places import Problem
from keyturn.model.text import _, plural


class Unseen(NamedTuple):
    """Files or folders that were not looked into, or not to their end; `detail` as in `report.Gap`.

    Attributes:
        path: the first of them.
        number: how many there are.
        more: some of the others.
    """

    path: str
    reason: GapReason
    detail: str = ""
    number: int = 1
    more: tuple[str, ...] = ()


def problems(unseen: Iterable[Unseen]) -> Iterator[Problem]:
    """Yield one problem for each reason."""
    by_reason: dict[GapReason, list[Unseen]] = {}
    for one in unseen:
        by_reason.setdefault(one.reason, []).append(one)
    for reason in GapReason:
        some = by_reason.get(reason, [])
        if reason is GapReason.DENIED:
            yield from unread(sorted({Path(one.path) for one in some}))
        elif reason is GapReason.LEFT_OUT and some:
            yield _left_out(some)
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
    paths = dict.fromkeys(path for one in unseen for path in (one.path, *one.more))
    named = [
        path if reason in _ABOUT_KINDS or not one.detail else f"{path} ({one.detail})"
        for one in unseen
        for path in (one.path, *one.more)
    ]
    count = len(paths) + sum(one.number - 1 - len(one.more) for one in unseen)
    kinds = ", ".join(sorted({one.detail for one in unseen}))
    return Problem(
        Path(next(iter(paths))) if count == 1 else None,
        title.format(count=f"{count:,}"),
        message.format(paths=listed(named, count), kinds=kinds),
        code=f"search.{reason.value}",
    )


def _left_out(unseen: Sequence[Unseen]) -> Problem:
    """One sentence for all kinds that hold no settings, each with its number."""
    counts = Counter({one.detail: 0 for one in unseen})
    for one in unseen:
        counts[one.detail] += one.number
    kinds = ", ".join(f"{_kind_name(kind)} ({count:,})" for kind, count in counts.most_common())
    return Problem(
        None,
        _("Left out, because it holds no settings as a rule: {count}").format(count=f"{counts.total():,}"),
        _(
            "A key in one of these would go unseen, and a backup that reads it there would stop with the old key: "
            "{kinds}."
        ).format(kinds=kinds),
        code=f"search.{GapReason.LEFT_OUT.value}",
        do=_("Search everything: --search-scope all, or keyturn scan --search FOLDER"),
    )


def _kind_name(kind: str) -> str:
    names = {
        "pictures": _("pictures"),
        "films": _("films"),
        "music": _("music"),
        "disk images": _("disk images"),
        "fonts": _("fonts"),
        "caches": _("folders of caches"),
        "large files": _("files of more than 16 MB"),
    }
    return names.get(kind, kind)


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
        case GapReason.REMOTE:
            return _("Folders on other computers: {count}"), _(
                "They were not entered, because reading them fetches over the network, so a key there would go unseen: "
                "{paths}. Search them on the computer that has them, or name them after --search."
            )
        case GapReason.ELSEWHERE:
            return _("Files whose content is in a cloud: {count}"), _(
                "Reading would fetch them, so a key in them would go unseen: {paths}. Have those fetched that may hold "
                "a key, and search again."
            )
        case GapReason.PRIVATE:
            return _("Folders that macOS guards: {count}"), _(
                "They were not entered, because macOS would ask you first, so a key there would go unseen: {paths}. "
                "Name those that may hold a key after --search."
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
