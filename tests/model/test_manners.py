"""How a program asks S3."""

from __future__ import annotations

from keyturn.model.manners import Manner


def test_what_is_said_later_counts_and_the_rest_stays() -> None:
    configured = Manner(encryption="AES256", storage_class="STANDARD", requester_pays=True)
    assert configured | Manner(storage_class="GLACIER") == Manner(
        "AES256", storage_class="GLACIER", requester_pays=True
    )
    assert Manner() | configured == configured == configured | Manner()


def test_only_what_has_to_be_asked_for_again_is_archived() -> None:
    archived = {
        name for name in ("STANDARD", "GLACIER", "DEEP_ARCHIVE", "GLACIER_IR") if Manner(storage_class=name).archives
    }
    assert archived == {"GLACIER", "DEEP_ARCHIVE"}
    assert not Manner().archives


def test_the_journal_gives_a_manner_back() -> None:
    for manner in (Manner(), Manner("aws:kms", "alias/a", "GLACIER", "private", "SHA256", "a=b", requester_pays=True)):
        assert Manner.from_json(manner.as_json()) == manner
