"""Twice as many keys in one file take twice the time, also where each of them stands there once more."""

from __future__ import annotations

from pathlib import Path

from keyturn.clients.findings import mention
from keyturn.clients.further_spots import with_further_spots
from keyturn.clients.occurrences import occurrences_in
from keyturn.clients.programs.aws_files import AwsFiles
from keyturn.clients.readings import Readings

from .growing import expect_linear


def _profiles(number: int) -> bytes:
    ids = (f"AKIAMADEUP{one:05d}CHECK" for one in range(number))
    return "".join(f"# {one}\n[{one}]\naws_access_key_id = {one}\n" for one in ids).encode()


def test_twice_as_many_keys_in_a_file_take_twice_the_time(tmp_path: Path) -> None:
    path = tmp_path / "file"
    client = AwsFiles()

    def look(content: bytes) -> None:
        path.write_bytes(content)
        ids = (one.key for one in occurrences_in(content))
        places = [mention("aws", path, one, number, "") for number, one in enumerate(dict.fromkeys(ids))]
        assert len(places) > 1
        with_further_spots(places, Readings(), lambda _name: client)

    expect_linear(look, lambda size: _profiles(max(2, size // 70)), largest=1 << 20)
