"""How pairs stood in their files is there for the way back, and nothing half understood is written over."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from keyturn.model.errors import StateError
from keyturn.model.key_names import KeyName
from keyturn.model.pair_layout import USUAL, PairLayout, RemoteLayout
from keyturn.state.moves import FILE_NAME, Moved, load, save

LAYOUT = PairLayout("aws_access_key_id = ", "\taws_secret_access_key=", " ", "\r\n", -3)
ONE = Moved(
    Path("/home/oma/.aws/credentials"), "nas", KeyName("/office/nas"), datetime(2026, 11, 1, 8, tzinfo=UTC), LAYOUT
)
TWO = Moved(Path("/home/öma/two"), "with ]", KeyName("/office/2"), datetime(2026, 11, 2, tzinfo=UTC), USUAL)
REMOTE = Moved(
    Path("/home/oma/.config/rclone/rclone.conf"),
    "oma",
    KeyName("/office/nas"),
    datetime(2026, 11, 3, tzinfo=UTC),
    RemoteLayout("access_key_id = ", " ", "secret_access_key=`", "`", None),
)
FROZEN = Path(__file__).parents[1] / "frozen" / "moves-1.json"


def test_they_are_kept(tmp_path: Path) -> None:
    assert load(tmp_path) == ()
    save(tmp_path, [ONE, TWO, REMOTE])
    assert load(tmp_path) == (ONE, TWO, REMOTE)


def test_what_the_first_version_wrote_is_read(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(FROZEN.read_bytes())
    assert load(tmp_path) == (ONE,)


@pytest.mark.parametrize(
    "damage",
    [
        '{"version": 1}',
        FROZEN.read_text(encoding="utf-8").replace("/office/nas", "/office nas"),
        FROZEN.read_text(encoding="utf-8").replace("-3", '"3"'),
        FROZEN.read_text(encoding="utf-8").replace("secret_tail", "tail"),
    ],
)
def test_what_is_damaged_is_told_and_left_as_it_is(tmp_path: Path, damage: str) -> None:
    (tmp_path / FILE_NAME).write_text(damage, encoding="utf-8")
    with pytest.raises(StateError):
        load(tmp_path)
    with pytest.raises(StateError):
        save(tmp_path, [ONE])
    assert (tmp_path / FILE_NAME).read_text(encoding="utf-8") == damage
