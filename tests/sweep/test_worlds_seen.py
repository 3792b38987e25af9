"""What is kept of worlds that were resumed: each is resumed once, in whichever process."""

from __future__ import annotations

from pathlib import Path

from .worlds_seen import WorldsSeen


def test_a_world_that_was_left_before_is_not_resumed_again_and_its_complaints_count(tmp_path: Path) -> None:
    resumed: list[str] = []

    def resume(name: str) -> list[str]:
        resumed.append(name)
        return [f"{name} went wrong"]

    mine, of_another_process = WorldsSeen(tmp_path / "seen"), WorldsSeen(tmp_path / "seen")
    assert mine.complaints(("kills", "a"), lambda: resume("first")) == ["first went wrong"]
    assert of_another_process.complaints(("kills", "a"), lambda: resume("second")) == ["first went wrong"]
    assert of_another_process.complaints(("kills", "b"), lambda: resume("other")) == ["other went wrong"]
    assert resumed == ["first", "other"]
