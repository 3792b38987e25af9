"""What is known of the key of an S3-compatible store: which store, what is reached there, and who can make another."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from keyturn.clients.endpoints import is_aws_endpoint, store_name
from keyturn.desktop.fact_card import FactCard
from keyturn.desktop.overview import Overview
from keyturn.desktop.place_words import Fact
from keyturn.model.text import _, plural
from keyturn.rotation.finding.survey import FoundKey


def stores_of(found: FoundKey) -> str:
    """Whose key it is, in a sentence."""
    return _("It is a key of {stores}, which speaks S3 and is not Amazon's.").format(stores=", ".join(_stores(found)))


class StoreFacts(FactCard):
    """The facts about a store's key. What only AWS tells of its own keys has no row here."""

    def __init__(self, found: FoundKey, overview: Overview, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.add(_("Whole ID"), Fact(found.key.access_key_id.value))
        encrypted = not any(place.plain_http for place in found.destinations)
        way = _("Reached by TLS.") if encrypted else _("Reached without TLS: anyone who is in between can read it.")
        self.add(_("Store"), Fact(", ".join(_stores(found)), way))
        regions = sorted({place.region for place in found.destinations if place.region})
        if regions:
            self.add(_("Region"), Fact(", ".join(regions)))
        buckets = sorted({target.bucket for place in found.destinations for target in place.targets})
        self.add(_("Buckets"), Fact(", ".join(buckets) if buckets else _("no file here names one")))
        self.add(_("Does it work"), _works(found, overview))
        self.add(
            _("A new one"),
            Fact(
                _("You make it on the store's own page; Keyturn puts it in place"),
                _("Its owner, its age and what else may use it are for the store to say; Keyturn cannot ask it."),
            ),
        )


def _stores(found: FoundKey) -> list[str]:
    return sorted({store_name(place) for place in found.destinations if not is_aws_endpoint(place.endpoint)})


def _works(found: FoundKey, overview: Overview) -> Fact:
    mine = {place.identity for place in found.destinations}
    proofs = [proof for proof in overview.proofs if proof.place in mine]
    failed = next((proof.first_failure for proof in proofs if proof.first_failure is not None), None)
    if failed is not None:
        return Fact(_("No"), failed.detail)
    proved = {proof.place for proof in proofs if proof.ok}
    if proved:
        text = plural("Proved at {count} of {all} place", "Proved at {count} of {all} places", len(mine))
        return Fact(text.format(count=len(proved), all=len(mine)))
    return Fact(_("Not checked in this window yet"), _("“Check now” proves it in each bucket that is named."))
