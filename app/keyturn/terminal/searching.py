"""Watching a search of whole folders: how far it is, and Ctrl-C that ends it with what was found until then."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.model.errors import UsageError
from keyturn.model.text import _
from keyturn.rotation.cancelling import CancelToken
from keyturn.terminal.interruption import ending_early

if TYPE_CHECKING:
    from keyturn.clients.search.folder_search import Searching
    from keyturn.rotation.context import Context
    from keyturn.rotation.finding.whole_search import Search

_SHOWN_EVERY = 0.1  # seconds; more often nobody can read it


class _Watch:
    def __init__(self, show: Callable[[str], None], home: Path) -> None:
        self.at_work = False
        self._show = show
        self._home = home
        self._shown = 0.0

    def __call__(self, searching: Searching) -> None:
        self.at_work = not searching.over
        now = time.monotonic()
        if now - self._shown >= _SHOWN_EVERY:
            self._shown = now
            sentence = _("Searching: {amount}, in {folder}… (Ctrl-C ends it early)")
            from keyturn.clients.search.skipped import amount  # most scans search no folders
            from keyturn.rotation import labels

            folder = labels.short_path(searching.folder, self._home)
            self._show(sentence.format(amount=amount(searching.files, searching.size), folder=folder))


@contextmanager
def watched(
    folders: tuple[Path, ...],
    *,
    any_key: bool,
    own_memory: Path,
    home: Path,
    show: Callable[[str], None],
    cancel: CancelToken,
) -> Iterator[Search | None]:
    """Yield what `take_survey` shall search, or None where nothing was asked for; Ctrl-C goes through `cancel`.

    The walk through the folders begins at once, while it is found out what to look for.

    Args:
        own_memory: Keyturn's own folder, which is not searched.

    Raises:
        UsageError: where a folder to search is not there.
    """
    if not folders:
        yield None
        return
    missing = next((folder for folder in folders if not folder.exists()), None)
    if missing is not None:
        raise UsageError(
            _("There is no folder {path}").format(path=missing),
            _("Nothing was searched. Check the spelling, and that the disk is attached."),
            code="usage.search",
        )
    from keyturn.clients.search.search_rows import named
    from keyturn.clients.search.worker_pool import WorkerPool
    from keyturn.rotation.finding.whole_search import Search

    watch = _Watch(show, home)
    area = named(folders, left_out=[own_memory])
    with WorkerPool(area, lambda: cancel.asked) as pool, ending_early(cancel, lambda: watch.at_work):
        pool.walk_ahead()
        yield Search(pool, any_key, watch)


@contextmanager
def before_the_plan(context: Context, *, home: Path, show: Callable[[str], None]) -> Iterator[Search | None]:
    """Yield the search of this computer that a plan is based on; Ctrl-C ends it early, and the plan says so."""
    from keyturn.rotation.finding.whole_search import searching

    watch, skip = _Watch(show, home), CancelToken()
    with (
        searching(context, stop=lambda: skip.asked, progress=watch) as search,
        ending_early(skip, lambda: watch.at_work),
    ):
        yield search
