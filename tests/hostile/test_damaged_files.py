"""Hundreds of damaged files: nothing but a FileError, no change by looking, and edits that can be taken back.

They are others at each run; `packaging/dev.py fuzz` goes on with the same questions for as long as it is let.
"""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from fuzz import NEW, OLD, SEEDS, read_in_home, read_in_memory
from keyturn.clients.programs.rclone import Rclone
from keyturn.clients.registry import find_everything
from keyturn.computer.computer import Computer
from keyturn.edits.pictures import masked_diff
from keyturn.edits.spans import Change, Span, apply_changes
from keyturn.model.keys import Secret
from keyturn.model.places import PlaceKind

from .conftest import damaged_files, fill_home

MANY = settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
PAIR = f"access_key_id = {OLD.access_key_id}\nsecret_access_key = {OLD.secret.reveal()}\n".encode()


@pytest.mark.parametrize("name", SEEDS)
def test_a_sound_file_is_read_and_its_pair_can_be_edited(name: str) -> None:
    without_pairs = {"Downloads/credentials (1).csv", "Documents/notes.txt"}
    assert bool(read_in_memory(SEEDS[name].encode())) is (name not in without_pairs | {".config/user-dirs.dirs"})


@MANY
@given(damaged_files())
@example(b"[aws]\ntype = s3\n" + PAIR + b"[aws.eu]\nsecret_access_key = half\n")
@example(b"[a]\ntype = s3\n" + PAIR.replace(b"old", b"\xff\xfe"))
@example(b"[a]\nkey\n  below\n")
def test_a_damaged_file_is_read_or_refused_and_every_edit_is_exact_and_can_be_taken_back(content: bytes) -> None:
    read_in_memory(content)


@settings(MANY, max_examples=150)
@given(st.binary(max_size=300))
def test_noise_is_read_or_refused(content: bytes) -> None:
    read_in_memory(content)


@settings(MANY, max_examples=30)
@given(st.randoms(use_true_random=False))
def test_a_home_of_damaged_files_is_looked_through_changed_and_put_back(chance: random.Random) -> None:
    with tempfile.TemporaryDirectory() as folder:
        fill_home(Path(folder), chance)
        read_in_home(Path(folder))


@settings(MANY, max_examples=150)
@given(damaged_files(), st.data())
def test_no_secret_is_in_a_picture_of_any_change(content: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(content)))
    content = content[:at] + OLD.secret.reveal().encode() + content[at:]
    span = Span(at, at + len(OLD.secret.reveal()))
    changes = [Change(span, NEW.secret.reveal().encode())]

    shown = masked_diff(Path("a\udcff\x1b"), content, changes, hide=[span])

    assert OLD.secret.reveal() not in shown
    assert NEW.secret.reveal() not in shown
    assert all(line.isprintable() for line in shown.replace("\t", " ").split("\n"))
    assert apply_changes(apply_changes(content, changes), [Change(span, OLD.secret.reveal().encode())]) == content


def test_a_remote_that_inherits_its_key_is_a_place_of_its_own(computer: Computer) -> None:
    path = computer.home / ".rclone.conf"
    path.write_bytes(b"[aws]\ntype = s3\n" + PAIR + b"[aws.eu]\nregion = eu-west-1\n")

    lender, heir = Rclone().find(computer).places

    assert (heir.name, heir.pair, heir.region, heir.editable) == ("aws.eu", lender.pair, "eu-west-1", True)


def test_a_secret_that_rclone_takes_from_elsewhere_is_not_taken_for_one(computer: Computer) -> None:
    path = computer.home / ".rclone.conf"
    path.write_text(f"[aws]\ntype = s3\naccess_key_id = {OLD.access_key_id}\nsecret_access_key = %(other)s\n")

    (place,) = Rclone().find(computer).places

    assert (place.kind, place.secret, place.editable) == (PlaceKind.MENTION, None, False)


def test_a_zero_byte_in_the_name_of_a_folder_does_not_end_the_search(computer: Computer) -> None:
    (computer.home / ".config").mkdir()
    (computer.home / ".config/user-dirs.dirs").write_bytes(b'XDG_DOWNLOAD_DIR="$HOME/a\0b"\nXDG_DESKTOP_DIR="etc"\n')
    find_everything(computer)


def test_secrets_that_are_no_text_can_be_compared() -> None:
    odd = [Secret("\udcff"), Secret("\ud800"), Secret("é")]
    assert [one == other for one in odd for other in odd] == [
        True,
        False,
        False,
        False,
        True,
        False,
        False,
        False,
        True,
    ]
