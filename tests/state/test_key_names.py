"""The names of keys are there for the next program, and nothing half understood is written over."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from keyturn.model.errors import StateError
from keyturn.model.key_names import KeyName
from keyturn.model.keys import AccessKeyId
from keyturn.state.stored_key_names import FILE_NAME, FirstKey, load, save

NAMES = {
    KeyName("/office/nas"): FirstKey(AccessKeyId("AKIAIT2JM32CYOQZC7NK"), datetime(2026, 11, 1, 8, tzinfo=UTC), True),
    KeyName("/büro/2"): FirstKey(AccessKeyId("AKIAIT2JM32CYOQZ52AB"), datetime(2026, 11, 2, tzinfo=UTC), False, True),
}
FROZEN = Path(__file__).parents[1] / "frozen" / "key-names-1.json"


def test_names_are_kept(tmp_path: Path) -> None:
    assert load(tmp_path) == {}
    save(tmp_path, NAMES)
    assert load(tmp_path) == NAMES


def test_what_the_first_version_wrote_is_read(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(FROZEN.read_bytes())
    name = KeyName("/office/nas")
    assert load(tmp_path) == {name: NAMES[name]}


@pytest.mark.parametrize(
    "damage",
    [
        '{"version": 1}',
        '{"version": 1, "names": {"nas": {"key": "AKIAIT2JM32CYOQZC7NK"}}}',
        FROZEN.read_text(encoding="utf-8").replace("/office/nas", "/office nas"),
        FROZEN.read_text(encoding="utf-8").replace("AKIA", "akia-"),
        FROZEN.read_text(encoding="utf-8").replace("+00:00", ""),
    ],
)
def test_damaged_names_are_told_and_left_as_they_are(tmp_path: Path, damage: str) -> None:
    (tmp_path / FILE_NAME).write_text(damage, encoding="utf-8")
    with pytest.raises(StateError):
        load(tmp_path)
    with pytest.raises(StateError):
        save(tmp_path, NAMES)
    assert (tmp_path / FILE_NAME).read_text(encoding="utf-8") == damage
