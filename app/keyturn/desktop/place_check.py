"""One place checked by itself: does its program reach its bucket with the key that stands there now?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from keyturn.desktop.runner import Desk

if TYPE_CHECKING:
    # The window opens before anything is proved.
    from keyturn.rotation.carrying_out.proving import DestinationProof


@dataclass(frozen=True, slots=True)
class PlaceCheck:
    """How a place fared.

    Attributes:
        at: when it was checked.
        proofs: one for each of its buckets; empty where the place was not found any more.
    """

    at: datetime
    proofs: tuple[DestinationProof, ...]


def check_place(desk: Desk, identity: str) -> PlaceCheck:
    """Prove the place of this identity, as it is read now. Leaves no trace in a bucket."""
    from keyturn.rotation.carrying_out.verifying import verify

    context = desk.context()
    _survey, proofs = verify(context, place=identity)
    return PlaceCheck(context.clock.now(), proofs)
