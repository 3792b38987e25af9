"""Programs whose key a person changes by hand: found on the computer, read where they can be, named where not."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.clients.described.guide import Guide
from keyturn.clients.findings import Discovery
from keyturn.clients.interface import About, Client, CredentialSpans
from keyturn.clients.listing import Listing
from keyturn.clients.traces import traces_on
from keyturn.edits.files import FileContent
from keyturn.model.errors import ClientError
from keyturn.model.places import Problem
from keyturn.model.text import _

if TYPE_CHECKING:
    from keyturn.clients.own_runs import OwnRuns
    from keyturn.computer.computer import Computer

BLIND_SPOT = "client.blind-spot"

# Reads what a product keeps at the traces that were found, and takes every place into the look. What it cannot see it
# takes as a `blind_spot`.
Reader = Callable[["Computer", Guide, Collection[Path], Discovery], None]
# Finds the traces of a product; the listing keeps what could not be listed.
Finder = Callable[["Computer", Guide, Listing], Collection[Path]]


def usual_traces(computer: Computer, guide: Guide, listing: Listing) -> Collection[Path]:
    """Return the files and folders that the guide names and that are there."""
    return tuple(traces_on(computer, guide.traces_on(computer.platform).files, listing))


class Guided(Client):
    """A product with a guide. Its places are never editable: a person changes them, in the product itself."""

    about = About(edited=False)

    def __init__(
        self,
        guide: Guide,
        reader: Reader | None = None,
        runs: Callable[[], OwnRuns] | None = None,
        finder: Finder = usual_traces,
    ) -> None:
        self.name = guide.name
        self.title = guide.title
        self.guide = guide
        self.reader = reader
        self._runs = runs
        self.finder = finder

    @property
    def runs(self) -> OwnRuns | None:
        """What tells how its own backups went; None where nothing does."""
        return None if self._runs is None else self._runs()

    def look_through(self, computer: Computer, look: Discovery) -> None:
        """Take what can be read of it; where it is there and nothing can be read, that is said as a problem."""
        found = self.traces(computer, look.listing)
        if found and self.reader is None:
            look.take([blind_spot(self.guide, found[0])])
        elif found and self.reader is not None:
            self.reader(computer, self.guide, found, look)
        look.problems = list(_blind_where_unread(self.guide, look.findings().problems))
        look.listing.failed.clear()

    def spots(self, content: FileContent) -> Mapping[str, CredentialSpans]:
        """Return nothing: Keyturn replaces nothing here."""
        return {}

    def traces(self, computer: Computer, listing: Listing) -> tuple[Path, ...]:
        """Return the files and folders by which it is seen to be on that computer."""
        return tuple(self.finder(computer, self.guide, listing))

    def programs(self, computer: Computer) -> tuple[str, ...]:
        """Return what its running programs are called on that computer's system."""
        return self.guide.traces_on(computer.platform).programs


def _blind_where_unread(guide: Guide, problems: Collection[Problem]) -> Iterator[Problem]:
    """A file of it that cannot be read is a blind spot, told once: Keyturn edits nothing here, so nothing is at stake
    but the question which key it uses."""
    told = False
    for problem in problems:
        if problem.code != BLIND_SPOT and not problem.code.startswith("file."):
            yield problem
        elif not told:
            told = True
            is_told = problem.code == BLIND_SPOT
            yield problem if is_told else blind_spot(guide, problem.path, f"{problem.title}.")


def blind_spot(guide: Guide, path: Path | None, reason: str = "") -> Problem:
    """Return what to say of a product that is there and that Keyturn cannot look into.

    Args:
        reason: what kept Keyturn out, in a sentence; the guide's own unless given.
    """
    return Problem(
        path,
        _("{title} is here, and Keyturn cannot see which key it uses").format(title=guide.title),
        _(
            "{reason} If it uses an old key, its backups stop when that key is turned off. A rotation asks you about "
            "it, with the steps to take."
        ).format(reason=reason or guide.say(guide.blind_spot)),
        client=guide.name,
        code=BLIND_SPOT,
    )


def running_unseen(computer: Computer, clients: Collection[Guided]) -> Iterator[Problem]:
    """Yield a blind spot for each product that runs now on this computer and left no other trace."""
    if not computer.is_this_one:
        return
    unseen = [one for one in clients if not one.traces(computer, Listing())]
    by_program = {name: one for one in unseen for name in one.programs(computer)}
    if not by_program:
        return
    from keyturn.computer.programs import running_programs

    try:
        running = {by_program[program.name].name for program in running_programs(by_program)}
    except ClientError as error:
        yield Problem(None, error.title, error.message, code=error.code)
        return
    yield from (blind_spot(one.guide, None) for one in clients if one.name in running)
