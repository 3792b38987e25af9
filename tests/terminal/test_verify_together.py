"""`verify` puts no question twice: what it asks grows with what differs between destinations, not with their number."""

from __future__ import annotations

from keyturn_practice.sample_buckets import ARCHIVE

from .conftest import Desk


def remotes(desk: Desk, number: int) -> None:
    text = f"type = s3\nprovider = AWS\naccess_key_id = {desk.old.access_key_id.value}\n"
    text += f"secret_access_key = {desk.old.secret.reveal()}\n"
    desk.computer.rclone_config.write_text("\n".join(f"[remote-{one}]\n{text}" for one in range(number)))


def asked(desk: Desk, *options: str) -> tuple[int, list[bool]]:
    before = len(desk.account.records)
    document = desk.type("verify", *options, "--json").document
    return len(desk.account.records) - before, [one["ok"] for one in document["destinations"]]


def test_ten_destinations_alike_cost_what_one_costs(small_desk: Desk) -> None:
    remotes(small_desk, 1)
    asked(small_desk, "--bucket", ARCHIVE)  # the first look at a key asks for more
    one, fine = asked(small_desk, "--bucket", ARCHIVE)
    assert fine == [True]
    remotes(small_desk, 10)
    ten, fine = asked(small_desk, "--bucket", ARCHIVE)
    assert (ten, fine) == (one, [True] * 10)


def test_keys_whose_buckets_nobody_names_are_asked_about_once(small_desk: Desk) -> None:
    remotes(small_desk, 1)
    asked(small_desk)
    one, fine = asked(small_desk)
    remotes(small_desk, 10)
    ten, all_fine = asked(small_desk)
    assert (ten, all_fine) == (one, fine * 10)
