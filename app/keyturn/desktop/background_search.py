"""The search of this computer for the key, which goes on in a worker while the person reads and chooses."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from keyturn.rotation.steps import Step

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from keyturn.clients.search.folder_search import Searched
    from keyturn.model.keys import AccessKeyId
    from keyturn.model.places import Findings
    from keyturn.rotation.context import Context

SHOWN_EVERY = 0.5  # seconds between two words on how far the search is
_LOOKS_EVERY = 0.2  # seconds in which anyone who waits sees that the person wants to leave


@dataclass(frozen=True, slots=True)
class FoundBefore:
    """A search that is over, in the place of one that is still to be made; see `whole_search.Search`."""

    searched: Searched

    def for_keys(self, keys: Collection[AccessKeyId], findings: Findings, own_memory: Path) -> Searched:
        """Return what it gave."""
        return self.searched


class BackgroundSearch:
    """One search. Anyone who needs what it gives waits until it is over.

    Args:
        is_ended: says, in any thread, whether the person ended it early.
    """

    def __init__(self, is_ended: Callable[[], bool]) -> None:
        self._is_ended = is_ended
        self._over = threading.Event()
        self._searched: Searched | None = None

    def run(self, context: Context) -> None:
        """Search for every key that is found, and tell how far that is.

        Raises:
            AppError: where it cannot be made; anyone who waits for it makes it anew, and hears why.
        """
        from keyturn.clients.registry import find_everything
        from keyturn.rotation.finding.whole_search import TellingOfSearch, searching

        own_memory = context.folder
        told = TellingOfSearch(context, Step.CHECK, every=SHOWN_EVERY)
        try:
            findings = find_everything(context.computer, leave_out=(own_memory,))
            keys = tuple(dict.fromkeys(place.access_key_id for place in findings.places))
            with searching(context, stop=lambda: self._is_ended() or context.cancel.asked, progress=told) as search:
                searched = None if search is None else search.for_keys(keys, findings, own_memory)
            context.cancel.check()
            self._searched = searched
        finally:
            self._over.set()

    def result(self, context: Context) -> FoundBefore | None:
        """Return what it gave, once it is over; None where it failed, or nothing is to be searched.

        Raises:
            Cancelled: where the person wants to leave.
        """
        while not self._over.wait(_LOOKS_EVERY):
            context.cancel.check()
        return None if self._searched is None else FoundBefore(self._searched)
