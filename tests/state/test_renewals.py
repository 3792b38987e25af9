"""Which keys renew themselves is there for the next program, as it was chosen."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest

from keyturn.model.errors import StateError
from keyturn.model.keys import AccessKeyId
from keyturn.state.renewals import FILE_NAME, Renewal, Trouble, load, save, time_of_day

HOME = Path("/home/oma")
FROZEN = Path(__file__).parents[1] / "frozen" / "renewals-1.json"
KEY = AccessKeyId("AKIAIT2JM32CYOQZC7NK")
RENEWAL = Renewal(
    key=KEY,
    first_key=AccessKeyId("AKIAFIRSTKEYFIRST52A"),
    account="123456789012",
    since=date(2026, 10, 1),
    every_days=90,
    at=time(3),
    watch_days=3.0,
    grace_days=7.0,
    deletes=True,
    signer="key",
)
TROUBLED = replace(
    RENEWAL,
    key=AccessKeyId("AKIAOTHERKEYOTHERKEY"),
    first_key=AccessKeyId("AKIAOTHERKEYOTHERKEY"),
    since=date(2026, 8, 1),
    every_days=30,
    at=time(23, 59),
    watch_days=0.5,
    grace_days=0,
    deletes=False,
    signer="profile:admin",
    trouble=Trouble(
        datetime(2026, 11, 30, 3, 17, tzinfo=UTC),
        "key.limit",
        "Not yet",
        "AWS allows two access keys for each owner.",
        waits=True,
    ),
)


def test_renewals_are_kept_for_each_home_by_itself_in_their_order(tmp_path: Path) -> None:
    assert load(tmp_path, HOME) == ()
    save(tmp_path, HOME, [TROUBLED, RENEWAL])
    save(tmp_path, Path("/mnt/home/opa"), [RENEWAL])
    assert load(tmp_path, HOME) == (TROUBLED, RENEWAL)
    assert load(tmp_path, Path("/mnt/home/opa")) == (RENEWAL,)


def test_what_the_first_version_wrote_is_read_and_written_alike(tmp_path: Path) -> None:
    written = FROZEN.read_text(encoding="utf-8").replace("@HOME@", str(HOME))
    (tmp_path / FILE_NAME).write_text(written, encoding="utf-8")
    assert load(tmp_path, HOME) == (RENEWAL, TROUBLED)
    save(tmp_path, HOME, load(tmp_path, HOME))
    assert json.loads((tmp_path / FILE_NAME).read_text(encoding="utf-8")) == json.loads(written)


@pytest.mark.parametrize(
    ("member", "value"),
    [
        *(("every_days", days) for days in (0, 366, -1, "90", True, None)),
        *(("at", at) for at in ("24:00", "3:00", "03:60", "03:00:00", 3)),
        *(("since", day) for day in ("2026-02-30", "soon", 3)),
        *(("key", key) for key in ("AKIA", "", None)),
        *((name, value) for name in ("watch_days", "grace_days") for value in (-1, "3", None)),
        ("deletes", "yes"),
        ("trouble", {"at": "2026-11-30T03:17:00"}),
        ("a_member_of_a_newer_keyturn", 3),
    ],
)
def test_a_value_that_no_keyturn_of_today_writes_is_told_and_not_written_over(
    tmp_path: Path, member: str, value: object
) -> None:
    save(tmp_path, HOME, [RENEWAL])
    path = tmp_path / FILE_NAME
    document = json.loads(path.read_text())
    document["homes"][str(HOME)][0][member] = value
    path.write_text(json.dumps(document))
    before = path.read_bytes()
    with pytest.raises(StateError):
        load(tmp_path, HOME)
    with pytest.raises(StateError):
        save(tmp_path, HOME, [])
    assert path.read_bytes() == before


def test_a_time_of_day_is_hours_and_minutes() -> None:
    assert [time_of_day(written) for written in ("00:00", "03:07", "23:59")] == [time(0), time(3, 7), time(23, 59)]
    for written in ("", "3:07", "24:00", "12:60", "12", "12:00 ", "12:00pm", "\uff11\uff12:00", "-1:00"):
        with pytest.raises(ValueError, match=f"^{written}$"):
            time_of_day(written)
