"""What a closed gate says."""

from __future__ import annotations

from keyturn.rotation.carrying_out.standing import GateClosed


def test_reasons_that_are_titles_become_sentences_of_one_message() -> None:
    closed = GateClosed(["Give Arq the new key", "The old key is still on."])
    assert closed.message == "Give Arq the new key. The old key is still on."
