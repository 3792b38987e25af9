"""Everything a rotation touches outside itself, handed in by the face that runs it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.model.search_scope import SearchScope
from keyturn.rotation.cancelling import CancelToken
from keyturn.rotation.signers.the_key import TheKey

if TYPE_CHECKING:
    # These take their time to import, and anyone who only reads the journal, or opens the window, does without.
    from keyturn.aws.session import Aws, OwnUse
    from keyturn.computer.clock import Clock
    from keyturn.computer.computer import Computer
    from keyturn.model.keys import AccessKeyId
    from keyturn.rotation.signers.signer import Signer
    from keyturn.rotation.steps import Step
    from keyturn.state.journal import Journal
    from keyturn.state.secrets import SecretStore


class Moment(StrEnum):
    """Where in its step an event stands."""

    STARTED = "started"
    GOING_ON = "going-on"
    DONE = "done"
    FAILED = "failed"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that a person who watches should see.

    Attributes:
        places: the identities of the destinations that it is about; empty where it is about none or all of them.
    """

    step: Step
    moment: Moment
    detail: str = ""
    places: tuple[str, ...] = ()


# Is told what happens, as it happens.
ProgressSink = Callable[[Event], None]


@dataclass(frozen=True, slots=True)
class Context:
    """The computer, AWS, Keyturn's memory and the clock, with a way to tell and a way to be stopped.

    Attributes:
        endpoint_url: where AWS is, where that is not Amazon's own address.
        signer: who makes the change.
        search_scope: what is searched for the old key before a key is switched, and before the old one is turned off.
        search_folders: folders that the person wants searched then, too, as the settings say.
    """

    computer: Computer
    aws: Aws
    journal: Journal
    secrets: SecretStore
    clock: Clock
    progress: ProgressSink
    cancel: CancelToken = field(default_factory=CancelToken)
    endpoint_url: str | None = None
    search_scope: SearchScope = SearchScope.NONE
    search_folders: tuple[Path, ...] = ()
    signer: Signer = field(default_factory=TheKey)

    @property
    def folder(self) -> Path:
        """Keyturn's own folder, in which its memory is; no key is looked for there."""
        return self.journal.path.parent

    def tell(self, step: Step, moment: Moment, detail: str = "", places: tuple[str, ...] = ()) -> None:
        """Tell anyone who watches."""
        self.progress(Event(step, moment, detail, places))


class OwnUses:
    """Writes Keyturn's own uses of keys into the journal, before each request is sent.

    AWS records uses in windows of 15 minutes (facts/aws.md A3), so one note a minute for each service is enough.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._noted: dict[tuple[AccessKeyId, str], datetime] = {}

    def __call__(self, use: OwnUse) -> None:
        """Note one use, unless one of the same key and service was noted within the minute before."""
        before = self._noted.get((use.access_key_id, use.service))
        if before is None or (use.at - before).total_seconds() > 60:
            self._journal.note_own_use(use.access_key_id, use.at, use.service, use.region)
            self._noted[use.access_key_id, use.service] = use.at
