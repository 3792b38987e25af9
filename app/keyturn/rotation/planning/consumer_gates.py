"""What the programs that work with a key ask, and a plan cannot give or does not know."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from keyturn.model.text import _
from keyturn.rotation.decision import Destination


def beyond_notes(destinations: Sequence[Destination]) -> Iterator[str]:
    """Yield what a new user will not be able to do that programs do with the old key: other services, settings."""
    for one in destinations:
        asked: dict[str, dict[str, None]] = {}
        for consumer in one.place.consumers:
            if consumer.beyond:
                asked.setdefault(consumer.beyond, {})[consumer.where] = None
        for beyond, places in asked.items():
            yield _(
                "“{command}” ({where}) works with the key of {place} now, and will be refused with the new key, which "
                "may only back up. Give that command a key of its own before the old one is turned off."
            ).format(command=beyond, where=", ".join(places), place=one.title)


def incomplete(destination: Destination, given: Sequence[str]) -> str | None:
    """Return why it is not known which buckets a destination reaches; None where it is, or where the person said so."""
    unclear = destination.place.unclear
    if not unclear or given:
        return None
    where = dict.fromkeys(one.where for one in destination.place.consumers if one.unclear)
    return _(
        "{place} also names a bucket in a way that only a run would tell: {addresses} ({where}). Say which bucket that "
        "is with --bucket NAME; one that is named already will do."
    ).format(place=destination.title, addresses=", ".join(unclear), where=", ".join(where))
