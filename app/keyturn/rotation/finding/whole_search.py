"""The search of the whole computer for key IDs: before a key is switched, and again before the old one is turned off.

Modules of programs know where each keeps its key; a search for the ID itself finds what nobody thought of.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from keyturn.clients.registry import claims, find_everything
from keyturn.clients.search.folder_search import Searched, Searching, search_with
from keyturn.clients.search.scope import area_of
from keyturn.clients.search.skipped import amount
from keyturn.clients.search.worker_pool import WorkerPool
from keyturn.clients.walking import listed
from keyturn.model.keys import AccessKeyId
from keyturn.model.places import Findings, Place, PlaceKind
from keyturn.model.search_scope import SearchScope
from keyturn.model.text import _
from keyturn.rotation.context import Context, Moment
from keyturn.rotation.decision import without_secret
from keyturn.rotation.events.rotation_events import Extent, SearchMade
from keyturn.rotation.finding.left_behind import left_behind
from keyturn.rotation.record import Rotation
from keyturn.rotation.steps import Step
from keyturn.rotation.taking_steps import note
from keyturn.state import searched_files

_TELL_EVERY = 5.0  # seconds; a person wonders after so long (facts/anchors.md 4.7)


class Searches(Protocol):
    """Anyone who looks into every file of an area, or did so already."""

    def for_keys(self, keys: Collection[AccessKeyId], findings: Findings, own_memory: Path) -> Searched:
        """Search for these keys; see `Search.for_keys`."""
        ...


@dataclass(frozen=True, slots=True)
class Search:
    """A search that somebody asked for.

    Attributes:
        pool: who searches, and where. It may have begun to walk already, and the one who made it sends it away again.
        any_key: for anything shaped like a key ID, not only for certain keys.
        progress: told often how far the search is.
    """

    pool: WorkerPool
    any_key: bool = False
    progress: Callable[[Searching], None] = lambda searching: None

    def for_keys(self, keys: Collection[AccessKeyId], findings: Findings, own_memory: Path) -> Searched:
        """Search for these keys; what `findings` has already is not told again.

        Args:
            own_memory: Keyturn's own folder, which remembers what was searched.
        """
        keys = [key for key in keys if key.is_distinctive]  # a common word stands everywhere
        searched = search_with(
            self.pool,
            keys,
            claims(findings.places),
            any_key=self.any_key,
            known=searched_files.load(own_memory, keys),
            progress=self.progress,
        )
        searched_files.add(own_memory, keys, searched.clean)
        return searched


@contextmanager
def searching(
    context: Context,
    *,
    stop: Callable[[], bool],
    progress: Callable[[Searching], None] = lambda searching: None,
) -> Iterator[Search | None]:
    """Yield the search that the context's scope asks for; None where it asks for none.

    Args:
        stop: asked often, whether the search shall end with what was found until then.
    """
    area = area_of(context.computer, context.search_scope, context.search_folders)
    if area is None:
        yield None
        return
    with WorkerPool(area._replace(left_out=[str(context.folder)]), stop) as pool:
        yield Search(pool, progress=progress)


def what_was_searched(searched: Searched | None, key: AccessKeyId) -> str:
    """Say how much of the computer a plan for `key` is based on."""
    if not key.is_distinctive:
        return _(
            "The ID {key} may stand anywhere as a word of its own, so only the files of programs that Keyturn knows "
            "were looked at. A copy elsewhere would go unseen, and its backup would stop with the old key."
        ).format(key=key.masked)
    if searched is None:
        return _(
            "This computer was not searched beyond the places that Keyturn knows, as was asked. A key elsewhere would "
            "go unseen, and its backup would stop with the old key."
        )
    looked = amount(searched.files, searched.size)
    folders = listed(searched.folders)
    if not searched.finished:
        return _(
            "The search of this computer was ended early, after {amount} in {folders}. A key in the other files would "
            "go unseen. Before the old key is turned off, Keyturn searches again."
        ).format(amount=looked, folders=folders)
    return _("Searched for the key: {amount} in {folders}. `keyturn scan` says what could not be looked into.").format(
        amount=looked, folders=folders
    )


def search_again(context: Context, rotation: Rotation) -> Rotation:
    """Look once more where the old key stands; what is new since the plan is awaited from then on.

    Raises:
        Cancelled: where the person asked to stop meanwhile.
    """
    behind = left_behind(context.computer, rotation.decision)
    if context.search_scope is SearchScope.NONE:
        return _noted(context, rotation, behind, None)
    own_memory, key = context.folder, rotation.decision.key
    context.tell(Step.WATCH, Moment.GOING_ON, _("Searching this computer for {key}").format(key=key.masked))
    findings = find_everything(context.computer, leave_out=(own_memory,))
    told = TellingOfSearch(context, Step.WATCH, every=_TELL_EVERY)
    with searching(context, stop=lambda: context.cancel.asked, progress=told) as search:
        searched = None if search is None else search.for_keys([key], findings, own_memory)
    context.cancel.check()
    if searched is None:
        return _noted(context, rotation, behind, None)
    unexpected = _unexpected(rotation, (*findings.places, *searched.findings.places))
    seen = {place.path for place in unexpected}
    holding = (*unexpected, *(place for place in behind if place.path not in seen))
    return _noted(context, rotation, holding, searched)


class TellingOfSearch:
    """Tells now and then how far the search is: an event each time would be thousands.

    Args:
        every: seconds between two events.
    """

    def __init__(self, context: Context, step: Step, every: float) -> None:
        self._context = context
        self._step = step
        self._every = every
        self._told = context.clock.monotonic()

    def __call__(self, searching: Searching) -> None:
        """Tell it, unless that was done a moment ago."""
        now = self._context.clock.monotonic()
        if now - self._told >= self._every:
            self._told = now
            looked = _("Searched {amount}, in {folder} now")
            text = looked.format(amount=amount(searching.files, searching.size), folder=searching.folder)
            self._context.tell(self._step, Moment.GOING_ON, text)


def _unexpected(rotation: Rotation, places: Collection[Place]) -> tuple[Place, ...]:
    """Where the old key stands, other than where the plan knew it and left it to the person.

    A destination that was switched and holds it again is among them.
    """
    decision = rotation.decision
    by_hand = {place.path for one in rotation.by_hand for place in one.places}
    # What could not be read at the time of the plan and holds the key, as is seen now, is news.
    known = {place.path for place in decision.mentions if place.kind is not PlaceKind.UNREAD} | by_hand
    return tuple(
        without_secret(place)
        for place in places
        if place.access_key_id == decision.key and place.kind is not PlaceKind.LEFTOVER and place.path not in known
    )


def _noted(context: Context, rotation: Rotation, holding: tuple[Place, ...], searched: Searched | None) -> Rotation:
    """The rotation with what was seen in its journal, unless that says the same already."""
    scope = context.search_scope
    same = rotation.searched is not None and rotation.searched.scope is scope
    if same and {one.identity for one in rotation.still_holding} == {one.identity for one in holding}:
        return rotation
    files, finished = (0, False) if searched is None else (searched.files, searched.finished)
    return note(context, rotation, Step.WATCH, SearchMade(Extent(scope, files, finished), holding))
